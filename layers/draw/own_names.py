"""The labels of own layers on paper: after the names of sites, before those of the ground, and none over another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.measure import label_point
from layers.draw import typeface
from layers.draw.canvas import Canvas
from layers.draw.drawing import PIXEL, Box
from layers.draw.ground import stroke_factor
from layers.draw.label import LINE_HEIGHT
from layers.draw.names import name_course
from layers.draw.own import OwnContent, drawn_layers
from layers.draw.placement import Placement, place_label
from layers.draw.typeface import MM_PER_POINT
from layers.own.label_text import has_labels_at
from layers.own.look import looks_of, style_of
from layers.own.own_layer import OwnLayer
from layers.plan.plan import Plan
from layers.plan.scene import Scene

if TYPE_CHECKING:
    from layers.own.layer_style import Labels

MOST_LABELS = 3_000
"""Labels of a layer that are tried, those of the largest features: paper has room for fewer."""

MARGIN = 0.3
"""Millimetres around a label that stay free, on A3."""


def draw_own_names(canvas: Canvas, plan: Plan, scene: Scene) -> None:
    """Write the labels of the own layers that `scene` shows, those of the uppermost layer first.

    What finds no room is left out, and counted.

    Raises
    ------
    PlanMapError
        A layer has too many features in the frame, or its file is damaged.
    """
    zoom = canvas.content.zoom
    for layer, own in drawn_layers(plan, scene, canvas.content):
        if has_labels_at(layer, zoom) and scene.opacity.get(layer.scene_id, 1.0) > 0:
            draw_layer_names(canvas, layer, own)


def draw_layer_names(canvas: Canvas, layer: OwnLayer, own: OwnContent) -> None:
    """Write the labels of one layer, at whatever zoom."""
    labels = style_of(layer).labels
    if labels is not None:
        _Names(canvas, layer, labels).draw(own)


class _Names:
    """The labels of one layer."""

    def __init__(self, canvas: Canvas, layer: OwnLayer, labels: Labels) -> None:
        self._canvas = canvas
        self._layer = layer
        unit = PIXEL * canvas.size
        self._symbol_unit = PIXEL * stroke_factor(canvas.content.zoom) * (0.5 + 0.5 * canvas.size)
        self._points = typeface.readable(labels.size * unit / MM_PER_POINT)
        self._colour = labels.colour
        self._halo = labels.halo_width * unit, labels.halo

    def draw(self, own: OwnContent) -> None:
        """Write the label of each feature that has one."""
        named = np.flatnonzero(own.labels.astype(bool))
        if not len(named):
            return
        shapes = shapely.clip_by_rect(own.geometries[named], *self._canvas.content.extent)
        # Points have no extent that could be cut.
        dimensions = shapely.get_dimensions(own.geometries[named])
        shapes = np.where(dimensions == 0, own.geometries[named], shapes)
        sizes = np.where(dimensions == 2, shapely.area(shapes), shapely.length(shapes))
        order = np.lexsort((own.ids[named], -sizes, -dimensions))
        texts = [typeface.with_marks(words) for words in own.labels[named].tolist()]
        self._take_points(own)
        self._canvas.site_symbols.own_unnamed += len(order[MOST_LABELS:])
        lines: dict[str, list[BaseGeometry]] = {}
        for at in order[:MOST_LABELS].tolist():
            shape, key = shapes[at], f"own {self._layer.scene_id} {own.ids[named[at]]}"
            if dimensions[at] == 1:
                # Pieces of one road say its name once.
                lines.setdefault(texts[at], []).append(shape)
            elif dimensions[at] == 2:
                self._count(self._name_area(texts[at], shape, key))
            else:
                self._count(self._name_point(texts[at], shape, int(own.looks[named[at]]), key))
        for words, together in lines.items():
            self._count(self._name_lines(words, together))

    def _count(self, found: bool) -> None:
        self._canvas.site_symbols.own_unnamed += not found

    def _take_points(self, own: OwnContent) -> None:
        """Take the room of the layer's points, which its labels would hide."""
        for number, look in enumerate(looks_of(self._layer)):
            points = own.geometries[(own.looks == number) & (shapely.get_dimensions(own.geometries) == 0)]
            if look is not None and len(points):
                positions = self._positions(points)
                self._canvas.space.take(*(self._symbol_box(x, y, look.symbol.size) for x, y in positions))

    def _positions(self, points: NDArray[np.object_]) -> list[tuple[float, float]]:
        on_paper = self._canvas.to_paper(shapely.GeometryCollection(list(points)))
        return [(float(x), float(y)) for x, y in shapely.get_coordinates(on_paper)]

    def _symbol_box(self, x: float, y: float, size: float) -> Box:
        radius = size / 2 * self._symbol_unit
        return Box(x - radius, y - radius, x + radius, y + radius)

    def _size(self, words: str) -> tuple[float, float]:
        return typeface.width(words, self._points), self._points * MM_PER_POINT * LINE_HEIGHT

    def _name_area(self, words: str, shape: BaseGeometry, key: str) -> bool:
        """Write a label in the middle of an area, or a little above or below it; return whether there was room."""
        parts = [part for part in shapely.get_parts(self._canvas.to_paper(shape)).tolist() if part.area > 0]
        if not parts:
            return True
        spot = label_point(max(parts, key=lambda part: part.area))
        wide, tall = self._size(words)
        boxes = [
            Box(spot.x - wide / 2, y - tall / 2, spot.x + wide / 2, y + tall / 2)
            for y in (spot.y, spot.y + tall, spot.y - tall)
        ]
        margin = MARGIN * self._canvas.size
        free = self._canvas.space.free(np.array([box.grown(margin) for box in boxes]))
        if not free.any():
            return False
        self._write(words, Placement(boxes[int(free.argmax())], None, "center"), key)
        return True

    def _name_point(self, words: str, shape: BaseGeometry, look: int, key: str) -> bool:
        """Write a label beside a point, or the first of several; return whether there was room."""
        symbol = looks_of(self._layer)[look]
        inside = [
            (x, y)
            for x, y in self._positions(np.array([shape], dtype=object))
            if self._canvas.frame.holds(Box(x, y, x, y))
        ]
        if not inside or symbol is None:
            return True
        own = self._symbol_box(*inside[0], symbol.symbol.size)
        margin = MARGIN * self._canvas.size
        place = place_label(self._canvas.space, own, *self._size(words), gap=margin * 1.4, margin=margin)
        if place is None:
            return False
        self._write(words, place, key)
        return True

    def _name_lines(self, words: str, lines: list[BaseGeometry]) -> bool:
        parts = [part for part in shapely.get_parts(lines) if part.geom_type == "LineString" and not part.is_empty]
        if not parts:
            return True
        course = shapely.MultiLineString(parts)
        key = f"own {self._layer.scene_id} {words}"
        found = name_course(self._canvas, words, course, self._points, self._colour, key=key, halo=self._halo)
        return found is not None

    def _write(self, words: str, place: Placement, key: str) -> None:
        box = place.box
        baseline = box.centre[1] - typeface.IDEOGRAPH_MIDDLE * self._points * MM_PER_POINT
        self._canvas.drawing.write(
            words,
            box.left,
            baseline,
            self._points,
            colour=self._colour,
            halo=self._halo[0],
            halo_colour=self._halo[1],
        )
        self._canvas.keep(key, box)
