"""Tables from outside, a workbook (.xlsx) or text with commas, as lines of plain values; in a child process only."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from lxml import etree

from geo.errors import PlanMapError

MOST_PARTS = 1_000
"""Most parts of a file."""

MOST_UNPACKED = 512 * 2**20
"""Most bytes that the parts of a file unpack to."""

MOST_SHEETS = 50
MOST_COLUMNS = 200
MOST_ROWS = 250_000
"""Most sheets of a file, and columns and rows of a sheet, that are read."""

MOST_NAMED = 1_000
"""Most cells with formulas, hidden rows and merged ranges that are named."""

LONGEST = 32_767
"""Characters of a cell; Excel itself takes no more."""


class Size(NamedTuple):
    """How much of a row is read."""

    columns: int
    longest: int
    """Characters of a cell."""


PLAIN = Size(MOST_COLUMNS, LONGEST)
WIDE = Size(501, 16 * 2**20)
"""For tables of geometries: text can hold whole ones, and who reads them says if there are too many columns."""

_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
"""How parts are parsed: nothing outside them is read, and nothing in them grows."""

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_CODES = ("utf-8-sig", "gb18030")
"""The encodings of text that are tried: UTF-8, and what Excel writes on a Chinese machine."""


def read(job: Mapping[str, Any], progress: Callable[[float], None]) -> dict[str, Any]:
    """Write each sheet of the file `source` as lines of JSON to the folder `target`, and return what sheets there are.

    `name` is what errors call the file, `wide` asks for all that a table of geometries has. A line is a list of the
    cells of a row: text, number, truth, null, or
    `{"day": "2024-06-30"}`. Of a sheet the answer has `name`, `file`, `rows`, the 1-based numbers of `hidden` rows, the
    cells with `formulas` such as `B7`, and `merged` ranges such as `A1:B2`.

    Raises
    ------
    PlanMapError
        It is no such file, is damaged or encrypted, unpacks to too much, or holds macros.
    """
    source, target, name = Path(job["source"]), Path(job["target"]), job["name"]
    size = WIDE if job.get("wide") else PLAIN
    try:
        reader = _book if zipfile.is_zipfile(source) else _text
        sheets = list(reader(source, target, name, size))
    except (PlanMapError, MemoryError):
        raise
    except Exception as error:
        # Whatever a damaged file makes the libraries say.
        raise PlanMapError("table-unreadable", file=name) from error
    progress(1.0)
    return {"sheets": sheets}


def _text(source: Path, target: Path, name: str, size: Size) -> Iterator[dict[str, Any]]:
    data = source.read_bytes()
    if b"\x00" in data:
        raise PlanMapError("table-kind", file=name)
    text = ""
    for code in _CODES:
        try:
            text = data.decode(code)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise PlanMapError("table-kind", file=name)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(size.longest * 4)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    with (target / "0.jsonl").open("w", encoding="utf-8") as lines:
        count = _write(lines, rows, name, size)
    yield {"name": Path(name).stem, "file": "0.jsonl", "rows": count, "hidden": [], "formulas": [], "merged": []}


def _book(source: Path, target: Path, name: str, size: Size) -> Iterator[dict[str, Any]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum
    from xlsxwriter.utility import xl_rowcol_to_cell

    paths = _checked(source, name)
    with CalamineWorkbook.from_path(str(source)) as book:
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
        if len(sheets) > MOST_SHEETS:
            raise PlanMapError("table-too-large", file=name, limit=MOST_SHEETS)
        for number, meta in enumerate(sheets):
            sheet = book.get_sheet_by_name(meta.name)
            file = f"{number}.jsonl"
            with (target / file).open("w", encoding="utf-8") as lines:
                # From the first row and column on, so that places are those of the file.
                count = _write(lines, _from_the_start(sheet), name, size)
            merged = [
                f"{xl_rowcol_to_cell(*start)}:{xl_rowcol_to_cell(*end)}"
                for start, end in (sheet.merged_cell_ranges or [])[:MOST_NAMED]
            ]
            hidden, formulas = _looked_over(source, paths.get(meta.name, ""))
            yield {
                "name": meta.name,
                "file": file,
                "rows": count,
                "hidden": hidden,
                "formulas": formulas,
                "merged": merged,
            }


def _from_the_start(sheet: Any) -> Iterator[list[Any]]:
    start = sheet.start or (0, 0)
    yield from ([] for _ in range(min(start[0], MOST_ROWS)))
    for row in sheet.iter_rows():
        yield [None] * start[1] + list(row)


def _checked(source: Path, name: str) -> dict[str, str]:
    """Return the part of each sheet by its name, once the file is known to be bearable."""
    with zipfile.ZipFile(source) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise PlanMapError("table-too-large", file=name, limit=f"{MOST_UNPACKED / 2**20:g} MB")
        names = {entry.filename for entry in entries}
        if "xl/workbook.xml" not in names:
            raise PlanMapError("table-kind", file=name)
        if any("vbaProject" in entry for entry in names):
            raise PlanMapError("table-macros", file=name)
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")):
                with archive.open(entry) as part:
                    # Nothing of Office writes one; entities can unpack to gigabytes, or name other files.
                    if any(mark in _head(part) for mark in _DOCTYPES):
                        raise PlanMapError("table-unreadable", file=name)
        return _sheet_parts(archive)


def _head(part: IO[bytes]) -> bytes:
    """Return a part up to its first element, before which a document type would stand."""
    head = b""
    while block := part.read(4096):
        head += block
        # The first "<" that is followed by a letter; in UTF-16 every other byte is zero.
        if re.search(rb"<\x00?[A-Za-z]", head) or len(head) > 2**20:
            break
    return head


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    def root(part: str) -> Any:
        return etree.fromstring(archive.read(part), etree.XMLParser(**_SAFE))

    targets = {each.attrib["Id"]: each.attrib["Target"] for each in root("xl/_rels/workbook.xml.rels")}
    found = {}
    for each in root("xl/workbook.xml").iter(etree.Element):
        if each.tag.endswith("}sheet"):
            key = next((value for name, value in each.attrib.items() if name.endswith("}id")), "")
            part = targets.get(key, "").lstrip("/")
            found[each.attrib.get("name", "")] = part if part.startswith("xl/") else f"xl/{part}"
    return found


def _looked_over(source: Path, part: str) -> tuple[list[int], list[str]]:
    """Return the numbers of hidden rows of a sheet and its cells with formulas, which the values do not tell."""
    hidden: list[int] = []
    formulas: list[str] = []
    with zipfile.ZipFile(source) as archive:
        if part not in archive.namelist():
            return hidden, formulas
        row = cell = ""
        with archive.open(part) as stream:
            try:
                for event, element in etree.iterparse(stream, events=("start", "end"), **_SAFE):
                    tag = element.tag.rpartition("}")[2]
                    if event == "start" and tag == "row":
                        row = element.attrib.get("r", "")
                        if element.attrib.get("hidden") in ("1", "true") and row.isdigit() and len(hidden) < MOST_NAMED:
                            hidden.append(int(row))
                    elif event == "start" and tag == "c":
                        cell = element.attrib.get("r", "")
                    elif event == "start" and tag == "f" and _CELL.fullmatch(cell) and len(formulas) < MOST_NAMED:
                        formulas.append(cell)
                    elif event == "end" and tag == "row":
                        element.clear()
            except etree.XMLSyntaxError as error:
                raise PlanMapError("table-unreadable", file=source.name) from error
    return hidden, formulas


def _write(lines: IO[str], rows: Iterator[list[Any]], name: str, size: Size) -> int:
    count = 0
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise PlanMapError("table-too-large", file=name, limit=MOST_ROWS)
        cells = [_plain(cell, size.longest) for cell in row[: size.columns]]
        while cells and cells[-1] in (None, ""):
            cells.pop()
        lines.write(json.dumps(cells, ensure_ascii=False, allow_nan=False) + "\n")
    return count


def _plain(cell: Any, longest: int) -> Any:
    if isinstance(cell, datetime):
        return {"day": cell.date().isoformat()} if cell.time() == datetime.min.time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    if isinstance(cell, str):
        return cell[:longest]
    if isinstance(cell, float) and not math.isfinite(cell):
        return str(cell)
    return cell if cell is None or isinstance(cell, bool | int | float) else str(cell)
