"""In which state the tables of layers are: looked at every few seconds at most, however often somebody asks."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from geo.database.table import DatabaseTable
from geo.errors import PlanMapError
from geo.grid import BBox
from layers.own.own_layer import OwnLayer
from layers.own.table.source import opened_table, source_of

FRESH_S = 3.0
"""Seconds for which a look at a table holds."""

AWAY_S = 12.0
"""Seconds for which a database that could not be reached is not tried again: each attempt may take five."""

_AWAY = "away"


@dataclass(frozen=True, slots=True)
class TableState:
    """What was seen of a table."""

    version: str
    """Changes with its rows."""
    count: int
    is_estimate: bool = False
    """Whether it could not be counted in time, and that is about how many there are."""
    bounds: BBox | None = None
    """What they cover, in degrees (WGS 84); None if that is not known."""
    fault: PlanMapError | None = None
    """Why it cannot be read."""


_guard = threading.Lock()
_seen: dict[tuple[Path, str], tuple[float, TableState]] = {}
_told: dict[tuple[Path, str], tuple[str, tuple[int, bool, BBox | None]]] = {}
"""What the server said of a table, and how many rows that was and where."""
_away: dict[str, tuple[float, PlanMapError]] = {}
_looking: dict[tuple[Path, str], threading.Lock] = {}


def live(layer: OwnLayer) -> OwnLayer:
    """Return a layer, as its file describes it, with the state and number of the features in its table.

    One whose table cannot be read has none, and `fault_of` says why.

    Raises
    ------
    PlanMapError
        Its file says what cannot be.
    """
    found = state_of(layer)
    version = f"{_file_version(layer)}-{found.version}"
    return replace(
        layer, version=version, count=found.count, is_estimate=found.is_estimate, bounds=found.bounds or layer.bounds
    )


def fault_of(layer: OwnLayer) -> PlanMapError | None:
    """Return why the table of a layer cannot be read; None if it can."""
    return state_of(layer).fault


def state_of(layer: OwnLayer) -> TableState:
    """Return the state of a layer's table, as it was a few seconds ago at most; likewise."""
    key = layer.path, _file_version(layer)
    server = source_of(layer).address
    with _guard:
        lock = _looking.setdefault(key, threading.Lock())
    # One look at a time: who comes second has what the first one found.
    with lock:
        now = time.monotonic()
        before = _seen.get(key)
        if before is not None and now - before[0] < FRESH_S:
            return before[1]
        away = _away.get(server)
        if away is not None and now - away[0] < AWAY_S:
            return TableState(_AWAY, 0, fault=away[1])
        found = _looked(layer, key)
        with _guard:
            if found.fault is not None and found.fault.code == "postgis-unreachable":
                _away[server] = time.monotonic(), found.fault
            else:
                _away.pop(server, None)
                _seen[key] = time.monotonic(), found
        return found


def look_again() -> None:
    """Have every table looked at the next time that somebody asks."""
    with _guard:
        _seen.clear()
        _away.clear()


def _looked(layer: OwnLayer, key: tuple[Path, str]) -> TableState:
    try:
        with opened_table(layer) as table:
            said = table.state
            before = _told.get(key)
            summary = before[1] if before is not None and before[0] == said else _summary(layer, table)
    except PlanMapError as error:
        return TableState(_AWAY, 0, fault=error)
    _told[key] = said, summary
    return TableState(hashlib.sha256(said.encode()).hexdigest()[:12], *summary)


def _summary(layer: OwnLayer, table: DatabaseTable) -> tuple[int, bool, BBox | None]:
    """Return how many features there are, whether that is an estimate since counting takes too long, and where."""
    try:
        count, bounds = table.summary()
        return count, False, bounds
    except PlanMapError as error:
        if error.code != "postgis-slow":
            raise
        # The transaction has ended with the question that took too long.
        with opened_table(layer) as again:
            about = again.estimated_count()
        if not about:
            # Of a view the server knows nothing.
            raise
        return about, True, None


def _file_version(layer: OwnLayer) -> str:
    """Return the version of a layer's file: two hexadecimal numbers, before what is added here."""
    return "-".join(layer.version.split("-")[:2])
