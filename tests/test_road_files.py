"""Roads, waters and places in `data/basemap/`, as they ship."""

import csv
import json
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from geo.feature_lines import feature_lines
from geo.landmarks import RANKS, SAME_M, kind_of
from geo.point_lines.course import GAP_M, SHORTEST_M
from geo.point_lines.curve import turns_deg
from geo.point_lines.joints import ONE_ROAD_M
from geo.roads import DISTRICT, GRID, NOT_ROADS, WINDOW, names, number
from layers.resources import data_folder

FOLDER = data_folder() / "basemap"
FILES = ("roads", "waters", "places")


def read(name):
    return json.loads((FOLDER / f"{name}.geojson").read_text(encoding="utf-8"))


FOUND = {name: read(name) for name in FILES}
LINES = [
    (feature["properties"], GRID.project(shape(feature["geometry"])))
    for name in ("roads", "waters")
    for feature in FOUND[name]["features"]
    if "LineString" in feature["geometry"]["type"]
]


def test_the_basemap_stays_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 4_000_000


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_written_as_make_roads_writes_it(name):
    text = (FOLDER / f"{name}.geojson").read_text(encoding="utf-8")
    assert text == feature_lines(FOUND[name]["features"], sources=FOUND[name]["sources"])
    assert len(text.splitlines()) == len(FOUND[name]["features"]) + 2


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_whose_data_it_is_and_what_the_lines_are(name):
    [(chinese, english)] = FOUND[name]["sources"]
    assert "© OpenStreetMap contributors" in chinese
    assert "© OpenStreetMap contributors" in english
    assert "ODbL 1.0" in chinese
    if name != "places":
        assert "依 OSM 点位连线，示意" in chinese
        assert "lines through OpenStreetMap points, schematic" in english


@pytest.mark.parametrize("name", FILES)
def test_geometries_are_sound_and_in_the_window(name):
    window = shapely.box(*WINDOW).buffer(0.005)
    for feature in FOUND[name]["features"]:
        geometry = shape(feature["geometry"])
        assert geometry.is_valid
        assert not geometry.is_empty
        assert window.covers(geometry)
        for line in getattr(geometry, "geoms", [geometry]):
            pairs = list(line.coords)
            assert all(one != other for one, other in pairwise(pairs))
            assert all(round(value, 5) == value for pair in pairs for value in pair)


def test_a_road_has_the_properties_that_the_map_draws_by():
    for feature in FOUND["roads"]["features"]:
        own = feature["properties"]
        assert list(own) == ["name_zh", "name_en", "class", "ref", "points", "gap_m"]
        assert own["name_zh"] or own["name_en"]
        assert own["class"] in GAP_M
        assert own["ref"] == number(own["name_zh"])
        assert not NOT_ROADS.search(own["name_zh"])
    keys = [(own["name_zh"], own["name_en"], own["class"]) for own, _ in LINES if "ref" in own]
    assert len(set(keys)) == len(keys)


def test_no_gap_is_longer_than_the_class_allows():
    for own, _ in LINES:
        # Between two places straight; along a curve it is a little more.
        assert 0 < own["gap_m"] <= 1.1 * max(GAP_M[own["class"]], ONE_ROAD_M.get(own["class"], 0))


def test_no_straight_piece_is_longer_than_the_gap_says():
    for own, geometry in LINES:
        for line in getattr(geometry, "geoms", [geometry]):
            longest = float(np.hypot(*np.diff(shapely.get_coordinates(line), axis=0).T).max())
            points = own["points"]
            # A straight piece may pass points on its way, but not more than there are.
            assert longest <= (points + 1) * own["gap_m"] + 2


def test_no_line_turns_back_on_itself():
    for own, geometry in LINES:
        for line in getattr(geometry, "geoms", [geometry]):
            assert turns_deg(shapely.get_coordinates(line)).max() < 120, own
            assert line.length > SHORTEST_M / 2, own


def test_roads_meet_at_the_same_vertex():
    ends, vertices = defaultdict(int), defaultdict(int)
    for feature in FOUND["roads"]["features"]:
        geometry = shape(feature["geometry"])
        for line in getattr(geometry, "geoms", [geometry]):
            for pair in line.coords:
                vertices[pair] += 1
            for pair in (line.coords[0], line.coords[-1]):
                ends[pair] += 1
    shared = sum(vertices[pair] > 1 for pair in ends)
    assert shared > 0.3 * len(ends)


@pytest.mark.parametrize(
    "name", ["京津塘高速", "津滨高速", "宁静高速", "京津高速", "外环东路（克黄线）", "京滨线（津塘公路）"]
)
def test_the_main_roads_of_the_district_do_not_break(name):
    district = GRID.project(shape(next(f["geometry"] for f in read("districts")["features"] if f["id"] == DISTRICT)))
    [road] = [line for own, line in LINES if own["name_zh"] == name and own["class"] in ("motorway", "trunk")]
    inside = shapely.line_merge(shapely.intersection(road, district.convex_hull))
    assert inside.geom_type == "LineString" or max(part.length for part in inside.geoms) > 0.9 * inside.length


def test_the_lakes_are_points_of_unknown_shape():
    found = {
        feature["properties"]["name_zh"]: feature
        for feature in FOUND["waters"]["features"]
        if feature["geometry"]["type"] == "Point"
    }
    for name, place in (("东丽湖", (117.4842, 39.1677)), ("丽湖", (117.4525, 39.1867))):
        assert found[name]["geometry"]["coordinates"] == pytest.approx(place, abs=0.0001)
        assert found[name]["properties"]["class"] == "water"
        assert "形状未知" in found[name]["properties"]["note"]


def test_a_water_is_a_line_or_a_point_and_not_both():
    kinds = defaultdict(set)
    for feature in FOUND["waters"]["features"]:
        kinds[feature["properties"]["name_zh"]].add(feature["geometry"]["type"] == "Point")
    assert all(len(kind) == 1 for kind in kinds.values())


def test_places_come_by_rank_and_none_twice():
    features = FOUND["places"]["features"]
    ranks = [feature["properties"]["rank"] for feature in features]
    assert ranks == sorted(ranks)
    by_name = defaultdict(list)
    for feature in features:
        own = feature["properties"]
        assert list(own) == ["name_zh", "name_en", "class", "rank"]
        assert own["rank"] == RANKS[own["class"]]
        by_name[own["name_zh"] or own["name_en"]].append(GRID.project(shape(feature["geometry"])))
    for points in by_name.values():
        for i, point in enumerate(points):
            assert all(point.distance(other) > SAME_M - 2 for other in points[:i])
    assert all(kind_of(name, "yes") for name in by_name)
    assert {"军粮城北", "T1航站楼", "东丽收费站", "空港经济区"} <= set(by_name)


def test_every_road_name_in_the_district_has_a_line_or_a_reason():
    with (FOLDER / "roads-without-line.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    drawn = {own["name_zh"] or own["name_en"] for own, _ in LINES if "ref" in own}
    assert {row["name"] for row in rows} & drawn == set()
    assert len({row["name"] for row in rows}) == len(rows)
    single = [row for row in rows if row["points"] == "1"]
    assert {row["reason"] for row in single} <= {
        "one point",
        "not a road",
        "a path, or only proposed",
        "links only, too few or too short",
    }
    assert all(names(row["name"]) != ("", "") for row in rows)
