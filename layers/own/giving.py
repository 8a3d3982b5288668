"""Giving an own layer back: a file of another format, in the system that somebody wants, and what it cannot hold."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlanMapError
from geo.output import drafted, kind_of
from layers.own.given import gdal_file, table_file
from layers.own.given.features import Given, fields_of, survey
from layers.own.given.loss import Loss, LossCount, Losses
from layers.own.given.styled_package import write_styled_package
from layers.own.given.system import GivenSystem
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer, System

MEDIA_TYPES = {
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "zip": "application/zip",
    "shp": "application/octet-stream",
    "kml": "application/vnd.google-earth.kml+xml",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Kinds of file and their media types; `zip` is Shapefiles."""

ENCODINGS = ("utf-8", "gb18030")
"""In which a Shapefile and a CSV file can be written; the others are always in UTF-8."""

WGS84_ONLY = ("kml",)
NO_OTHER_CODE = ("geojson", "kml")
"""Kinds whose standard knows WGS 84 alone; of the two GeoJSON is also given in an offset frame, and says so."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What has been written."""

    path: Path
    kind: str
    """One of `MEDIA_TYPES`."""
    system: str
    """The system of its figures: a code, GCJ-02 or BD-09."""
    count: int
    """How many features are in it."""
    files: tuple[str, ...]
    """Names of the files that belong to it, or that are in it; one for most kinds."""
    lost: tuple[LossCount, ...]
    """What it cannot hold as it is here."""


def give_back(
    layer: OwnLayer,
    target: Path,
    *,
    system: System | None = None,
    ids: NDArray[np.int64] | None = None,
    about: str = "",
    encoding: str = "utf-8",
    progress: Callable[[float], None] = lambda share: None,
) -> GivenBack:
    """Write features of a layer as the kind of file that `target` names, whole or not at all.

    `system` is as in `geo.foreign.features.place.Place` and WGS 84 by default, `ids` the ascending numbers of the
    features (`fid`), all by default. `about` says which those are: a GeoPackage, GeoJSON and a workbook have it as
    their description, other kinds have no place for it. Features are read and written some at a time. A `progress`
    that raises stops it.

    Raises
    ------
    PlanMapError
        The kind, the system or the encoding is none of those that can be written, or the file cannot be.
    """
    kind = kind_of(target, allowed=tuple(MEDIA_TYPES))
    if encoding not in ENCODINGS:
        raise PlanMapError("give-encoding", name=encoding, near=" / ".join(ENCODINGS))
    losses = Losses()
    with opened(layer) as package:
        chosen = GivenSystem(system or {"epsg": 4326}, layer.bounds)
        given = Given(
            layer, package, chosen, fields_of(layer, package), ids, survey(package, ids), losses, progress, about
        )
        losses.add(Loss.MEASURES, given.survey.measured)
        losses.add(Loss.OFFSET, int(chosen.offset), chosen.code)
        losses.add(Loss.ROUGH, int(chosen.rough), chosen.code)
        losses.add(Loss.STYLE, int(bool(layer.style) and kind != "gpkg"))
        files = _written(given, target, kind, encoding)
    return GivenBack(target, kind, chosen.code, given.survey.count, tuple(files), losses.found())


def _written(given: Given, target: Path, kind: str, encoding: str) -> list[str]:
    if kind == "shp":
        return _shapefiles(given, target, encoding)
    with drafted(target) as draft:
        if kind == "zip":
            return gdal_file.write_zip(given, draft, target.stem + given.system.suffix, encoding)
        if kind == "gpkg":
            write_styled_package(given, draft, target.name, datetime.now())
        elif kind == "geojson":
            gdal_file.write_geojson(given, draft)
        elif kind == "kml":
            gdal_file.write_kml(given, draft)
        elif kind == "csv":
            table_file.write_csv(given, draft, encoding)
        else:
            table_file.write_workbook(given, draft)
    return [target.name]


def _shapefiles(given: Given, target: Path, encoding: str) -> list[str]:
    """Write the files of Shapefiles beside each other, those that make them whole last."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".planmap-") as folder:
        made = gdal_file.write_shapefiles(given, Path(folder), target.stem, encoding)
        try:
            for each in sorted(made, key=lambda path: path.suffix == ".shp"):
                os.replace(each, target.parent / each.name)
        except OSError as error:
            raise PlanMapError("output-refused", path=target, reason=error.strerror or "") from error
    return [each.name for each in made]
