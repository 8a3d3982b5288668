"""Meetings: where a road ends at another one, or two end at a corner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
import shapely.ops

from geo.point_lines.course import Positions
from geo.point_lines.joints import NEAR_M
from geo.point_lines.way import ORDER, End, Way, angle_deg, free_ends, heading, key, vertex

REACH_M = {"motorway": 300.0, "trunk": 300.0, "primary": 300.0, "secondary": 260.0, "tertiary": 220.0, "minor": 150.0}
"""How far in metres an end is drawn on to meet another road, by class; never farther than its own points are apart."""

OVERSHOOT_M = 45.0
"""An end that lies this far beyond another road, in metres, is cut back to it: half a carriageway and a verge."""


def met(ways: Sequence[Way]) -> list[Way]:
    """Return `ways` with their free ends cut back or drawn on to the roads that they end at.

    An end is drawn on only straight ahead, by at most `REACH_M` and three quarters of the longest distance between the
    road's own points. Both lines get a vertex where they meet.
    """
    result = list(ways)
    free = [end for end in free_ends(result) if result[end.way].kind in ORDER]
    lines = [shapely.LineString(way.line) for way in result]
    tree = shapely.STRtree(lines)
    shared: dict[int, list[Positions]] = defaultdict(list)
    rays = {end: _ray(result[end.way], end.side) for end in free}
    taken: set[End] = set()
    moves: list[tuple[float, End, Positions, int | None, End | None]] = []
    for end in free:
        moves += _meetings(result, lines, tree, end, rays)
    motorways = shapely.union_all([line for line, way in zip(lines, result, strict=True) if way.kind == "motorway"])
    for _, end, place, other, corner in sorted(moves, key=lambda move: (move[0], move[1].way, move[1].side)):
        if end in taken or corner in taken:
            continue
        drawn = [shapely.LineString([vertex(result, k), place]) for k in (end, corner) if k is not None]
        if result[end.way].kind != "motorway" and any(line.intersects(motorways) for line in drawn):
            continue
        taken.add(end)
        result[end.way] = _drawn_to(result[end.way], end.side, place)
        if other is not None:
            shared[other].append(place)
        if corner is not None:
            taken.add(corner)
            result[corner.way] = _drawn_to(result[corner.way], corner.side, place)
    return [way.moved(_with_vertices(way.line, shared[k])) for k, way in enumerate(result)]


def _meetings(
    ways: Sequence[Way],
    lines: Sequence[shapely.LineString],
    tree: shapely.STRtree,
    end: End,
    rays: dict[End, shapely.LineString],
) -> Iterator[tuple[float, End, Positions, int | None, End | None]]:
    """Yield where `end` could meet another road, with the distance in metres, and what it meets there."""
    ray, own = rays[end], ways[end.way]
    start = shapely.Point(own.line[end.side])
    for other in sorted(int(k) for k in tree.query(ray)):
        if ways[other].name == own.name or not _may_meet(own.kind, ways[other].kind):
            continue
        for place in _points(ray.intersection(lines[other])):
            if _crossing(ray, lines[other], place) > 25:
                yield start.distance(place), end, np.asarray(place.coords[0]), other, None
    back = _tail(lines[end.way], end.side, OVERSHOOT_M)
    for other in sorted(int(k) for k in tree.query(back)):
        if other == end.way or ways[other].name == own.name or not _may_meet(own.kind, ways[other].kind):
            continue
        for place in _points(back.intersection(lines[other])):
            if _crossing(back, lines[other], place) > 25 and lines[end.way].length > 2 * OVERSHOOT_M:
                yield start.distance(place) / 10, end, np.asarray(place.coords[0]), other, None
    for other in sorted(int(k) for k in tree.query(start.buffer(NEAR_M))):
        if other == end.way or ways[other].name == own.name or not _may_meet(own.kind, ways[other].kind):
            continue
        place = lines[other].interpolate(lines[other].project(start))
        if 0.1 < start.distance(place) < NEAR_M and _crossing(ray, lines[other], place, start) > 25:
            yield start.distance(place), end, np.asarray(place.coords[0]), other, None
    for corner, second in rays.items():
        if "motorway" in (own.kind, ways[corner.way].kind):
            continue
        if corner.way != end.way and (corner.way, corner.side) > (end.way, end.side) and ray.intersects(second):
            for place in _points(ray.intersection(second)):
                if _crossing(ray, second, place) > 25:
                    far = max(start.distance(place), shapely.Point(ways[corner.way].line[corner.side]).distance(place))
                    yield far, end, np.asarray(place.coords[0]), None, corner


def _may_meet(kind: str, other: str) -> bool:
    """Whether a road can end at another one: at a motorway only a motorway can."""
    return other in ORDER and (other != "motorway" or kind == "motorway")


def _drawn_to(way: Way, side: int, place: Positions) -> Way:
    """Return `way` ending at `place`, either beyond its end or on its last metres."""
    line = shapely.LineString(way.line)
    along = line.project(shapely.Point(place))
    if side == 0:
        turned = _drawn_to(way.moved(way.line[::-1]), -1, place)
        return turned.moved(turned.line[::-1])
    if along > line.length - 0.01:
        return way.moved(np.vstack([way.line, place]))
    before = [vertex for vertex in way.line if line.project(shapely.Point(vertex)) < along - 0.01]
    return way.moved(np.vstack([*before, place]))


def _ray(way: Way, side: int) -> shapely.LineString:
    """Return the piece over which an end may be drawn on, in metres, beginning at the end."""
    reach = min(REACH_M[way.kind], max(0.75 * way.course.gap_m, 60.0))
    place = way.line[side]
    return shapely.LineString([place, place + reach * heading(way.line, side)])


def _tail(line: shapely.LineString, side: int, length: float) -> shapely.LineString:
    along = (0.0, length) if side == 0 else (max(line.length - length, 0.0), line.length)
    return shapely.LineString(shapely.get_coordinates(shapely.ops.substring(line, *along)))


def _points(geometry: shapely.Geometry) -> list[shapely.Point]:
    parts = getattr(geometry, "geoms", [geometry])
    return [part for part in parts if isinstance(part, shapely.Point) and not part.is_empty]


def _crossing(
    one: shapely.LineString, other: shapely.LineString, place: shapely.Point, start: shapely.Point | None = None
) -> float:
    """Return the angle in degrees, 0 to 90, between two lines at `place`, or of the first at `start`."""
    directions = []
    for line, at in ((one, start or place), (other, place)):
        along = line.project(at)
        start, stop = line.interpolate(max(along - 20, 0)), line.interpolate(min(along + 20, line.length))
        directions.append(np.array([stop.x - start.x, stop.y - start.y]))
    angle = angle_deg(*directions)
    return min(angle, 180 - angle)


def _with_vertices(line: Positions, places: Sequence[Positions]) -> Positions:
    """Return `line` with vertices added at `places`, which lie on it."""
    whole = shapely.LineString(line)
    known = {key(vertex) for vertex in line}
    stops = [(whole.project(shapely.Point(vertex)), i, vertex) for i, vertex in enumerate(line)]
    ends = whole.length
    for place in places:
        along = whole.project(shapely.Point(place))
        if key(place) not in known and 0 < along < ends:
            known.add(key(place))
            stops.append((along, -1, place))
    return np.array([vertex for *_, vertex in sorted(stops, key=lambda stop: stop[:2])])
