"""A file of one of the folders beside a plan: made in a draft folder, and put in its place in one step."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.errors import PlanMapError

PATIENCE_S = 10.0
"""Seconds for which a file is waited for that somebody has open."""

_DRAFT = ".draft-"


@contextmanager
def draft_folder(folder: Path) -> Iterator[Path]:
    """Yield a new folder in `folder`, which is made if need be, and gone afterwards.

    It is beside where the file will be, for a file can be moved in one step only within a file system. What a process
    that died has left there goes.

    Raises
    ------
    PlanMapError
        The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{_DRAFT}*"):
            if not _is_alive(left):
                shutil.rmtree(left, ignore_errors=True)
        draft = folder / f"{_DRAFT}{os.getpid()}-{secrets.token_hex(4)}"
        draft.mkdir()
    except OSError as error:
        raise PlanMapError("folder-not-writable", folder=folder, reason=error.strerror or "") from error
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def place_for(name: str, folder: Path, suffix: str, *, default: str, is_same: Callable[[Path], bool]) -> Path:
    """Return the path in `folder` of what is called `name`: of a file of that name if there is one, else a free one.

    `is_same` tells whether a file that is there has that name; different names can come to one file name.
    """
    target = folder / f"{identifier(name, default)}{suffix}"
    if target.exists() and not is_same(target):
        other = hashlib.sha256(name.encode()).hexdigest()[:6]
        target = target.with_name(f"{target.stem}-{other}{suffix}")
    return target


def put(made: Path, target: Path) -> Path:
    """Move a file that is ready to `target`, in place of what is there, and return that.

    Raises
    ------
    PlanMapError
        It cannot be moved there.
    """
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            os.replace(made, target)
        except PermissionError as error:
            # On Windows a file that a sheet is drawn from cannot be replaced; a moment later it can.
            if time.monotonic() > until:
                raise PlanMapError("output-refused", path=target, reason=error.strerror or "") from error
            time.sleep(0.2)
        except OSError as error:
            raise PlanMapError("output-refused", path=target, reason=error.strerror or "") from error
        else:
            return target


def identifier(name: str, default: str) -> str:
    """Return a name as part of a file's name and of an address: letters, digits and hyphens of any script's words."""
    plain = unicodedata.normalize("NFKC", name).lower()
    words = re.sub(r"[^\w]+|_", "-", plain).strip("-")[:40].strip("-")
    # Of such a name Windows makes a device, whatever follows the dot.
    return f"{words}-" if re.fullmatch(r"con|prn|aux|nul|(com|lpt)\d", words) else words or default


def _is_alive(draft: Path) -> bool:
    """Whether the process that has made a draft folder still runs."""
    import psutil

    number = draft.name.removeprefix(_DRAFT).partition("-")[0]
    return number.isdigit() and psutil.pid_exists(int(number))
