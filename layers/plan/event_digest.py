"""What of a plan's events a map or sheet can depend on, as JSON, put into a digest without making the events."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

import numpy

from layers.plan.event import Event
from layers.plan.event_columns import NUMBER, TEXTS, EventColumns
from layers.plan.event_log import EventLog
from layers.plan.event_row import event_row, read_date, read_period
from layers.plan.row import read_moment

_LINKS = ("withdraws", "corrects")
_FIELDS = sorted((*TEXTS, NUMBER))
_PARSED = {"date": read_date, "period": read_period, "recorded_at": read_moment}
"""Texts that can be written in more than one way."""

_AT_ONCE = 10_000
"""Number of events whose JSON is made at a time."""

_begun: WeakKeyDictionary[EventColumns, tuple[bytes, Any]] = WeakKeyDictionary()
"""The digest of all events in some columns, and what it began with."""


def digest_of(before: str, log: EventLog, after: str) -> str:
    """Return the SHA-256, in hexadecimal, of the text `before`, the events of `log` as a JSON list, and `after`."""
    begin = hashlib.sha256(before.encode()).digest()
    known = _begun.get(log.columns)
    if known is None or known[0] != begin:
        found = hashlib.sha256(f"{before}[".encode())
        for part in _lines(log.columns):
            found.update(part.encode())
        # Two threads at once find the same.
        known = _begun[log.columns] = begin, found
    whole = known[1].copy()
    more = [json.dumps(drawn(event), sort_keys=True) for event in log.loose]
    lead = ", " if len(log.columns) and more else ""
    whole.update(f"{lead}{', '.join(more)}]{after}".encode())
    return str(whole.hexdigest())


def drawn(event: Event) -> dict[str, Any]:
    """Return what of `event` a map or sheet can depend on: its id is not drawn, and most name no other event."""
    row = {name: value for name, value in event_row(event).items() if name != "id" and (value or name not in _LINKS)}
    # Without attachments, as most are, it keeps the digest that it had before there were any.
    files = [[attachment.name, attachment.sha256] for attachment in event.attachments]
    return {**row, "attachments": files} if files else row


def _lines(columns: EventColumns) -> Iterator[str]:
    """Yield the JSON of all events, some at a time, as `json.dumps` writes a list of what is `drawn` of each."""
    count = len(columns)
    numbers = columns.numbers
    # For each column what stands for a row, by the number of its text.
    words = {name: _words(name, columns) for name in TEXTS if name != "id"}
    given = ~numpy.isnan(numbers)
    for start in range(0, count, _AT_ONCE):
        rows = range(start, min(start + _AT_ONCE, count))
        parts = []
        for name in _FIELDS:
            if name == "id":
                continue
            if name == NUMBER:
                values = numbers[rows.start : rows.stop].tolist()
                parts.append([f', "{name}": {"null" if value != value else repr(value)}' for value in values])
                continue
            codes = columns.texts[name].codes[rows.start : rows.stop].tolist()
            found = [words[name][code] for code in codes]
            if name == "measured_unit":
                # Without a figure there is no unit.
                has = given[rows.start : rows.stop].tolist()
                found = [word if there else f', "{name}": ""' for word, there in zip(found, has, strict=True)]
            parts.append(found)
        lines = ["{" + "".join(line)[2:] + "}" for line in zip(*parts, strict=True)]
        for row in columns.attachments:
            if row in rows:
                lines[row - start] = json.dumps(drawn(columns.event(row)), sort_keys=True)
        yield ", ".join(chain([""] if start else [], lines))


def _words(name: str, columns: EventColumns) -> list[str]:
    """Return for each distinct text of a column how a field with it is written, after a comma."""
    parse = _PARSED.get(name)
    found = []
    for text in columns.texts[name].values.to_pylist():
        if not text and name in _LINKS:
            found.append("")
        elif not text and name == "status":
            found.append(f', "{name}": null')
        else:
            found.append(f', "{name}": {json.dumps(str(parse(text)) if parse and text else text)}')
    return found
