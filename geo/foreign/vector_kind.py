"""What kind of vector file one from outside is, by its content and not by its name."""

from __future__ import annotations

import codecs
import re
import zipfile
from enum import StrEnum
from pathlib import Path

from geo.errors import PlanMapError
from geo.foreign.kind import SQLITE, start_of_file
from geo.foreign.parquet_folder import MAGIC, parquet_files

HEAD = 64 * 1024
"""Bytes from the start of a file that are looked at."""

LONGEST_LINE = 16 * 2**20
"""Bytes of the first feature of a sequence that are looked at."""

MOST_ENTRIES = 2_000
"""Most files in a zip."""

MOST_DIRECTORY = 2 * 2**20
"""Most bytes of the list of files at the end of a zip."""


class VectorKind(StrEnum):
    """A kind of file that features are read from."""

    GEOPACKAGE = "gpkg"
    GEOJSON = "geojson"
    SEQUENCE = "geojsonl"
    """A feature of GeoJSON in each line, or after each record separator."""
    SHAPEFILE = "shp"
    ZIPPED_SHAPEFILES = "shp.zip"
    KML = "kml"
    KMZ = "kmz"
    GPX = "gpx"
    DXF = "dxf"
    FLATGEOBUF = "fgb"
    PARQUET = "parquet"
    TEXT = "csv"
    WORKBOOK = "xlsx"


DRIVERS = {
    VectorKind.GEOJSON: "GeoJSON",
    VectorKind.SEQUENCE: "GeoJSONSeq",
    VectorKind.SHAPEFILE: "ESRI Shapefile",
    VectorKind.ZIPPED_SHAPEFILES: "ESRI Shapefile",
    VectorKind.KML: "LIBKML",
    VectorKind.KMZ: "LIBKML",
    VectorKind.GPX: "GPX",
    VectorKind.DXF: "DXF",
    VectorKind.FLATGEOBUF: "FlatGeobuf",
}
"""The driver of GDAL for each kind; the others are read without GDAL."""

TEXTS = frozenset(
    {VectorKind.GEOJSON, VectorKind.SEQUENCE, VectorKind.KML, VectorKind.KMZ, VectorKind.GPX, VectorKind.DXF}
)
"""Kinds that are text, which GDAL gets in UTF-8."""

SHAPE_CODE = b"\x00\x00\x27\x0a"
_SHAPE_VERSION = b"\xe8\x03\x00\x00"
_FLATGEOBUF = re.compile(rb"fgb\x03fgb.", re.DOTALL)
_ENTITIES = re.compile(r"<!(?:DOCTYPE|ENTITY)")
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s>/]")
_BEFORE_ROOT = re.compile(r"<\?.*?\?>|<!--.*?-->|\s+", re.DOTALL)
_DXF = re.compile(r"\s*(?:999[ \t]*\r?\n[^\n]*\n\s*)*0[ \t]*\r?\n[ \t]*SECTION[ \t]*\r?\n")
_GEOMETRIES = "Point|MultiPoint|LineString|MultiLineString|Polygon|MultiPolygon|GeometryCollection"
_GEOJSON = re.compile(rf'"type"\s*:\s*"(?:FeatureCollection|Feature|{_GEOMETRIES})"')


def drivers_for(kind: VectorKind) -> frozenset[str]:
    """Return the drivers that GDAL needs for `kind`; it never opens anything with MEM."""
    return frozenset({DRIVERS.get(kind, "MEM"), "MEM"})


def kind_of_vector(path: Path) -> VectorKind:
    """Return the kind of the vector file at `path`, or that of the files in it where it is a folder of Parquet files.

    Raises
    ------
    PlanMapError
        It is missing, cannot be read, is empty, has entities of XML, or is none of those kinds.
    """
    if path.is_dir():
        # What they are is seen when they are read.
        parquet_files(path)
        return VectorKind.PARQUET
    start = start_of_file(path, HEAD)
    if start.startswith(SQLITE):
        return VectorKind.GEOPACKAGE
    if start.startswith(SHAPE_CODE) and start[28:32] == _SHAPE_VERSION:
        return VectorKind.SHAPEFILE
    if _FLATGEOBUF.match(start):
        return VectorKind.FLATGEOBUF
    if start.startswith(MAGIC):
        return VectorKind.PARQUET
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(path)
    if start.startswith(b"AutoCAD Binary DXF"):
        raise PlanMapError("vector-binary-dxf", file=path.name)
    found = _kind_of_text(path, start)
    if found is None:
        raise unknown(path.name)
    return found


