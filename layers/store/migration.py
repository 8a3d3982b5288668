"""What the rows of an older version become in today's tables, in either database.

Version 2 gave each event an id and the fields by which it withdraws or corrects another, made `key`, `site_id` and the
ids of tasks and events unique, and began to count changes. Version 3 gave each site the field that tells what it is a
part of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy

from layers.plan.event_id import with_ids
from layers.plan.rows import EventRow, TaskRow, event_row
from layers.store.tables import EVENTS, INFO, SCHEMA_VERSION, SITES, TASKS


def latest_notes(connection: sqlalchemy.Connection) -> list[dict[str, Any]]:
    """Return the rows of the info table, of several with the same key the last one, with today's version."""
    rows = connection.execute(sqlalchemy.select(INFO.c.key, INFO.c.value).order_by(INFO.c.fid).limit(1000))
    found = {str(key): str(value) for key, value in rows}
    found |= {"schema_version": str(SCHEMA_VERSION), "revision": found.get("revision", "0")}
    return [{"key": key, "value": value} for key, value in found.items()]


def add_parts(connection: sqlalchemy.Connection, alter: Callable[[sqlalchemy.Connection, str], None]) -> None:
    """Add to the sites the column for what each is a part of, unless somebody has, and note today's version.

    `alter` runs the statement that adds it.
    """
    columns = {column["name"] for column in sqlalchemy.inspect(connection).get_columns(SITES.name)}
    if SITES.c.part_of.name not in columns:
        alter(connection, "ALTER TABLE planmap_sites ADD COLUMN part_of text")
    version = INFO.update().where(INFO.c.key == "schema_version").values(value=str(SCHEMA_VERSION))
    connection.execute(version)


def tasks_of(connection: sqlalchemy.Connection) -> list[dict[str, Any]]:
    """Return the rows of the tasks as they are."""
    columns = [TASKS.c.fid, *(TASKS.c[name] for name in TaskRow.model_fields)]
    rows = connection.execute(sqlalchemy.select(*columns).order_by(TASKS.c.fid)).mappings()
    return [dict(row) for row in rows]


def events_of(connection: sqlalchemy.Connection) -> list[dict[str, Any]]:
    """Return the rows of the events, each with the id that a plan read from version 1 shows.

    Raises
    ------
    ValidationError
        A row is not sound.
    """
    before = [name for name in EventRow.model_fields if name not in ("id", "withdraws", "corrects")]
    columns = [EVENTS.c.fid, *(EVENTS.c[name] for name in before)]
    rows = [dict(row) for row in connection.execute(sqlalchemy.select(*columns).order_by(EVENTS.c.fid)).mappings()]
    numbers = [row.pop("fid") for row in rows]
    known = [{name: value for name, value in row.items() if value is not None} for row in rows]
    events = with_ids([EventRow.model_validate(row).value() for row in known])
    return [{"fid": number, **event_row(event)} for number, event in zip(numbers, events, strict=True)]
