"""A plan in one GeoPackage file, the default store: read without GDAL, so that a file from elsewhere is safe."""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select

from geo.errors import PlanMapError
from geo.geopackage import geometry_from_blob
from layers.plan.attachment import Contents
from layers.plan.beside import Beside
from layers.plan.plan import Plan
from layers.store import in_use, journal
from layers.store.driver_errors import explained
from layers.store.frames import sites_frame
from layers.store.geopackage_schema import TRIGGERS, bring_up, copy_aside, make_tables
from layers.store.growth import Watermark, event_watermark
from layers.store.sql import SqlStore, fill, note_of, schema_version
from layers.store.sqlite_limits import arm
from layers.store.tables import AMENDMENTS, ATTACHMENTS, EVENTS, SCHEMA_VERSION, SITES, TABLE_NAMES

_LATER = (str(AMENDMENTS.name), str(ATTACHMENTS.name))
"""Tables that a file of an older version lacks."""

WAIT_S = 20.0
"""Seconds for which another program's write is waited for."""


class GeoPackageStore(SqlStore):
    """A plan in one GeoPackage file. See `layers.store.base.Store`."""

    def __init__(self, path: Path, *, own: bool = False) -> None:
        self.path = path
        self.name = str(path)
        self.own = own
        """Whether PlanMap made and keeps the file, so that it is recovered after a crash of whatever program."""
        with explained(self.name, "plan-not-a-database"), path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                raise PlanMapError("plan-not-a-database", plan=self.name)
        super().__init__(_engine(self._open_to_read, "BEGIN"))
        self.beside = Beside(path.with_suffix(".ground"), path.with_suffix(".layers"))
        # BEGIN IMMEDIATE takes the lock before anything is read, so that what is read still holds when it is written.
        self._writer = _engine(self._open_to_write, "BEGIN IMMEDIATE")

    def geometry(self) -> sqlalchemy.ColumnElement[Any]:
        """Return the column of the geometry, which holds bytes."""
        return sqlalchemy.type_coerce(SITES.c.geom, sqlalchemy.LargeBinary)

    def decode(self, value: Any) -> BaseGeometry | None:
        """Return the WGS 84 geometry in a GeoPackage blob; None for an empty one.

        Raises
        ------
        GeometryError
            The blob holds no such geometry.
        """
        return geometry_from_blob(value)

    def _open_to_read(self) -> sqlite3.Connection:
        return _open(self.path, "ro")

    def _open_to_write(self) -> sqlite3.Connection:
        self._recover()
        return _open(self.path, "rw")

    def _recover(self) -> None:
        """Undo an interrupted write of PlanMap itself; raise `PlanMapError` for one of another program."""
        if not journal.is_unfinished(self.path):
            return
        if not self.own and not journal.was_saving(self.path):
            raise PlanMapError("plan-has-journal", plan=self.name)
        journal.recover(self.path)

    @contextmanager
    def reading(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection that cannot write.

        Raises
        ------
        PlanMapError
            The file cannot be read, or a table is missing or not an ordinary one.
        """
        with explained(self.name, "plan-not-a-database"):
            if not self.path.exists():
                raise PlanMapError("plan-not-found", plan=self.name)
            in_use.check(self.path)
            self._recover()
            with self.engine.connect() as connection:
                yield connection

    @contextmanager
    def connect_to_write(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection whose changes are kept only if nothing raises."""
        if not self.path.exists():
            raise PlanMapError("plan-not-found", plan=self.name)
        with in_use.held(self.path), journal.recorded_save(self.path), self._writer.begin() as connection:
            yield connection

    def hold_task(self, connection: sqlalchemy.Connection, task_id: str) -> None:
        """Do nothing: whoever writes the file holds all of it."""

    def version(self) -> str:
        """Return a text made of the revision that triggers in the file count up, and of the file itself.

        The revision shows what any program has changed, also one that keeps its changes in a log beside the file
        (WAL). The file's number, size and time show that it was replaced by another.
        """
        with explained(self.name, "plan-not-found"):
            state = self.path.stat()
        with self.reading() as connection:
            revision = note_of(connection, "revision")
        parts = (revision, state.st_ino, state.st_mtime_ns, state.st_size, self._log_state())
        return ":".join(map(str, (*parts, self.beside.now().version)))

    def mark(self, connection: sqlalchemy.Connection, upto: int | None = None) -> Watermark | None:
        """Return how far the plan can be read; see `SqlStore.mark`.

        Each row that anybody adds, changes or takes away counts the revision up by one. So as long as the revision
        and the number of events grow alike, events were added and nothing else happened.
        """
        triggers = sqlalchemy.text(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'planmap%revision'"
        )
        revision = note_of(connection, "revision") or ""
        if (
            schema_version(connection, self.name) != SCHEMA_VERSION
            or not re.fullmatch(r"[0-9]{1,18}", revision)
            # Another program that writes a table anew leaves its triggers out.
            or connection.execute(triggers).scalar_one() < TRIGGERS
        ):
            return None
        count = connection.execute(select(func.count()).select_from(EVENTS)).scalar_one()
        rest = f"{self.path.stat().st_ino}:{int(revision) - count}"
        if upto is not None:
            count -= connection.execute(select(func.count()).where(EVENTS.c.fid > upto)).scalar_one()
        return event_watermark(connection, count, upto, rest)

    def _log_state(self) -> str:
        # A file of an older schema has no revision yet.
        log = self.path.with_name(f"{self.path.name}-wal")
        try:
            state = log.stat()
        except OSError:
            return ""
        return f"{state.st_mtime_ns}:{state.st_size}"

    def migrate(self) -> None:
        """Bring the tables of an older version up to date, after setting aside a copy of the file.

        Raises
        ------
        PlanMapError
            The file cannot be read or written, or its rows break the rules of the new tables.
        """
        if not self.is_older():
            return
        with explained(self.name, "plan-older"):
            with self.reading() as connection:
                found = schema_version(connection, self.name)
            copy = copy_aside(self.path, found)
            changed = False
            try:
                with self.connect_to_write() as connection:
                    # Another process may have been faster.
                    version = schema_version(connection, self.name)
                    if version < SCHEMA_VERSION:
                        bring_up(connection, version)
                        changed = True
            except BaseException:
                changed = False
                raise
            finally:
                if not changed:
                    copy.unlink(missing_ok=True)

    @classmethod
    def create(cls, plan: Plan, path: Path, *, origin: str = "", contents: Contents | None = None) -> GeoPackageStore:
        """Write `plan` to the new file `path`, all of it or nothing, and return its store.

        `contents` gives what its attachments hold.

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
                layer = SITES.name
                pyogrio.write_dataframe(
                    sites_frame(plan), draft, layer=str(layer), driver="GPKG", geometry_type="Unknown"
                )
                with _engine(lambda: sqlite3.connect(draft, isolation_level=None), "BEGIN").begin() as connection:
                    make_tables(connection)
                    fill(connection, plan, origin=origin, contents=contents)
                os.replace(draft, path)
        except OSError as error:
            raise PlanMapError("folder-not-writable", folder=path.parent, reason=error.strerror) from error
        except (
            DataSourceError,
            DataLayerError,
            FeatureError,
            UnicodeError,
            sqlite3.Error,
            sqlalchemy.exc.DBAPIError,
        ) as error:
            # A full disk, or a name that the file system accepts and GDAL does not.
            raise PlanMapError("folder-not-writable", folder=path.parent, reason=type(error).__name__) from error
        return cls(path)


def _engine(creator: Any, begin: str) -> sqlalchemy.Engine:
    """Return an engine that begins each transaction with the statement `begin`."""
    engine = sqlalchemy.create_engine("sqlite://", creator=creator, poolclass=sqlalchemy.NullPool)

    @sqlalchemy.event.listens_for(engine, "begin")
    def _begin(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _open(path: Path, mode: str) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, uri=True, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    size = path.stat().st_size
    arm(connection, str(path), TABLE_NAMES.values(), size=size, missing=_LATER, writing=mode == "rw")
    return connection
