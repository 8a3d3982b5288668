"""The tiles of one zoom: which features are drawn and which are counted, until no tile is too large."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.tiles.thinned import encode
from geo.tiles.thinned.cells import NO_CELLS, TILE_PIXELS, Cells, message, unmorton
from geo.tiles.thinned.counting import LEVELS, Gathered, Mask, counted, counted_share
from geo.tiles.thinned.layer import Layer
from geo.tiles.thinned.pieces import Extents, Reach, in_units
from geo.tiles.thinned.rings import Rings, Whole
from geo.tiles.thinned.world import WORLD_BITS

MOST_BYTES = 200_000
"""Largest size of a tile as it is stored and served, which is gzipped."""

MOST_SHAPES = 8_000
"""Shapes of a tile that a browser draws in good time; there is room for so many of 6 pixels side by side."""

COARSEST = 3
"""How many times the sides of cells are doubled at most."""

GZIPPED = 0.42
"""Share of their bytes that features keep when they are gzipped, by experience; only spares attempts."""

PER_FEATURE, PER_POINT = 15, 2.3
"""Bytes of a feature and of each of its positions before that, by experience."""

SURE_POINTS = 5

AT_ONCE = 1_500_000
"""Positions of features that are encoded at a time."""

SHAPES_EXTENT_BITS = 11
"""Units of a tile's side: a quarter of a pixel each."""


@dataclass(slots=True)
class Told:
    """What a zoom has: how many cells stand for how many features, and how many features are drawn."""

    cells: int = 0
    features: int = 0
    """Counted in the cells."""
    drawn: int = 0
    raised: int = 0
    """Tiles that count larger features than usual, since they would be too large."""
    coarser: int = 0
    """Tiles whose cells are larger than usual, for the same reason."""
    left_out: int = 0
    """Pieces of features, drawn in other tiles, that a tile has no room for."""
    largest: int = 0
    """Bytes of the largest tile."""
    tiles: int = 0


@dataclass(slots=True)
class _Plan:
    """What is done in each tile in which features are at home, in the order of the tiles."""

    tile: Whole
    first: Whole
    """Of the features, the first in each tile, and at last their number."""
    level: Whole
    coarser: Whole
    spare: dict[int, int] = field(default_factory=dict)
    """By the tiles that are still too large with all that: how often its shapes are halved in number."""


