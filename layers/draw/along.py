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


def place_along(space: Space, line: BaseGeometry, width: float, height: float) -> Along | None:
    """Find the straightest free stretch of a line for a name of this size. Does not take the room."""
    best: tuple[float, Along] | None = None
    for part in getattr(line, "geoms", [line]):
        # A name about as long as the line would hide it.
        if part.length < width * 1.8:
            continue
        for cost, x, y, turn in _stretches(part, width, height):
            if best is not None and cost >= best[0]:
                break
            found = _along(x, y, turn, width, height)
            if space.free(np.array(found.boxes)).all():
                best = cost, found
                break
    return best[1] if best is not None else None


def _points(line: BaseGeometry, along: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the points of a line at lengths along it, as an array of shape (n, 2)."""
    lines: NDArray[np.object_] = np.full(len(along), line)
    return shapely.get_coordinates(shapely.line_interpolate_point(lines, along))


def _stretches(part: BaseGeometry, width: float, height: float) -> list[tuple[float, float, float, float]]:
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
    space: Space, line: BaseGeometry, widths: Sequence[float], height: float
) -> tuple[list[Letter], list[Box]] | None:
    """Find a free stretch of a bent line for the letters of a name, the right way up. Does not take the room.

    `widths` are those of the letters, each with the space after it, in millimetres.
    """
    total = sum(widths)
    best: tuple[float, tuple[list[Letter], list[Box]]] | None = None
    for part in getattr(line, "geoms", [line]):
        if part.length < total * 1.4:
            continue
        steps = max(3, min(40, int(part.length / (total * 0.2))))
        for n in range(steps + 1):
            start = (part.length - total) * n / steps
            found = _letters(part, start, widths)
            if found is None:
                continue
            letters, bend = found
            half = height * 0.62
            boxes = [Box(at.x - half, at.y - half, at.x + half, at.y + half) for at in letters]
            if not space.free(np.array(boxes)).all():
                continue
            cost = bend / LARGEST_BEND + abs((start + total / 2) / part.length - 0.5)
            if best is None or cost < best[0]:
                best = cost, (letters, boxes)
    return best[1] if best is not None else None


def _letters(line: BaseGeometry, start: float, widths: Sequence[float]) -> tuple[list[Letter], float] | None:
    """Return the letters from `start` on and the largest bend between two in degrees; None if that is too large."""
    along = [start]
    for width in widths:
        along.append(along[-1] + width)
    first, last = line.interpolate(along[0]), line.interpolate(along[-1])
    # A name that would be upside down starts at the other end.
    ends = [along[0] + along[-1] - at for at in along] if last.x < first.x else along
    letters: list[Letter] = []
    largest = 0.0
    for begin, end in pairwise(ends):
        a, b = line.interpolate(begin), line.interpolate(end)
        turn = math.degrees(math.atan2(b.y - a.y, b.x - a.x))
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
