"""Make the roads, waters and places in `data/basemap/` from OpenStreetMap's names: `make roads`.

For development only. The package siontiles holds an index for searching, with the name, class and one point of each
named way of OpenStreetMap; there are no lines in it. Lines are drawn through these points (`geo/point_lines/`), so they
are schematic (docs/decisions/0022).
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.feature_lines import feature_lines
from geo.grid import grid_of
from geo.landmarks import RANKS, Landmark, distinct, kind_of
from geo.point_lines.course import SHORTEST_M, Course, Positions, courses
from geo.point_lines.network import network
from geo.point_lines.way import Way

WINDOW = (117.1, 38.9, 117.85, 39.33)
"""West, south, east, north in degrees (WGS 84): Dongli with a margin of about 25 km."""

DISTRICT = "120110"
"""Administrative code of Dongli, whose roads are all accounted for."""

GRID = grid_of("EPSG:4548")
"""The grid in whose metres lines are drawn through points."""

SOURCE_LINES = (
    "道路与水系：依 OSM 点位连线，示意（© OpenStreetMap contributors，ODbL 1.0）",
    "roads and waters: lines through OpenStreetMap points, schematic (© OpenStreetMap contributors, ODbL 1.0)",
)
"""Where lines come from, in Chinese and English; a plan's line of sources takes it over."""

SOURCE_PLACES = ("地名：© OpenStreetMap contributors（ODbL 1.0）", "places: © OpenStreetMap contributors (ODbL 1.0)")
NOTE_SHAPE = "只有点位，形状未知 / one point only, shape unknown"

ROAD_CLASSES = {
    "motorway": "motorway",
    "trunk": "trunk",
    "primary": "primary",
    "secondary": "secondary",
    "tertiary": "tertiary",
    "residential": "minor",
    "unclassified": "minor",
    "living_street": "minor",
    "service": "minor",
    "pedestrian": "minor",
    "construction": "construction",
    "motorway_link": "link",
    "trunk_link": "link",
    "primary_link": "link",
    "secondary_link": "link",
    "tertiary_link": "link",
}
"""Our class by the value of `highway=`; footways, paths, tracks, cycleways and what is only proposed are left out."""

WATER_CLASSES = {"river": "river", "canal": "canal", "stream": "stream", "drain": "drain"}
"""Our class by the value of `waterway=`."""

AREA_CLASSES = {
    "lake": "lake",
    "pond": "pond",
    "water": "water",
    "reservoir": "reservoir",
    "basin": "basin",
    "river": "river",
}
"""Our class by the value of `water=`, of waters that are areas in OpenStreetMap."""

CORRECTIONS = {
    "京津唐高速": "京津塘高速",
    "长春-深圳高速公路": "长深高速",
    "西橫堤": "西横堤",
    "天广 路": "天广路",
    "十一经路乔": "十一经路",
    "仁德鲁": "仁德路",
    "十一经路; 曲阜道": "十一经路",
    "山深线;克黄线": "山深线",
    "新开路 - Kunwei Lu": "新开路",
    "Jinbin Expessway": "津滨高速",
    "Jing Jin Tang Gao Su Gong Lu": "京津塘高速",
    "Zhongxinzhuang Lu": "中心庄路",
    "Chunhua Lu": "春华路",
    "Baoshui Road": "保税路",
    "Yuejin Lu": "跃进路",
}
"""Slips and transcriptions of names that stand right on other points of the same road."""

WATER_CORRECTIONS = {"Honghihe": "洪泥河"}
"""The same for waterways."""

NOT_ROADS = re.compile("换乘|汀步|排$|园$|环岛$|门道口|下坡$")
"""Names of roads that are none: transfers, stepping stones, rows of houses, estates, roundabouts."""


NOT_WATERS = re.compile("岛$|滑雪场$|公园$|^天津港$|水塘$|大坑")
"""Names of waters that are those of something else: islands, parks, a harbour; and of ponds on farms."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A point with a name, as the source has it."""

    name: str
    group: str
    """道路, 水系, 水域, 交通 or 建筑: roads, waterways, waters, transport, buildings."""
    source_class: str
    """Value of OpenStreetMap's key, such as `highway=`."""
    lon: float
    """Degrees, WGS 84."""
    lat: float
    """Degrees, WGS 84."""


def entries() -> list[Entry]:
    """Return what the source has in `WINDOW`, without repetitions."""
    path = distribution("siontiles").locate_file("siontiles/web/search_index.json.gz")
    west, south, east, north = WINDOW
    with gzip.open(str(path)) as file:
        rows = json.load(file)
    found = {
        Entry(" ".join(row["n"].split()), row["c"], row.get("t") or "", row["x"], row["y"])
        for row in rows
        if west <= row["x"] <= east and south <= row["y"] <= north
    }
    return sorted(found, key=lambda entry: (entry.group, entry.name, entry.source_class, entry.lon, entry.lat))


