"""A table with columns of coordinates, or of well-known text, as a source of features."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError

from geo.errors import PlanMapError
from geo.foreign import table
from geo.foreign.features.source import BATCH, MOST_FIELDS, Batch, Field, Layer

_X = ("经度", "lon", "lng", "long", "longitude", "x", "东经", "x坐标", "横坐标", "经度坐标", "point_x", "easting")
_Y = ("纬度", "lat", "latitude", "y", "北纬", "y坐标", "纵坐标", "纬度坐标", "point_y", "northing")
_TEXT = ("wkt", "geometry", "geom", "the_geom", "几何", "坐标串", "图形")

_MOST_HEADER = 50
"""Rows of a sheet among which the one with the names is looked for."""
_MOST_NAMED = 30
"""Columns that an error names."""

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_REAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?")
_WKT = re.compile(r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON)\s*(Z|M|ZM)?\s*(\(|EMPTY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet with what its columns mean."""

    name: str
    path: Path
    header: int
    """How many rows come before the first one with values, that of the names among them."""
    names: list[str]
    kinds: list[str]
    x: int
    y: int
    text: int
    """Numbers of the columns with coordinates, or with well-known text; -1 where there is none."""
    count: int


class TableSource:
    """The sheets of a table that have coordinates."""

    def __init__(
        self, source: Path, folder: Path, name: str, columns: Mapping[str, str], encoding: Mapping[str, Any]
    ) -> None:
        """Take the table, and the names of its columns `x` and `y`, or `wkt`, if somebody has said which they are."""
        job = {"source": str(source), "target": str(folder), "name": name, "wide": True}
        read = table.read(job, lambda share: None)
        self._encoding = dict(encoding)
        found = [_sheet(each, folder / each["file"], columns) for each in read["sheets"]]
        self._sheets = [sheet for sheet in found if sheet is not None]
        if not self._sheets:
            if columns:
                raise _missing([folder / each["file"] for each in read["sheets"]], columns, name)
            raise PlanMapError("vector-columns", file=name)

    def layers(self) -> list[Layer]:
        """Return the sheets with coordinates."""
        return [
            Layer(
                index=index,
                name=sheet.name,
                fields=tuple(
                    Field(name, kind)
                    for number, (name, kind) in enumerate(zip(sheet.names, sheet.kinds, strict=True))
                    if number != sheet.text
                ),
                crs=None,
                encoding=self._encoding,
                count=sheet.count,
                notes=(
                    {
                        "note": "columns",
                        "names": [sheet.names[each] for each in (sheet.text, sheet.x, sheet.y) if each >= 0],
                    },
                ),
            )
            for index, sheet in enumerate(self._sheets)
        ]

    def batches(self, layer: Layer) -> Iterator[Batch]:
        """Yield the rows of a sheet, with the numbers that they have there."""
        sheet = self._sheets[layer.index]
        with sheet.path.open(encoding="utf-8") as lines:
            rows = islice(enumerate(map(json.loads, lines), 1), sheet.header, None)
            filled = ((number, row) for number, row in rows if any(each not in (None, "") for each in row))
            while part := list(islice(filled, BATCH)):
                cells = [[*row, *[None] * (len(sheet.names) - len(row))] for _, row in part]
                columns = [
                    [_value(row[number], kind) for row in cells]
                    for number, kind in enumerate(sheet.kinds)
                    if number != sheet.text
                ]
                yield Batch([number for number, _ in part], [_wkb(row, sheet) for row in cells], columns)


def _sheet(read: Mapping[str, Any], path: Path, wanted: Mapping[str, str]) -> _Sheet | None:
    with path.open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        names, header = list[str](), 0
        for row in islice(rows, _MOST_HEADER):
            header += 1
            names = [_name(cell, number) for number, cell in enumerate(row, 1)]
            x, y, text = _meant(names, wanted)
            if text >= 0 or (x >= 0 and y >= 0):
                break
        else:
            return None
        if len(names) > MOST_FIELDS:
            raise PlanMapError("vector-fields", file=path.name, limit=MOST_FIELDS)
        kinds, count = [set[str]() for _ in names], 0
        for row in rows:
            count += 1
            if len(row) > len(kinds):
                names.extend(_name(None, number) for number in range(len(kinds) + 1, len(row) + 1))
                kinds.extend(set() for _ in range(len(row) - len(kinds)))
            for cell, seen in zip(row, kinds, strict=False):
                seen.add(_kind(cell))
    own = [_joined(seen) for seen in kinds]
    if text >= 0:
        x = y = -1
    return _Sheet(str(read["name"]), path, header, names, own, x, y, text, count)


