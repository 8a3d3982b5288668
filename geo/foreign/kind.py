"""What kind of file one from outside is, by its first bytes and not by its name."""

from __future__ import annotations

import os
import stat
from enum import StrEnum
from pathlib import Path

from geo.errors import PlanMapError


class Kind(StrEnum):
    """A kind of file that may hold ground."""

    EXTRACT = "osm.pbf"
    """An extract of OpenStreetMap."""
    GEOPACKAGE = "gpkg"
    MBTILES = "mbtiles"
    PMTILES = "pmtiles"
    TIFF = "tif"


_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
SQLITE = b"SQLite format 3\0"
_GEOPACKAGE = (b"GPKG", b"GP10", b"GP11")
"""The application ids of GeoPackages, as bytes 68 to 71 of the file. Databases of tiles need not have one."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh")


def kind_of_file(path: Path) -> Kind:
    """Return the kind of the file at `path`.

    Raises
    ------
    PlanMapError
        It is missing, cannot be read, is empty, is packed, or is none of those kinds.
    """
    start = start_of_file(path, 100)
    if start.startswith(_ZIP):
        raise PlanMapError("foreign-packed", file=path.name)
    if start.startswith(_TIFF):
        return Kind.TIFF
    if start.startswith(b"PMTiles"):
        return Kind.PMTILES
    if start.startswith(SQLITE):
        # What is in a database, the child process finds out: SQLite can be kept busy for minutes with what is none.
        return Kind.GEOPACKAGE if start[68:72] in _GEOPACKAGE else Kind.MBTILES
    # A block begins with the length of its header, as four bytes; the first one has this name.
    if b"OSMHeader" in start[4:40]:
        return Kind.EXTRACT
    raise PlanMapError("foreign-kind", file=path.name, expected=tuple(f".{kind}" for kind in Kind))


def start_of_file(path: Path, size: int) -> bytes:
    """Return the first `size` bytes of the file at `path`.

    Raises
    ------
    PlanMapError
        It is missing, is no ordinary file, cannot be read or is empty.
    """
    try:
        # O_NONBLOCK, because opening a pipe would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise PlanMapError("foreign-not-a-file", file=path.name)
            start = file.read(size)
    except FileNotFoundError as error:
        raise PlanMapError("foreign-missing", file=path) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PlanMapError("foreign-unreadable", file=path.name, reason=reason or type(error).__name__) from error
    if not start:
        raise PlanMapError("foreign-empty", file=path.name)
    return start
