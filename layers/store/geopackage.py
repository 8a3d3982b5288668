"""A plan in one GeoPackage file, the default store: read without GDAL, so that a file from elsewhere is safe."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from shapely.geometry.base import BaseGeometry

from geo.errors import PlanMapError
from geo.geopackage import geometry_from_blob
from layers.plan.plan import Plan
from layers.store.sql import TABLES, SqlStore, explained, frames
from layers.store.sqlite_limits import arm


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
        engine = sqlalchemy.create_engine("sqlite://", creator=self._connect, poolclass=sqlalchemy.NullPool)
        super().__init__(engine)

    def _connect(self, *, writing: bool = False) -> sqlite3.Connection:
        # When SQLite opens a file for writing, it replays a journal beside the file and deletes what that
        # journal names. A file from elsewhere must not be able to do that.
        if writing and not self.own and self._journal_stays():
            raise PlanMapError("plan-has-journal", plan=self.name)
        mode = "rw" if writing or self.own else "ro"
        address = f"{self.path.resolve().as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, timeout=20, check_same_thread=False)
        arm(connection, self.name, TABLES.values(), writing=writing)
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
    def reading(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection that cannot write.

        Raises
        ------
        PlanMapError
            The file cannot be read, or a table is missing or not an ordinary one.
        """
        with explained(self.name, "plan-not-a-database"), self.engine.connect() as connection:
            yield connection

    def writer(self) -> sqlalchemy.Engine:
        """Return an engine that opens the file for writing."""
        return sqlalchemy.create_engine(
            "sqlite://", creator=lambda: self._connect(writing=True), poolclass=sqlalchemy.NullPool
        )

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
