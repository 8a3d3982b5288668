"""A folder of GeoParquet files as one layer: fields by their names, whatever files they are in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyproj

from geo.errors import PlanMapError
from geo.foreign.features.parquet import ParquetSource
from geo.foreign.features.source import MOST_FIELDS, Batch, Field, Layer
from geo.foreign.parquet_folder import parquet_files, partition_of

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    shown: str
    fields: tuple[Field, ...]
    values: dict[str, Any]
    """What the names of its folders say."""


class ParquetFolder:
    """The one layer of a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        """Take the folder.

        Raises
        ------
        PlanMapError
            It has no such files, or one of them is damaged, or they are in several reference systems.
        """
        self._name = name
        self._files: list[_File] = []
        count, first = 0, None
        for path in parquet_files(folder):
            shown = path.relative_to(folder).as_posix()
            [layer] = ParquetSource(path, shown).layers()
            if first is None:
                first = layer
            elif not _is_same(first.crs, layer.crs):
                raise PlanMapError("parquet-systems", folder=name, first=self._files[0].shown, other=shown)
            count += layer.count or 0
            self._files.append(_File(path, shown, layer.fields, partition_of(path, folder)))
        if first is None:
            raise PlanMapError("parquet-none", folder=name)
        in_files = _joined(self._files)
        in_names = _of_folders(self._files, {field.name for field in in_files})
        self._fields = (*in_files, *in_names)
        if len(self._fields) > MOST_FIELDS:
            raise PlanMapError("vector-fields", file=name, limit=MOST_FIELDS)
        self._layer = replace(
            first, name=name, fields=self._fields, count=count, notes=tuple(self._notes(in_files, in_names))
        )

    def layers(self) -> list[Layer]:
        """Return the layer."""
        return [self._layer]

    def batches(self, layer: Layer) -> Iterator[Batch]:
        """Yield the rows of all files, one file after the other, numbered from 1."""
        before = 0
        for file in self._files:
            source = ParquetSource(file.path, file.shown)
            [own] = source.layers()
            if own.fields != file.fields:
                # Somebody writes in it right now.
                raise PlanMapError("vector-damaged", file=file.shown, reason="changed while it was read")
            at = {field.name: index for index, field in enumerate(own.fields)}
            for batch in source.batches(own):
                columns = []
                for field in self._fields:
                    if field.name in at:
                        kind = own.fields[at[field.name]].type
                        columns.append(_as(batch.columns[at[field.name]], kind, field.type))
                    else:
                        value = file.values.get(field.name)
                        columns.append(_as([value], "text", field.type) * len(batch.numbers))
                yield Batch(
                    [before + number for number in batch.numbers],
                    batch.wkb,
                    columns,
                    [before + number for number in batch.undecodable],
                )
            before += own.count or 0

    def _notes(self, in_files: tuple[Field, ...], in_names: tuple[Field, ...]) -> Iterator[dict[str, Any]]:
        yield {"note": "files", "count": len(self._files)}
        if in_names:
            yield {"note": "partitions", "names": [field.name for field in in_names]}
        own = [{field.name: field.type for field in file.fields} for file in self._files]
        lacking = [field.name for field in in_files if not all(field.name in each for each in own)]
        if lacking:
            yield {"note": "not-everywhere", "names": lacking}
        differing = [field.name for field in in_files if len({each.get(field.name, field.type) for each in own}) > 1]
        if differing:
            yield {"note": "several-types", "names": differing}


def _is_same(one: dict[str, Any] | None, other: dict[str, Any] | None) -> bool:
    if one is None or other is None:
        return one is other
    if one["understood"] and other["understood"]:
        # The longitude is first in all of them, whatever the definition says.
        return bool(pyproj.CRS.from_wkt(one["wkt"]).equals(pyproj.CRS.from_wkt(other["wkt"]), ignore_axis_order=True))
    return bool(one["wkt"] == other["wkt"])


def _joined(files: list[_File]) -> tuple[Field, ...]:
    types: dict[str, set[str]] = {}
    for file in files:
        for field in file.fields:
            types.setdefault(field.name, set()).add(field.type)
    return tuple(Field(name, _widest(kinds)) for name, kinds in types.items())


def _of_folders(files: list[_File], taken: set[str]) -> tuple[Field, ...]:
    names = dict.fromkeys(name for file in files for name in file.values if name not in taken)
    found = []
    for name in names:
        values = [file.values.get(name) for file in files]
        whole = all(value is None or _INTEGER.fullmatch(value) for value in values) and any(values)
        found.append(Field(name, "integer" if whole else "text"))
    return tuple(found)


def _widest(kinds: set[str]) -> str:
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds <= {"integer", "real"}:
        return "real"
    return "datetime" if kinds == {"date", "datetime"} else "text"


def _as(values: list[Any], kind: str, wanted: str) -> list[Any]:
    """Return values of one type as another one that holds them all."""
    if kind == wanted:
        return values
    if wanted == "integer":
        return [None if value is None else int(value) for value in values]
    if wanted == "real":
        return [None if value is None else float(value) for value in values]
    if wanted == "datetime":
        return [None if value is None else f"{value}T00:00:00.000Z" for value in values]
    return [_text(value) for value in values]


def _text(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.17g}" if isinstance(value, float) else str(value)
