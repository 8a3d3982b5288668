"""The CRS of what is stored, and the pixels of web maps."""

from __future__ import annotations

import math

WGS84 = "EPSG:4326"
"""Longitude and latitude in degrees; every stored geometry uses it."""

EARTH_M = 6_378_137.0
"""Radius in metres of the sphere of web maps (EPSG:3857)."""


def pixel_m(latitude: float, zoom: float) -> float:
    """Return the side in metres on the ground of a pixel of a web map, at a latitude in degrees.

    A web map of zoom z is 256 · 2^z pixels wide, so one at latitude φ is 2πR cos φ / (256 · 2^z).
    """
    return 2 * math.pi * EARTH_M * math.cos(math.radians(latitude)) / (256 * 2**zoom)


def zoom_of(latitude: float, metres: float) -> float:
    """Return the zoom of a web map whose pixels are `metres` wide on the ground; the inverse of `pixel_m`."""
    return math.log2(pixel_m(latitude, 0) / metres)
