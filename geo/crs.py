"""Coordinate reference systems by their codes, and the size of the Earth."""

from __future__ import annotations

WGS84 = "EPSG:4326"
"""Longitude and latitude in degrees; every stored geometry uses it."""

CGCS2000 = "EPSG:4490"
"""China Geodetic Coordinate System 2000, longitude and latitude in degrees."""

EARTH_M = 6_378_137.0
"""Radius in metres of the sphere of web maps (EPSG:3857)."""
