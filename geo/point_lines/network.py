"""Lines of single names as a network: without doubles, joined, as curves, and meeting each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from geo.point_lines.course import Positions
from geo.point_lines.curve import curve
from geo.point_lines.joints import joined
from geo.point_lines.meetings import met
from geo.point_lines.way import ORDER, Way, ends_by_place, key, length_m

BESIDE_M = 35.0
"""A line that runs this close beside another one, in metres, is the same road once more, or its service road."""

SERVICE_M = 60.0
"""The same for roads that are called service roads (辅路) and for links."""

SUPPORT_M = 60.0
"""A point farther than this from the line, in metres, is not counted as one that the line goes through."""

LINK_M = 250.0
"""Links shorter than this, in metres, are left out."""

CURVED = ("motorway", "trunk", "river", "canal", "stream", "drain")
"""Classes that are drawn as curves throughout; the others only where they turn by more than `BEND_DEG`."""

BEND_DEG = 20.0
"""In degrees. Most streets are straight between their corners."""


def network(ways: Sequence[Way]) -> list[Way]:
    """Return `ways` joined, smoothed and without doubles. The order of `ways` does not matter."""
    ordered = sorted(ways, key=lambda way: (way.name, way.kind, way.line.tolist()))
    ordered = without_doubles([way for way in ordered if not _stray_link(way)])
    finished = [_supported(way) for way in met(smoothed(joined(ordered)))]
    return [way for way in finished if len(way.course.points)]


def _supported(way: Way) -> Way:
    """Return `way` with only those of its points that its line really passes."""
    off = shapely.distance(shapely.LineString(way.line), shapely.points(way.course.points))
    return replace(way, course=replace(way.course, points=way.course.points[off <= SUPPORT_M]))


def _stray_link(way: Way) -> bool:
    """Whether `way` is a link with too few points to say how it runs: links are short, and full of bends."""
    return way.kind == "link" and (len(way.course.points) < 4 or length_m(way.line) < LINK_M)


def without_doubles(ways: Sequence[Way]) -> list[Way]:
    """Return `ways` without those that run beside one that is more important.

    That is nine tenths of the line within `BESIDE_M`, or half of a service road or link within `SERVICE_M`.
    """

    def importance(k: int) -> tuple[int, int, float]:
        way = ways[k]
        rank = ORDER.index(way.kind) if way.kind in ORDER else len(ORDER)
        return way.name.endswith("辅路"), rank, -length_m(way.line)

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


def smoothed(ways: Sequence[Way]) -> list[Way]:
    """Return `ways` as curves, which run on over the ends that two of them share."""
    ends = ends_by_place(ways)
    result = []
    for k, way in enumerate(ways):
        corners, lead, tail = way.line, 0, 0
        for side in (0, -1):
            others = [end for end in ends[key(way.line[side])] if end.way != k]
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
