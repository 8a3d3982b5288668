"""A GeoPackage as a source of features, read by SQLite alone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import islice
from typing import Any

from geo.errors import GeometryError, PlanMapError
from geo.foreign.features.source import BATCH, LONGEST_TEXT, Batch, Field, Layer, stated
from geo.foreign.package import Layer as Table
from geo.foreign.package import Package
from geo.geopackage import read_blob

_TYPES = (
    (re.compile(r"BOOL"), "boolean"),
    (re.compile(r"(TINY|SMALL|MEDIUM|BIG)?INT(EGER)?"), "integer"),
    (re.compile(r"REAL|FLOAT|DOUBLE.*|NUMERIC.*|DECIMAL.*"), "real"),
    (re.compile(r"DATETIME|TIMESTAMP"), "datetime"),
    (re.compile(r"DATE"), "date"),
    (re.compile(r"BLOB"), "binary"),
)


class PackageSource:
    """The layers of a GeoPackage."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._tables: list[Table] = package.layers()

    def layers(self) -> list[Layer]:
        """Return the layers that are ordinary tables; the first one has a note of the others."""
        left = sorted(set(self._package.names()) - {table.table for table in self._tables})
        notes = ({"note": "views", "names": left[:20]},) if left else ()
        return [
            Layer(
                index=index,
                name=table.table,
                fields=tuple(Field(name, _type(declared)) for name, declared, key in self._columns(table) if not key),
                crs=self._crs(table),
                encoding={"name": "utf-8", "found": "format"},
                count=self._package.count(table),
                notes=notes if index == 0 else (),
            )
            for index, table in enumerate(self._tables)
        ]

    def batches(self, layer: Layer) -> Iterator[Batch]:
        """Yield the rows of a layer, with the numbers that they have in the file."""
        table = self._tables[layer.index]
        columns = self._columns(table)
        keys = [name for name, _, key in columns if key]
        names = [name for name, _, key in columns if not key]
        cursor = self._package.whole(table, [*names, *keys])
        before = 0
        while rows := list(islice(cursor, BATCH)):
            numbers = [
                row[-1] if keys and isinstance(row[-1], int) else before + place for place, row in enumerate(rows, 1)
            ]
            values = list(zip(*rows, strict=True))[1 : 1 + len(names)]
            undecodable = [
                number
                for number, row in zip(numbers, rows, strict=True)
                if any(map(_is_replaced, row[1 : 1 + len(names)]))
            ]
            made = [
                [_value(each, field.type) for each in column]
                for column, field in zip(values, layer.fields, strict=True)
            ]
            yield Batch(numbers, [_wkb(row[0]) for row in rows], made, undecodable)
            before += len(rows)

    def _columns(self, table: Table) -> list[tuple[str, str, bool]]:
        return self._package.columns(table)

    def _crs(self, table: Table) -> dict[str, Any] | None:
        if table.srs in ("0", "-1"):
            return None
        crs, name = self._package.system(table)
        return stated(crs if crs is not None else name, name=name)


def _type(declared: str) -> str:
    plain = declared.upper().split("(")[0].strip()
    return next((name for pattern, name in _TYPES if pattern.match(plain)), "text")


def _wkb(value: object) -> bytes | None:
    if value is None:
        return None
    try:
        return read_blob(value).wkb
    except GeometryError:
        return b""


def _is_replaced(value: object) -> bool:
    return isinstance(value, str) and "\ufffd" in value


def _value(value: Any, kind: str) -> Any:
    """Return a value as its column takes it; SQLite lets a file have any value in any column."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str | bytes) and len(value) > LONGEST_TEXT:
        raise PlanMapError("vector-text", limit=LONGEST_TEXT // 2**20)
    if kind == "date" and isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value).isoformat()
    return value
