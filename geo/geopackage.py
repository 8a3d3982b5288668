"""Geometries in a GeoPackage: the blob is WKB behind a small header.

Reading a plan needs nothing else of the format, and done this way a file from elsewhere never reaches GDAL.
Format: OGC 12-128r19, clause 2.1.3 "GeoPackage binary geometry".
"""

from __future__ import annotations

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from geo.errors import GeometryError

_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def geometry_from_blob(blob: bytes | None) -> BaseGeometry | None:
    """Return the geometry in a GeoPackage blob, in the CRS of its layer, or None for NULL or an empty one.

    Raises
    ------
    GeometryError
        The blob is no GeoPackage geometry.
    """
    if blob is None:
        return None
    envelope = _ENVELOPE_BYTES.get(blob[3] >> 1 & 0b111) if len(blob) >= 8 and blob[:2] == b"GP" else None
    if envelope is None:
        raise GeometryError("geometry-unreadable", kind="GeoPackage")
    try:
        geometry = shapely.force_2d(shapely.from_wkb(blob[8 + envelope :]))
    except ShapelyError as error:
        raise GeometryError("geometry-unreadable", kind="GeoPackage") from error
    return None if geometry.is_empty else geometry
