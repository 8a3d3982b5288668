"""Hatches on paper: lines and dots of their own, cut at the edges of areas, so that each distance is exact."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import shapely
from matplotlib.path import Path
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import PlanMapError
from layers.draw.drawing import Positions, Shape
from layers.draw.marker import marker_outline
from layers.own.symbol_value import Hatch, Marker, Pattern

MOST_MARKS = 300_000
"""Most lines or dots of one hatch in a frame: more are a grey patch, and take long."""


def hatched(
    areas: NDArray[np.object_],
    hatch: Hatch,
    *,
    pixel: float,
    unit: float,
    opacity: float = 1.0,
    name: str = "",
    layer: str = "",
) -> list[Shape]:
    """Return the hatch of areas as shapes in their units.

    `pixel` is a pixel of the screen in those units, and `unit` the same in millimetres on the paper. Lines run through
    the origin, so that areas side by side are hatched as one.

    Raises
    ------
    PlanMapError
        There would be too many lines or dots.
    """
    look = {"opacity": opacity * hatch.opacity, "name": name, "layer": layer}
    spacing = hatch.spacing * pixel
    if hatch.pattern is Pattern.DOTS:
        spots = dots(areas, spacing, hatch.angle)
        if not len(spots):
            return []
        outline = marker_outline(Marker.CIRCLE, hatch.width / 2 * pixel)
        vertices = (spots[:, None, :] + np.asarray(outline.vertices)[None]).reshape(-1, 2)
        path = Path(vertices, np.tile(np.asarray(outline.codes), len(spots)))
        return [Shape(path, fill=hatch.colour, **look)]  # type: ignore[arg-type]
    turns = (0.0, 90.0) if hatch.pattern is Pattern.GRID else (0.0,)
    ends = np.concatenate([lines(areas, spacing, hatch.angle + turn) for turn in turns])
    if not len(ends):
        return []
    path = Path(ends.reshape(-1, 2), np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=np.uint8), len(ends)))
    return [Shape(path, stroke=hatch.colour, line_width=hatch.width * unit, **look)]  # type: ignore[arg-type]


def lines(areas: NDArray[np.object_], spacing: float, angle: float) -> NDArray[np.float64]:
    """Return the ends of lines in areas, as an array of shape (n, 2, 2).

    They are `spacing` apart, in the unit of the areas, and turned by `angle` degrees counter-clockwise.
    """
    found: list[NDArray[np.float64]] = []
    turned = _turned(areas, -angle)
    for area, rows in _rows(turned, spacing):
        west, _, east, _ = area.bounds
        sides = [np.column_stack([np.full(len(rows), x), rows]) for x in (west - spacing, east + spacing)]
        across = shapely.MultiLineString(list(np.stack(sides, axis=1)))
        inside = np.asarray(shapely.get_parts(shapely.intersection(area, across)))
        if inside.size and (shapely.get_type_id(inside) == shapely.GeometryType.LINESTRING).any():
            kept = inside[shapely.get_type_id(inside) == shapely.GeometryType.LINESTRING]
            # Cut at a corner that lies on it, a line has more than two vertices.
            found.append(np.stack([_ends(kept, 0), _ends(kept, -1)], axis=1))
    made = np.concatenate(found) if found else np.empty((0, 2, 2))
    return _rotated(made.reshape(-1, 2), angle).reshape(-1, 2, 2)


def dots(areas: NDArray[np.object_], spacing: float, angle: float) -> Positions:
    """Return the middles of dots in areas, in rows that are turned by `angle` degrees, as an array of shape (n, 2)."""
    found: list[Positions] = []
    for area, rows in _rows(_turned(areas, -angle), spacing):
        west, _, east, _ = area.bounds
        columns = np.arange(math.ceil(west / spacing), math.floor(east / spacing) + 1) * spacing
        if len(rows) * len(columns) > MOST_MARKS:
            raise PlanMapError("hatch-too-dense", limit=MOST_MARKS)
        x, y = (each.ravel() for each in np.meshgrid(columns, rows))
        inside = shapely.contains_xy(area, x, y)
        found.append(np.column_stack([x[inside], y[inside]]))
    return _rotated(np.concatenate(found) if found else np.empty((0, 2)), angle)


def _rows(areas: NDArray[np.object_], spacing: float) -> Iterator[tuple[BaseGeometry, NDArray[np.float64]]]:
    """Yield each area with the heights of the level lines that go through it."""
    total = 0
    for area in areas.tolist():
        _, south, _, north = area.bounds
        count = math.floor(north / spacing) - math.ceil(south / spacing) + 1 if not area.is_empty else 0
        total += max(0, count)
        if total > MOST_MARKS:
            raise PlanMapError("hatch-too-dense", limit=MOST_MARKS)
        if count > 0:
            shapely.prepare(area)
            yield area, np.arange(math.ceil(south / spacing), math.floor(north / spacing) + 1) * spacing


def _turned(areas: NDArray[np.object_], angle: float) -> NDArray[np.object_]:
    return np.atleast_1d(np.asarray(shapely.transform(areas, lambda at: _rotated(at, angle))))


def _rotated(at: Positions, angle: float) -> Positions:
    """Return positions turned around the origin by `angle` degrees, counter-clockwise."""
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return np.column_stack([at[:, 0] * cosine - at[:, 1] * sine, at[:, 0] * sine + at[:, 1] * cosine])


def _ends(parts: NDArray[np.object_], index: int) -> Positions:
    return np.asarray(shapely.get_coordinates(shapely.get_point(parts, index)))
