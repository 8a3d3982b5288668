"""Features as files that GDAL writes: GeoPackage, GeoJSON, Shapefile and KML, some at a time."""

from __future__ import annotations

import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from geo.crs import WGS84
from geo.errors import PlanMapError
from geo.feature_package import Features
from layers.own.given.features import Given
from layers.own.given.loss import Loss
from layers.own.given.names import cut_to, free_name, short_names
from layers.own.given.values import count_large, hexadecimal, legible, plain_values
from layers.own.own_layer import LayerField, text_fields

GEOMETRY = "geom"
PACKAGE = {"VERSION": "1.3"}
"""The version of GeoPackage: older programs warn of a later one."""
DBF_TEXT = 254
"""Bytes of the longest text in a Shapefile."""
DBF_FIELDS = 255
"""Most fields of a Shapefile."""
MARK = "crs"
"""The field that says in which system a feature is, where nothing else in the file can."""

_ARROW = {
    "integer": pa.int64(),
    "real": pa.float64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
}
_NAMES = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_MULTI = {0: 4, 1: 5, 3: 6}
"""The type of many for that of one, by their numbers in Shapely."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a file: the field that it is of, its name there, and what its values become."""

    field: LayerField
    name: str
    type: str
    """As in `LayerField`."""


def write_package(given: Given, path: Path, table: str, title: str = "") -> str:
    """Write a table of a GeoPackage, called `title` in its contents, in addition to those that are there.

    The name of its column of geometries is returned.
    """
    # A layer of single and of multiple geometries is one kind of layer to other programs if all are multiple.
    types = given.survey.types
    single = {number for number in types if _MULTI.get(number) in types}
    multi = len(types - single) == 1 and len(types) == 2
    names = free_name(GEOMETRY, [field.name for field in given.fields])
    number = free_name("fid", [*(field.name for field in given.fields), names])
    options = {"FID": number, "GEOMETRY_NAME": names, "SPATIAL_INDEX": "YES", "IDENTIFIER": title or table}
    if given.description:
        options["DESCRIPTION"] = given.description
    columns = _marked(given, [_Column(field, field.name, field.type) for field in given.fields])
    _write(
        given,
        path,
        columns,
        driver="GPKG",
        layer=table,
        geometry=names,
        type_name=_type_name(given, types - single if multi else types),
        multi=multi,
        options=options,
    )
    return names


def write_geojson(given: Given, path: Path) -> None:
    """Write GeoJSON (RFC 7946), in WGS 84 or in an offset frame that it names.

    Raises
    ------
    PlanMapError
        The system is another one.
    """
    if not (given.system.is_wgs84 or given.system.offset):
        raise PlanMapError("give-system", kind="GeoJSON", system=given.system.code)
    columns = [_Column(field, field.name, _as_text(field, "binary")) for field in given.fields]
    # A nanodegree is 0.1 mm.
    options = {"RFC7946": "YES", "COORDINATE_PRECISION": "9"}
    if given.description:
        options["DESCRIPTION"] = given.description
    _write(given, path, _marked(given, columns), driver="GeoJSON", layer=given_title(given), options=options)


def write_kml(given: Given, path: Path) -> None:
    """Write KML, which is in WGS 84.

    Raises
    ------
    PlanMapError
        The system is another one.
    """
    if not given.system.is_wgs84:
        raise PlanMapError("give-system", kind="KML", system=given.system.code)
    columns = [_Column(field, field.name, _as_text(field, "binary", "date", "datetime")) for field in given.fields]
    names = [field.name for field in given.fields]
    titles = text_fields(given.fields)
    if titles and not any(name.casefold() == "name" for name in names):
        # The name of a placemark, beside the field that it is from.
        columns.append(_Column(next(each for each in given.fields if each.name == titles[0]), "Name", "text"))
    _write(given, path, columns, driver="KML", layer=given_title(given))


def write_shapefiles(given: Given, folder: Path, stem: str, encoding: str) -> list[Path]:
    """Write Shapefiles into a folder, one for each kind of geometry, and return all that is there.

    Raises
    ------
    PlanMapError
        There are too many fields.
    """
    columns = _marked(given, [_Column(field, field.name, field.type) for field in given.fields])
    if len(columns) > DBF_FIELDS:
        raise PlanMapError("give-fields", count=len(columns), limit=DBF_FIELDS)
    short = short_names([column.name for column in columns], encoding)
    for column, name in zip(columns, short, strict=True):
        if column.name != name:
            given.losses.add(Loss.NAMES, 1, f"{column.name} → {name}")
    columns = [
        replace(column, name=name, type=_as_text(column.field, "binary", "datetime"))
        for column, name in zip(columns, short, strict=True)
    ]
    kinds = given.survey.kinds or ["point"]
    stems = [stem] if len(kinds) == 1 else [f"{stem}_{kind}" for kind in kinds]
    if len(kinds) > 1:
        given.losses.add(Loss.SPLIT, len(kinds), *(f"{each}.shp" for each in stems))
    for kind, each in zip(kinds, stems, strict=True):
        number = {"point": 0, "multipoint": 4, "line": 1, "area": 3}[kind]
        high = bool(given.survey.heights & ({number, _MULTI.get(number, number)} - ({4} if kind == "point" else set())))
        part = replace(given, progress=partial(_part, given.progress, kinds.index(kind), len(kinds)))
        _write(
            part,
            folder / f"{each}.shp",
            columns,
            driver="ESRI Shapefile",
            layer=each,
            kind=kind if len(kinds) > 1 else None,
            type_name=_NAMES[number] + (" Z" if high else ""),
            encoding=encoding.upper(),
        )
    return sorted(folder.iterdir())


