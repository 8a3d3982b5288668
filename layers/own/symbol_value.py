"""How features of an own layer are drawn: the look of an area, a line or a point, as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

MOST_DASHES = 16

DASHES: dict[str, tuple[float, ...]] = {
    "solid": (),
    "dashed": (8.0, 4.0),
    "dotted": (2.0, 3.0),
    "dash-dot": (8.0, 3.0, 2.0, 3.0),
}
"""Strokes and gaps by turns, in pixels, by the names under which they are offered; other programs have more."""


class Marker(StrEnum):
    """The shape of a point."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    CROSS = "cross"


class Pattern(StrEnum):
    """What a hatch is made of."""

    LINES = "lines"
    """Lines in one direction."""
    GRID = "grid"
    """Lines in two directions that are at right angles to each other."""
    DOTS = "dots"
    """Dots in rows and columns."""


def hundredths(value: float) -> float:
    """Return `value` to the hundredth: finer than anybody sees, and the same after a way through other formats."""
    return round(value, 2) + 0.0


def _in_pairs(lengths: tuple[float, ...]) -> tuple[float, ...]:
    """Return strokes and gaps in pairs: an odd number is gone through twice, as in SVG."""
    return lengths * 2 if len(lengths) % 2 else lengths


def half_turn(degrees: float) -> float:
    """Return the direction of a line that is turned by so many degrees: from 0 to below 180."""
    return hundredths(hundredths(degrees) % 180) % 180


def _upper(colour: str) -> str:
    return colour.upper()


Rounded = AfterValidator(hundredths)
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(_upper)]
"""`#RRGGBB`."""
NoColour = Annotated[str, Field(pattern=r"^(#[0-9A-Fa-f]{6})?$"), AfterValidator(_upper)]
"""A colour, or nothing."""
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), Rounded]
Width = Annotated[float, Field(ge=0, le=50, allow_inf_nan=False), Rounded]
Size = Annotated[float, Field(ge=1, le=200, allow_inf_nan=False), Rounded]
Dash = Annotated[float, Field(ge=0.1, le=200, allow_inf_nan=False), Rounded]
Spacing = Annotated[float, Field(ge=1, le=200, allow_inf_nan=False), Rounded]
Thickness = Annotated[float, Field(ge=0.1, le=50, allow_inf_nan=False), Rounded]
Direction = Annotated[float, Field(ge=-360, le=360, allow_inf_nan=False), AfterValidator(half_turn)]
Dashes = Annotated[tuple[Dash, ...], Field(max_length=MOST_DASHES), AfterValidator(_in_pairs)]


@dataclass(frozen=True, slots=True)
class Hatch:
    """A pattern in areas, over their fill and below their edge. All lengths are in pixels of the screen."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    colour: Colour
    pattern: Pattern = Pattern.LINES
    angle: Direction = 45.0
    """Of lines, or of the rows of dots: degrees counter-clockwise from the horizontal, as QGIS has it."""
    spacing: Spacing = 6.0
    """From the middle of a line or dot to the next."""
    width: Thickness = 1.0
    """Of lines; of dots from side to side."""
    opacity: Share = 1.0

    def plain(self) -> dict[str, Any]:
        """Return it for the scripts in the browser, see `Hatch` in types.ts."""
        return {
            "colour": self.colour,
            "pattern": self.pattern.value,
            "angle": self.angle,
            "spacing": self.spacing,
            "width": self.width,
            "opacity": self.opacity,
        }


@dataclass(frozen=True, slots=True)
class Symbol:
    """The look of some features. All lengths are in pixels of the screen."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    fill: NoColour = ""
    """Of areas and points; empty for none."""
    fill_opacity: Share = 1.0
    stroke: NoColour = ""
    """Of lines, and of the edges of areas and points; empty for none."""
    stroke_opacity: Share = 1.0
    stroke_width: Width = 1.0
    dash: Dashes = ()
    """Lengths of strokes and gaps by turns, in pairs; empty for a whole line."""
    size: Size = 7.0
    """Of a point, from side to side without its edge."""
    marker: Marker = Marker.CIRCLE
    hatch: Hatch | None = None
    """Of areas; None for none."""

    @property
    def visible(self) -> bool:
        """Whether it has a fill, a hatch or a stroke."""
        return bool(self.fill or self.stroke or self.hatch)

    def plain(self) -> dict[str, Any]:
        """Return it as a stroke of the scripts in the browser, see `Stroke` in types.ts, with what that lacks."""
        return {
            "colour": self.stroke,
            "opacity": self.stroke_opacity,
            "width": self.stroke_width,
            "dash": " ".join(f"{length:g}" for length in self.dash),
            "fill": self.fill,
            "fill_opacity": self.fill_opacity,
            "radius": self.size / 2,
            "marker": self.marker.value,
            "hatch": self.hatch.plain() if self.hatch is not None else None,
        }

    def relevant(self, kind: str) -> Symbol:
        """Return it with all that does not show on features of a `kind` (point, line, area) as usual."""
        found = replace(self, dash=()) if kind == "point" else replace(self, size=USUAL.size, marker=USUAL.marker)
        if kind == "line":
            found = replace(found, fill="")
        if kind in ("point", "line") or (self.hatch is not None and not self.hatch.opacity):
            found = replace(found, hatch=None)
        if not found.stroke or not found.stroke_width or not found.stroke_opacity:
            found = replace(found, stroke="", stroke_opacity=1.0, stroke_width=USUAL.stroke_width, dash=())
        if not found.fill or not found.fill_opacity:
            found = replace(found, fill="", fill_opacity=1.0)
        return found


USUAL = Symbol()
