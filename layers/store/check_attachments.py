"""What rows of attachments say about events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from layers.plan.attachment import Attachment
from layers.plan.attachment_row import AttachmentRow
from layers.plan.event_columns import EventColumns
from layers.plan.fault import Fault
from layers.store.check_row import checked_rows


def with_attachments(
    events: EventColumns, raw: Iterable[tuple[str, Mapping[str, Any]]], file: str, faults: list[Fault]
) -> EventColumns:
    """Return `events` with the attachments in the rows `raw`; add to `faults`."""
    rows = list(raw)
    if not rows:
        # As most plans are, also those with very many events.
        return events
    found: dict[int, list[Attachment]] = defaultdict(list)
    wanted = {row["event_id"] for _, row in rows if isinstance(row.get("event_id"), str)}
    ids = events.texts["id"]
    known = {ids[row]: row for row in ids.rows_of_any(wanted).tolist()}
    seen: dict[str, str] = {}
    for place, row in checked_rows(AttachmentRow, rows, file, faults):
        if row.event_id not in known:
            faults.append(Fault(file, place, "event_id", "unknown-event", {"id": row.event_id}))
        elif row.id in seen:
            faults.append(Fault(file, place, "id", "duplicate-id", {"id": row.id, "first": seen[row.id]}))
        seen.setdefault(row.id, place)
        if row.event_id in known:
            found[known[row.event_id]].append(row.value())
    return replace(events, attachments={row: tuple(files) for row, files in sorted(found.items())}, made={})
