"""Lines through the points of named ways, on roads that are made up, and what is made of many names."""

from dataclasses import dataclass

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.landmarks import Landmark, distinct, kind_of
from geo.point_lines.course import CARRIAGEWAYS_M, GAP_M, SHORTEST_M, courses
from geo.point_lines.curve import BULGE, curve, turns_deg
from geo.point_lines.meetings import REACH_M
from geo.point_lines.network import SUPPORT_M, network
from geo.point_lines.way import Way
from geo.roads import english, names, number, road_name


@dataclass(frozen=True)
class Road:
    """A road as it is, and the points on it that the source has."""

    axis: shapely.LineString
    points: np.ndarray
    spacing_m: float


@st.composite
def roads(draw: st.DrawFn) -> Road:
    """Make a road of gentle bends, up to 40 m wide, with points on one carriageway or the other."""
    bearing = draw(st.floats(0, 2 * np.pi))
    bends = draw(st.lists(st.floats(-12, 12), min_size=4, max_size=25))
    corners = [np.array([530_000.0, 4_330_000.0])]
    for bend in bends:
        bearing += np.radians(bend)
        corners.append(corners[-1] + 300 * np.array([np.cos(bearing), np.sin(bearing)]))
    axis = shapely.LineString(corners)
    half = draw(st.floats(0, 20))
    spacing = draw(st.floats(150, 450))
    sides = draw(st.lists(st.sampled_from([(-1,), (1,), (-1, 1)]), min_size=8, max_size=8))
    points = []
    for k, along in enumerate(np.arange(0, axis.length, spacing)):
        here, ahead = (np.asarray(axis.interpolate(along + step).coords[0]) for step in (0, 1))
        left = np.array([here[1] - ahead[1], ahead[0] - here[0]]) / max(np.hypot(*(ahead - here)), 1e-9)
        points += [here + side * half * left for side in sides[k % 8]]
    return Road(axis, np.array(points), spacing)


@given(roads())
def test_a_road_becomes_one_line_along_its_middle(road):
    [course] = courses(road.points, ["primary"] * len(road.points))
    line = shapely.LineString(course.line)
    assert len(course.points) == len(road.points)
    # Half the width of the road, and what its bends add.
    assert max(shapely.distance(road.axis, shapely.points(course.line))) < SUPPORT_M
    assert max(shapely.distance(line, shapely.points(road.points))) < SUPPORT_M
    assert course.gap_m < 2 * road.spacing_m + CARRIAGEWAYS_M
    assert max(turns_deg(course.line)) < 60
    assert line.is_simple


@given(roads(), st.randoms(use_true_random=False))
def test_the_order_of_the_points_does_not_matter(road, random):
    kinds = ["tertiary" if k % 7 < 4 else "secondary" for k in range(len(road.points))]
    order = list(range(len(kinds)))
    random.shuffle(order)
    one, other = courses(road.points, kinds), courses(road.points[order], [kinds[i] for i in order])
    assert [(course.kind, course.line.tolist()) for course in one] == [(c.kind, c.line.tolist()) for c in other]


@given(roads(), st.sampled_from(sorted(GAP_M)), st.floats(1.01, 3))
def test_nothing_bridges_more_than_the_class_allows(road, kind, times):
    east = road.points[:, 0].max() - road.points[:, 0].min() + times * GAP_M[kind]
    found = courses(np.vstack([road.points, road.points + np.array([east, 0])]), [kind] * 2 * len(road.points))
    for course in found:
        assert course.gap_m <= 1.1 * GAP_M[kind]
        assert np.ptp(course.line[:, 0]) <= np.ptp(road.points[:, 0]) + SUPPORT_M
        assert max(shapely.distance(shapely.LineString(course.line), shapely.points(course.points))) < SUPPORT_M


def straight(start, stop, step, *, north=0.0):
    return np.array([(x, north) for x in np.arange(start, stop + 1, step)], dtype=float)


def test_the_line_runs_between_the_carriageways():
    east = straight(0, 3000, 300, north=15)
    west = straight(150, 2850, 300, north=-15)
    [course] = courses(np.vstack([east, west]), ["trunk"] * (len(east) + len(west)))
    assert max(abs(course.line[:, 1])) < 8
    assert len(course.line) == 2


def test_points_close_together_say_nothing_of_the_direction():
    assert courses(np.array([(0, 0), (SHORTEST_M * 0.9, 10)]), ["minor"] * 2) == []
    assert courses(np.array([(0.0, 0.0)]), ["minor"]) == []
    assert courses(np.empty((0, 2)), []) == []
    assert len(courses(np.array([(0, 0), (SHORTEST_M * 1.1, 0)]), ["minor"] * 2)) == 1


