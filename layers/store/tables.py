"""The tables of a plan in SQL, the same in a GeoPackage and in PostGIS; each has a number `fid`, the order of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    DDL,
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.schema import SchemaItem

from layers.plan.amendment_row import AmendmentRow
from layers.plan.event_row import EventRow
from layers.plan.rows import SiteRow, TaskRow

SCHEMA_VERSION = 5
"""Raised when the tables change; a plan with a higher one was written by a newer PlanMap."""

_FIGURES = ("accuracy_m", "target_value", "measured_value")
"""Columns that hold a number; all others hold text."""

METADATA = MetaData()


def _columns(row: type[BaseModel], required: Mapping[str, Iterable[SchemaItem]]) -> list[Column[Any]]:
    """Return a column for each field of `row`; those `required` have the constraints given for them."""
    return [
        Column(
            name,
            Double if name in _FIGURES else Text,
            *required.get(name, ()),
            nullable=name not in required,
            unique=name == "id",
        )
        for name in row.model_fields
    ]


INFO = Table(
    "planmap_info",
    METADATA,
    Column("fid", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("value", Text, nullable=False),
)
"""What is said once: `plan`, `catalogue` and `decks` as JSON, and notes such as the schema's version."""

TASKS = Table("planmap_tasks", METADATA, Column("fid", Integer, primary_key=True), *_columns(TaskRow, {"id": ()}))

EVENTS = Table(
    "planmap_events",
    METADATA,
    Column("fid", Integer, primary_key=True),
    *_columns(EventRow, {"id": (), "task_id": ()}),
)
"""Whatever the task of an event is, triggers guard it: it may be one of the tasks, or one that an amendment adds."""

AMENDMENTS = Table(
    "planmap_amendments",
    METADATA,
    Column("fid", Integer, primary_key=True),
    *_columns(AmendmentRow, {"id": (), "subject_id": (), "values": ()}),
)
"""Only ever added to; triggers refuse all else."""

ATTACHMENTS = Table(
    "planmap_attachments",
    METADATA,
    Column("fid", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("event_id", Text, ForeignKey(EVENTS.c.id), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    # Last, so that a database finds the other columns without going through it.
    Column("content", LargeBinary, nullable=False),
)
"""Files that go with events, with their contents. Only ever added to; triggers refuse all else."""

INDEXES = (
    Index("planmap_events_task", EVENTS.c.task_id, EVENTS.c.fid),
    Index("planmap_amendments_subject", AMENDMENTS.c.subject_id, AMENDMENTS.c.fid),
)
"""By which whoever adds to a task finds the latest of it, however many there are of others."""

OWN_TABLES = (INFO, TASKS, EVENTS, AMENDMENTS, ATTACHMENTS)
"""The tables that PlanMap makes as they stand here; GeoPandas makes that of the sites."""

SITES = Table("planmap_sites", MetaData(), Column("fid"), Column("site_id"), *_columns(SiteRow, {}), Column("geom"))

SITE_KEY = Index("planmap_sites_site_id", SITES.c.site_id, unique=True)

TABLES = {
    "info": INFO,
    "sites": SITES,
    "tasks": TASKS,
    "events": EVENTS,
    "amendments": AMENDMENTS,
    "attachments": ATTACHMENTS,
}
"""The tables by part of the plan."""

TABLE_NAMES = {part: table.name for part, table in TABLES.items()}


def run(connection: Connection, words: str, **names: str) -> None:
    """Run a statement for which SQLAlchemy has no words of its own, with our own `names` in the places of `%(…)s`.

    Nothing that a user typed may get here.
    """
    connection.execute(DDL(words, context=names))  # type: ignore[no-untyped-call]  # SQLAlchemy's own lacks types
