"""Folders and files that nobody but their owner may read. On Windows the user's own folders are so by themselves."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
"""Modes of what only its owner may read."""


def make_private(path: Path) -> None:
    """Take away from everybody but its owner what they may do with a file or folder, if it is there."""
    if os.name != "posix":
        return
    # One that belongs to somebody else, or that has gone in the meantime, stays as it is.
    with suppress(OSError):
        found = path.lstat()
        if stat.S_IMODE(found.st_mode) & 0o077 and not stat.S_ISLNK(found.st_mode):
            path.chmod(FOLDER if stat.S_ISDIR(found.st_mode) else FILE)


def make_all_private(folder: Path) -> None:
    """Do the same with a folder and with what lies in it."""
    make_private(folder)
    with suppress(OSError):
        for path in folder.iterdir():
            make_private(path)
