"""The tables, keys and triggers of a plan in PostGIS, and how those of an older version become these."""

from __future__ import annotations

import sqlalchemy
from sqlalchemy import Column, Identity, Integer, Table, Text, func
from sqlalchemy.schema import CreateIndex

from layers.store.migration import add_columns, add_indexes, events_of, latest_notes
from layers.store.tables import (
    AMENDMENTS,
    ATTACHMENTS,
    EVENTS,
    INFO,
    METADATA,
    OWN_TABLES,
    SITE_KEY,
    SITES,
    TABLES,
    TASKS,
    run,
)

CHANGES = Table(
    "planmap_changes",
    sqlalchemy.MetaData(),
    Column("fid", Integer, Identity(), primary_key=True),
    Column("transaction", Text, nullable=False, unique=True),
)
"""One row for each transaction that has changed the plan.

A row can be seen from the moment at which its transaction's changes can, however long before it may have begun. One
row that everybody counts up would say the same, but then each writer would wait for all others to end.
"""

# Whoever may write the plan need not be allowed to write this table. What is notified is heard by `postgis_listener`.
_FUNCTION = """CREATE OR REPLACE FUNCTION planmap_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
    AS 'BEGIN
        INSERT INTO planmap_changes (transaction) VALUES (txid_current()::text) ON CONFLICT DO NOTHING;
        PERFORM pg_notify(''planmap_changed'', '''');
        RETURN NULL;
    END'"""
_TRIGGER = """CREATE TRIGGER planmap_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %(table)s
    FOR EACH STATEMENT EXECUTE FUNCTION planmap_changed()"""
_READABLE = "GRANT SELECT ON planmap_changes TO PUBLIC"
# An event may be about a task that an amendment has added, so no foreign key can guard it.
_GUARDS = (
    """CREATE FUNCTION planmap_event_task() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
    AS 'BEGIN
        PERFORM 1 FROM planmap_tasks WHERE id = NEW.task_id FOR KEY SHARE;
        IF NOT FOUND AND NOT EXISTS (
            SELECT 1 FROM planmap_amendments WHERE about = ''task'' AND subject_id = NEW.task_id
        ) THEN
            RAISE EXCEPTION ''planmap: an event needs a task'' USING ERRCODE = ''foreign_key_violation'';
        END IF;
        RETURN NEW;
    END'""",
    """CREATE TRIGGER planmap_event_task BEFORE INSERT OR UPDATE OF task_id ON planmap_events
    FOR EACH ROW EXECUTE FUNCTION planmap_event_task()""",
    """CREATE FUNCTION planmap_task_history() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
    AS 'BEGIN
        IF EXISTS (SELECT 1 FROM planmap_events WHERE task_id = OLD.id) OR EXISTS (
            SELECT 1 FROM planmap_amendments WHERE about = ''task'' AND subject_id = OLD.id
        ) THEN
            RAISE EXCEPTION ''planmap: the task has events'' USING ERRCODE = ''foreign_key_violation'';
        END IF;
        RETURN NULL;
    END'""",
    """CREATE TRIGGER planmap_task_deleted AFTER DELETE ON planmap_tasks
    FOR EACH ROW EXECUTE FUNCTION planmap_task_history()""",
    """CREATE TRIGGER planmap_task_renamed AFTER UPDATE OF id ON planmap_tasks
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION planmap_task_history()""",
    """CREATE FUNCTION planmap_added_only() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN
        IF current_setting(''planmap.restoring'', true) = ''on'' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION ''planmap: amendments are only ever added'' USING ERRCODE = ''restrict_violation'';
    END'""",
    """CREATE TRIGGER planmap_added_only BEFORE UPDATE OR DELETE ON planmap_amendments
    FOR EACH ROW EXECUTE FUNCTION planmap_added_only()""",
)
# A foreign key guards the events that have attachments.
_FILE_GUARDS = (
    """CREATE FUNCTION planmap_files_added_only() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN
        IF current_setting(''planmap.restoring'', true) = ''on'' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION ''planmap: attachments are only ever added'' USING ERRCODE = ''restrict_violation'';
    END'""",
    """CREATE TRIGGER planmap_files_added_only BEFORE UPDATE OR DELETE ON planmap_attachments
    FOR EACH ROW EXECUTE FUNCTION planmap_files_added_only()""",
    # Nothing is gained by trying: PDF, pictures and office documents are compressed already.
    "ALTER TABLE planmap_attachments ALTER COLUMN content SET STORAGE EXTERNAL",
)
# Whoever may read or add statements may read or add their files.
_SAME_RIGHTS = """DO $$ DECLARE
    given record; who text; numbers text := pg_get_serial_sequence('planmap_attachments', 'fid');
BEGIN
    FOR given IN SELECT grantee, privilege_type FROM information_schema.table_privileges
        WHERE table_schema = current_schema() AND table_name = 'planmap_events'
        AND privilege_type IN ('SELECT', 'INSERT') AND grantee <> current_user
    LOOP
        who := CASE given.grantee WHEN 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(given.grantee) END;
        EXECUTE format('GRANT %%s ON planmap_attachments TO %%s', given.privilege_type, who);
        IF given.privilege_type = 'INSERT' THEN
            EXECUTE format('GRANT USAGE ON SEQUENCE %%s TO %%s', numbers, who);
        END IF;
    END LOOP;
END $$"""
_RESTORING = "SET LOCAL planmap.restoring = 'on'"
_LOCK = "LOCK TABLE planmap_info, planmap_sites, planmap_tasks, planmap_events IN ACCESS EXCLUSIVE MODE"
_COPY = "CREATE TABLE %(table)s_schema_%(version)s AS TABLE %(table)s"
_NUMBERS = (
    "ALTER TABLE %(table)s ALTER COLUMN fid SET NOT NULL",
    "ALTER TABLE %(table)s ALTER COLUMN fid ADD GENERATED BY DEFAULT AS IDENTITY",
    "ALTER TABLE %(table)s ADD PRIMARY KEY (fid)",
)
_KEYS = (
    "ALTER TABLE planmap_info ALTER COLUMN key SET NOT NULL, ALTER COLUMN value SET NOT NULL, ADD UNIQUE (key)",
    "ALTER TABLE planmap_tasks ALTER COLUMN id SET NOT NULL, ADD UNIQUE (id)",
    "ALTER TABLE planmap_events ALTER COLUMN id SET NOT NULL, ADD UNIQUE (id)",
    "ALTER TABLE planmap_events ALTER COLUMN task_id SET NOT NULL",
)


