"""Geometries as a file has them, read so that nothing in them can crash the process, with what is wrong with each."""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geopackage import is_whole

MOST_VERTICES = 1_000_000
"""Vertices of a feature above which it is made less detailed."""

ARC_STEP = math.radians(2)
"""Angle of an arc that one straight line stands for: of a radius of 100 m it is 15 mm off in the middle."""

DEEPEST = 8
"""How deep geometries may be nested."""

_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7
_STRAIGHT = frozenset(range(1, 7))
_CURVES = frozenset({8, 9, 10, 11, 12})
_PARTS = {4: 4, 5: 5, 6: 6, 7: 7, 11: 5, 12: 6, 15: 6, 16: 6}
"""What becomes of types that have parts: a multi-curve is multi-line, a multi-surface, a solid and a mesh polygons."""

NAMES = {
    0: "Point",
    1: "LineString",
    2: "LinearRing",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}
"""Types by the numbers that GEOS gives them."""

_SIMPLE = {4: _POINT, 5: _LINE, 6: _POLYGON}

Mask = NDArray[np.bool_]


@dataclass(slots=True)
class Shapes:
    """Some geometries in the coordinates of their file."""

    geometries: NDArray[np.object_]
    """With Z and M, curves made straight and rings closed; None where there is none or it cannot be read."""
    broken: Mask
    """Which of them cannot be read."""
    unclosed: Mask
    curves: Mask


def read_shapes(wkb: Sequence[bytes | None]) -> Shapes:
    """Return the geometries in many pieces of WKB."""
    size = len(wkb)
    curves, data = np.zeros(size, dtype=bool), np.full(size, None, dtype=object)
    for number, each in enumerate(wkb):
        if not each:
            continue
        kind = _kind(each)
        if kind in _STRAIGHT:
            data[number] = each if is_whole(each) else None
        else:
            data[number], curves[number] = _straightened(each)
    with np.errstate(invalid="ignore"):
        geometries: NDArray[np.object_] = shapely.from_wkb(data, on_invalid="ignore")
        given = np.array([each is not None for each in wkb], dtype=bool)
        unclosed = np.zeros(size, dtype=bool)
        again = np.flatnonzero(shapely.is_missing(geometries) & np.array([each is not None for each in data], bool))
        if len(again):
            geometries[again] = shapely.from_wkb(data[again], on_invalid="fix")
            unclosed[again] = ~shapely.is_missing(geometries[again])
    return Shapes(geometries, given & shapely.is_missing(geometries), unclosed, curves)


def not_finite(geometries: NDArray[np.object_]) -> Mask:
    """Return which of `geometries` have a position that is no number, or an endless one."""
    found = np.zeros(len(geometries), dtype=bool)
    positions, owners = shapely.get_coordinates(geometries, return_index=True)
    found[owners[~np.isfinite(positions).all(axis=1)]] = True
    return found


def made_valid(geometry: shapely.Geometry) -> shapely.Geometry | None:
    """Return a valid geometry of the same dimension that covers the same ground; None if none is left.

    What is valid stays as it is.
    """
    if shapely.is_valid(geometry):
        return geometry
    mended = shapely.make_valid(geometry)
    dimension = shapely.get_dimensions(geometry)
    parts = [part for part in leaves(mended) if shapely.get_dimensions(part) == dimension]
    if shapely.get_type_id(geometry) == _COLLECTION:
        parts = leaves(mended)
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    return as_multi(shapely.geometrycollections(parts))