@pytest.mark.parametrize("last", [(2050, 55), (2100, 60), (2000, 50), (1985, 40)])
def test_a_last_point_on_the_other_carriageway_makes_no_hook(last):
    road = np.vstack([straight(0, 2000, 400), np.array([last], dtype=float)])
    [course] = courses(road, ["primary"] * len(road))
    assert max(abs(course.line[:, 1])) < 30
    assert max(turns_deg(course.line)) < 30


def test_a_fork_keeps_both_arms_and_a_stub_is_cut_off():
    trunk, arm, stub = straight(0, 4000, 200), straight(2000, 3400, 200), np.array([(1000.0, 150.0)])
    arm = np.column_stack([np.full(len(arm), 2000.0), arm[:, 0] - 1700])
    found = courses(np.vstack([trunk, arm, stub]), ["primary"] * (len(trunk) + len(arm) + 1))
    assert len(found) == 2
    assert sum(shapely.LineString(course.line).length for course in found) == pytest.approx(5700, abs=60)


def test_where_the_class_changes_two_lines_share_a_vertex():
    road = straight(0, 4000, 400)
    found = courses(road, ["primary"] * 6 + ["tertiary"] * 5)
    assert [course.kind for course in sorted(found, key=lambda course: course.line[:, 0].min())] == [
        "primary",
        "tertiary",
    ]
    ends = [tuple(vertex) for course in found for vertex in (course.line[0], course.line[-1])]
    assert len(set(ends)) == 3
    assert all(course.gap_m == pytest.approx(400) for course in found)


def test_a_short_change_of_class_is_none():
    road = straight(0, 4000, 200)
    kinds = ["primary"] * 10 + ["minor"] + ["primary"] * 10
    assert [course.kind for course in courses(road, kinds)] == ["primary"]


# Networks


def ways(**roads_by_name):
    """Make a network of straight roads, each from its class and two positions, with a point every 200 m."""
    made = []
    for name, (kind, start, stop) in roads_by_name.items():
        axis = shapely.LineString([start, stop])
        points = [
            axis.interpolate(along).coords[0] for along in np.linspace(0, axis.length, 1 + int(axis.length / 200))
        ]
        made += [Way(name, course) for course in courses(np.array(points), [kind] * len(points))]
    return network(made)


def lines_of(found):
    return {way.name: way.line for way in found}


def test_two_names_in_line_share_an_end():
    found = lines_of(ways(甲路=("primary", (0, 0), (2000, 0)), 乙路=("primary", (2500, 20), (5000, 20))))
    ends = {tuple(vertex) for line in found.values() for vertex in (line[0], line[-1])}
    assert len(ends) == 3
    assert shapely.union_all([shapely.LineString(line) for line in found.values()]).length == pytest.approx(5000, abs=5)


def test_roads_that_are_not_in_line_stay_apart():
    found = lines_of(ways(甲路=("primary", (0, 0), (2000, 0)), 乙路=("primary", (2400, 400), (2400, 3000))))
    lengths = {name: shapely.LineString(line).length for name, line in found.items()}
    assert lengths == pytest.approx({"甲路": 2000, "乙路": 2600})


def test_a_street_meets_the_road_ahead_of_it_and_both_have_the_vertex():
    found = lines_of(ways(大街=("primary", (0, 0), (4000, 0)), 小路=("tertiary", (2030, 120), (2030, 1500))))
    assert [2030, 0] in found["小路"].round(3).tolist()
    assert [2030, 0] in found["大街"].round(3).tolist()


def test_a_street_does_not_reach_farther_than_its_points_support():
    far = 1.5 * REACH_M["tertiary"]
    found = lines_of(ways(大街=("primary", (0, 0), (4000, 0)), 小路=("tertiary", (2030, far), (2030, 1500))))
    assert found["小路"][:, 1].min() == pytest.approx(far)


def test_a_street_that_ends_just_beyond_a_road_is_cut_back_to_it():
    found = lines_of(ways(大街=("primary", (0, 0), (4000, 0)), 小路=("tertiary", (2030, -25), (2030, 1500))))
    assert found["小路"][:, 1].min() == pytest.approx(0, abs=0.01)


def test_no_street_ends_at_a_motorway():
    found = lines_of(ways(高速=("motorway", (0, 0), (4000, 0)), 小路=("tertiary", (2030, 120), (2030, 1500))))
    assert found["小路"][:, 1].min() == pytest.approx(120)


def test_a_motorway_that_is_in_line_with_itself_goes_on():
    found = ways(高速=("motorway", (0, 0), (8000, 0)), 道路=("primary", (0, 900), (1000, 900)))
    assert len(found) == 2
    points = np.vstack([straight(0, 8000, 400), straight(13_800, 22_000, 400)])
    found = network([Way("高速", course) for course in courses(points, ["motorway"] * len(points))])
    assert [way.course.gap_m for way in found] == pytest.approx([5800, 5800])
    assert {tuple(way.line[0]) for way in found} & {tuple(way.line[-1]) for way in found}


