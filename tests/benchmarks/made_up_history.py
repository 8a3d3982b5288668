"""Fill a plan's database with made-up tasks and events, on the server's side, so that a million take seconds."""

from __future__ import annotations

import sqlalchemy

from layers.plan.plan import Plan
from layers.store.base import copy_plan, is_address

_ROWS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {count}) "
_TASKS = """INSERT INTO planmap_tasks (id, section, title_zh, title_en, kind, theme, lead_unit, sites)
    {rows} SELECT 'made-up-' || n, '1-2', '虚构任务' || n, 'Made-up task ' || n, 'project', 'manufacturing',
    '虚构单位' || n % 20, 'station' FROM r"""
# Each task gets a statement in turn, so the statements of one task lie far apart, as they do in an office.
_EVENTS = """INSERT INTO planmap_events (id, task_id, date, basis, status, summary_zh, source_title,
    source_publisher, confidence, recorded_by, recorded_at)
    {rows} SELECT 'made-up-' || n, 'made-up-' || (1 + n % {tasks}), CAST(2024 + n * 3 / {later} AS text) || '-' ||
    CASE n % 4 WHEN 0 THEN '03' WHEN 1 THEN '06' WHEN 2 THEN '09' ELSE '12' END || '-1' || CAST(n % 9 AS text),
    'evidence', CASE n % 5 WHEN 0 THEN 'done' WHEN 1 THEN 'delayed' WHEN 2 THEN 'planned' ELSE 'in_progress' END,
    '虚构的进展', '虚构的材料', '虚构的单位', 'medium', '虚构的人', '2026-11-01T08:00:00Z' FROM r"""


def write_history(plan: Plan, where: str, *, tasks: int, events: int, site: str) -> None:
    """Write `plan` to `where`, a new GeoPackage or an empty database, with made-up tasks at `site` and events."""
    store = copy_plan(plan, where)
    # Without the limits that PlanMap sets for a file.
    engine = store.engine if is_address(where) else sqlalchemy.create_engine(f"sqlite:///{where}")
    with engine.begin() as connection:
        if is_address(where):
            connection.execute(sqlalchemy.text("SET LOCAL statement_timeout = 0"))
        rows = _ROWS.format(count=tasks)
        _run(connection, _TASKS.format(rows=_ROWS.format(count=tasks)).replace("'station'", f"'{site}'"))
        rows = _ROWS.format(count=events)
        _run(connection, _EVENTS.format(rows=rows, tasks=tasks, later=events + 1))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _run(connection: sqlalchemy.Connection, words: str) -> None:
    # Outside of literals a colon would name a parameter.
    connection.execute(sqlalchemy.text(words.replace(":", "\\:")))
