"""Which tiles the pieces of features reach into, and their runs cut to those."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.tiles.thinned.cells import TILE_PIXELS, morton, unmorton
from geo.tiles.thinned.layer import Layer
from geo.tiles.thinned.rings import AREA, Rings, Whole, clipped, spans, starts_of
from geo.tiles.thinned.world import WORLD_BITS

MARGIN_BITS = 6
"""A tile has what is around it too, as far as its side halved this many times: 8 pixels, for strokes and dots."""

WHOLE_BITS = 2
"""Shapes up to a side halved this many times are not cut."""


@dataclass(frozen=True, slots=True)
class Extents:
    """The pieces of a layer: their extents, runs and positions."""

    bounds: Whole
    first: Whole
    """The first run of each, and at last their number."""
    points: Whole


def extents_of(layer: Layer) -> Extents:
    """Return the extents of all pieces."""
    count = len(layer.piece_feature)
    first = np.searchsorted(layer.rings.owner, np.arange(count + 1))
    runs = layer.rings.bounds()
    if not count:
        return Extents(np.empty((0, 4), dtype=np.int64), first, np.zeros(0, dtype=np.int64))
    low = np.minimum.reduceat(runs[:, :2], first[:-1])
    high = np.maximum.reduceat(runs[:, 2:], first[:-1])
    return Extents(np.hstack([low, high]).astype(np.int64), first, np.diff(layer.rings.starts[first]))


class Reach:
    """The pieces of some features in the tiles of a zoom: a piece is in each tile that it may reach into."""

    def __init__(self, layer: Layer, extents: Extents, drawn: NDArray[np.bool_], zoom: int, tolerance: float) -> None:
        """Take the features `drawn`; large shapes are simplified by `tolerance`, in units of the world, and cut."""
        self._layer, self._extents = layer, extents
        self._shift = WORLD_BITS - zoom
        side = 2**self._shift
        self._margin = side >> MARGIN_BITS
        piece = np.flatnonzero(drawn[layer.piece_feature])
        bounds = extents.bounds[piece]
        low = np.maximum((bounds[:, :2] - self._margin) >> self._shift, 0)
        high = np.minimum((bounds[:, 2:] + self._margin) >> self._shift, 2**zoom - 1)
        there = (low <= high).all(axis=1)
        large = there & ((bounds[:, 2:] - bounds[:, :2]).max(axis=1, initial=0) > side >> WHOLE_BITS)
        small = there & ~large
        tile, copied = _covered(low[small], high[small])
        whole = piece[small][copied]
        self._large, cut_tile, cut = self._cut(piece[large], low[large], high[large], tolerance)
        self._whole = len(tile)
        self.tile: Whole = np.concatenate([tile, cut_tile])
        """The tile of each copy: its column and row as a number of `geo.tiles.thinned.cells.morton`."""
        self.piece: Whole = np.concatenate([whole, cut])
        self._first = np.searchsorted(self._large.owner, np.arange(len(cut) + 1))
        points = np.diff(self._large.starts[self._first])
        self.points: Whole = np.concatenate([extents.points[whole], points])
        """How many positions each copy has."""

    def runs(self, copies: Whole) -> Rings:
        """Return the runs of some copies, by their numbers; a run's `owner` is the number of its copy among them."""
        is_whole = copies < self._whole
        small, large = np.flatnonzero(is_whole), np.flatnonzero(~is_whole)
        one = _runs_of(self._layer.rings, self._extents.first, self.piece[copies[small]], small)
        if not len(large):
            return one
        other = _runs_of(self._large, self._first, copies[large] - self._whole, large)
        both = _together([one, other])
        order = np.argsort(both.owner, kind="stable")
        return both.taken(order, both.owner[order])

    def _cut(self, piece: Whole, low: Whole, high: Whole, tolerance: float) -> tuple[Rings, Whole, Whole]:
        """Return runs cut to tiles, the tile of each shape that they make, and its piece."""
        runs = _runs_of(self._layer.rings, self._extents.first, piece, np.arange(len(piece)))
        runs = Rings(runs.points.astype(np.int64), runs.starts, runs.owner, runs.kind).simplified(tolerance)
        for axis in (0, 1):
            # Beyond the edges of the world there are no tiles.
            runs = clipped(runs, axis, self._far(high[:, axis])[runs.owner], below=True)
            runs = clipped(runs, axis, self._near(low[:, axis])[runs.owner], below=False)
            while (low[:, axis] < high[:, axis]).any():
                runs, piece, low, high = self._halved(runs, piece, low, high, axis)
        tile = morton(low[:, 0], low[:, 1])
        order = np.argsort(runs.owner, kind="stable")
        runs = runs.taken(order, runs.owner[order])
        there, owner = np.unique(runs.owner, return_inverse=True)
        return Rings(runs.points, runs.starts, owner, runs.kind), tile[there], piece[there]

    def _halved(
        self, runs: Rings, piece: Whole, low: Whole, high: Whole, axis: int
    ) -> tuple[Rings, Whole, Whole, Whole]:
        """Cut each shape that is in several columns (or rows) between two of them; what has no runs left is gone."""
        several = low[:, axis] < high[:, axis]
        middle = (low[:, axis] + high[:, axis]) // 2
        split = several[runs.owner]
        at = middle[runs.owner]
        chosen = np.flatnonzero(split)
        divided = runs.taken(chosen, runs.owner[chosen])
        one = clipped(divided, axis, self._far(at[chosen]), below=True)
        other = clipped(divided, axis, self._near(at[chosen] + 1), below=False)
        rest = np.flatnonzero(~split)
        kept = runs.taken(rest, runs.owner[rest])
        count = len(piece)
        other = Rings(other.points, other.starts, other.owner + count, other.kind)
        runs = _together([kept, one, other])
        low, high = np.concatenate([low, low]), np.concatenate([high, high])
        high[:count, axis] = np.where(several, middle, high[:count, axis])
        low[count:, axis] = middle + 1
        there, owner = np.unique(runs.owner, return_inverse=True)
        piece = np.concatenate([piece, piece])
        return Rings(runs.points, runs.starts, owner, runs.kind), piece[there], low[there], high[there]

    def _far(self, tile: Whole) -> Whole:
        found: Whole = ((tile + 1) << self._shift) + self._margin
        return found

    def _near(self, tile: Whole) -> Whole:
        found: Whole = (tile << self._shift) - self._margin
        return found


