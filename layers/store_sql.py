"""A plan in SQL tables: the same tables and the same reading in a GeoPackage and in PostGIS.

Tables are written by GeoPandas, so that QGIS and every GIS opens them; they are read with plain SELECTs,
which is fast and keeps GDAL away from files that come from elsewhere.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy
from shapely.geometry.base import BaseGeometry
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from geo.crs import WGS84
from geo.errors import GeometryError, PlanMapError
from geo.files import MAXIMUM_BYTES
from geo.geojson import check_geometry
from geo.geopackage import geometry_from_blob, geometry_from_wkb
from layers.deck import Deck
from layers.fault import Fault
from layers.model import Event, Plan
from layers.plan_check import RawPlan, RawSite, check_plan
from layers.plan_rows import EventRow, SiteRow, TaskRow
from layers.plan_write import catalogue_row, decks_row, event_row, info_row, site_row, task_row, whole_digest

if TYPE_CHECKING:
    import geopandas
    import pandas

SCHEMA_VERSION = 1
"""Goes up when the tables change."""

TABLES = {
    "info": "planmap_info",
    "sites": "planmap_sites",
    "tasks": "planmap_tasks",
    "events": "planmap_events",
}

_MAXIMUM_ROWS = 500_000
_MAXIMUM_STEPS = 500_000_000
"""SQLite's virtual machine steps after which a read is given up: a file can hold endless queries."""


