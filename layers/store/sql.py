"""A plan in SQL tables, the same in a GeoPackage and in PostGIS.

GeoPandas writes the tables, so that QGIS and any other GIS can open them. Plain SELECTs read them, which is
fast and keeps GDAL away from files that come from elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from shapely.geometry.base import BaseGeometry

from geo.crs import WGS84
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

_MAXIMUM_ROWS = 500_000


class Connection(Protocol):
    """A connection of either driver; values go into the places `:name` of a statement."""

    def rows(self, statement: str, **values: Any) -> Iterator[Mapping[str, Any]]:
        """Yield what a SELECT finds."""

    def change(self, statement: str, **values: Any) -> int:
        """Run an INSERT or UPDATE and return how many rows it touched."""


class SqlStore:
    """What both SQL stores share: reading the four tables, adding an event, saving decks."""

    name: str
    """What messages call the store; never holds a password."""
    geometry_column: str
    """SQL expression for the geometry as bytes."""

    def decode(self, value: Any) -> BaseGeometry | None:
        """Return the WGS 84 geometry in a value of the geometry column; None for NULL or an empty one."""
        raise AssertionError("each home has its own")

    def reading(self) -> AbstractContextManager[Connection]:
        """Yield a connection that cannot write."""
        raise AssertionError("each home has its own")

    def writing(self) -> AbstractContextManager[Connection]:
        """Yield a connection whose changes are kept only if nothing raises."""
        raise AssertionError("each home has its own")

    def check(self) -> tuple[Plan | None, list[Fault]]:
        """Read everything; return the plan and no fault, or None and every fault found."""
        with self.reading() as connection:
            info = self._info(connection)
            sites = [self._site(row) for row in self._rows(connection, "sites", f", {self.geometry_column} AS shape")]
            tasks = [(str(row.pop("fid", "?")), row) for row in self._rows(connection, "tasks")]
            events = [(str(row.pop("fid", "?")), row) for row in self._rows(connection, "events")]
        names = {**TABLES, "catalogue": TABLES["info"], "decks": TABLES["info"]}
        return check_plan(RawPlan(info["plan"], info["catalogue"], sites, tasks, events, info["decks"], names))

    def _info(self, connection: Connection) -> Mapping[str, Any]:
        rows = connection.rows(f"SELECT key, value FROM {TABLES['info']}")  # noqa: S608
        found: dict[str, str] = {row["key"]: row["value"] for row in rows}
        version = str(found.get("schema_version", ""))
        if not re.fullmatch(r"[0-9]{1,9}", version):
            raise PlanMapError("plan-not-a-database", plan=self.name)
        if int(version) > SCHEMA_VERSION:
            raise PlanMapError("plan-newer", plan=self.name, version=version)
        try:
            parts = {key: dict(json.loads(found[key])) for key in ("plan", "catalogue")}
        except (KeyError, ValueError, TypeError, RecursionError) as error:
            raise PlanMapError("plan-not-a-database", plan=self.name) from error
        # A plan made before there were decks has no such entry. An entry that cannot be read is passed on as
        # it is, so that the check reports it as one fault.
        decks = _decks_of(found.get("decks", "{}"))
        return {**parts, "decks": {"decks": found["decks"] if decks is None else decks}}

    def _rows(self, connection: Connection, part: str, extra: str = "") -> Iterator[dict[str, Any]]:
        # Table and expression are our own; the statement holds nothing that a user typed.
        query = f"SELECT *{extra} FROM {TABLES[part]} ORDER BY fid LIMIT {_MAXIMUM_ROWS}"  # noqa: S608
        for row in connection.rows(query):
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
            connection.change(f"INSERT INTO {TABLES['events']} ({columns}) VALUES ({places})", **row)  # noqa: S608

    def save_decks(self, decks: Sequence[Deck], *, known: Sequence[Deck]) -> None:
        """Replace all decks of the plan by `decks`, if they still are the `known` ones.

        Raises
        ------
        PlanMapError
            Somebody has changed the decks in the meantime, or the store cannot be written.
        """
        table = TABLES["info"]
        with self.writing() as connection:
            found = _value(connection.rows(f"SELECT value FROM {table} WHERE key = 'decks'"))  # noqa: S608
            before = "{}" if found is None else str(found)
            if _decks_of(before) != decks_row(known)["decks"]:
                raise PlanMapError("decks-changed", plan=self.name)
            # Only if the row still is what was read above: another process may be saving too.
            insert = f"INSERT INTO {table} (key, value) VALUES ('decks', :new)"  # noqa: S608
            update = f"UPDATE {table} SET value = :new WHERE key = 'decks' AND value = :old"  # noqa: S608
            values = {"new": _decks_json(decks)} | ({} if found is None else {"old": before})
            if connection.change(insert if found is None else update, **values) != 1:
                raise PlanMapError("decks-changed", plan=self.name)

    def note(self, key: str) -> str:
        """Return the entry `key` of the info table; empty if there is none."""
        with self.reading() as connection:
            query = f"SELECT value FROM {TABLES['info']} WHERE key = :key"  # noqa: S608
            return str(_value(connection.rows(query, key=key)) or "")


def _value(rows: Iterator[Mapping[str, Any]]) -> Any:
    """Return the one column of the first row, None without a row."""
    return next((row["value"] for row in rows), None)


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
def explained(name: str, code: str, *faults: type[Exception]) -> Iterator[None]:
    """Turn errors of the disk, and `faults` of the driver, into a `PlanMapError` with `code`, without the address."""
    try:
        yield
    except UnicodeError as error:
        raise PlanMapError(code, plan=name, reason="UTF-8") from error
    except faults as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0][:200] if str(error).strip() else "?"
        raise PlanMapError(code, plan=name, reason=reason) from error
    except OSError as error:
        raise PlanMapError(code, plan=name, reason=error.strerror) from error
