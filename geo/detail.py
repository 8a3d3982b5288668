"""How much detail the geometries of a plan have, counted before anything is done that takes long for too much of it."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import GeometryError

MAXIMUM_VERTICES = 1_200_000
"""Largest number of vertices of all geometries of a plan together."""

MAXIMUM_POINTS = 1_000
"""Largest number of points of one MultiPoint: each gets a symbol of its own."""

MAXIMUM_PARTS = 20_000
"""Largest number of lines and rings of all geometries of a plan together; no generalising makes them fewer."""

MAXIMUM_PAIRS = 20_000_000
"""Largest number of pairs of edges of a plan's areas that lie side by side, beyond `PAIRS_PER_EDGE` for each edge.

GEOS looks at each such pair, 20 ns to find out whether an area is valid and up to 400 ns to cut it. An area folded like
a comb, with every edge beside every other, would take hours.
"""

PAIRS_PER_EDGE = 64
"""Pairs for each edge that are not counted: a winding boundary has some tens."""

STRIPS = 256
"""Largest number of strips into which the edges of an area are sorted, see `edge_pairs`."""


class Detail:
    """What of the detail that a plan may have has been used up."""

    def __init__(self) -> None:
        self.vertices = 0
        self.parts = 0
        self.pairs = 0.0

    def count(self, geometry: BaseGeometry) -> None:
        """Count a geometry of any type and CRS.

        Raises
        ------
        GeometryError
            There is more detail than a plan may have.
        """
        self.vertices += int(shapely.get_num_coordinates(geometry))
        if self.vertices > MAXIMUM_VERTICES:
            raise GeometryError("too-many-vertices", limit=MAXIMUM_VERTICES)
        if geometry.geom_type == "MultiPoint":
            check_points(int(shapely.get_num_geometries(geometry)))
            return
        areal = "Polygon" in geometry.geom_type
        parts = shapely.get_parts(geometry)
        self.parts += len(shapely.get_rings(parts)) if areal else len(parts)
        check_parts(self.parts)
        if areal:
            self.pairs += edge_pairs(geometry)
            if self.pairs > MAXIMUM_PAIRS:
                raise GeometryError("geometry-tangled")


def check_points(count: int) -> None:
    """Raise `GeometryError` if a MultiPoint has too many points."""
    if count > MAXIMUM_POINTS:
        raise GeometryError("too-many-points", limit=MAXIMUM_POINTS)


def check_parts(count: int) -> None:
    """Raise `GeometryError` if the geometries of a plan have too many lines and rings."""
    if count > MAXIMUM_PARTS:
        raise GeometryError("too-many-parts", limit=MAXIMUM_PARTS)


def edge_pairs(geometry: BaseGeometry) -> float:
    """Return an upper bound for the pairs of edges of a Polygon or MultiPolygon whose bounding boxes meet.

    Counted beyond `PAIRS_PER_EDGE` for each edge. Two boxes meet only if they do along x and along y, and along one
    axis they are counted by sorting. Where that counts too many, the edges are first sorted into strips along the
    other axis, and an edge counts in each strip that it reaches.
    """
    low, high = _edges(geometry)
    free = float(PAIRS_PER_EDGE * len(low))
    if len(low) ** 2 <= free:
        return 0.0
    counts = [_meeting(low[:, axis], high[:, axis]) for axis in (0, 1)]
    if min(counts) <= free + MAXIMUM_PAIRS:
        return max(0.0, min(counts) - free)
    found = min(min(counts), *(_in_strips(low, high, axis) for axis in (0, 1)))
    return max(0.0, found - free)


def _edges(geometry: BaseGeometry) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower and upper corners of the bounding boxes of all edges, each of shape (n, 2)."""
    at, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(geometry)), return_index=True)
    same = ring[1:] == ring[:-1]
    return np.minimum(at[1:], at[:-1])[same], np.maximum(at[1:], at[:-1])[same]


def _meeting(low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
    """Return how many pairs of the intervals from `low` to `high` meet."""
    # Each interval meets those that begin before it ends, without those that end before it begins.
    begun = np.searchsorted(np.sort(low), high, side="right")
    ended = np.searchsorted(np.sort(high), low, side="left")
    return float((begun - ended - 1).sum()) / 2


def _in_strips(low: NDArray[np.float64], high: NDArray[np.float64], axis: int) -> float:
    """Return the pairs that meet along the other axis than `axis`, counted in each strip across `axis`."""
    middle = (low[:, axis] + high[:, axis]) / 2
    borders = np.unique(np.quantile(middle, np.linspace(0, 1, STRIPS + 1)[1:-1]))
    first = np.searchsorted(borders, low[:, axis], side="left")
    last = np.searchsorted(borders, high[:, axis], side="right")
    reached = last - first + 1
    if reached.sum() > 4 * len(low):
        # Most edges reach through many strips, so strips do not tell them apart.
        return np.inf
    edge = np.repeat(np.arange(len(low)), reached)
    # Each edge once for each strip from its first to its last.
    strip = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(reached) - reached, reached)
    order = np.argsort(strip, kind="stable")
    ends = np.cumsum(np.bincount(strip, minlength=len(borders) + 1))
    total = 0.0
    for members in np.split(edge[order], ends[:-1]):
        total += _meeting(low[members, 1 - axis], high[members, 1 - axis])
    return total