class SqlStore:
    """What both homes share: reading the four tables, adding an event."""

    name: str
    geometry_column: str
    """SQL that gives the geometry as bytes."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self.engine = engine

    def decode(self, value: Any) -> BaseGeometry | None:
        """Turn the bytes of the geometry column into a geometry."""
        raise AssertionError("each home has its own")

    @contextmanager
    def reading(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection that cannot write."""
        with self.engine.connect() as connection:
            yield connection

    def check(self) -> tuple[Plan | None, list[Fault]]:
        """Read everything: the plan and no fault, or None and every fault found."""
        with self.reading() as connection:
            info = self._info(connection)
            sites = [self._site(row) for row in self._rows(connection, "sites", f", {self.geometry_column} AS shape")]
            tasks = [(str(row.pop("fid", "?")), row) for row in self._rows(connection, "tasks")]
            events = [(str(row.pop("fid", "?")), row) for row in self._rows(connection, "events")]
        names = {**TABLES, "catalogue": TABLES["info"], "decks": TABLES["info"]}
        return check_plan(RawPlan(info["plan"], info["catalogue"], sites, tasks, events, info["decks"], names))

    def _info(self, connection: sqlalchemy.Connection) -> Mapping[str, Any]:
        rows = connection.execute(sqlalchemy.text(f"SELECT key, value FROM {TABLES['info']}")).all()  # noqa: S608
        found: dict[str, str] = {key: value for key, value in rows}  # noqa: C416 - rows are no pairs to mypy
        version = str(found.get("schema_version", ""))
        if not re.fullmatch(r"[0-9]{1,9}", version):
            raise PlanMapError("plan-not-a-database", plan=self.name)
        if int(version) > SCHEMA_VERSION:
            raise PlanMapError("plan-newer", plan=self.name, version=version)
        try:
            # A plan made before there were decks has none.
            found.setdefault("decks", "{}")
            return {key: dict(json.loads(found[key])) for key in ("plan", "catalogue", "decks")}
        except (KeyError, ValueError, TypeError, RecursionError) as error:
            raise PlanMapError("plan-not-a-database", plan=self.name) from error

    def _rows(self, connection: sqlalchemy.Connection, part: str, extra: str = "") -> Iterator[dict[str, Any]]:
        # The table name is one of ours; nothing of the user's is in the statement.
        query = f"SELECT *{extra} FROM {TABLES[part]} ORDER BY fid LIMIT {_MAXIMUM_ROWS}"  # noqa: S608
        for row in connection.execute(sqlalchemy.text(query)).mappings():
            yield {key: value for key, value in row.items() if value is not None}

    def _site(self, row: dict[str, Any]) -> RawSite:
        properties = {key: value for key, value in row.items() if key not in ("fid", "geom", "site_id", "shape")}
        geometry, fault = None, None
        try:
            geometry = self.decode(row.get("shape"))
            if geometry is not None:
                check_geometry(geometry)
        except GeometryError as error:
            fault = error
        site_id = str(row["site_id"]) if "site_id" in row else None
        return RawSite(site_id or f"fid {row.get('fid')}", site_id, properties, geometry, fault)

    def writer(self) -> sqlalchemy.Engine:
        """Return the engine for writing."""
        return self.engine

    @contextmanager
    def writing(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection whose changes stay only if all goes well."""
        with _explained(self.name, "plan-not-writable"), self.writer().begin() as connection:
            yield connection

    def add_event(self, event: Event) -> None:
        """Add one event."""
        row = event_row(event)
        columns = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        with self.writing() as connection:
            connection.execute(
                sqlalchemy.text(f"INSERT INTO {TABLES['events']} ({columns}) VALUES ({places})"),  # noqa: S608
                row,
            )

    def save_decks(self, decks: Sequence[Deck], *, known: Sequence[Deck]) -> None:
        """Put `decks` in the place of all decks of the plan, which are to be `known`.

        Raises
        ------
        PlanMapError
            Somebody else has changed them meanwhile, or they cannot be written.
        """
        table = TABLES["info"]
        with self.writing() as connection:
            found = connection.execute(sqlalchemy.text(f"SELECT value FROM {table} WHERE key = 'decks'")).scalar()  # noqa: S608
            before = "{}" if found is None else str(found)
            if _decks_of(before) != decks_row(known)["decks"]:
                raise PlanMapError("decks-changed", plan=self.name)
            values = {"new": _decks_json(decks), "old": before}
            # Only where it still is what was read: another process may be at the same place.
            statement = (
                f"INSERT INTO {table} (key, value) VALUES ('decks', :new)"  # noqa: S608
                if found is None
                else f"UPDATE {table} SET value = :new WHERE key = 'decks' AND value = :old"  # noqa: S608
            )
            if connection.execute(sqlalchemy.text(statement), values).rowcount != 1:
                raise PlanMapError("decks-changed", plan=self.name)

    def note(self, key: str) -> str:
        """Return one entry of the info table, empty if there is none."""
        with self.reading() as connection:
            query = sqlalchemy.text(f"SELECT value FROM {TABLES['info']} WHERE key = :key")  # noqa: S608
            return str(connection.execute(query, {"key": key}).scalar() or "")


class GeoPackageStore(SqlStore):
    """A plan in one GeoPackage file, the embedded default."""

    geometry_column = "geom"

    def __init__(self, path: Path, *, own: bool = False) -> None:
        self.path = path
        self.name = str(path)
        self.own = own
        """Whether PlanMap made the file and keeps it, so that it may mend it after a crash."""
        with _explained(self.name, "plan-not-a-database"), path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                raise PlanMapError("plan-not-a-database", plan=self.name)
        engine = sqlalchemy.create_engine("sqlite://", creator=self._connect, poolclass=sqlalchemy.NullPool)
        super().__init__(engine)

    def _connect(self, *, writing: bool = False) -> sqlite3.Connection:
        # Opened for writing, SQLite replays a journal that lies beside the file, and deletes what that
        # journal names: nothing to allow to a file from elsewhere.
        if writing and not self.own and self.path.with_name(f"{self.path.name}-journal").exists():
            raise PlanMapError("plan-has-journal", plan=self.name)
        mode = "rw" if writing or self.own else "ro"
        address = f"{self.path.resolve().as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, timeout=20, check_same_thread=False)
        # The schema comes with the file: it must not get at functions with side effects, nor make one
        # value as large as the memory.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAXIMUM_BYTES)
        return connection

    def decode(self, value: Any) -> BaseGeometry | None:
        """Turn a GeoPackage blob into a WGS 84 geometry."""
        return geometry_from_blob(value)

    @contextmanager
    def reading(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection that cannot write, to a file whose tables are tables."""
        with _explained(self.name, "plan-not-a-database"), self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            if not isinstance(raw, sqlite3.Connection):
                raise TypeError("the driver is sqlite3")
            raw.execute("PRAGMA query_only = ON")
            raw.set_progress_handler(lambda: 1, _MAXIMUM_STEPS)
            for table in TABLES.values():
                if not _is_plain_table(raw, table):
                    raise PlanMapError("plan-not-a-database", plan=self.name)
            yield connection

    def writer(self) -> sqlalchemy.Engine:
        """Return an engine that opens the file for writing."""
        return sqlalchemy.create_engine(
            "sqlite://", creator=lambda: self._connect(writing=True), poolclass=sqlalchemy.NullPool
        )

    def version(self) -> str:
        """Return a text made of the file's size and time of change."""
        with _explained(self.name, "plan-not-found"):
            state = self.path.stat()
            return f"{state.st_mtime_ns}:{state.st_size}"

    @classmethod
    def create(cls, plan: Plan, path: Path, *, origin: str = "") -> GeoPackageStore:
        """Write `plan` to the new file `path`: all of it or nothing.

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
                sites, tables = _frames(plan, origin)
                pyogrio.write_dataframe(sites, draft, layer=TABLES["sites"], driver="GPKG", geometry_type="Unknown")
                for part, table in tables.items():
                    pyogrio.write_dataframe(table, draft, layer=TABLES[part], driver="GPKG", append=True)
                os.replace(draft, path)
        except OSError as error:
            raise PlanMapError("folder-not-writable", folder=path.parent, reason=error.strerror) from error
        except (DataSourceError, DataLayerError, FeatureError, UnicodeError) as error:
            # A full disk, or a name that the file system takes and GDAL does not.
            raise PlanMapError("folder-not-writable", folder=path.parent, reason=type(error).__name__) from error
        return cls(path)


class PostgisStore(SqlStore):
    """A plan in a PostGIS database that an office shares."""

    geometry_column = "ST_AsBinary(geom)"

    def __init__(self, address: str) -> None:
        scheme, _, rest = address.partition("://")
        # Whatever is wrong with an address, no part of it that may hold a password is ever repeated.
        if scheme.lower() not in ("postgresql", "postgres", "postgresql+psycopg"):
            raise PlanMapError("address-kind", scheme=scheme)
        if rest.count("@") > 1:
            raise PlanMapError("address-at")
        try:
            # The user may leave the driver out; psycopg is the one that comes with PlanMap.
            url = sqlalchemy.make_url(f"postgresql+psycopg://{rest}")
        except (SQLAlchemyError, ValueError) as error:
            raise PlanMapError("address-unreadable") from error
        shown = sqlalchemy.URL.create("postgresql", url.username, None, url.host, url.port, url.database)
        self.name = shown.render_as_string()
        # No pool: a connection that sleeps in an office network dies unnoticed, and a new one costs little.
        engine = sqlalchemy.create_engine(url, connect_args={"connect_timeout": 10}, poolclass=sqlalchemy.NullPool)
        super().__init__(engine)

    def decode(self, value: Any) -> BaseGeometry | None:
        """Turn WKB into a WGS 84 geometry."""
        return None if value is None else geometry_from_wkb(bytes(value))

    @contextmanager
    def reading(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection in a read-only transaction that sees one state of all tables."""
        with _explained(self.name, "database-unreachable"), self.engine.connect() as connection:
            connection.execute(sqlalchemy.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            if (
                connection.execute(sqlalchemy.text("SELECT to_regclass(:table)"), {"table": TABLES["info"]}).scalar()
                is None
            ):
                raise PlanMapError("database-empty", plan=self.name)
            yield connection

    def version(self) -> str:
        """Return a text made of the rows of each table and the last transaction that wrote one."""
        parts = " UNION ALL ".join(
            f"SELECT count(*), max(xmin::text::bigint) FROM {table}"  # noqa: S608
            for table in TABLES.values()
        )
        with self.reading() as connection:
            return ";".join(f"{rows}:{last}" for rows, last in connection.execute(sqlalchemy.text(parts)))

    @classmethod
    def create(cls, plan: Plan, address: str) -> PostgisStore:
        """Write `plan` to an empty database, in one transaction.

        Raises
        ------
        PlanMapError
            The database cannot be reached or holds a plan already.
        """
        store = cls(address)
        sites, tables = _frames(plan, "")
        with _explained(store.name, "database-unreachable"), store.engine.begin() as connection:
            found = connection.execute(sqlalchemy.text("SELECT to_regclass(:table)"), {"table": TABLES["info"]})
            if found.scalar() is not None:
                raise PlanMapError("target-exists", target=store.name)
            sites.rename_axis("fid").to_postgis(TABLES["sites"], connection, index=True)
            for part, table in tables.items():
                table.rename_axis("fid").to_sql(TABLES[part], connection, index=True)
            first = len(tables["events"])
            events = TABLES["events"]
            # New events number themselves after the ones that came with the plan.
            for statement in (
                f"ALTER TABLE {events} ALTER COLUMN fid SET NOT NULL",
                f"ALTER TABLE {events} ALTER COLUMN fid ADD GENERATED BY DEFAULT AS IDENTITY (START WITH {first})",
                f"ALTER TABLE {events} ADD PRIMARY KEY (fid)",
            ):
                connection.execute(sqlalchemy.text(statement))
        return store


def _frames(plan: Plan, origin: str) -> tuple[geopandas.GeoDataFrame, dict[str, pandas.DataFrame]]:
    """Return the sites (WGS 84, any geometry type, column `geom`) and the other tables by part."""
    import geopandas
    import pandas

    # Named columns, so that a plan without events still has a table for them.
    sites = geopandas.GeoDataFrame(
        [{"site_id": site.id, **site_row(site)} for site in plan.sites.values()],
        columns=["site_id", *SiteRow.model_fields],
        geometry=[site.geometry for site in plan.sites.values()],
        crs=WGS84,
    ).rename_geometry("geom")
    sites["accuracy_m"] = sites["accuracy_m"].astype(float)
    tasks = pandas.DataFrame([task_row(task) for task in plan.tasks.values()], columns=list(TaskRow.model_fields))
    events = pandas.DataFrame([event_row(event) for event in plan.events], columns=list(EventRow.model_fields))
    for frame, column in ((tasks, "target_value"), (events, "measured_value")):
        frame[column] = frame[column].astype(float)
    notes = {
        "schema_version": str(SCHEMA_VERSION),
        "origin": origin,
        "content": whole_digest(plan),
        "plan": json.dumps(info_row(plan.info), ensure_ascii=False),
        "catalogue": json.dumps(catalogue_row(plan.catalogue), ensure_ascii=False),
        "decks": _decks_json(plan.decks),
    }
    info = pandas.DataFrame({"key": list(notes), "value": list(notes.values())})
    return sites, {"info": info, "tasks": tasks, "events": events}


def _decks_json(decks: Sequence[Deck]) -> str:
    return json.dumps(decks_row(decks), ensure_ascii=False)


def _decks_of(text: str) -> Any:
    """Return the rows of decks that are stored as `text`."""
    try:
        return dict(json.loads(text)).get("decks", [])
    except (ValueError, TypeError, RecursionError):
        return None


def _is_plain_table(connection: sqlite3.Connection, table: str) -> bool:
    """Whether `table` is an ordinary one: a view, a virtual table or a computed column can run for ever."""
    found = connection.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    if len(found) != 1 or found[0][0] != "table" or found[0][1].lstrip()[:14].upper() == "CREATE VIRTUAL":
        return False
    return all(column[6] == 0 for column in connection.execute(f"PRAGMA table_xinfo({table})"))


@contextmanager
def _explained(name: str, code: str) -> Iterator[None]:
    """Turn errors of the driver into one that a user can act on, without what the address holds."""
    try:
        yield
    except UnicodeError as error:
        raise PlanMapError(code, plan=name, reason="UTF-8") from error
    except (DBAPIError, sqlite3.Error) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0][:200] if str(error).strip() else "?"
        raise PlanMapError(code, plan=name, reason=reason) from error
    except OSError as error:
        raise PlanMapError(code, plan=name, reason=error.strerror) from error
