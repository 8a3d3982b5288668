"""Ways in which a plan cannot be read or written for a while, as they happen."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def gone(path: Path) -> Iterator[None]:
    """Move a file or folder away, as a network drive that is lost does, and put it back."""
    elsewhere = path.with_name(f"{path.name}.gone")
    os.rename(path, elsewhere)
    try:
        yield
    finally:
        os.rename(elsewhere, path)


@contextmanager
def spoiled(path: Path) -> Iterator[None]:
    """Leave half of a file, as a program does that is still writing it, and then the whole."""
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    try:
        yield
    finally:
        path.write_bytes(whole)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a GeoPackage as a program does that writes much into it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()
