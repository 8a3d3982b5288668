"""Lines of single names joined to a network: where a name changes, at corners, and where a road ends at another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from geo.curve import curve
from geo.named_ways import GAP_M, Course, Positions

ORDER = ("motorway", "trunk", "primary", "secondary", "tertiary", "minor")
"""Classes of roads that are joined, the most important first."""

JOIN = 0.5
"""Ends of two roads in line with each other are joined up to this part of the gap that their class allows."""

ONE_ROAD_M = {"motorway": 6500.0}
"""The same in metres for two lines of one name, by class: a motorway that is in line with itself goes on."""

CLOSE_M = {"motorway": 600.0, "trunk": 600.0}
"""Ends this close, in metres, may also overlap, by the more important class: for the others it is `OVERLAP_M`."""

OVERLAP_M = 200.0

NEAR_M = 60.0
"""An end this close to another road, in metres, ends there; what lies between is half of both roads."""

ALIGNED_DEG = 30.0
"""Two ends are in line with each other if neither road has to turn by more than this to reach the other's."""

REACH_M = {"motorway": 300.0, "trunk": 300.0, "primary": 300.0, "secondary": 260.0, "tertiary": 220.0, "minor": 150.0}
"""How far in metres an end is drawn on to meet another road, by class; never farther than its own points are apart."""

OVERSHOOT_M = 45.0
"""An end that lies this far beyond another road, in metres, is cut back to it: half a carriageway and a verge."""

BESIDE_M = 35.0
"""A line that runs this close beside another one, in metres, is the same road once more, or its service road."""

SERVICE_M = 60.0
"""The same for roads that are called service roads (辅路) and for links."""

DIRECTION_M = 250.0
"""The direction in which a road ends is that of its last metres, this many."""

CURVED = ("motorway", "trunk", "river", "canal", "stream", "drain")
"""Classes that are drawn as curves throughout; the others only where they turn by more than `BEND_DEG`."""

BEND_DEG = 20.0


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

    def moved(self, line: Positions, gap_m: float = 0.0) -> Way:
        """Return the way with another `line`, which has a piece of `gap_m` metres without a point."""
        return replace(self, course=replace(self.course, line=line, gap_m=max(self.course.gap_m, gap_m)))


@dataclass(frozen=True, slots=True)
class End:
    """One end of a way: `side` is 0 for its first vertex and -1 for its last."""

    way: int
    side: int


def network(ways: Sequence[Way]) -> list[Way]:
    """Return `ways` joined, smoothed and without doubles. The order of `ways` does not matter."""
    ordered = sorted(ways, key=lambda way: (way.name, way.kind, way.line.tolist()))
    return met(smoothed(joined(without_doubles(ordered))))


def without_doubles(ways: Sequence[Way]) -> list[Way]:
    """Return `ways` without those that run beside one that is more important.

    That is nine tenths of the line within `BESIDE_M`, or half of a service road or link within `SERVICE_M`.
    """

    def importance(k: int) -> tuple[int, int, float]:
        way = ways[k]
        rank = ORDER.index(way.kind) if way.kind in ORDER else len(ORDER)
        return way.name.endswith("辅路"), rank, -_length(way.line)

    order = sorted(range(len(ways)), key=importance)
    lines = [shapely.LineString(way.line) for way in ways]
    tree = shapely.STRtree(lines)
    kept: set[int] = set()
    for k in order:
        service = ways[k].name.endswith("辅路") or ways[k].kind == "link"
        width, part = (SERVICE_M, 0.5) if service else (BESIDE_M, 0.9)
        near = [j for j in tree.query(lines[k].buffer(width)) if j in kept and ways[j].name != ways[k].name]
        strip = shapely.union_all([lines[j].buffer(width, cap_style="flat") for j in near])
        if lines[k].intersection(strip).length < part * lines[k].length:
            kept.add(k)
    return [way for k, way in enumerate(ways) if k in kept]


def joined(ways: Sequence[Way]) -> list[Way]:
    """Return `ways` with ends joined that lie in line with each other, the nearest first, each end once.

    Both have the same class or neighbouring ones. They meet half-way.
    """
    result = list(ways)
    free = [end for end in _free_ends(result) if result[end.way].kind in ORDER]
    places = np.array([_vertex(result, end) for end in free]).reshape(-1, 2)
    headings = np.array([_heading(result[end.way].line, end.side) for end in free]).reshape(-1, 2)
    longest = max(*ONE_ROAD_M.values(), *(GAP_M[kind] * JOIN for kind in ORDER))
    tree = shapely.STRtree(shapely.points(places))
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


def _cost(
    ways: Sequence[Way], ends: tuple[End, End], places: Positions, headings: Positions
) -> float | None:
    """Return how unlikely it is that two ends belong together, in metres; None if they cannot."""
    one, other = (ways[end.way] for end in ends)
    step = abs(ORDER.index(one.kind) - ORDER.index(other.kind))
    between = places[1] - places[0]
    apart = float(np.hypot(*between))
    same = one.name == other.name and one.kind == other.kind
    limit = ONE_ROAD_M.get(one.kind, 0.0) if same else JOIN * min(GAP_M[one.kind], GAP_M[other.kind])
    if step > 1 or apart > limit:
        return None
    turn = _angle(headings[0], -headings[1])
    aside = abs(float(headings[0][0] * between[1] - headings[0][1] * between[0]))
    if apart < max(CLOSE_M.get(way.kind, OVERLAP_M) for way in (one, other)) and aside < NEAR_M:
        shorter = min(_length(one.line), _length(other.line))
        return (aside + turn) * (1 + step) if turn < ALIGNED_DEG and shorter > 2 * apart else None
    worst = max(_angle(headings[0], between), _angle(headings[1], -between), turn)
    # A long line says more surely where it is heading than a short one.
    if worst > ALIGNED_DEG or apart > 1.5 * max(_length(one.line), _length(other.line)):
        return None
    return apart * (1 + worst / 10) * (1 + step / 2)


