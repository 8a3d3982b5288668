"""A workbook as somebody has changed it: read and written anew, as other programs do it, with every sheet."""

from pathlib import Path

import python_calamine
import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name


class Edited:
    """The sheets of a workbook as lists of rows, to be changed and written anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            self.sheets = {
                name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
            }
        self.formulas: dict[tuple[str, str], str] = {}
        self.hidden: list[tuple[str, int]] = []
        self.merged: list[tuple[str, str]] = []

    def put(self, sheet: str, heading: str, number: int, value: object) -> str:
        """Put `value` into the row `number` (from 1) of the column with that heading; return the cell, such as `C7`."""
        rows = self.sheets[sheet]
        column = rows[0].index(heading)
        while len(rows) < number:
            rows.append([""] * len(rows[0]))
        rows[number - 1] = [*rows[number - 1], *[""] * (len(rows[0]) - len(rows[number - 1]))]
        rows[number - 1][column] = value
        return f"{xl_col_to_name(column)}{number}"

    def last(self, sheet: str) -> int:
        """Number of the last row that holds anything."""
        rows = self.sheets[sheet]
        return max(number for number, row in enumerate(rows, 1) if any(cell != "" for cell in row))

    def add(self, sheet: str, cells: dict[str, object]) -> int:
        """Add a row below the others and return its number."""
        number = self.last(sheet) + 1
        for heading, value in cells.items():
            self.put(sheet, heading, number, value)
        return number

    def save(self, path: Path | None = None) -> Path:
        """Write it, in the place of what was read if no other is given."""
        target = path or self.path
        with xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            days = book.add_format({"num_format": "yyyy-mm-dd"})
            for name, rows in self.sheets.items():
                sheet = book.add_worksheet(name)
                for at, row in enumerate(rows):
                    for column, value in enumerate(row):
                        if value == "":
                            continue
                        if hasattr(value, "year"):
                            sheet.write_datetime(at, column, value, days)
                        else:
                            sheet.write(at, column, value)
                for (where, cell), formula in self.formulas.items():
                    if where == name:
                        sheet.write_formula(*xl_cell_to_rowcol(cell), formula, None, 5)
                for where, number in self.hidden:
                    if where == name:
                        sheet.set_row(number - 1, None, None, {"hidden": True})
                for where, cells in self.merged:
                    if where == name:
                        sheet.merge_range(cells, "")
        return target
