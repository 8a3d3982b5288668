"""The ground's own lines, so that the distance to the nearest of them is found for many points at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.grid import BBox, Grid, grid_around
from geo.measure import bounds


class LineIndex:
    """Lines on a local grid in metres, cut into their segments.

    Parameters
    ----------
    lines
        WGS 84. Of areas their outlines count; points do not.
    """

    def __init__(self, lines: Sequence[BaseGeometry]) -> None:
        parts = shapely.get_parts(np.array([line for line in lines if line is not None], dtype=object))
        areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        parts = np.concatenate([parts[~areas], shapely.get_parts(shapely.boundary(parts[areas]))])
        parts = parts[shapely.get_dimensions(parts) == 1]
        self.bounds: BBox | None = bounds(parts)
        """West, south, east, north in degrees; None without any line."""
        self.grid: Grid | None = grid_around(self.bounds) if self.bounds else None
        # A segment has a small box of its own, where that of a long line holds half of the city.
        ends, of = shapely.get_coordinates(parts, return_index=True)
        metres = self.metres(ends)
        whole = (of[1:] == of[:-1]) & np.isfinite(metres[1:]).all(axis=1) & np.isfinite(metres[:-1]).all(axis=1)
        segments = np.stack([metres[:-1][whole], metres[1:][whole]], axis=1) if len(ends) else np.empty((0, 2, 2))
        self._tree = shapely.STRtree(list(np.atleast_1d(np.asarray(shapely.linestrings(segments)))))

    def __len__(self) -> int:
        """Return how many segments there are."""
        return len(self._tree)

    def metres(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return WGS 84 positions of shape (n, 2), in degrees, in metres of the local grid."""
        return self.grid.metres(positions) if self.grid else np.full_like(positions, np.nan)

    def distances_m(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the distance to the nearest line for positions of shape (n, 2) in metres of the local grid.

        It is infinite for what lies nowhere, and if there are no lines.
        """
        found = np.full(len(metres), np.inf)
        usable = np.flatnonzero(np.isfinite(metres).all(axis=1))
        if len(self._tree) and len(usable):
            (asked, _), distances = self._tree.query_nearest(
                shapely.points(metres[usable]), return_distance=True, all_matches=False
            )
            found[usable[asked]] = distances
        return found