class Zoom:
    """A layer at a zoom."""

    def __init__(
        self, layer: Layer, extents: Extents, zoom: int, *, is_last: bool, executor: ThreadPoolExecutor
    ) -> None:
        """Take the features of `layer`; in the last zoom all are drawn where there is room, as exactly as may be."""
        self.layer, self.zoom, self.is_last = layer, zoom, is_last
        self.extents, self.executor = extents, executor
        self.shift = WORLD_BITS - zoom
        self.pixel = 2**self.shift / TILE_PIXELS
        """Units of the world."""
        # From the shallowest zoom on which a shape is drawn as exactly as from a fifteenth one.
        self.extent_bits = min(16, 12 + max(0, 15 - zoom)) if is_last else SHAPES_EXTENT_BITS
        tile = layer.home >> (2 * self.shift)
        first = np.flatnonzero(np.diff(tile, prepend=-1))
        none = np.zeros(len(first), dtype=np.int64)
        self.plan = _Plan(tile[first], np.append(first, len(tile)), none, none.copy())
        self.told = Told()
        self.left_out: dict[int, int] = {}

    @cached_property
    def reach(self) -> Reach:
        """The pieces that are drawn, in the tiles; nothing is drawn later that is counted from the start."""
        return Reach(self.layer, self.extents, ~self._counted(), self.zoom, self._finest() * self.pixel)

    def counted_share(self) -> float:
        """Return the share of features that are too small or crowded here; for points in one place nothing helps."""
        return counted_share(self.layer, self._counted(), self.pixel)

    def tiles(self, *, must: bool = True) -> dict[tuple[int, int], bytes] | None:
        """Return the stored bytes of each tile by column and row; None if `must` is not set and one would be too large.

        What is done about tiles that are too large is done to those only.
        """
        made: dict[int, bytes] = {}
        todo: set[int] | None = None
        while todo is None or todo:
            counted = self._counted()
            copies = self._copies(counted, todo)
            if todo is None and self._raise(self._guessed(copies)):
                continue
            too_large: dict[int, tuple[int, int]] = {}
            for tile, stored, of_cells in self._made(copies, counted, todo):
                made[tile] = stored
                if not stored:
                    del made[tile]
                if len(stored) > MOST_BYTES:
                    too_large[tile] = len(stored), of_cells
            if too_large and not must:
                return None
            self._raise(too_large)
            # What is no longer drawn leaves other tiles too.
            newly = (self._counted() & ~counted)[self.layer.piece_feature[self.reach.piece]]
            todo = set(too_large) | set(np.unique(self.reach.tile[newly]).tolist())
        self._tell(counted, made)
        x, y = unmorton(np.array(list(made), dtype=np.int64))
        return dict(zip(zip(x.tolist(), y.tolist(), strict=True), made.values(), strict=True))

    def _copies(self, counted: Mask, todo: set[int] | None) -> Whole:
        """Return the copies of pieces that are drawn, in the tiles of `todo` or in all, in the order of tiles."""
        wanted = ~counted[self.layer.piece_feature[self.reach.piece]]
        if todo is not None:
            wanted &= np.isin(self.reach.tile, np.array(sorted(todo), dtype=np.int64))
        chosen = np.flatnonzero(wanted)
        return chosen[np.argsort(self.reach.tile[chosen], kind="stable")]

    def _counted(self) -> Mask:
        """Return which features are counted, and not drawn."""
        return counted(self.layer, self.plan.first, self.plan.level, self.zoom, is_last=self.is_last)

    def _raise(self, sizes: dict[int, tuple[int, int]]) -> bool:
        """Do more about the tiles that are too large, given the bytes of each in all and of its cells."""
        changed = False
        plan = self.plan
        for tile, (whole, of_cells) in sizes.items():
            at = int(np.searchsorted(plan.tile, tile))
            is_home = at < len(plan.tile) and plan.tile[at] == tile
            if is_home and of_cells > max(MOST_BYTES * 0.6, whole / 2) and plan.coarser[at] < COARSEST:
                plan.coarser[at] += 1
            elif is_home and plan.level[at] < len(LEVELS) - 1:
                plan.level[at] += 1
            elif is_home and plan.coarser[at] < COARSEST and of_cells > MOST_BYTES / 4:
                plan.coarser[at] += 1
            else:
                plan.spare[tile] = plan.spare.get(tile, 0) + 1
            changed = True
        return changed

    def _guessed(self, copies: Whole) -> dict[int, tuple[int, int]]:
        """Return the tiles with too many shapes, or that will be too large by far, with guesses at their sizes."""
        if not len(copies):
            return {}
        # Of many positions few may be left when the shape is simplified.
        raw = PER_FEATURE + PER_POINT * np.minimum(self.reach.points[copies], SURE_POINTS)
        tile, index = np.unique(self.reach.tile[copies], return_inverse=True)
        whole = np.bincount(index, weights=raw) * GZIPPED
        # Nothing is guessed of tiles in which features are not at home, or which nothing more can be done about.
        at = np.minimum(np.searchsorted(self.plan.tile, tile), len(self.plan.tile) - 1)
        able = (self.plan.tile[at] == tile) & (self.plan.level[at] < len(LEVELS) - 1)
        large = able & ((whole > MOST_BYTES * 1.15) | (np.bincount(index) > MOST_SHAPES))
        return {int(tile[n]): (int(whole[n]), 0) for n in np.flatnonzero(large)}

    def is_too_large(self) -> bool:
        """Whether tiles would be too large without doing anything about it, by a guess."""
        return bool(self._guessed(self._copies(self._counted(), None)))

    def _made(self, copies: Whole, counted: Mask, todo: set[int] | None) -> Iterator[tuple[int, bytes, int]]:
        """Yield each tile of `todo` (all if None) with its stored bytes, and how many of those are for cells."""
        cells = dict(self._cells(counted, todo))
        drawn = dict(self._features(copies))
        for tile, left_out in self.left_out.items():
            cells[tile] = replace(cells.get(tile, NO_CELLS), left_out=left_out)
        order = sorted((set(drawn) | set(cells)) if todo is None else todo)
        # zlib leaves the interpreter to others while it works.
        stored = self.executor.map(lambda tile: self._stored(drawn.get(tile, b""), cells.get(tile)), order)
        for tile, (data, of_cells) in zip(order, stored, strict=True):
            yield tile, data, of_cells

    def _stored(self, features: bytes, cells: Cells | None) -> tuple[bytes, int]:
        shapes = encode.layer(features, 2**self.extent_bits, self.layer.categories) if features else b""
        told = message(cells) if cells is not None else b""
        if not shapes and not told:
            return b"", 0
        return gzip.compress(shapes + told, 6, mtime=0), len(gzip.compress(told, 1)) if told else 0

    def _cells(self, counted: Mask, todo: set[int] | None) -> Iterator[tuple[int, Cells]]:
        of = np.flatnonzero(counted)
        coarser = np.repeat(self.plan.coarser, np.diff(self.plan.first))[of]
        gathered = Gathered(self.layer, of, coarser, self.zoom)
        self.told.cells, self.told.features = gathered.total, len(of)
        return gathered.tiles(todo)

    def _features(self, copies: Whole) -> Iterator[tuple[int, bytes]]:
        """Yield each tile with the bytes of its features."""
        if not len(copies):
            return
        # Whole tiles, so that each chunk has about as many positions.
        begins = np.flatnonzero(np.diff(self.reach.tile[copies], prepend=-1))
        before = np.cumsum(self.reach.points[copies])[begins]
        chunk = np.searchsorted(before, np.arange(0, before[-1], AT_ONCE))
        edges = np.unique(np.concatenate([[0], begins[chunk], [len(copies)]]))
        for start, end in pairwise(edges.tolist()):
            yield from self._chunk(copies[start:end])

    def _chunk(self, copies: Whole) -> Iterator[tuple[int, bytes]]:
        layer, reach = self.layer, self.reach
        runs = reach.runs(copies)
        runs = runs.simplified(self._tolerance(reach.tile[copies])[runs.owner])
        runs = in_units(runs, reach.tile[copies], self.zoom, self.extent_bits)
        copies, runs = self._spared(copies, runs)
        tile, feature = reach.tile[copies], layer.piece_feature[reach.piece[copies]]
        categories = layer.category[feature].astype(np.int64) if layer.categories > 1 else None
        made = encode.encoded(runs, layer.fid[feature], categories)
        begins = np.flatnonzero(np.diff(tile, prepend=-1))
        for start, end in pairwise([*begins.tolist(), len(tile)]):
            yield int(tile[start]), made.data[made.starts[start] : made.starts[end]]

    def _finest(self) -> float:
        """Return by how many pixels shapes are simplified where there is room."""
        # In the last zoom by what its units do not show.
        return TILE_PIXELS / 2**self.extent_bits / 2 if self.is_last else LEVELS[0][1]

    def _tolerance(self, tile: Whole) -> NDArray[np.float64]:
        """Return by how many units of the world shapes are simplified in each of some tiles."""
        plan = self.plan
        pixels = np.array([self._finest(), *(max(pixels, self._finest()) for _, pixels in LEVELS[1:])])
        found = np.full(len(tile), pixels[0])
        at = np.minimum(np.searchsorted(plan.tile, tile), len(plan.tile) - 1)
        home = plan.tile[at] == tile
        found[home] = pixels[plan.level[at[home]]]
        for spared, times in plan.spare.items():
            found[tile == spared] = LEVELS[-1][1] * 2.0 ** min(times - 1, 2)
        scaled: NDArray[np.float64] = found * self.pixel
        return scaled

    def _spared(self, copies: Whole, runs: Rings) -> tuple[Whole, Rings]:
        """Return what stays in tiles that are too large with all that can be done else: the largest shapes."""
        if not self.plan.spare:
            return copies, runs
        kept = np.ones(len(copies), dtype=bool)
        tile = self.reach.tile[copies]
        for spared, times in self.plan.spare.items():
            here = np.flatnonzero(tile == spared)
            # At first shapes are only simplified more.
            if len(here) and times > 2:
                size = self.layer.size[self.layer.piece_feature[self.reach.piece[copies[here]]]]
                gone = here[np.argsort(-size, kind="stable")[len(here) >> (times - 2) :]]
                kept[gone] = False
                self.left_out[spared] = len(gone)
        number = np.cumsum(kept) - 1
        run = np.flatnonzero(kept[runs.owner])
        return copies[kept], runs.taken(run, number[runs.owner[run]])

    def _tell(self, counted: Mask, made: dict[int, bytes]) -> None:
        told = self.told
        told.drawn = int((~counted).sum())
        told.raised = int((self.plan.level > 0).sum())
        told.coarser = int((self.plan.coarser > 0).sum())
        told.largest = max(map(len, made.values()), default=0)
        told.tiles = len(made)
        told.left_out = sum(self.left_out.values())
