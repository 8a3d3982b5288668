"""The symbols of the screen as shapes on paper, made from the same primitives in `layers.style`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from layers import style
from layers.draw.drawing import Shape, circle, moved
from layers.plan.terms import Status

_DISC = 11.5
"""Radius of a site's disc in units of the symbol on the screen."""


@lru_cache(maxsize=128)
def svg_path(data: str) -> Path:
    """Return SVG path data as a Matplotlib path, with y pointing up."""
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.svgLib.path import parse_path

    pen = RecordingPen()
    parse_path(data, pen)
    vertices: list[tuple[float, float]] = []
    codes: list[int] = []
    start = (0.0, 0.0)
    for name, points in pen.value:
        if name == "closePath":
            vertices.append(start)
            codes.append(int(Path.CLOSEPOLY))
        elif name in ("moveTo", "lineTo", "curveTo", "qCurveTo"):
            code = {"moveTo": Path.MOVETO, "lineTo": Path.LINETO, "curveTo": Path.CURVE4, "qCurveTo": Path.CURVE3}[name]
            start = points[0] if name == "moveTo" else start
            vertices.extend(points)
            codes.extend([int(code)] * len(points))
    return Affine2D().scale(1, -1).transform_path(Path(np.array(vertices), codes))


@lru_cache(maxsize=32)
def badge(status: Status, *, backed: bool) -> tuple[Shape, ...]:
    """Return the badge of a status as shapes in a box of 16 by 16 units around 0, 0."""
    return _shapes(style.badge(status, backed=backed))


@lru_cache(maxsize=1)
def filtered_badge() -> tuple[Shape, ...]:
    """Return the badge of a site whose tasks are all filtered out, as `badge` does."""
    return _shapes(style.filtered_badge())


def _shapes(elements: Sequence[tuple[str, dict[str, str]]]) -> tuple[Shape, ...]:
    shapes = []
    for name, attributes in elements:
        path = Path.circle((0, 0), float(attributes["r"])) if name == "circle" else svg_path(attributes["d"])
        shapes.append(
            Shape(
                path,
                fill=_colour(attributes.get("fill", "")),
                stroke=_colour(attributes.get("stroke", "")),
                line_width=float(attributes.get("stroke-width", 0)),
                dash=tuple(float(part) for part in attributes.get("stroke-dasharray", "").split()),
                round_ends=attributes.get("stroke-linecap") == "round",
            )
        )
    return tuple(shapes)


def _colour(text: str) -> str:
    return "" if text == "none" else text


def badge_at(status: Status, *, backed: bool, x: float, y: float, size: float) -> list[Shape]:
    """Return the badge of a status, `size` millimetres wide, around x, y."""
    return [moved(shape, scale=size / 16, x=x, y=y) for shape in badge(status, backed=backed)]


def icon_at(category: str, *, x: float, y: float, size: float, colour: str = style.INK) -> Shape:
    """Return the symbol of a category, `size` millimetres wide, around x, y."""
    path = Affine2D().translate(-7.5, 7.5).scale(size / 15).translate(x, y)
    return Shape(path.transform_path(svg_path(style.icon_path(style.CATEGORIES[category].icon))), fill=colour)


def quiet_at(category: str, *, filtered_out: bool, x: float, y: float, radius: float) -> list[Shape]:
    """Return the grey symbol of a site that stands for no task, with a badge if only filters are the reason."""
    disc = circle(x, y, radius, fill=style.WHITE, stroke=style.NO_TASK, line_width=radius * 0.12)
    icon = icon_at(category, x=x, y=y, size=radius * 1.25, colour=style.QUIET)
    return [disc, icon, *(filtered_badge_at(x, y, radius) if filtered_out else ())]


def filtered_badge_at(x: float, y: float, radius: float) -> list[Shape]:
    """Return the badge of a site whose tasks are all filtered out, at a disc of `radius` millimetres around x, y."""
    unit = radius / _DISC
    return [moved(shape, scale=unit, x=x + 10 * unit, y=y - 10 * unit) for shape in filtered_badge()]


def site_at(category: str, status: Status, *, backed: bool, x: float, y: float, radius: float) -> list[Shape]:
    """Return the symbol of a site around x, y: a disc of `radius` millimetres with icon and badge."""
    unit = radius / _DISC
    look = style.STATUS[status]
    dash = (4 * unit, 3 * unit) if look.shape == "dashed-ring" else ()
    return [
        circle(x, y, radius + 1.6 * unit, fill=style.WHITE),
        circle(
            x,
            y,
            radius,
            fill=style.WHITE if backed else look.pale,
            stroke=look.colour,
            line_width=(2.6 if backed else 1.8) * unit,
            dash=dash,
        ),
        icon_at(category, x=x, y=y, size=14 * unit),
        *badge_at(status, backed=backed, x=x + 10 * unit, y=y - 10 * unit, size=16 * unit),
    ]


def change_at(mark: str, *, x: float, y: float, size: float) -> list[Shape]:
    """Return the mark of a change, `size` millimetres wide, around x, y."""
    return [moved(shape, scale=size / 16, x=x, y=y) for shape in _shapes(style.change_badge(mark))]


def change_beside(mark: str, x: float, y: float, radius: float) -> list[Shape]:
    """Return the mark of a change at the upper right of a disc of `radius` millimetres around x, y."""
    unit = radius / _DISC
    return change_at(mark, x=x + 10 * unit, y=y + 10 * unit, size=16 * unit)


def overdue_at(*, x: float, y: float, size: float) -> list[Shape]:
    """Return the mark of an overdue task, `size` millimetres high, around x, y."""
    return [moved(shape, scale=size / 16, x=x, y=y) for shape in _shapes(style.overdue_badge())]


def overdue_beside(x: float, y: float, radius: float) -> list[Shape]:
    """Return the mark of an overdue task at the lower left of a disc of `radius` millimetres around x, y."""
    unit = radius / _DISC
    return overdue_at(x=x - 10.5 * unit, y=y - 10 * unit, size=16 * unit)


def marked_reach(radius: float, *, changed: bool, overdue: bool) -> tuple[float, float, float, float]:
    """Return what `site_reach` does for a symbol with the mark of a change, or of an overdue task."""
    left, down, right, up = site_reach(radius)
    unit = radius / _DISC
    return 16 * unit if overdue else left, down, right, 17 * unit if changed else up


def site_reach(radius: float) -> tuple[float, float, float, float]:
    """Return how far a symbol with a badge extends left, down, right and up from its centre, in millimetres."""
    unit = radius / _DISC
    return radius + 1.6 * unit, 17 * unit, 17 * unit, radius + 1.6 * unit


def part_at(x: float, y: float, radius: float, *, lit: bool) -> Shape:
    """Return the dot of a point that is part of a place; all in millimetres."""
    return circle(x, y, radius, fill=style.ACCENT if lit else style.DOT, stroke=style.WHITE, line_width=radius * 0.3)
