"""The list as an Excel workbook: sheets of tasks, of their sites, of all evidence about them, and about the file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from layers import style
from layers.listing.listing import Cell, Listed, Listing, day_cell
from layers.plan.event import Event
from layers.plan.plan import Task
from layers.selection.amendment_words import due_words
from layers.selection.statements import period_words
from layers.translation import Translation

TYPEFACE = "Microsoft YaHei"
"""As in slides: Office machines in China have it, and others take one of their own."""

LONGEST_CELL = 32_767
"""Characters that Excel takes in one cell."""

MOST_LINKS = 65_530
"""Links that Excel takes in one sheet; further addresses are text."""

LONGEST_LINK = 2_079
"""Characters of the longest address that Excel takes as a link."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a sheet: its heading, its width in characters, and whether its text is broken into lines."""

    heading: str
    width: float
    wrapped: bool = False
    link: bool = False


def workbook_bytes(listing: Listing) -> bytes:
    """Return the list as an Excel workbook (.xlsx).

    Figures are numbers, days are dates. Text is always text: nothing in it is taken for a formula or a link.
    """
    # Imported here, for most of what writes no workbook imports this module with the others.
    import xlsxwriter

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        # The day of the content and not of the writing, so that the same list gives the same bytes.
        made = datetime.combine(listing.as_of, datetime.min.time())
        book.set_properties(
            {"title": listing.title, "subject": listing.filters, "comments": listing.source, "created": made}
        )
        sheets = _Sheets(book, listing)
        sheets.add(listing.text("listing.tasks"), _task_columns(listing.text), _task_rows(listing), frozen=3)
        sheets.add(listing.text("listing.sites"), _site_columns(listing.text), _site_rows(listing), frozen=2)
        sheets.add(listing.text("listing.evidence"), _event_columns(listing.text), _event_rows(listing), frozen=2)
        sheets.add_about(about_rows(listing))
    return target.getvalue()


class _Sheets:
    """The sheets of one workbook with their formats."""

    def __init__(self, book: Any, listing: Listing) -> None:
        self.book = book
        self.listing = listing
        base = {
            "font_name": "Microsoft YaHei",
            "font_size": 10,
            "valign": "top",
            "border": 1,
            "border_color": style.RULE,
        }
        self.heading = book.add_format(
            base | {"bold": True, "bg_color": style.INTERFACE["card"], "text_wrap": True, "valign": "vcenter"}
        )
        self.formats = {
            "text": book.add_format(base | {"num_format": "@"}),
            "wrapped": book.add_format(base | {"num_format": "@", "text_wrap": True}),
            "number": book.add_format(base),
            "day": book.add_format(base | {"num_format": "yyyy-mm-dd", "align": "left"}),
            "link": book.add_format(base | {"font_color": style.ACCENT, "underline": 1}),
        }

    def add(self, name: str, columns: Sequence[_Column], rows: Iterable[Sequence[Cell]], *, frozen: int) -> None:
        """Add a sheet with a table whose heading and first `frozen` columns stay where they are."""
        sheet = self.book.add_worksheet(name)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
            sheet.write_string(0, number, column.heading, self.heading)
        last, links = 0, 0
        for last, row in enumerate(rows, 1):
            for number, (column, cell) in enumerate(zip(columns, row, strict=True)):
                if column.link and isinstance(cell, str) and 0 < len(cell) <= LONGEST_LINK and links < MOST_LINKS:
                    links += 1
                    sheet.write_url(last, number, cell, self.formats["link"], string=cell)
                else:
                    self._write(sheet, last, number, column, cell)
        sheet.freeze_panes(1, frozen)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        self._set_print(sheet)
        sheet.repeat_rows(0)

    def _write(self, sheet: Any, row: int, number: int, column: _Column, cell: Cell) -> None:
        if isinstance(cell, bool):
            cell = self.listing.text("listing.yes" if cell else "listing.no")
        if cell is None or cell == "":
            sheet.write_blank(row, number, None, self.formats["text"])
        elif isinstance(cell, date):
            sheet.write_datetime(row, number, datetime.combine(cell, datetime.min.time()), self.formats["day"])
        elif isinstance(cell, str):
            sheet.write_string(row, number, cell[:LONGEST_CELL], self.formats["wrapped" if column.wrapped else "text"])
        else:
            sheet.write_number(row, number, cell, self.formats["number"])

    def add_about(self, rows: Sequence[tuple[str, Cell]]) -> None:
        """Add the sheet that says what the file is."""
        column = _Column("", 100, wrapped=True)
        sheet = self.book.add_worksheet(self.listing.text("listing.about"))
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, column.width)
        for number, (label, cell) in enumerate(rows):
            sheet.write_string(number, 0, label, self.heading)
            self._write(sheet, number, 1, column, cell)
        self._set_print(sheet)

    def _set_print(self, sheet: Any) -> None:
        sheet.set_landscape()
        sheet.set_paper(8)  # A3, in Excel's own numbering.
        sheet.fit_to_pages(1, 0)
        # In a header "&" begins a code.
        day = self.listing.text("sheet.as-of", date=self.listing.as_of)
        sheet.set_footer(f"&L{day}&R&P / &N")


