"""Geometries with less detail, for where nobody could see more of it. The plan keeps what it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

CHUNK = 1000
"""Vertices after which a line is divided while it is simplified.

The method of Douglas and Peucker calls itself for each part of a line. A long line made for it would take hours, and
call itself until the process ends.
"""

Positions = NDArray[np.float64]


def generalised(geometry: BaseGeometry, tolerance: float) -> BaseGeometry:
    """Return a geometry of any type with fewer vertices, all of them its own, as valid as it was.

    No point of its lines or outlines is farther than `tolerance`, in the geometry's units, from the result, and the
    other way round. Points stay. Holes smaller than `tolerance` go. An area that would cross itself is simplified less.
    """
    kind = geometry.geom_type
    if kind in ("LineString", "MultiLineString"):
        parts = [shapely.LineString(at) for at in _simplified(shapely.get_parts(geometry), tolerance)]
        return parts[0] if kind == "LineString" else shapely.MultiLineString(parts)
    if kind not in ("Polygon", "MultiPolygon"):
        return geometry
    for divisor in (1, 4, 16):
        area = _area(geometry, tolerance / divisor)
        if area is not None and area.is_valid:
            return area
    return geometry


def _area(geometry: BaseGeometry, tolerance: float) -> BaseGeometry | None:
    """Return a Polygon or MultiPolygon with simplified rings, which may cross; None if an outline is nothing then."""
    polygons = []
    for polygon in shapely.get_parts(geometry):
        outline, *holes = _simplified(shapely.get_rings(polygon), tolerance)
        if len(outline) < 4:
            return None
        polygons.append(shapely.Polygon(outline, [hole for hole in holes if len(hole) >= 4]))
    return polygons[0] if geometry.geom_type == "Polygon" else shapely.MultiPolygon(polygons)


def _simplified(lines: Sequence[BaseGeometry] | NDArray[Any], tolerance: float) -> list[Positions]:
    """Return the positions that are left of each line, of shape (n, 2), the first and last always among them."""
    pieces: list[Positions] = []
    line_of: list[int] = []
    for number, line in enumerate(lines):
        at = shapely.get_coordinates(line)
        for start in range(0, max(1, len(at) - 1), CHUNK):
            # A piece begins where the one before it ends.
            piece = at[start : start + CHUNK + 1]
            pieces.append(piece)
            line_of.append(number)
    counts = np.array([len(piece) for piece in pieces])
    whole = shapely.linestrings(np.concatenate(pieces), indices=np.repeat(np.arange(len(pieces)), counts))
    kept, piece_of = shapely.get_coordinates(
        shapely.simplify(whole, tolerance, preserve_topology=False), return_index=True
    )
    owner = np.array(line_of)[piece_of]
    # The end of a piece, if the next one begins with it.
    double = np.concatenate([[False], (piece_of[1:] != piece_of[:-1]) & (owner[1:] == owner[:-1])])
    kept, owner = kept[~double], owner[~double]
    return np.split(kept, np.searchsorted(owner, np.arange(1, len(lines))))


def vertices(geometries: Sequence[BaseGeometry]) -> int:
    """Return the number of vertices of all `geometries` together."""
    return int(shapely.get_num_coordinates(np.array(geometries, dtype=object)).sum())
