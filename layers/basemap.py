"""The districts and lands that every map lies on, from `data/basemap/`, for screen and paper alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.crs import to_grid
from layers.plan.plan import Plan
from layers.resources import data_folder


@dataclass(frozen=True, slots=True)
class Area:
    """A district or a neighbouring land of the basemap."""

    name_zh: str
    name_en: str
    geometry: BaseGeometry
    """Metres of the grid."""

    def name(self, language: str) -> str:
        """Return the name in `language`."""
        return self.name_en if language == "en" and self.name_en else self.name_zh


@lru_cache(maxsize=4)
def collection(name: str) -> dict[str, Any]:
    """Return `data/basemap/<name>.geojson`, a FeatureCollection of WGS 84 polygons."""
    content: dict[str, Any] = json.loads((data_folder() / "basemap" / f"{name}.geojson").read_text(encoding="utf-8"))
    return content


@lru_cache(maxsize=4)
def basemap(name: str) -> tuple[Area, ...]:
    """Return the areas of `data/basemap/<name>.geojson`."""
    areas = []
    for feature in collection(name)["features"]:
        geometry = to_grid(shape(feature["geometry"]))
        valid = geometry if geometry.is_valid else shapely.make_valid(geometry)
        areas.append(Area(feature["properties"]["name_zh"], feature["properties"].get("name_en", ""), valid))
    return tuple(areas)


@lru_cache(maxsize=1)
def dry_land() -> BaseGeometry:
    """Return districts and neighbouring land as one area; what is not in it is sea."""
    union = shapely.union_all([area.geometry for name in ("districts", "land") for area in basemap(name)])
    # Slivers between outlines of different make are no sea.
    dry = union.buffer(200.0)
    shapely.prepare(dry)
    return dry


@lru_cache(maxsize=1)
def city() -> BaseGeometry:
    """Return the outline of all districts together, as exact as an inset needs."""
    return shapely.union_all([area.geometry for area in basemap("districts")]).simplify(60.0)


def focus(plan: Plan) -> Area | None:
    """Return the plan's own district on the basemap, None where it is not there."""
    district = plan.sites.get(plan.info.district_site)
    if district is None:
        return None
    return next((area for area in basemap("districts") if area.name_zh == district.name.zh), None)


def focus_code(plan: Plan) -> str | None:
    """Return the code of the plan's own district on the basemap, None where it is not there."""
    district = plan.sites.get(plan.info.district_site)
    if district is None:
        return None
    names = {feature["properties"]["name_zh"]: feature["id"] for feature in collection("districts")["features"]}
    code = names.get(district.name.zh)
    return str(code) if code else None
