"""A small map of one own layer by a style that nobody has decided on yet, with its legend below."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import shapely

from geo.errors import PlanMapError
from layers import style
from layers.draw import swatches, typeface
from layers.draw.canvas import Canvas
from layers.draw.content import content
from layers.draw.drawing import PIXEL, Box, Drawing, rectangle
from layers.draw.figure import Properties, png
from layers.draw.furniture import draw_scale_bar
from layers.draw.ground import draw_ground, stroke_factor
from layers.draw.own import layer_shapes, own_content
from layers.draw.own_names import draw_layer_names
from layers.draw.own_picture import dense_spot
from layers.draw.paper import round_scale
from layers.own.look import Look, looks_of
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.own.words import look_words
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.terms import Precision
from layers.selection.extent import centred, least_scale
from layers.selection.select import select
from layers.translation import translation

WIDTH_MM, MAP_MM = 104.0, 74.0
ROW_MM = 6.4
COLUMNS = 2
MOST_ROWS = 7
"""Rows of the legend; what has no room is said as a number."""

DPI = 230.0

LARGEST_SCALE = 1_000
SEEN = 300
"""About how many features the picture shows: of more, none could be told from another."""

SAMPLE = 4_000
"""Features among which the middle of the picture is looked for."""

_SIZE = 1.25
"""The picture is seen on a screen, where the type of paper would be small."""


def style_picture(plan: Plan, layer: OwnLayer, wanted: str, *, language: str, basemap: str, today: date) -> bytes:
    """Return a PNG of a part of `layer` by the style `wanted` (JSON), over the ground of a plan.

    Raises
    ------
    PlanMapError
        The layer lies where the plan's grid is not true, or is too dense to be drawn.
    """
    # Equal to no other layer, so that what is cached of the file as it is drawn now stays apart.
    mark = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    layer = replace(layer, style=wanted, version=f"{layer.version}-{mark}")
    looks = [look for look in looks_of(layer) if look is not None]
    rows = min(MOST_ROWS, -(-len(looks) // COLUMNS))
    bottom = rows * ROW_MM + 2.0 if rows else 0.0
    frame = Box(0.0, bottom, WIDTH_MM, bottom + MAP_MM)
    x, y, scale = _view(plan, layer)
    extent = centred(plan.grid, (x, y, x, y), WIDTH_MM, MAP_MM, scale)
    scene = Scene(language=language, basemap=basemap)
    shown = content(plan, scene, select(plan, scene, today=today), extent, scale)
    ground = (
        replace(site, number=None, state=None)
        for site in shown.sites
        if site.layer.ground and site.site.precision is not Precision.NOMINAL
    )
    shown = replace(shown, sites=tuple(ground))
    drawing = Drawing(WIDTH_MM, bottom + MAP_MM, frame, extent, plan.grid)
    drawing.ground += draw_ground(plan, scene, shown, size=_SIZE)
    own = own_content(layer, plan.grid, extent)
    unit = PIXEL * stroke_factor(shown.zoom) * (0.5 + 0.5 * _SIZE)
    drawing.ground += layer_shapes(layer, own, scale, extent, unit)
    plate = Box(3.0, bottom + 3.0, 48.0, bottom + 11.5)
    canvas = Canvas(drawing, shown, language, _SIZE)
    canvas.space.take(plate)
    draw_layer_names(canvas, layer, own)
    drawing.add(rectangle(plate, fill=style.WHITE, fill_opacity=0.85))
    draw_scale_bar(drawing, plate.left + 3.0, plate.bottom + 1.8, scale=scale, room=30.0, size=1.3)
    drawing.add(rectangle(frame.grown(-0.15), stroke=style.RULE, line_width=0.3))
    _draw_legend(drawing, layer, looks, bottom, language)
    return png(drawing, dpi=DPI, scale=scale, properties=Properties("", "", "", language))


def _view(plan: Plan, layer: OwnLayer) -> tuple[float, float, int]:
    """Return the middle of the picture in metres of the grid, and its scale."""
    with opened(layer) as package:
        features = package.all(most=SAMPLE)
    there = features.geometries[~shapely.is_missing(features.geometries)]
    boxes = np.asarray(shapely.bounds(plan.grid.project_all(there.tolist()))).reshape(-1, 4)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        raise PlanMapError("extent-off-grid", grid=plan.grid.crs)
    west, south = boxes[:, :2].min(axis=0).tolist()
    east, north = boxes[:, 2:].max(axis=0).tolist()
    share = min(1.0, (SEEN / max(1, layer.count)) ** 0.5)
    by = 0.06 * max(east - west, north - south)
    whole = (west - by, south - by, east + by, north + by)
    scale = round_scale(max(LARGEST_SCALE, least_scale(whole, WIDTH_MM, MAP_MM) * share))
    if share == 1.0:
        return (west + east) / 2, (south + north) / 2, scale
    return *dense_spot((boxes[:, :2] + boxes[:, 2:]) / 2, scale), scale


def _draw_legend(drawing: Drawing, layer: OwnLayer, looks: Sequence[Look], top: float, language: str) -> None:
    text = translation(language)
    points, room = typeface.readable(8.2), MOST_ROWS * COLUMNS
    shown = looks if len(looks) <= room else looks[: room - 1]
    width = WIDTH_MM / COLUMNS
    for number in range(min(len(looks), room)):
        left = number % COLUMNS * width
        middle = top - (number // COLUMNS + 0.5) * ROW_MM - 1.2
        baseline = middle - typeface.IDEOGRAPH_MIDDLE * points * typeface.MM_PER_POINT
        if number >= len(shown):
            words = text("own-style-page.more", count=len(looks) - len(shown))
        else:
            drawing.add(swatches.own(shown[number].symbol, layer.shape.value)(left + 4.0, middle, 4.4))
            words = shown[number].title.get(language) or look_words(layer, shown[number], text)
        words = typeface.with_marks(words)
        while len(words) > 1 and typeface.width(words, points) > width - 10.5:
            words = words[:-2] + "…"
        drawing.write(words, left + 9.0, baseline, points, colour=style.INK)
