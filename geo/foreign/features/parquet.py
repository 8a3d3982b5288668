"""A GeoParquet file as a source of features, read by pyarrow. Format: GeoParquet 1.1."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import PlanMapError
from geo.foreign.features.source import BATCH, LONGEST_TEXT, MOST_FIELDS, Batch, Field, Layer, stated

MOST_UNPACKED = 16 * 2**30
"""Most bytes that a file says its columns unpack to."""


class ParquetSource:
    """The one layer of a GeoParquet file."""

    def __init__(self, source: Path, name: str) -> None:
        """Take the file.

        Raises
        ------
        PlanMapError
            It is damaged, or no GeoParquet, or its geometry is in another form than WKB.
        """
        self._name = name
        try:
            self._file = pq.ParquetFile(source, memory_map=False, page_checksum_verification=True)
            metadata = self._file.metadata
            geo = json.loads((metadata.metadata or {}).get(b"geo", b"null"))
            self._geometry = geo["primary_column"]
            about = geo["columns"][self._geometry]
            fields = list(self._file.schema_arrow)
            geometry = next(field for field in fields if field.name == self._geometry)
            whole = about["encoding"] == "WKB" and (
                pa.types.is_binary(geometry.type) or pa.types.is_large_binary(geometry.type)
            )
        except (KeyError, TypeError, StopIteration, ValueError, RecursionError) as error:
            if isinstance(error, pa.ArrowInvalid):
                raise self._damaged(error) from error
            raise PlanMapError("vector-parquet", file=name) from error
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error
        if not whole:
            raise PlanMapError("vector-parquet", file=name)
        if len(fields) > MOST_FIELDS:
            raise PlanMapError("vector-fields", file=name, limit=MOST_FIELDS)
        groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
        if sum(group.total_byte_size for group in groups) > MOST_UNPACKED:
            raise PlanMapError("vector-too-large", file=name, limit=MOST_UNPACKED // 2**30)
        # Bounds of each feature are there for whoever reads a part, and follow from the geometry.
        covering = ((about.get("covering") or {}).get("bbox") or {}).get("xmin") or [None]
        self._own = [field for field in fields if field.name not in (self._geometry, covering[0])]
        self._crs = about.get("crs", "format")

    def layers(self) -> list[Layer]:
        """Return the layer."""
        if self._crs == "format":
            crs = stated("EPSG:4326", "format")
        else:
            crs = stated(json.dumps(self._crs)) if self._crs is not None else None
        fields = tuple(Field(field.name, _type(field.type)) for field in self._own)
        encoding = {"name": "utf-8", "found": "format"}
        return [Layer(0, Path(self._name).stem, fields, crs, encoding, self._file.metadata.num_rows)]

    def batches(self, layer: Layer) -> Iterator[Batch]:
        """Yield the rows, numbered from 1."""
        before = 0
        names = [field.name for field in self._own]
        try:
            for batch in self._file.iter_batches(BATCH, columns=[*names, self._geometry], use_threads=False):
                numbers = list(range(before + 1, before + 1 + batch.num_rows))
                columns, bad = [], set[int]()
                for field in self._own:
                    values, undecodable = _values(batch.column(batch.schema.get_field_index(field.name)))
                    columns.append(values)
                    bad.update(numbers[index] for index in undecodable)
                wkb = batch.column(batch.schema.get_field_index(self._geometry)).to_pylist()
                yield Batch(numbers, wkb, columns, sorted(bad))
                before += batch.num_rows
        except (pa.ArrowException, OSError, OverflowError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> PlanMapError:
        return PlanMapError("vector-damaged", file=self._name, reason=str(error)[:150])


def _type(kind: Any) -> str:
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind):
        return "real"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_timestamp(kind):
        return "datetime"
    return "binary" if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) else "text"


def _values(column: Any) -> tuple[list[Any], list[int]]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        found, bad = list[Any](), list[int]()
        plain = pa.binary() if pa.types.is_string(kind) else pa.large_binary()
        for index, value in enumerate(column.cast(plain).to_pylist()):
            text = None if value is None else value.decode("utf-8", "replace")
            if text is not None and "\ufffd" in text:
                bad.append(index)
            if text is not None and len(text) > LONGEST_TEXT:
                raise PlanMapError("vector-text", limit=LONGEST_TEXT // 2**20)
            found.append(text)
        return found, bad
    if pa.types.is_timestamp(kind):
        # Nanoseconds are more than a value of Python holds.
        zoned = kind.tz is not None
        column = column.cast(pa.timestamp("us", tz="UTC" if zoned else None), safe=False)
        return [each and each.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" for each in column.to_pylist()], []
    return [_plain(value) for value in column.to_pylist()], []


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value)
    if value is None or isinstance(value, bool | int | bytes | str):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)
