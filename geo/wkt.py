"""Geometries as well-known text (ISO 19125), which is how a single one is written into a table or a field."""

from __future__ import annotations

import re

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from geo.detail import Detail
from geo.errors import GeometryError
from geo.geojson import check_geometry

LONGEST = 100_000
"""Most characters of a text, which is some 4,000 positions."""

DECIMALS = 7
"""Of a degree: a centimetre."""

_TYPES = r"\s*(MULTI)?(POINT|LINESTRING|POLYGON)\s*Z?\s*\("


def read_wkt(text: str, detail: Detail | None = None) -> BaseGeometry | None:
    """Return the WGS 84 geometry in `text`, in two dimensions; None if it is empty. `detail` counts it.

    Raises
    ------
    GeometryError
        It is too long, none of the simple and multi types, broken, outside of longitude and latitude, or invalid.
    """
    if not text.strip():
        return None
    if len(text) > LONGEST:
        raise GeometryError("wkt-too-long", limit=LONGEST)
    if not re.match(_TYPES, text, re.IGNORECASE):
        raise GeometryError("geometry-type", kind=" ".join(text.split())[:40])
    try:
        geometry = shapely.force_2d(shapely.from_wkt(text))
    except (ShapelyError, ValueError) as error:
        raise GeometryError("geometry-unreadable", kind=text.split("(")[0].strip()[:40]) from error
    check_geometry(geometry, detail)
    return geometry


def write_wkt(geometry: BaseGeometry) -> str:
    """Return a WGS 84 geometry of any type as text, in degrees to a centimetre."""
    return str(shapely.to_wkt(geometry, rounding_precision=DECIMALS, trim=True))