def grid(rows: Iterable[Entry]) -> Positions:
    """Return the positions of `rows` in metres of the grid."""
    pairs = np.array([(row.lon, row.lat) for row in rows]).reshape(-1, 2)
    return shapely.get_coordinates(GRID.project(shapely.MultiPoint(pairs)))


def degrees(line: Positions) -> list[list[float]]:
    """Return positions in metres of the grid as longitudes and latitudes, to 0.00001° (about 1 m)."""
    pairs = [[round(degree, 5) for degree in GRID.geographic(*position)] for position in line.tolist()]
    return [pair for i, pair in enumerate(pairs) if i == 0 or pair != pairs[i - 1]]


def road_name(name: str) -> str:
    """Return the name under which the points of a road are taken together."""
    name = CORRECTIONS.get(name, name)
    mixed = re.match(r"^([一-鿿]+)[ -]+[A-Za-z][A-Za-z .]*$", name)
    return re.sub("高速公路$", "高速", mixed[1] if mixed else name)


def english(name: str) -> str:
    """Return the English or Latin name that stands in `name` itself; empty if there is none."""
    found = re.match(r"^(?:[一-鿿]+[ -]+)?([A-Za-z][A-Za-z0-9 .,()&'-]*)$", name)
    return found[1] if found else ""


def names(name: str) -> tuple[str, str]:
    """Return `name` as Chinese and English; a name without Chinese characters is English only."""
    return (name if re.search("[一-鿿]", name) or not english(name) else "", english(name))


def number(name: str) -> str:
    """Return the number of an expressway or highway with which `name` begins, such as S40; empty if there is none."""
    found = re.match(r"^([GS]\d{1,4})(?!\d)(?!辅路|旧线)", name)
    return found[1] if found else ""


def named_courses(rows: Iterable[Entry], classes: Mapping[str, str]) -> dict[str, list[Course]]:
    """Return the lines through the points of each name; links and roads that are being built apart from the rest."""
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for row in rows:
        kind = classes.get(row.source_class)
        if kind is not None:
            groups[row.name, kind if kind in ("link", "construction") else ""].append(row)
    found: dict[str, list[Course]] = defaultdict(list)
    for (name, _), members in sorted(groups.items()):
        found[name] += courses(grid(members), [classes[row.source_class] for row in members])
    joined: dict[str, list[Course]] = defaultdict(list)
    for way in network([Way(name, course) for name, members in found.items() for course in members]):
        joined[way.name].append(way.course)
    return dict(joined)


