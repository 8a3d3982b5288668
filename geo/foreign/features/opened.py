"""Opening a file of features by its kind; in a child process only."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.foreign.features import encoding
from geo.foreign.features.source import Source
from geo.foreign.unpack import unpack
from geo.foreign.vector_kind import TEXTS, VectorKind, check_xml, kind_of_vector, unknown

MOST_BYTES = 8 * 2**30
"""Most bytes of a file."""

MOST_TABLE = 512 * 2**20
"""Most bytes of a table, which is read as a whole."""

_STATES_CRS = re.compile(r'"crs"\s*:\s*\{')
_HEAD = 64 * 1024
_LONGEST_PROLOGUE = 4 * 2**20


@contextmanager
def opened(job: Mapping[str, Any]) -> Iterator[Source]:
    """Yield the file `source` of a job; it is shown as `name`, and read in `encoding` where that is given.

    Raises
    ------
    PlanMapError
        It is of no known kind, or of another one than `kind`, or damaged, which may also become clear later.
    """
    source, name = Path(job["source"]), str(job["name"])
    kind = kind_of_vector(source)
    given = encoding.known(job.get("encoding") or "")
    if kind != job["kind"]:
        # It was another one when the process got its drivers.
        raise unknown(name)
    if job.get("encoding") and not given:
        raise PlanMapError("vector-encoding", file=name, encoding=str(job["encoding"])[:40])
    if source.stat().st_size > MOST_BYTES:
        raise PlanMapError("vector-too-large", file=name, limit=MOST_BYTES // 2**30)
    folder = Path.cwd() / "source"
    folder.mkdir(exist_ok=True)
    if kind is VectorKind.GEOPACKAGE:
        yield from _package(source, name)
    elif kind is VectorKind.PARQUET:
        from geo.foreign.features.parquet import ParquetSource
        from geo.foreign.features.parquet_folder import ParquetFolder

        yield ParquetFolder(source, name) if source.is_dir() else ParquetSource(source, name)
    elif kind in (VectorKind.TEXT, VectorKind.WORKBOOK):
        yield _table(kind, source, folder, given, job)
    else:
        yield _other(kind, source, folder, given, job)


def _package(source: Path, name: str) -> Iterator[Source]:
    from geo.foreign.features.package import PackageSource
    from geo.foreign.package import opened as opened_package

    try:
        with opened_package(source) as package:
            if not package.holds("gpkg_contents"):
                raise unknown(name)
            yield PackageSource(package)
    except PlanMapError as error:
        if error.code == "foreign-damaged":
            raise PlanMapError("vector-damaged", file=name, reason=error.details.get("reason", "")) from error
        raise


def _table(kind: VectorKind, source: Path, folder: Path, given: str, job: Mapping[str, Any]) -> Source:
    from geo.foreign.features.table import TableSource

    name = str(job["name"])
    try:
        if kind is VectorKind.TEXT:
            if source.stat().st_size > MOST_TABLE:
                raise PlanMapError("vector-too-large", file=name, limit=MOST_TABLE / 2**30)
            path, found = encoding.in_utf8(source, folder / "0.csv", given, name)
            return TableSource(path, folder, name, job.get("columns") or {}, found)
        return TableSource(source, folder, name, job.get("columns") or {}, {"name": "utf-8", "found": "format"})
    except PlanMapError as error:
        if error.code in ("table-unreadable", "table-kind"):
            raise PlanMapError("vector-damaged", file=name, reason=str(kind)) from error
        raise


def _other(kind: VectorKind, source: Path, folder: Path, given: str, job: Mapping[str, Any]) -> Source:
    with _without("geopandas", "pandas"):
        from geo.foreign.features.gdal import GdalSource
    from geo.foreign.features.kml import with_plain_names
    from geo.foreign.features.shapefile import encoding_of, linked, shapefiles

    name = str(job["name"])
    if kind in (VectorKind.SHAPEFILE, VectorKind.ZIPPED_SHAPEFILES):
        paths = shapefiles(kind, source, folder, name)
        return GdalSource(kind, paths, {shown: encoding_of(path, given, name) for shown, path in paths.items()}, name)
    if kind is VectorKind.KMZ:
        paths = {stem: parts[".kml"] for stem, parts in unpack(source, folder, [".kml"], name).items()}
        if not paths:
            raise unknown(name)
    else:
        # GDAL sees a name of ours only: names can mean something to it.
        paths = {Path(name).stem: linked(source, folder / f"0.{kind}")}
    encodings: dict[str, dict[str, Any]] = {shown: {"name": "utf-8", "found": "format"} for shown in paths}
    notes, aliases = Counter[str](), dict[str, str]()
    if kind in TEXTS:
        # What has been unpacked of a KMZ is KML, and GDAL goes by the name.
        suffix = VectorKind.KML if kind is VectorKind.KMZ else kind
        for number, (shown, path) in enumerate(paths.items()):
            paths[shown], encodings[shown] = encoding.in_utf8(path, folder / f"{number}.utf8.{suffix}", given, name)
            notes.update(_checked(kind, paths[shown], name))
            if kind in (VectorKind.KML, VectorKind.KMZ):
                paths[shown] = with_plain_names(paths[shown], folder / f"{number}.named.{suffix}", aliases)
    told = tuple({"note": note, "count": count} for note, count in notes.items())
    return GdalSource(kind, paths, encodings, name, _says_crs, told, aliases)


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """Make modules seem missing: pyogrio takes them if they are there, and they take longer than all that we need."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # documented: None makes an import fail
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _checked(kind: VectorKind, path: Path, name: str) -> dict[str, int]:
    """Return what is to be known of a text, once it is sure that it can be given to GDAL.

    Raises
    ------
    PlanMapError
        It is XML of another kind, or with a document type or entities.
    """
    root = {VectorKind.KML: "kml", VectorKind.KMZ: "kml", VectorKind.GPX: "gpx"}.get(kind)
    if root is None:
        return {}
    links = 0
    with path.open(encoding="utf-8") as file:
        # A document type stands before the first element, which may be far down.
        text = file.read(_HEAD)
        while not (found := check_xml(text, name)) and len(text) < _LONGEST_PROLOGUE and (more := file.read(_HEAD)):
            text += more
        if found != root:
            raise unknown(name)
        while text:
            links += text.count("<NetworkLink>") + text.count("<NetworkLink ")
            # Nowhere else has a document a right to them.
            check_xml(text, name)
            text = file.read(_HEAD)
    return {"network-links": links} if links else {}


def _says_crs(path: Path) -> bool:
    """Whether GeoJSON has the member by which it named another reference system before RFC 7946."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return bool(_STATES_CRS.search(file.read(_HEAD)))
