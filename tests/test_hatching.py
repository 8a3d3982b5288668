"""Hatches on paper: exact in angle and distance, inside their areas, and the same across neighbours."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers.draw import hatching
from layers.draw.hatching import dots, hatched, lines
from layers.draw.swatches import own
from layers.own.symbol_value import Hatch, Pattern, Symbol

angles = st.floats(0, 180, exclude_max=True)
spacings = st.floats(0.5, 20)
hundredths = st.integers(-5_000, 5_000).map(lambda number: number / 100)
corners = st.lists(st.tuples(hundredths, hundredths), min_size=3, max_size=9)


@given(corners, spacings, angles)
def test_lines_are_level_with_their_angle_apart_by_their_distance_and_inside(found, spacing, angle):
    area = shapely.MultiPoint(found).convex_hull
    if area.geom_type != "Polygon" or area.area < 1:
        return
    ends = lines(np.array([area], dtype=object), spacing, angle)
    turn = math.radians(angle)
    across = np.array([-math.sin(turn), math.cos(turn)])
    offsets = ends @ across / spacing
    # Each is a whole number of distances away from the origin, along all of its length.
    assert np.allclose(offsets, np.round(offsets), atol=1e-6)
    # No line that goes through the area is left out; one that only touches it may be.
    reached = shapely.get_coordinates(area) @ across / spacing
    low, high = reached.min(), reached.max()
    through = math.ceil(high - 1e-6) - math.floor(low + 1e-6) - 1
    drawn = len(set(np.round(offsets[:, 0]).tolist()))
    assert through <= drawn <= math.floor(high + 1e-6) - math.ceil(low - 1e-6) + 1
    if len(ends):
        assert shapely.covers(shapely.buffer(area, 1e-6), shapely.linestrings(ends)).all()


@given(spacings, angles)
def test_areas_side_by_side_are_hatched_as_one(spacing, angle):
    halves = [shapely.box(0, 0, 20, 30), shapely.box(20, 0, 40, 30)]
    apart = shapely.union_all(shapely.linestrings(lines(np.array(halves, dtype=object), spacing, angle)))
    whole = shapely.union_all(shapely.linestrings(lines(np.array([shapely.box(0, 0, 40, 30)]), spacing, angle)))
    assert shapely.hausdorff_distance(apart, whole) < 1e-6


def test_holes_stay_free():
    ring = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    drawn = shapely.linestrings(lines(np.array([ring], dtype=object), 2.0, 30.0))
    assert not shapely.intersects(drawn, shapely.box(10.01, 10.01, 19.99, 19.99)).any()
    spots = dots(np.array([ring], dtype=object), 2.0, 30.0)
    assert shapely.contains_xy(ring, spots[:, 0], spots[:, 1]).all()
    assert len(spots) == pytest.approx(ring.area / 4, rel=0.1)


def test_a_grid_has_two_directions_and_lengths_are_those_of_the_paper():
    area = np.array([shapely.box(0, 0, 1000, 1000)], dtype=object)
    hatch = Hatch("#112233", Pattern.GRID, 0.0, 6.0, 2.0, 0.5)
    # 1:1000: a millimetre on the paper is a metre on the ground.
    [shape] = hatched(area, hatch, pixel=0.17, unit=0.17, opacity=0.5)
    assert (shape.stroke, shape.line_width, shape.opacity) == ("#112233", pytest.approx(0.34), 0.25)
    ends = np.asarray(shape.path.vertices).reshape(-1, 2, 2)
    level = np.unique(ends[np.isclose(ends[:, 0, 1], ends[:, 1, 1])][:, 0, 1].round(6))
    assert np.allclose(np.diff(level), 6 * 0.17, atol=1e-5)
    assert len(ends) == pytest.approx(2 * len(level), abs=2)


def test_what_is_too_dense_is_refused(monkeypatch):
    monkeypatch.setattr(hatching, "MOST_MARKS", 100)
    for pattern in Pattern:
        with pytest.raises(PlanMapError, match="hatch-too-dense"):
            hatched(np.array([shapely.box(0, 0, 500, 500)]), Hatch("#112233", pattern), pixel=0.5, unit=0.5)


def test_the_legend_has_the_hatch_inside_its_sample():
    shapes = own(Symbol(fill="#FFFFFF", stroke="#000000", hatch=Hatch("#112233", angle=30.0)), "area")(10.0, 5.0, 3.2)
    fill, hatch, edge = shapes
    assert (fill.fill, fill.stroke, hatch.stroke, edge.fill, edge.stroke) == ("#FFFFFF", "", "#112233", "", "#000000")
    low, high = np.asarray(hatch.path.vertices).min(axis=0), np.asarray(hatch.path.vertices).max(axis=0)
    box = fill.path.get_extents()
    assert (low >= np.array(box.p0) - 1e-9).all()
    assert (high <= np.array(box.p1) + 1e-9).all()
