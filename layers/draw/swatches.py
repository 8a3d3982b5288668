"""The samples of a legend: each drawn as the thing is on the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely

from layers import style
from layers.draw import symbols
from layers.draw.content import ShownSite, ground_style
from layers.draw.drawing import PIXEL, Box, Shape, circle, line, moved, rectangle
from layers.draw.ground import strokes
from layers.draw.hatching import hatched
from layers.draw.marker import edge, marker_outline
from layers.draw.soft import is_soft, soft_sample
from layers.ground import look
from layers.own.symbol_value import Symbol
from layers.plan.terms import Status

Picture = Callable[[float, float, float], Sequence[Shape]]
"""Returns the sample of an entry around x, y in a cell of a certain height; takes all three in millimetres."""


def badge(status: Status, backed: bool) -> Picture:
    """Return the sample of a status."""
    return lambda x, y, cell: symbols.badge_at(status, backed=backed, x=x, y=y, size=cell)


def change(mark: str) -> Picture:
    """Return the sample of the mark of a change."""
    return lambda x, y, cell: symbols.change_at(mark, x=x, y=y, size=cell)


def overdue(x: float, y: float, cell: float) -> list[Shape]:
    """Return the sample of the mark of an overdue task."""
    return symbols.overdue_at(x=x, y=y, size=cell)


def stands_back(x: float, y: float, cell: float) -> list[Shape]:
    """Return the pale disc of a site where nothing has changed."""
    disc = circle(x, y, cell * 0.42, fill=style.WHITE, stroke=style.INK, line_width=cell * 0.08)
    return [disc, circle(x, y, cell * 0.5, fill=style.WHITE, fill_opacity=0.6)]


def no_task(x: float, y: float, cell: float) -> list[Shape]:
    """Return the grey disc of a site without tasks."""
    return [circle(x, y, cell * 0.42, fill=style.WHITE, stroke=style.NO_TASK, line_width=cell * 0.06)]


def filtered_out(x: float, y: float, cell: float) -> list[Shape]:
    """Return the grey disc with the badge of a site whose tasks are all filtered out."""
    return [*no_task(x, y, cell), *symbols.filtered_badge_at(x, y, cell * 0.42)]


def part(x: float, y: float, cell: float) -> list[Shape]:
    """Return the dot of a part of a place."""
    return [symbols.part_at(x, y, cell * 0.24, lit=False)]


def moved_aside(x: float, y: float, cell: float) -> list[Shape]:
    """Return a symbol that was moved aside, with the line to its place."""
    ends = [(x - cell * 0.5, y - cell * 0.2), (x + cell * 0.3, y + cell * 0.2)]
    return [
        line(ends, stroke=style.LEADER, line_width=cell * 0.07),
        circle(*ends[0], cell * 0.16, fill=style.LEADER),
        circle(*ends[1], cell * 0.3, fill=style.WHITE, stroke=style.NO_TASK, line_width=cell * 0.06),
    ]


def icon(category: str) -> Picture:
    """Return the sample of a category."""
    return lambda x, y, cell: [symbols.icon_at(category, x=x, y=y, size=cell * 0.82)]


def fill(kind: str) -> Picture:
    """Return the sample of a kind of areas of the ground."""

    def picture(x: float, y: float, cell: float) -> list[Shape]:
        box = Box(x - cell * 0.75, y - cell * 0.35, x + cell * 0.75, y + cell * 0.35)
        return [rectangle(box, fill=look.AREAS[kind].fill)]

    return picture


def way(kind: str) -> Picture:
    """Return the sample of a kind of lines of the ground."""
    looks = look.style_of(kind)

    def picture(x: float, y: float, cell: float) -> list[Shape]:
        ends = [(x - cell * 0.75, y), (x + cell * 0.75, y)]
        dash = tuple(float(part) * PIXEL * cell / 3.2 for part in looks.dash.split())
        if looks.single:
            return [line(ends, stroke=looks.edge, line_width=cell * 0.1, dash=dash)]
        return [
            line(ends, stroke=looks.edge, line_width=cell * 0.34),
            line(ends, stroke=looks.fill, line_width=cell * 0.22, dash=dash),
        ]

    return picture


def ground_picture(sample: ShownSite) -> Picture:
    """Return the sample of a site that is a line, an area or a point of the ground."""
    if is_soft(sample):
        look = style.soft_look(sample.site.category)
        return lambda x, y, cell: soft_sample(x, y, cell, *look)
    looks = ground_style(sample)
    if sample.simple:
        return _dot(looks)
    return _stroke(looks, dash_of(sample), linear=sample.linear)


def dash_of(shown: ShownSite) -> str:
    """Return the dashes, in pixels, of the outline of a line or area that is not exact; empty for a whole line."""
    return "" if shown.layer.ground or shown.simple else style.PRECISION_DASH.get(shown.site.precision, "")


def _stroke(looks: list[dict[str, object]], dash: str, *, linear: bool) -> Picture:
    def picture(x: float, y: float, cell: float) -> list[Shape]:
        if linear:
            sample = shapely.LineString([(x - cell * 0.75, y), (x + cell * 0.75, y)])
            return strokes(sample, [{**look, "fill": ""} for look in looks], PIXEL * 0.9 * cell / 3.2, dash=dash)
        area = shapely.box(x - cell * 0.7, y - cell * 0.38, x + cell * 0.7, y + cell * 0.38)
        return strokes(area, looks, PIXEL * 0.9 * cell / 3.2, dash=dash)

    return picture


def _dot(looks: list[dict[str, object]]) -> Picture:
    def picture(x: float, y: float, cell: float) -> list[Shape]:
        unit = PIXEL * cell / 3.2
        return [
            circle(
                x,
                y,
                float(str(look.get("radius", 2.5))) * unit,
                fill=str(look.get("fill", "")),
                stroke=str(look.get("colour", "")),
                line_width=float(str(look.get("width", 1.0))) * unit,
            )
            for look in looks
        ]

    return picture


def own(symbol: Symbol, kind: str) -> Picture:
    """Return the sample of a symbol of an own layer whose features are of a `kind`: point, line, area or mixed."""

    def picture(x: float, y: float, cell: float) -> list[Shape]:
        unit = cell / 16
        look = edge(symbol, unit)
        if kind == "line":
            return [line([(x - cell * 0.75, y), (x + cell * 0.75, y)], **look)]
        filled = {"fill": symbol.fill, "fill_opacity": symbol.fill_opacity}
        if kind == "point":
            outline = marker_outline(symbol.marker, min(symbol.size / 2 * unit, cell * 0.5))
            return [moved(Shape(outline, **filled, **look), x=x, y=y)]  # type: ignore[arg-type]
        box = Box(x - cell * 0.7, y - cell * 0.38, x + cell * 0.7, y + cell * 0.38)
        if symbol.hatch is None:
            return [rectangle(box, **filled, **look)]
        here = np.array([shapely.box(*box)], dtype=object)
        inside = hatched(here, symbol.hatch, pixel=unit, unit=unit)
        return [rectangle(box, **{**filled, **look, "stroke": ""}), *inside, rectangle(box, **look)]

    return picture


def service(x: float, y: float, cell: float) -> list[Shape]:
    """Return the sample of a map service: a picture that is put together from tiles."""
    wide, high = cell * 0.7, cell * 0.38
    look = {"stroke": style.MUTED, "line_width": cell * 0.05}
    return [
        rectangle(Box(x - wide, y - high, x, y), fill=style.MUTED, fill_opacity=0.3),
        rectangle(Box(x, y, x + wide, y + high), fill=style.MUTED, fill_opacity=0.3),
        rectangle(Box(x - wide, y - high, x + wide, y + high), **look),
    ]


def boundary(x: float, y: float, cell: float) -> list[Shape]:
    """Return the boundary of the plan's district."""
    return [line([(x - cell * 0.75, y), (x + cell * 0.75, y)], stroke=style.BOUNDARY, line_width=cell * 0.16)]