def _missing(sheets: Sequence[Path], wanted: Mapping[str, str], file: str) -> PlanMapError:
    """Return the error that names which of the columns somebody has named are not there, and which columns are."""
    heads = []
    for path in sheets:
        with path.open(encoding="utf-8") as lines:
            rows = [list(map(_heading, json.loads(line))) for line in islice(lines, _MOST_HEADER)]
        # The names stand where the most of the wanted ones do; a title alone in its row is none.
        heads += [(sum(map(_is_wanted(wanted), row)), len(list(filter(None, row))) > 1, row) for row in rows]
    head = max(heads, key=lambda each: each[:2], default=(0, False, []))[2]
    there = {name.lower() for name in head}
    gone = [name for name in wanted.values() if name.strip().lower() not in there]
    near = "、".join(filter(None, head[:_MOST_NAMED])) + ("…" if len(head) > _MOST_NAMED else "")
    return PlanMapError("vector-column", columns="、".join(gone), file=file, near=near or "-")


def _is_wanted(wanted: Mapping[str, str]) -> Callable[[str], bool]:
    plain = {name.strip().lower() for name in wanted.values()}
    return lambda name: name.lower() in plain


def _heading(cell: Any) -> str:
    return "" if cell is None or isinstance(cell, dict) else str(cell).strip()


def _meant(names: Sequence[str], wanted: Mapping[str, str]) -> tuple[int, int, int]:
    plain = [name.strip().lower() for name in names]

    def place(key: str, known: Sequence[str]) -> int:
        options = [wanted[key].strip().lower()] if wanted.get(key) else [] if wanted else known
        return next((plain.index(option) for option in options if option in plain), -1)

    return place("x", _X), place("y", _Y), place("wkt", _TEXT)


def _name(cell: Any, number: int) -> str:
    return _heading(cell)[:200] or f"field_{number}"


def _kind(cell: Any) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "boolean"
    if isinstance(cell, int):
        return "integer"
    if isinstance(cell, float):
        return "integer" if cell.is_integer() and abs(cell) < 2**53 else "real"
    if isinstance(cell, dict):
        return "date"
    # A number with a zero before it, or with a plus sign, is a name: a number would not give it back.
    if _INTEGER.fullmatch(cell):
        return "integer"
    return "real" if _REAL.fullmatch(cell) and len(cell) < 18 else "text"


def _joined(seen: set[str]) -> str:
    kinds = seen - {""}
    if len(kinds) == 1:
        return next(iter(kinds))
    return "real" if kinds == {"integer", "real"} else "text"


def _value(cell: Any, kind: str) -> Any:
    if cell is None or cell == "":
        return None
    if isinstance(cell, dict):
        return cell["day"]
    if kind == "integer":
        return int(cell)
    if kind == "real":
        return float(cell)
    if kind == "boolean":
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell if isinstance(cell, str) else str(cell)


def _wkb(row: Sequence[Any], sheet: _Sheet) -> bytes | None:
    """Return a geometry; None where the cells are empty, and empty bytes where they say something else."""
    if sheet.text >= 0:
        text = row[sheet.text]
        if text in (None, ""):
            return None
        if not isinstance(text, str) or not _WKT.match(text):
            return b""
        try:
            made: bytes = shapely.to_wkb(shapely.from_wkt(text.rpartition(";")[2]), flavor="iso")
        except (ShapelyError, ValueError, NotImplementedError):
            return b""
        return made
    x, y = row[sheet.x], row[sheet.y]
    if x in (None, "") and y in (None, ""):
        return None
    try:
        position = float(x), float(y)
    except (TypeError, ValueError):
        return b""
    if not all(map(math.isfinite, position)):
        return b""
    point: bytes = shapely.to_wkb(shapely.Point(*position))
    return point
