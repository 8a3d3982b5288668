"""Reading GeoJSON without GDAL, and finding every fault in it.

GDAL goes by a file's content and not by its name, so a virtual raster named `x.geojson` could read other files of the
machine (docs/decisions/0002). A plan's GeoJSON is parsed as JSON and as nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.detail import Detail, check_parts, check_points
from geo.errors import GeometryError
from geo.files import read_text

_GEOMETRY_TYPES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}

_ARRAYS = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
"""How deep the lists of positions are in the coordinates of each type that has any."""

MAXIMUM_WEIGHT = 250 * 2**20
"""Largest memory in bytes that the values of a file may take once they are parsed, by the estimate of `_weight`."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a FeatureCollection."""

    number: int
    """Position in the file, counted from 1."""
    id: str | None
    """The feature's id as text; None without one."""
    properties: dict[str, Any]
    """The properties as parsed; empty if there are none."""
    geometry: BaseGeometry | None
    """WGS 84 geometry in two dimensions of any simple or multi type; None without a position or with a `fault`."""
    fault: GeometryError | None = None
    """Why the geometry cannot be used; None if it can."""


def read_features(path: Path, *, limit: int, most: int) -> Iterator[Feature]:
    """Yield the features of the GeoJSON FeatureCollection at `path`, of at most `limit` bytes and `most` features.

    Raises
    ------
    GeometryError
        The file is missing, holds too much, is not JSON, not a FeatureCollection, or in another CRS. A fault of one
        feature raises nothing and is kept in that feature.
    """
    document = _parse(path, limit)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise GeometryError("not-a-feature-collection", file=path.name)
    _check_crs(document, path)
    if len(features) > most:
        raise GeometryError("too-many-rows", file=path.name, limit=most)
    detail = Detail()
    for number, raw in enumerate(features, start=1):
        yield _feature(number, raw, detail)
        # Its coordinates as Python's numbers take many times the room of the geometry.
        features[number - 1] = None


def read_shape(path: Path, *, limit: int) -> BaseGeometry:
    """Return the only shape in a GeoJSON file of at most `limit` bytes: a geometry, a feature, or a collection of one.

    It is in WGS 84, degrees, of any simple or multi type.

    Raises
    ------
    GeometryError
        The file is missing, too large, no GeoJSON or in another CRS, or holds none, several or a broken one.
    """
    found = _parse(path, limit)
    if isinstance(found, dict):
        _check_crs(found, path)
    if isinstance(found, dict) and found.get("type") == "FeatureCollection":
        features = found.get("features")
        count = len(features) if isinstance(features, list) else 0
        if not isinstance(features, list) or count != 1:
            raise GeometryError("not-one-shape", file=path.name, count=count)
        found = features[0]
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    return geometry_from_mapping(found)


def _check_crs(document: dict[str, Any], path: Path) -> None:
    # RFC 7946 knows only WGS 84, but older files may name another system. To ignore it would misplace everything.
    named = document.get("crs")
    if named is not None and not re.search(r"CRS:?:?84|EPSG:+4326", str(named)[:300]):
        raise GeometryError("file-crs", file=path.name, crs=str(named)[:80])


def _weight(text: str) -> int:
    """Return about how many bytes the values in a JSON text take as Python's, so that it need not be tried.

    Every list and object, entry and text has a character of its own. Those inside texts are counted too, which makes
    no difference to a file that is not made for it.
    """
    return 90 * text.count("[") + 240 * text.count("{") + 32 * text.count(",") + 40 * text.count('"')


def _parse(path: Path, limit: int) -> Any:
    text = read_text(path, limit=limit)
    if _weight(text) > MAXIMUM_WEIGHT:
        raise GeometryError("file-too-full", file=path.name)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise GeometryError("not-json", file=path.name, line=error.lineno, column=error.colno) from error
    except (RecursionError, ValueError) as error:
        # Nested too deeply, or a number with thousands of digits.
        raise GeometryError("not-json", file=path.name, line="?", column="?") from error


