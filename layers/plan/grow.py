"""A plan with more events: what was worked out about all the others is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from layers.plan.plan import Event, Plan, TaskEvents


def with_events(plan: Plan, events: Sequence[Event]) -> Plan:
    """Return `plan` with `events` more, which have been found sound, recorded after all others."""
    grown = replace(plan, events=(*plan.events, *events))
    by_task = dict(plan.events_by_task)
    for event in events:
        by_task[event.task_id] = TaskEvents((*by_task.get(event.task_id, ()), event))
    found = [event.date.last_day for event in events] + list(plan.days or ())
    # What the plan would work out by going through all of its events.
    vars(grown).update(events_by_task=by_task, days=(min(found), max(found)) if found else None)
    return grown
