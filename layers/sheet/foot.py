"""The foot of a sheet: scale, scale bar and north arrow, and beside or below them the words that must be whole.

Sources and licences are never cut and never set in smaller type: the foot becomes as high as they need.
"""

from __future__ import annotations

from dataclasses import dataclass

from layers import style
from layers.draw import typeface
from layers.draw.drawing import Box, Drawing
from layers.draw.furniture import draw_north, draw_scale_bar, paragraph
from layers.draw.paper import scale_text
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.translation import Translation

LEADING = 1.38
"""Distance between lines as a share of the type size, as `layers.draw.furniture.paragraph` sets them."""


@dataclass(frozen=True, slots=True)
class FootWords:
    """One paragraph of the foot."""

    text: str
    weight: Weight = Weight.REGULAR
    colour: str = style.MUTED


@dataclass(frozen=True, slots=True)
class Foot:
    """The foot of one sheet before it is drawn."""

    words: tuple[FootWords, ...]
    size: float
    """Factor by which type is larger than on A3."""

    @property
    def points(self) -> float:
        """Type size of the words in points."""
        return typeface.readable(6.0 * self.size)

    def height(self, width: float) -> float:
        """Return the height in millimetres that the foot needs at a `width` in millimetres."""
        return self._arranged(width)[0]

    def _words_height(self, width: float) -> float:
        lines = sum(len(typeface.wrap(found.text, width, self.points, found.weight)) for found in self.words)
        return lines * self.points * MM_PER_POINT * LEADING

    def _arranged(self, width: float) -> tuple[float, float, float | None]:
        """Return the height, the room for the scale bar, and the left edge of the words; None if they are below."""
        k = self.size
        row = 9.6 * k
        found: list[tuple[float, float, float | None]] = []
        for wished in (62.0 * k, 42.0 * k):
            room = min(wished, width * 0.3)
            left = 30.0 * k + room + 24.0 * k
            if width - left >= 48.0:
                found.append((max(row, self._words_height(width - left)), room, left))
        bar = max(min(62.0 * k, width - 54.0 * k), 16.0)
        found.append((row + 1.0 * k + self._words_height(width), bar, None))
        return min(found, key=lambda option: option[0])

    def draw(
        self, drawing: Drawing, box: Box, *, left: float, scale: int, true_north: float, text: Translation
    ) -> None:
        """Draw the foot in `box`, the scale from `left` on; `true_north` is the angle to it from grid north."""
        k = self.size
        _, room, aside = self._arranged(box.width)
        number = scale_text(scale)
        points = typeface.readable(12.5 * k)
        drawing.write(number, left, box.top - 4.6 * k, points, weight=Weight.BOLD, colour=style.INK)
        ratio = text("sheet.ratio", metres=f"{scale / 100:,.0f}")
        small = typeface.readable(6.2 * k)
        drawing.write(ratio, left, box.top - 8.4 * k, small, colour=style.MUTED)
        start = max(30.0 * k, typeface.width(number, points, Weight.BOLD) + 6.0 * k)
        # A long number takes its room from the bar, never from the words.
        room = max(room - (start - 30.0 * k) - (left - box.left), 10.0)
        bar = draw_scale_bar(drawing, left + start, box.top - 5.4 * k, scale=scale, room=room, size=k)
        arrow = left + start + bar + 13.0 * k
        draw_north(drawing, arrow, box.top - 5.6 * k, true_north=true_north, letter=text("sheet.north"), size=k * 0.9)
        words = box._replace(top=box.top - 10.6 * k) if aside is None else box._replace(left=box.left + aside)
        top = words.top
        for found in self.words:
            top -= paragraph(
                drawing, found.text, words._replace(top=top), self.points, colour=found.colour, weight=found.weight
            )
