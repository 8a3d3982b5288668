"""Safe reading of a text file, which may turn out to be a pipe, a device, a link or a gigabyte."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from geo.errors import GeometryError

MAXIMUM_BYTES = 64 * 1024 * 1024
"""Largest size of a value in a database, in bytes."""


def read_bytes(path: Path, *, limit: int) -> bytes:
    """Return what is in the file at `path`, at most `limit` bytes.

    Raises
    ------
    GeometryError
        The file is missing, not an ordinary file, a link (which could lead to any file of the machine), or too large.
    """
    try:
        if path.is_symlink():
            raise GeometryError("file-is-link", file=path.name)
        # O_NONBLOCK, because opening a pipe would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise GeometryError("not-a-file", file=path.name)
            content = file.read(limit + 1)
    except FileNotFoundError as error:
        raise GeometryError("file-missing", file=path.name) from error
    except OSError as error:
        raise GeometryError("unreadable", file=path.name, reason=error.strerror) from error
    if len(content) > limit:
        raise GeometryError("file-too-large", file=path.name, limit=f"{limit / 2**20:g}")
    return content


def read_text(path: Path, *, limit: int) -> str:
    """Return the text of the UTF-8 file at `path`, of at most `limit` bytes, with or without a byte order mark.

    Raises
    ------
    GeometryError
        As for `read_bytes`, or it is not in UTF-8.
    """
    content = read_bytes(path, limit=limit)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GeometryError("not-utf8", file=path.name, byte=error.start) from error
