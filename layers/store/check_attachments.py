"""What rows of attachments say about events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from layers.plan.attachment import Attachment
from layers.plan.attachment_row import AttachmentRow
from layers.plan.fault import Fault
from layers.plan.plan import Event
from layers.store.check_row import checked_rows


def with_attachments(
    events: Sequence[tuple[str, Event]], raw: Iterable[tuple[str, Mapping[str, Any]]], file: str, faults: list[Fault]
) -> list[tuple[str, Event]]:
    """Return `events`, each with its place, with the attachments in the rows `raw`; add to `faults`."""
    rows = list(raw)
    if not rows:
        # As most plans are, also those with very many events.
        return list(events)
    found: dict[str, list[Attachment]] = defaultdict(list)
    known = {event.id for _, event in events}
    seen: dict[str, str] = {}
    for place, row in checked_rows(AttachmentRow, rows, file, faults):
        if row.event_id not in known:
            faults.append(Fault(file, place, "event_id", "unknown-event", {"id": row.event_id}))
        elif row.id in seen:
            faults.append(Fault(file, place, "id", "duplicate-id", {"id": row.id, "first": seen[row.id]}))
        seen.setdefault(row.id, place)
        found[row.event_id].append(row.value())
    return [
        (place, replace(event, attachments=tuple(found[event.id])) if event.id in found else event)
        for place, event in events
    ]
