"""A small map for whoever decides in which reference system a layer is: whether its roads fall on the roads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.candidate import usual_bounds
from geo.errors import PlanMapError
from layers import style
from layers.draw.content import Content, content
from layers.draw.drawing import Box, Drawing, Shape, circle, geometry_path, rectangle
from layers.draw.figure import Properties, png
from layers.draw.furniture import draw_scale_bar
from layers.draw.ground import draw_ground
from layers.draw.paper import round_scale
from layers.draw.site_symbols import draw_site_symbols
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.extent import centred, least_scale
from layers.selection.select import select

WIDTH_MM, HEIGHT_MM = 150.0, 104.0

DPI = 216.0
"""Twice what a browser shows it in, for screens with small pixels."""

COLOUR = "#C2136B"
"""Of the layer: no road, water or status has it."""

LARGEST_SCALE = 10_000
"""The scale's least number: some of the ground is to be seen around a single house."""

AROUND = 0.12
"""Margin around the layer, as a share of its size."""

POINT_MM = 1.0
"""Radius of a point."""

_SIZE = 1.25
"""The picture is seen on a screen, where the type of paper would be small."""


def own_picture(plan: Plan, geometries: Sequence[BaseGeometry], *, language: str, basemap: str, today: date) -> bytes:
    """Return a PNG of geometries in degrees (WGS 84) over the ground of a plan, with a scale bar.

    Stray ones, which would leave the others as a speck, do not widen it.

    Raises
    ------
    PlanMapError
        None lies anywhere, or they lie where the plan's grid is not true.
    """
    on_grid = _on_grid(plan, geometries)
    west, south, east, north = usual_bounds(shapely.get_coordinates(on_grid))
    if not math.isfinite(west):
        raise PlanMapError("extent-off-grid", grid=plan.grid.crs)
    by = AROUND * max(east - west, north - south)
    wanted = (west - by, south - by, east + by, north + by)
    scale = round_scale(max(LARGEST_SCALE, least_scale(wanted, WIDTH_MM, HEIGHT_MM)))
    frame = Box(0.0, 0.0, WIDTH_MM, HEIGHT_MM)
    extent = centred(plan.grid, wanted, WIDTH_MM, HEIGHT_MM, scale)
    scene = Scene(language=language, basemap=basemap)
    shown = content(plan, scene, select(plan, scene, today=today), extent, scale)
    # The ground alone: the plan's own marks would cover what is to be compared.
    ground = (replace(site, number=None, state=None) for site in shown.sites if site.layer.ground)
    shown = replace(shown, sites=tuple(ground))
    drawing = Drawing(WIDTH_MM, HEIGHT_MM, frame, extent, plan.grid)
    drawing.ground += draw_ground(plan, scene, shown, size=_SIZE)
    _draw_shapes(drawing, on_grid)
    points = _points(on_grid, shown)
    # No name lies over a point, which it would hide.
    taken = [Box(x - POINT_MM, y - POINT_MM, x + POINT_MM, y + POINT_MM) for x, y in points]
    draw_site_symbols(drawing, plan, scene, shown, size=_SIZE, taken=taken)
    for x, y in points:
        drawing.add(circle(x, y, POINT_MM, fill=COLOUR, stroke=style.WHITE, line_width=0.3))
    _draw_bar(drawing, scale)
    drawing.add(rectangle(frame.grown(-0.15), stroke=style.RULE, line_width=0.3))
    return png(drawing, dpi=DPI, scale=scale, properties=Properties("", "", "", language))


def _on_grid(plan: Plan, geometries: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    found = np.array(plan.grid.project_all(geometries), dtype=object)
    usable: NDArray[np.object_] = found[np.isfinite(shapely.bounds(found)).all(axis=1)] if len(found) else found
    return usable


def _draw_shapes(drawing: Drawing, on_grid: NDArray[np.object_]) -> None:
    parts = shapely.get_parts(on_grid)
    dimensions = shapely.get_dimensions(parts)
    for dimension in (2, 1):
        path = geometry_path(shapely.GeometryCollection(list(parts[dimensions == dimension])))
        if path is None:
            continue
        drawing.ground.append(Shape(path, stroke=style.WHITE, line_width=1.3, opacity=0.8, round_ends=True))
        if dimension == 2:
            drawing.ground.append(Shape(path, fill=COLOUR, fill_opacity=0.2, name="own-fill"))
        drawing.ground.append(Shape(path, stroke=COLOUR, line_width=0.6, round_ends=True, name="own"))


def _points(on_grid: NDArray[np.object_], shown: Content) -> list[tuple[float, float]]:
    """Return where points are in the picture, in millimetres."""
    parts = shapely.get_parts(on_grid)
    at = shapely.get_coordinates(parts[shapely.get_dimensions(parts) == 0]) - shown.extent[:2]
    found = at * 1000 / shown.scale
    return [(x, y) for x, y in found.tolist() if 0 < x < WIDTH_MM and 0 < y < HEIGHT_MM]


def _draw_bar(drawing: Drawing, scale: int) -> None:
    plate = Box(3.0, 3.0, 62.0, 11.5)
    drawing.add(rectangle(plate, fill=style.WHITE, fill_opacity=0.85))
    draw_scale_bar(drawing, plate.left + 3.0, plate.bottom + 1.8, scale=scale, room=44.0, size=1.3)
