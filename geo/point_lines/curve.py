"""A smooth curve through the corners of a line, by centripetal Catmull-Rom splines."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

STEP_M = 40.0
"""Distance in metres between the vertices of a curve before it is simplified."""

TOLERANCE_M = 3.0
"""How far in metres the simplified curve may be from the exact one."""

SHARP_DEG = 50.0
"""A corner that turns by more than this, in degrees, is a corner of the road and stays one."""

BULGE = 0.12
"""How far a piece of the curve may be from the straight line between its corners, as a part of that line's length."""


def curve(corners: NDArray[np.float64], straight_deg: float = 0.0) -> NDArray[np.float64]:
    """Return a smooth line through `corners`, of shape (n, 2), in metres; the corners are vertices of it.

    Between two corners that both turn by less than `straight_deg` degrees it stays straight.

    Centripetal Catmull-Rom spline (Barry and Goldman 1988; Yuksel, Schaefer and Keyser 2011), which has no loops or
    cusps between two corners. It is simplified by `TOLERANCE_M`. A piece that would leave the straight line between its
    corners by more than `BULGE` of its length is drawn in towards it.
    """
    turns = turns_deg(corners)
    pieces = [corners[:1]]
    for i in range(len(corners) - 1):
        one, other = corners[i], corners[i + 1]
        if max(turns[i], turns[i + 1]) > straight_deg:
            # Where the line ends or has a sharp corner, the piece goes on as if nothing came before or after.
            before = corners[i - 1] if 0 < turns[i] <= SHARP_DEG else 2 * one - other
            after = corners[i + 2] if 0 < turns[i + 1] <= SHARP_DEG else 2 * other - one
            piece = shapely.LineString(np.vstack([one, _piece(np.vstack([before, one, other, after])), other]))
            pieces.append(shapely.get_coordinates(piece.simplify(TOLERANCE_M))[1:])
        else:
            pieces.append(corners[i + 1 : i + 2])
    return np.vstack(pieces)


def turns_deg(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how many degrees, 0 to 180, `line`, of shape (n, 2), turns at each vertex; 0 at its ends."""
    legs = np.diff(line, axis=0)
    bearing = np.degrees(np.arctan2(legs[:, 1], legs[:, 0]))
    return np.concatenate([[0.0], np.abs((np.diff(bearing) + 180) % 360 - 180), [0.0]])


def _piece(four: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inner vertices of the spline between the second and the third of `four` corners."""
    chord = four[2] - four[1]
    length = float(np.hypot(*chord))
    count = int(length // STEP_M)
    if count < 2:
        return np.empty((0, 2))
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.maximum(np.hypot(*np.diff(four, axis=0).T), 1e-9)))])
    t = np.linspace(knots[1], knots[2], count + 1)[1:-1, None]

    def between(one: NDArray[np.float64], other: NDArray[np.float64], start: int, end: int) -> NDArray[np.float64]:
        share: NDArray[np.float64] = (t - knots[start]) / (knots[end] - knots[start])
        return np.asarray((1 - share) * one + share * other)

    a = [between(four[k], four[k + 1], k, k + 1) for k in range(3)]
    b = [between(a[k], a[k + 1], k, k + 2) for k in range(2)]
    points = between(b[0], b[1], 1, 2)
    across = np.array([-chord[1], chord[0]]) / length
    bulge = float(np.abs((points - four[1]) @ across).max())
    if bulge > BULGE * length:
        along = np.clip((points - four[1]) @ chord / length, 0, length)[:, None] * chord / length
        points = four[1] + along + ((points - four[1]) @ across)[:, None] * across * (BULGE * length / bulge)
    return points
