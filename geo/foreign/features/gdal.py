"""A file that GDAL reads as a source of features; in a child process whose GDAL has no driver but the one for it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyogrio.raw

from geo.errors import PlanMapError
from geo.foreign.features.encoding import cut
from geo.foreign.features.source import (
    BATCH,
    LONGEST_TEXT,
    MOST_FIELDS,
    MOST_LAYERS,
    Batch,
    Field,
    Layer,
    stated,
)
from geo.foreign.vector_kind import DRIVERS, VectorKind

_BY_FORMAT = frozenset({VectorKind.GEOJSON, VectorKind.SEQUENCE, VectorKind.KML, VectorKind.KMZ, VectorKind.GPX})
"""Kinds whose positions are in WGS 84 by their standard, if the file says nothing else."""

_RAW = "ISO-8859-1"
"""Every byte is a letter of it, so that text in any encoding comes through GDAL whole."""


class GdalSource:
    """The layers of one or several files that are read with one driver."""

    def __init__(
        self,
        kind: VectorKind,
        paths: dict[str, Path],
        encodings: dict[str, dict[str, Any]],
        name: str,
        says_crs: Callable[[Path], bool] = lambda path: False,
        notes: tuple[dict[str, Any], ...] = (),
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        """Take the files of one kind by the names that they are shown by, and the encoding of each.

        `aliases` has the names of fields by those that they have for GDAL.
        """
        self._kind, self._name, self._encodings = kind, name, encodings
        self._says_crs, self._notes, self._aliases = says_crs, notes, aliases or {}
        self._places: list[tuple[Path, str, int]] = []
        self._types: list[list[str]] = []
        allowed = {DRIVERS[kind], "MEM", "Memory", "PGDUMP", "PDF"}
        if not set(pyogrio.list_drivers(read=True)) <= allowed:
            raise RuntimeError("GDAL has drivers that it was to be without")
        pyogrio.set_gdal_config_options(
            {
                "SHAPE_RESTORE_SHX": "YES",
                "DXF_ENCODING": "UTF-8",
                # Its own way into Arrow is wrong where a feature has no geometry.
                "OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES",
            }
        )
        for shown, path in paths.items():
            listed = self._guarded(partial(pyogrio.list_layers, path))
            self._places.extend((path, shown, index) for index in range(len(listed)))
        if len(self._places) > MOST_LAYERS:
            raise PlanMapError("vector-layers", file=name, limit=MOST_LAYERS)

    def layers(self) -> list[Layer]:
        """Return the layers of all files; what is in no layer of any is not looked for."""
        return [self._layer(number) for number in range(len(self._places))]

    def batches(self, layer: Layer) -> Iterator[Batch]:
        """Yield the features of a layer, with the numbers that GDAL gives them."""
        path, _, index = self._places[layer.index]
        code = layer.encoding["name"] if self._is_raw() else "utf-8"
        try:
            with pyogrio.raw.open_arrow(
                path,
                layer=index,
                encoding=_RAW if self._is_raw() else None,
                return_fids=True,
                batch_size=BATCH,
                use_pyarrow=True,
                datetime_as_string=True,
            ) as (meta, reader):
                for batch in reader:
                    yield _batch(batch, meta, layer.fields, code, raw=self._is_raw())
        except (PlanMapError, MemoryError):
            raise
        except Exception as error:
            # Whatever a damaged file makes the libraries say.
            raise self._damaged(error) from error

    def _layer(self, number: int) -> Layer:
        path, shown, index = self._places[number]
        encoding = self._encodings[shown]
        arguments = {"layer": index, "encoding": _RAW if self._is_raw() else None}
        info = self._guarded(lambda: pyogrio.read_info(path, **arguments))
        if len(info["fields"]) > MOST_FIELDS:
            raise PlanMapError("vector-fields", file=self._name, limit=MOST_FIELDS)
        names = [_text(str(name), encoding["name"], raw=self._is_raw())[0] for name in info["fields"]]
        names = [self._aliases.get(name, name) for name in names]
        types = [_type(*each) for each in zip(info["ogr_types"], info["ogr_subtypes"], strict=True)]
        crs = stated(info["crs"])
        # GDAL says the same of a file that names WGS 84 and of one that names nothing; another one is always named.
        unsaid = crs is None or crs["epsg"] == 4326
        if self._kind in _BY_FORMAT and unsaid and not self._says_crs(path):
            crs = stated("EPSG:4326", "format")
        return Layer(
            index=number,
            # Where the file names no layer, GDAL takes the name that we have given to the file.
            name=shown if self._is_raw() or info["layer_name"] == path.stem else str(info["layer_name"]),
            fields=tuple(Field(*each) for each in zip(names, types, strict=True)),
            crs=crs,
            encoding=encoding,
            count=info["features"] if info["features"] >= 0 else None,
            notes=self._notes if number == 0 else (),
        )

    def _is_raw(self) -> bool:
        return DRIVERS[self._kind] == "ESRI Shapefile"

    def _guarded(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except MemoryError:
            raise
        except Exception as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> PlanMapError:
        # GDAL names the file as it is called on this machine.
        reason = str(error).replace(str(Path.cwd()), "")[:200] or type(error).__name__
        return PlanMapError("vector-damaged", file=self._name, reason=reason)


def _type(kind: str, subtype: str) -> str:
    if subtype == "OFSTBoolean":
        return "boolean"
    return {
        "OFTInteger": "integer",
        "OFTInteger64": "integer",
        "OFTReal": "real",
        "OFTDate": "date",
        "OFTDateTime": "datetime",
        "OFTBinary": "binary",
    }.get(kind, "text")


def _batch(batch: Any, meta: dict[str, Any], fields: tuple[Field, ...], code: str, *, raw: bool) -> Batch:
    names = batch.schema.names
    geometry = meta["geometry_name"] or "wkb_geometry"
    at = next((place for place in reversed(range(len(names))) if names[place] == geometry), None)
    numbers = batch.column(0).to_pylist()
    wkb = batch.column(at).to_pylist() if at is not None else [None] * len(numbers)
    bad: set[int] = set()
    columns = []
    # Beside the number of a feature and its geometry, there are its fields in their order.
    own = [place for place in range(1, len(names)) if place != at]
    for place, field in zip(own, fields, strict=True):
        values, undecodable = _values(batch.column(place), field, code, raw=raw)
        columns.append(values)
        bad.update(numbers[index] for index in undecodable)
    return Batch(numbers, wkb, columns, sorted(bad))


def _values(column: Any, field: Field, code: str, *, raw: bool) -> tuple[list[Any], list[int]]:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _texts(
            column.cast(pa.binary() if pa.types.is_string(kind) else pa.large_binary()).to_pylist(), field, code, raw
        )
    if pa.types.is_floating(kind):
        numbers = np.asarray(column.to_numpy(zero_copy_only=False), dtype=float)
        return [each if math.isfinite(each) else None for each in numbers.tolist()], []
    values = column.to_pylist()
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_binary(kind) or pa.types.is_null(kind):
        return values, []
    return [_plain(each) for each in values], []


def _texts(values: list[bytes | None], field: Field, code: str, raw: bool) -> tuple[list[Any], list[int]]:
    found, bad = list[Any](), list[int]()
    for index, value in enumerate(values):
        if value is None:
            found.append(None)
            continue
        if len(value) > LONGEST_TEXT:
            raise PlanMapError("vector-text", limit=LONGEST_TEXT // 2**20)
        text, whole = (value.decode("ascii"), True) if value.isascii() else _decoded(value, code, raw=raw)
        if not whole:
            bad.append(index)
        found.append(_time(text) if field.type == "datetime" else text)
    return found, bad


def _decoded(value: bytes, code: str, *, raw: bool) -> tuple[str, bool]:
    text, whole = cut(value, "utf-8")
    return _text(text, code, raw=True) if raw and whole else (text, whole)


def _text(text: str, code: str, *, raw: bool) -> tuple[str, bool]:
    """Return text whose letters are the bytes of another encoding, and whether it is text in that one."""
    if not raw or text.isascii():
        return text, True
    try:
        return cut(text.encode("latin-1"), code)
    except UnicodeEncodeError:
        return text, False


def _time(text: str) -> str:
    """Return a time as GeoPackage has it; what GDAL writes is that, but for the space before the hour."""
    return text.replace("/", "-").replace(" ", "T", 1)


def _plain(value: Any) -> Any:
    if value is None:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)
