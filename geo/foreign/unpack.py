"""Unpacking a zip from outside, within limits and under names of our own; in a child process only."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from geo.errors import PlanMapError

MOST_UNPACKED = 2 * 2**30
"""Most bytes that the files of a zip unpack to."""

MOST_ENTRIES = 2_000

RATIO = 200
"""How many times its size a zip may unpack to, once that is more than `FREE` bytes."""

FREE = 64 * 2**20

_BLOCK = 2**20


def unpack(source: Path, folder: Path, suffixes: Iterable[str], name: str) -> dict[str, dict[str, Path]]:
    """Unpack the files of `source` with one of `suffixes` into `folder`; return their paths by stem and suffix.

    Files that belong together have the same stem, which is their path in the zip without the suffix. On the disk they
    have numbers for names, so that nothing in the zip decides where something is written.

    Raises
    ------
    PlanMapError
        It is damaged or encrypted, unpacks to too much, or a name in it leads out of it, or a file in it is a link.
    """
    wanted, found = frozenset(suffixes), dict[str, dict[str, Path]]()
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            _check(source, entries, name)
            unpacked = 0
            for entry in entries:
                path = PurePosixPath(shown(entry))
                suffix = path.suffix.lower()
                if entry.is_dir() or suffix not in wanted or path.name.startswith(".") or "__MACOSX" in path.parts:
                    continue
                parts = found.setdefault(str(path.with_suffix("")), {})
                number = list(found).index(str(path.with_suffix("")))
                target = folder / f"{number}{suffix}"
                with archive.open(entry) as packed, target.open("wb") as file:
                    while block := packed.read(_BLOCK):
                        unpacked += len(block)
                        if unpacked > MOST_UNPACKED:
                            raise _too_large(name)
                        file.write(block)
                parts[suffix] = target
    except (OSError, ValueError, EOFError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise PlanMapError("vector-damaged", file=name, reason=str(error)[:100]) from error
    return found


def shown(entry: zipfile.ZipInfo) -> str:
    """Return the name of a file in a zip, which programs on Chinese machines write in GBK without saying so."""
    if not entry.flag_bits & 0x800:
        try:
            return entry.filename.encode("cp437").decode("gb18030")
        except UnicodeError:
            pass
    return entry.filename


def _check(source: Path, entries: list[zipfile.ZipInfo], name: str) -> None:
    size = sum(entry.file_size for entry in entries)
    ratio = size / max(1, source.stat().st_size)
    if len(entries) > MOST_ENTRIES or size > MOST_UNPACKED or (size > FREE and ratio > RATIO):
        raise _too_large(name)
    for entry in entries:
        path = entry.filename.replace("\\", "/")
        inside = not path.startswith("/") and ".." not in path.split("/") and path[1:2] != ":"
        if not inside or stat.S_ISLNK(entry.external_attr >> 16):
            raise PlanMapError("vector-zip-unsafe", file=name, entry=entry.filename[:200])
        if entry.flag_bits & 1:
            raise PlanMapError("vector-zip-encrypted", file=name)


def _too_large(name: str) -> PlanMapError:
    return PlanMapError("vector-zip-large", file=name, limit=MOST_ENTRIES)
