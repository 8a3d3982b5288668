"""What the rows of an older version become in today's tables, in either database.

Version 2 gave each event an id and the fields by which it withdraws or corrects another, made `key`, `site_id` and the
ids of tasks and events unique, and began to count changes. Version 3 gave each site the field that tells what it is a
part of. Version 4 brought the amendments, the fields of tasks that only they had a use for, and events about tasks that
an amendment has added, for which there can be no foreign key. Version 5 brought the attachments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy

from layers.plan.event_columns import EventColumns
from layers.plan.event_id import with_ids
from layers.plan.event_log import EventLog
from layers.plan.event_row import EventRow, event_row
from layers.store.tables import EVENTS, INDEXES, INFO, SCHEMA_VERSION, SITES, TASKS


def latest_notes(connection: sqlalchemy.Connection) -> list[dict[str, Any]]:
    """Return the rows of the info table, of several with the same key the last one, with today's version."""
    rows = connection.execute(sqlalchemy.select(INFO.c.key, INFO.c.value).order_by(INFO.c.fid).limit(1000))
    found = {str(key): str(value) for key, value in rows}
    found |= {"schema_version": str(SCHEMA_VERSION), "revision": found.get("revision", "0")}
    return [{"key": key, "value": value} for key, value in found.items()]


def add_columns(connection: sqlalchemy.Connection, alter: Callable[[sqlalchemy.Connection, str], None]) -> None:
    """Add to sites and tasks the columns that they had not yet, unless somebody has, and note today's version.

    `alter` runs a statement that adds one.
    """
    later = ((SITES, ("part_of",)), (TASKS, ("due_date", "note_zh", "note_en", "retired")))
    for table, names in later:
        present = columns_of(connection, table)
        for name in names:
            if name not in present:
                alter(connection, f"ALTER TABLE {table.name} ADD COLUMN {name} text")
    version = INFO.update().where(INFO.c.key == "schema_version").values(value=str(SCHEMA_VERSION))
    connection.execute(version)


def add_indexes(connection: sqlalchemy.Connection) -> None:
    """Make the indexes that the tables have not yet."""
    for index in INDEXES:
        index.create(connection, checkfirst=True)


def columns_of(connection: sqlalchemy.Connection, table: sqlalchemy.Table) -> set[str]:
    """Return the names of the columns that `table` has in the database."""
    return {str(column["name"]) for column in sqlalchemy.inspect(connection).get_columns(table.name)}


def rows_of(connection: sqlalchemy.Connection, table: sqlalchemy.Table) -> list[dict[str, Any]]:
    """Return the rows of `table` as they are, without the columns that it had not yet."""
    present = columns_of(connection, table)
    columns = [column for column in table.c if column.name in present]
    rows = connection.execute(sqlalchemy.select(*columns).order_by(table.c.fid)).mappings()
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
    events = EventLog(with_ids(EventColumns.of([EventRow.model_validate(row).value() for row in known])))
    return [{"fid": number, **event_row(event)} for number, event in zip(numbers, events, strict=True)]
