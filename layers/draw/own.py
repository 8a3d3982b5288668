"""Own layers on paper: their features in the frame, from the full data, and how they are drawn and explained."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from matplotlib.path import Path
from numpy.typing import NDArray

from geo.errors import PlanMapError
from geo.grid import Grid
from layers.draw.content import COARSEST_MM, DETAIL_MM, Content
from layers.draw.drawing import Shape, rings_path
from layers.draw.hatching import hatched
from layers.draw.marker import edge, marker_outline
from layers.draw.pdf_layer import PdfLayer
from layers.own.asking import selected
from layers.own.files import shown_layers
from layers.own.label_text import label_texts, read_fields
from layers.own.look import column_of, is_shown_at, look_numbers, looks_of, style_of
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.own.symbol_value import Symbol
from layers.plan.layer_question import LayerQuestion
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.extent import Extent

MOST_FEATURES = 200_000
"""Most features of a layer in one frame: more are a black patch on any paper."""

MOST_VERTICES = 2_000_000
"""Most of their vertices, once they are as coarse as paper shows them."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnContent:
    """The features of a layer that reach into a frame and are drawn."""

    ids: NDArray[np.int64]
    geometries: NDArray[np.object_]
    """In metres of the grid."""
    looks: NDArray[np.intp]
    """The place of each one's symbol in `layers.own.look.looks_of`."""
    labels: NDArray[np.object_]
    """What is written beside each; empty for nothing."""

    def count(self, look: int) -> int:
        """Return how many have the symbol at this place."""
        return int((self.looks == look).sum())


@lru_cache(maxsize=16)
def own_content(
    layer: OwnLayer, grid: Grid, extent: Extent, plan: Plan | None = None, question: LayerQuestion | None = None
) -> OwnContent:
    """Return the features of `layer` that reach into `extent` (metres of `grid`) and are drawn.

    With a `question` about them and places of the `plan`, only those that it selects.

    Raises
    ------
    PlanMapError
        There are too many to be drawn, or the file is damaged.
    """
    ids = selected(layer, question, plan) if plan is not None and question else None
    with opened(layer) as package:
        found = package.within(grid.bbox(extent), read_fields(layer), most=MOST_FEATURES + 1, ids=ids)
    if len(found) > MOST_FEATURES:
        raise PlanMapError("own-too-dense", name=layer.name, limit=MOST_FEATURES)
    looks = look_numbers(layer, column_of(layer, found.values, len(found)))
    there = ~shapely.is_missing(found.geometries) & (looks >= 0)
    geometries = grid.project_all(found.geometries[there].tolist())
    # Their boxes reach into the frame; they themselves need not.
    inside: NDArray[np.bool_] = np.asarray(np.isfinite(shapely.bounds(geometries)).all(axis=1))
    inside[inside] = shapely.intersects(geometries[inside], shapely.box(*extent))
    labels = np.array(label_texts(layer, found.values, len(found)), dtype=object)
    return OwnContent(found.ids[there][inside], geometries[inside], looks[there][inside], labels[there][inside])


def drawn_layers(plan: Plan, scene: Scene, content: Content) -> list[tuple[OwnLayer, OwnContent]]:
    """Return the own layers that `scene` shows at the scale of a map, the uppermost first, with what is in its frame.

    Raises
    ------
    PlanMapError
        A layer has too many features in the frame, or its file is damaged.
    """
    shown = (layer for layer in shown_layers(plan, scene) if is_shown_at(layer, content.zoom))
    asked = ((layer, scene.questions.get(layer.scene_id)) for layer in shown)
    # Without a question the same whatever the plan, so that the next state of the plan finds it again.
    found = (
        (layer, own_content(layer, plan.grid, content.extent, *((plan, question) if question else ())))
        for layer, question in asked
    )
    return [(layer, own) for layer, own in found if len(own.ids)]


def draw_own(plan: Plan, scene: Scene, content: Content, cut: Extent, unit: float) -> list[Shape]:
    """Return the features of the own layers that `scene` shows, in metres of the grid, the lowest layer first.

    `cut` is the extent with a margin at which they are cut, `unit` the millimetres of a pixel of the screen. In a layer
    the first symbol of its legend lies uppermost.

    Raises
    ------
    PlanMapError
        A layer has too many features in the frame, or its file is damaged.
    """
    shapes: list[Shape] = []
    for layer, found in reversed(drawn_layers(plan, scene, content)):
        opacity = scene.opacity.get(layer.scene_id, 1.0)
        shapes += layer_shapes(layer, found, content.scale, cut, unit, opacity=opacity)
    return shapes


def layer_shapes(
    layer: OwnLayer, found: OwnContent, scale: float, cut: Extent, unit: float, *, opacity: float = 1.0
) -> list[Shape]:
    """Return the features of one layer by its style, at 1:`scale`; the rest is as for `draw_own`.

    Raises
    ------
    PlanMapError
        They are too dense to be drawn.
    """
    shapes: list[Shape] = []
    opacity *= style_of(layer).opacity
    coarse = _coarser(layer, found.geometries, scale)
    for number, look in reversed(list(enumerate(looks_of(layer)))):
        if look is not None and found.count(number):
            shapes += _drawn(layer, look.symbol, coarse[found.looks == number], scale, cut, unit, opacity)
    return shapes


def _drawn(
    layer: OwnLayer,
    symbol: Symbol,
    geometries: NDArray[np.object_],
    scale: float,
    cut: Extent,
    unit: float,
    opacity: float,
) -> list[Shape]:
    parts = shapely.get_parts(shapely.get_parts(geometries))
    dimensions = shapely.get_dimensions(parts)
    cut_parts = shapely.get_parts(shapely.get_parts(shapely.clip_by_rect(parts[dimensions > 0], *cut)))
    dimensions_cut = shapely.get_dimensions(cut_parts)
    areas, lines, points = cut_parts[dimensions_cut == 2], cut_parts[dimensions_cut == 1], parts[dimensions == 0]
    look: dict[str, Any] = {
        **edge(symbol, unit),
        "opacity": opacity,
        "name": layer.scene_id,
        "layer": PdfLayer.OWN.value,
    }
    filled: dict[str, Any] = {"fill": symbol.fill, "fill_opacity": symbol.fill_opacity}
    shapes = []
    if len(areas):
        rings = rings_path([shapely.get_coordinates(ring) for ring in shapely.get_rings(areas)])
        if symbol.hatch is None:
            shapes.append(Shape(rings, **filled, **look))
        else:
            # Under its edge, as on the screen.
            shapes += [Shape(rings, **{**filled, **look, "stroke": ""})] if symbol.fill else []
            about = {"name": layer.scene_id, "layer": PdfLayer.OWN.value}
            shapes += hatched(areas, symbol.hatch, pixel=unit * scale / 1000, unit=unit, opacity=opacity, **about)
            shapes += [Shape(rings, **look)] if symbol.stroke else []
    if len(lines):
        shapes.append(Shape(_lines_path(lines), round_ends=not symbol.dash, **look))
    if len(points):
        outline = marker_outline(symbol.marker, symbol.size / 2 * unit * scale / 1000)
        shapes.append(Shape(_points_path(shapely.get_coordinates(points), outline), **filled, **look))
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


def _points_path(positions: NDArray[np.float64], outline: Path) -> Path:
    vertices = (positions[:, None, :] + np.asarray(outline.vertices)[None]).reshape(-1, 2)
    return Path(vertices, np.tile(np.asarray(outline.codes), len(positions)))
