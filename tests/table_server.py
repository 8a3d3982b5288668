"""A database of tables for tests, reached as from elsewhere: by TCP, through a door that can be shut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from geo.database import connection
from layers.own.table import state


@dataclass
class Door:
    """Passes bytes between a port of this machine and the server's socket, as long as it is open."""

    socket_path: str
    listener: socket.socket
    is_open: bool = True
    silent: bool = False
    """Whether whoever comes is let in and never answered."""
    ends: list[socket.socket] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def run(self) -> None:
        while True:
            try:
                outer, _ = self.listener.accept()
            except OSError:
                return
            self.ends.append(outer)
            if not self.is_open:
                outer.close()
            elif not self.silent:
                inner = socket.socket(socket.AF_UNIX)
                inner.connect(self.socket_path)
                self.ends.append(inner)
                for pair in ((outer, inner), (inner, outer)):
                    passing = threading.Thread(target=_pass, args=pair, daemon=True)
                    self.threads.append(passing)
                    passing.start()

    def shut(self, *, silent: bool = False) -> None:
        """Cut all connections, and let nobody in any more."""
        self.is_open, self.silent = silent, silent
        for end in self.ends:
            _end(end)
        for thread in self.threads:
            thread.join()
        for end in self.ends:
            end.close()
        self.ends.clear()
        self.threads.clear()

    def open(self) -> None:
        """Let everybody in again."""
        self.is_open, self.silent = True, False


def _pass(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    _end(one)
    _end(other)


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@dataclass
class TableServer:
    """A database with tables, and its address."""

    url: str
    door: Door

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.door.port}"

    @property
    def address(self) -> str:
        return f"postgresql://postgres@{self.host}{urlsplit(self.url).path}"

    def run(self, *statements: str) -> None:
        """Run statements as the owner of the database."""
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as made:
            for statement in statements:
                made.execute(statement)  # type: ignore[call-overload]


@contextmanager
def table_server(url: str) -> Iterator[TableServer]:
    """Yield the database of `url` behind a door."""
    folder = Path(unquote(urlsplit(url).query.removeprefix("host=")))
    listener = socket.create_server(("127.0.0.1", 0))
    door = Door(str(folder / ".s.PGSQL.5432"), listener)
    threading.Thread(target=door.run, daemon=True).start()
    try:
        state.look_again()
        yield TableServer(url, door)
    finally:
        connection.close_all()
        state.look_again()
        door.shut()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def make_parcels(
    server: TableServer, *, rows: int = 6, columns: int = 8, srid: int = 4326, table: str = "parcels"
) -> None:
    """Make a table of parcels of 90 m, 100 m apart, beside the station of the built-in plan; `srid` may be 0."""
    box = (
        f"ST_MakeEnvelope(536450 + n % {columns} * 100, 4325600 + n / {columns} * 100, "
        f"536540 + n % {columns} * 100, 4325690 + n / {columns} * 100, 4548)"
    )
    server.run(
        f"CREATE TABLE {table} "
        f"(gid serial PRIMARY KEY, use text, far float8, built date, geom geometry(Polygon, {srid}))",
        f"INSERT INTO {table} (use, far, built, geom) SELECT (ARRAY['居住', '商业', '工业'])[1 + n % 3], "  # noqa: S608
        f"0.5 + n % 40 * 0.25, date '2020-01-01' + n, ST_SetSRID(ST_Transform({box}, {srid or 4326}), {srid}) "
        f"FROM generate_series(0, {rows * columns - 1}) AS n",
        f"CREATE INDEX ON {table} USING gist (geom)",
        f"ANALYZE {table}",
    )
