"""What events say about each other and about tasks; and one that somebody wants to add, checked before it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

import numpy

from layers.plan.event import Event
from layers.plan.event_columns import EventColumns
from layers.plan.event_id import new_id
from layers.plan.event_row import EventRow
from layers.plan.fault import Fault
from layers.plan.plan import Plan
from layers.plan.terms import Basis
from layers.store.check_row import checked_row


def check_event(plan: Plan, raw: Mapping[str, Any], *, today: date) -> tuple[Event | None, list[Fault]]:
    """Return the event in `raw`, a row of `events.csv` that is to be added to `plan`, or None and every fault in it.

    It gets an id if it has none. What was made public after `today` cannot be known yet.
    """
    faults: list[Fault] = []
    row = checked_row(EventRow, {"id": new_id(), **raw}, "", "", faults)
    if row is None:
        return None, faults
    event = row.value()

    def fault(_part: str, place: str, field: str, code: str, **details: object) -> None:
        if place == "new":
            faults.append(Fault("", "", field, code, details))

    if event.task_id not in plan.tasks:
        fault("", "new", "task_id", "unknown-task", id=event.task_id)
    if event.date.first_day > today:
        fault("", "new", "date", "date-to-come", date=event.date, today=today)
    check_source("new", event, fault)
    before = [("", other) for other in plan.events_by_task.get(event.task_id, ())]
    named = {event.withdraws, event.corrects} - {""}
    if named:
        # Of another task, so that it can be said.
        before += [("", other) for other in plan.events.named(named) if other.task_id != event.task_id]
    check_links([*before, ("new", event)], fault)
    return (None, faults) if faults else (event, [])


def check_ids(events: EventColumns, places: Sequence[object], fault: Callable[..., None]) -> None:
    """Report events that have the id of an earlier one; `places` are what faults call them."""
    ids = events.texts["id"]
    times = numpy.bincount(ids.codes, minlength=len(ids.values))
    first: dict[str, str] = {}
    for row in numpy.flatnonzero(times[ids.codes] > 1).tolist() if len(events) else ():
        name, place = ids[row], str(places[row])
        if name in first:
            fault("events", place, "id", "duplicate-id", id=name, first=first[name])
        first.setdefault(name, place)


def check_events(
    events: EventColumns, places: Sequence[object], tasks: Collection[str], fault: Callable[..., None]
) -> None:
    """Report what events say of each other, of their sources, and of any but the `tasks`."""
    strange = [rows for task_id, rows in events.by_task.items() if task_id not in tasks]
    texts = events.texts
    unsourced = events.is_evidence & ~texts["source_publisher"].present() & ~texts["source_url"].present()
    for row in sorted({int(row) for rows in (*strange, numpy.flatnonzero(unsourced)) for row in rows}):
        event, place = events.event(row), str(places[row])
        if event.task_id not in tasks:
            fault("events", place, "task_id", "unknown-task", id=event.task_id)
        check_source(place, event, fault)
    linking = numpy.flatnonzero(events.takes_back)
    named = {texts[link][row] for link in ("withdraws", "corrects") for row in linking.tolist()} - {""}
    linked = numpy.union1d(linking, texts["id"].rows_of_any(named)).tolist()
    check_links([(str(places[row]), event) for row, event in zip(linked, events.events(linked), strict=True)], fault)


def check_source(place: str, event: Event, fault: Callable[..., None]) -> None:
    """Report evidence that cannot be looked up."""
    if event.basis is Basis.EVIDENCE and not event.source.publisher and not event.source.url:
        fault("events", place, "source_publisher", "evidence-without-source")


def check_links(events: Sequence[tuple[str, Event]], fault: Callable[..., None]) -> None:
    """Report events that withdraw or correct something that they cannot."""
    earlier: dict[str, Event] = {}
    for place, event in events:
        for field, named in (("withdraws", event.withdraws), ("corrects", event.corrects)):
            other = earlier.get(named)
            # Only what stands before it, so that no two events can name each other.
            if named and other is None:
                fault("events", place, field, "unknown-event", id=named)
            elif other and other.task_id != event.task_id:
                fault("events", place, field, "event-of-another-task", id=named, task=other.task_id)
        if event.withdraws and event.corrects:
            fault("events", place, "corrects", "withdrawn-and-corrected")
        elif event.withdraws and (event.status or event.measured):
            fault("events", place, "status" if event.status else "measured_value", "withdrawal-states")
        earlier[event.id] = event
