"""What goes around the map: scale bar, north arrow, inset, QR code and paragraphs."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
import shapely
from matplotlib.path import Path
from shapely.geometry.base import BaseGeometry

from layers import style
from layers.draw import typeface
from layers.draw.drawing import Box, Drawing, Shape, geometry_path, polygon, rectangle
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.region import Region
from layers.selection.extent import Extent

QR_BYTES = 2331
"""Most bytes that a QR code of the largest version holds at level M of error correction (ISO/IEC 18004)."""


def bar_step(scale: float, room: float, points: float) -> tuple[float, int]:
    """Return the length in metres of one division of a scale bar, and how many divisions fit `room` millimetres.

    Divisions whose lengths in `points` would not stand clear of each other are taken only if no others fit.
    """
    best: tuple[float, int] | None = None
    longest = (1.0, 1)
    for power in range(7):
        for mantissa in (1, 2, 5):
            metres = mantissa * 10.0**power
            divisions = int(room / (metres * 1000 / scale))
            if 2 <= divisions <= 5:
                if len(bar_labels(scale, metres, divisions, points)) == divisions + 1:
                    return metres, divisions
                best = best or (metres, divisions)
            if divisions > 5:
                longest = (metres, 5)
    return best or longest


def bar_labels(scale: float, metres: float, divisions: int, points: float) -> tuple[int, ...]:
    """Return which ends of divisions have room for their length in `points`: all, the first and the last, or the last.

    The ends count from 0, and the lengths stand in the middle over them.
    """
    step = metres * 1000 / scale
    factor = _bar_unit(metres)[1]
    for marks in (tuple(range(divisions + 1)), (0, divisions)):
        wide = [typeface.width(f"{mark * metres / factor:g}", points) for mark in marks]
        apart = points * MM_PER_POINT * 0.4
        if all(
            (right - left) * step >= (before + after) / 2 + apart
            for (left, right), (before, after) in zip(pairwise(marks), pairwise(wide), strict=True)
        ):
            return marks
    return (divisions,)


def _bar_unit(metres: float) -> tuple[str, float]:
    """Return the unit for divisions of `metres`, and how many metres it has."""
    return ("km", 1000.0) if metres >= 1000 else ("m", 1.0)


def draw_scale_bar(drawing: Drawing, left: float, bottom: float, *, scale: float, room: float, size: float) -> float:
    """Draw a scale bar in two colours, its first division halved; return its length in millimetres.

    `left` and `bottom` are its lower left corner, and it takes at most `room` millimetres without the unit.
    """
    points = typeface.readable(6.2 * size)
    metres, divisions = bar_step(scale, room, points)
    step = metres * 1000 / scale
    thick = 1.25 * size
    marks = [0.0, 0.5, *range(1, divisions + 1)]
    for index, (start, end) in enumerate(pairwise(marks)):
        box = Box(left + start * step, bottom, left + end * step, bottom + thick)
        fill = style.INK if index % 2 == 0 else style.WHITE
        drawing.add(rectangle(box, fill=fill, stroke=style.INK, line_width=0.18 * size))
    unit, factor = _bar_unit(metres)
    for mark in bar_labels(scale, metres, divisions, points):
        words = f"{mark * metres / factor:g}"
        x = left + mark * step
        drawing.write(words, x, bottom + thick + 0.8 * size, points, align="center", colour=style.INK)
        if mark == divisions:
            half = typeface.width(words, points) / 2
            drawing.write(unit, x + half + 0.7 * size, bottom + thick + 0.8 * size, points, colour=style.INK)
    return divisions * step


def draw_north(drawing: Drawing, x: float, y: float, *, true_north: float, letter: str, size: float) -> Box:
    """Draw an arrow around x, y, turned `true_north` degrees clockwise from grid north; return the room it takes."""
    tall = 11.0 * size
    turn = -math.radians(true_north)
    cos, sin = math.cos(turn), math.sin(turn)

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * cos - dy * sin, y + dx * sin + dy * cos

    half, wide = tall / 2, 2.5 * size
    tip, notch = at(0, half * 0.62), at(0, -half * 0.62)
    drawing.add(
        polygon([tip, at(-wide, -half), notch], fill=style.INK, stroke=style.INK, line_width=0.15 * size),
        polygon([tip, at(wide, -half), notch], fill=style.WHITE, stroke=style.INK, line_width=0.15 * size),
    )
    points = typeface.readable(8.5 * size)
    cx, cy = at(0, half * 0.72)
    drawing.write(letter, cx, cy, points, weight=Weight.BOLD, colour=style.INK, align="center", halo=0.4)
    return Box(x - wide - 0.6 * size, y - half, x + wide + 0.6 * size, y + half * 0.72 + points * MM_PER_POINT)


def draw_inset(drawing: Drawing, box: Box, region: Region, *, extent: Extent, size: float) -> None:
    """Draw a small map of the city's districts with the outline of the sheet's `extent`."""
    whole = region.city
    west, south, east, north = whole.bounds
    # A sheet outside the city must be visible too.
    west, south = min(west, extent[0]), min(south, extent[1])
    east, north = max(east, extent[2]), max(north, extent[3])
    inner = box.grown(-1.5 * size)
    factor = min(inner.width / (east - west), inner.height / (north - south))
    middle_x, middle_y = (east + west) / 2, (north + south) / 2
    centre = box.centre

    def to_paper(geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(
            _coarse(geometry, 0.08 / factor), lambda at: (at - (middle_x, middle_y)) * factor + centre
        )

    drawing.add(rectangle(box, fill=style.SEA))
    for area in region.land:
        drawing.add(_shapes(to_paper(area.geometry), box, fill=style.LAND))
    for area in region.districts:
        drawing.add(
            _shapes(to_paper(area.geometry), box, fill=style.WHITE, stroke=style.MINOR_BOUNDARY, line_width=0.12 * size)
        )
    drawing.add(_shapes(to_paper(whole), box, stroke=style.BOUNDARY, line_width=0.25 * size))
    home = region.focus
    if home is not None:
        drawing.add(_shapes(to_paper(home.geometry), box, fill=style.ACCENT, fill_opacity=0.35))
    sheet = to_paper(shapely.box(*extent))
    low, high = sheet.bounds[:2], sheet.bounds[2:]
    if min(high[0] - low[0], high[1] - low[1]) < 1.2 * size:
        # The outline of a very small sheet would be a speck.
        x, y = (low[0] + high[0]) / 2, (low[1] + high[1]) / 2
        reach = 0.9 * size
        sheet = shapely.box(x - reach, y - reach, x + reach, y + reach)
    drawing.add(_shapes(sheet, box, stroke=style.INK, line_width=0.4 * size))
    drawing.add(rectangle(box, stroke=style.MUTED, line_width=0.18 * size))


@lru_cache(maxsize=64)
def _coarse(geometry: BaseGeometry, tolerance: float) -> BaseGeometry:
    """Return a geometry with no more detail than an inset can show. Cached: most sheets have the same inset."""
    return geometry.simplify(tolerance)


def _shapes(geometry: BaseGeometry, clip: Box, **look: object) -> list[Shape]:
    path = geometry_path(geometry)
    return [] if path is None else [Shape(path, clip=clip, **look)]  # type: ignore[arg-type]


def draw_qr(drawing: Drawing, text: str, box: Box) -> None:
    """Draw `text` as a QR code that fills the width of `box`, including a white margin of two modules."""
    import segno

    code = segno.make(text, error="m", micro=False, boost_error=False)
    rows = [list(row) for row in code.matrix]
    count = len(rows)
    margin = 2
    module = box.width / (count + 2 * margin)
    drawing.add(rectangle(box, fill=style.WHITE))
    vertices: list[tuple[float, float]] = []
    for row, cells in enumerate(rows):
        column = 0
        while column < count:
            if not cells[column]:
                column += 1
                continue
            start = column
            while column < count and cells[column]:
                column += 1
            left, right = box.left + (start + margin) * module, box.left + (column + margin) * module
            top = box.top - (row + margin) * module
            # The rows overlap a little, so that no printer shows white lines between them.
            bottom = top - module * 1.02
            vertices += [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
    kinds = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    path = Path(np.array(vertices), kinds * (len(vertices) // 5))
    drawing.add(Shape(path, fill=style.QR_INK, name="qr-code"))


def paragraph(
    drawing: Drawing, text: str, box: Box, points: float, *, colour: str = style.MUTED, weight: Weight = Weight.REGULAR
) -> float:
    """Write `text` in lines from the top of `box` down; return the height of the lines in millimetres."""
    step = points * MM_PER_POINT * 1.38
    lines = typeface.wrap(text, box.width, points, weight)
    for index, words in enumerate(lines):
        baseline = box.top - (index + 0.5) * step - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
        drawing.write(words, box.left, baseline, points, colour=colour, weight=weight)
    return step * len(lines)
