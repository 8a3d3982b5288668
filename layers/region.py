"""The part of the world that a plan is about, and the ground there: districts, land and sea, for screen and paper."""

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
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from geo.errors import PlanMapError
from geo.grid import BBox, Grid
from geo.measure import inner_point
from geo.world import WORLD_SOURCE, land_around
from layers.cache import kept_bytes
from layers.plan.plan import Plan
from layers.plan.terms import Text
from layers.resources import WORLD_LAND, data_folder, vendor_file

OWN_DISTRICT = "district"
"""Id of the plan's district on the ground where no file has it but the plan itself."""

_WORLD_EDITION = 1
"""Counted up when the same file comes to other land, so that no cache keeps the old one."""

_LEAST_PANNING_DEG = 2.0

_PROJECTED_DEG = 60.0
"""How far from a plan, in degrees of longitude, land is projected: farther off positions become infinite."""

_FILES = ("districts", "land")

_MORE_FILES = ("roads", "waters", "places")
"""What ground may have besides."""


@dataclass(frozen=True, slots=True)
class Area:
    """A district, or land around the districts."""

    name_zh: str
    """Empty for land without a name."""
    name_en: str
    geometry: BaseGeometry
    """Valid Polygon or MultiPolygon in metres of the plan's grid."""

    def name(self, language: str) -> str:
        """Return the name in `language`."""
        return self.name_en if language == "en" and self.name_en else self.name_zh


@dataclass(frozen=True, slots=True)
class Region:
    """Where a plan is, and what ground there is for it."""

    grid: Grid
    home: BBox
    """What a map of the whole plan shows, in degrees (WGS 84)."""
    folder: Path | None
    """Holds `districts.geojson`, `land.geojson` and perhaps `roads`, `waters` and `places`.

    None where there is none; then the land is that of the world.
    """
    name: Text
    """Of the plan's district; empty without one."""
    outline: bytes
    """The district's own area in the plan as WKB, in degrees; empty without one."""
    version: str
    """Changes with the files that belong to the plan alone, so that no cache outlives them."""

    @property
    def bounds(self) -> BBox:
        """How far people can move a map on the screen, in degrees."""
        west, south, east, north = self.home
        x, y = max(_LEAST_PANNING_DEG, east - west), max(_LEAST_PANNING_DEG, north - south)
        return max(-180.0, west - x), max(-85.0, south - y), min(180.0, east + x), min(85.0, north + y)

    @property
    def districts(self) -> tuple[Area, ...]:
        """The districts, in the file's order."""
        return _areas(self, "districts")

    @property
    def land(self) -> tuple[Area, ...]:
        """The land around and under the districts; all that is neither is sea."""
        return _areas(self, "land")

    @property
    def focus(self) -> Area | None:
        """The plan's district, which stands out; None if neither the ground nor the plan has its area."""
        return next((area for area in self.districts if self.name.zh and area.name_zh == self.name.zh), None)

    @property
    def focus_code(self) -> str | None:
        """Id of the plan's district in the collection of districts; None if that lacks it."""
        found = {
            feature["properties"]["name_zh"]: feature["id"] for feature in self.collection("districts")["features"]
        }
        return str(found[self.name.zh]) if self.name.zh in found else None

    def collection(self, name: str) -> dict[str, Any]:
        """Return `districts` or `land` as a GeoJSON FeatureCollection of WGS 84 polygons."""
        return _collection(self, name)

    def features(self, name: str) -> list[dict[str, Any]]:
        """Return the GeoJSON features (WGS 84) of `roads`, `waters` or `places`; none where the ground lacks them."""
        if self.folder is None or not (self.folder / f"{name}.geojson").is_file():
            return []
        found: list[dict[str, Any]] = _read(self.folder / f"{name}.geojson", self.version)["features"]
        return found

    def sources(self, *, ways: bool = True) -> tuple[Text, ...]:
        """Return where the ground comes from, each source once; that of roads and waters only with `ways`."""
        found = [self.collection(name) for name in _FILES]
        if self.folder is not None and ways:
            more = [self.folder / f"{name}.geojson" for name in _MORE_FILES]
            found += [_read(path, self.version) for path in more if path.is_file()]
        return tuple(dict.fromkeys(Text(*pair) for each in found for pair in each.get("sources", ())))

    @property
    def dry_land(self) -> BaseGeometry:
        """All land as one area in metres of the grid, prepared for queries; the rest is sea."""
        return _dry_land(self)

    @property
    def city(self) -> BaseGeometry:
        """The outline of all districts together, else of the plan's home, in metres of the grid, for insets."""
        return _city(self)


@lru_cache(maxsize=8)
def region(plan: Plan) -> Region:
    """Return the region of `plan`, the same for the same plan.

    Raises
    ------
    PlanMapError
        The plan names a grid that cannot be used.
    """
    district = plan.sites.get(plan.info.district_site)
    return Region(
        plan.grid,
        plan.home,
        _folder(plan.beside.ground, plan.home),
        district.name if district else Text("", ""),
        plan.district_area.wkb if plan.district_area is not None else b"",
        plan.beside.ground_version,
    )