def _feature(number: int, raw: Any, detail: Detail) -> Feature:
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        return Feature(number, None, {}, None, GeometryError("not-a-feature"))
    properties = raw.get("properties")
    identifier = raw.get("id")
    geometry, fault = None, None
    if raw.get("geometry") is not None:
        try:
            geometry = geometry_from_mapping(raw["geometry"], detail)
        except GeometryError as error:
            fault = error
    return Feature(
        number=number,
        id=str(identifier) if isinstance(identifier, str | int) and not isinstance(identifier, bool) else None,
        properties=properties if isinstance(properties, dict) else {},
        geometry=geometry,
        fault=fault,
    )


def geometry_from_mapping(mapping: Any, detail: Detail | None = None) -> BaseGeometry:
    """Return the WGS 84 geometry of a GeoJSON geometry object, in two dimensions; `detail` counts it.

    Raises
    ------
    GeometryError
        The type is unknown, the coordinates are broken or outside the range of longitude and latitude, or the
        shape is empty or invalid, such as a ring that crosses itself.
    """
    kind = mapping.get("type") if isinstance(mapping, dict) else None
    if not isinstance(kind, str) or kind not in _GEOMETRY_TYPES:
        raise GeometryError("geometry-type", kind=str(kind)[:40])
    coordinates = mapping.get("coordinates")
    if isinstance(coordinates, list) and kind != "LineString":
        # Before there is an object for each.
        (check_points if kind == "MultiPoint" else check_parts)(len(coordinates))
    try:
        _check_numbers(coordinates, depth=5)
        if kind in _ARRAYS:
            coordinates = _arrays(coordinates, _ARRAYS[kind])
        geometry = shapely.force_2d(shape({"type": kind, "coordinates": coordinates}))
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise GeometryError("geometry-unreadable", kind=kind) from error
    check_geometry(geometry, detail)
    return geometry


def _check_numbers(coordinates: Any, *, depth: int) -> None:
    """Raise `TypeError` unless `coordinates` are lists of numbers, nested at most `depth` levels deep."""
    level = [coordinates]
    # Level by level and not list by list, since there may be a million of them.
    for _ in range(depth + 1):
        kinds = set(map(type, level))
        if kinds <= {int, float}:
            return
        if kinds != {list}:
            break
        level = list(chain.from_iterable(level))
    raise TypeError(", ".join(sorted(kind.__name__ for kind in kinds)))


def _arrays(coordinates: Any, depth: int) -> Any:
    """Return `coordinates` with the lists of positions, `depth` levels down, as arrays, which Shapely reads faster."""
    if depth:
        return [_arrays(part, depth - 1) for part in coordinates]
    if not coordinates:
        return np.empty((0, 2))
    # By way of a flat list: NumPy takes as much room again to find out how lists of lists are nested.
    (width,) = set(map(len, coordinates))
    return np.fromiter(chain.from_iterable(coordinates), dtype=float).reshape(-1, width)


def check_geometry(geometry: BaseGeometry, detail: Detail | None = None) -> None:
    """Raise `GeometryError` unless `geometry` is a valid, non-empty WGS 84 geometry in degrees.

    `detail` counts what all geometries of a plan hold together; without it, only what this one holds is limited.
    """
    if geometry.geom_type not in _GEOMETRY_TYPES:
        raise GeometryError("geometry-type", kind=geometry.geom_type)
    if geometry.is_empty:
        raise GeometryError("geometry-empty")
    # Every coordinate and not only the bounds, which ignore coordinates that are not a number.
    coordinates = shapely.get_coordinates(geometry)
    if not np.isfinite(coordinates).all():
        raise GeometryError("geometry-not-finite")
    outside = (np.abs(coordinates) > (180.0, 90.0)).any(axis=1)
    if outside.any():
        x, y = coordinates[outside][0]
        raise GeometryError("geometry-not-degrees", x=f"{x:.7g}", y=f"{y:.7g}")
    # Before GEOS looks for crossings, which takes hours for a shape made for it.
    (detail or Detail()).count(geometry)
    if not geometry.is_valid:
        raise GeometryError("geometry-invalid", reason=shapely.is_valid_reason(geometry))