def about_rows(listing: Listing) -> list[tuple[str, Cell]]:
    """Return what is said of the whole list, as pairs of a label and words."""
    text = listing.text
    rows: list[tuple[str, Cell]] = [
        (text("listing.plan"), listing.title),
        (text("listing.filters"), listing.filters or text("listing.unfiltered")),
        (text("page.as-of"), listing.as_of),
        (text("listing.count"), text("listing.of", count=len(listing.tasks), all=len(listing.plan.current_tasks))),
        (text("panel.source"), listing.source),
        (text("listing.disclaimer"), listing.disclaimer),
        (text("listing.coordinates"), text("listing.coordinates-words")),
        (text("page.evidence"), text("listing.evidence-words")),
    ]
    return [(label, cell) for label, cell in rows if cell != ""]


def _task_columns(text: Translation) -> list[_Column]:
    def source(of: str) -> list[_Column]:
        return [
            _Column(f"{of} · {text('listing.date')}", 12),
            _Column(f"{of} · {text('listing.summary')}", 40, wrapped=True),
            _Column(f"{of} · {text('listing.source-title')}", 30, wrapped=True),
            _Column(f"{of} · {text('listing.publisher')}", 18, wrapped=True),
            _Column(f"{of} · {text('listing.link')}", 28, link=True),
        ]

    return [
        _Column(text("listing.id"), 22),
        _Column(text("column.status"), 10),
        _Column(text("column.title"), 36, wrapped=True),
        _Column(text("listing.rests-on"), 14),
        _Column(text("column.theme"), 12),
        _Column(text("column.kind"), 8),
        _Column(text("column.section"), 8),
        _Column(text("listing.section-title"), 20, wrapped=True),
        _Column(text("listing.clause"), 14),
        _Column(text("listing.anchor"), 36, wrapped=True),
        _Column(text("listing.lead-unit"), 16),
        _Column(text("field.due_date"), 13),
        _Column(text("listing.overdue-days"), 9),
        _Column(text("listing.stale-days"), 12),
        _Column(text("listing.note"), 30, wrapped=True),
        _Column(text("listing.partners"), 16, wrapped=True),
        _Column(text("listing.target-sign"), 7),
        _Column(text("column.target"), 10),
        _Column(text("listing.target-unit"), 9),
        _Column(text("column.result"), 10),
        _Column(text("listing.result-unit"), 9),
        _Column(text("listing.result-period"), 16),
        _Column(text("column.place"), 30, wrapped=True),
        _Column(text("listing.longitude"), 12),
        _Column(text("listing.latitude"), 12),
        *source(text("panel.settled-by")),
        *source(text("panel.evidence")),
        *source(text("panel.later-year")),
    ]


def _task_rows(listing: Listing) -> Iterable[list[Cell]]:
    text = listing.text
    for listed in listing.tasks:
        task, state, said = listed.task, listed.state, listed.said
        measured = said.result.measured if said.result else None
        places = [listing.plan.sites[whole] for whole in listing.plan.places_of(task)]
        # Of several places none is the task's own; they are on a sheet of their own.
        position = listing.position(places[0]) if len(places) == 1 else (None, None)
        yield [
            task.id,
            text(f"status.{state.status.value}" if state.status else "status.none"),
            task.title.get(text.language),
            _rests_words(listed, text),
            listing.theme_title(task),
            text(f"kind.{task.kind.value}"),
            task.section,
            listing.section_title(task),
            task.clause,
            task.anchor,
            task.lead_unit,
            _due_cell(task, text),
            listed.overdue,
            listed.stale,
            task.note.get(text.language),
            _joined(task.partners, text),
            task.target.comparator if task.target else "",
            task.target.value if task.target else None,
            task.target.unit if task.target else "",
            measured.value if measured else None,
            measured.unit if measured else "",
            period_words(said.result.period) if said.result and said.result.period else "",
            _joined([place.name.get(text.language) for place in places], text),
            *position,
            *_source_cells(said.rests_on, text),
            *_source_cells(said.newest, text),
            *_source_cells(said.later, text),
        ]