def smoothed(ways: Sequence[Way]) -> list[Way]:
    """Return `ways` as curves, which run on over the ends that two of them share."""
    ends = _ends_by_place(ways)
    result = []
    for k, way in enumerate(ways):
        corners, lead, tail = way.line, 0, 0
        for side in (0, -1):
            others = [end for end in ends[_key(way.line[side])] if end.way != k]
            if len(others) == 1:
                beyond = ways[others[0].way].line[1 if others[0].side == 0 else -2][None]
                corners = np.vstack([beyond, corners]) if side == 0 else np.vstack([corners, beyond])
                lead, tail = (1, tail) if side == 0 else (lead, 1)
        smooth = curve(corners, 0.0 if way.kind in CURVED else BEND_DEG)
        start = _index(smooth, way.line[0]) if lead else 0
        stop = _index(smooth, way.line[-1]) if tail else len(smooth) - 1
        result.append(way.moved(smooth[start : stop + 1]))
    return result


def _index(line: Positions, vertex: Positions) -> int:
    return int(np.argmin(np.hypot(*(line - vertex).T)))


def met(ways: Sequence[Way]) -> list[Way]:
    """Return `ways` with their free ends cut back or drawn on to the roads that they end at.

    An end is drawn on only straight ahead, by at most `REACH_M` and three quarters of the longest distance between the
    road's own points. Both lines get a vertex where they meet.
    """
    result = list(ways)
    free = [end for end in _free_ends(result) if result[end.way].kind in ORDER]
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
        drawn = [shapely.LineString([_vertex(result, k), place]) for k in (end, corner) if k is not None]
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
        gap = float(np.hypot(*(place - way.line[-1])))
        return way.moved(np.vstack([way.line, place]), gap)
    before = [vertex for vertex in way.line if line.project(shapely.Point(vertex)) < along - 0.01]
    return way.moved(np.vstack([*before, place]))


def _ray(way: Way, side: int) -> shapely.LineString:
    """Return the piece over which an end may be drawn on, in metres, beginning at the end."""
    reach = min(REACH_M[way.kind], max(0.75 * way.course.gap_m, 60.0))
    place = way.line[side]
    return shapely.LineString([place, place + reach * _heading(way.line, side)])


def _tail(line: shapely.LineString, side: int, length: float) -> shapely.LineString:
    along = (0.0, length) if side == 0 else (max(line.length - length, 0.0), line.length)
    return shapely.ops.substring(line, *along)


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
    angle = _angle(*directions)
    return min(angle, 180 - angle)


def _with_vertices(line: Positions, places: Sequence[Positions]) -> Positions:
    """Return `line` with vertices added at `places`, which lie on it."""
    whole = shapely.LineString(line)
    known = {_key(vertex) for vertex in line}
    stops = [(whole.project(shapely.Point(vertex)), i, vertex) for i, vertex in enumerate(line)]
    ends = whole.length
    for place in places:
        along = whole.project(shapely.Point(place))
        if _key(place) not in known and 0 < along < ends:
            known.add(_key(place))
            stops.append((along, -1, place))
    return np.array([vertex for *_, vertex in sorted(stops, key=lambda stop: stop[:2])])


def _ends_by_place(ways: Sequence[Way]) -> dict[tuple[float, float], list[End]]:
    found: dict[tuple[float, float], list[End]] = defaultdict(list)
    for k, way in enumerate(ways):
        for side in (0, -1):
            found[_key(way.line[side])].append(End(k, side))
    return found


def _free_ends(ways: Sequence[Way]) -> list[End]:
    """Return the ends that no other way shares."""
    inner = {_key(vertex) for way in ways for vertex in way.line[1:-1]}
    return [ends[0] for place, ends in _ends_by_place(ways).items() if len(ends) == 1 and place not in inner]


def _key(vertex: Positions) -> tuple[float, float]:
    return round(float(vertex[0]), 2), round(float(vertex[1]), 2)


def _vertex(ways: Sequence[Way], end: End) -> Positions:
    return np.asarray(ways[end.way].line[end.side])


def _heading(line: Positions, side: int) -> NDArray[np.float64]:
    """Return the unit vector in which `line` leaves at its end."""
    whole = shapely.LineString(line if side == -1 else line[::-1])
    back = whole.interpolate(max(whole.length - DIRECTION_M, 0.0))
    out = np.asarray(whole.coords[-1]) - np.asarray(back.coords[0])
    return np.asarray(out / max(float(np.hypot(*out)), 1e-9))


def _angle(one: Positions, other: Positions) -> float:
    """Return the angle between two directions in degrees, 0 to 180."""
    cross = float(one[0] * other[1] - one[1] * other[0])
    return abs(float(np.degrees(np.arctan2(cross, float(one @ other)))))


def _ending(line: Positions, side: int, place: Positions) -> Positions:
    """Return `line` drawn on or back to `place` at one end."""
    if side == 0:
        return _ending(line[::-1], -1, place)[::-1]
    heading = _heading(line, -1)
    # What lies beside or beyond the place would make the line turn back.
    while len(line) > 2 and float(heading @ (place - line[-1])) < 50:
        line = line[:-1]
    if len(line) == 2 and float(heading @ (place - line[-1])) < 50:
        line = line[:1]
    return np.vstack([line, place])


def _length(line: Positions) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())
