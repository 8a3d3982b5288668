"""Own layers on paper: their features in the frame, from the full data, and how they are drawn and explained."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from matplotlib.path import Path
from numpy.typing import NDArray

from geo.errors import PlanMapError
from geo.feature_package import opened
from geo.grid import Grid
from layers.draw.content import COARSEST_MM, DETAIL_MM, Content
from layers.draw.drawing import Shape, rings_path
from layers.draw.pdf_layer import PdfLayer
from layers.own.files import shown_layers
from layers.own.own_layer import OwnLayer
from layers.own.symbol import symbol_of
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.extent import Extent

MOST_FEATURES = 200_000
"""Most features of a layer in one frame: more are a black patch on any paper."""

MOST_VERTICES = 2_000_000
"""Most of their vertices, once they are as coarse as paper shows them."""

_CIRCLE = Path.unit_circle()


@dataclass(frozen=True, slots=True, eq=False)
class OwnContent:
    """The features of a layer that reach into a frame."""

    ids: NDArray[np.int64]
    geometries: NDArray[np.object_]
    """In metres of the grid."""


@lru_cache(maxsize=16)
def own_content(layer: OwnLayer, grid: Grid, extent: Extent) -> OwnContent:
    """Return the features of `layer` that reach into `extent` (metres of `grid`).

    Raises
    ------
    PlanMapError
        There are too many to be drawn, or the file is damaged.
    """
    with opened(layer.path) as package:
        found = package.within(grid.bbox(extent), most=MOST_FEATURES + 1)
    if len(found) > MOST_FEATURES:
        raise PlanMapError("own-too-dense", name=layer.name, limit=MOST_FEATURES)
    there = ~shapely.is_missing(found.geometries)
    geometries = grid.project_all(found.geometries[there].tolist())
    # Their boxes reach into the frame; they themselves need not.
    inside: NDArray[np.bool_] = np.asarray(np.isfinite(shapely.bounds(geometries)).all(axis=1))
    inside[inside] = shapely.intersects(geometries[inside], shapely.box(*extent))
    return OwnContent(found.ids[there][inside], geometries[inside])


def draw_own(plan: Plan, scene: Scene, content: Content, cut: Extent, unit: float) -> list[Shape]:
    """Return the features of the own layers that `scene` shows, in metres of the grid, the lowest layer first.

    `cut` is the extent with a margin at which they are cut, `unit` the millimetres of a pixel of the screen.

    Raises
    ------
    PlanMapError
        A layer has too many features in the frame, or its file is damaged.
    """
    shapes: list[Shape] = []
    for layer in reversed(shown_layers(plan, scene)):
        found = own_content(layer, plan.grid, content.extent)
        if len(found.ids):
            opacity = scene.opacity.get(layer.scene_id, 1.0)
            shapes += _drawn(layer, found.geometries, content.scale, cut, unit, opacity)
    return shapes


def _drawn(
    layer: OwnLayer, geometries: NDArray[np.object_], scale: float, cut: Extent, unit: float, opacity: float
) -> list[Shape]:
    symbol = symbol_of(layer)
    parts = shapely.get_parts(shapely.get_parts(_coarser(layer, geometries, scale)))
    dimensions = shapely.get_dimensions(parts)
    cut_parts = shapely.get_parts(shapely.get_parts(shapely.clip_by_rect(parts[dimensions > 0], *cut)))
    dimensions_cut = shapely.get_dimensions(cut_parts)
    look = {"opacity": opacity, "name": layer.scene_id, "layer": PdfLayer.OWN.value}
    shapes = []
    areas, lines, points = cut_parts[dimensions_cut == 2], cut_parts[dimensions_cut == 1], parts[dimensions == 0]
    width, dash = symbol.width * unit, tuple(float(each) * unit for each in symbol.dash.split())
    if len(areas):
        path = rings_path([shapely.get_coordinates(ring) for ring in shapely.get_rings(areas)])
        shapes.append(
            Shape(
                path,
                fill=symbol.fill,
                fill_opacity=symbol.fill_opacity,
                stroke=symbol.colour,
                line_width=width,
                dash=dash,
                **look,  # type: ignore[arg-type]
            )
        )
    if len(lines):
        colour = symbol.colour
        shapes.append(Shape(_lines_path(lines), stroke=colour, line_width=width, dash=dash, round_ends=True, **look))  # type: ignore[arg-type]
    if len(points):
        radius = symbol.radius * unit * scale / 1000
        path = _points_path(shapely.get_coordinates(points), radius)
        shapes.append(Shape(path, fill=symbol.fill or symbol.colour, stroke=symbol.colour, line_width=width, **look))  # type: ignore[arg-type]
    return shapes


def _coarser(layer: OwnLayer, geometries: NDArray[np.object_], scale: float) -> NDArray[np.object_]:
    """Return geometries with no more detail than can be seen on the paper, all in metres of the grid."""
    detail = DETAIL_MM
    coarse = geometries
    while int(shapely.get_num_coordinates(coarse).sum()) > MOST_VERTICES // 20:
        if detail > COARSEST_MM:
            if int(shapely.get_num_coordinates(coarse).sum()) > MOST_VERTICES:
                raise PlanMapError("own-too-dense", name=layer.name, limit=MOST_FEATURES)
            break
        coarse = shapely.simplify(geometries, detail * scale / 1000)
        detail *= 2
    return np.asarray(coarse)


def _lines_path(lines: NDArray[np.object_]) -> Path:
    positions, owners = shapely.get_coordinates(lines, return_index=True)
    codes = np.full(len(positions), Path.LINETO, dtype=np.uint8)
    codes[np.concatenate([[True], owners[1:] != owners[:-1]])] = Path.MOVETO
    return Path(positions, codes)


def _points_path(positions: NDArray[np.float64], radius: float) -> Path:
    outline = np.asarray(_CIRCLE.vertices) * radius
    vertices = (positions[:, None, :] + outline[None]).reshape(-1, 2)
    return Path(vertices, np.tile(np.asarray(_CIRCLE.codes), len(positions)))
