"""Names along lines: where on a line a name finds room. Pure geometry in millimetres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.draw.drawing import Box
from layers.draw.placement import Space


@dataclass(frozen=True, slots=True)
class Along:
    """Where a name goes along a line."""

    x: float
    y: float
    """x and y are the point of the line on which the name is centred, in millimetres."""
    turn: float
    """Rotation in degrees, counter-clockwise, so that the name is the right way up."""
    boxes: tuple[Box, ...]
    """The room that the name takes."""


STRAIGHTEST = 0.93
"""Least share of a name's width that its two ends must be apart as the crow flies."""

LONGER = 1.8
"""How many times longer than its name a line must be: a name about as long as the line would hide it."""

BETWEEN = 0.5
"""Room before and after a name along a line, as a share of its height, so that two names do not read as one."""

CROSSED = 0.3
"""Cost of a stretch for each line that crosses it, up to three: a name over a junction hides how roads meet."""

STEEP = 55.0
"""Degrees from the horizontal from which letters that can stand upright do, one below the other."""

Spots = Sequence[tuple[float, float]]
"""Positions in millimetres."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a name along a line asks for besides room."""

    longer: float = LONGER
    far: Spots = ()
    """Where the same name stands already."""
    far_mm: float = 0.0
    """How far from each of those it must be."""
    crossing: shapely.STRtree | None = None
    """Lines that it should not lie across, its own not among them."""
    on_border: bool = False
    """Whether it may lie on a border, as a river's does that is one."""
    stacked: bool = False
    """Whether its letters can stand upright one below the other, as those of Chinese on a steep line do."""


NONE = Wishes()


def place_along(space: Space, line: BaseGeometry, width: float, height: float, wishes: Wishes = NONE) -> Along | None:
    """Find the straightest free stretch of a line for a name of this size. Does not take the room."""
    best: tuple[float, Along] | None = None
    for part in getattr(line, "geoms", [line]):
        if part.length < width * wishes.longer:
            continue
        for cost, x, y, turn in _stretches(part, width, height, wishes.crossing):
            if best is not None and cost >= best[0]:
                break
            if _is_near(x, y, wishes):
                continue
            found, longer = (_along(x, y, turn, wide, height) for wide in (width, width + 2 * BETWEEN * height))
            if space.free(np.array((*found.boxes, *longer.boxes))).all() and _keeps_borders(space, found.boxes, wishes):
                best = cost, found
                break
    return best[1] if best is not None else None


def _keeps_borders(space: Space, boxes: Sequence[Box], wishes: Wishes) -> bool:
    return wishes.on_border or not space.breaks(np.array(boxes)).any()


def _is_near(x: float, y: float, wishes: Wishes) -> bool:
    return any(math.hypot(x - east, y - north) < wishes.far_mm for east, north in wishes.far)


def is_steep(turn: float) -> bool:
    """Whether a stretch turned by so many degrees is steep enough for upright letters one below the other."""
    return abs((turn + 90) % 180 - 90) > STEEP


def stacked_letters(found: Along, count: int, width: float) -> list[Letter]:
    """Return `count` equal letters of a name `width` wide, upright along a steep stretch, from the top down."""
    down = found.turn - 180 if found.turn > 0 else found.turn
    angle = math.radians(down)
    at = [(n + 0.5) / count * width - width / 2 for n in range(count)]
    return [Letter(found.x + way * math.cos(angle), found.y + way * math.sin(angle), down + 90) for way in at]


