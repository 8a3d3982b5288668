"""The files of a Shapefile: which belong together, and in what encoding the table is."""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.foreign.features import encoding
from geo.foreign.unpack import unpack
from geo.foreign.vector_kind import SHAPE_CODE, VectorKind, unknown

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".cst")
"""What is read of a Shapefile: not indexes, which other programs make and GDAL does without."""

MOST_PROJECTION = 64 * 1024


def linked(source: Path, target: Path) -> Path:
    """Make `target` a link to `source`, or a copy where there are no links, and return it."""
    try:
        os.symlink(source.resolve(), target)
    except (OSError, NotImplementedError):
        shutil.copyfile(source, target)
    return target


def shapefiles(kind: VectorKind, source: Path, folder: Path, name: str) -> dict[str, Path]:
    """Return the Shapefiles of a zip, or the one with its siblings, by the name that they are shown by.

    Raises
    ------
    PlanMapError
        There is none, or what is called so is none.
    """
    if kind is VectorKind.ZIPPED_SHAPEFILES:
        unpacked = unpack(source, folder, PARTS, name)
        found = {stem: parts[".shp"] for stem, parts in unpacked.items() if ".shp" in parts}
    else:
        own = {source.suffix.lower(): source}
        for path in source.parent.iterdir():
            if path.stem == source.stem and path.suffix.lower() in PARTS and path.is_file():
                own.setdefault(path.suffix.lower(), path)
        own[".shp"] = source
        for suffix in PARTS:
            if suffix in own:
                linked(own[suffix], folder / f"0{suffix}")
        found = {Path(name).stem: folder / "0.shp"}
    for path in found.values():
        _check(path, name)
    shown = {Path(stem).name: path for stem, path in found.items()}
    return shown if len(shown) == len(found) else found


def encoding_of(path: Path, given: str, name: str) -> dict[str, Any]:
    """Return the encoding of the table of the Shapefile at `path`: its name, and how it was found."""
    table = path.with_suffix(".dbf")
    if not table.exists():
        return {"name": "utf-8", "found": "format"}
    cpg = path.with_suffix(".cpg")
    stated = encoding.known(cpg.read_bytes()[:100].decode("ascii", "replace")) if cpg.exists() else ""
    how = "cpg"
    with table.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            raise PlanMapError("vector-damaged", file=name, reason="dbf")
        start, length = struct.unpack_from("<HH", head, 8)
        descriptors = file.read(max(0, start - 32))
    if not stated:
        stated, how = encoding.language_of_table(head[29]), "dbf"
    if length < 1 or start < 33:
        raise PlanMapError("vector-damaged", file=name, reason="dbf")
    fields, offset = [], 1
    for at in range(0, len(descriptors) - 31, 32):
        if descriptors[at] in (0x0D, 0):
            break
        width = descriptors[at + 16]
        if descriptors[at + 11 : at + 12] == b"C":
            fields.append((offset, width))
        offset += width
    found = encoding.of_table(table, stated, given, fields, start, length)
    if not found:
        # In none of them it is text throughout: what is none is replaced, and told feature by feature.
        return {"name": given or stated or encoding.TRIED[-1], "found": "none"}
    return {"name": found, "found": "given" if found == given else how if found == stated else "tried"}


def _check(path: Path, name: str) -> None:
    """Raise `PlanMapError` unless the files are what their names say."""
    with path.open("rb") as file:
        if file.read(4) != SHAPE_CODE:
            raise unknown(name)
    projection = path.with_suffix(".prj")
    if projection.exists() and projection.stat().st_size > MOST_PROJECTION:
        raise PlanMapError("vector-damaged", file=name, reason="prj")
