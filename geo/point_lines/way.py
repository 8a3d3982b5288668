"""A line of one name and class in a network of ways: its ends, and where they lead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.point_lines.course import Course, Positions
from geo.point_lines.curve import SHARP_DEG, turns_deg

ORDER = ("motorway", "trunk", "primary", "secondary", "tertiary", "minor")
"""Classes of roads that are joined, the most important first."""

DIRECTION_M = 250.0
"""How many metres of a road's end give the direction in which it ends."""


@dataclass(frozen=True, slots=True)
class Way:
    """A line of one name and class in the network."""

    name: str
    course: Course

    @property
    def line(self) -> Positions:
        """Vertices in metres of the grid."""
        return self.course.line

    @property
    def kind(self) -> str:
        """The class."""
        return self.course.kind

    def moved(self, line: Positions, over_end_m: float = 0.0) -> Way:
        """Return the way with another `line`, at one end of which the next point is `over_end_m` metres away."""
        over = max(self.course.over_ends_m, over_end_m)
        return replace(self, course=replace(self.course, line=line, over_ends_m=over))


@dataclass(frozen=True, slots=True)
class End:
    """One end of a way."""

    way: int
    """Index of the way in its sequence."""
    side: int
    """0 for its first vertex, -1 for its last."""


def ends_by_place(ways: Sequence[Way]) -> dict[tuple[float, float], list[End]]:
    """Return the ends of all `ways` by their place, as `key` gives it."""
    found: dict[tuple[float, float], list[End]] = defaultdict(list)
    for k, way in enumerate(ways):
        for side in (0, -1):
            found[key(way.line[side])].append(End(k, side))
    return found


def free_ends(ways: Sequence[Way]) -> list[End]:
    """Return the ends that no other way shares."""
    inner = {key(vertex) for way in ways for vertex in way.line[1:-1]}
    return [ends[0] for place, ends in ends_by_place(ways).items() if len(ends) == 1 and place not in inner]


def key(vertex: Positions) -> tuple[float, float]:
    """Return a position in metres to the centimetre, so that equal places are found whatever the last digits."""
    return round(float(vertex[0]), 2), round(float(vertex[1]), 2)


def vertex(ways: Sequence[Way], end: End) -> Positions:
    """Return the position, of shape (2,), of an end of one of `ways`."""
    return np.asarray(ways[end.way].line[end.side])


def heading(line: Positions, side: int) -> NDArray[np.float64]:
    """Return the direction, of length 1, of the last `DIRECTION_M` of `line` towards its end on `side`."""
    inward = line if side == 0 else line[::-1]
    corners = np.flatnonzero(turns_deg(inward) > SHARP_DEG)
    # Up to the first sharp corner, unless that is so near that the last leg says little.
    far = [k for k in corners if length_m(inward[: k + 1]) > DIRECTION_M / 3]
    whole = shapely.LineString(inward[: far[0] + 1] if far else inward)
    back = whole.interpolate(min(whole.length, DIRECTION_M))
    out = inward[0] - np.asarray(back.coords[0])
    return np.asarray(out / max(float(np.hypot(*out)), 1e-9))


def angle_deg(one: Positions, other: Positions) -> float:
    """Return the angle between two directions in degrees, 0 to 180."""
    cross = float(one[0] * other[1] - one[1] * other[0])
    return abs(float(np.degrees(np.arctan2(cross, float(one @ other)))))


def length_m(line: Positions) -> float:
    """Return the length of a line in metres."""
    return float(np.hypot(*np.diff(line, axis=0).T).sum())
