"""How the features of an own layer are drawn: one look on screens, sheets, slides and in briefings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layers.own.own_layer import OwnLayer, Shape

COLOURS = ("#2F7F86", "#A23B5B", "#8C6A1F", "#54702B", "#7A4B2E", "#4B5D8F")
"""Colours of layers in turn. None is that of a status, and none that of water or of roads."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """The look of some features. Widths and sizes are in pixels of the screen."""

    colour: str
    """Of lines, outlines and edges of points."""
    fill: str = ""
    """Of areas and points; empty for none."""
    fill_opacity: float = 1.0
    width: float = 1.2
    dash: str = ""
    """Lengths of strokes and gaps; empty for a whole line."""
    radius: float = 3.5
    """Of points."""

    def plain(self) -> dict[str, Any]:
        """Return it as a stroke of the scripts in the browser, see `Stroke` in types.ts."""
        return {
            "colour": self.colour,
            "width": self.width,
            "dash": self.dash,
            "fill": self.fill,
            "fill_opacity": self.fill_opacity,
            "radius": self.radius,
        }


def symbol_of(layer: OwnLayer) -> Symbol:
    """Return how the features of `layer` are drawn: in a colour that stays with its id."""
    colour = COLOURS[sum(layer.id.encode()) % len(COLOURS)]
    if layer.shape is Shape.LINE:
        return Symbol(colour, width=2.0)
    if layer.shape is Shape.POINT:
        return Symbol("#FFFFFF", colour, 1.0, width=1.0)
    return Symbol(colour, colour, 0.18, width=1.1)
