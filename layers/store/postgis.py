"""A plan in a PostGIS database, which an office can share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError

from geo.errors import PlanMapError
from geo.geopackage import geometry_from_wkb
from layers.plan.attachment import Contents
from layers.plan.beside import Beside
from layers.plan.plan import Plan
from layers.store.driver_errors import explained
from layers.store.frames import sites_frame
from layers.store.growth import Watermark, event_watermark
from layers.store.postgis_listener import Listener
from layers.store.postgis_schema import CHANGES, allow_restore, bring_up, count_on, make_tables
from layers.store.role_entry import KEY as ROLES
from layers.store.sql import SqlStore, fill, note_of, schema_version
from layers.store.tables import AMENDMENTS, ATTACHMENTS, EVENTS, INFO, SCHEMA_VERSION, SITES, TABLES, TASKS

_CONNECTION = {"connect_timeout": 10, "options": "-c lock_timeout=20s -c statement_timeout=60s"}
"""Nobody waits for ever, neither for the network nor for a lock that somebody has left behind."""

_HAS_POSTGIS = sqlalchemy.text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")

_MIGRATING = 2024_2027
"""Number of the advisory lock that whoever brings the tables up to date holds; any number that nobody else uses."""

_RECORDING = 2024_13
"""First number of the advisory locks that whoever adds an event holds; the second stands for its task."""


class PostgisStore(SqlStore):
    """A plan in a PostGIS database. See `layers.store.base.Store`."""

    def __init__(self, address: str) -> None:
        scheme, _, rest = address.partition("://")
        # No message ever repeats a part of the address that may hold a password.
        if scheme.lower() not in ("postgresql", "postgres", "postgresql+psycopg"):
            raise PlanMapError("address-kind", scheme=scheme)
        if rest.count("@") > 1:
            raise PlanMapError("address-at")
        try:
            # The address may leave the driver out; psycopg is the one that comes with PlanMap.
            url = sqlalchemy.make_url(f"postgresql+psycopg://{rest}")
        except (SQLAlchemyError, ValueError) as error:
            raise PlanMapError("address-unreadable") from error
        shown = sqlalchemy.URL.create("postgresql", url.username, None, url.host, url.port, url.database)
        self.name = shown.render_as_string()
        # No pool: in an office network an idle connection dies unnoticed, and a new one costs little.
        engine = sqlalchemy.create_engine(url, connect_args=_CONNECTION, poolclass=sqlalchemy.NullPool)
        super().__init__(engine)
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._listener: Listener | None = None

    def geometry(self) -> sqlalchemy.ColumnElement[Any]:
        """Return the SQL expression for the geometry as WKB."""
        return func.ST_AsBinary(SITES.c.geom)

    def decode(self, value: Any) -> BaseGeometry | None:
        """Return the WGS 84 geometry in WKB; None for NULL or an empty one.

        Raises
        ------
        GeometryError
            The bytes hold no such geometry.
        """
        return None if value is None else geometry_from_wkb(bytes(value))

    @contextmanager
    def reading(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection in a read-only transaction that sees one state of all tables.

        Raises
        ------
        PlanMapError
            The database cannot be reached or holds no plan.
        """
        with explained(self.name, "database-unreachable"), self.engine.connect() as connection:
            connection.execute(sqlalchemy.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            if not self._has(connection, INFO.name):
                raise PlanMapError("database-empty", plan=self.name)
            yield connection

    def listen(self) -> None:
        """Have the database tell of changes from now on, for a process that asks often; see `quiet_since`."""
        if self._listener is None:
            self._listener = Listener(self._conninfo)

    def stop_listening(self) -> None:
        """End what `listen` has begun."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    def quiet_since(self, moment: float) -> bool:
        """Whether the plan has certainly not changed since `moment`, on the monotonic clock."""
        # What lies in folders is no part of the database.
        return self._listener is not None and self.beside == Beside() and self._listener.quiet_since(moment)

    def hold_task(self, connection: sqlalchemy.Connection, task_id: str) -> None:
        """Keep everybody else from adding events or amendments about a task until this transaction ends."""
        # A lock on the task's row would need the right to change tasks.
        connection.execute(sqlalchemy.select(func.pg_advisory_xact_lock(_RECORDING, func.hashtext(task_id))))

    def version(self) -> str:
        """Return a text made of the transactions that have changed the plan, see `postgis_schema.CHANGES`."""
        with self.reading() as connection:
            if self._has(connection, CHANGES.name):
                found = connection.execute(sqlalchemy.select(func.count(), func.max(CHANGES.c.fid))).one()
                return ":".join(map(str, (*found, self.beside.now().version)))
            # Tables of an older version that this role may only read.
            tables = [table for table in TABLES.values() if table not in (AMENDMENTS, ATTACHMENTS)]
            return ";".join(self._rows_state(connection, table) for table in tables)

    def found_version(self) -> int | None:
        """Return the version of the tables of the plan in the database; None if it has no plan.

        Raises
        ------
        PlanMapError
            The database cannot be reached, or the tables are those of a newer version or of another program.
        """
        with explained(self.name, "database-unreachable"), self.engine.connect() as connection:
            if not self._has(connection, INFO.name):
                return None
            version = schema_version(connection, self.name)
        if version > SCHEMA_VERSION:
            raise PlanMapError("plan-newer", plan=self.name, version=version)
        return version

    def mark(self, connection: sqlalchemy.Connection, upto: int | None = None) -> Watermark | None:
        """Return how far the plan can be read; see `SqlStore.mark`."""
        if schema_version(connection, self.name) != SCHEMA_VERSION:
            return None
        others = [self._rows_state(connection, table) for table in TABLES.values() if table is not EVENTS]
        events = self._rows_state(connection, EVENTS, upto)
        return event_watermark(connection, int(events.split(":")[0]), upto, ";".join((*others, events)))

    @staticmethod
    def _rows_state(connection: sqlalchemy.Connection, table: sqlalchemy.Table, upto: int | None = None) -> str:
        """Return the number of rows and the sum of the transactions that wrote them.

        The latest transaction would not do: one that began before it may end after it.
        """
        writer = sqlalchemy.cast(sqlalchemy.cast(sqlalchemy.column("xmin"), sqlalchemy.Text), sqlalchemy.BigInteger)
        query = sqlalchemy.select(func.count(), func.sum(writer)).select_from(table)
        found = connection.execute(query if upto is None else query.where(table.c.fid <= upto)).one()
        return ":".join(map(str, found))

    @staticmethod
    def _has(connection: sqlalchemy.Connection, table: str) -> bool:
        return connection.execute(sqlalchemy.select(func.to_regclass(table))).scalar() is not None

    def migrate(self) -> None:
        """Bring the tables of an older version up to date in one transaction, in which a copy of each is set aside.

        Raises
        ------
        PlanMapError
            The role may not do that, or the rows break the rules of the new tables.
        """
        if not self.is_older():
            return
        with explained(self.name, "plan-older"), self.engine.begin() as connection:
            # One at a time; whoever comes second finds it done.
            connection.execute(sqlalchemy.select(func.pg_advisory_xact_lock(_MIGRATING)))
            version = schema_version(connection, self.name)
            if version < SCHEMA_VERSION:
                bring_up(connection, version)

    def refill(self, plan: Plan, contents: Contents | None = None) -> None:
        """Put `plan` in the place of the one that is there, in one transaction.

        `contents` gives what its attachments hold.

        Raises
        ------
        PlanMapError
            The database cannot be reached, or the role may not do that.
        """
        with self.writing() as connection:
            origin, roles = note_of(connection, "origin") or "", note_of(connection, ROLES)
            allow_restore(connection)
            for table in (ATTACHMENTS, EVENTS, AMENDMENTS, TASKS, SITES, INFO):
                connection.execute(table.delete())
            sites_frame(plan).rename_axis("fid").to_postgis(str(SITES.name), connection, index=True, if_exists="append")
            count_on(connection, SITES)
            fill(connection, plan, origin=origin, contents=contents)
            if roles is not None:
                # As they are now, and not as they were when the backup was made.
                connection.execute(INFO.insert().values(key=ROLES, value=roles))

    @classmethod
    def create(cls, plan: Plan, address: str, *, contents: Contents | None = None) -> PostgisStore:
        """Write `plan` to an empty database in one transaction, and return its store.

        `contents` gives what its attachments hold.

        Raises
        ------
        PlanMapError
            The database cannot be reached or holds a plan already.
        """
        store = cls(address)
        if store.found_version() is not None:
            raise PlanMapError("target-exists", target=store.name)
        with explained(store.name, "database-refused"), store.engine.begin() as connection:
            # One at a time; whoever comes second finds the plan there.
            connection.execute(sqlalchemy.select(func.pg_advisory_xact_lock(_MIGRATING)))
            if store._has(connection, INFO.name):
                raise PlanMapError("target-exists", target=store.name)
            # Only whoever may do so needs to: a database that has it is left as it is.
            if not connection.execute(_HAS_POSTGIS).scalar():
                connection.execute(sqlalchemy.text("CREATE EXTENSION postgis"))
            sites_frame(plan).rename_axis("fid").to_postgis(str(SITES.name), connection, index=True)
            make_tables(connection)
            fill(connection, plan, origin="", contents=contents)
        return store
