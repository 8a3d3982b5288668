"""Shapes of many tiles as features of Mapbox Vector Tiles (specification 2.1), all numbers of all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from geo.tiles.thinned.rings import AREA, POINT, Rings, Whole, starts_of

LAYER = "features"
CATEGORY = "c"
"""The attribute of a feature with the number of its category."""

_MOVE, _LINE, _CLOSE = 1, 2, 15


@dataclass(frozen=True, slots=True)
class Encoded:
    """The features of some tiles, one after the other."""

    data: bytes
    starts: Whole
    """Where each feature begins in `data`, and at last its length."""


def encoded(rings: Rings, ids: Whole, categories: Whole | None) -> Encoded:
    """Return shapes as features, one for each of `ids`; `rings` has their runs, in units of their tiles.

    `categories` has for each its category's number, below 128; None if they are not to be told. Each shape has at
    least one run, and all of its runs are of one kind.
    """
    count = len(ids)
    if not count:
        return Encoded(b"", np.zeros(1, dtype=np.int64))
    first_run = np.searchsorted(rings.owner, np.arange(count))
    kind = rings.kind[first_run]
    # Commands: to the first position, and a second one for the rest; an area is closed.
    in_run = 1 + 2 * rings.lengths + np.choose(rings.kind - 1, [0, 1, 2])
    run_at = starts_of(in_run)
    head = 8 + (0 if categories is None else 4)
    # Each feature: its key and length, its id, its category, its kind, and the length of its geometry.
    before = (rings.owner + 1) * head
    numbers = np.zeros(count * head + run_at[-1], dtype=np.int64)
    begin = run_at[:-1] + before
    numbers[begin] = np.where(rings.kind == POINT, rings.lengths << 3, 1 << 3) | _MOVE
    steps = np.diff(rings.points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    shape_at = rings.starts[:-1][first_run]
    steps[shape_at] = rings.points[shape_at]
    steps = (steps << 1) ^ (steps >> 63)
    run = rings.run_of_points()
    within = np.arange(len(rings.points)) - rings.starts[:-1][run]
    at = begin[run] + 1 + 2 * within + ((within > 0) & (rings.kind[run] != POINT))
    numbers[at], numbers[at + 1] = steps[:, 0], steps[:, 1]
    drawn = rings.kind != POINT
    numbers[begin[drawn] + 3] = (rings.lengths[drawn] - 1) << 3 | _LINE
    area = rings.kind == AREA
    numbers[(begin + in_run)[area] - 1] = _CLOSE

    feature = begin[first_run] - head
    fields = [0x08, ids, *([] if categories is None else [0x12, 2, 0, categories]), 0x18, kind, 0x22]
    for n, value in enumerate(fields):
        numbers[feature + 2 + n] = value
    return _closed(numbers, feature, head)


def _closed(numbers: Whole, feature: Whole, head: int) -> Encoded:
    """Fill in the lengths of features and of their geometries, and return the bytes."""
    sizes = _sizes(numbers)
    ends = np.append(feature[1:], len(numbers))
    bytes_at = starts_of(sizes)
    geometry = bytes_at[ends] - bytes_at[feature + head]
    numbers[feature + head - 1] = geometry
    sizes[feature + head - 1] = _sizes(geometry)
    bytes_at = starts_of(sizes)
    numbers[feature] = 0x12
    whole = bytes_at[ends] - bytes_at[feature + 2]
    numbers[feature + 1] = whole
    sizes[feature], sizes[feature + 1] = 1, _sizes(whole)
    bytes_at = starts_of(sizes)
    return Encoded(_varints(numbers, sizes, bytes_at), bytes_at[np.append(feature, len(numbers))])


def layer(features: bytes, extent: int, categories: int) -> bytes:
    """Return the bytes of a layer in a tile with the bytes of its `features`; `categories` are told if several."""
    before, after = _around(extent, categories)
    return field_of(3, before + features + after)


@cache
def _around(extent: int, categories: int) -> tuple[bytes, bytes]:
    """Return what is before and after the features of a layer."""
    after = b""
    if categories > 1:
        values = (field_of(4, b"\x28" + number(each)) for each in range(categories))
        after = field_of(3, CATEGORY.encode()) + b"".join(values)
    return b"\x78\x02" + field_of(1, LAYER.encode()), after + b"\x28" + number(extent)


def field_of(key: int, content: bytes) -> bytes:
    """Return a field of a protobuf message with bytes in it."""
    return number(key << 3 | 2) + number(len(content)) + content


def number(value: int) -> bytes:
    """Return a whole number from 0 on as a varint."""
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    made.append(value)
    return bytes(made)


def packed_numbers(numbers: Whole) -> bytes:
    """Return numbers from 0 on as varints, one after the other."""
    if numbers.max(initial=0) < 128:
        return numbers.astype(np.uint8).tobytes()
    sizes = _sizes(numbers)
    return _varints(numbers, sizes, starts_of(sizes))


def _sizes(numbers: Whole) -> Whole:
    """Return how many bytes each number takes."""
    sizes = np.ones(len(numbers), dtype=np.int64)
    for bits in range(7, 63, 7):
        larger = numbers >> bits > 0
        if not larger.any():
            break
        sizes += larger
    return sizes


def _varints(numbers: Whole, sizes: Whole, starts: Whole) -> bytes:
    made: NDArray[np.uint8] = np.empty(int(starts[-1]), dtype=np.uint8)
    at, left = starts[:-1], numbers
    step = 0
    while len(left):
        continued = sizes > step + 1
        made[at + step] = (left & 127) | (continued << 7)
        at, left, sizes, step = at[continued], left[continued] >> 7, sizes[continued], step + 1
    return made.tobytes()
