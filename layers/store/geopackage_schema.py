"""The tables, keys and triggers of a plan in a GeoPackage, and how those of an older version become these."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.schema import CreateIndex

from layers.store.journal import free_name
from layers.store.migration import add_parts, events_of, latest_notes, tasks_of
from layers.store.sqlite_limits import altering
from layers.store.tables import EVENTS, INFO, METADATA, OWN_TABLES, SITE_KEY, TABLES, TASKS, run

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
    BEGIN SELECT RAISE(ABORT, 'planmap: an event needs a task'); END"""
_TASK_WITH_EVENTS = """CREATE TRIGGER planmap_tasks_delete_events BEFORE DELETE ON planmap_tasks
    WHEN EXISTS (SELECT 1 FROM planmap_events WHERE task_id = OLD.id)
    BEGIN SELECT RAISE(ABORT, 'planmap: the task has events'); END"""
_TASK_RENAMED = """CREATE TRIGGER planmap_tasks_rename_events BEFORE UPDATE OF id ON planmap_tasks
    WHEN OLD.id <> NEW.id AND EXISTS (SELECT 1 FROM planmap_events WHERE task_id = OLD.id)
    BEGIN SELECT RAISE(ABORT, 'planmap: the task has events'); END"""
_CHANGES = ("INSERT", "UPDATE", "DELETE")


def make_tables(connection: sqlalchemy.Connection) -> None:
    """Make all tables but that of the sites, which is there already, and all keys and triggers."""
    METADATA.create_all(connection, tables=OWN_TABLES, checkfirst=False)
    connection.execute(
        _CONTENTS.insert(),
        [
            {"table_name": table.name, "data_type": "attributes", "identifier": table.name, "srs_id": 0}
            for table in OWN_TABLES
        ],
    )
    _guard(connection)


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
    run(connection, _TASK_WITH_EVENTS)
    run(connection, _TASK_RENAMED)


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
    add_parts(connection, _alter)


def _alter(connection: sqlalchemy.Connection, words: str) -> None:
    driver: Any = connection.connection.driver_connection
    with altering(driver):
        run(connection, words)


def _from_version_1(connection: sqlalchemy.Connection) -> None:
    """Make the tables anew with keys, give each event an id, and add the triggers."""
    rows: dict[Any, list[dict[str, Any]]] = {
        INFO: latest_notes(connection),
        TASKS: tasks_of(connection),
        EVENTS: events_of(connection),
    }
    for table in reversed(OWN_TABLES):
        table.drop(connection, checkfirst=False)
    METADATA.create_all(connection, tables=OWN_TABLES, checkfirst=False)
    for table in OWN_TABLES:
        if rows[table]:
            connection.execute(table.insert(), rows[table])
    # GDAL counted rows by triggers that went with the tables; without an entry it counts for itself.
    if sqlalchemy.inspect(connection).has_table(_COUNTS.name):
        names = [table.name for table in OWN_TABLES]
        connection.execute(_COUNTS.delete().where(_COUNTS.c.table_name.in_(names)))
    _guard(connection)
