"""A plan as older releases wrote it.

Version 1 had tables without keys, events without ids and no revision; version 2 had no parts of places,
version 4 no attachments.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas
import pyogrio
import sqlalchemy

from layers.plan.digest import whole_digest
from layers.plan.event_row import event_row
from layers.plan.plan import Plan
from layers.plan.rows import catalogue_row, decks_row, info_row, task_row
from layers.store.base import copy_plan
from layers.store.frames import sites_frame

NEW = ("id", "withdraws", "corrects")
"""The fields that an event had not yet."""

NEW_OF_TASKS = ("due_date", "note_zh", "note_en", "retired")
"""The fields that a task had not yet."""


def without_parts(plan: Plan) -> Plan:
    """Return `plan` as an older release can hold it."""
    return replace(plan, sites={key: replace(site, part_of="") for key, site in plan.sites.items()})


def write_version_2(plan: Plan, where: str, *, column: bool = False) -> None:
    """Write `plan`; with `column` as if somebody had added by hand the one that version 3 brought."""
    copy_plan(plan if column else without_parts(plan), where)
    version = "UPDATE planmap_info SET value = '2' WHERE key = 'schema_version'"
    columns = () if column else ("ALTER TABLE planmap_sites DROP COLUMN part_of",)
    columns += tuple(f"ALTER TABLE planmap_tasks DROP COLUMN {name}" for name in NEW_OF_TASKS)
    statements = (version, *before_amendments(where), *columns)
    if where.endswith(".gpkg"):
        with closing(sqlite3.connect(where)) as connection, connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            for statement in before_attachments(where):
                connection.execute(statement)
            found = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'planmap_events'").fetchone()[0]
            connection.execute("ALTER TABLE planmap_events RENAME TO kept")
            connection.execute(found.rstrip()[:-1] + ", FOREIGN KEY(task_id) REFERENCES planmap_tasks (id))")
            connection.execute("INSERT INTO planmap_events SELECT * FROM kept")
            for statement in statements:
                connection.execute(statement)
        return
    engine = sqlalchemy.create_engine(where.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for statement in (*before_attachments(where), *statements):
            connection.execute(sqlalchemy.text(statement))
    engine.dispose()


def write_version_4(plan: Plan, where: str) -> None:
    copy_plan(plan, where)
    statements = (*before_attachments(where), "UPDATE planmap_info SET value = '4' WHERE key = 'schema_version'")
    if where.endswith(".gpkg"):
        with closing(sqlite3.connect(where)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
        return
    engine = sqlalchemy.create_engine(where.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sqlalchemy.text(statement))
    engine.dispose()


def before_attachments(where: str) -> tuple[str, ...]:
    """Return the statements that take away what came with the attachments."""
    if where.endswith(".gpkg"):
        return (
            "DROP TRIGGER planmap_events_delete_files",
            "DROP TRIGGER planmap_events_rename_files",
            "DELETE FROM gpkg_contents WHERE table_name = 'planmap_attachments'",
            "DROP TABLE planmap_attachments",
        )
    return ("DROP TABLE planmap_attachments", "DROP FUNCTION planmap_files_added_only")


def before_amendments(where: str) -> tuple[str, ...]:
    """Return the statements that take away what came with the amendments."""
    if where.endswith(".gpkg"):
        return (
            "DROP TABLE kept",
            "DROP TRIGGER planmap_tasks_delete_events",
            "DROP TRIGGER planmap_tasks_rename_events",
            "DELETE FROM gpkg_contents WHERE table_name = 'planmap_amendments'",
            "DROP TABLE planmap_amendments",
        )
    return (
        "DROP TRIGGER planmap_event_task ON planmap_events",
        "DROP TRIGGER planmap_task_deleted ON planmap_tasks",
        "DROP TRIGGER planmap_task_renamed ON planmap_tasks",
        "DROP TABLE planmap_amendments",
        "DROP FUNCTION planmap_event_task, planmap_task_history, planmap_added_only",
        "ALTER TABLE planmap_events ADD FOREIGN KEY (task_id) REFERENCES planmap_tasks (id)",
    )


def sites(plan: Plan) -> pandas.DataFrame:
    return sites_frame(plan).drop(columns="part_of")


def tables(plan: Plan) -> dict[str, pandas.DataFrame]:
    notes = {
        "schema_version": "1",
        "origin": "",
        "content": whole_digest(plan),
        "plan": json.dumps(info_row(plan.info), ensure_ascii=False),
        "catalogue": json.dumps(catalogue_row(plan.catalogue), ensure_ascii=False),
        "decks": json.dumps(decks_row(plan.decks), ensure_ascii=False),
    }
    events = pandas.DataFrame([event_row(event) for event in plan.events]).drop(columns=list(NEW))
    tasks = pandas.DataFrame([task_row(task) for task in plan.tasks.values()]).drop(columns=list(NEW_OF_TASKS))
    for frame, column in ((tasks, "target_value"), (events, "measured_value")):
        frame[column] = frame[column].astype(float)
    info = pandas.DataFrame({"key": list(notes), "value": list(notes.values())})
    return {"planmap_info": info, "planmap_tasks": tasks, "planmap_events": events}


def write_geopackage(plan: Plan, path: Path) -> None:
    pyogrio.write_dataframe(sites(plan), path, layer="planmap_sites", driver="GPKG", geometry_type="Unknown")
    for name, table in tables(plan).items():
        pyogrio.write_dataframe(table, path, layer=name, driver="GPKG", append=True)


def write_postgis(plan: Plan, url: str) -> None:
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        sites(plan).rename_axis("fid").to_postgis("planmap_sites", connection, index=True)
        for name, table in tables(plan).items():
            table.rename_axis("fid").to_sql(name, connection, index=True)
        first = len(plan.events)
        for statement in (
            "ALTER TABLE planmap_events ALTER COLUMN fid SET NOT NULL",
            f"ALTER TABLE planmap_events ALTER COLUMN fid ADD GENERATED BY DEFAULT AS IDENTITY (START WITH {first})",
            "ALTER TABLE planmap_events ADD PRIMARY KEY (fid)",
        ):
            connection.execute(sqlalchemy.text(statement))
    engine.dispose()
