"""A plan read on: where only events have been added since it was read, only those are read.

Events are only ever added, so whatever else has happened, such as an event that another program has changed, is rare,
and then the whole plan is read again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy
from sqlalchemy import func, select

from layers.plan.beside import Beside
from layers.plan.event_row import EventRow
from layers.plan.fault import Fault
from layers.plan.plan import Plan
from layers.store.check_events import check_links, check_source
from layers.store.check_row import checked_rows
from layers.store.limits import ROWS, counted
from layers.store.tables import EVENTS

MOST_ADDED = 5_000
"""Most events that are read on; with more at once, as from a file that somebody brings in, all is read again."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a plan has been read."""

    events: int
    """How many events there were."""
    last: int
    """The `fid` of the last of them."""
    last_id: str
    """Its id, which no other plan has by chance."""
    rest: str
    """Changes whenever anything else in the tables does, or any of these events."""


def event_watermark(connection: sqlalchemy.Connection, count: int, upto: int | None, rest: str) -> Watermark | None:
    """Return the mark at the last event, or the last that has no higher `fid` than `upto`.

    None if there is no event, or one without an id, which gets one from its content only when all are read.
    """
    query = select(EVENTS.c.fid, EVENTS.c.id).order_by(EVENTS.c.fid.desc()).limit(1)
    last = connection.execute(query if upto is None else query.where(EVENTS.c.fid <= upto)).first()
    nameless = connection.execute(select(EVENTS.c.fid).where(EVENTS.c.id == "").limit(1)).first()
    return None if last is None or nameless else Watermark(count, last.fid, last.id, rest)


def grown_plan(
    connection: sqlalchemy.Connection,
    plan: Plan,
    held: Watermark,
    mark: Callable[[sqlalchemy.Connection, int | None], Watermark | None],
    beside: Beside,
) -> tuple[Plan, Watermark] | None:
    """Return `plan`, which was read up to the mark `held`, with the events added since, and the mark after those.

    None if anything else has changed or a new event has a fault; then the plan must be read as a whole.
    """
    if mark(connection, held.last) != held:
        return None
    now = mark(connection, None)
    beside = beside.now()
    if now == held:
        # Two looks at the same change, of which the other was first; at most what lies beside the plan is another.
        return plan if plan.beside == beside else replace(plan, beside=beside), held
    if now is None or not held.events < now.events <= min(held.events + MOST_ADDED, ROWS["events"]):
        return None
    query: sqlalchemy.Select[Any] = select(sqlalchemy.literal_column("*")).select_from(EVENTS)
    found = connection.execute(query.where(EVENTS.c.fid > held.last).order_by(EVENTS.c.fid)).mappings()
    rows = [
        ("", {name: value for name, value in row.items() if name != "fid" and value is not None})
        for row in counted(found, "events", EVENTS.name)
    ]
    faults: list[Fault] = []

    def fault(_part: str, _place: str, field: str, code: str, **details: object) -> None:
        faults.append(Fault("", "", field, code, details))

    events = [row.value() for _, row in checked_rows(EventRow, rows, "", faults)]
    if len(events) != now.events - held.events or any(event.task_id not in plan.tasks for event in events):
        return None
    for event in events:
        check_source("", event, fault)
    named = {name for event in events for name in (event.withdraws, event.corrects) if name}
    before = plan.events.named(named) if named else []
    check_links([("", event) for event in (*before, *events)], fault)
    if faults:
        return None
    log = plan.events.followed_by(events)
    return replace(plan, events=log, beside=beside), now


def has_room(connection: sqlalchemy.Connection, table: sqlalchemy.Table, limit: int) -> bool:
    """Whether `table` has at most `limit` rows; they are counted only where their numbers leave it open."""
    first = select(func.min(table.c.fid)).scalar_subquery()
    last = select(func.max(table.c.fid)).scalar_subquery()
    span = connection.execute(select(last - first + 1)).scalar()
    if span is None or span <= limit:
        return True
    return connection.execute(select(func.count()).select_from(table)).scalar_one() <= limit
