"""The files and folders that were linked on this machine: a plan, which may be anybody's, cannot name others."""

from __future__ import annotations

import hashlib
import os
import tomllib
from contextlib import suppress
from pathlib import Path

import platformdirs
import tomli_w
from filelock import FileLock

from geo.errors import PlanMapError
from geo.foreign.parquet_folder import parquet_files
from geo.output import write
from geo.private import FOLDER, make_private

MOST_PATHS = 500
"""Most paths that are kept; the oldest ones go."""


def paths_file() -> Path:
    """Return where they are kept."""
    return Path(platformdirs.user_config_dir("PlanMap", appauthor=False)) / "paths.toml"


def is_known(path: Path) -> bool:
    """Whether somebody has linked this file or folder on this machine."""
    return str(path) in _read()


def make_known(path: Path) -> None:
    """Note that somebody links this file or folder.

    Raises
    ------
    PlanMapError
        It cannot be written down.
    """
    folder = paths_file().parent
    try:
        folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        make_private(folder)
        with FileLock(folder / "paths.lock", timeout=10):
            kept = [*(each for each in _read() if each != str(path)), str(path)]
            write(paths_file(), tomli_w.dumps({"paths": kept[-MOST_PATHS:]}).encode())
    except OSError as error:
        raise PlanMapError("folder-not-writable", folder=folder, reason=error.strerror or "") from error


def state_of(path: Path) -> str:
    """Return a text that changes with a file, or with the files of a folder, by their sizes and times.

    Raises
    ------
    PlanMapError
        It is not there, or is none.
    """
    digest = hashlib.sha256()
    try:
        files = parquet_files(path) if path.is_dir() else [path]
        for file in files:
            found = file.stat()
            shown = file.relative_to(path).as_posix()
            digest.update(f"{shown}\0{found.st_size}\0{found.st_mtime_ns}\0".encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise PlanMapError("foreign-missing", file=path) from error
    return digest.hexdigest()


def whole_path(text: str) -> Path:
    """Return the whole path that somebody names, without links in it."""
    return Path(os.path.realpath(Path(text).expanduser()))


def _read() -> list[str]:
    with suppress(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        said = tomllib.loads(paths_file().read_text(encoding="utf-8")).get("paths")
        if isinstance(said, list):
            return [each for each in said if isinstance(each, str)]
    return []
