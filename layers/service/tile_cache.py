"""Tiles that were fetched, kept on this machine within a limit, so that they are not fetched for every look."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import platformdirs

from geo.private import FOLDER, make_private

MOST_BYTES = 256 * 2**20
"""Most bytes of all tiles that are kept."""

LONGEST_DAYS = 7
"""Days after which a tile is fetched anew."""

_LOOK_AFTER = 200
"""How many tiles are kept before somebody looks how many there are."""

_lock = threading.Lock()
_kept = 0


def folder() -> Path:
    """Return where the tiles are kept."""
    return Path(platformdirs.user_cache_dir("PlanMap", appauthor=False)) / "services"


def kept_tile(address: str) -> bytes | None:
    """Return what was kept of an address; None if that is nothing, or too old."""
    path = _path(address)
    try:
        if time.time() - path.stat().st_mtime > LONGEST_DAYS * 86400:
            return None
        return path.read_bytes()
    except OSError:
        return None


def keep_tile(address: str, content: bytes, *, most: int = MOST_BYTES) -> None:
    """Keep what an address has answered. A disk that is full or cannot be written is no reason to do without a map."""
    global _kept
    path = _path(address)
    draft = path.with_name(f".{path.name}-{os.getpid()}-{threading.get_ident()}")
    with suppress(OSError):
        if not path.parent.is_dir():
            make_private(folder().parent)
            path.parent.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        draft.write_bytes(content)
        os.replace(draft, path)
    with _lock:
        _kept += 1
        is_due = _kept % _LOOK_AFTER == 1
    if is_due:
        clear_out(most)


def clear_out(most: int) -> None:
    """Delete the oldest tiles, until what is left is well under `most` bytes."""
    found = []
    for path in folder().glob("*/*"):
        with suppress(OSError):
            state = path.stat()
            found.append((state.st_mtime, state.st_size, path))
    total = sum(size for _, size, _ in found)
    if total <= most:
        return
    for _, size, path in sorted(found):
        if total <= most * 0.8:
            break
        with suppress(OSError):
            path.unlink()
            total -= size


def _path(address: str) -> Path:
    name = hashlib.sha256(address.encode()).hexdigest()
    return folder() / name[:2] / name[2:40]
