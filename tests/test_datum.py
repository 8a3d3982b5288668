"""The shifts between WGS 84, GCJ-02 and BD-09."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import bd09_to_gcj02, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_gcj02

longitudes = st.floats(73.7, 134.9)
latitudes = st.floats(18.0, 53.5)

CENTIMETRE = 1e-7
"""In degrees."""


def test_a_station_listed_in_both_frames():
    # 军粮城北站 as a public station list gives it; the list rounds to 0.1 m, the formula is good to about 1 m.
    assert wgs84_to_gcj02(117.421897, 39.064801) == pytest.approx((117.428441, 39.065927), abs=1e-5)


@given(longitudes, latitudes)
def test_gcj02_and_back(longitude, latitude):
    there = wgs84_to_gcj02(longitude, latitude)
    assert gcj02_to_wgs84(*there) == pytest.approx((longitude, latitude), abs=CENTIMETRE)


@given(longitudes, latitudes)
def test_bd09_and_back(longitude, latitude):
    there = gcj02_to_bd09(longitude, latitude)
    assert bd09_to_gcj02(*there) == pytest.approx((longitude, latitude), abs=CENTIMETRE)


@given(st.floats(116.7, 118.1), st.floats(38.5, 40.3))
def test_the_shift_in_tianjin_is_some_hundred_metres(longitude, latitude):
    east, north = wgs84_to_gcj02(longitude, latitude)
    assert 0.004 < east - longitude < 0.008
    assert 0.0002 < north - latitude < 0.003


def test_many_positions_are_shifted_as_one_is():
    x, y = np.meshgrid(np.linspace(74, 134, 13), np.linspace(18, 53, 11))
    for shift in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_gcj02):
        given = x.copy(), y.copy()
        there = shift(*given)
        assert (given[0] == x).all()
        assert (given[1] == y).all()
        for at in np.ndindex(x.shape):
            assert shift(float(x[at]), float(y[at])) == pytest.approx((there[0][at], there[1][at]), abs=1e-12)