def unknown(name: str) -> PlanMapError:
    """Return the error for a file of no known kind."""
    return PlanMapError("vector-kind", file=name, expected=[f".{kind}" for kind in VectorKind])


def check_xml(text: str, name: str) -> str:
    """Return the name of the first element of a document that begins with `text`; empty if it is not there.

    Raises
    ------
    PlanMapError
        It declares a document type or entities, which can unpack to gigabytes or name other files.
    """
    if _ENTITIES.search(text):
        raise PlanMapError("vector-entities", file=name)
    at = 0
    while found := _BEFORE_ROOT.match(text, at):
        at = found.end()
    root = _ROOT.match(text, at)
    return root[1] if root else ""


def _kind_of_text(path: Path, start: bytes) -> VectorKind | None:
    text = _decoded(start)
    if text is None:
        return None
    text = text.lstrip("\ufeff")
    bare = text.lstrip(" \t\r\n")
    if bare.startswith("<"):
        return {"kml": VectorKind.KML, "gpx": VectorKind.GPX}.get(check_xml(bare, path.name))
    if bare.startswith("\x1e"):
        return VectorKind.SEQUENCE if _GEOJSON.search(bare) else None
    if bare.startswith(("{", "[")):
        if not bare.startswith("{") or not _GEOJSON.search(bare):
            return None
        return VectorKind.SEQUENCE if _is_sequence(path) else VectorKind.GEOJSON
    if _DXF.match(text):
        return VectorKind.DXF
    first = bare.partition("\n")[0].strip()
    if any(mark in first for mark in ",;\t") and all(letter.isprintable() or letter == "\t" for letter in first):
        return VectorKind.TEXT
    return None


def _decoded(start: bytes) -> str | None:
    """Return the start of a file as text, the last letter of which may be cut; None if it is none."""
    codes = ("utf-16",) if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ("utf-8", "gb18030")
    for code in codes:
        try:
            text = codecs.getincrementaldecoder(code)().decode(start)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _is_sequence(path: Path) -> bool:
    """Whether the first line is one whole object, and another one follows."""
    with path.open("rb") as file:
        line = file.readline(LONGEST_LINE)
        if not line.rstrip().endswith(b"}") or not line.endswith(b"\n"):
            return False
        return next((byte for byte in file.read(HEAD) if byte not in b" \t\r\n"), 0) == ord("{")


def _kind_of_zip(path: Path) -> VectorKind:
    names = [name.lower() for name in _names_in(path)]
    if "xl/workbook.xml" in names:
        return VectorKind.WORKBOOK
    if any(name.endswith(".shp") for name in names):
        return VectorKind.ZIPPED_SHAPEFILES
    if any(name.endswith(".kml") for name in names):
        return VectorKind.KMZ
    raise PlanMapError("vector-zip-kind", file=path.name)


def _names_in(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - HEAD - 22))
            tail = file.read()
        end = tail.rfind(b"PK\x05\x06")
        # Before zipfile reads the list into memory: how long it says that it is.
        if end < 0 or int.from_bytes(tail[end + 12 : end + 16], "little") > MOST_DIRECTORY:
            raise PlanMapError("vector-zip-large", file=path.name, limit=MOST_ENTRIES)
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise PlanMapError("vector-damaged", file=path.name, reason=str(error)[:100]) from error
    if len(names) > MOST_ENTRIES:
        raise PlanMapError("vector-zip-large", file=path.name, limit=MOST_ENTRIES)
    return names
