"""The workbook that people work in: tasks, sites and statements, with drop-down lists, and a sheet that explains it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from layers import style
from layers.exchange.columns import COLUMNS, Column, Holds, Part, choices, heading
from layers.plan.digest import whole_digest
from layers.plan.event_row import event_row
from layers.plan.plan import Plan
from layers.plan.rows import site_row, task_row
from layers.plan.terms import DueDate
from layers.translation import Translation

EDITION = 1
"""Number of the form of the workbook; raised when an older PlanMap could misread a newer one."""

HIDDEN = "_planmap"
"""Name of the hidden sheet that says which version of the plan the workbook came from."""

_LISTS = "_lists"
"""Name of the hidden sheet with what can be chosen: a list in a cell's own rule may have 255 characters at most."""

SPARE_ROWS = 1_000
"""Rows below each table that are free to be filled in and have the same lists."""

HELP_LINES = ("made", "how", "statements", "correct", "tasks", "ids", "days", "back", "conflict")
"""The lines of the sheet that explains the workbook, by their keys."""

TYPEFACE = "Microsoft YaHei"


@dataclass(frozen=True, slots=True)
class Origin:
    """Which plan a workbook came from, and as it then was."""

    plan: str
    """Id of the plan."""
    digest: str
    """Digest of the whole plan."""
    latest: Mapping[str, str]
    """Id of the latest statement about each task that had any."""
    amended: Mapping[str, str]
    """Id of the latest amendment of each task that had any."""


def origin_of(plan: Plan) -> Origin:
    """Return what a workbook of `plan` is to know of it."""
    latest = plan.events.latest
    amended = {task_id: amendments[-1].id for task_id, amendments in plan.amendments_by_task.items()}
    return Origin(plan.info.id, whole_digest(plan)[:16], latest, amended)


def write_book(plan: Plan, target: Path, text: Translation, *, made: datetime) -> None:
    """Write the workbook of `plan` (.xlsx) to `target`; `made` is the time that it says it was made.

    Text is always text: nothing in it is taken for a formula or a link.
    """
    # Imported here, for most of what imports this module writes no workbook.
    import xlsxwriter

    options = {
        # Rows go to the disk as they are written.
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"title": plan.info.title.get(text.language), "created": made.replace(tzinfo=None)})
        sheets = _Sheets(book, plan, text)
        sheets.add_help(made)
        for part in Part:
            sheets.add_table(part)
        sheets.add_lists()
        sheets.add_origin(origin_of(plan))


def book_bytes(plan: Plan, text: Translation, *, made: datetime) -> bytes:
    """Return what `write_book` writes."""
    with tempfile.TemporaryDirectory(prefix="planmap-") as folder:
        target = Path(folder) / "plan.xlsx"
        write_book(plan, target, text, made=made)
        return target.read_bytes()


