"""A plan in SQL tables, the same in a GeoPackage and in PostGIS.

GeoPandas writes the tables, so that QGIS and any other GIS can open them. Plain SELECTs read them, which is
fast and keeps GDAL away from files that come from elsewhere.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy
from shapely.geometry.base import BaseGeometry
from sqlalchemy.exc import DBAPIError

from geo.crs import WGS84
from geo.detail import Detail
from geo.errors import GeometryError, PlanMapError
from geo.geojson import check_geometry
from layers.plan.deck import Deck
from layers.plan.digest import whole_digest
from layers.plan.fault import Fault
from layers.plan.plan import Event, Plan
from layers.plan.rows import (
    EventRow,
    SiteRow,
    TaskRow,
    catalogue_row,
    decks_row,
    event_row,
    info_row,
    site_row,
    task_row,
)
from layers.store.check import RawPlan, RawSite, check_plan
from layers.store.limits import ENTRY_BYTES, MIB, ROWS, check_columns, counted

if TYPE_CHECKING:
    import geopandas
    import pandas

SCHEMA_VERSION = 1
"""Raised when the tables change; a plan with a higher one was written by a newer PlanMap."""

TABLES = {
    "info": "planmap_info",
    "sites": "planmap_sites",
    "tasks": "planmap_tasks",
    "events": "planmap_events",
}


class SqlStore:
    """What both SQL stores share: reading the four tables, adding an event, saving decks."""

    name: str
    """What messages call the store; never holds a password."""
    geometry_column: str
    """SQL expression for the geometry as bytes."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self.engine = engine

    def decode(self, value: Any) -> BaseGeometry | None:
        """Return the WGS 84 geometry in a value of the geometry column; None for NULL or an empty one."""
        raise AssertionError("each home has its own")

    @contextmanager
    def reading(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection that cannot write."""
        with self.engine.connect() as connection:
            yield connection

    def check(self) -> tuple[Plan | None, list[Fault]]:
        """Read everything; return the plan and no fault, or None and every fault found."""
        detail = Detail()
        shape = f", {self.geometry_column} AS shape"
        try:
            with self.reading() as connection:
                info = self._info(connection)
                sites = [self._site(row, detail) for row in self._rows(connection, "sites", shape)]
                tasks = [(str(row.pop("fid", "?")), row) for row in self._rows(connection, "tasks")]
                events = [(str(row.pop("fid", "?")), row) for row in self._rows(connection, "events")]
        except GeometryError as error:
            # A table that holds too much is not read to its end.
            return None, [Fault(str(error.details.get("file", "")), "", "", error.code, error.details)]
        names = {**TABLES, "catalogue": TABLES["info"], "decks": TABLES["info"]}
        return check_plan(RawPlan(info["plan"], info["catalogue"], sites, tasks, events, info["decks"], names))

    def _info(self, connection: sqlalchemy.Connection) -> Mapping[str, Any]:
        found = {key: self._entry(connection, key) for key in ("schema_version", "plan", "catalogue", "decks")}
        version = str(found.get("schema_version", ""))
        if not re.fullmatch(r"[0-9]{1,9}", version):
            raise PlanMapError("plan-not-a-database", plan=self.name)
        if int(version) > SCHEMA_VERSION:
            raise PlanMapError("plan-newer", plan=self.name, version=version)
        try:
            parts = {key: dict(json.loads(str(found[key]))) for key in ("plan", "catalogue")}
        except (ValueError, TypeError, RecursionError) as error:
            raise PlanMapError("plan-not-a-database", plan=self.name) from error
        # A plan made before there were decks has no such entry. An entry that cannot be read is passed on as
        # it is, so that the check reports it as one fault.
        decks = _decks_of("{}" if found["decks"] is None else str(found["decks"]))
        return {**parts, "decks": {"decks": found["decks"] if decks is None else decks}}

    def _entry(self, connection: sqlalchemy.Connection, key: str) -> str | None:
        """Return the entry `key` of the info table; None if there is none.

        Raises
        ------
        GeometryError
            It is larger than any that PlanMap writes.
        """
        table, limit = TABLES["info"], ENTRY_BYTES
        query = sqlalchemy.text(f"SELECT value FROM {table} WHERE key = :key LIMIT 1")  # noqa: S608
        value = connection.execute(query, {"key": key}).scalar()
        if isinstance(value, str | bytes) and len(value) > limit:
            raise GeometryError("file-too-large", file=table, limit=limit // MIB)
        return None if value is None else str(value)

    def _rows(self, connection: sqlalchemy.Connection, part: str, extra: str = "") -> Iterator[dict[str, Any]]:
        # Table and expression are our own; the statement holds nothing that a user typed. One row more than there
        # may be tells that there are more.
        query = f"SELECT *{extra} FROM {TABLES[part]} ORDER BY fid LIMIT {ROWS[part] + 1}"  # noqa: S608
        result = connection.execution_options(stream_results=True).execute(sqlalchemy.text(query)).mappings()
        check_columns(list(result.keys()), TABLES[part])
        for row in counted(result, part, TABLES[part]):
            yield {key: value for key, value in row.items() if value is not None}

    def _site(self, row: dict[str, Any], detail: Detail) -> RawSite:
        properties = {key: value for key, value in row.items() if key not in ("fid", "geom", "site_id", "shape")}
        geometry, fault = None, None
        try:
            geometry = self.decode(row.get("shape"))
            if geometry is not None:
                check_geometry(geometry, detail)
        except GeometryError as error:
            fault = error
        site_id = str(row["site_id"]) if "site_id" in row else None
        return RawSite(site_id or f"fid {row.get('fid')}", site_id, properties, geometry, fault)

    def writer(self) -> sqlalchemy.Engine:
        """Return the engine for writing."""
        return self.engine

    @contextmanager
    def writing(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection whose changes are kept only if nothing raises."""
        with explained(self.name, "plan-not-writable"), self.writer().begin() as connection:
            yield connection

    def add_event(self, event: Event) -> None:
        """Add one event.

        Raises
        ------
        PlanMapError
            The store cannot be written.
        """
        row = event_row(event)
        columns = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        with self.writing() as connection:
            connection.execute(
                sqlalchemy.text(f"INSERT INTO {TABLES['events']} ({columns}) VALUES ({places})"),  # noqa: S608
                row,
            )

    def save_decks(self, decks: Sequence[Deck], *, known: Sequence[Deck]) -> None:
        """Replace all decks of the plan by `decks`, if they still are the `known` ones.

        Raises
        ------
        PlanMapError
            Somebody has changed the decks in the meantime, or the store cannot be written.
        """
        table = TABLES["info"]
        with self.writing() as connection:
            found = connection.execute(sqlalchemy.text(f"SELECT value FROM {table} WHERE key = 'decks'")).scalar()  # noqa: S608
            before = "{}" if found is None else str(found)
            if _decks_of(before) != decks_row(known)["decks"]:
                raise PlanMapError("decks-changed", plan=self.name)
            values = {"new": _decks_json(decks), "old": before}
            # Only if the row still is what was read above: another process may be saving too.
            statement = (
                f"INSERT INTO {table} (key, value) VALUES ('decks', :new)"  # noqa: S608
                if found is None
                else f"UPDATE {table} SET value = :new WHERE key = 'decks' AND value = :old"  # noqa: S608
            )
            if connection.execute(sqlalchemy.text(statement), values).rowcount != 1:
                raise PlanMapError("decks-changed", plan=self.name)

    def note(self, key: str) -> str:
        """Return the entry `key` of the info table; empty if there is none."""
        with self.reading() as connection:
            query = sqlalchemy.text(f"SELECT value FROM {TABLES['info']} WHERE key = :key")  # noqa: S608
            return str(connection.execute(query, {"key": key}).scalar() or "")


def frames(plan: Plan, origin: str) -> tuple[geopandas.GeoDataFrame, dict[str, pandas.DataFrame]]:
    """Return the sites (WGS 84, any geometry type, column `geom`) and the other tables by part."""
    import geopandas
    import pandas

    # The columns are named, so that a plan without events still gets a table with columns.
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
    """Return the rows of the decks stored as `text`; None if it cannot be read."""
    try:
        return dict(json.loads(text)).get("decks", [])
    except (ValueError, TypeError, RecursionError):
        return None


@contextmanager
def explained(name: str, code: str) -> Iterator[None]:
    """Turn any error of the driver into a `PlanMapError` with `code`, without the address in it."""
    try:
        yield
    except UnicodeError as error:
        raise PlanMapError(code, plan=name, reason="UTF-8") from error
    except MemoryError as error:
        raise PlanMapError("plan-runs-on", plan=name) from error
    except (DBAPIError, sqlite3.Error) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0][:200] if str(error).strip() else "?"
        if reason.startswith(("interrupted", "not authorized", "string or blob too big")):
            raise PlanMapError("plan-runs-on", plan=name) from error
        raise PlanMapError(code, plan=name, reason=reason) from error
    except OSError as error:
        raise PlanMapError(code, plan=name, reason=error.strerror) from error
