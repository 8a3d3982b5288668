"""Lines of longitude and latitude: ticks on the frame with their degrees, crosses inside."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from geo.grid import Grid
from layers import style
from layers.draw import typeface
from layers.draw.drawing import Box, Drawing, line, rectangle
from layers.draw.pdf_layer import PdfLayer
from layers.draw.typeface import MM_PER_POINT
from layers.selection.extent import Extent

STEPS = (5 / 3600, 10 / 3600, 15 / 3600, 30 / 3600, 1 / 60, 2 / 60, 5 / 60, 10 / 60, 15 / 60, 30 / 60, 1.0, 2.0, 5.0)
"""Possible steps between lines, in degrees: those that are round in degrees, minutes or seconds."""

SPACING_MM = 55.0
"""Distance between lines, in millimetres on A3, that the step should come near to."""

_CURVE = 24


def step_degrees(grid: Grid, extent: Extent, width_mm: float, *, spacing: float = SPACING_MM) -> float:
    """Return the step in degrees that comes nearest to a line every `spacing` millimetres."""
    west, _, east, _ = grid.bbox(extent)
    wanted = (east - west) * spacing / width_mm
    return min(STEPS, key=lambda step: abs(math.log(step / wanted)))


def degrees_text(degrees: float, *, east: bool, seconds: bool) -> str:
    """Return degrees as text such as `117°30′E`, or with `seconds` `117°30′15″E`; `east` tells longitude."""
    total = round(abs(degrees) * 3600)
    letter = ("E" if degrees >= 0 else "W") if east else ("N" if degrees >= 0 else "S")
    text = f"{total // 3600}°{total // 60 % 60:02}′"
    return f"{text}{total % 60:02}″{letter}" if seconds else text + letter


def draw_graticule(drawing: Drawing, *, size: float, names: Sequence[Box] = ()) -> None:
    """Draw the frame, ticks, labels and crosses. The frame's inner line is exactly the edge of the map.

    There is no cross where one of `names` or symbols is: it would look like a stroke of a letter.
    """
    if drawing.frame is None or drawing.extent is None or drawing.grid is None:
        raise ValueError("a graticule needs a map")
    frame, extent, grid = drawing.frame, drawing.extent, drawing.grid
    step = step_degrees(grid, extent, frame.width, spacing=SPACING_MM * size)
    west, south, east, north = grid.bbox(extent)
    meridians = _multiples(west, east, step)
    parallels = _multiples(south, north, step)
    factor = frame.width / (extent[2] - extent[0])

    def to_paper(longitude: float, latitude: float) -> tuple[float, float]:
        x, y = grid.position(longitude, latitude)
        return frame.left + (x - extent[0]) * factor, frame.bottom + (y - extent[1]) * factor

    arm = 1.3 * size
    for longitude in meridians:
        for latitude in parallels:
            x, y = to_paper(longitude, latitude)
            cross = Box(x - arm, y - arm, x + arm, y + arm)
            if frame.grown(-3 * size).holds(Box(x, y, x, y)) and not any(cross.overlaps(box) for box in names):
                for ends in ([(x - arm, y), (x + arm, y)], [(x, y - arm), (x, y + arm)]):
                    drawing.add(line(ends, stroke=style.INK, line_width=0.13 * size, opacity=0.45))
    points = typeface.readable(6.2 * size)
    outside = 0.9 * size
    furniture = PdfLayer.FURNITURE
    drawing.add(rectangle(frame, stroke=style.INK, line_width=0.25 * size, layer=furniture))
    drawing.add(rectangle(frame.grown(outside), stroke=style.INK, line_width=0.55 * size, layer=furniture))
    seconds = step < 1 / 60
    cap = typeface.CAP_HEIGHT * points * MM_PER_POINT
    along_x = [
        (lambda t, longitude=longitude: to_paper(longitude, south + (north - south) * t)) for longitude in meridians
    ]
    along_y = [(lambda t, latitude=latitude: to_paper(west + (east - west) * t, latitude)) for latitude in parallels]
    for degrees, course in zip(meridians, along_x, strict=True):
        text = degrees_text(degrees, east=True, seconds=seconds)
        half = typeface.width(text, points) / 2
        for edge, sign in ((frame.bottom, -1), (frame.top, 1)):
            across = _crossing(course, 1, edge)
            if across is None or not frame.left + half < across < frame.right - half:
                continue
            drawing.add(
                line([(across, edge), (across, edge + sign * 1.9 * size)], stroke=style.INK, line_width=0.2 * size)
            )
            y = edge + sign * (outside + 1.5 * size) - (cap if sign < 0 else 0)
            drawing.write(text, across, y, points, align="center", colour=style.INK)
    for degrees, course in zip(parallels, along_y, strict=True):
        text = degrees_text(degrees, east=False, seconds=seconds)
        half = typeface.width(text, points) / 2
        for edge, sign in ((frame.left, -1), (frame.right, 1)):
            height = _crossing(course, 0, edge)
            if height is None or not frame.bottom + half < height < frame.top - half:
                continue
            drawing.add(
                line([(edge, height), (edge + sign * 1.9 * size, height)], stroke=style.INK, line_width=0.2 * size)
            )
            x = edge + sign * (outside + 1.5 * size) + (0 if sign < 0 else cap)
            drawing.write(text, x, height, points, align="center", turn=90, colour=style.INK)


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _crossing(course: Callable[[float], tuple[float, float]], axis: int, edge: float) -> float | None:
    """Return where a line of the graticule meets an edge of the frame, in millimetres along the edge; else None.

    `course` gives the line's points for 0 to 1, and the edge is where coordinate `axis` (0 for x) equals `edge`.
    """
    points = [course(n / _CURVE) for n in range(_CURVE + 1)]
    for (x0, y0), (x1, y1) in pairwise(points):
        start, end = (x0, x1) if axis == 0 else (y0, y1)
        if min(start, end) <= edge <= max(start, end) and start != end:
            share = (edge - start) / (end - start)
            return y0 + (y1 - y0) * share if axis == 0 else x0 + (x1 - x0) * share
    return None


def true_north_degrees(grid: Grid, extent: Extent) -> float:
    """Return the angle from grid north to true north in the middle of `extent`, clockwise positive.

    Measured along the meridian through the middle: in the north, east of the central meridian, it leans to the left
    of grid north, so the angle is negative.
    """
    longitude, latitude = grid.geographic((extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2)
    (x0, y0), (x1, y1) = grid.position(longitude, latitude), grid.position(longitude, latitude + 0.001)
    return math.degrees(math.atan2(x1 - x0, y1 - y0))
