"""Finding room: where symbols and labels go so that none overlaps another. Pure geometry in millimetres."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.generalise import generalised
from layers.draw.drawing import Box

Boxes = NDArray[np.float64]
"""Array of shape (n, 4): left, bottom, right, top in millimetres."""

LINE_COST = 0.8
"""Cost of a label that lies on a line of the ground; `beside` has the costs of the sides."""

BORDER_COST = 6.0
"""Cost of a label that breaks a border: more than any side and any lines cost."""


PLAIN = 1_000
"""Number of vertices up to which a line takes the room beside it exactly."""

COARSE_MM = 0.25
"""Tolerance in millimetres for a line with more."""

PIECE = 20
"""Edges of such a line that take the room of their convex hull together."""

Segment = tuple[tuple[float, float], tuple[float, float]]


class Space:
    """The frame with the boxes and leader lines that are taken so far, and the lines that labels should avoid.

    `borders` are lines that no name but that of a numbered symbol may break: what is on which side must stay clear.
    """

    def __init__(self, frame: Box, lines: Iterable[BaseGeometry] = (), *, borders: Iterable[BaseGeometry] = ()) -> None:
        self.frame = frame
        self._boxes: Boxes = np.empty((0, 4))
        self._leaders: Boxes = np.empty((0, 4))
        """Array of shape (n, 4): x and y of one end, x and y of the other."""
        self._lines = shapely.STRtree([_coarse(line) for line in lines if not line.is_empty])
        # In their edges: a border is long, and most names are far from most of it.
        self._borders = shapely.STRtree([edge for border in borders for edge in _edges(_coarse(border))])

    def free(self, candidates: Boxes) -> NDArray[np.bool_]:
        """Return which of `candidates` are inside the frame and free, as an array of shape (n,)."""
        left, bottom, right, top = candidates.T
        inside: NDArray[np.bool_] = (
            (left >= self.frame.left)
            & (bottom >= self.frame.bottom)
            & (right <= self.frame.right)
            & (top <= self.frame.top)
        )
        if not inside.any():
            return inside
        left, bottom, right, top = candidates[inside].T
        near = self._near(candidates[inside])
        clash = (
            (left[:, None] < near[:, 2])
            & (right[:, None] > near[:, 0])
            & (bottom[:, None] < near[:, 3])
            & (top[:, None] > near[:, 1])
        )
        inside[inside] = ~clash.any(axis=1)
        if len(self._leaders) and inside.any():
            inside[inside] = ~_cut(self._leaders, candidates[inside]).any(axis=0)
        return inside

    def _near(self, candidates: Boxes) -> Boxes:
        """Return the taken boxes near `candidates`; most are elsewhere, so this saves time."""
        low, high = candidates[:, :2].min(axis=0), candidates[:, 2:].max(axis=0)
        boxes = self._boxes
        near: Boxes = boxes[
            (boxes[:, 0] < high[0]) & (boxes[:, 2] > low[0]) & (boxes[:, 1] < high[1]) & (boxes[:, 3] > low[1])
        ]
        return near

    def crossed(self, candidates: Boxes) -> NDArray[np.float64]:
        """Return how many lines of the ground each of `candidates` lies on, as an array of shape (n,)."""
        counts = np.zeros(len(candidates))
        hits, _ = self._lines.query(shapely.box(*candidates.T), predicate="intersects")
        np.add.at(counts, hits, 1.0)
        return counts

    def breaks(self, candidates: Boxes) -> NDArray[np.bool_]:
        """Return which of `candidates` lie on a border, as an array of shape (n,)."""
        met = np.zeros(len(candidates), dtype=bool)
        hits, _ = self._borders.query(shapely.box(*candidates.T), predicate="intersects")
        met[hits] = True
        return met

    def clear(self, leader: Segment, *, own: Sequence[Box] = ()) -> bool:
        """Whether a leader line touches nothing that is taken, except the boxes in `own`."""
        segment = np.array([[*leader[0], *leader[1]]])
        low, high = np.minimum(segment[:, :2], segment[:, 2:]), np.maximum(segment[:, :2], segment[:, 2:])
        near = self._near(np.hstack([low - 0.01, high + 0.01]))
        for box in own:
            near = near[~np.isclose(near, box).all(axis=1)]
        # A box over the start of the line cannot be avoided.
        x, y = leader[0]
        near = near[~((near[:, 0] < x) & (x < near[:, 2]) & (near[:, 1] < y) & (y < near[:, 3]))]
        if len(near) and _cut(segment, near).any():
            return False
        return not (len(self._leaders) and _crossing(segment[0], self._leaders).any())

    def occupied(self) -> BaseGeometry:
        """Return all taken boxes, and the lines of the ground with 1 mm on either side, as one geometry."""
        boxes = [shapely.box(*box) for box in self._boxes]
        return shapely.union_all([*boxes, *(_beside(line) for line in self._lines.geometries)])

    def take(self, *boxes: Box) -> None:
        """Mark boxes as taken."""
        if boxes:
            self._boxes = np.vstack([self._boxes, np.array(boxes, dtype=float)])

    def take_leader(self, leader: Segment) -> None:
        """Mark a leader line as taken."""
        self._leaders = np.vstack([self._leaders, [*leader[0], *leader[1]]])


def _coarse(line: BaseGeometry) -> BaseGeometry:
    """Return a line in millimetres with as much detail as finding room needs, if it has more than `PLAIN` vertices."""
    return line if shapely.get_num_coordinates(line) <= PLAIN else generalised(line, COARSE_MM)


def _edges(line: BaseGeometry) -> list[shapely.LineString]:
    """Return the edges of lines as LineStrings of two vertices."""
    parts = [shapely.get_coordinates(part) for part in shapely.get_parts(line)]
    return [shapely.LineString(ends) for at in parts for ends in np.stack([at[:-1], at[1:]], axis=1)]


def _beside(line: BaseGeometry) -> BaseGeometry:
    """Return what is within 1 mm of a line in millimetres; more than that for a line of many vertices."""
    if shapely.get_num_coordinates(line) <= PLAIN:
        return shapely.buffer(line, 1.0)
    # GEOS works out each place where the edges of a buffer cross, and a line may cross itself any number of times.
    pieces = []
    for part in shapely.get_parts(line):
        at = shapely.get_coordinates(part)
        pieces += [shapely.MultiPoint(at[start : start + PIECE + 1]) for start in range(0, len(at), PIECE)]
    return shapely.union_all(shapely.buffer(shapely.convex_hull(pieces), 1.0, quad_segs=2))


def _cut(segments: Boxes, boxes: Boxes) -> NDArray[np.bool_]:
    """Return which segment meets which box, as an array of shape (segments, boxes).

    The method is that of Liang and Barsky (1984): a segment meets a box if the part of it within the box's width and
    the part within its height overlap.
    """
    start, along = segments[:, None, :2], segments[:, None, 2:] - segments[:, None, :2]
    # A tiny slope instead of zero avoids dividing by zero, and moves nothing by as much as a micrometre.
    along = np.where(np.abs(along) < 1e-12, 1e-12, along)
    one, other = (boxes[None, :, :2] - start) / along, (boxes[None, :, 2:] - start) / along
    enters = np.minimum(one, other).max(axis=2)
    leaves = np.maximum(one, other).min(axis=2)
    met: NDArray[np.bool_] = (enters <= leaves) & (leaves >= 0) & (enters <= 1)
    return met


def _crossing(segment: NDArray[np.float64], others: Boxes) -> NDArray[np.bool_]:
    """Return which of `others` cross `segment`: two segments cross if each has the other's ends on both its sides."""

    def side(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
        turn: NDArray[np.float64] = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
            c[..., 0] - a[..., 0]
        )
        return np.sign(turn)

    start, end = segment[:2], segment[2:]
    crosses: NDArray[np.bool_] = (side(start, end, others[:, :2]) * side(start, end, others[:, 2:]) < 0) & (
        side(others[:, :2], others[:, 2:], start) * side(others[:, :2], others[:, 2:], end) < 0
    )
    return crosses


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a label goes."""

    box: Box
    leader: Segment | None
    """Line from the symbol to the label; None if the label is right beside the symbol."""
    side: str
    """How the text is aligned in the box: left, center or right."""


@lru_cache(maxsize=4)
def directions(count: int) -> list[tuple[float, float]]:
    """Return `count` unit vectors all around, starting at the upper right, the preferred side for a label."""
    return [
        (math.cos(math.radians(30 + 360 * n / count)), math.sin(math.radians(30 + 360 * n / count)))
        for n in range(count)
    ]


def beside(own: Box, width: float, height: float, gap: float) -> list[tuple[Box, str, float]]:
    """Return the places around the symbol `own` for a label of this size: box, alignment and cost."""
    x, y = own.centre
    right, left = own.right + gap, own.left - gap - width
    above, below = own.top + gap, own.bottom - gap - height
    middle, centre = y - height / 2, x - width / 2
    raised, lowered = y, y - height
    spots = [
        (right, middle, "left", 0.0),
        (left, middle, "right", 0.9),
        (centre, above, "center", 1.1),
        (centre, below, "center", 1.3),
        (right, raised, "left", 0.5),
        (right, lowered, "left", 0.7),
        (left, raised, "right", 1.4),
        (left, lowered, "right", 1.6),
        (x, above, "left", 1.5),
        (x - width, above, "right", 1.9),
        (x, below, "left", 1.7),
        (x - width, below, "right", 2.0),
    ]
    return [(Box(bx, by, bx + width, by + height), side, cost) for bx, by, side, cost in spots]


def place_label(
    space: Space,
    own: Box,
    width: float,
    height: float,
    *,
    gap: float,
    reach: float = 0.0,
    margin: float = 0.4,
    over_border: bool = True,
) -> Placement | None:
    """Find room for a label of the symbol `own`, whose box may already be taken.

    The label goes beside the symbol if that is free, else up to `reach` millimetres away with a leader line.
    Without `over_border` it never breaks a border, else only where it would have no room otherwise.
    Returns None if there is no room. Does not take the room.
    """
    near = beside(own, width, height, gap)
    boxes = np.array([box for box, _, _ in near])
    grown = boxes + np.array([-margin, -margin, margin, margin])
    free, breaks = space.free(grown), space.breaks(boxes)
    if not over_border:
        free &= ~breaks
    if free.any():
        costs = np.array([cost for _, _, cost in near]) + LINE_COST * np.minimum(space.crossed(boxes), 4)
        costs += BORDER_COST * breaks
        costs[~free] = np.inf
        best = int(costs.argmin())
        # Even if it lies on lines of the ground: that is better than a leader line.
        return Placement(near[best][0], None, near[best][1])
    for boxes, free in _around(space, own, width, height, reach, margin):
        costs = np.full(len(boxes), np.inf)
        costs[free] = space.crossed(boxes[free])
        for index in np.argsort(costs, kind="stable")[: np.count_nonzero(free)]:
            box = Box(*boxes[index].tolist())
            start, end = leader(own, box)
            if space.clear((start, end), own=[own]):
                across = directions(16)[index][0]
                return Placement(box, (start, end), "left" if across > 0.3 else "right" if across < -0.3 else "center")
    return None


def _around(
    space: Space, own: Box, width: float, height: float, reach: float, margin: float
) -> Iterator[tuple[Boxes, NDArray[np.bool_]]]:
    """Yield the places around `own` at each distance that has a free one, nearest first, and which of them are free."""
    distances = 3.0 + 2.0 * np.arange(int((reach - 3.0) // 2.0) + 1)
    if not len(distances):
        return
    x, y = own.centre
    compass = np.array(directions(16))
    # The edge of the label is about that distance away from the edge of the symbol.
    cx = x + compass[:, 0] * (own.width / 2 + distances + width / 2)[:, None]
    cy = y + compass[:, 1] * (own.height / 2 + distances + height / 2)[:, None]
    boxes = np.stack([cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2], axis=2)
    # All distances at once, because on a full map most searches go through all of them.
    free = space.free((boxes + np.array([-margin, -margin, margin, margin])).reshape(-1, 4)).reshape(boxes.shape[:2])
    for at in np.flatnonzero(free.any(axis=1)):
        yield boxes[at], free[at]


def leader(own: Box, label: Box) -> Segment:
    """Return the shortest line from the edge of a round symbol to the edge of its label."""
    x, y = own.centre
    end = min(max(x, label.left), label.right), min(max(y, label.bottom), label.top)
    length = math.hypot(end[0] - x, end[1] - y) or 1.0
    radius = min(own.width, own.height) / 2
    return (x + (end[0] - x) / length * radius, y + (end[1] - y) / length * radius), end


def place_symbol(
    space: Space, x: float, y: float, reach: tuple[float, float, float, float], *, limit: float
) -> tuple[float, float] | None:
    """Find room for a symbol at x, y, or at most `limit` millimetres away; return its centre, or None.

    `reach` is how far the symbol extends left, down, right and up from its centre. Does not take the room.
    """
    own = np.array([[x - reach[0], y - reach[1], x + reach[2], y + reach[3]]])
    if space.free(own).all():
        return float(x), float(y)
    centres = _offsets(limit) + np.array((x, y))
    boxes = np.column_stack(
        [centres[:, 0] - reach[0], centres[:, 1] - reach[1], centres[:, 0] + reach[2], centres[:, 1] + reach[3]]
    )
    for index in np.flatnonzero(space.free(boxes)):
        centre = float(centres[index][0]), float(centres[index][1])
        if space.clear(((x, y), centre)):
            return centre
    return None


@lru_cache(maxsize=16)
def _offsets(limit: float) -> NDArray[np.float64]:
    """Return the offsets in millimetres at which a symbol is tried, nearest first, up to `limit`."""
    offsets: list[tuple[float, float]] = []
    distance = 4.0
    while distance <= limit:
        offsets += [(dx * distance, dy * distance) for dx, dy in directions(16)]
        distance += 1.5
    return np.array(offsets).reshape(-1, 2)
