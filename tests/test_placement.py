"""Symbols and names never lie on each other, however crowded the map."""

import math
from itertools import combinations, pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.draw.along import LARGEST_BEND, Wishes, place_along, place_letters, stacked_letters
from layers.draw.drawing import Box
from layers.draw.placement import Space, _cut, place_label, place_symbol

FRAME = Box(0, 0, 200, 150)
POINTS = st.lists(st.tuples(st.floats(5, 195), st.floats(5, 145)), min_size=1, max_size=60)
SIZE = st.tuples(st.floats(3, 60), st.floats(2, 8))


def box_around(x, y, by):
    return Box(x - by, y - by, x + by, y + by)


BORDER = st.lists(st.tuples(st.floats(0, 200), st.floats(0, 150)), min_size=2, max_size=12).map(shapely.LineString)


@given(BORDER, POINTS, SIZE)
def test_no_name_that_can_do_without_breaks_a_border(border, points, size):
    space = Space(FRAME, borders=[border])
    for x, y in points:
        found = place_label(space, box_around(x, y, 2), *size, gap=0.6, over_border=False)
        assert found is None or not border.intersects(shapely.box(*found.box))
        must = place_label(space, box_around(x, y, 2), *size, gap=0.6)
        # A name that must stand breaks a border only where all that is free does.
        assert found is None or (must is not None and not border.intersects(shapely.box(*must.box)))
    line = shapely.LineString([(5, 75), (195, 75)])
    along = place_along(space, line, *size)
    assert along is None or not any(border.intersects(shapely.box(*box)) for box in along.boxes)
    letters = place_letters(space, line, [4.0] * 5, 3.0)
    assert letters is None or not any(border.intersects(shapely.box(*box)) for box in letters[1])


@given(POINTS, SIZE)
def test_whatever_is_placed_is_free_of_all_else(points, size):
    space = Space(FRAME)
    placed = []
    symbols = []
    for x, y in points:
        centre = place_symbol(space, x, y, (2.5, 3.5, 3.5, 2.5), limit=14)
        if centre is None:
            continue
        box = Box(centre[0] - 2.5, centre[1] - 3.5, centre[0] + 3.5, centre[1] + 2.5)
        space.take(box)
        placed.append(box)
        symbols.append(box)
    leaders = []
    for own in symbols:
        found = place_label(space, own, *size, gap=0.6, reach=26)
        if found is None:
            continue
        space.take(found.box)
        placed.append(found.box)
        if found.leader:
            space.take_leader(found.leader)
            leaders.append((own, found))
        assert found.box.width == pytest.approx(size[0])
        assert found.box.height == pytest.approx(size[1])
    assert all(FRAME.holds(box) for box in placed)
    assert not any(one.overlaps(other) for one, other in combinations(placed, 2))
    for own, found in leaders:
        line = shapely.LineString(found.leader)
        for box in placed:
            if box not in (own, found.box):
                assert not line.crosses(shapely.box(*box))
        assert not any(line.crosses(shapely.LineString(other.leader)) for _, other in leaders)


def test_a_free_symbol_stays_where_it_belongs():
    space = Space(FRAME)
    assert place_symbol(space, 50, 50, (2, 2, 2, 2), limit=10) == (50, 50)
    space.take(box_around(50, 50, 2))
    x, y = place_symbol(space, 50, 50, (2, 2, 2, 2), limit=10)
    assert 4 <= math.hypot(x - 50, y - 50) <= 10


def test_a_name_goes_to_the_right_first_and_away_with_a_leader_last():
    space = Space(FRAME)
    own = box_around(100, 75, 3)
    space.take(own)
    near = place_label(space, own, 20, 4, gap=1)
    assert (near.box.left, near.leader, near.side) == (104, None, "left")
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            if dx or dy:
                space.take(box_around(100 + dx * 7, 75 + dy * 7, 3.4))
    assert place_label(space, own, 20, 4, gap=1) is None
    far = place_label(space, own, 6, 2, gap=1, reach=40)
    assert far is None or far.leader is not None


def test_a_name_keeps_off_a_line_where_it_can():
    own = box_around(100, 75, 3)
    road = shapely.LineString([(103.5, 0), (103.5, 150)])
    plain = place_label(Space(FRAME), own, 20, 4, gap=1)
    aware = place_label(Space(FRAME, [road]), own, 20, 4, gap=1)
    assert shapely.box(*plain.box).intersects(shapely.LineString([(110, 0), (110, 150)]))
    assert not shapely.box(*aware.box).intersects(road)


