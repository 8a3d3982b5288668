"""The label of a site: its number in a pill, and its name in one or more lines."""

from __future__ import annotations

from dataclasses import dataclass

from layers import style
from layers.draw import typeface
from layers.draw.drawing import Box, Drawing, rounded
from layers.draw.placement import Placement
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight

HALO_MM = 0.42
"""Width in millimetres of the white edge around names on the map."""

NUMBER = 0.86
"""Type size of a number as a share of that of the name beside it."""

LINE_HEIGHT = 1.16
"""Distance between two lines of a name as a share of the type size."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label: lines of text, with the site's number in front of the first."""

    lines: tuple[tuple[str, float, Weight], ...]
    """Text, size in points and weight of each line; empty for a number alone."""
    number: str
    """Empty for a label without a number."""
    colour: str

    @property
    def pill(self) -> float:
        """Width in millimetres of the number's pill with the gap after it; 0 without a number."""
        if not self.number:
            return 0.0
        size = self.lines[0][1] if self.lines else 7.0
        return self.pill_width + (0.7 if self.lines else 0.0) * size / 7.6

    @property
    def pill_width(self) -> float:
        """Width in millimetres of the pill alone."""
        return pill_size(self.number, self.lines[0][1] if self.lines else 7.0)[0]

    @property
    def width(self) -> float:
        """Width of the label in millimetres."""
        first = [typeface.width(text, size, weight) for text, size, weight in self.lines]
        if not first:
            return self.pill_width
        return max(self.pill + first[0], *(first[1:] or [0.0]))

    @property
    def height(self) -> float:
        """Height of the label in millimetres."""
        if not self.lines:
            return 7.0 * MM_PER_POINT * 1.08
        return sum(size for _, size, _ in self.lines) * MM_PER_POINT * LINE_HEIGHT

    def draw(self, drawing: Drawing, place: Placement) -> None:
        """Draw the label at `place`."""
        top = place.box.top
        size = self.lines[0][1] if self.lines else 7.0
        for index, (text, points, weight) in enumerate(self.lines):
            tall = points * MM_PER_POINT * LINE_HEIGHT
            wide = typeface.width(text, points, weight) + (self.pill if index == 0 else 0.0)
            spare = place.box.width - wide
            left = place.box.left + {"left": 0.0, "center": spare / 2, "right": spare}[place.side]
            baseline = top - tall / 2 - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
            if index == 0 and self.number:
                self._draw_number(drawing, left, top - tall / 2, size)
                left += self.pill
            drawing.write(text, left, baseline, points, weight=weight, colour=self.colour, halo=HALO_MM)
            top -= tall
        if not self.lines:
            self._draw_number(drawing, place.box.left, place.box.centre[1], size)

    def _draw_number(self, drawing: Drawing, left: float, middle: float, size: float) -> None:
        draw_number(drawing, self.number, left, middle, size, colour=self.colour)


def pill_size(number: str, size: float) -> tuple[float, float, float]:
    """Return width and height in millimetres of a number's pill beside text of `size` points, and its own points."""
    points = typeface.readable(size * NUMBER)
    height = points / NUMBER * MM_PER_POINT * 1.08
    return max(height, typeface.width(number, points, Weight.BOLD) + height * 0.5), height, points


def draw_number(
    drawing: Drawing, number: str, left: float, middle: float, size: float, *, colour: str = style.INK
) -> float:
    """Draw the pill with a site's number beside text of `size` points; return its width in millimetres.

    `left` is its left edge and `middle` the y of its middle, in millimetres.
    """
    wide, height, points = pill_size(number, size)
    box = Box(left, middle - height / 2, left + wide, middle + height / 2)
    drawing.add(rounded(box.grown(0.28), height, fill=style.WHITE, fill_opacity=0.9))
    drawing.add(rounded(box, height / 2, fill=colour))
    baseline = middle - typeface.CAP_HEIGHT / 2 * points * MM_PER_POINT
    drawing.write(number, left + wide / 2, baseline, points, weight=Weight.BOLD, colour=style.WHITE, align="center")
    return wide