def _due_cell(task: Task, text: Translation) -> Cell:
    """Return a due date as a day; of a month or a quarter, whose day nobody has set, in words."""
    if task.due is None:
        return None
    return task.due.last_day if task.due.day is not None else due_words(task.due, text)


def _rests_words(listed: Listed, text: Translation) -> str:
    return text("listing.by-evidence") if listed.state.backed else text("listing.by-report")


def _joined(words: Sequence[str], text: Translation) -> str:
    return text("sheet.comma").join(words)


def _source_cells(event: Event | None, text: Translation) -> list[Cell]:
    if event is None:
        return [None, "", "", "", ""]
    source = event.source
    return [day_cell(event.date), event.summary.get(text.language), source.title, source.publisher, source.url]


def _site_columns(text: Translation) -> list[_Column]:
    return [
        _Column(text("listing.id"), 22),
        _Column(text("column.title"), 36, wrapped=True),
        _Column(text("listing.site"), 26),
        _Column(text("column.place"), 26, wrapped=True),
        _Column(text("listing.category"), 12),
        _Column(text("listing.named"), 10),
        _Column(text("listing.part-of"), 20),
        _Column(text("listing.longitude"), 12),
        _Column(text("listing.latitude"), 12),
        _Column(text("listing.geometry"), 14),
        _Column(text("panel.precision"), 20),
        _Column(text("listing.accuracy"), 12),
        _Column(text("panel.source"), 30, wrapped=True),
        _Column(text("panel.licence"), 14),
        _Column(text("panel.note"), 40, wrapped=True),
    ]


def _site_rows(listing: Listing) -> Iterable[list[Cell]]:
    text = listing.text
    language = text.language
    for listed in listing.tasks:
        for site, named in listing.sites_of(listed.task):
            yield [
                listed.task.id,
                listed.task.title.get(language),
                site.id,
                site.name.get(language),
                text(f"category.{site.category}"),
                named,
                site.part_of,
                *listing.position(site),
                site.geometry.geom_type if site.geometry is not None else "",
                text(f"precision.{site.precision.value}"),
                site.accuracy_m,
                site.source.get(language),
                site.licence,
                site.note.get(language),
            ]


def _event_columns(text: Translation) -> list[_Column]:
    return [
        _Column(text("listing.id"), 22),
        _Column(text("column.title"), 36, wrapped=True),
        _Column(text("listing.date"), 12),
        _Column(text("column.status"), 10),
        _Column(text("listing.role"), 20),
        _Column(text("listing.measured"), 10),
        _Column(text("listing.measured-unit"), 9),
        _Column(text("listing.result-period"), 16),
        _Column(text("listing.summary"), 60, wrapped=True),
        _Column(text("listing.source-title"), 40, wrapped=True),
        _Column(text("listing.publisher"), 24, wrapped=True),
        _Column(text("listing.link"), 40, link=True),
        _Column(text("listing.confidence"), 10),
    ]


def _event_rows(listing: Listing) -> Iterable[list[Cell]]:
    text = listing.text
    language = text.language
    for listed in listing.tasks:
        for event in listed.state.evidence:
            yield [
                listed.task.id,
                listed.task.title.get(language),
                day_cell(event.date),
                text(f"status.{event.status.value}") if event.status else "",
                _joined(_roles(listed, event, listing.plan.info.year, text), text),
                event.measured.value if event.measured else None,
                event.measured.unit if event.measured else "",
                period_words(event.period) if event.period else "",
                event.summary.get(language),
                event.source.title,
                event.source.publisher,
                event.source.url,
                text(f"confidence.{event.confidence.value}"),
            ]


def _roles(listed: Listed, event: Event, year: int, text: Translation) -> list[str]:
    """Return what a statement is used as; a plan of `year` marks those about later years."""
    return [
        *([text("panel.settled-by")] if event is listed.said.rests_on else []),
        *([text("panel.evidence")] if event is listed.said.newest else []),
        *([text("panel.later-year")] if event.effective_day.year > year else []),
    ]
