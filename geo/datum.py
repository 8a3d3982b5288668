"""Shifts between WGS 84 and the two offset frames of Chinese web maps, GCJ-02 and BD-09.

Neither frame has an EPSG code or a published definition. The formulas are the widely reproduced, reverse-engineered
ones: GCJ-02 as in the library eviltransform and in Wikipedia, "Restrictions on geographic data in China" (Krasovsky
1940 ellipsoid and a sum of sines); BD-09 as a shift of GCJ-02 in polar coordinates.
Forward and inverse agree to better than a centimetre. The forward shift matches the map services themselves to a metre
or so.

Each function takes two numbers or two arrays of one shape, and returns the same.
"""

from __future__ import annotations

from math import pi
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Degrees = TypeVar("Degrees", float, NDArray[np.float64])

_SEMI_MAJOR_AXIS_M = 6_378_245.0
"""Krasovsky 1940, which the GCJ-02 formula uses."""
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD09_ANGLE = pi * 3000.0 / 180.0


def _offset_terms(x: Degrees, y: Degrees) -> tuple[Degrees, Degrees]:
    """Return the north and east shift, in metres, at `x`, `y` degrees from 105°E 35°N."""
    common = (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + common
    north += (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + common
    east += (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0
    return north, east


def wgs84_to_gcj02(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Shift a WGS 84 position (degrees) to GCJ-02 (degrees). Only meaningful in mainland China."""
    north, east = _offset_terms(longitude - 105.0, latitude - 35.0)
    phi = latitude / 180.0 * pi
    w = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian_radius = _SEMI_MAJOR_AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / (w * np.sqrt(w))
    parallel_radius = _SEMI_MAJOR_AXIS_M / np.sqrt(w) * np.cos(phi)
    return longitude + east * 180.0 / (parallel_radius * pi), latitude + north * 180.0 / (meridian_radius * pi)


def gcj02_to_wgs84(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Shift a GCJ-02 position (degrees) to WGS 84 (degrees) by fixed-point iteration.

    The shift changes by less than 1 part in 1 000 over its own length, so each step gains three digits.
    """
    x, y = longitude, latitude
    for _ in range(6):
        shifted_x, shifted_y = wgs84_to_gcj02(x, y)
        x, y = x + (longitude - shifted_x), y + (latitude - shifted_y)
    return x, y


def gcj02_to_bd09(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Shift a GCJ-02 position (degrees) to BD-09 (degrees)."""
    radius = np.hypot(longitude, latitude) + 0.00002 * np.sin(latitude * _BD09_ANGLE)
    angle = np.arctan2(latitude, longitude) + 0.000003 * np.cos(longitude * _BD09_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Shift a BD-09 position (degrees) to GCJ-02 (degrees) by fixed-point iteration."""
    x, y = longitude - 0.0065, latitude - 0.006
    for _ in range(6):
        shifted_x, shifted_y = gcj02_to_bd09(x, y)
        x, y = x + (longitude - shifted_x), y + (latitude - shifted_y)
    return x, y
