"""Grids by their place and by their code, against pyproj's own projections and ellipsoid."""

import math

import pyproj
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj.database import query_utm_crs_info

from geo.errors import PlanMapError
from geo.grid import STRETCH, GridKind, grid_around, grid_of, in_china
from geo.measure import ellipsoid

PLACES = {
    "天津": ((117.42, 39.07), "EPSG:4548", "117°E"),
    "成都": ((104.07, 30.66), "EPSG:4544", "105°E"),
    "哈尔滨": ((126.64, 45.76), "EPSG:4551", "126°E"),
    "乌鲁木齐": ((87.62, 43.82), "EPSG:4538", "87°E"),
    "台北": ((121.56, 25.04), "EPSG:4550", "123°E"),
    "香港": ((114.17, 22.30), "EPSG:4547", "114°E"),
    "三沙": ((112.33, 16.83), "EPSG:4546", "111°E"),
    "Helsinki": ((24.94, 60.17), "EPSG:32635", "35N"),
    "São Paulo": ((-46.63, -23.55), "EPSG:32723", "23S"),
    "Ulaanbaatar": ((106.92, 47.92), "EPSG:32648", "48N"),
    "Hanoi": ((105.85, 21.03), "EPSG:32648", "48N"),
    "Seoul": ((126.98, 37.57), "EPSG:32652", "52N"),
    "Fiji": ((179.99, -16.5), "EPSG:32760", "60S"),
}


def around(place, by=0.05):
    x, y = place
    return (x - by, y - by, x + by, y + by)


@pytest.mark.parametrize(("place", "crs", "zone"), PLACES.values(), ids=PLACES)
def test_the_grid_follows_from_the_place(place, crs, zone):
    grid = grid_around(around(place))
    assert (grid.crs, grid.zone) == (crs, zone)
    registered = pyproj.CRS.from_user_input(crs)
    assert grid.name == registered.name
    assert in_china(around(place)) == (grid.kind is GridKind.GAUSS_KRUGER) == ("CGCS2000" in registered.name)


@pytest.mark.parametrize(("place", "crs", "_"), PLACES.values(), ids=PLACES)
def test_the_steps_are_those_of_the_projection_database(place, crs, _):
    theirs = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    spelled = pyproj.Transformer.from_crs("EPSG:4326", grid_of(crs).proj, always_xy=True)
    for east, north in ((0, 0), (0.4, -0.3), (-1, 1)):
        at = place[0] + east, place[1] + north
        ours = grid_of(crs).position(*at)
        assert ours == pytest.approx(theirs.transform(*at), abs=1e-6)
        assert ours == pytest.approx(spelled.transform(*at), abs=1e-6)
        longitude, latitude = grid_of(crs).geographic(*ours)
        # Across the antimeridian the same place has another number.
        assert math.cos(math.radians(longitude - at[0])) == pytest.approx(1, abs=1e-15)
        assert latitude == pytest.approx(at[1], abs=1e-9)


def test_the_zones_of_china_are_used_where_the_registry_says():
    for code in range(4534, 4555):
        area = pyproj.CRS.from_epsg(code).area_of_use
        middle = (area.west + area.east) / 2
        for latitude in (area.south + 0.01, area.north - 0.01):
            assert grid_around(around((middle, latitude), 0)).crs == f"EPSG:{code}"
        assert grid_around(around((middle, area.north + 0.1), 0)).kind is GridKind.UTM


longitudes, latitudes = st.floats(-179.9, 179.9), st.floats(-79, 83)


@given(longitudes, latitudes)
def test_a_small_sheet_has_a_true_scale_anywhere(longitude, latitude):
    # Within its zone no grid of this kind is off by more than a sheet may be, but at the rims of UTM near the equator.
    grid = grid_around(around((longitude, latitude), 0))
    x, y = grid.position(longitude, latitude)
    assume(grid.is_true((x - 5000, y - 5000, x + 5000, y + 5000)))
    for dx, dy in ((5000, 0), (0, 5000), (-3000, 4000)):
        there = grid.geographic(x + dx, y + dy)
        metres = ellipsoid().inv(longitude, latitude, *there)[2]
        assert metres == pytest.approx(5000, rel=STRETCH * 1.01)