def as_multi(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the multi geometry of the parts of `geometry`; a collection of several types stays one."""
    parts = leaves(geometry)
    makers: dict[int, Any] = {0: shapely.multipoints, 1: shapely.multilinestrings, 2: shapely.multipolygons}
    kinds = {int(shapely.get_dimensions(part)) for part in parts}
    if len(kinds) != 1:
        return geometry
    made: shapely.Geometry = makers[kinds.pop()](parts)
    return made


def leaves(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the simple parts of a geometry that are not empty."""
    parts = np.array([geometry], dtype=object)
    while (shapely.get_type_id(parts) > _POLYGON).any():
        parts = shapely.get_parts(parts)
    return [part for part in parts if not shapely.is_empty(part)]


def single(geometries: NDArray[np.object_]) -> Mask:
    """Return which geometries have something and are no multi geometries."""
    found: Mask = np.isin(shapely.get_type_id(geometries), (0, 1, 3, 7)) & ~shapely.is_empty(geometries)
    return found


def types_of(geometries: NDArray[np.object_]) -> Counter[str]:
    """Return how many geometries there are of each type, those that are missing or empty aside."""
    there = ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
    return Counter(NAMES[number] for number in shapely.get_type_id(geometries[there]).tolist())


def moved(geometries: NDArray[np.object_], move: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
    """Give geometries, which must not have M, the positions that `move` returns for theirs."""
    high = shapely.has_z(geometries)
    for mask, include_z in ((high, True), (~high, False)):
        if mask.any():
            with np.errstate(all="ignore"):
                geometries[mask] = shapely.transform(geometries[mask], move, include_z=include_z)


def without_m(geometries: NDArray[np.object_]) -> None:
    """Take the M values from geometries."""
    for index in np.flatnonzero(shapely.has_m(geometries)):
        each = geometries[index]
        geometries[index] = shapely.force_2d(each)
        if shapely.has_z(each):
            heights = shapely.get_coordinates(each, include_z=True)
            geometries[index] = shapely.set_coordinates(shapely.force_3d(geometries[index]), heights)


def less_detailed(geometry: shapely.Geometry) -> tuple[shapely.Geometry, float]:
    """Return `geometry` (degrees) with at most `MOST_VERTICES`, and by how many degrees it is off at most."""
    tolerance = 1e-7
    while shapely.count_coordinates(geometry) > MOST_VERTICES and tolerance < 1:
        geometry = shapely.simplify(geometry, tolerance, preserve_topology=False)
        tolerance *= 4
    return geometry, tolerance / 4


def _kind(data: bytes) -> int:
    if len(data) < 5:
        return 0
    return (int.from_bytes(data[1:5], "little" if data[0] else "big") & 0x0FFFFFFF) % 1000


def _straightened(data: bytes) -> tuple[bytes | None, bool]:
    """Return WKB of any type as one of a type without curves, and whether it had one; None if it cannot be read."""
    reader = _Reader(data)
    try:
        made = reader.geometry(0)
    except (struct.error, ValueError, IndexError, KeyError):
        return None, False
    return (made if reader.at == len(data) else None), reader.curved


class _Reader:
    """Rewrites WKB from its beginning to its end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.curved = data, 0, False

    def geometry(self, depth: int) -> bytes:
        order, code, dimensions = self._header()
        kind, prefix = code % 1000, code // 1000 * 1000
        if depth > DEEPEST:
            raise ValueError
        self.curved |= kind in _CURVES
        if kind == _POINT:
            return _head(_POINT, prefix) + self._positions(order, dimensions, 1).tobytes()
        if kind in (_LINE, 8, 9):
            return _head(_LINE, prefix) + _counted(self._line(order, kind, dimensions, depth))
        if kind in (_POLYGON, 10, 17):
            rings = []
            for _ in range(self._count(order)):
                if kind == 10:
                    inner, code, _ = self._header()
                    rings.append(_counted(self._line(inner, code % 1000, dimensions, depth + 1)))
                else:
                    rings.append(_counted(self._line(order, _LINE, dimensions, depth)))
            return _head(_POLYGON, prefix) + struct.pack("<I", len(rings)) + b"".join(rings)
        parts = [self.geometry(depth + 1) for _ in range(self._count(order))]
        made = _PARTS[kind]
        if made in _SIMPLE and any(_kind(part) != _SIMPLE[made] for part in parts):
            raise ValueError
        return _head(made, prefix) + struct.pack("<I", len(parts)) + b"".join(parts)

    def _header(self) -> tuple[str, int, int]:
        order = "<" if self.data[self.at] else ">"
        (raw,) = struct.unpack_from(f"{order}I", self.data, self.at + 1)
        self.at += 5 + (4 if raw & 0x20000000 else 0)
        code = raw & 0x0FFFFFFF
        z, m = bool(raw & 0x80000000) or code // 1000 in (1, 3), bool(raw & 0x40000000) or code // 1000 in (2, 3)
        return order, code % 1000 + 1000 * z + 2000 * m, 2 + z + m

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(f"{order}I", self.data, self.at)
        self.at += 4
        if count > len(self.data):
            raise ValueError
        return int(count)

    def _positions(self, order: str, dimensions: int, count: int) -> NDArray[np.float64]:
        size = 8 * dimensions * count
        if self.at + size > len(self.data):
            raise ValueError
        found = np.frombuffer(self.data, f"{order}f8", dimensions * count, self.at).astype("<f8")
        self.at += size
        return found.reshape(count, dimensions)

    def _line(self, order: str, kind: int, dimensions: int, depth: int) -> NDArray[np.float64]:
        """Return the positions of a line, an arc or what is put together of such, whose header has been read."""
        self.curved |= kind in _CURVES
        if kind == _LINE:
            return self._positions(order, dimensions, self._count(order))
        if kind == 8:
            return _arcs(self._positions(order, dimensions, self._count(order)))
        if kind != 9 or depth > DEEPEST:
            raise ValueError
        joined: list[NDArray[np.float64]] = []
        for _ in range(self._count(order)):
            inner, code, _ = self._header()
            line = self._line(inner, code % 1000, dimensions, depth + 1)
            joined.append(line[1:] if joined else line)
        return np.concatenate(joined) if joined else np.empty((0, dimensions))


def _head(kind: int, prefix: int) -> bytes:
    return struct.pack("<BI", 1, kind + prefix)


def _counted(positions: NDArray[np.float64]) -> bytes:
    return struct.pack("<I", len(positions)) + positions.tobytes()


def _arcs(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return lines that follow the arcs through each three positions, of which the next begins with the last one."""
    lines = [positions[:1]]
    for start in range(0, len(positions) - 2, 2):
        lines.append(_arc(*positions[start : start + 3])[1:])
    return np.concatenate(lines)


def _arc(one: NDArray[np.float64], two: NDArray[np.float64], three: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c = (complex(each[0], each[1]) for each in (one, two, three))
    if a == c:
        # A whole circle: the second position is opposite.
        centre, sweep = (a + b) / 2, 2 * math.pi
    else:
        turn = ((b - a).conjugate() * (c - a)).imag
        if not math.isfinite(turn) or abs(turn) < 1e-12 * abs(c - a) ** 2:
            return np.array([one, two, three])
        w = (c - a) / (b - a)
        centre = (b - a) * (w - abs(w) ** 2) / (2j * w.imag) + a
        sweep = _angle(c - centre, a - centre)
        if _angle(b - centre, a - centre) > sweep:
            sweep -= 2 * math.pi
    count = max(2, math.ceil(abs(sweep) / ARC_STEP))
    shares = np.linspace(0, 1, count + 1)
    around = centre + (a - centre) * np.exp(1j * sweep * shares)
    made = one + (three - one) * shares[:, None]
    made[:, 0], made[:, 1] = around.real, around.imag
    made[0], made[-1] = one, three
    return made


def _angle(to: complex, since: complex) -> float:
    return (math.atan2(to.imag, to.real) - math.atan2(since.imag, since.real)) % (2 * math.pi)