def other_boundary(x: float, y: float, cell: float) -> list[Shape]:
    """Return the boundary of other districts."""
    return [line([(x - cell * 0.75, y), (x + cell * 0.75, y)], stroke=style.MINOR_BOUNDARY, line_width=cell * 0.08)]


def sea(x: float, y: float, cell: float) -> list[Shape]:
    """Return the sea."""
    return [rectangle(Box(x - cell * 0.7, y - cell * 0.38, x + cell * 0.7, y + cell * 0.38), fill=style.SEA)]


def proxy(x: float, y: float, cell: float) -> list[Shape]:
    """Return the surroundings of a point that stands in for a place."""
    return soft_sample(x, y, cell, *style.SOFT_POINT)


def halo(x: float, y: float, cell: float) -> list[Shape]:
    """Return the circle in which a true position is expected."""
    look = {"fill": style.QUIET, "fill_opacity": 0.06, "stroke": style.QUIET, "line_width": 0.18, "dash": (0.8, 0.6)}
    return [circle(x, y, cell * 0.5, **look)]


def near(x: float, y: float, cell: float) -> list[Shape]:
    """Return the outline of the surroundings that a Scene asks about."""
    look = {"fill": style.ACCENT, "fill_opacity": style.NEAR_OPACITY, "stroke": style.ACCENT}
    return [circle(x, y, cell * 0.5, line_width=cell * 0.12, **look)]
