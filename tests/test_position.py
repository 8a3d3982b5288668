"""Positions as people write them: which figure is which, in which datum, and where that is in WGS 84."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from geo.datum import gcj02_to_bd09, wgs84_to_gcj02
from geo.errors import PlanMapError
from geo.grid import gauss_kruger
from geo.measure import distance_m
from geo.position import LONGEST, Datum, Position, meridian_of, read_position

longitudes = st.floats(74.0, 134.9)
latitudes = st.floats(18.2, 53.5)


def metres_off(found: Position, longitude: float, latitude: float) -> float:
    return distance_m(Point(found.longitude, found.latitude), Point(longitude, latitude))


def sexagesimal(value: float, marks: str) -> str:
    seconds = round(value * 3600, 3)
    degrees, rest = divmod(seconds, 3600)
    return f"{degrees:.0f}{marks[0]}{rest // 60:.0f}{marks[1]}{rest % 60:.3f}{marks[2]}"


@given(longitudes, latitudes, st.sampled_from(["°′″", "度分秒", "°'\""]), st.sampled_from([", ", "，", " ", ";", "、"]))
def test_degrees_are_read_however_they_are_written(longitude, latitude, marks, between):
    # 3.1 cm for a thousandth of a second; the figures are rounded to that.
    x, y = sexagesimal(longitude, marks), sexagesimal(latitude, marks)
    for text in (f"东经{x}{between}北纬{y}", f"{y}N{between}{x}E", f"{x}{between}{y}"):
        assert metres_off(read_position(text, Datum.WGS84), longitude, latitude) < 0.05, text
    plain = read_position(f"{longitude:.8f}{between}{latitude:.8f}", Datum.CGCS2000)
    assert metres_off(plain, longitude, latitude) < 0.01


@given(longitudes, latitudes)
def test_the_offset_frames_are_shifted_back_and_the_shift_is_told(longitude, latitude):
    gcj = wgs84_to_gcj02(longitude, latitude)
    bd = gcj02_to_bd09(*gcj)
    for datum, (x, y) in ((Datum.GCJ02, gcj), (Datum.BD09, bd)):
        found = read_position(f"{x:.9f},{y:.9f}", datum)
        assert metres_off(found, longitude, latitude) < 0.02
        told = math.hypot(found.east_m, found.north_m)
        assert told == pytest.approx(distance_m(Point(x, y), Point(longitude, latitude)), abs=0.1)


@given(latitudes, st.sampled_from(range(75, 136, 3)), st.floats(-1.5, 1.5), st.booleans())
def test_easting_and_northing_are_told_apart_and_their_zone_found(latitude, meridian, beside, prefixed):
    longitude = meridian + beside
    easting, northing = gauss_kruger(meridian).position(longitude, latitude)
    zone = str(meridian // 3)
    first = f"{zone if prefixed else ''}{easting:010.3f}" if prefixed else f"{easting:.3f}"
    for text in (f"{first} {northing:.3f}", f"X={northing:.3f}m Y={first}m"):
        found = read_position(text, Datum.CGCS2000_GRID, zone="" if prefixed else zone)
        assert found.meridian == meridian
        assert metres_off(found, longitude, latitude) < 0.01
    assert read_position(f"{easting:.3f} {northing:.3f}", Datum.CGCS2000_GRID, meridian=meridian).meridian == meridian


def test_a_published_position_in_five_datums():
    # 军粮城北站, as public lists give it in WGS 84 and GCJ-02; easting and northing by PROJ for EPSG:4527.
    for text, datum in (
        ("117.421897, 39.064801", Datum.WGS84),
        ("39.065927 117.428441", Datum.GCJ02),
        ("N39°3′53.28″ E117°25′18.83″", Datum.CGCS2000),
        ("39536514.1, 4325782.7", Datum.CGCS2000_GRID),
    ):
        assert metres_off(read_position(text, datum), 117.421897, 39.064801) < 2.5, text


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("117.35, 39.13", (117.35, 39.13, False)),
        ("39.13, 117.35", (117.35, 39.13, True)),
        # Both could be longitudes; only one order lies in China.
        ("43.8, 87.6", (87.6, 43.8, True)),
        ("lat 39.13 lon 117.35", (117.35, 39.13, True)),
        ("纬度：39.13 经度：117.35", (117.35, 39.13, True)),
        ("W70.5 S33.4", (-70.5, -33.4, False)),
        ("-70.5 -33.4", (-70.5, -33.4, False)),
        ("（117.35，39.13）", (117.35, 39.13, False)),
        ("１１７．３５，３９．１３", (117.35, 39.13, False)),
    ],
)
def test_which_figure_is_which(text, order):
    found = read_position(text, Datum.WGS84)
    assert (found.longitude, found.latitude, found.swapped) == pytest.approx(order)


@pytest.mark.parametrize(
    ("text", "datum", "zone", "code"),
    [
        ("", Datum.WGS84, "", "position-unread"),
        ("117.35", Datum.WGS84, "", "position-unread"),
        ("117.35, 39.13, 4", Datum.WGS84, "", "position-unread"),
        ("117,35 39,13", Datum.WGS84, "", "position-unread"),
        ("<b>117</b>, 39", Datum.WGS84, "", "position-unread"),
        ("117°61′ 39°1′", Datum.WGS84, "", "position-unread"),
        ("117N 39N", Datum.WGS84, "", "position-unread"),
        ("1" * LONGEST + ", 2", Datum.WGS84, "", "position-unread"),
        ("190, 95", Datum.WGS84, "", "position-range"),
        ("2.35, 48.85", Datum.GCJ02, "", "position-outside"),
        ("-70, -33", Datum.BD09, "", "position-outside"),
        ("117.35, 39.13", Datum.CGCS2000_GRID, "39", "position-grid"),
        ("536512, 4325787", Datum.CGCS2000_GRID, "", "position-zone"),
        ("39536512, 4325787", Datum.CGCS2000_GRID, "40", "position-zones"),
        ("536512, 4325787", Datum.CGCS2000_GRID, "50", "position-zone-unknown"),
        ("12536512, 4325787", Datum.CGCS2000_GRID, "", "position-zone-unknown"),
    ],
)
def test_what_is_no_position_is_refused(text, datum, zone, code):
    with pytest.raises(PlanMapError, match=code):
        read_position(text, datum, zone=zone)


@given(st.text(max_size=40))
def test_anything_is_read_or_refused(text):
    for datum in Datum:
        try:
            found = read_position(text, datum, zone=text[:3])
        except PlanMapError:
            continue
        assert abs(found.longitude) <= 180
        assert abs(found.latitude) <= 90


def test_zones_of_three_and_six_degrees_and_meridians_name_the_same():
    assert {meridian_of(zone) for zone in ("39", "20", "117", "CM 117E", "117°", "３９")} == {117}
