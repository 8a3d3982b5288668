"""The ids of events: those they were given, and for the others ids that depend on their content."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import replace

from layers.plan.plan import Event
from layers.plan.rows import event_row

LENGTH = 16
"""Hexadecimal digits of an id made from the content: among a million events, two alike are as good as impossible."""


def new_id() -> str:
    """Return an id that no other event has."""
    return f"e-{uuid.uuid4().hex[:LENGTH]}"


def with_ids(events: Sequence[Event]) -> list[Event]:
    """Return `events`, each with an id.

    The same events in the same order always get the same ids. A plan that is edited by hand therefore needs none
    until one event names another.
    """
    taken = {event.id for event in events}
    found = []
    for event in events:
        if not event.id:
            event = replace(event, id=_made(event, taken))
            taken.add(event.id)
        found.append(event)
    return found


def _made(event: Event, taken: set[str]) -> str:
    row = {name: str(value) for name, value in event_row(event).items() if value not in (None, "")}
    name = "e-" + hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:LENGTH]
    number, made = 1, name
    # The same statement twice, word for word.
    while made in taken:
        number += 1
        made = f"{name}-{number}"
    return made