def _points(line: BaseGeometry, along: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the points of a line at lengths along it, as an array of shape (n, 2)."""
    lines: NDArray[np.object_] = np.full(len(along), line)
    return shapely.get_coordinates(shapely.line_interpolate_point(lines, along))


def _stretches(
    part: BaseGeometry, width: float, height: float, crossing: shapely.STRtree | None = None
) -> list[tuple[float, float, float, float]]:
    """Return the stretches of a line that are straight enough for a name: cost, middle x and y, turn; best first."""
    length = part.length
    steps = max(3, min(40, int(length / (width * 0.25))))
    starts = (length - width) * np.arange(steps + 1) / steps
    first, middle, last = (_points(part, starts + share * width) for share in (0.0, 0.5, 1.0))
    run, out = last - first, middle - first
    chord = np.hypot(run[:, 0], run[:, 1])
    # How far the middle lies off the straight line between the ends.
    bent = np.abs(run[:, 0] * out[:, 1] - run[:, 1] * out[:, 0]) / np.maximum(chord, 1e-12)
    turn = np.degrees(np.arctan2(run[:, 1], run[:, 0]))
    turn = np.where((turn > 90) | (turn <= -90), turn - np.copysign(180, turn), turn)
    # The middle of the line first, then the straightest stretch, then the flattest.
    off_centre = np.abs((starts + width / 2) / length - 0.5)
    cost = bent / height * 3 + off_centre * 0.8 + np.abs(turn) / 90 * 0.6
    if crossing is not None:
        chords = np.asarray(shapely.linestrings(np.stack([first, last], axis=1)))
        met = np.bincount(crossing.query(chords, predicate="crosses")[0], minlength=len(chords))
        cost += CROSSED * np.minimum(met, 3)
    fit = np.flatnonzero((chord >= width * STRAIGHTEST) & (bent <= height * 0.6))
    ordered = fit[np.argsort(cost[fit], kind="stable")]
    return [(float(cost[n]), float(middle[n, 0]), float(middle[n, 1]), float(turn[n])) for n in ordered]


@dataclass(frozen=True, slots=True)
class Letter:
    """Where one letter of a name goes along a bent line."""

    x: float
    y: float
    """x and y are the middle of the letter, in millimetres."""
    turn: float
    """Rotation in degrees, counter-clockwise."""


LARGEST_BEND = 28.0
"""Largest angle in degrees between neighbouring letters of a name; a sharper bend would tear the word apart."""


def place_letters(
    space: Space, line: BaseGeometry, widths: Sequence[float], height: float, wishes: Wishes = NONE
) -> tuple[list[Letter], list[Box]] | None:
    """Find a free stretch of a bent line for the letters of a name, the right way up. Does not take the room.

    `widths` are those of the letters, each with the space after it, in millimetres.
    """
    total = sum(widths)
    best: tuple[float, tuple[list[Letter], list[Box]]] | None = None
    for part in getattr(line, "geoms", [line]):
        if part.length < total * min(1.4, wishes.longer):
            continue
        steps = max(3, min(40, int(part.length / (total * 0.2))))
        for n in range(steps + 1):
            start = (part.length - total) * n / steps
            found = _letters(part, start, widths, stacked=wishes.stacked)
            if found is None:
                continue
            letters, bend = found
            middle = letters[len(letters) // 2]
            if _is_near(middle.x, middle.y, wishes):
                continue
            half = height * 0.62
            boxes = [Box(at.x - half, at.y - half, at.x + half, at.y + half) for at in letters]
            if not space.free(np.array(boxes)).all() or not _keeps_borders(space, boxes, wishes):
                continue
            cost = bend / LARGEST_BEND + abs((start + total / 2) / part.length - 0.5)
            if best is None or cost < best[0]:
                best = cost, (letters, boxes)
    return best[1] if best is not None else None


def _letters(
    line: BaseGeometry, start: float, widths: Sequence[float], *, stacked: bool = False
) -> tuple[list[Letter], float] | None:
    """Return the letters from `start` on and the largest bend between two in degrees; None if that is too large."""
    along = [start]
    for width in widths:
        along.append(along[-1] + width)
    first, last = line.interpolate(along[0]), line.interpolate(along[-1])
    upright = stacked and is_steep(math.degrees(math.atan2(last.y - first.y, last.x - first.x)))
    # A name that would be upside down starts at the other end, one of upright letters at the top.
    turned = last.y > first.y if upright else last.x < first.x
    ends = [along[0] + along[-1] - at for at in along] if turned else along
    letters: list[Letter] = []
    largest = 0.0
    for begin, end in pairwise(ends):
        a, b = line.interpolate(begin), line.interpolate(end)
        turn = math.degrees(math.atan2(b.y - a.y, b.x - a.x)) + (90 if upright else 0)
        if letters:
            bend = abs((turn - letters[-1].turn + 180) % 360 - 180)
            if bend > LARGEST_BEND:
                return None
            largest = max(largest, bend)
        letters.append(Letter((a.x + b.x) / 2, (a.y + b.y) / 2, turn))
    return letters, largest


def _along(x: float, y: float, turn: float, width: float, height: float) -> Along:
    angle = math.radians(turn)
    pieces = max(2, math.ceil(width / height))
    boxes = []
    # One upright box around a turned text would be mostly empty; a chain of small boxes follows the text.
    half = height / 2 * (abs(math.cos(angle)) + abs(math.sin(angle)))
    for n in range(pieces):
        along = (n + 0.5) / pieces * width - width / 2
        cx, cy = x + along * math.cos(angle), y + along * math.sin(angle)
        boxes.append(Box(cx - half, cy - half, cx + half, cy + half))
    return Along(x, y, turn, tuple(boxes))
