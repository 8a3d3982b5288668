"""A plan in a PostGIS database, which an office can share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from shapely.geometry.base import BaseGeometry
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from geo.errors import PlanMapError
from geo.geopackage import geometry_from_wkb
from layers.plan.plan import Plan
from layers.store.sql import TABLES, Connection, SqlStore, explained, frames


class _Postgres:
    """A connection of SQLAlchemy."""

    def __init__(self, raw: sqlalchemy.Connection) -> None:
        self._raw = raw

    def rows(self, statement: str, **values: Any) -> Iterator[Mapping[str, Any]]:
        """Yield what a SELECT finds."""
        for row in self._raw.execute(sqlalchemy.text(statement), values).mappings():
            yield {str(name): value for name, value in row.items()}

    def change(self, statement: str, **values: Any) -> int:
        """Run an INSERT or UPDATE and return how many rows it touched."""
        return self._raw.execute(sqlalchemy.text(statement), values).rowcount


class PostgisStore(SqlStore):
    """A plan in a PostGIS database. See `layers.store.base.Store`."""

    geometry_column = "ST_AsBinary(geom)"

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
        self.engine = sqlalchemy.create_engine(url, connect_args={"connect_timeout": 10}, poolclass=sqlalchemy.NullPool)

    def decode(self, value: Any) -> BaseGeometry | None:
        """Return the WGS 84 geometry in WKB; None for NULL or an empty one.

        Raises
        ------
        GeometryError
            The bytes hold no such geometry.
        """
        return None if value is None else geometry_from_wkb(bytes(value))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection in a read-only transaction that sees one state of all tables.

        Raises
        ------
        PlanMapError
            The database cannot be reached or holds no plan.
        """
        with explained(self.name, "database-unreachable", DBAPIError), self.engine.connect() as connection:
            connection.execute(sqlalchemy.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            if (
                connection.execute(sqlalchemy.text("SELECT to_regclass(:table)"), {"table": TABLES["info"]}).scalar()
                is None
            ):
                raise PlanMapError("database-empty", plan=self.name)
            yield _Postgres(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection whose changes are kept only if nothing raises."""
        with explained(self.name, "plan-not-writable", DBAPIError), self.engine.begin() as connection:
            yield _Postgres(connection)

    def version(self) -> str:
        """Return a text made of each table's number of rows and latest writing transaction."""
        parts = " UNION ALL ".join(
            f"SELECT count(*) AS count, max(xmin::text::bigint) AS last FROM {table}"  # noqa: S608
            for table in TABLES.values()
        )
        with self.reading() as connection:
            return ";".join(f"{row['count']}:{row['last']}" for row in connection.rows(parts))

    @classmethod
    def create(cls, plan: Plan, address: str) -> PostgisStore:
        """Write `plan` to an empty database in one transaction, and return its store.

        Raises
        ------
        PlanMapError
            The database cannot be reached or holds a plan already.
        """
        store = cls(address)
        sites, tables = frames(plan, "")
        with explained(store.name, "database-unreachable", DBAPIError), store.engine.begin() as connection:
            found = connection.execute(sqlalchemy.text("SELECT to_regclass(:table)"), {"table": TABLES["info"]})
            if found.scalar() is not None:
                raise PlanMapError("target-exists", target=store.name)
            sites.rename_axis("fid").to_postgis(TABLES["sites"], connection, index=True)
            for part, table in tables.items():
                table.rename_axis("fid").to_sql(TABLES[part], connection, index=True)
            first = len(tables["events"])
            events = TABLES["events"]
            # New events are numbered after those that came with the plan.
            for statement in (
                f"ALTER TABLE {events} ALTER COLUMN fid SET NOT NULL",
                f"ALTER TABLE {events} ALTER COLUMN fid ADD GENERATED BY DEFAULT AS IDENTITY (START WITH {first})",
                f"ALTER TABLE {events} ADD PRIMARY KEY (fid)",
            ):
                connection.execute(sqlalchemy.text(statement))
        return store
