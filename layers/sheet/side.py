"""What stands beside or below the map of a sheet: legend, table and notes, and the code that leads to its Scene."""

from __future__ import annotations

from collections.abc import Sequence

from layers import style
from layers.draw import legend, typeface
from layers.draw.drawing import Box, Drawing
from layers.draw.furniture import QR_BYTES, draw_qr, paragraph
from layers.draw.legend import Entry
from layers.draw.pdf_layer import PdfLayer
from layers.draw.typeface import MM_PER_POINT
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.sheet.layout import Layout, Parts
from layers.sheet.table import NO_FORM, Table
from layers.sheet.task_pages import TaskPages
from layers.translation import Translation

LEGEND_SIZES = (1.0, 0.92, 0.84, 0.76)
"""Sizes in which the legend is tried, as shares of the sheet's own size."""

COLUMN_MM = 52.0
"""Width in millimetres of a column of the legend on a page of its own, on A3."""


class Side:
    """Legend, table and notes of one sheet; what has no room is drawn by `draw_rest` on further pages."""

    def __init__(
        self, layout: Layout, entries: Sequence[Entry], table: Table, notes: Sequence[str], text: Translation
    ) -> None:
        self.layout = layout
        self.entries = entries
        self.table = table
        self.notes = notes
        self.text = text
        self.points = typeface.readable(6.0 * layout.size)
        self.legend_drawn = layout.parts is Parts.BARE
        self.notes_drawn = layout.parts is Parts.BARE

    def _legend(self) -> tuple[Sequence[Entry], float, float, int] | None:
        """Return the entries, the factor for type, the height and the columns of the legend; None if it has no room.

        On small paper the legend is set in more columns and smaller, and then says less of the ground and of what is
        grey, before it goes to another page.
        """
        box, k, usual = self.layout.legend, self.layout.size, self.layout.legend_columns
        if box is None:
            return None
        for chosen in (self.entries, legend.shortened(self.entries), legend.least(self.entries)):
            if legend.widest(chosen, size=k * LEGEND_SIZES[-1]) > box.width:
                continue
            for share in LEGEND_SIZES:
                for columns in (usual, usual + 1):
                    height = legend.height(chosen, box.width, size=share * k, columns=columns, text=self.text)
                    if height <= box.height and legend.widest(chosen, size=k * share) <= box.width:
                        return chosen, share * k, height, columns
        return None

    def form(self) -> int | None:
        """Return the form of the table for which there is room; None if the legend has no room."""
        layout = self.layout
        if layout.table is None:
            return NO_FORM
        fitting = self._legend()
        if fitting is None:
            return None
        used = legend.height(
            self.entries, layout.table.width, size=layout.size, columns=layout.legend_columns, text=self.text
        )
        if not layout.has_table:
            return 0
        # The notes go below the table if there is no place beside the inset.
        room = layout.table.height - (2.5 if layout.notes else 8.0) * layout.size
        if layout.shared:
            room -= used if used <= layout.table.height else fitting[2]
        return self.table.form(room)

    def _notes_height(self, width: float) -> float:
        step = self.points * MM_PER_POINT * 1.38
        return step * sum(len(typeface.wrap(note, width, self.points)) for note in self.notes)

    def draw(self, drawing: Drawing) -> frozenset[str]:
        """Draw legend, table and notes where there is room; return the ids of the tasks that the table names."""
        layout, k = self.layout, self.layout.size
        fitting, box = self._legend(), layout.legend
        if layout.table is None or box is None:
            return frozenset()
        table_box = layout.table
        if fitting is not None:
            self.legend_drawn = True
            if layout.shared and layout.table_first:
                # At the foot of the box, and the table above it.
                box = box._replace(top=box.bottom + fitting[2])
            with drawing.on(PdfLayer.LEGEND):
                used = legend.draw_legend(drawing, fitting[0], box, size=fitting[1], columns=fitting[3], text=self.text)
            if layout.shared and layout.table_first:
                table_box = table_box._replace(bottom=box.top + 2.0 * k)
            elif layout.shared:
                table_box = table_box._replace(top=table_box.top - used - 2.0 * k)
        notes_box, height = layout.notes, 0.0
        if notes_box is None or (height := self._notes_height(notes_box.width)) > notes_box.height:
            notes_box = None
            height = self._notes_height(table_box.width)
        listed: frozenset[str] = frozenset()
        under = height + 1.0 * k if notes_box is None else 0.0
        self.notes_drawn = notes_box is not None or under <= table_box.height
        below = table_box._replace(bottom=table_box.bottom + (under if self.notes_drawn else 0.0))
        if layout.has_table and below.height >= self.table.least_height:
            with drawing.on(PdfLayer.TABLE):
                listed = self.table.draw(drawing, below)
        if not self.notes_drawn:
            return listed
        top = notes_box.top if notes_box is not None else table_box.bottom + height
        place = notes_box or table_box
        for note in self.notes:
            top -= paragraph(drawing, note, place._replace(top=top), self.points)
        return listed

    def draw_rest(self, pages: TaskPages, first: Drawing) -> list[tuple[Drawing, float]]:
        """Draw what of legend and notes had no room on `first` and as many further pages as it needs.

        Return the pages, each with the y below which it has room, in millimetres.
        """
        box = Box(pages.margin, pages.bottom, pages.margin + pages.width, pages.top)
        made = [(first, box.top)]
        rest = [] if self.legend_drawn else list(self.entries)
        columns = max(1, int(box.width / (COLUMN_MM * self.layout.size)))
        while rest:
            count = next(
                (n for n in range(len(rest), 1, -1) if self._rest_height(rest[:n], box.width, columns) <= box.height), 1
            )
            size = self.layout.size
            used = legend.draw_legend(made[-1][0], rest[:count], box, size=size, columns=columns, text=self.text)
            made[-1] = made[-1][0], box.top - used - 1.0 * size
            rest = rest[count:]
            if rest:
                made.append((pages.page(), box.top))
        for note in [] if self.notes_drawn else self.notes:
            lines = len(typeface.wrap(note, box.width, self.points))
            if made[-1][1] - lines * self.points * MM_PER_POINT * 1.38 < box.bottom:
                made.append((pages.page(), box.top))
            drawing, top = made[-1]
            made[-1] = drawing, top - paragraph(drawing, note, box._replace(top=top), self.points)
        drawing, top = made[-1]
        made[-1] = drawing, top - (2.0 * self.layout.size if top < box.top else 0.0)
        return made

    def _rest_height(self, entries: Sequence[Entry], width: float, columns: int) -> float:
        return legend.height(entries, width, size=self.layout.size, columns=columns, text=self.text)