def _covered(low: Whole, high: Whole) -> tuple[Whole, Whole]:
    """Return each tile from `low` to `high`, columns and rows, and the number of the pair that it is of."""
    wide, tall = (high - low + 1).T if len(low) else (np.zeros(0, dtype=np.int64),) * 2
    copied = np.repeat(np.arange(len(low)), wide * tall)
    nth = spans(np.zeros(len(low), dtype=np.int64), wide * tall)
    x = low[copied, 0] + nth % wide[copied]
    y = low[copied, 1] + nth // wide[copied]
    return morton(x, y), copied


def _runs_of(rings: Rings, first: Whole, shapes: Whole, owner: Whole) -> Rings:
    """Return the runs of some shapes, whose runs begin at `first`, as those of `owner`."""
    lengths = first[shapes + 1] - first[shapes]
    return rings.taken(spans(first[shapes], lengths), np.repeat(owner, lengths))


def _together(parts: list[Rings]) -> Rings:
    return Rings(
        np.concatenate([part.points for part in parts]),
        starts_of(np.concatenate([part.lengths for part in parts])),
        np.concatenate([part.owner for part in parts]),
        np.concatenate([part.kind for part in parts]),
    )


def in_units(runs: Rings, tile: Whole, zoom: int, extent_bits: int) -> Rings:
    """Return the runs of shapes in units of the tile of each, every shape with at least one run that can be seen."""
    x, y = unmorton(tile)
    shift = WORLD_BITS - zoom
    corner = np.column_stack([x, y])[runs.owner] << shift
    scale = 2.0 ** (extent_bits - shift)
    points = np.rint((runs.points - np.repeat(corner, runs.lengths, axis=0)) * scale).astype(np.int64)
    exact = Rings(points, runs.starts, runs.owner, runs.kind).without_repeats()
    enough = exact.lengths >= np.array([0, 1, 2, 3])[exact.kind]
    seen = np.zeros(len(tile), dtype=bool)
    seen[exact.owner[enough]] = True
    # Of a shape of which nothing is left, its first run stays, a pixel large.
    first = np.ones(len(exact), dtype=bool)
    first[1:] = exact.owner[1:] != exact.owner[:-1]
    blown = first & ~seen[exact.owner]
    kept = exact.taken(np.flatnonzero(enough), exact.owner[enough])
    if not blown.any():
        return kept
    dot = max(1, 2**extent_bits // TILE_PIXELS)
    at = exact.points[exact.starts[:-1][blown]]
    kind = exact.kind[blown]
    corners = at[:, None] + np.array([[0, 0], [dot, 0], [dot, dot]])
    lengths = np.where(kind == AREA, 3, 2)
    made = corners[np.arange(3) < lengths[:, None]]
    owner = np.concatenate([kept.owner, exact.owner[blown]])
    both = Rings(
        np.concatenate([kept.points, made]),
        starts_of(np.concatenate([kept.lengths, lengths])),
        owner,
        np.concatenate([kept.kind, kind]),
    )
    order = np.argsort(owner, kind="stable")
    return both.taken(order, owner[order])
