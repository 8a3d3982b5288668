"""The maps of a report: pictures with scale bar and legend, of the width of the text and at a true scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from layers import style
from layers.draw import figure, legend
from layers.draw.content import content
from layers.draw.coverage import coverage_notes
from layers.draw.drawing import Box, Drawing, rectangle
from layers.draw.figure import Properties
from layers.draw.furniture import draw_north, draw_scale_bar
from layers.draw.graticule import true_north_degrees
from layers.draw.ground import draw_ground, halos_in
from layers.draw.paper import round_scale, scale_text
from layers.draw.service import service_notes
from layers.draw.site_symbols import draw_site_symbols
from layers.font import Weight
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.extent import Extent, centred, least_scale, wanted_extent
from layers.selection.omission import omission_lines, omissions
from layers.selection.select import select
from layers.selection.wording import asked_of_layers, grid_words
from layers.translation import Translation

DPI = 300.0
WIDTH_MM = 160.0
"""Width of a map in millimetres: that of the text on A4."""

LEAST_MM, MOST_MM, CLOSE_MM = 60.0, 118.0, 88.0
"""Least and greatest height in millimetres of a map's frame, and the greatest of one that is not of the whole."""

_STRIP_MM = 9.0
_COLUMNS = 4
_SIZE = 0.95


@dataclass(frozen=True, slots=True)
class ReportMap:
    """A map before it is in a document."""

    drawing: Drawing
    scale: int
    """The scale's number."""
    extent: Extent
    """What the frame shows, in metres of the grid."""
    places: tuple[str, ...]
    """Ids of the numbered sites on it."""
    notes: tuple[str, ...]
    """What it does not show, in words."""

    def png(self, title: str, language: str) -> bytes:
        """Return the map as a PNG of `DPI`; raise `PlanMapError` if its scale came out untrue."""
        properties = Properties(title, title, "", language)
        return figure.png(self.drawing, dpi=DPI, scale=self.scale, properties=properties)

    @property
    def ratio(self) -> str:
        """The scale in words, such as `1:100 000`."""
        return scale_text(self.scale)


def report_map(plan: Plan, scene: Scene, text: Translation, *, today: date, close: bool) -> ReportMap:
    """Draw the map of `scene`, with `close` only around the sites of its tasks.

    Raises
    ------
    PlanMapError
        There is nothing to show, or a site's name has a character that cannot be drawn.
    """
    selection = select(plan, scene, today=today)
    wanted = wanted_extent(plan, scene, selection, close=close)
    most = CLOSE_MM if close else MOST_MM
    scale = round_scale(least_scale(wanted, WIDTH_MM, most))
    tall = min(most, max(LEAST_MM, (wanted[3] - wanted[1]) / scale * 1000 + 4.0))
    extent = centred(plan.grid, wanted, WIDTH_MM, tall, scale)
    shown = content(plan, scene, selection, extent, scale)
    # The legend is measured with what may be drawn, and drawn with what has been; that is never more.
    entries = legend.entries(plan, scene, shown, text)
    under = legend.height(entries, WIDTH_MM, size=_SIZE, columns=_COLUMNS, text=text) + 1.0
    frame = Box(0.0, under + _STRIP_MM, WIDTH_MM, under + _STRIP_MM + tall)
    drawing = Drawing(WIDTH_MM, frame.top, frame, extent, plan.grid)
    drawing.ground += draw_ground(plan, scene, shown, size=_SIZE)
    halos = halos_in(drawing.ground)
    symbols = draw_site_symbols(drawing, plan, scene, shown, size=_SIZE)
    drawing.add(rectangle(frame.grown(-0.15), stroke=style.INK, line_width=0.3))
    _draw_strip(drawing, plan, frame, scale, text)
    drawn = legend.entries(plan, scene, shown, text, site_symbols=symbols, halos=halos, before=entries)
    box = Box(0.0, 0.0, WIDTH_MM, under)
    legend.draw_legend(drawing, drawn, box, size=_SIZE, columns=_COLUMNS, text=text)
    missing: Sequence[str] = omission_lines(plan, omissions(plan, scene, selection, extent), text)
    services = service_notes(plan, scene, shown, text)
    asked = asked_of_layers(plan, scene, text)
    notes = (*missing, *services, *coverage_notes(plan, selection.tasks, shown, symbols, text), *asked)
    numbered = tuple(site.site.id for site in shown.numbered)
    return ReportMap(drawing, scale, extent, numbered, notes)


def _draw_strip(drawing: Drawing, plan: Plan, frame: Box, scale: int, text: Translation) -> None:
    """Draw the scale, the name of the grid and the north arrow below the frame."""
    base = frame.bottom - 6.2
    wide = drawing.write(scale_text(scale), 0.0, base, 11.0, weight=Weight.BOLD, colour=style.INK)
    draw_scale_bar(drawing, wide + 7.0, base + 0.2, scale=scale, room=52.0, size=1.0)
    turn = true_north_degrees(plan.grid, drawing.extent or (0.0, 0.0, 0.0, 0.0))
    draw_north(drawing, frame.right - 4.0, frame.top - 9.0, true_north=turn, letter=text("sheet.north"), size=0.6)
    words = text("slides.grid", grid=grid_words(plan.grid, text, short=True), crs=plan.grid.crs)
    drawing.write(words, frame.right, base + 0.2, 7.0, colour=style.MUTED, align="right")
