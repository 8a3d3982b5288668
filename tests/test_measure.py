"""Distances, bounds and anchor points, against pyproj's ellipsoid."""

import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.measure import bounds, buffered_bounds, distance_m, inner_point, nearest

points = st.builds(shapely.Point, st.floats(117.2, 117.6), st.floats(38.98, 39.26))
CGCS2000_ELLIPSOID = pyproj.Geod(a=6378137, rf=298.257222101)


@given(points, points)
def test_distance_agrees_with_the_ellipsoid(one, other):
    geodesic = CGCS2000_ELLIPSOID.inv(one.x, one.y, other.x, other.y)[2]
    assert distance_m(one, other) == pytest.approx(geodesic, rel=1e-9, abs=1e-6)


def test_nearest_measures_to_the_line_and_not_to_its_ends():
    line = shapely.LineString([(117.3, 39.1), (117.5, 39.1)])
    found = nearest(shapely.Point(117.4, 39.11), {"line": line, "point": shapely.Point(117.4, 39.13)})
    assert found is not None
    assert found[0] == "line"
    assert found[1] == pytest.approx(1110, rel=0.01)


def test_nearest_of_nothing():
    assert nearest(shapely.Point(117.4, 39.1), {}) is None


@given(points, st.floats(10, 5000))
def test_buffered_bounds_reach_as_far_as_asked(point, radius):
    west, south, east, north = buffered_bounds(point, radius_m=radius)
    assert distance_m(shapely.Point(west, point.y), point) == pytest.approx(radius, rel=0.02)
    assert distance_m(shapely.Point(point.x, north), point) == pytest.approx(radius, rel=0.02)
    assert south < point.y < north
    assert west < point.x < east


def test_bounds_leave_out_what_has_no_position():
    assert bounds([None, shapely.Point(117, 39), shapely.Point(118, 38)]) == (117, 38, 118, 39)
    assert bounds([None]) is None


def test_inner_point_lies_inside_a_bent_area():
    bent = shapely.Polygon([(0, 0), (4, 0), (4, 4), (3, 4), (3, 1), (0, 1)])
    assert not bent.contains(bent.centroid)
    assert bent.contains(inner_point(bent))