def _folder(own: Path | None, home: BBox) -> Path | None:
    """Return the folder with the districts: the plan's own, else the built-in one if the plan lies where that is."""
    if own is not None and all((own / f"{name}.geojson").is_file() for name in _FILES):
        return own
    west, south, east, north = _read(_built_in() / "districts.geojson")["bbox"]
    x, y = (home[0] + home[2]) / 2, (home[1] + home[3]) / 2
    return _built_in() if west <= x <= east and south <= y <= north else None


def _built_in() -> Path:
    return data_folder() / "basemap"


@lru_cache(maxsize=8)
def _read(path: Path, version: str = "") -> dict[str, Any]:
    """Return the content of a GeoJSON file of the ground; for another `version` it is read anew.

    Raises
    ------
    PlanMapError
        It cannot be read, or is not in the form of the files in `data/basemap/`.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for feature in content["features"]:
            _ = feature["geometry"]["type"], feature["properties"]["name_zh"], feature["properties"].get("name_en")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise PlanMapError("ground-damaged", file=path) from error
    return content


@lru_cache(maxsize=8)
def _collection(region: Region, name: str) -> dict[str, Any]:
    if region.folder is not None:
        found = _read(region.folder / f"{name}.geojson", region.version)
    elif name == "land":
        found = {**_features([("land", Text("", ""), _world_land(region))]), "sources": [WORLD_SOURCE]}
    else:
        found = _features([])
    if name != "districts" or not region.outline:
        return found
    if any(feature["properties"]["name_zh"] == region.name.zh for feature in found["features"]):
        return found
    own = _features([(OWN_DISTRICT, region.name, shapely.from_wkb(region.outline))])
    return {**found, "features": found["features"] + own["features"]}


def _features(rows: list[tuple[str, Text, BaseGeometry]]) -> dict[str, Any]:
    """Return a FeatureCollection in the form of the files in `data/basemap/`."""
    features = []
    for code, name, geometry in rows:
        label = [round(value, 5) for value in inner_point(geometry).coords[0]] if name.zh else None
        properties = {"name_zh": name.zh, "name_en": name.en, **({"label": label} if label else {})}
        features.append({"type": "Feature", "id": code, "properties": properties, "geometry": mapping(geometry)})
    return {"type": "FeatureCollection", "features": features}


def _world_land(region: Region) -> BaseGeometry:
    file = vendor_file(WORLD_LAND)
    depends = f"{_WORLD_EDITION} {file.stat().st_size} {region.bounds} {shapely.geos_version_string}"
    name = hashlib.sha256(depends.encode()).hexdigest()[:20]

    kept = kept_bytes(f"world-{name}.wkb", lambda: bytes(shapely.to_wkb(land_around(file, region.bounds))))
    return shapely.from_wkb(kept)


@lru_cache(maxsize=8)
def _areas(region: Region, name: str) -> tuple[Area, ...]:
    areas = []
    middle = (region.home[0] + region.home[2]) / 2
    within = shapely.box(middle - _PROJECTED_DEG, -85.0, middle + _PROJECTED_DEG, 85.0)
    for feature in region.collection(name)["features"]:
        drawn = shape(feature["geometry"])
        west, _, east, _ = drawn.bounds
        if max(middle - west, east - middle) > _PROJECTED_DEG:
            drawn = shapely.make_valid(drawn).intersection(within)
        geometry = region.grid.project(drawn)
        valid = geometry if geometry.is_valid else shapely.make_valid(geometry)
        areas.append(Area(feature["properties"]["name_zh"], feature["properties"].get("name_en", ""), valid))
    return tuple(areas)


@lru_cache(maxsize=4)
def _dry_land(region: Region) -> BaseGeometry:
    # Outlines of different origin leave slivers between them, which are not sea.
    dry = _kept(region, "dry-land", lambda: _together(region, "districts", "land").buffer(200.0))
    shapely.prepare(dry)
    return dry


@lru_cache(maxsize=4)
def _city(region: Region) -> BaseGeometry:
    if not region.districts:
        return region.grid.project(shapely.box(*region.home))
    # A district that only the plan knows is the city.
    return _kept(region, "city", lambda: _together(region, "districts").simplify(60.0))


def _together(region: Region, *names: str) -> BaseGeometry:
    return shapely.union_all([area.geometry for name in names for area in _areas(region, name)])


def _kept(region: Region, name: str, make: Callable[[], BaseGeometry]) -> BaseGeometry:
    """Return what `make` makes of the ground, kept in the user's cache folder: it takes longer than a small sheet."""
    digest = hashlib.sha256(f"{shapely.geos_version_string} {version('pyproj')} {region.grid.proj}".encode())
    digest.update(region.outline)
    if region.folder is None:
        digest.update(repr(region.home).encode())
    else:
        for part in _FILES:
            digest.update((region.folder / f"{part}.geojson").read_bytes())
    kept = kept_bytes(f"{name}-{digest.hexdigest()[:20]}.wkb", lambda: bytes(shapely.to_wkb(make())))
    return shapely.from_wkb(kept)