@given(longitudes, latitudes)
def test_a_place_outside_china_gets_the_zone_of_utm_that_holds_it(longitude, latitude):
    grid = grid_around(around((longitude, latitude), 0))
    assume(grid.kind is GridKind.UTM and abs(longitude % 6) > 1e-6)
    number = int(grid.zone[:-1])
    assert abs(longitude - (6 * number - 183)) <= 3 + 1e-9
    assert grid.zone.endswith("S") == (latitude < 0)


def test_the_zones_of_utm_are_the_registered_ones():
    area = pyproj.aoi.AreaOfInterest(24.9, 60.1, 25.0, 60.2)
    [found] = query_utm_crs_info(datum_name="WGS 84", area_of_interest=area)
    assert grid_around((24.9, 60.1, 25.0, 60.2)).crs == f"EPSG:{found.code}"


@pytest.mark.parametrize(
    ("code", "place"),
    [("EPSG:3067", (25, 60)), ("EPSG:31983", (-46.6, -23.5)), ("EPSG:2154", (2.3, 48.8)), ("EPSG:4508", (111, 35))],
)
def test_a_grid_of_another_country_may_be_named(code, place):
    grid = grid_of(code)
    assert grid.kind is GridKind.OTHER
    assert grid.name == pyproj.CRS.from_user_input(code).name
    theirs = pyproj.Transformer.from_crs("EPSG:4326", code, always_xy=True)
    assert grid.position(*place) == pytest.approx(theirs.transform(*place), abs=1.0)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("EPSG:2436", "grid-datum"),  # Beijing 54
        ("EPSG:2364", "grid-datum"),  # Xi'an 80
        ("EPSG:27700", "grid-datum"),
        ("EPSG:3857", "grid-unfit"),
        ("EPSG:4326", "grid-unfit"),
        ("EPSG:2263", "grid-unfit"),  # feet
        ("EPSG:99999", "grid-unknown"),
        ("4548", "grid-unknown"),
        ("+proj=tmerc", "grid-unknown"),
    ],
)
def test_what_cannot_be_a_grid_is_refused(code, why):
    with pytest.raises(PlanMapError) as caught:
        grid_of(code)
    assert caught.value.code == why


def test_an_extent_is_true_only_near_the_meridian():
    grid = grid_of("EPSG:4548")
    assert grid.is_true((400_000, 4_300_000, 600_000, 4_400_000))
    assert not grid.is_true((400_000, 4_300_000, 900_000, 4_400_000))
    assert not grid.is_true((math.inf, 0, 1, 1))
    # k = 1 + y²/2R², with R of the ellipsoid there.
    assert grid.stretch(700_000, 4_330_000) == pytest.approx(1 + 200_000**2 / 2 / 6_370_000**2, abs=1e-6)


def test_a_geometry_of_any_type_is_projected_vertex_by_vertex():
    grid = grid_of("EPSG:4548")
    area = shapely.Polygon([(117, 39), (117.1, 39), (117.1, 39.1)]).union(shapely.box(118, 39, 118.1, 39.1))
    there = grid.project(area)
    assert there.geom_type == "MultiPolygon"
    for (x, y), found in zip(shapely.get_coordinates(area), shapely.get_coordinates(there), strict=True):
        assert grid.position(x, y) == pytest.approx(found)


def test_the_bbox_of_an_extent_holds_its_corners():
    grid = grid_of("EPSG:32635")
    x, y = grid.position(25, 60)
    west, south, east, north = grid.bbox((x - 9000, y - 9000, x + 9000, y + 9000))
    for dx in (-9000, 0, 9000):
        for dy in (-9000, 0, 9000):
            longitude, latitude = grid.geographic(x + dx, y + dy)
            assert west <= longitude <= east
            assert south <= latitude <= north
