"""Features as tables: CSV and Excel workbooks, with the geometry as text and the figures of points in columns."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.feature_package import Features
from layers import escape, style
from layers.own.given.features import Given
from layers.own.given.gdal_file import MARK
from layers.own.given.loss import Loss
from layers.own.given.names import free_name
from layers.own.given.values import LARGEST_SURE, plain_values

WKT = "WKT"
X, Y = "x", "y"
LONGEST_CELL = 32_767
"""Characters that Excel takes in one cell."""
MOST_ROWS = 1_048_575
"""Rows of a sheet below its heading."""

_DIGITS = {True: 9, False: 4}
"""Decimals of degrees and of metres: a tenth of a millimetre."""


def write_csv(given: Given, path: Path, encoding: str) -> None:
    """Write CSV with commas, CRLF (RFC 4180) and, in UTF-8, the byte order mark that Excel needs."""
    code = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open("w", encoding=code, errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        heading, rows = _table(given)
        writer.writerow([_csv_cell(cell, given) for cell in heading])
        for row in rows:
            writer.writerow([_csv_cell(cell, given) for cell in row])


def write_workbook(given: Given, path: Path) -> None:
    """Write an Excel workbook. Text is always text: nothing in it is taken for a formula or a link."""
    import xlsxwriter

    options = {
        # Rows leave the memory as they are written.
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(path.parent),
    }
    heading, rows = _table(given)
    with xlsxwriter.Workbook(str(path), options) as book:
        if given.description:
            book.set_properties({"comments": given.description[:LONGEST_CELL]})
        base = {"font_name": "Microsoft YaHei", "font_size": 10}
        bold = book.add_format(base | {"bold": True, "bg_color": style.INTERFACE["card"]})
        formats = {
            "text": book.add_format(base | {"num_format": "@"}),
            "number": book.add_format(base),
            "day": book.add_format(base | {"num_format": "yyyy-mm-dd"}),
        }
        sheet: Any = None
        number = MOST_ROWS
        for row in rows:
            if number >= MOST_ROWS:
                sheet, number = _sheet(book, heading, bold), 0
            number += 1
            for place, cell in enumerate(row):
                if cell is not None:
                    _write_cell(sheet, number, place, cell, formats, given, is_shape=heading[place] is heading[-1])
        if sheet is None:
            _sheet(book, heading, bold)
        given.losses.add(Loss.SHEETS, max(0, len(book.worksheets()) - 1))


def _sheet(book: Any, heading: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.set_column(0, len(heading) - 1, 16)
    for place, name in enumerate(heading):
        sheet.write_string(0, place, name[:LONGEST_CELL], bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _write_cell(
    sheet: Any, row: int, place: int, cell: Any, formats: dict[str, Any], given: Given, *, is_shape: bool
) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(row, place, cell, formats["number"])
    elif isinstance(cell, date):
        if cell.year < 1900:
            # Excel has no earlier days.
            sheet.write_string(row, place, cell.isoformat(), formats["text"])
        else:
            sheet.write_datetime(row, place, datetime.combine(cell, datetime.min.time()), formats["day"])
    elif isinstance(cell, int | float) and abs(cell) <= LARGEST_SURE:
        sheet.write_number(row, place, cell, formats["number"])
    else:
        words = cell if isinstance(cell, str) else str(cell)
        if len(words) > LONGEST_CELL:
            given.losses.add(Loss.LONG if is_shape else Loss.TEXTS)
            # Half a geometry is none.
            words = "" if is_shape else words[:LONGEST_CELL]
        sheet.write_string(row, place, words, formats["text"])


def _table(given: Given) -> tuple[list[str], Iterator[list[Any]]]:
    """Return the headings and the rows: the fields, the system, x and y of points, and the geometry."""
    names = [field.name for field in given.fields]
    added: list[str] = []
    points = given.survey.types == {0}
    for wanted in (MARK, *((X, Y) if points else ()), WKT):
        added.append(free_name(wanted, [*names, *added]))
    return [*names, *added], _rows(given, points=points)


def _rows(given: Given, *, points: bool) -> Iterator[list[Any]]:
    digits = _DIGITS[given.system.degrees]
    for features in given.batches():
        columns = [_column(given, place, features) for place in range(len(given.fields))]
        columns.append([given.system.code] * len(features))
        if points:
            for read in (shapely.get_x, shapely.get_y):
                figures = np.round(read(features.geometries), digits).tolist()
                columns.append([None if math.isnan(each) else each for each in figures])
        # With the heights that a geometry has.
        columns.append(shapely.to_wkt(features.geometries, rounding_precision=digits, trim=True).tolist())
        yield from map(list, zip(*columns, strict=True))


def _column(given: Given, place: int, features: Features) -> list[Any]:
    field = given.fields[place]
    values = plain_values(field, features.values[field.name], given.losses)
    if field.type == "binary":
        given.losses.add(Loss.BINARY, sum(value is not None for value in values), field.name)
        return [None if value is None else value.hex() for value in values]
    return values


def _csv_cell(cell: Any, given: Given) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        guarded = escape.spreadsheet(cell)
        given.losses.add(Loss.GUARDED, int(guarded != cell))
        return guarded
    if isinstance(cell, float):
        # Neither an exponent nor the ending of a whole number.
        return np.format_float_positional(cell, trim="-")
    return str(cell)
