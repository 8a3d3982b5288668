"""What the processes do that are killed: they save for ever, and say of each save when it has been stored."""

from __future__ import annotations

from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from layers.store.base import Store, open_store
from layers.store.user_copy import open_user_plan
from tests.test_store import EVENT


def opened(kind: str, where: str) -> Store:
    """Return the store of the user's copy in a folder (kind `own`), or the store at an address."""
    return open_user_plan(Path(where)) if kind == "own" else open_store(where)


def save(kind: str, where: str, name: str, said: Connection) -> None:
    """Add events one after the other, and tell each one's id only when it has been stored."""
    store = opened(kind, where)
    for number in range(10**6):
        store.add_event(replace(EVENT, id=f"{name}-{number}", recorded_by="x" * 2000))
        said.send_bytes(f"{name}-{number}".encode())
