"""Limits for SQLite on a file from elsewhere, whose schema brings code along: triggers, checks, indexes of expressions.

SQLite runs such code for as long as it takes, in C, where Python sees no signal. Here its steps are counted, and what
a single step could take long for is not allowed at all.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager

from geo.errors import PlanMapError
from layers.store.limits import MIB

STEPS = 50_000_000
"""Steps of SQLite's virtual machine after which a connection to a small file is given up."""

SECONDS = 10.0
"""Seconds of the processor's time after which one is given up, SQLite's steps and ours between them."""

MORE = 0.2
"""For each MiB of the file so many seconds more, and as many steps as in them: a million events take 220 MiB."""

LARGEST = 500 * MIB
"""Size of a file in bytes from which on it gets no more: a file can be made to look large."""

_EVERY = 500
"""Steps after which SQLite asks whether to go on; in between Python also gets to see signals."""

HEAP_BYTES = 192 * MIB
"""Memory in bytes that SQLite may take in this process; a plan takes some megabytes."""

MAXIMUM_SQL = 100_000
"""Largest length in characters of what a schema says of one table: a default value in it counts for every row."""

MAXIMUM_OBJECTS = 5_000
"""Largest number of tables, indexes and triggers."""

_LIMITS = {
    # One site may have all the vertices of a plan, of 16 bytes each.
    sqlite3.SQLITE_LIMIT_LENGTH: 24 * MIB,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 250_000,
}

_FUNCTIONS = frozenset(
    {
        "abs",
        "changes",
        "coalesce",
        "count",
        "date",
        "datetime",
        "ifnull",
        "iif",
        "julianday",
        "last_insert_rowid",
        "length",
        "lower",
        "max",
        "min",
        "nullif",
        "raise",
        "round",
        "strftime",
        "sum",
        "time",
        "total",
        "typeof",
        "unixepoch",
        "upper",
        # The triggers of an R-tree, which GDAL and QGIS make.
        "st_isempty",
        "st_maxx",
        "st_maxy",
        "st_minx",
        "st_miny",
    }
)
"""What triggers may call: nothing that takes longer than its arguments are long."""


def arm(
    connection: sqlite3.Connection,
    name: str,
    tables: Iterable[str],
    *,
    size: int,
    missing: Collection[str],
    writing: bool = False,
) -> None:
    """Bound what a connection to the plan file `name` of `size` bytes does from now on, in time and memory.

    A statement that goes beyond ends with `sqlite3.OperationalError` ("interrupted", or "not authorized" for a trigger
    that calls itself or a function that may take long).

    Raises
    ------
    PlanMapError
        The schema holds what no plan needs and what could run for ever: a view, a virtual table or computed columns
        in the place of one of PlanMap's `tables`, or to write into, an index of expressions on one. Those called
        `missing` may be missing, as from a file of an older version.
    """
    for limit, value in _LIMITS.items():
        connection.setlimit(limit, value)
    connection.set_progress_handler(_budget(size), _EVERY)
    # For the whole process, and never raised again; everything else that PlanMap does with SQLite needs far less.
    connection.execute(f"PRAGMA hard_heap_limit = {HEAP_BYTES}")
    # The schema comes with the file: it must not reach functions with side effects.
    connection.execute("PRAGMA trusted_schema = OFF")
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    words = "SELECT count(*) FROM sqlite_master WHERE name = ?"
    absent = {name for name in missing if not connection.execute(words, (name,)).fetchone()[0]}
    tables = [table for table in tables if table not in absent]
    if objects > MAXIMUM_OBJECTS or not all(_is_plain(connection, table, writing=writing) for table in tables):
        raise PlanMapError("plan-not-a-database", plan=name)
    if writing:
        # Checks are code too, and PlanMap has checked what it writes.
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.set_authorizer(_allowed)
    else:
        connection.execute("PRAGMA query_only = ON")


@contextmanager
def altering(connection: sqlite3.Connection) -> Iterator[None]:
    """Let `connection` alter a table: for that SQLite itself calls functions that no trigger may call.

    Adding a column runs no code of the file. Nothing else belongs inside.
    """
    connection.set_authorizer(None)
    try:
        yield
    finally:
        connection.set_authorizer(_allowed)


def _budget(size: int) -> Callable[[], int]:
    """Return a function that tells SQLite, by 1, when a connection to so large a file has used up its steps or time."""
    calls = 0
    seconds = SECONDS + MORE * min(size, LARGEST) / MIB
    most = STEPS * seconds / SECONDS
    end = time.thread_time() + seconds
    owner = threading.get_ident()

    def used_up() -> int:
        nonlocal calls, end, owner
        calls += 1
        if threading.get_ident() != owner:
            # Each thread has a clock of its own.
            owner, end = threading.get_ident(), time.thread_time() + seconds
        return int(calls * _EVERY > most or time.thread_time() > end)

    return used_up


def _allowed(action: int, one: str | None, two: str | None, _database: str | None, _trigger: str | None) -> int:
    """Tell SQLite whether a statement, with the triggers that it sets off, may do `action`."""
    if action == sqlite3.SQLITE_RECURSIVE or (action == sqlite3.SQLITE_FUNCTION and str(two).lower() not in _FUNCTIONS):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _is_plain(connection: sqlite3.Connection, table: str, *, writing: bool) -> bool:
    """Whether `table` is an ordinary one; a view, a virtual table or a computed column could run for ever."""
    found = connection.execute(
        "SELECT type, substr(sql, 1, 100), length(sql) FROM sqlite_master WHERE name = ?", (table,)
    ).fetchall()
    if len(found) != 1 or found[0][0] != "table" or found[0][2] > MAXIMUM_SQL:
        return False
    if found[0][1].lstrip()[:14].upper() == "CREATE VIRTUAL":
        return False
    if any(hidden for (hidden,) in connection.execute("SELECT hidden FROM pragma_table_xinfo(?)", (table,))):
        return False
    return not (writing and any(_has_code(connection, index) for index in _indexes(connection, table)))


_EXPRESSION = -2
"""What SQLite gives for the number of a column that is none but an expression."""


def _indexes(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM pragma_index_list(?)", (table,))]


def _has_code(connection: sqlite3.Connection, index: str) -> bool:
    """Whether an index is of an expression or of part of the rows, so that each change of a row runs code."""
    partial = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE name = ? AND sql LIKE '%WHERE%'", (index,)
    ).fetchone()
    columns = connection.execute("SELECT cid FROM pragma_index_xinfo(?)", (index,))
    return partial is not None or any(column == _EXPRESSION for (column,) in columns)
