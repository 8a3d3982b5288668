"""Unfinished writes of SQLite: the journal that lies beside a file when a program was interrupted while it wrote.

SQLite undoes such a write by itself when somebody opens the file for writing: it puts back the pages that the journal
holds. A file from elsewhere could bring a journal that does harm, so PlanMap lets SQLite do that only where PlanMap
itself was writing, or when it is asked to.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from geo.errors import PlanMapError

_MAGIC = bytes.fromhex("d9d505f920a163d7")
"""The bytes that a journal begins with, and ends with if it names another file, see sqlite.org/fileformat2.html."""

_KEPT_S = 3600.0
"""Seconds after which the record of a save that never ended is deleted once the file is sound again."""


def journal_of(path: Path) -> Path:
    """Return the path of the journal that SQLite keeps beside the file at `path`."""
    return path.with_name(f"{path.name}-journal")


def is_unfinished(path: Path) -> bool:
    """Whether an interrupted write lies beside the file at `path`, and not the write of a program that still runs."""
    if not journal_of(path).exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode == sqlite3.SQLITE_READONLY_ROLLBACK
    except sqlite3.Error:
        return False
    return False


@contextmanager
def recorded_save(path: Path) -> Iterator[None]:
    """Keep a record, for as long as the block runs, that PlanMap is writing the file at `path`.

    It lies in the folder of the user's state and not beside the file, where a file from elsewhere could bring one.
    """
    record = _folder() / f"{_name(path)}-{uuid.uuid4().hex}"
    # Without a record the save is as safe; only, after a crash somebody must ask for the recovery.
    with suppress(OSError):
        record.parent.mkdir(parents=True, exist_ok=True)
        with record.open("w", encoding="utf-8") as file:
            file.write(str(path.resolve()))
            file.flush()
            os.fsync(file.fileno())
    try:
        yield
    finally:
        with suppress(OSError):
            record.unlink(missing_ok=True)


def was_saving(path: Path) -> bool:
    """Whether PlanMap, for this user on this machine, was writing the file at `path` and never came to the end."""
    return any(_folder().glob(f"{_name(path)}-*"))


def recover(path: Path) -> Path:
    """Undo the unfinished write beside the file at `path`, and return the path of the copy made before that.

    The copy is of file and journal, so that whatever the file held can still be had from it.

    Raises
    ------
    PlanMapError
        The copy cannot be made, another program is using the file, or the journal names other files, which SQLite
        would delete.
    """
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with FileLock(_folder() / f"{_name(path)}.lock", timeout=60):
            journal = journal_of(path)
            if journal.read_bytes()[-len(_MAGIC) :] == _MAGIC:
                raise PlanMapError("journal-names-files", plan=path)
            aside = _aside(path)
            shutil.copy2(path, aside)
            shutil.copy2(journal, journal_of(aside))
            with closing(sqlite3.connect(path, isolation_level=None, timeout=20)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            _forget(path)
            return aside
    except (OSError, Timeout) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise PlanMapError("plan-not-writable", plan=path, reason=reason) from error
    except sqlite3.Error as error:
        code = "plan-locked" if error.sqlite_errorcode == sqlite3.SQLITE_BUSY else "plan-not-writable"
        raise PlanMapError(code, plan=path, reason=str(error)) from error


def free_name(path: Path, reason: str) -> Path:
    """Return a path beside `path`, with the `reason` in brackets in its name, at which nothing is yet."""
    for number in range(1, 1000):
        words = reason if number == 1 else f"{reason} {number}"
        free = path.with_name(f"{path.stem} ({words}){path.suffix}")
        if not free.exists():
            return free
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _aside(path: Path) -> Path:
    moment = datetime.now().strftime("%Y-%m-%d %H%M%S")
    names = (
        f"{path.stem} (before recovery {moment}{tail}){path.suffix}" for tail in ("", *map(" {}".format, range(2, 99)))
    )
    return next(aside for name in names if not (aside := path.with_name(name)).exists())


def _forget(path: Path) -> None:
    # Another process may just be about to write; its record is younger.
    for record in _folder().glob(f"{_name(path)}-*"):
        with suppress(OSError):
            if time.time() - record.stat().st_mtime > _KEPT_S:
                record.unlink()


def _folder() -> Path:
    return Path(platformdirs.user_state_dir("PlanMap", appauthor=False)) / "saving"


def _name(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:32]
