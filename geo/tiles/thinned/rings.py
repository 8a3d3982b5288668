"""Many lines, rings and clouds of points in a few arrays, and what is done to all of them at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Whole = NDArray[np.int64]

POINT, LINE, AREA = 1, 2, 3
"""Kinds of shapes, numbered as in the Mapbox Vector Tile specification."""

SIMPLE = 5
"""Points of a ring up to which nothing can be simplified that would be seen: most parcels and buildings."""

AT_ONCE = 2_000_000
"""Points that are simplified at a time."""


@dataclass(frozen=True, slots=True)
class Rings:
    """Runs of positions: the line of a line, a ring of an area (not closed), all points of a point shape."""

    points: Whole
    """Of shape (n, 2): x to the east and y to the south."""
    starts: Whole
    """Where each run begins in `points`, and at last their number."""
    owner: Whole
    """For each run the number of the shape that it belongs to, never falling."""
    kind: Whole
    """For each run one of `POINT`, `LINE`, `AREA`."""

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def lengths(self) -> Whole:
        """Number of positions of each run."""
        return np.diff(self.starts)

    def taken(self, chosen: Whole, owner: Whole) -> Rings:
        """Return the runs `chosen`, by their numbers, as those of the shapes `owner`."""
        lengths = self.lengths[chosen]
        return Rings(self.points[spans(self.starts[chosen], lengths)], starts_of(lengths), owner, self.kind[chosen])

    def kept(self, mask: NDArray[np.bool_], points: Whole | None = None) -> Rings:
        """Return the runs without the positions for which `mask` is false; runs without any are gone."""
        points = self.points if points is None else points
        left = np.concatenate([[0], np.cumsum(mask)])[self.starts]
        lengths = np.diff(left)
        there = lengths > 0
        return Rings(points[mask], starts_of(lengths[there]), self.owner[there], self.kind[there])

    def run_of_points(self) -> Whole:
        """Return for each position the number of its run."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def bounds(self) -> Whole:
        """Return left, top, right and bottom of each run, of shape (n, 4)."""
        if not len(self):
            return np.empty((0, 4), dtype=np.int64)
        first = self.starts[:-1]
        return np.hstack([np.minimum.reduceat(self.points, first), np.maximum.reduceat(self.points, first)])

    def without_repeats(self) -> Rings:
        """Return the runs of lines and areas without positions that are the same as the one before."""
        if not len(self):
            return self
        same = np.zeros(len(self.points), dtype=bool)
        same[1:] = (self.points[1:] == self.points[:-1]).all(axis=1)
        same[self.starts[:-1]] = False
        # A ring ends where it begins.
        last = self.starts[1:] - 1
        closed = (self.points[last] == self.points[self.starts[:-1]]).all(axis=1)
        same[last[closed & (self.kind == AREA) & (self.lengths > 1)]] = True
        same &= np.repeat(self.kind != POINT, self.lengths)
        return self.kept(~same)

    def simplified(self, tolerance: float | NDArray[np.float64]) -> Rings:
        """Return the runs without what stands out by less than `tolerance` (of all, or of each run)."""
        lengths = self.lengths
        tolerances = np.broadcast_to(np.asarray(tolerance, dtype=np.float64), (len(self),))
        many = (lengths > np.where(self.kind == AREA, SIMPLE, 2)) & (self.kind != POINT) & (tolerances > 0)
        if not many.any():
            return self
        kept = np.ones(len(self.points), dtype=bool)
        chosen = np.flatnonzero(many)
        parts = np.searchsorted(np.cumsum(lengths[chosen]), np.arange(0, lengths[chosen].sum(), AT_ONCE))
        for runs in np.split(chosen, np.unique(parts)[1:]):
            self._simplify(runs, tolerances[runs], kept)
        return self.kept(kept)

    def _simplify(self, runs: Whole, tolerances: NDArray[np.float64], kept: NDArray[np.bool_]) -> None:
        """Say in `kept` which positions of `runs` stay."""
        # A ring is closed for this by its first position; y is the number of the position, looked up afterwards.
        area = self.kind[runs] == AREA
        lengths = self.lengths[runs]
        at = spans(self.starts[runs], lengths)
        ends = np.cumsum(lengths)
        at = np.insert(at, ends[area], self.starts[runs][area])
        lengths = lengths + area
        number = np.arange(len(at), dtype=np.float64)
        places = np.column_stack([self.points[at].astype(np.float64), number])
        lines = shapely.linestrings(places, indices=np.repeat(np.arange(len(runs)), lengths))
        left = shapely.simplify(lines, tolerances, preserve_topology=False)
        stay = shapely.get_coordinates(left, include_z=True)[:, 2].astype(np.int64)
        kept[at] = False
        kept[at[stay]] = True


def spans(starts: Whole, lengths: Whole) -> Whole:
    """Return the numbers from each of `starts` on, as many as `lengths` says, one span after the other."""
    total = int(lengths.sum())
    first = np.cumsum(lengths) - lengths
    found: Whole = np.arange(total, dtype=np.int64) + np.repeat(starts - first, lengths)
    return found


def starts_of(lengths: Whole) -> Whole:
    """Return where runs of `lengths` begin, and at last their sum."""
    found = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=found[1:])
    return found


def clipped(rings: Rings, axis: int, limit: Whole, *, below: bool) -> Rings:
    """Return what of the runs is on one side of a line: where x (axis 0) or y (axis 1) is at most or at least `limit`.

    `limit` is given for each run. An area that is cut goes along the line, which is to be out of sight, by the method
    of Sutherland and Hodgman: it takes any ring, however broken. A line that leaves and comes back is several.
    """
    if not len(rings):
        return rings
    run = rings.run_of_points()
    along = rings.points[:, axis]
    edge = limit[run]
    inside = along <= edge if below else along >= edge
    if inside.all():
        return rings
    follows = np.arange(1, len(along) + 1)
    last = rings.starts[1:] - 1
    follows[last] = rings.starts[:-1]
    crosses = inside != inside[follows]
    # A line does not close, and points have nothing between them.
    crosses[last] &= rings.kind == AREA
    crosses &= np.repeat(rings.kind != POINT, rings.lengths)

    count = inside.astype(np.int64) + crosses
    begin = starts_of(count)
    made = np.empty((int(begin[-1]), 2), dtype=np.int64)
    made[begin[:-1][inside]] = rings.points[inside]
    one, other = rings.points[crosses], rings.points[follows[crosses]]
    share = (edge[crosses] - one[:, axis]) / (other[:, axis] - one[:, axis])
    met = np.empty_like(one)
    met[:, axis] = edge[crosses]
    met[:, 1 - axis] = np.rint(one[:, 1 - axis] + share * (other[:, 1 - axis] - one[:, 1 - axis]))
    met_at = (begin[:-1] + inside)[crosses]
    made[met_at] = met

    # A run begins where the old one did, and each time that a line comes in again.
    is_start = np.zeros(len(made) + 1, dtype=bool)
    is_start[begin[rings.starts[:-1]]] = True
    comes_in = ~inside[crosses] & (np.repeat(rings.kind, rings.lengths)[crosses] == LINE)
    is_start[met_at[comes_in]] = True
    starts = np.flatnonzero(is_start[:-1])
    of = np.repeat(run, count)[starts]
    return Rings(made, np.append(starts, len(made)), rings.owner[of], rings.kind[of])