def test_a_service_road_beside_its_road_is_left_out():
    found = ways(
        大街=("primary", (0, 0), (4000, 0)),
        大街辅路=("secondary", (500, 40), (3500, 40)),
        里=("minor", (0, 9), (900, 9)),
    )
    assert [way.name for way in found] == ["大街"]


@given(st.permutations(range(5)))
@settings(max_examples=20)
def test_the_order_of_the_roads_does_not_matter(order):
    roads_by_name = {
        "甲": ("primary", (0.0, 0.0), (2000.0, 0.0)),
        "乙": ("secondary", (2400.0, 10.0), (5000.0, 60.0)),
        "丙": ("tertiary", (1000.0, 90.0), (1000.0, 1500.0)),
        "丁": ("tertiary", (1080.0, 1600.0), (3000.0, 1600.0)),
        "戊": ("minor", (3000.0, -40.0), (3000.0, -900.0)),
    }
    keys = list(roads_by_name)
    plain = lines_of(ways(**roads_by_name))
    mixed = lines_of(ways(**{keys[i]: roads_by_name[keys[i]] for i in order}))
    assert {name: line.tolist() for name, line in plain.items()} == {k: line.tolist() for k, line in mixed.items()}


# Curves


@given(st.lists(st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)), min_size=2, max_size=9, unique=True))
def test_a_curve_goes_through_its_corners_and_stays_near_the_straight_line(corners):
    line = np.array(corners)
    if np.hypot(*np.diff(line, axis=0).T).min() < 1:
        return
    smooth = curve(line)
    assert max(shapely.distance(shapely.LineString(smooth), shapely.points(line))) < 1e-6
    longest = np.hypot(*np.diff(line, axis=0).T).max()
    assert max(shapely.distance(shapely.LineString(line), shapely.points(smooth))) <= BULGE * longest + 1e-6


def test_a_sharp_corner_stays_one_and_a_straight_road_straight():
    corner = np.array([(0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0)])
    assert curve(corner).tolist() == corner.tolist()
    bend = np.array([(0.0, 0.0), (1000.0, 0.0), (2000.0, 150.0)])
    assert curve(bend, 20).tolist() == bend.tolist()
    assert len(curve(bend)) > len(bend)


def test_a_curve_through_points_of_a_circle_is_nearly_that_circle():
    angles = np.radians(np.arange(0, 100, 15))
    smooth = curve(3000 * np.column_stack([np.cos(angles), np.sin(angles)]))
    inner = [vertex for vertex in smooth if np.radians(15) < np.arctan2(vertex[1], vertex[0]) < np.radians(75)]
    assert max(abs(np.hypot(*np.array(inner).T) - 3000)) < 5


# Names and landmarks


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("津塘路", "津塘路", ""),
        ("Qixing Road", "", "Qixing Road"),
        ("LG路", "LG路", ""),
        ("望海楼天主堂 - Notre-Dame", "望海楼天主堂 - Notre-Dame", "Notre-Dame"),
    ],
)
def test_names_in_two_languages(name, zh, en):
    assert names(name) == (zh, en)


def test_variants_of_a_name_are_one_road():
    assert road_name("塘承高速公路") == road_name("塘承高速") == "塘承高速"
    assert road_name("大沽南路 Da Gu Nan Lu") == "大沽南路"
    assert english("大沽南路 Da Gu Nan Lu") == "Da Gu Nan Lu"
    assert road_name("Jinbin Expessway") == "津滨高速"
    assert road_name("卫国道辅路") != road_name("卫国道")


@pytest.mark.parametrize(
    ("name", "ref"), [("S40京津高速", "S40"), ("G103辅路", ""), ("G205旧线", ""), ("津滨高速", "")]
)
def test_a_number_is_only_taken_from_the_name(name, ref):
    assert number(name) == ref


@pytest.mark.parametrize(
    ("name", "source_class", "kind"),
    [
        ("军粮城北", "train_station", "train_station"),
        ("T2航站楼", "yes", "airport"),
        ("东丽体育中心", "yes", "stadium"),
        ("华明收费站", "toll_booth", "toll_booth"),
        ("天津东丽宜家", "yes", "commercial"),
        ("环河北路派出所", "yes", "government"),
        ("1号楼", "yes", None),
        ("靓锦名居10号楼", "residential", None),
        ("兰芳园18", "apartments", None),
        ("停车列检库", "train_station", None),
        ("食堂", "yes", None),
        ("张贵庄路", "bus_stop", None),
    ],
)
def test_which_names_are_landmarks(name, source_class, kind):
    assert kind_of(name, source_class) == kind


def test_of_two_landmarks_of_one_name_the_better_stays():
    near = [Landmark("天津站", "building", 0, 0), Landmark("天津站", "train_station", 100, 0)]
    far = Landmark("天津站", "building", 400, 0)
    assert distinct([*near, far]) == [near[1], far]