def write_zip(given: Given, path: Path, stem: str, encoding: str) -> list[str]:
    """Write Shapefiles in a zip, and return their names."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".planmap-") as folder:
        made = write_shapefiles(given, Path(folder), stem, encoding)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for each in made:
                packed.write(each, each.name)
        return [each.name for each in made]


def given_title(given: Given) -> str:
    """Return what the layer is called in a file: its name, and the offset frame that it is in."""
    return given.layer.name + given.system.suffix


def _part(progress: Any, place: int, count: int, share: float) -> None:
    progress((place + share) / count)


def _as_text(field: LayerField, *types: str) -> str:
    """Return the type of a field's column where values of `types` are text."""
    return f"{field.type}-text" if field.type in types else field.type


def _marked(given: Given, columns: list[_Column]) -> list[_Column]:
    """Return the columns with one more that names an offset frame, which nothing else in a file could."""
    if not given.system.offset:
        return columns
    return [*columns, _Column(LayerField("", "mark"), free_name(MARK, [column.name for column in columns]), "mark")]


def _type_name(given: Given, types: frozenset[int] | set[int]) -> str:
    if len(types) != 1:
        return "Unknown"
    [number] = types
    high = bool(given.survey.heights)
    return _NAMES[number] + (" Z" if high else "")


def _write(
    given: Given,
    path: Path,
    columns: Sequence[_Column],
    *,
    driver: str,
    layer: str,
    kind: str | None = None,
    geometry: str = GEOMETRY,
    type_name: str = "Unknown",
    multi: bool = False,
    encoding: str | None = None,
    options: dict[str, str] | None = None,
) -> None:
    # In one that takes any name: the schema knows the geometry by its mark.
    fields = [
        pa.field(column.name, _ARROW.get(column.type, pa.string()), metadata=_metadata(column.type))
        for column in columns
    ]
    fields.append(pa.field(geometry, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}))
    schema = pa.schema(fields)
    stopped: list[BaseException] = []
    batches = _kept(
        _record_batches(given, columns, schema, kind, driver, multi, (encoding or "utf-8").lower()), stopped
    )
    try:
        with warnings.catch_warnings():
            # That there is no definition of an offset frame is meant.
            warnings.filterwarnings("ignore", "'crs' was not provided", UserWarning)
            pyogrio.raw.write_arrow(
                pa.RecordBatchReader.from_batches(schema, batches),
                path,
                layer=layer,
                driver=driver,
                geometry_name=geometry,
                geometry_type=type_name,
                # GeoJSON has no place for a definition, and GDAL would warn that there is none.
                crs=WGS84 if driver == "GeoJSON" else given.system.definition,
                encoding=encoding,
                dataset_options=PACKAGE if driver == "GPKG" else {},
                layer_options=options or {},
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as error:
        if stopped:
            raise stopped[0] from None
        raise PlanMapError("vector-write", file=path.name, reason=str(error)[:200]) from error


def _kept(batches: Iterator[Any], stopped: list[BaseException]) -> Iterator[Any]:
    """Yield what there is; whatever ends it early is kept, for on the way through GDAL it becomes something else."""
    try:
        yield from batches
    except GeneratorExit:
        raise
    except BaseException as error:
        stopped.append(error)
        raise


def _metadata(kind: str) -> dict[str, str] | None:
    # So GDAL knows text of times from other text; a time with and one without a zone go into one column.
    return {"GDAL:OGR:type": "DateTime"} if kind == "datetime" else None


def _record_batches(
    given: Given, columns: Sequence[_Column], schema: Any, kind: str | None, driver: str, multi: bool, encoding: str
) -> Iterator[Any]:
    for features in given.batches(kind):
        arrays = [
            pa.array(_values(given, column, features, driver, encoding), type=schema.field(place).type)
            for place, column in enumerate(columns)
        ]
        shapes = _multiple(features.geometries) if multi else features.geometries
        wkb = shapely.to_wkb(shapes, byte_order=1, flavor="iso", output_dimension=3)
        yield pa.record_batch([*arrays, pa.array(wkb.tolist(), pa.binary())], schema=schema)


def _values(given: Given, column: _Column, features: Features, driver: str, encoding: str) -> list[Any]:
    field, losses = column.field, given.losses
    if field.type == "mark":
        return [given.system.code] * len(features)
    values = plain_values(field, features.values[field.name], losses)
    if field.type == "text":
        values = legible(field, values, losses)
    elif column.type == "binary-text":
        return hexadecimal(field, values, losses)
    elif column.type == "date-text":
        return [None if value is None else value.isoformat() for value in values]
    elif column.type == "datetime-text":
        losses.add(Loss.TIMES, sum(value is not None for value in values), field.name)
    elif field.type == "integer" and driver != "GPKG":
        count_large(field, values, losses)
    if driver == "ESRI Shapefile" and column.type in ("text", "datetime-text"):
        cut = [None if value is None else cut_to(value, DBF_TEXT, encoding) for value in values]
        losses.add(Loss.TEXTS, sum(a != b for a, b in zip(values, cut, strict=True)), field.name)
        return cut
    return values


def _multiple(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return single geometries as multiple ones with one part."""
    found = geometries.copy()
    types = shapely.get_type_id(geometries)
    for number, make in ((0, shapely.multipoints), (1, shapely.multilinestrings), (3, shapely.multipolygons)):
        places = np.flatnonzero(types == number)
        if len(places):
            found[places] = make(geometries[places], indices=np.arange(len(places)))
    return found
