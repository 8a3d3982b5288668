"""Lines through the points of named ways: one point for each way, all ways of one name, in metres of the grid.

OpenStreetMap cuts a road into many ways, and draws each carriageway as one. A point on each way is therefore a sample
of the road every few hundred metres, now on one carriageway and now on the other. The line is looked for in four
steps: points of both carriageways become one node; the nodes are strung by a minimum spanning tree, never over more
than the gap that the class allows; short spurs are cut off; then the corners of the line are fitted to the points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

Positions = NDArray[np.float64]
"""Shape (n, 2): easting and northing in metres of `geo.crs.GAUSS_KRUGER_117E`."""

GAP_M = {
    "motorway": 5200.0,
    "trunk": 3000.0,
    "primary": 2000.0,
    "secondary": 1500.0,
    "tertiary": 1000.0,
    "minor": 700.0,
    "construction": 700.0,
    "link": 400.0,
    "river": 4000.0,
    "canal": 2500.0,
    "stream": 1500.0,
    "drain": 1500.0,
}
"""Longest distance in metres between two neighbouring points of a line, by class; beyond it the line breaks."""

CARRIAGEWAYS_M = 60.0
"""Points of one name that lie within this distance of each other, in metres, are taken as one place on the road."""

SPUR_M = 250.0
"""Branches of a tree up to this length in metres are carriageways that were strung separately, and are cut off."""

WIDEST_M = 30.0
"""Half the distance in metres between the carriageways of the widest roads; a line is at most this far from a point."""

HOOK_M = 250.0
"""A last leg up to this length in metres that turns off to the side is taken for the other carriageway."""

HOOK_SLOPE = 0.45
"""It does if it is off by this part of its length, which is about 24 degrees; less than that may be a bend."""

KINK_M = 180.0
"""A leg up to this length in metres may only lead from one carriageway to the other."""

KINK_DEG = 30.0
"""It does if the line turns by more than this, in degrees, at both ends of it, first to one side, then back."""

RUN_M = 300.0
"""Where the class of a road changes for less than this, in metres, the line keeps the class of what is beside."""

SHORTEST_M = 100.0
"""A line shorter than this, in metres, is none: two points on two carriageways do not say where the road goes."""


@dataclass(frozen=True, slots=True)
class Course:
    """One unbroken line through points of one name and class."""

    line: Positions
    kind: str
    """Class, a key of `GAP_M`."""
    points: Positions
    """The points that it goes through."""
    over_ends_m: float = 0.0
    """Distance in metres to the next point beyond an end, where another line goes on; the longer of the two ends."""

    @property
    def gap_m(self) -> float:
        """Longest distance in metres along the line without a point: between two, or from one to an end or over it."""
        whole = shapely.LineString(self.line)
        stops = np.sort(np.concatenate([[0.0], _along(self.line, self.points), [whole.length]]))
        return max(float(np.diff(stops).max()), self.over_ends_m)


def courses(positions: Positions, kinds: Sequence[str]) -> list[Course]:
    """Return the lines through the points of one name at `positions`, whose classes are `kinds`.

    The order of the points does not matter. Points that yield no line are not in the result: single ones, and those
    whose line would be shorter than `SHORTEST_M`. Where the class changes along the road two lines share a vertex.
    """
    order = sorted(range(len(kinds)), key=lambda i: (positions[i][0], positions[i][1], kinds[i]))
    positions = np.asarray(positions, dtype=float).reshape(-1, 2)[order]
    limits = np.array([GAP_M[kinds[i]] for i in order])
    label = grouped(positions, CARRIAGEWAYS_M)
    nodes = np.array([positions[label == k].mean(axis=0) for k in range(label.max(initial=-1) + 1)]).reshape(-1, 2)
    reach = np.array([limits[label == k].max() for k in range(len(nodes))])
    found = []
    for strand in strands(spanning_forest(nodes, reach), nodes):
        members = np.flatnonzero(np.isin(label, strand))
        line = fitted(nodes[strand], positions[members])
        found += _by_class(line, positions[members], [kinds[order[i]] for i in members])
    return found


def grouped(positions: Positions, width_m: float) -> NDArray[np.intp]:
    """Return for each point the number of its group; no group is wider than `width_m`, in metres.

    Complete linkage: the two groups whose farthest points are nearest to each other are joined first.
    """
    count = len(positions)
    label = np.arange(count)
    if count < 2:
        return label
    apart = np.hypot(*(positions[:, None] - positions[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    while True:
        one, other = np.unravel_index(np.argmin(apart), apart.shape)
        if apart[one, other] > width_m:
            break
        apart[one] = apart[:, one] = np.maximum(apart[one], apart[other])
        apart[other] = apart[:, other] = apart[one, one] = np.inf
        label[label == other] = one
    return np.unique(label, return_inverse=True)[1]


def spanning_forest(nodes: Positions, reach: NDArray[np.float64]) -> list[set[int]]:
    """Return the neighbours of each node in the minimum spanning forest, by Kruskal's algorithm.

    An edge is at most as long, in metres, as the `reach` of both its nodes.
    """
    neighbours: list[set[int]] = [set() for _ in nodes]
    tree = list(range(len(nodes)))
    rows, columns = np.triu_indices(len(nodes), 1)
    lengths = np.hypot(*(nodes[rows] - nodes[columns]).T)
    allowed = lengths <= np.minimum(reach[rows], reach[columns])
    for edge in np.argsort(np.where(allowed, lengths, np.inf), kind="stable")[: int(allowed.sum())]:
        one, other = int(rows[edge]), int(columns[edge])
        if tree[one] != tree[other]:
            neighbours[one].add(other)
            neighbours[other].add(one)
            old, new = tree[other], tree[one]
            tree = [new if root == old else root for root in tree]
    return neighbours


def strands(neighbours: list[set[int]], nodes: Positions) -> list[list[int]]:
    """Return a forest as paths of node numbers: of each tree its longest path, then its branches.

    Branches up to `SPUR_M` are left out; the others begin at the node of the path that they leave.
    """
    left = [set(others) for others in neighbours]
    found = []
    for start in range(len(left)):
        # The node farthest from any other is one end of the longest path in a tree.
        roots = [_longest(start, left, nodes)[-1]]
        whole_tree = True
        while roots:
            root = roots.pop()
            path = _longest(root, left, nodes)
            if len(path) < 2:
                continue
            for one, other in pairwise(path):
                left[one].discard(other)
                left[other].discard(one)
            if whole_tree or _length(nodes[path]) > SPUR_M:
                found.append(path)
            whole_tree = False
            # A node may be left by more than one branch.
            roots += [root, *path]
    return found


def _longest(start: int, neighbours: list[set[int]], nodes: Positions) -> list[int]:
    """Return the longest path in a tree that begins at the node `start`."""
    best, best_length = [start], 0.0
    stack = [(best, 0.0)]
    while stack:
        path, length = stack.pop()
        if length > best_length:
            best, best_length = path, length
        for other in sorted(neighbours[path[-1]]):
            if len(path) < 2 or other != path[-2]:
                stack.append(([*path, other], length + float(np.hypot(*(nodes[other] - nodes[path[-1]])))))
    return best


def _length(line: Positions) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum()) if len(line) > 1 else 0.0


def fitted(path: Positions, points: Positions) -> Positions:
    """Return the line along `path` with the fewest corners that fits `points`, between the carriageways.

    Twice: the points are put in order along the line, Douglas and Peucker's algorithm chooses corners among them, and
    least squares put the corners where the points are nearest to the line.
    """
    line = path
    if len(path) > 2:
        # Half-way between neighbours, so that the path no longer swings between the carriageways.
        middle = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
        near = np.hypot(*(middle - path[1:-1]).T) < CARRIAGEWAYS_M / 2
        line = np.vstack([path[:1], np.where(near[:, None], middle, path[1:-1]), path[-1:]])
    for _ in range(2):
        along, stations = _stations(line, points)
        if len(stations) < 2:
            return line
        tolerance = _tolerance(along, stations, points, line)
        corners = np.asarray(shapely.LineString(stations).simplify(tolerance).coords)
        moved = _least_squares(corners, points) - corners
        # Least squares alone may put a corner between two long legs far from every point.
        far = np.maximum(np.hypot(*moved.T) / tolerance, 1.0)
        line = _without_kinks(_without_hooks(corners + moved / far[:, None]))
    return line


def _without_hooks(line: Positions) -> Positions:
    """Return `line` with last legs straightened that are short and turn off only to one of the carriageways."""
    for _ in range(2):
        line = line[::-1]
        while len(line) > 2:
            leg, before = line[-1] - line[-2], line[-2] - line[-3]
            size = float(np.hypot(*before))
            ahead = float(before @ leg) / size
            aside = abs(float(before[0] * leg[1] - before[1] * leg[0])) / size
            if float(np.hypot(*leg)) > HOOK_M or aside > 1.5 * CARRIAGEWAYS_M or aside <= HOOK_SLOPE * ahead:
                break
            if size > 2 * HOOK_M:
                # A leg that turns back adds nothing.
                line = np.vstack([line[:-2], line[-2] + ahead * before / size]) if ahead > 1 else line[:-1]
            else:
                # The leg before is too short to tell the direction.
                corner = shapely.Point(line[-2])
                if shapely.LineString([line[-3], line[-1]]).distance(corner) > WIDEST_M:
                    break
                line = np.vstack([line[:-2], line[-1:]])
    return line


def _without_kinks(line: Positions) -> Positions:
    """Return `line` with a corner in place of each short leg that only leads from one carriageway to the other."""
    k = 1
    while k < len(line) - 2:
        legs = np.diff(line[k - 1 : k + 3], axis=0)
        sizes = np.hypot(*legs.T)
        bearing = np.degrees(np.arctan2(legs[:, 1], legs[:, 0]))
        turns = (np.diff(bearing) + 180) % 360 - 180
        if sizes[1] < KINK_M and min(abs(turns)) > KINK_DEG and turns[0] * turns[1] < 0:
            line = np.vstack([line[:k], (line[k] + line[k + 1]) / 2, line[k + 2 :]])
        else:
            k += 1
    return line


def _along(line: Positions, points: Positions) -> NDArray[np.float64]:
    """Return the distance in metres along `line` of the place nearest to each of `points`."""
    return np.asarray(shapely.line_locate_point(shapely.LineString(line), shapely.points(points)))


def _stations(line: Positions, points: Positions) -> tuple[NDArray[np.float64], Positions]:
    """Return where along `line` there are points, in order, and the middle of those that stand close together."""
    along = _along(line, points)
    order = np.argsort(along, kind="stable")
    groups: list[list[int]] = []
    for i in order:
        if groups and along[i] - along[groups[-1][0]] < CARRIAGEWAYS_M * 0.75:
            groups[-1].append(int(i))
        else:
            groups.append([int(i)])
    return np.array([along[g].mean() for g in groups]), np.array([points[g].mean(axis=0) for g in groups])


def _tolerance(along: NDArray[np.float64], stations: Positions, points: Positions, line: Positions) -> float:
    """Return how far, in metres, points may be from the line: about half the distance between its carriageways."""
    swings = []
    for i in range(1, len(stations) - 1):
        if along[i + 1] - along[i - 1] < 800:
            swings.append(shapely.LineString(stations[[i - 1, i + 1]]).distance(shapely.Point(stations[i])))
    off = shapely.distance(shapely.LineString(line), shapely.points(points))
    beside = float(np.median(off))
    swing = float(np.median(swings)) if swings else 8.0
    return float(np.clip(max(swing, 1.5 * beside) + 3.0, 6.0, WIDEST_M))


def _least_squares(corners: Positions, points: Positions) -> Positions:
    """Return `corners` moved to where the line between them is nearest to `points`, in the sense of least squares."""
    if len(corners) < 2:
        return corners
    knots = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    if np.any(np.diff(knots) < 1e-6):
        return corners
    along = np.clip(_along(corners, points), 0.0, knots[-1])
    segment = np.clip(np.searchsorted(knots, along, side="right") - 1, 0, len(knots) - 2)
    share = (along - knots[segment]) / (knots[segment + 1] - knots[segment])
    rows = np.zeros((len(points), len(knots)))
    rows[np.arange(len(points)), segment] = 1 - share
    rows[np.arange(len(points)), segment + 1] += share
    # A little weight on the corners themselves keeps those with few points near them where they are.
    weight = 0.3
    system = np.vstack([rows, weight * np.eye(len(knots))])
    return np.asarray(np.linalg.lstsq(system, np.vstack([points, weight * corners]), rcond=None)[0])


def _by_class(line: Positions, points: Positions, kinds: list[str]) -> list[Course]:
    """Cut `line` where the class of its `points` changes, half-way between two points."""
    if _length(line) < SHORTEST_M:
        return []
    along = _along(line, points)
    order = [int(i) for i in np.argsort(along, kind="stable")]
    runs = _runs(order, kinds)
    while len(runs) > 1:
        extents = [float(along[run[-1]] - along[run[0]]) for run in runs]
        shortest = min(range(len(runs)), key=lambda k: extents[k])
        if extents[shortest] >= RUN_M:
            break
        # It takes the class of the longer neighbour.
        beside = max((k for k in (shortest - 1, shortest + 1) if 0 <= k < len(runs)), key=lambda k: extents[k])
        for i in runs[shortest]:
            kinds[i] = kinds[runs[beside][0]]
        runs = _runs(order, kinds)
    total = _length(line)
    cuts = [0.0, *((along[a[-1]] + along[b[0]]) / 2 for a, b in pairwise(runs)), total]
    whole = shapely.LineString(line)
    found = []
    for k, (run, (start, end)) in enumerate(zip(runs, pairwise(cuts), strict=True)):
        piece = shapely.ops.substring(whole, start, end)
        if piece.length < 1:
            continue
        # A cut is half-way between two points.
        before = along[run[0]] - along[runs[k - 1][-1]] if k else 0.0
        after = along[runs[k + 1][0]] - along[run[-1]] if k + 1 < len(runs) else 0.0
        found.append(Course(np.asarray(piece.coords), kinds[run[0]], points[run], float(max(before, after))))
    return found


def _runs(order: list[int], kinds: list[str]) -> list[list[int]]:
    """Return the numbers in `order`, cut where their class changes."""
    return [list(run) for _, run in groupby(order, key=lambda i: kinds[i])]