def line_features(found: Mapping[str, list[Course]], english_names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return one feature for each name and class, in the order of names."""
    features = []
    for name, all_courses in sorted(found.items()):
        for kind in sorted({course.kind for course in all_courses}):
            members = [course for course in all_courses if course.kind == kind]
            lines = sorted(line for course in members if len(line := degrees(course.line)) > 1)
            if not lines:
                continue
            name_zh, name_en = names(name)
            geometry = (
                {"type": "LineString", "coordinates": lines[0]}
                if len(lines) == 1
                else {"type": "MultiLineString", "coordinates": lines}
            )
            properties = {
                "name_zh": name_zh,
                "name_en": name_en or english_names.get(name, ""),
                "class": kind,
                "ref": number(name),
                "points": sum(len(course.points) for course in members),
                "gap_m": round(max(course.gap_m for course in members)),
            }
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return features


def point_feature(lon: float, lat: float, **properties: object) -> dict[str, Any]:
    """Return a point in degrees, WGS 84, as a feature."""
    geometry = {"type": "Point", "coordinates": [round(lon, 5), round(lat, 5)]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def roads(rows: list[Entry]) -> list[dict[str, Any]]:
    """Return the features of `roads.geojson`."""
    kept = [row for row in rows if row.group == "道路" and not NOT_ROADS.search(row.name)]
    english_names: dict[str, str] = {}
    for row in kept:
        if row.name not in CORRECTIONS and english(row.name):
            english_names[road_name(row.name)] = english(row.name)
    renamed = [replace(row, name=road_name(row.name)) for row in kept]
    return line_features(named_courses(renamed, ROAD_CLASSES), english_names)


def without_line(
    rows: list[Entry], features: list[dict[str, Any]], district: BaseGeometry
) -> list[tuple[str, int, str]]:
    """Return the names of roads with points in `district`, in WGS 84, that have no line: name, points, and why.

    `features` are those that `roads` has made of the same `rows`.
    """
    drawn = {feature["properties"]["name_zh"] or feature["properties"]["name_en"] for feature in features}
    groups: dict[str, list[Entry]] = defaultdict(list)
    for row in rows:
        if row.group == "道路":
            groups[road_name(row.name)].append(row)
    found = []
    for name, members in sorted(groups.items()):
        inside = shapely.contains_xy(district, [row.lon for row in members], [row.lat for row in members])
        if inside.any() and name not in drawn:
            found.append((name, len(members), _reason(name, members)))
    return found


def _reason(name: str, members: list[Entry]) -> str:
    """Return why the points of a road make no line."""
    kept = [row for row in members if row.source_class in ROAD_CLASSES]
    if NOT_ROADS.search(name):
        return "not a road"
    if not kept:
        return "a path, or only proposed"
    if all(ROAD_CLASSES[row.source_class] == "link" for row in kept):
        return "links only, too few or too short"
    if len(kept) == 1:
        return "one point"
    positions = grid(kept)
    if shapely.MultiPoint(positions).minimum_rotated_rectangle.length / 2 < SHORTEST_M:
        return "points too close together"
    if not courses(positions, [ROAD_CLASSES[row.source_class] for row in kept]):
        return "points too far apart, or too short"
    return "beside another road"


def waters(rows: list[Entry]) -> list[dict[str, Any]]:
    """Return the features of `waters.geojson`: lines, then points of waters whose shape is not known."""
    rows = [row for row in rows if not NOT_WATERS.search(row.name)]
    ways = [replace(row, name=WATER_CORRECTIONS.get(row.name, row.name)) for row in rows if row.group == "水系"]
    found = named_courses(ways, WATER_CLASSES)
    lines = line_features(found, {})
    for feature in lines:
        del feature["properties"]["ref"]
    drawn = {name for name, courses_ in found.items() if courses_}
    points: list[tuple[Entry, str]] = []
    for row in [row for row in rows if row.group == "水域"] + ways:
        kind = (AREA_CLASSES if row.group == "水域" else WATER_CLASSES).get(row.source_class)
        same = [other for other, _ in points if other.name == row.name]
        if kind is None or row.name in drawn or (len(same) and kind in WATER_CLASSES):
            continue
        here = grid([row])[0]
        if all(np.hypot(*(grid([other])[0] - here)) > 1000 for other in same):
            points.append((row, kind))
    return lines + [
        point_feature(
            row.lon,
            row.lat,
            **dict(zip(("name_zh", "name_en"), names(row.name), strict=True)),
            **{"class": kind, "note": NOTE_SHAPE},
        )
        for row, kind in sorted(points, key=lambda pair: (pair[0].name, pair[0].lon))
    ]


def places(rows: list[Entry]) -> list[dict[str, Any]]:
    """Return the features of `places.geojson`, the most important first."""
    found = []
    for row in rows:
        kind = kind_of(row.name, row.source_class) if row.group in ("建筑", "交通") else None
        if kind:
            x, y = grid([row])[0]
            found.append(Landmark(row.name, kind, float(x), float(y)))
    features = []
    for place in sorted(distinct(found), key=lambda place: (RANKS[place.kind], place.kind, place.name, place.x)):
        [[lon, lat]] = degrees(np.array([[place.x, place.y]]))
        name_zh, name_en = names(place.name)
        features.append(
            point_feature(
                lon, lat, **{"name_zh": name_zh, "name_en": name_en, "class": place.kind, "rank": RANKS[place.kind]}
            )
        )
    return features


def main(folder: Path) -> None:
    """Write `roads.geojson`, `waters.geojson`, `places.geojson` and `roads-without-line.csv` into `folder`.

    `districts.geojson` must be there.
    """
    rows = entries()
    features = roads(rows)
    (folder / "roads.geojson").write_text(feature_lines(features, sources=[SOURCE_LINES]), encoding="utf-8")
    (folder / "waters.geojson").write_text(feature_lines(waters(rows), sources=[SOURCE_LINES]), encoding="utf-8")
    (folder / "places.geojson").write_text(feature_lines(places(rows), sources=[SOURCE_PLACES]), encoding="utf-8")
    districts = json.loads((folder / "districts.geojson").read_text(encoding="utf-8"))["features"]
    [district] = [shape(feature["geometry"]) for feature in districts if feature["id"] == DISTRICT]
    with (folder / "roads-without-line.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "points", "reason"])
        writer.writerows(without_line(rows, features, district))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/basemap"))
