"""Reading GeoJSON without GDAL, fault by fault.

GDAL opens whatever a file really is, so that a virtual raster named `x.geojson` reads other files of the
machine (see docs/decisions). A plan's GeoJSON is parsed as JSON and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.errors import GeometryError

MAXIMUM_BYTES = 64 * 1024 * 1024
"""A larger file is refused before it is parsed: parsing takes about ten times its size in memory."""

_GEOMETRY_TYPES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a FeatureCollection."""

    number: int
    """Place in the file, counted from 1."""
    id: str | None
    """The feature's id as text, or None."""
    properties: dict[str, Any]
    """The properties as parsed."""
    geometry: BaseGeometry | None
    """WGS 84 geometry of any simple or multi type, or None for a feature without a position."""
    fault: GeometryError | None = None
    """Why the geometry could not be used, if it could not."""


def read_features(path: Path) -> Iterator[Feature]:
    """Yield the features of the GeoJSON FeatureCollection at `path`.

    Raises
    ------
    GeometryError
        The file is missing, too large, no JSON, or no FeatureCollection. A fault of one feature does
        not raise: it is carried by that feature.
    """
    document = _parse(path)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise GeometryError("not-a-feature-collection", file=path.name)
    for number, raw in enumerate(features, start=1):
        yield _feature(number, raw)


def _parse(path: Path) -> Any:
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise GeometryError("file-too-large", file=path.name, limit=MAXIMUM_BYTES // 2**20)
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise GeometryError("unreadable", file=path.name, reason=error.strerror) from error
    except UnicodeDecodeError as error:
        raise GeometryError("not-utf8", file=path.name, byte=error.start) from error
    except json.JSONDecodeError as error:
        raise GeometryError("not-json", file=path.name, line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise GeometryError("not-json", file=path.name, line="?", column="?") from error


def _feature(number: int, raw: Any) -> Feature:
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        return Feature(number, None, {}, None, GeometryError("not-a-feature"))
    properties = raw.get("properties")
    identifier = raw.get("id")
    geometry, fault = None, None
    if raw.get("geometry") is not None:
        try:
            geometry = geometry_from_mapping(raw["geometry"])
        except GeometryError as error:
            fault = error
    return Feature(
        number=number,
        id=None if identifier is None else str(identifier),
        properties=properties if isinstance(properties, dict) else {},
        geometry=geometry,
        fault=fault,
    )


def geometry_from_mapping(mapping: Any) -> BaseGeometry:
    """Return the geometry of a GeoJSON geometry object in WGS 84.

    Raises
    ------
    GeometryError
        Unknown type, broken coordinates, a coordinate outside the range of longitude and latitude, or an
        invalid shape such as a ring that crosses itself.
    """
    kind = mapping.get("type") if isinstance(mapping, dict) else None
    if kind not in _GEOMETRY_TYPES:
        raise GeometryError("geometry-type", kind=str(kind)[:40])
    try:
        geometry = shapely.force_2d(shape(mapping))
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise GeometryError("geometry-unreadable", kind=kind) from error
    check_geometry(geometry)
    return geometry


def check_geometry(geometry: BaseGeometry) -> None:
    """Raise `GeometryError` unless `geometry` is a valid, non-empty WGS 84 geometry in degrees."""
    if geometry.is_empty:
        raise GeometryError("geometry-empty")
    # Every coordinate, not the bounds: bounds leave out coordinates that are not a number.
    coordinates = shapely.get_coordinates(geometry)
    if not np.isfinite(coordinates).all():
        raise GeometryError("geometry-not-finite")
    if (np.abs(coordinates) > (180.0, 90.0)).any():
        raise GeometryError("geometry-not-degrees", x=round(coordinates[0, 0]), y=round(coordinates[0, 1]))
    if not geometry.is_valid:
        raise GeometryError("geometry-invalid", reason=shapely.is_valid_reason(geometry))
