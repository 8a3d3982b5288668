"""The symbols of own layers on paper: markers as outlines, and edges in millimetres."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.path import Path

from layers.own.symbol_value import Marker, Symbol

CORNERS = {
    Marker.SQUARE: ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)),
    Marker.TRIANGLE: tuple((math.sin(turn), math.cos(turn)) for turn in (0.0, 2 * math.pi / 3, 4 * math.pi / 3)),
    Marker.DIAMOND: ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)),
}
"""Corners of markers with a radius of 1, y upwards; `own_marker.js` has the same for the screen."""


def marker_outline(marker: Marker, radius: float) -> Path:
    """Return the outline of a marker around 0, 0, in the unit of `radius`."""
    if marker is Marker.CIRCLE:
        circle = Path.unit_circle()
        return Path(np.asarray(circle.vertices) * radius, circle.codes)
    if marker is Marker.CROSS:
        ends = np.array([(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)]) * radius
        return Path(ends, [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO])
    corners = np.array(CORNERS[marker]) * radius
    codes = [Path.MOVETO, *[Path.LINETO] * (len(corners) - 1), Path.CLOSEPOLY]
    return Path(np.vstack([corners, corners[:1]]), codes)


def edge(symbol: Symbol, unit: float) -> dict[str, Any]:
    """Return the edge of a symbol for a Shape; `unit` is the millimetres of a pixel of the screen."""
    return {
        "stroke": symbol.stroke,
        "line_width": symbol.stroke_width * unit,
        "dash": tuple(length * unit for length in symbol.dash),
        "stroke_opacity": symbol.stroke_opacity,
    }
