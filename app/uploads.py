"""Files that browsers have sent for statements that are not recorded yet."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from layers.plan.attachment import PER_EVENT
from layers.store.attached_files import checked_file

KEYS = 1000
"""Number of sessions that can send files; whoever has been away for longest gets a new key when needed."""

ALL_BYTES = 2**29
"""Size in bytes of all files that wait, beyond which the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Held:
    """A file that waits for its statement."""

    id: str
    name: str
    size: int
    """In bytes."""
    file: IO[bytes]
    """Without a name on the disk, so that nothing is left of it however the process ends."""


class Uploads:
    """Files that wait, by a key that a page gives to its browser alone.

    What is forgotten here is sent again by the browser, which still has it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: OrderedDict[str, OrderedDict[str, Held]] = OrderedDict()

    def key(self, known: str = "") -> str:
        """Return the key `known`, or a new one if it is none any more."""
        with self._lock:
            if known in self._keys:
                self._keys.move_to_end(known)
                return known
            made = secrets.token_urlsafe(18)
            self._keys[made] = OrderedDict()
            while len(self._keys) > KEYS:
                _, files = self._keys.popitem(last=False)
                _close(files.values())
            return made

    def knows(self, key: str) -> bool:
        """Whether files can be sent with `key`."""
        with self._lock:
            return key in self._keys

    def hold(self, key: str, name: str, file: IO[bytes]) -> Held | None:
        """Keep `file` until its statement is recorded, and return it with its safe name; None if `key` is unknown.

        Raises
        ------
        PlanMapError
            It is nothing that is taken.
        """
        file.seek(0)
        content = file.read()
        safe, _ = checked_file(name, content)
        held = Held(secrets.token_hex(8), safe, len(content), file)
        with self._lock:
            files = self._keys.get(key)
            if files is None:
                return None
            files[held.id] = held
            # Some may have been taken out of the form again.
            while len(files) > 2 * PER_EVENT:
                _close([files.popitem(last=False)[1]])
            while sum(each.size for files in self._keys.values() for each in files.values()) > ALL_BYTES:
                oldest = next(files for files in self._keys.values() if files)
                _close([oldest.popitem(last=False)[1]])
        return held

    def files(self, key: str, ids: Sequence[str]) -> list[tuple[str, bytes]] | None:
        """Return name and content of the files `ids`; None if one of them is not here any more."""
        with self._lock:
            found = self._keys.get(key, OrderedDict())
            if not all(name in found for name in ids):
                return None
            contents = []
            for name in ids:
                held = found[name]
                held.file.seek(0)
                contents.append((held.name, held.file.read()))
            return contents

    def forget(self, key: str, ids: Sequence[str]) -> None:
        """Give up the files `ids`, which are recorded."""
        with self._lock:
            found = self._keys.get(key, OrderedDict())
            _close([found.pop(name) for name in ids if name in found])


def _close(files: Iterable[Held]) -> None:
    for held in files:
        held.file.close()
