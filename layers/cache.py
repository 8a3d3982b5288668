"""Files that take a while to make and can be made again, kept in the user's cache folder between runs."""

from __future__ import annotations

import atexit
import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import platformdirs

from geo.private import FOLDER, make_private


def kept_file(name: str, make: Callable[[], bytes], *, sound: Callable[[Path], bool] = Path.is_file) -> Path:
    """Return the path of the file `name` in the cache, made now if it is missing or not `sound`.

    The name must tell all that the content depends on, for example by a hash. Any number of processes may ask at
    once. If the cache folder cannot be written, the file lasts as long as the process.
    """
    folder = Path(platformdirs.user_cache_dir("PlanMap", appauthor=False))
    target = folder / name
    # Made by an earlier version, others may look into it.
    make_private(folder)
    if sound(target):
        return target
    data = make()
    try:
        folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder, suffix=".part")
    except OSError:
        folder = _folder_of_this_run()
        target = folder / name
        handle, draft = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    # Another process may have made the same file in the meantime; either one will do.
    os.replace(draft, target)
    return target


def kept_folder() -> Path:
    """Return the cache folder; if it cannot be written, one that lasts as long as the process."""
    folder = Path(platformdirs.user_cache_dir("PlanMap", appauthor=False))
    return folder if _is_writable(folder) else _folder_of_this_run()


@lru_cache(maxsize=4)
def _is_writable(folder: Path) -> bool:
    """Whether files can be made in `folder`, which is made if need be; tried once, for every tile of a map asks."""
    make_private(folder)
    try:
        folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def kept_bytes(name: str, make: Callable[[], bytes]) -> bytes:
    """Return what `make` returns, from the file `name` in the cache if it was made before.

    The name must tell all that the content depends on, for example by a hash.
    """
    path = kept_file(name, lambda: _sealed(make()), sound=lambda path: _opened(path) is not None)
    return _opened(path) or make()


_SEAL = hashlib.sha256
"""The hash that is stored before the content: after a power cut a damaged file does not match it."""


def _sealed(content: bytes) -> bytes:
    return _SEAL(content).digest() + content


def _opened(path: Path) -> bytes | None:
    """Return the content of a sealed file; None if there is no file or it is damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    size = _SEAL().digest_size
    return data[size:] if _SEAL(data[size:]).digest() == data[:size] else None


@lru_cache(maxsize=1)
def _folder_of_this_run() -> Path:
    """Return a folder that lasts as long as the process, for a machine without a writable cache folder."""
    folder = tempfile.TemporaryDirectory(prefix="planmap-")
    atexit.register(folder.cleanup)
    return Path(folder.name)