def rows_of(plan: Plan, part: Part) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as the plan has them."""
    if part is Part.TASKS:
        yield from map(task_row, plan.tasks.values())
    elif part is Part.SITES:
        yield from ({"id": site.id, **site_row(site)} for site in plan.sites.values())
    else:
        for event in plan.events:
            yield {**event_row(event), "attachments": "\n".join(one.name for one in event.attachments)}


class _Sheets:
    """The sheets of one workbook."""

    def __init__(self, book: Any, plan: Plan, text: Translation) -> None:
        self.book = book
        self.plan = plan
        self.text = text
        base = {"font_name": TYPEFACE, "font_size": 10, "valign": "top", "border": 1, "border_color": style.RULE}
        free = base | {"locked": False}
        self.heading = book.add_format(
            base | {"bold": True, "bg_color": style.INTERFACE["card"], "text_wrap": True, "valign": "vcenter"}
        )
        self.formats = {
            Holds.NAME: book.add_format(base | {"num_format": "@", "font_color": style.QUIET}),
            Holds.READING: book.add_format(base | {"num_format": "@", "font_color": style.QUIET, "text_wrap": True}),
            Holds.WORDS: book.add_format(free | {"num_format": "@", "text_wrap": True}),
            Holds.CHOICE: book.add_format(free | {"num_format": "@"}),
            Holds.NUMBER: book.add_format(free),
            Holds.DAY: book.add_format(free | {"num_format": "yyyy-mm-dd", "align": "left"}),
        }
        self.new_id = book.add_format(free | {"num_format": "@"})
        self.words = book.add_format({"font_name": TYPEFACE, "font_size": 11, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({"font_name": TYPEFACE, "font_size": 15, "bold": True})
        self.lists: list[tuple[str, list[str]]] = []

    def add_help(self, made: datetime) -> None:
        """Add the sheet that says what to do."""
        text, sheet = self.text, self.book.add_worksheet(self.text("exchange.help"))
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 100)
        sheet.write_string(0, 0, self.plan.info.title.get(text.language), self.title)
        for number, line in enumerate(HELP_LINES, 2):
            sheet.write_string(number, 0, text(f"exchange-help.{line}", at=made.strftime("%Y-%m-%d %H:%M")), self.words)

    def add_table(self, part: Part) -> None:
        """Add the sheet of a table, with free rows below it."""
        columns, text = COLUMNS[part], self.text
        sheet = self.book.add_worksheet(text(f"exchange-sheet.{part.value}"))
        words = [choices(self.plan, column, text) for column in columns]
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width, self.new_id if part is Part.TASKS else None)
            sheet.write_string(0, number, heading(column, text), self.heading)
        last = 0
        for last, row in enumerate(rows_of(self.plan, part), 1):
            for number, column in enumerate(columns):
                self._write(sheet, last, number, column, self._shown(row, column, words[number]))
        for spare in range(last + 1, last + 1 + SPARE_ROWS):
            for number, column in enumerate(columns):
                # A new task or place gets its id from whoever adds it; a statement gets one when it is recorded.
                named = part is not Part.EVENTS and column.field == "id"
                sheet.write_blank(spare, number, None, self.new_id if named else self.formats[column.holds])
        for number, column in enumerate(columns):
            if column.holds is Holds.CHOICE:
                self._offer(sheet, part, number, column, list(words[number].values()), last + SPARE_ROWS)
        sheet.freeze_panes(1, 2 if part is not Part.EVENTS else 3)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        # Without a password: it keeps ids from being changed by accident.
        sheet.protect("", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True})

    def _offer(self, sheet: Any, part: Part, number: int, column: Column, words: list[str], last: int) -> None:
        from xlsxwriter.utility import xl_col_to_name

        self.lists.append((f"{part.value}.{column.field}", words))
        letter = xl_col_to_name(len(self.lists) - 1)
        sheet.data_validation(
            1,
            number,
            last,
            number,
            {
                "validate": "list",
                "source": f"={_LISTS}!${letter}$2:${letter}${max(len(words), 1) + 1}",
                "error_title": heading(column, self.text)[:32],
                "error_message": self.text("exchange.choose")[:255],
            },
        )

    def _shown(self, row: Mapping[str, Any], column: Column, words: Mapping[str, str]) -> Any:
        if column.field == "task_title":
            task = self.plan.tasks.get(row["task_id"])
            return task.title.get(self.text.language) if task else ""
        value = row.get(column.field)
        if column.holds is Holds.CHOICE:
            return words.get(value, value) if isinstance(value, str) else ""
        if column.holds is Holds.DAY and isinstance(value, str) and value:
            found = DueDate.parse(value)
            return found.last_day if found.day is not None else value
        return value

    def _write(self, sheet: Any, row: int, number: int, column: Column, value: Any) -> None:
        form = self.formats[column.holds]
        if value is None or value == "":
            sheet.write_blank(row, number, None, form)
        elif isinstance(value, date):
            sheet.write_datetime(row, number, datetime.combine(value, datetime.min.time()), form)
        elif isinstance(value, int | float):
            sheet.write_number(row, number, value, form)
        else:
            sheet.write_string(row, number, str(value), form)

    def add_lists(self) -> None:
        """Add the hidden sheet with what can be chosen."""
        sheet = self.book.add_worksheet(_LISTS)
        sheet.very_hidden()
        longest = max((len(words) for _, words in self.lists), default=0)
        # Row by row, as they go to the disk.
        for number, (name, _) in enumerate(self.lists):
            sheet.write_string(0, number, name)
        for row in range(longest):
            for number, (_, words) in enumerate(self.lists):
                if row < len(words):
                    sheet.write_string(row + 1, number, words[row])

    def add_origin(self, origin: Origin) -> None:
        """Add the hidden sheet that says what the workbook came from."""
        sheet = self.book.add_worksheet(HIDDEN)
        sheet.very_hidden()
        rows = [
            ("edition", str(EDITION)),
            ("plan", origin.plan),
            ("digest", origin.digest),
            *((f"latest {task_id}", latest) for task_id, latest in origin.latest.items()),
            *((f"amended {task_id}", latest) for task_id, latest in origin.amended.items()),
        ]
        for number, (key, value) in enumerate(rows):
            sheet.write_string(number, 0, key)
            sheet.write_string(number, 1, value)


def read_origin(rows: list[tuple[str, str]]) -> Origin | None:
    """Return what the hidden sheet with these rows of key and value says; None if it is none of ours."""
    found = dict(rows)
    if found.get("edition") != str(EDITION) or not found.get("plan"):
        return None

    def by_task(start: str) -> dict[str, str]:
        return {key.removeprefix(start): value for key, value in found.items() if key.startswith(start)}

    return Origin(found["plan"], found.get("digest", ""), by_task("latest "), by_task("amended "))
