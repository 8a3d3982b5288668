"""The title of a page: title and subtitle at the left, the day and the page's number at the right."""

from __future__ import annotations

from dataclasses import dataclass

from layers import style
from layers.draw import typeface
from layers.draw.drawing import Drawing, line
from layers.draw.paper import Paper
from layers.font import Weight
from layers.sheet.layout import size_factor, title_box


@dataclass(frozen=True, slots=True)
class Title:
    """What stands at the top of each page of a sheet."""

    title: str
    subtitle: str
    as_of: str
    """The day, in words."""

    def draw(self, drawing: Drawing, paper: Paper) -> None:
        """Write it at the top of `drawing`, shortened where the paper has no room for all of it."""
        k, box = size_factor(paper), title_box(paper)
        small = typeface.readable(10.0 * k)
        aside = typeface.width(self.as_of, small, Weight.BOLD) + 4.0 * k
        points = 21.0 * k
        while points > 9.0 * k and typeface.width(self.title, points, Weight.BOLD) > box.width - aside:
            points -= 0.5 * k
        points = typeface.readable(points)
        title = typeface.shorten(self.title, box.width - aside, points, Weight.BOLD)
        drawing.write(title, box.left, box.top - 6.9 * k, points, weight=Weight.BOLD, colour=style.INK)
        below = typeface.readable(9.4 * k)
        subtitle = typeface.shorten(self.subtitle, box.width - aside, below)
        drawing.write(subtitle, box.left, box.bottom + 2.6 * k, below, colour=style.MUTED)
        drawing.write(
            self.as_of, box.right, box.top - 6.0 * k, small, weight=Weight.BOLD, colour=style.INK, align="right"
        )
        drawing.add(line([(box.left, box.bottom), (box.right, box.bottom)], stroke=style.INK, line_width=0.35 * k))


def number_page(drawing: Drawing, paper: Paper, words: str) -> None:
    """Write a page's number below the day; the number of pages is known only when all are made."""
    k, box = size_factor(paper), title_box(paper)
    points = typeface.readable(7.0 * k)
    drawing.write(words, box.right, box.bottom + 2.6 * k, points, colour=style.MUTED, align="right")
