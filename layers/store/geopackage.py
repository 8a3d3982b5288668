"""A plan in one GeoPackage file, the default store: read without GDAL, so that a file from elsewhere is safe."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.errors import PlanMapError
from geo.files import MAXIMUM_BYTES
from geo.geopackage import geometry_from_blob
from layers.plan.plan import Plan
from layers.store.sql import TABLES, Connection, SqlStore, explained, frames

_MAXIMUM_STEPS = 500_000_000
"""Steps of SQLite's virtual machine after which a read is given up: a file can hold endless queries."""


class _Sqlite:
    """A connection without SQLAlchemy, which takes a quarter of a second to import."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw

    def rows(self, statement: str, **values: Any) -> Iterator[Mapping[str, Any]]:
        """Yield what a SELECT finds."""
        found = self._raw.execute(statement, values)
        names = [column[0] for column in found.description]
        return (dict(zip(names, row, strict=True)) for row in found)

    def change(self, statement: str, **values: Any) -> int:
        """Run an INSERT or UPDATE and return how many rows it touched."""
        return self._raw.execute(statement, values).rowcount


class GeoPackageStore(SqlStore):
    """A plan in one GeoPackage file. See `layers.store.base.Store`."""

    geometry_column = "geom"

    def __init__(self, path: Path, *, own: bool = False) -> None:
        self.path = path
        self.name = str(path)
        self.own = own
        """Whether PlanMap made and keeps the file, so that SQLite may repair it after a crash."""
        with explained(self.name, "plan-not-a-database"), path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                raise PlanMapError("plan-not-a-database", plan=self.name)

    def _connect(self, *, writing: bool = False) -> sqlite3.Connection:
        # When SQLite opens a file for writing, it replays a journal beside the file and deletes what that
        # journal names. A file from elsewhere must not be able to do that.
        if writing and not self.own and self._journal_stays():
            raise PlanMapError("plan-has-journal", plan=self.name)
        mode = "rw" if writing or self.own else "ro"
        address = f"{self.path.resolve().as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, timeout=20, check_same_thread=False)
        # The schema comes with the file: it must not reach functions with side effects, nor fill the
        # memory with one value.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAXIMUM_BYTES)
        return connection

    def _journal_stays(self) -> bool:
        """Whether a journal stays beside the file for longer than another program takes to write."""
        journal = self.path.with_name(f"{self.path.name}-journal")
        for _ in range(60):
            if not journal.exists():
                return False
            time.sleep(0.05)
        return True

    def decode(self, value: Any) -> BaseGeometry | None:
        """Return the WGS 84 geometry in a GeoPackage blob; None for an empty one.

        Raises
        ------
        GeometryError
            The blob holds no such geometry.
        """
        return geometry_from_blob(value)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that cannot write, after checking that PlanMap's tables are ordinary ones.

        Raises
        ------
        PlanMapError
            The file cannot be read, or a table is missing or not an ordinary one.
        """
        with explained(self.name, "plan-not-a-database", sqlite3.Error), closing(self._connect()) as raw:
            raw.execute("PRAGMA query_only = ON")
            raw.set_progress_handler(lambda: 1, _MAXIMUM_STEPS)
            for table in TABLES.values():
                if not _is_plain_table(raw, table):
                    raise PlanMapError("plan-not-a-database", plan=self.name)
            yield _Sqlite(raw)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection whose changes are kept only if nothing raises."""
        with (
            explained(self.name, "plan-not-writable", sqlite3.Error),
            closing(self._connect(writing=True)) as raw,
            raw,
        ):
            yield _Sqlite(raw)

    def version(self) -> str:
        """Return a text made of the file's size and modification time."""
        with explained(self.name, "plan-not-found"):
            state = self.path.stat()
            return f"{state.st_mtime_ns}:{state.st_size}"

    @classmethod
    def create(cls, plan: Plan, path: Path, *, origin: str = "") -> GeoPackageStore:
        """Write `plan` to the new file `path`, all of it or nothing, and return its store.

        Raises
        ------
        PlanMapError
            The file exists or the folder cannot be written.
        """
        import pyogrio
        from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

        if path.exists():
            raise PlanMapError("target-exists", target=path.name)
        try:
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=".planmap-") as folder:
                draft = Path(folder) / path.name
                sites, tables = frames(plan, origin)
                pyogrio.write_dataframe(sites, draft, layer=TABLES["sites"], driver="GPKG", geometry_type="Unknown")
                for part, table in tables.items():
                    pyogrio.write_dataframe(table, draft, layer=TABLES[part], driver="GPKG", append=True)
                os.replace(draft, path)
        except OSError as error:
            raise PlanMapError("folder-not-writable", folder=path.parent, reason=error.strerror) from error
        except (DataSourceError, DataLayerError, FeatureError, UnicodeError) as error:
            # A full disk, or a name that the file system accepts and GDAL does not.
            raise PlanMapError("folder-not-writable", folder=path.parent, reason=type(error).__name__) from error
        return cls(path)


def _is_plain_table(connection: sqlite3.Connection, table: str) -> bool:
    """Whether `table` is an ordinary one; a view, a virtual table or a computed column could run for ever."""
    found = connection.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    if len(found) != 1 or found[0][0] != "table" or found[0][1].lstrip()[:14].upper() == "CREATE VIRTUAL":
        return False
    return all(column[6] == 0 for column in connection.execute(f"PRAGMA table_xinfo({table})"))
