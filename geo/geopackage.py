"""Geometries from a database, GeoPackage blobs and WKB, checked before GEOS sees them.

Reading a plan needs nothing else of the GeoPackage format, so a file from elsewhere never reaches GDAL. Formats:
OGC 12-128r19, clause 2.1.3 (the blob is WKB after a small header), and OGC 06-103r4, clause 8.2 (WKB).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from geo.errors import GeometryError

_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_POINT, _LINE, _POLYGON = 1, 2, 3
_MULTI = {4: _POINT, 5: _LINE, 6: _POLYGON}
_SRID_FLAG, _M_FLAG, _Z_FLAG = 0x20000000, 0x40000000, 0x80000000


class Blob(NamedTuple):
    """A GeoPackage geometry with its header read."""

    srs: int
    """The number of its CRS in the file."""
    envelope: tuple[float, float, float, float] | None
    """West, south, east and north in its CRS; None if the header has none, or one with what is no number."""
    wkb: bytes


def read_blob(value: object) -> Blob:
    """Return what the header of a GeoPackage geometry says, and its WKB unread.

    Raises
    ------
    GeometryError
        The value is not a GeoPackage geometry.
    """
    if not isinstance(value, bytes) or len(value) < 8 or value[:2] != b"GP":
        raise GeometryError("geometry-unreadable", kind="GeoPackage")
    size = _ENVELOPE_BYTES.get(value[3] >> 1 & 0b111)
    if size is None or len(value) < 8 + size:
        raise GeometryError("geometry-unreadable", kind="GeoPackage")
    order = "<" if value[3] & 1 else ">"
    (srs,) = struct.unpack_from(f"{order}i", value, 4)
    envelope = None
    if size:
        west, east, south, north = struct.unpack_from(f"{order}4d", value, 8)
        if math.isfinite(west + east + south + north):
            envelope = (west, south, east, north)
    return Blob(srs, envelope, value[8 + size :])


def geometry_from_blob(blob: object) -> BaseGeometry | None:
    """Return the WGS 84 geometry in a GeoPackage blob, in two dimensions; None for NULL or an empty geometry.

    Raises
    ------
    GeometryError
        The value is not a GeoPackage geometry of a simple or multi type in WGS 84.
    """
    if blob is None:
        return None
    read = read_blob(blob)
    if read.srs != 4326:
        raise GeometryError("geometry-crs", crs=f"srs_id {read.srs}")
    return geometry_from_wkb(read.wkb)


def geometries_from_wkb(data: Sequence[bytes], *, flat: bool = True) -> NDArray[np.object_]:
    """Return the geometries in many pieces of WKB, as `geometry_from_wkb` does; None for what is none.

    With `flat` false their heights and measures stay. Rings that end short of their beginning are closed.
    """
    checked = np.array([each if is_whole(each) else None for each in data] or [None], dtype=object)[: len(data)]
    # What is no number is for the caller to find: here it would only be warned of.
    with np.errstate(invalid="ignore"):
        read: NDArray[np.object_] = shapely.from_wkb(checked, on_invalid="fix")
        read = shapely.force_2d(read) if flat else read
    read[shapely.is_empty(read)] = None
    return read


def is_whole(data: bytes) -> bool:
    """Whether WKB is of a simple or multi type, and its parts end where it ends."""
    try:
        return _skip(data, 0, None) == len(data)
    except (GeometryError, struct.error, IndexError):
        return False


def geometry_from_wkb(data: bytes) -> BaseGeometry | None:
    """Return the geometry in WKB (ISO or extended), without Z and M and in its own CRS; None for an empty one.

    Raises
    ------
    GeometryError
        The bytes are not a geometry of a simple or multi type.
    """
    try:
        # GEOS reads nested parts by recursion, so bytes that nest deeply enough would crash the process.
        if _skip(data, 0, None) != len(data):
            raise GeometryError("geometry-unreadable", kind="WKB")
        geometry = shapely.force_2d(shapely.from_wkb(data))
    except (struct.error, ShapelyError, IndexError) as error:
        raise GeometryError("geometry-unreadable", kind="WKB") from error
    return None if geometry.is_empty else geometry


def _skip(data: bytes, start: int, expected: int | None) -> int:
    """Return the offset at which the geometry at `start` ends.

    `expected` is the simple type that a part of a multi geometry must have, None for the geometry itself.

    Raises
    ------
    GeometryError
        The type is not allowed, or the parts reach beyond the data.
    struct.error, IndexError
        The data ends too early.
    """
    order = "<" if data[start] else ">"
    (code,) = struct.unpack_from(f"{order}I", data, start + 1)
    at = start + 5 + (4 if code & _SRID_FLAG else 0)
    dimensions = 2 + bool(code & _Z_FLAG) + bool(code & _M_FLAG)
    code &= 0x0FFFFFFF
    dimensions += {0: 0, 1: 1, 2: 1, 3: 2}.get(code // 1000, 0)
    kind = code % 1000
    if kind not in (_POINT, _LINE, _POLYGON, *_MULTI) or code >= 4000 or expected not in (None, kind):
        raise GeometryError("geometry-type", kind=f"WKB {code}")
    if kind == _POINT:
        return at + 8 * dimensions
    count: int = struct.unpack_from(f"{order}I", data, at)[0]
    at += 4
    if kind == _LINE:
        return at + 8 * dimensions * count
    for _ in range(count):
        if kind == _POLYGON:
            (length,) = struct.unpack_from(f"{order}I", data, at)
            at += 4 + 8 * dimensions * length
        else:
            at = _skip(data, at, _MULTI[kind])
        if at > len(data):
            raise GeometryError("geometry-unreadable", kind="WKB")
    return at
