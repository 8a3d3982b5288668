"""Cells of a tile: how many features stand in each, in all and by category.

They are columns of numbers in a field of the tile's own (`FIELD`), which the Mapbox Vector Tile specification leaves to
extensions: as features with attributes they would take three times the bytes. Readers that know nothing of them pass
them over. Of the message:

1. side of a cell in pixels of a tile of 512,
2. places: each cell's number less that of the cell before; a number has the bits of column and row in turn (Morton),
   that of the column lowest,
3. counts of features,
4. hundredths of the cell that they cover; left out where they are points,
5. once for each category that the tile has, in turn: counts of features; left out where it has one,
6. features that reach into the tile and are neither drawn nor counted in it, since it would be too large; most often
   left out,
7. the numbers of those categories, rising; left out where there is number 0 alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.tiles.thinned.encode import field_of, number, packed_numbers
from geo.tiles.thinned.rings import Whole

FIELD = 16
"""Number of the field of a tile that holds its cells."""

TILE_PIXELS = 512
CELL_PIXELS = 4


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of one tile."""

    pixels: int
    """Side of a cell, in pixels."""
    places: Whole
    """Number of each cell in the tile, rising."""
    counts: Whole
    cover: Whole
    """Hundredths of each cell that its features cover; empty for points."""
    listed: Whole
    """The categories that the tile has, rising."""
    by_category: Whole
    """Counts of features, of shape (categories that the tile has, cells)."""
    left_out: int = 0


_NONE = np.zeros(0, dtype=np.int64)
NO_CELLS = Cells(CELL_PIXELS, _NONE, _NONE, _NONE, np.zeros(1, dtype=np.int64), _NONE.reshape(1, 0))


def message(cells: Cells) -> bytes:
    """Return the bytes of `cells` in a tile."""
    parts = [b"\x08" + number(cells.pixels)]
    if len(cells.places):
        steps = np.diff(cells.places, prepend=0)
        parts += [field_of(2, packed_numbers(steps)), field_of(3, packed_numbers(cells.counts))]
        if len(cells.cover):
            parts.append(field_of(4, packed_numbers(cells.cover)))
        if len(cells.by_category) > 1:
            parts += [field_of(5, packed_numbers(counts)) for counts in cells.by_category]
        if cells.listed.any():
            parts.append(field_of(7, packed_numbers(cells.listed)))
    if cells.left_out:
        parts.append(b"\x30" + number(cells.left_out))
    return field_of(FIELD, b"".join(parts))


def read_cells(tile: bytes) -> Cells:
    """Return the cells in an unpacked tile of our own."""
    pixels, left_out = CELL_PIXELS, 0
    columns: dict[int, list[Whole]] = {2: [], 3: [], 4: [], 5: [], 7: []}
    for key, value in _fields(tile):
        if key != FIELD or isinstance(value, int):
            continue
        for inner, content in _fields(value):
            if isinstance(content, bytes):
                columns[inner].append(np.array(list(_numbers(content)), dtype=np.int64))
            elif inner == 1:
                pixels = content
            else:
                left_out = content
    none = np.zeros(0, dtype=np.int64)
    places, counts, cover = (columns[key][0] if columns[key] else none for key in (2, 3, 4))
    by_category = np.array(columns[5] or [counts], dtype=np.int64)
    listed = columns[7][0] if columns[7] else np.zeros(1, dtype=np.int64)
    return Cells(pixels, np.cumsum(places), counts, cover, listed, by_category, left_out)


def _fields(data: bytes) -> list[tuple[int, int | bytes]]:
    found: list[tuple[int, int | bytes]] = []
    at = 0
    while at < len(data):
        key, at = _number(data, at)
        value, at = _number(data, at)
        if key & 7 == 2:
            found.append((key >> 3, data[at : at + value]))
            at += value
        else:
            found.append((key >> 3, value))
    return found


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _numbers(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = _number(data, at)
        found.append(value)
    return found


def morton(x: Whole, y: Whole) -> Whole:
    """Return numbers with the bits of `x` and `y` in turn, that of `x` lowest: near places have near numbers."""
    return _spread(x) | (_spread(y) << 1)


def unmorton(number: Whole) -> tuple[Whole, Whole]:
    """Return `x` and `y` of such numbers."""
    return _gathered(number), _gathered(number >> 1)


_MASKS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def _spread(value: NDArray[np.int64]) -> Whole:
    spread = value.astype(np.int64)
    for shift, mask in _MASKS:
        spread = (spread | (spread << shift)) & mask
    return spread


def _gathered(value: NDArray[np.int64]) -> Whole:
    masks = [mask for _, mask in _MASKS]
    gathered = value & masks[-1]
    for (shift, _), mask in zip(reversed(_MASKS), [*masks[-2::-1], 0x7FFFFFFF], strict=True):
        gathered = (gathered | (gathered >> shift)) & mask
    return gathered
