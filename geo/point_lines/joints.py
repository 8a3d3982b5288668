"""Joints: where one road ends and another one, or the same, goes on in line with it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from geo.point_lines.course import GAP_M, Positions
from geo.point_lines.way import ORDER, End, Way, angle_deg, free_ends, heading, length_m, vertex

JOIN = 0.5
"""Ends of two roads in line with each other are joined up to this part of the gap that their class allows."""

ONE_ROAD_M = {"motorway": 6500.0}
"""The same in metres for two lines of one name, by class: a motorway that is in line with itself goes on."""

CLOSE_M = {"motorway": 600.0, "trunk": 600.0}
"""Ends this close, in metres, may also lie beside or behind each other, by the more important class."""

OVERLAP_M = 200.0
"""The same in metres for all classes that `CLOSE_M` does not name."""

NEAR_M = 60.0
"""An end this close to another road, in metres, ends there; what lies between is half of both roads."""

ALIGNED_DEG = 30.0
"""Two ends are in line with each other if neither road has to turn by more than this to reach the other's."""


def joined(ways: Sequence[Way]) -> list[Way]:
    """Return `ways` with ends joined that lie in line with each other, the nearest first, each end once.

    They meet half-way. The less alike the classes of two roads are, the better the ends must be in line.
    """
    result = list(ways)
    free = [end for end in free_ends(result) if result[end.way].kind in ORDER]
    places = np.array([vertex(result, end) for end in free]).reshape(-1, 2)
    headings = np.array([heading(result[end.way].line, end.side) for end in free]).reshape(-1, 2)
    longest = max(*ONE_ROAD_M.values(), *(GAP_M[kind] * JOIN for kind in ORDER))
    tree = shapely.STRtree([shapely.Point(place) for place in places])
    candidates = []
    for i, end in enumerate(free):
        for j in tree.query(shapely.Point(places[i]).buffer(longest)):
            if j > i and (free[j].way != end.way):
                cost = _cost(result, (end, free[j]), places[[i, j]], headings[[i, j]])
                if cost is not None:
                    candidates.append((cost, i, int(j)))
    taken: set[int] = set()
    for _, i, j in sorted(candidates):
        if not {i, j} & taken:
            taken |= {i, j}
            apart = float(np.hypot(*(places[i] - places[j])))
            meeting = places[[i, j]].mean(axis=0)
            for k in (i, j):
                way = result[free[k].way]
                result[free[k].way] = way.moved(_ending(way.line, free[k].side, meeting), apart)
    return result


def _cost(ways: Sequence[Way], ends: tuple[End, End], places: Positions, headings: Positions) -> float | None:
    """Return how unlikely it is that two ends belong together, in metres; None if they cannot."""
    one, other = (ways[end.way] for end in ends)
    step = abs(ORDER.index(one.kind) - ORDER.index(other.kind))
    between = places[1] - places[0]
    apart = float(np.hypot(*between))
    same = one.name == other.name and one.kind == other.kind
    limit = ONE_ROAD_M.get(one.kind, 0.0) if same else JOIN * min(GAP_M[one.kind], GAP_M[other.kind])
    if apart > limit:
        return None
    # Classes that are not neighbours need ends that are in line all the more.
    allowed = ALIGNED_DEG / max(1, step)
    turn = angle_deg(headings[0], -headings[1])
    aside = abs(float(headings[0][0] * between[1] - headings[0][1] * between[0]))
    close = max(CLOSE_M.get(way.kind, OVERLAP_M) for way in (one, other))
    shorter = min(length_m(one.line), length_m(other.line))
    if apart < min(close, shorter / 2) and aside < NEAR_M and turn < allowed:
        return (aside + turn) * (1 + step)
    worst = max(angle_deg(headings[0], between), angle_deg(headings[1], -between), turn)
    # A long line says more surely where it is heading than a short one.
    if worst > allowed or apart > 1.5 * max(length_m(one.line), length_m(other.line)):
        return None
    return apart * (1 + worst / 10) * (1 + step / 2)


def _ending(line: Positions, side: int, place: Positions) -> Positions:
    """Return `line` drawn on or back to `place` at one end."""
    if side == 0:
        return _ending(line[::-1], -1, place)[::-1]
    ahead = heading(line, -1)
    # What lies beside or beyond the place would make the line turn back.
    while len(line) > 2 and float(ahead @ (place - line[-1])) < 50:
        line = line[:-1]
    if len(line) == 2 and float(ahead @ (place - line[-1])) < 50:
        line = line[:1]
    return np.vstack([line, place])
