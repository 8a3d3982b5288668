"""The tables of a workbook or text file from outside, as rows by field, each cell with its place."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.foreign import child
from layers.exchange.book import HIDDEN, Origin, read_origin
from layers.exchange.columns import Part, fields_by_heading
from layers.plan.fault import Fault

LIMITS = child.Limits(memory=2**30, seconds=120, disk=2**30)

LARGEST = 64 * 2**20
"""Bytes of the largest file that is taken."""

HEADINGS_WITHIN = 10
"""Rows at the top of a sheet in which its headings are looked for."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table."""

    place: str
    """Sheet and number of the row, such as `记录 7`."""
    number: int
    """Number of the row, from 1."""
    cells: dict[str, Any]
    """The content by field: text, a number, or a truth; empty cells are left out."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was found in a file."""

    part: Part
    sheet: str
    letters: dict[str, str]
    """The letters of the column of each field."""
    file: Path
    first: int
    """Number of the first row below the headings, from 1."""
    formulas: frozenset[str]
    """Cells that hold a formula, such as `B7`."""

    def lines(self) -> Iterator[Line]:
        """Yield the rows that hold anything, one after the other."""
        columns = {letters_number(letter): name for name, letter in self.letters.items()}
        with self.file.open(encoding="utf-8") as rows:
            for number, row in enumerate(rows, 1):
                if number < self.first:
                    continue
                cells = {
                    columns[place]: value
                    for place, value in enumerate(json.loads(row))
                    if place in columns
                    and value not in (None, "")
                    and not (isinstance(value, str) and not value.strip())
                }
                if cells:
                    yield Line(f"{self.sheet} {number}", number, cells)

    def cell(self, number: int, name: str) -> str:
        """Return the place of a cell, such as `记录!C7`."""
        return f"{self.sheet}!{self.letters[name]}{number}"


@dataclass(frozen=True, slots=True)
class Tables:
    """What a file from outside holds of a plan."""

    tables: tuple[Table, ...]
    origin: Origin | None
    """What it came from; None for a file that PlanMap has not made."""
    notes: tuple[Fault, ...] = field(default=())
    """What has to be known of it: hidden rows, merged cells, sheets and columns that are not read."""


@contextmanager
def opened(path: Path, *, name: str = "") -> Iterator[Tables]:
    """Yield the tables of a workbook (.xlsx) or text file (.csv), which is read in a process of its own.

    `name` is what messages call the file, if not by its own name.

    Raises
    ------
    PlanMapError
        It cannot be read, is too large, or holds no table of a plan.
    """
    name = name or path.name
    try:
        size = path.stat().st_size
    except OSError as error:
        raise PlanMapError("table-missing", file=name) from error
    if size > LARGEST:
        raise PlanMapError("table-too-large", file=name, limit=f"{LARGEST / 2**20:g} MB")
    with tempfile.TemporaryDirectory(prefix="planmap-") as folder:
        target = Path(folder)
        job = {"source": str(path.resolve()), "target": str(target), "name": name}
        found = child.run("foreign.table:read", job, target, limits=LIMITS)
        yield _tables(found["sheets"], target, name)


def _tables(sheets: list[dict[str, Any]], folder: Path, name: str) -> Tables:
    origin: Origin | None = None
    tables: list[Table] = []
    notes: list[Fault] = []
    for sheet in sheets:
        file = folder / sheet["file"]
        if sheet["name"] == HIDDEN:
            origin = read_origin(_pairs(file))
            continue
        table = _table(sheet, file)
        if table is None:
            continue
        if any(other.part is table.part for other in tables):
            raise PlanMapError("table-twice", file=name, sheet=sheet["name"])
        tables.append(table)
        notes += [
            Fault(name, f"{sheet['name']} {row}", "", "hidden-row", {}) for row in sheet["hidden"] if row >= table.first
        ]
        notes += [Fault(name, f"{sheet['name']}!{place}", "", "merged-cells", {}) for place in sheet["merged"]]
    if not tables:
        raise PlanMapError("table-none", file=name)
    return Tables(tuple(tables), origin, tuple(notes))


def _pairs(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8") as rows:
        cells = [json.loads(row) for row in rows]
    return [(str(row[0]), str(row[1])) for row in cells if len(row) > 1]


def _table(sheet: dict[str, Any], file: Path) -> Table | None:
    """Return the table of a sheet, known by its headings; None if it has none."""
    with file.open(encoding="utf-8") as rows:
        top = [json.loads(row) for _, row in zip(range(HEADINGS_WITHIN), rows, strict=False)]
    for number, row in enumerate(top, 1):
        words = [str(cell).strip().casefold() if isinstance(cell, str) else "" for cell in row]
        known = {part: [fields_by_heading(part).get(word, "") for word in words] for part in Part}
        part = max(Part, key=lambda each: len(set(known[each])))
        names = known[part]
        if len(set(names) - {""}) < MOST_TELLING:
            continue
        letters: dict[str, str] = {}
        for place, each in enumerate(names):
            if each:
                letters.setdefault(each, column_letters(place))
        return Table(part, sheet["name"], letters, file, number + 1, frozenset(sheet["formulas"]))
    return None


MOST_TELLING = 3
"""Number of known headings from which a row is taken for the headings of a table."""


def column_letters(number: int) -> str:
    """Return the letters of a column, of which the first is number 0."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(number))


def letters_number(letters: str) -> int:
    """Return the number of a column, of which the first is 0, by its letters."""
    from xlsxwriter.utility import xl_cell_to_rowcol

    return int(xl_cell_to_rowcol(f"{letters}1")[1])
