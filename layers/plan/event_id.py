"""The ids of events: those they were given, and for the others ids that depend on their content."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import TypeVar

from layers.plan.event import Event
from layers.plan.event_columns import EventColumns
from layers.plan.event_row import event_row
from layers.plan.plan import Amendment

_Entry = TypeVar("_Entry", bound=Event | Amendment)

LENGTH = 16
"""Hexadecimal digits of an id made from the content: among a million events, two alike are as good as impossible."""


def new_id(kind: str = "e") -> str:
    """Return an id that no other event has, or no other amendment, for which `kind` is `a`."""
    return f"{kind}-{uuid.uuid4().hex[:LENGTH]}"


def newer_than(entries: Sequence[_Entry], known: str) -> Sequence[_Entry]:
    """Return those of `entries`, in the order they were recorded, that came after the one with the id `known`.

    All of them if none has it, as for whoever has seen none.
    """
    places = [place for place, entry in enumerate(entries) if entry.id == known]
    return entries[places[0] + 1 :] if places else entries


def with_ids(events: EventColumns) -> EventColumns:
    """Return `events`, each with an id.

    The same events in the same order always get the same ids. A plan that is edited by hand therefore needs none
    until one event names another.
    """
    column = events.texts["id"]
    nameless = column.rows_of("").tolist()
    if not nameless:
        return events
    ids = [column[row] for row in range(len(events))]
    taken = set(ids)
    for row, event in zip(nameless, events.events(nameless), strict=True):
        ids[row] = _made(event, taken)
        taken.add(ids[row])
    return events.with_text("id", ids)


def _made(event: Event, taken: set[str]) -> str:
    row = {name: str(value) for name, value in event_row(event).items() if value not in (None, "")}
    name = "e-" + hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:LENGTH]
    number, made = 1, name
    # The same statement twice, word for word.
    while made in taken:
        number += 1
        made = f"{name}-{number}"
    return made
