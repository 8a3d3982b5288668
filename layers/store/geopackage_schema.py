"""The tables, keys and triggers of a plan in a GeoPackage, and how those of an older version become these."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.schema import CreateIndex, DropIndex

from layers.store.journal import free_name
from layers.store.migration import add_columns, add_indexes, events_of, latest_notes, rows_of
from layers.store.sqlite_limits import altering
from layers.store.tables import (
    AMENDMENTS,
    ATTACHMENTS,
    EVENTS,
    INFO,
    METADATA,
    OWN_TABLES,
    SITE_KEY,
    TABLES,
    TASKS,
    run,
)

_CONTENTS = sqlalchemy.table(
    "gpkg_contents", *map(sqlalchemy.column, ("table_name", "data_type", "identifier", "srs_id"))
)
_COUNTS = sqlalchemy.table("gpkg_ogr_contents", sqlalchemy.column("table_name"))

# Triggers hold whatever program writes, and whether or not it obeys foreign keys: SQLite leaves that to each program.
_REVISION = """CREATE TRIGGER %(table)s_%(change)s_revision AFTER %(change)s ON %(table)s
    BEGIN UPDATE planmap_info SET value = value + 1 WHERE key = 'revision'; END"""
_INFO_REVISION = """CREATE TRIGGER %(table)s_%(change)s_revision AFTER %(change)s ON %(table)s
    WHEN %(row)s.key <> 'revision'
    BEGIN UPDATE planmap_info SET value = value + 1 WHERE key = 'revision'; END"""
_TASK_OF_EVENT = """CREATE TRIGGER planmap_events_%(change)s_task BEFORE %(change)s ON planmap_events
    WHEN NOT EXISTS (SELECT 1 FROM planmap_tasks WHERE id = NEW.task_id)
    AND NOT EXISTS (SELECT 1 FROM planmap_amendments WHERE about = 'task' AND subject_id = NEW.task_id)
    BEGIN SELECT RAISE(ABORT, 'planmap: an event needs a task'); END"""
_HAS_HISTORY = """(EXISTS (SELECT 1 FROM planmap_events WHERE task_id = OLD.id)
    OR EXISTS (SELECT 1 FROM planmap_amendments WHERE about = 'task' AND subject_id = OLD.id))
    BEGIN SELECT RAISE(ABORT, 'planmap: the task has events'); END"""
_TASK_WITH_EVENTS = f"""CREATE TRIGGER planmap_tasks_delete_events BEFORE DELETE ON planmap_tasks
    WHEN {_HAS_HISTORY}"""
_TASK_RENAMED = f"""CREATE TRIGGER planmap_tasks_rename_events BEFORE UPDATE OF id ON planmap_tasks
    WHEN OLD.id <> NEW.id AND {_HAS_HISTORY}"""
_ADDED_ONLY = """CREATE TRIGGER %(table)s_%(change)s_never BEFORE %(change)s ON %(table)s
    BEGIN SELECT RAISE(ABORT, 'planmap: rows are only ever added here'); END"""
_EVENT_OF_FILE = """CREATE TRIGGER planmap_attachments_insert_event BEFORE INSERT ON planmap_attachments
    WHEN NOT EXISTS (SELECT 1 FROM planmap_events WHERE id = NEW.event_id)
    BEGIN SELECT RAISE(ABORT, 'planmap: an attachment needs an event'); END"""
_HAS_FILES = """EXISTS (SELECT 1 FROM planmap_attachments WHERE event_id = OLD.id)
    BEGIN SELECT RAISE(ABORT, 'planmap: the event has attachments'); END"""
_EVENT_WITH_FILES = f"""CREATE TRIGGER planmap_events_delete_files BEFORE DELETE ON planmap_events
    WHEN {_HAS_FILES}"""
_EVENT_RENAMED = f"""CREATE TRIGGER planmap_events_rename_files BEFORE UPDATE OF id ON planmap_events
    WHEN OLD.id <> NEW.id AND {_HAS_FILES}"""
_CHANGES = ("INSERT", "UPDATE", "DELETE")

TRIGGERS = len(TABLES) * len(_CHANGES)
"""How many triggers count the revision up, at least."""


def make_tables(connection: sqlalchemy.Connection) -> None:
    """Make all tables but that of the sites, which is there already, and all keys and triggers."""
    METADATA.create_all(connection, tables=OWN_TABLES, checkfirst=False)
    _list(connection, OWN_TABLES)
    _guard(connection)


def _list(connection: sqlalchemy.Connection, tables: Iterable[sqlalchemy.Table]) -> None:
    """Enter `tables` among the contents of the file, so that any GIS shows them."""
    rows = [
        {"table_name": table.name, "data_type": "attributes", "identifier": table.name, "srs_id": 0} for table in tables
    ]
    connection.execute(_CONTENTS.insert(), rows)


def _guard(connection: sqlalchemy.Connection) -> None:
    """Make the key of the sites, and the triggers."""
    connection.execute(CreateIndex(SITE_KEY))
    for change in _CHANGES:
        row = "OLD" if change == "DELETE" else "NEW"
        for table in TABLES.values():
            words = _INFO_REVISION if table is INFO else _REVISION
            run(connection, words, table=table.name, change=change, row=row)
        if change != "DELETE":
            run(connection, _TASK_OF_EVENT, change=change)
        if change != "INSERT":
            run(connection, _ADDED_ONLY, table=AMENDMENTS.name, change=change)
    run(connection, _TASK_WITH_EVENTS)
    run(connection, _TASK_RENAMED)
    _guard_files(connection)


def _guard_files(connection: sqlalchemy.Connection) -> None:
    """Make the triggers of the attachments but those that count changes."""
    for change in ("UPDATE", "DELETE"):
        run(connection, _ADDED_ONLY, table=ATTACHMENTS.name, change=change)
    for words in (_EVENT_OF_FILE, _EVENT_WITH_FILES, _EVENT_RENAMED):
        run(connection, words)


def copy_aside(path: Path, version: int) -> Path:
    """Copy the file with all that has been written to it, and return the copy's path; `version` is its schema's."""
    aside = free_name(path, f"schema {version}")
    source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=20)
    with closing(source), closing(sqlite3.connect(aside)) as target:
        source.backup(target)
    return aside


def bring_up(connection: sqlalchemy.Connection, version: int) -> None:
    """Bring the tables of an older schema `version` up to date."""
    if version < 2:
        _from_version_1(connection)
    elif version < 4:
        _without_foreign_key(connection)
    else:
        METADATA.create_all(connection, tables=[ATTACHMENTS], checkfirst=False)
        for change in _CHANGES:
            run(connection, _REVISION, table=ATTACHMENTS.name, change=change)
        _guard_files(connection)
    _list(connection, [ATTACHMENTS] if version >= 4 else [AMENDMENTS, ATTACHMENTS])
    add_columns(connection, _alter)
    add_indexes(connection)


def _alter(connection: sqlalchemy.Connection, words: str) -> None:
    driver: Any = connection.connection.driver_connection
    with altering(driver):
        run(connection, words)


def _from_version_1(connection: sqlalchemy.Connection) -> None:
    """Make the tables anew with keys, give each event an id, and add the triggers."""
    rows: dict[Any, list[dict[str, Any]]] = {
        INFO: latest_notes(connection),
        TASKS: rows_of(connection, TASKS),
        EVENTS: events_of(connection),
    }
    for table in reversed(list(rows)):
        table.drop(connection, checkfirst=False)
    METADATA.create_all(connection, tables=OWN_TABLES, checkfirst=False)
    for table, found in rows.items():
        if found:
            connection.execute(table.insert(), found)
    _forget_counts(connection, rows)
    _guard(connection)


def _without_foreign_key(connection: sqlalchemy.Connection) -> None:
    """Make the table of the events anew without its foreign key, which SQLite cannot drop, and all triggers anew."""
    found = rows_of(connection, EVENTS)
    EVENTS.drop(connection, checkfirst=False)
    METADATA.create_all(connection, tables=[EVENTS, AMENDMENTS, ATTACHMENTS], checkfirst=False)
    if found:
        connection.execute(EVENTS.insert(), found)
    _forget_counts(connection, [EVENTS])
    connection.execute(DropIndex(SITE_KEY, if_exists=True))
    for name in (
        *(f"{table.name}_{change}_revision" for table in TABLES.values() for change in _CHANGES),
        "planmap_tasks_delete_events",
        "planmap_tasks_rename_events",
    ):
        run(connection, "DROP TRIGGER IF EXISTS %(name)s", name=name)
    _guard(connection)


def _forget_counts(connection: sqlalchemy.Connection, tables: Iterable[sqlalchemy.Table]) -> None:
    # GDAL counted rows by triggers that went with the tables; without an entry it counts for itself.
    if sqlalchemy.inspect(connection).has_table(_COUNTS.name):
        names = [table.name for table in tables]
        connection.execute(_COUNTS.delete().where(_COUNTS.c.table_name.in_(names)))
