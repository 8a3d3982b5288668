"""The one way to ask a database: only an allowed host, at an IP address that was checked, reading only, within limits.

The password is never in an address: libpq finds it where it always does (`PGPASSWORD`, the user's password file), or
whoever asks hands it over. Everything that a transaction needs is set in it, so that a pooler between is no harm.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql

from geo.database.address import DatabaseAddress
from geo.errors import PlanMapError
from geo.remote.fetch import Resolver, resolved
from geo.remote.hosts import Hosts, is_anywhere, is_public

CONNECT_S = 5
"""Seconds in which a database must answer."""

STATEMENT_S = 20
"""Seconds that one question may take."""

IDLE_S = 20.0
"""Seconds for which a connection is kept for the next question."""

MOST_IDLE = 4
MOST_IPS = 2
"""IP addresses of a name that are tried."""

_SETTINGS = {
    "search_path": "pg_catalog",
    "lock_timeout": "4000",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "timezone": "UTC",
    "extra_float_digits": "1",
    "client_min_messages": "error",
    # Many short questions: compiling one takes longer than it saves, and groups are best kept in memory.
    "jit": "off",
    "work_mem": "64MB",
}
"""What a transaction is set to, so that values have one form whatever the server's own settings."""


@dataclass(frozen=True, slots=True)
class Access:
    """A database and what opens it."""

    address: DatabaseAddress
    password: str = ""
    """Empty to leave it to libpq."""


class Session:
    """A transaction that reads one state of the database."""

    def __init__(self, connection: psycopg.Connection, shown: str, seconds: float) -> None:
        self._connection = connection
        self._shown, self._seconds = shown, seconds

    def rows(self, query: sql.SQL | sql.Composed | LiteralString, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds.

        Raises
        ------
        PlanMapError
            It takes too long, the database has gone, or refuses.
        """
        with explained(self._shown, self._seconds):
            # With values, even if there are none, so that a percent sign is always written twice; see `name`.
            return self._connection.execute(query, tuple(values), binary=True).fetchall()


def name(*parts: str) -> sql.SQL:
    """Return the name of a column, or of a table in its schema, as a query has it."""
    quoted = ".".join('"' + part.replace('"', '""').replace("%", "%%") + '"' for part in parts)
    return sql.SQL(quoted)


@contextmanager
def session(
    access: Access, hosts: Hosts, *, seconds: float = STATEMENT_S, resolver: Resolver = resolved
) -> Iterator[Session]:
    """Yield a transaction that only reads, in which each question may take `seconds`.

    Raises
    ------
    PlanMapError
        The host is not allowed or lies in a private network, or the database cannot be reached or refuses.
    """
    host = hosts.allowed(access.address.server)
    shown = access.address.shown
    with explained(shown, seconds):
        connection = _taken(access, is_private=host.private) or _connected(
            access, is_private=host.private, resolver=resolver
        )
    try:
        with explained(shown, seconds):
            try:
                _begin(connection, seconds)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                # One that was kept may have died since.
                connection.close()
                connection = _connected(access, is_private=host.private, resolver=resolver)
                _begin(connection, seconds)
        yield Session(connection, shown, seconds)
        with explained(shown, seconds):
            connection.rollback()
    except BaseException:
        connection.close()
        raise
    _keep(access, connection, is_private=host.private)


@contextmanager
def explained(shown: str, seconds: float) -> Iterator[None]:
    """Turn errors of the driver into a `PlanMapError`, without anything secret in it."""
    try:
        yield
    except errors.QueryCanceled as error:
        raise PlanMapError("postgis-slow", address=shown, seconds=round(seconds)) from error
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName) as error:
        raise PlanMapError("postgis-changed", address=shown, reason=_reason(error)) from error
    except errors.InsufficientPrivilege as error:
        raise PlanMapError("postgis-refused", address=shown, reason=_reason(error)) from error
    except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
        raise PlanMapError("postgis-unreachable", address=shown, reason=_reason(error)) from error
    except (psycopg.Error, UnicodeError) as error:
        raise PlanMapError("postgis-refused", address=shown, reason=_reason(error)) from error


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return "".join(letter if letter.isprintable() else "?" for letter in lines[0])[:160]


def _begin(connection: psycopg.Connection, seconds: float) -> None:
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    settings = {**_SETTINGS, "statement_timeout": str(round(seconds * 1000))}
    # It would remember each row of a question in case that it came again.
    connection.execute("SELECT set_config(name, 'off', true) FROM pg_settings WHERE name = 'enable_memoize'")
    calls = sql.SQL(", ").join([sql.SQL("set_config(%s, %s, true)")] * len(settings))
    connection.execute(sql.SQL("SELECT {}").format(calls), [part for pair in settings.items() for part in pair])
    # Only the system and PostGIS: nobody's functions of the same name.
    found = connection.execute(
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
    ).fetchone()
    if found is None:
        raise PlanMapError("postgis-no-postgis", address=connection.info.dbname)
    quoted = str(found[0]).replace('"', '""')
    connection.execute("SELECT set_config('search_path', %s, true)", (f'pg_catalog, "{quoted}"',))


def _connected(access: Access, *, is_private: bool, resolver: Resolver) -> psycopg.Connection:
    server = access.address.server
    found = resolver(server.host, server.port)[:MOST_IPS]
    fits = is_anywhere if is_private else is_public
    if not found:
        raise PlanMapError("postgis-unreachable", address=access.address.shown, reason=server.host)
    if not all(map(fits, found)):
        raise PlanMapError("remote-private", host=server.host)
    return psycopg.connect(
        # The name is for certificates and the password file; the connection is made to what was looked at.
        host=",".join([server.host] * len(found)),
        hostaddr=",".join(found),
        port=",".join([str(server.port)] * len(found)),
        user=access.address.user,
        dbname=access.address.database,
        password=access.password or None,
        connect_timeout=CONNECT_S,
        client_encoding="UTF8",
        application_name="PlanMap",
        keepalives_idle=5,
        keepalives_interval=3,
        keepalives_count=3,
        tcp_user_timeout=15_000,
        # Statements that stay prepared would be no use to a pooler.
        prepare_threshold=None,
    )


_idle: dict[tuple[Access, bool], list[tuple[float, psycopg.Connection]]] = {}
_guard = threading.Lock()


def _taken(access: Access, *, is_private: bool) -> psycopg.Connection | None:
    """Return a connection that was kept, and close those that have been idle for long."""
    now = time.monotonic()
    with _guard:
        for kept in _idle.values():
            while kept and now - kept[0][0] > IDLE_S:
                _close(kept.pop(0)[1])
        kept = _idle.get((access, is_private), [])
        return kept.pop()[1] if kept else None


def _keep(access: Access, connection: psycopg.Connection, *, is_private: bool) -> None:
    with _guard:
        kept = _idle.setdefault((access, is_private), [])
        if connection.closed or len(kept) >= MOST_IDLE:
            _close(connection)
        else:
            kept.append((time.monotonic(), connection))


def _close(connection: psycopg.Connection) -> None:
    with suppress(psycopg.Error):
        connection.close()


def close_all() -> None:
    """Close the connections that are kept."""
    with _guard:
        for kept in _idle.values():
            for _, connection in kept:
                _close(connection)
        _idle.clear()


atexit.register(close_all)
