"""The offline basemap: districts and neighbouring land from `data/basemap/`, for screen and paper alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.crs import to_grid
from layers.cache import kept_bytes
from layers.plan.plan import Plan
from layers.resources import data_folder


@dataclass(frozen=True, slots=True)
class Area:
    """A district of the city, or a neighbouring province as plain land."""

    name_zh: str
    name_en: str
    geometry: BaseGeometry
    """Valid Polygon or MultiPolygon in metres of `geo.crs.GAUSS_KRUGER_117E`."""

    def name(self, language: str) -> str:
        """Return the name in `language`."""
        return self.name_en if language == "en" and self.name_en else self.name_zh


def _path(name: str) -> Path:
    return data_folder() / "basemap" / f"{name}.geojson"


@lru_cache(maxsize=4)
def collection(name: str) -> dict[str, Any]:
    """Return `data/basemap/<name>.geojson`, a FeatureCollection of WGS 84 polygons."""
    content: dict[str, Any] = json.loads(_path(name).read_text(encoding="utf-8"))
    return content


@lru_cache(maxsize=4)
def basemap(name: str) -> tuple[Area, ...]:
    """Return the areas of `data/basemap/<name>.geojson`, in the file's order."""
    areas = []
    for feature in collection(name)["features"]:
        geometry = to_grid(shape(feature["geometry"]))
        valid = geometry if geometry.is_valid else shapely.make_valid(geometry)
        areas.append(Area(feature["properties"]["name_zh"], feature["properties"].get("name_en", ""), valid))
    return tuple(areas)


@lru_cache(maxsize=1)
def dry_land() -> BaseGeometry:
    """Return all land of the basemap as one area in metres of the grid, prepared for queries; the rest is sea."""
    # Outlines of different origin leave slivers between them, which are not sea.
    dry = _kept("dry-land", lambda: _together("districts", "land").buffer(200.0))
    shapely.prepare(dry)
    return dry


@lru_cache(maxsize=1)
def city() -> BaseGeometry:
    """Return the outline of all districts together in metres of the grid, simplified to 60 m for insets."""
    return _kept("city", lambda: _together("districts").simplify(60.0))


def _together(*names: str) -> BaseGeometry:
    return shapely.union_all([area.geometry for name in names for area in basemap(name)])


def _kept(name: str, make: Callable[[], BaseGeometry]) -> BaseGeometry:
    """Return what `make` makes of the basemap, kept in the user's cache folder: it takes longer than a small sheet."""
    digest = hashlib.sha256(f"{shapely.geos_version_string} {version('pyproj')}".encode())
    for part in ("districts", "land"):
        digest.update(_path(part).read_bytes())
    kept = kept_bytes(f"{name}-{digest.hexdigest()[:20]}.wkb", lambda: bytes(shapely.to_wkb(make())))
    return shapely.from_wkb(kept)


def focus(plan: Plan) -> Area | None:
    """Return the plan's district on the basemap, found by its Chinese name; None if the basemap lacks it."""
    district = plan.sites.get(plan.info.district_site)
    if district is None:
        return None
    return next((area for area in basemap("districts") if area.name_zh == district.name.zh), None)


def focus_code(plan: Plan) -> str | None:
    """Return the administrative code of the plan's district; None if the basemap lacks it."""
    district = plan.sites.get(plan.info.district_site)
    if district is None:
        return None
    names = {feature["properties"]["name_zh"]: feature["id"] for feature in collection("districts")["features"]}
    code = names.get(district.name.zh)
    return str(code) if code else None