def scene_code(plan: Plan, scene: Scene, address: str = "") -> str:
    """Return the text of the QR code, which `--scene` takes: an address, or the plan's id, and the Scene."""
    return f"{address}/?{scene.to_query()}" if address else f"planmap:{plan.info.id}?{scene.to_query()}"


def draw_code(drawing: Drawing, layout: Layout, asked: str, digest: str, text: Translation, *, leads: bool) -> None:
    """Draw the QR code of `asked` with the digest below it and whether it `leads` to an address; name the inset."""
    k = layout.size
    points = typeface.readable(6.0 * k)
    step = points * MM_PER_POINT * 1.4
    box = layout.code
    if box is not None:
        # A Scene of very many sites is in no code, but its sheet is as good as any other.
        fits = len(asked.encode()) <= QR_BYTES
        said = text("sheet.scene-address") if leads else text("sheet.scene-code")
        words = [*typeface.wrap(said if fits else text("sheet.no-scene-code"), box.width, points)]
        words.append(text("sheet.digest", digest=digest))
        baseline = box.bottom + 0.7 * k
        for said in reversed(words):
            drawing.write(said, box.right, baseline, points, colour=style.MUTED, align="right")
            baseline += step
        low = box.bottom + len(words) * step
        side = min(box.width, 25.0 * k, box.top - low)
        if fits:
            draw_qr(drawing, asked, Box(box.right - side, low, box.right, low + side))
    if layout.inset is not None:
        left, top = layout.inset.left + 1.2 * k, layout.inset.top - 0.6 * k - points * MM_PER_POINT
        drawing.write(text("sheet.inset"), left, top, points, colour=style.INK, halo=0.4)
