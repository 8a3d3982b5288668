"""A small map for whoever decides in which reference system a layer is: whether its roads fall on the roads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.candidate import usual_bounds
from geo.errors import PlanMapError
from geo.ranking import sample
from layers import style
from layers.draw.content import Content, content
from layers.draw.drawing import Box, Drawing, Shape, circle, geometry_path, rectangle
from layers.draw.figure import Properties, png
from layers.draw.furniture import draw_scale_bar
from layers.draw.ground import draw_ground
from layers.draw.paper import round_scale
from layers.draw.site_symbols import draw_site_symbols
from layers.own.ramps import STRONG as COLOUR
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.terms import Precision
from layers.selection.extent import Extent, centred, least_scale
from layers.selection.select import select

WIDTH_MM, HEIGHT_MM = 150.0, 84.0

DPI = 216.0
"""Twice what a browser shows it in, for screens with small pixels."""

LARGEST_SCALE = 10_000
"""The scale's least number: some of the ground is to be seen around a single house."""

AROUND = 0.12
"""Margin around the layer, as a share of its size."""

CLOSE_FROM = 25_000
"""The scale's number above which a road beside a road looks as if it were on it."""

TRIED = 400
"""Vertices among which the middle of the picture from near is looked for."""

STRAY, STRAY_M = 6.0, 3_000.0
"""How much farther from the middle than most, and at least how far, a feature is that leaves the others a speck."""

POINT_MM = 1.0
"""Radius of a point."""

_SIZE = 1.25
"""The picture is seen on a screen, where the type of paper would be small."""

_PLATE = Box(3.0, 3.0, 62.0, 11.5)
"""What the scale bar stands on, in millimetres."""


def own_pictures(
    plan: Plan, geometries: Sequence[BaseGeometry], *, language: str, basemap: str, today: date
) -> list[bytes]:
    """Return PNGs of geometries in degrees (WGS 84) over the ground of a plan, with a scale bar.

    The first has all of them but strays, which would leave the others as a speck. Where that is too far away to see
    whether a road falls on a road, a second one shows from near where the most of the layer is.

    Raises
    ------
    PlanMapError
        None lies anywhere, or they lie where the plan's grid is not true.
    """
    on_grid = _on_grid(plan, geometries)
    positions = shapely.get_coordinates(on_grid)
    if not len(positions):
        raise PlanMapError("extent-off-grid", grid=plan.grid.crs)
    west, south, east, north = usual_bounds(positions)
    by = AROUND * max(east - west, north - south)
    wanted = (west - by, south - by, east + by, north + by)
    scale = round_scale(max(LARGEST_SCALE, least_scale(wanted, WIDTH_MM, HEIGHT_MM)))
    scene = Scene(language=language, basemap=basemap)
    pictures = [_picture(plan, on_grid, wanted, scale, scene, today)]
    if scale > CLOSE_FROM:
        x, y = dense_spot(positions, LARGEST_SCALE)
        pictures.append(_picture(plan, on_grid, (x, y, x, y), LARGEST_SCALE, scene, today))
    return pictures


def _picture(plan: Plan, on_grid: NDArray[np.object_], wanted: Extent, scale: int, scene: Scene, today: date) -> bytes:
    frame = Box(0.0, 0.0, WIDTH_MM, HEIGHT_MM)
    extent = centred(plan.grid, wanted, WIDTH_MM, HEIGHT_MM, scale)
    shown = content(plan, scene, select(plan, scene, today=today), extent, scale)
    # The ground alone, as far as it is where it is drawn: anything else would cover what is to be compared.
    ground = (
        replace(site, number=None, state=None)
        for site in shown.sites
        if site.layer.ground and site.site.precision is not Precision.NOMINAL
    )
    shown = replace(shown, sites=tuple(ground))
    drawing = Drawing(WIDTH_MM, HEIGHT_MM, frame, extent, plan.grid)
    drawing.ground += draw_ground(plan, scene, shown, size=_SIZE)
    here = on_grid[shapely.intersects(shapely.envelope(on_grid), shapely.box(*extent))]
    _draw_shapes(drawing, here)
    points = _points(here, shown)
    # No name lies over a point, which it would hide, or under the scale bar.
    taken = [Box(x - POINT_MM, y - POINT_MM, x + POINT_MM, y + POINT_MM) for x, y in points]
    draw_site_symbols(drawing, plan, scene, shown, size=_SIZE, taken=[_PLATE, *taken])
    for x, y in points:
        drawing.add(circle(x, y, POINT_MM, fill=COLOUR, stroke=style.WHITE, line_width=0.3))
    drawing.add(rectangle(_PLATE, fill=style.WHITE, fill_opacity=0.85))
    draw_scale_bar(drawing, _PLATE.left + 3.0, _PLATE.bottom + 1.8, scale=scale, room=44.0, size=1.3)
    drawing.add(rectangle(frame.grown(-0.15), stroke=style.RULE, line_width=0.3))
    return png(drawing, dpi=DPI, scale=scale, properties=Properties("", "", "", scene.language))


def dense_spot(positions: NDArray[np.float64], scale: float) -> tuple[float, float]:
    """Return the one of some positions, in metres, around which most of the others are in a picture at 1:`scale`."""
    tried = sample(positions, TRIED)
    apart = np.abs(tried[:, None, :] - tried[None, :, :])
    reach = np.array((WIDTH_MM, HEIGHT_MM)) * scale / 2000
    best = int((apart <= reach).all(axis=2).sum(axis=1).argmax())
    return float(tried[best, 0]), float(tried[best, 1])


def _on_grid(plan: Plan, geometries: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    """Return geometries in metres of the grid, without those that lie far from most."""
    found = np.array(plan.grid.project_all(geometries), dtype=object)
    bounds: NDArray[np.float64] = np.asarray(shapely.bounds(found)).reshape(-1, 4)
    usable: NDArray[np.bool_] = np.asarray(np.isfinite(bounds).all(axis=1))
    for at in np.flatnonzero(usable).tolist():
        west, south, east, north = bounds[at].tolist()
        usable[at] = plan.grid.is_true((west, south, east, north))
    if not usable.any():
        return found[:0]
    middles = (bounds[usable, :2] + bounds[usable, 2:]) / 2
    apart = np.hypot(*(middles - np.median(middles, axis=0)).T)
    usual: NDArray[np.object_] = found[usable][apart <= max(STRAY_M, STRAY * float(np.percentile(apart, 75)))]
    return usual


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
