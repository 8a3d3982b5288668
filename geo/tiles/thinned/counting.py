"""Which features of a zoom are counted and not drawn, and the cells in which they are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.tiles.thinned.cells import CELL_PIXELS, TILE_PIXELS, Cells
from geo.tiles.thinned.rings import AREA, POINT, Whole
from geo.tiles.thinned.world import WORLD_BITS, Numbers

SMALL_PIXELS = 3
"""Features whose extent is smaller than this are counted and not drawn."""

LEVELS = (
    # Pixels below which features are counted, and pixels by which shapes are simplified.
    (SMALL_PIXELS, 0.5),
    (4, 0.5),
    (6, 0.5),
    (8, 0.5),
    (12, 0.5),
    (16, 1.0),
    (24, 1.0),
    (32, 2.0),
    (48, 2.0),
    (96, 4.0),
    (float("inf"), 8.0),
)
"""What is done to a tile that is too large: each level does more."""

_CELL_BITS = 7
"""The side of a tile is that of a cell, doubled so often."""

_DEEPEST = 16
"""What stands in one cell of this zoom will never be drawn one by one."""

_NONE = np.zeros(0, dtype=np.int64)

Mask = NDArray[np.bool_]


class Placed(Protocol):
    """What is to be known of features to count them, in the order of their `home`; as of `geo.tiles.thinned.layer`."""

    @property
    def category(self) -> NDArray[np.uint8]:
        """The number of the category of each."""

    @property
    def categories(self) -> int:
        """How many categories there are."""

    @property
    def home(self) -> Whole:
        """Where the middle of each is."""

    @property
    def size(self) -> Whole:
        """The longer side of each, in units of the world."""

    @property
    def cover(self) -> Numbers:
        """Area or length of each."""

    @property
    def dimension(self) -> NDArray[np.uint8]:
        """The highest of the kinds of each."""


def counted(features: Placed, first: Whole, level: Whole, zoom: int, *, is_last: bool) -> Mask:
    """Return which features are counted at a zoom, and not drawn; in the last zoom all are drawn where there is room.

    `first` has the first feature of each tile and at last their number, `level` the place in `LEVELS` of each tile.
    """
    pixel = _pixel(zoom)
    limits = np.array([pixels for pixels, _ in LEVELS]) * pixel
    if is_last:
        limits[0] = 0
    of_each = np.repeat(level, np.diff(first))
    limit = limits[of_each]
    is_point = _is_point(features, np.maximum(limit, SMALL_PIXELS * pixel))
    found: Mask = (features.size < limit) & ~is_point
    found |= is_point & (of_each > 0)
    return found if is_last else found | _crowded(features.home, is_point, 2 * (WORLD_BITS - zoom - _CELL_BITS))


def counted_share(features: Placed, found: Mask, pixel: float) -> float:
    """Return the share of features that are counted, `found`, without points in one place, for which nothing helps."""
    if not len(found):
        return 0.0
    is_point = _is_point(features, np.full(len(found), SMALL_PIXELS * pixel))
    together = _crowded(features.home, is_point, 2 * (WORLD_BITS - _DEEPEST - _CELL_BITS))
    alone = found & ~together
    return float(alone.mean())


class Gathered:
    """The cells of some features, `of`, by their numbers; `coarser` says of each how often its cell is doubled."""

    def __init__(self, features: Placed, of: Whole, coarser: Whole, zoom: int) -> None:
        self._categories = features.categories
        self._coarser, self._of = coarser, of
        shift, pixel = WORLD_BITS - zoom, _pixel(zoom)
        cell = features.home[of] >> 2 * (shift - _CELL_BITS + coarser)
        is_first = np.ones(len(of), dtype=bool)
        is_first[1:] = (cell[1:] != cell[:-1]) | (coarser[1:] != coarser[:-1])
        self._cell, self._number = cell, np.cumsum(is_first) - 1
        self._first = np.flatnonzero(is_first)
        self.total = len(self._first)
        """How many cells there are."""
        self._counts = np.bincount(self._number, minlength=self.total)
        self._category = features.category[of].astype(np.int64)
        dimension = features.dimension[of]
        # A line is a pixel wide.
        areas = features.cover[of] * np.where(dimension == AREA, 1.0, pixel)
        covered = np.bincount(self._number, weights=areas, minlength=self.total)
        cover = np.ceil(100 * covered / (CELL_PIXELS * pixel * 2.0 ** coarser[self._first]) ** 2)
        self._cover = np.clip(cover, 1, 100).astype(np.int64)
        self._only_points = not (dimension != POINT).any()
        self._tile = features.home[of[self._first]] >> (2 * shift)

    def tiles(self, wanted: set[int] | None = None) -> Iterator[tuple[int, Cells]]:
        """Yield the cells of each tile of `wanted`, or of all."""
        begins = np.flatnonzero(np.diff(self._tile, prepend=-1))
        for start, end in pairwise([*begins.tolist(), self.total]):
            at = int(self._tile[start])
            if wanted is None or at in wanted:
                yield at, self._cells(start, end)

    def _cells(self, start: int, end: int) -> Cells:
        first = self._first
        coarser = int(self._coarser[first[start]])
        features = slice(first[start], first[end] if end < self.total else len(self._of))
        mixed = self._category[features] * (end - start) + self._number[features] - start
        by_category = np.bincount(mixed, minlength=self._categories * (end - start)).reshape(self._categories, -1)
        listed = np.flatnonzero(by_category.any(axis=1))
        return Cells(
            CELL_PIXELS * 2**coarser,
            self._cell[first[start:end]] & (4 ** (_CELL_BITS - coarser) - 1),
            self._counts[start:end],
            _NONE if self._only_points else self._cover[start:end],
            listed,
            by_category[listed],
        )


def _pixel(zoom: int) -> float:
    """Return the units of the world in a pixel of a tile."""
    return float(2 ** (WORLD_BITS - zoom) / TILE_PIXELS)


def _is_point(features: Placed, limit: Numbers) -> Mask:
    found: Mask = (features.dimension == POINT) & (features.size < limit)
    return found


def _crowded(home: Whole, is_point: Mask, bits: int) -> Mask:
    """Return which of the points stand in one cell with others; `bits` of their homes are within a cell."""
    at = np.flatnonzero(is_point)
    cell = home[at] >> bits
    same = cell[1:] == cell[:-1]
    crowded = np.zeros(len(at), dtype=bool)
    crowded[1:] |= same
    crowded[:-1] |= same
    found = np.zeros(len(home), dtype=bool)
    found[at[crowded]] = True
    return found