def make_tables(connection: sqlalchemy.Connection) -> None:
    """Make all tables but that of the sites, which is there already, and all keys and triggers."""
    _number(connection, SITES)
    METADATA.create_all(connection, tables=OWN_TABLES, checkfirst=False)
    _guard(connection)


def _guard(connection: sqlalchemy.Connection) -> None:
    """Make the key of the sites, the table of changes, and the triggers."""
    connection.execute(CreateIndex(SITE_KEY))
    CHANGES.create(connection, checkfirst=False)
    run(connection, _READABLE)
    run(connection, _FUNCTION)
    for table in TABLES.values():
        run(connection, _TRIGGER, table=table.name)
    _guard_history(connection)


def _guard_history(connection: sqlalchemy.Connection) -> None:
    for words in (*_GUARDS, *_FILE_GUARDS):
        run(connection, words)


def allow_restore(connection: sqlalchemy.Connection) -> None:
    """Let this transaction take away amendments and attachments, which are to be replaced by those of a backup."""
    run(connection, _RESTORING)


def bring_up(connection: sqlalchemy.Connection, version: int) -> None:
    """Set aside a copy of each table of an older schema `version`, and bring the tables up to date.

    The tables themselves stay, and with them what other roles are allowed to do with them.
    """
    run(connection, _LOCK)
    for table in TABLES.values():
        if table is not ATTACHMENTS and (version >= 4 or table is not AMENDMENTS):
            run(connection, _COPY, table=table.name, version=str(version))
    if version < 4:
        METADATA.create_all(connection, tables=[AMENDMENTS], checkfirst=False)
    if version < 2:
        _keys(connection)
    METADATA.create_all(connection, tables=[ATTACHMENTS], checkfirst=False)
    run(connection, _SAME_RIGHTS)
    if version >= 2:
        # Before version 5 it notified nobody.
        run(connection, _FUNCTION)
    if version >= 4:
        run(connection, _TRIGGER, table=ATTACHMENTS.name)
        for words in _FILE_GUARDS:
            run(connection, words)
    elif version < 2:
        _guard(connection)
    else:
        for key in sqlalchemy.inspect(connection).get_foreign_keys(EVENTS.name):
            run(connection, "ALTER TABLE planmap_events DROP CONSTRAINT %(key)s", key=str(key["name"]))
        for table in (AMENDMENTS, ATTACHMENTS):
            run(connection, _TRIGGER, table=table.name)
        _guard_history(connection)
    add_columns(connection, run)
    add_indexes(connection)


def _keys(connection: sqlalchemy.Connection) -> None:
    """Give each event of version 1 an id, and add the keys."""
    entries, events = latest_notes(connection), events_of(connection)
    connection.execute(INFO.delete())
    for table in (INFO, TASKS):
        _number(connection, table)
    connection.execute(INFO.insert(), entries)
    for name in ("id", "withdraws", "corrects"):
        run(connection, "ALTER TABLE planmap_events ADD COLUMN %(name)s text", name=name)
    number: sqlalchemy.BindParameter[int] = sqlalchemy.bindparam("number")
    for event in events:
        values = {name: event[name] for name in ("id", "withdraws", "corrects")}
        connection.execute(EVENTS.update().where(EVENTS.c.fid == number).values(values), {"number": event["fid"]})
    for words in _KEYS:
        run(connection, words)


def _number(connection: sqlalchemy.Connection, table: Table) -> None:
    """Make `fid` the primary key of `table`, which the database counts up from the largest that is there."""
    for words in _NUMBERS:
        run(connection, words, table=table.name)
    count_on(connection, table)


def count_on(connection: sqlalchemy.Connection, table: Table) -> None:
    """Have the database number rows on from the largest `fid` that is there."""
    sequence = func.pg_get_serial_sequence(table.name, "fid")
    last = sqlalchemy.select(func.coalesce(func.max(table.c.fid), 0)).scalar_subquery()
    connection.execute(sqlalchemy.select(func.setval(sequence, last + 1, sqlalchemy.false())))
