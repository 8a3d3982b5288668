"""A mark beside a GeoPackage that says which machine uses it: two machines on one file share would damage it.

SQLite's locks do not hold between machines on SMB or NFS, so a second machine is refused before it reads or writes.
Processes of one machine share the file as before. The mark is a file of its own, because a note in the database would
count as a change of the plan; it is untrusted text like any other.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import platform
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from geo import output
from geo.errors import PlanMapError

STALE_S = 300.0
"""Seconds after which a mark no longer counts: whoever left it has crashed, or does nothing any more."""

FRESH_S = 60.0
"""Seconds after which a mark that is kept is written again."""

LARGEST = 4096
"""Most bytes of a mark; one that is larger is none of PlanMap's."""

_SUFFIX = ".in-use"

_kept: dict[Path, float] = {}
"""The marks that this process keeps until it ends, each with when it was written last, on the monotonic clock."""

_lock = threading.Lock()


class Use(NamedTuple):
    """Who used a file, and when."""

    machine: str
    host: str
    at: float
    """Seconds since 1970."""


def mark_path(path: Path) -> Path:
    """Return where the mark of the file at `path` is."""
    return path.with_name(path.name + _SUFFIX)


def check(path: Path) -> None:
    """Raise `PlanMapError` if another machine uses the file at `path`; keep the mark fresh that this process keeps."""
    found = _read(mark_path(path))
    if found is not None and found.machine != machine() and abs(time.time() - found.at) < STALE_S:
        until = datetime.fromtimestamp(found.at + STALE_S)
        raise PlanMapError(
            "plan-on-share", plan=str(path), host=found.host, until=f"{until:%H:%M}", mark=mark_path(path).name
        )
    with _lock:
        due = path in _kept and time.monotonic() - _kept[path] > FRESH_S
        if due:
            _kept[path] = time.monotonic()
    if due:
        _write(mark_path(path))


def keep(path: Path) -> None:
    """Mark the file at `path` as used by this machine until `leave`, or this process's end; raise as `check` does."""
    check(path)
    with _lock:
        if not _kept:
            atexit.register(leave)
        _kept[path] = time.monotonic()
    _write(mark_path(path))


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Mark the file at `path` as used by this machine while something is written to it; raise as `check` does."""
    check(path)
    mark = mark_path(path)
    made = _make(mark)
    if not made:
        # Of this machine, or left behind. If another machine was faster just now, it is refused here.
        check(path)
        if (found := _read(mark)) is None or found.machine != machine():
            made = _write(mark)
    try:
        yield
    finally:
        if made and path not in _kept:
            with contextlib.suppress(OSError):
                mark.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def machine() -> str:
    """Return what tells this machine from others, as a digest: nobody else needs to know more of it."""
    named = ""
    with contextlib.suppress(OSError):
        named = Path("/etc/machine-id").read_text(encoding="ascii").strip()
    if not named and os.name == "nt":
        named = _windows_machine()
    return hashlib.sha256((named or f"{platform.node()} {uuid.getnode()}").encode()).hexdigest()[:32]


def _windows_machine() -> str:
    import winreg

    with (
        contextlib.suppress(OSError),
        winreg.OpenKey(  # type: ignore[attr-defined]  # on Windows only
            winreg.HKEY_LOCAL_MACHINE,  # type: ignore[attr-defined]
            r"SOFTWARE\Microsoft\Cryptography",
        ) as key,
    ):
        return str(winreg.QueryValueEx(key, "MachineGuid")[0])  # type: ignore[attr-defined]
    return ""


def _content() -> bytes:
    return json.dumps({"machine": machine(), "host": platform.node(), "at": round(time.time(), 1)}).encode()


def _read(mark: Path) -> Use | None:
    """Return the mark in a file; None if there is none, or nothing that PlanMap writes."""
    try:
        with mark.open("rb") as file:
            found = json.loads(file.read(LARGEST))
        return Use(str(found["machine"]), " ".join(str(found["host"]).split())[:60], float(found["at"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _make(mark: Path) -> bool:
    """Write a mark where there is none; tell whether that was so. A folder that cannot be written gets none."""
    try:
        with mark.open("xb") as file:
            file.write(_content())
    except OSError:
        return False
    return True


def _write(mark: Path) -> bool:
    """Write a mark in the place of whatever is there; tell whether that was possible."""
    try:
        output.write(mark, _content())
    except PlanMapError:
        return False
    return True


def leave() -> None:
    """Take away the marks that this process keeps."""
    with _lock:
        for path in _kept:
            found = _read(mark_path(path))
            if found is not None and found.machine == machine():
                with contextlib.suppress(OSError):
                    mark_path(path).unlink(missing_ok=True)
        _kept.clear()
