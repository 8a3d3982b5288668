"""A folder of Parquet files that are one layer, plain or partitioned as Hive does: which files are in it."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote

from geo.errors import PlanMapError

SUFFIXES = (".parquet", ".geoparquet", ".pq")

MAGIC = b"PAR1"

MOST_FILES = 10_000
"""Most files of a folder."""

MOST_DEPTH = 8
"""Folders in one another."""

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What stands for no value in the name of a folder."""


def parquet_files(folder: Path) -> list[Path]:
    """Return the files of a folder and those in it, in the order of their names.

    What begins with a dot or an underscore is what programs write beside the data. Links are not followed.

    Raises
    ------
    PlanMapError
        There are none, or too many, or they lie too deep.
    """
    found: list[Path] = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] not in "._")
        here = Path(where)
        if len(here.relative_to(folder).parts) > MOST_DEPTH:
            raise PlanMapError("parquet-depth", folder=folder.name, limit=MOST_DEPTH)
        for name in sorted(names):
            path = here / name
            if name[0] not in "._" and name.lower().endswith(SUFFIXES) and not path.is_symlink():
                found.append(path)
        if len(found) > MOST_FILES:
            raise PlanMapError("parquet-files", folder=folder.name, limit=MOST_FILES)
    if not found:
        raise PlanMapError("parquet-none", folder=folder.name)
    return found


def partition_of(path: Path, folder: Path) -> dict[str, str | None]:
    """Return the values that the names of the folders above a file give, such as `year=2024`."""
    found: dict[str, str | None] = {}
    for part in path.relative_to(folder).parts[:-1]:
        name, mark, value = part.partition("=")
        if mark and name:
            found[unquote(name)] = None if value == NO_VALUE else unquote(value)
    return found