@given(
    st.lists(st.tuples(*[st.floats(-20, 20)] * 4), min_size=1, max_size=5),
    st.lists(
        st.tuples(st.floats(-20, 20), st.floats(-20, 20), st.floats(0.1, 9), st.floats(0.1, 9)), min_size=1, max_size=5
    ),
)
def test_segments_against_boxes_agree_with_geos(segments, corners):
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in corners])
    found = _cut(np.array(segments), boxes)
    inward = np.array((1e-6, 1e-6, -1e-6, -1e-6))
    for i, (x0, y0, x1, y1) in enumerate(segments):
        line = shapely.LineString([(x0, y0), (x1, y1)]) if (x0, y0) != (x1, y1) else shapely.Point(x0, y0)
        for j, box in enumerate(boxes):
            # What only touches may go either way.
            if line.intersects(shapely.box(*(box + inward))):
                assert found[i, j]
            elif not line.intersects(shapely.box(*(box - inward))):
                assert not found[i, j]


@given(st.floats(-89, 89))
def test_a_name_along_a_line_reads_the_right_way_up(angle):
    run = math.radians(angle)
    line = shapely.LineString(
        [(100 - 70 * math.cos(run), 75 - 70 * math.sin(run)), (100 + 70 * math.cos(run), 75 + 70 * math.sin(run))]
    )
    found = place_along(Space(FRAME), line.reverse(), 20, 3)
    assert found.turn == pytest.approx(angle, abs=0.5)
    assert line.distance(shapely.Point(found.x, found.y)) < 1e-6


def test_no_name_on_a_line_that_is_too_short_or_too_bent():
    assert place_along(Space(FRAME), shapely.LineString([(10, 10), (20, 10)]), 20, 3) is None
    zigzag = shapely.LineString([(10 + 4 * n, 10 + 12 * (n % 2)) for n in range(30)])
    assert place_along(Space(FRAME), zigzag, 30, 3) is None


@given(st.floats(20, 70), st.integers(2, 9), st.booleans())
def test_letters_on_a_bend_follow_it_and_read_from_left_to_right(radius, count, turned):
    arc = shapely.LineString([(100 + radius * math.cos(a / 30), 20 + radius * math.sin(a / 30)) for a in range(95)])
    found = place_letters(Space(FRAME), arc.reverse() if turned else arc, [3.0] * count, 2.5)
    assert found is not None
    letters, boxes = found
    assert len(letters) == len(boxes) == count
    assert all(arc.distance(shapely.Point(at.x, at.y)) < 0.2 for at in letters)
    assert [at.x for at in letters] == sorted(at.x for at in letters)
    for one, other in pairwise(letters):
        assert abs(one.turn - other.turn) <= LARGEST_BEND
        assert math.hypot(one.x - other.x, one.y - other.y) == pytest.approx(3.0, abs=0.2)


def test_no_letters_on_a_line_that_is_too_sharp_or_taken():
    zigzag = shapely.LineString([(10 + 4 * n, 10 + 12 * (n % 2)) for n in range(30)])
    assert place_letters(Space(FRAME), zigzag, [5.0] * 6, 3) is None
    space = Space(FRAME)
    space.take(FRAME)
    assert place_letters(space, shapely.LineString([(10, 10), (150, 10)]), [5.0] * 3, 3) is None


@pytest.mark.parametrize("angle", [60, 85, 90, 95, 120])
def test_on_a_steep_line_letters_stand_one_below_the_other(angle):
    away = 30 * math.cos(math.radians(angle)), 30 * math.sin(math.radians(angle))
    steep = shapely.LineString([(100 - away[0], 60 - away[1]), (100 + away[0], 60 + away[1])])
    along = place_along(Space(FRAME), steep, 12, 3)
    found = place_letters(Space(FRAME), steep, [3.0] * 4, 3, Wishes(stacked=True))
    assert along is not None
    assert found is not None
    for letters in (stacked_letters(along, 4, 12), found[0]):
        assert [at.y for at in letters] == sorted((at.y for at in letters), reverse=True)
        assert all(abs(at.turn) <= 31 for at in letters)
        assert all(steep.distance(shapely.Point(at.x, at.y)) < 1e-6 for at in letters)


def test_a_name_comes_again_only_far_from_where_it_stands():
    line = shapely.LineString([(10, 60), (190, 60)])
    first = place_along(Space(FRAME), line, 20, 3)
    again = place_along(Space(FRAME), line, 20, 3, Wishes(far=[(first.x, first.y)], far_mm=60))
    assert math.hypot(again.x - first.x, again.y - first.y) >= 60
    assert place_along(Space(FRAME), line, 20, 3, Wishes(far=[(first.x, first.y)], far_mm=100)) is None


def test_a_name_avoids_junctions_and_keeps_a_gap_from_the_next_name():
    line = shapely.LineString([(10, 60), (190, 60)])
    street = shapely.LineString([(100, 20), (100, 100)])
    found = place_along(Space(FRAME), line, 20, 3, Wishes(crossing=shapely.STRtree([street])))
    assert abs(found.x - 100) > 10
    space = Space(FRAME)
    space.take(*found.boxes)
    other = place_along(space, line, 20, 3)
    assert abs(other.x - found.x) >= 21.5
