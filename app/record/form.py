"""The button and form for recording what becomes of a task, as one component.

The form is our own and not Streamlit's: what is typed stays with the browser, letter by letter, until the statement is
stored, whatever becomes of the page, the connection or the server. See docs/decisions/0028.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from app import context
from app.component_js import component_js
from app.identity import signed_in
from app.present.typed import name_of
from app.record.amending import FIELDS as AMENDED
from app.record.amending import amend, given
from app.record.answer import Answer
from app.record.recording import FIELDS, LINKS, record
from app.session import state, value_from
from app.waiting import told
from geo.errors import PlanMapError
from layers.plan.attachment import FILE_BYTES, PER_EVENT
from layers.plan.event import Event
from layers.plan.event_row import event_row
from layers.plan.file_kind import ENDINGS
from layers.plan.plan import Plan, Task
from layers.plan.terms import Basis, Confidence, Status
from layers.selection.event_words import event_line
from layers.selection.status import standing
from layers.store.roles import Person
from layers.translation import Translation

_STYLE = Path(__file__).with_name("record.css")

OFFERED = 50
"""Number of the latest statements about a task of which one can be corrected or withdrawn here."""

LABELS = (
    "open",
    "draft",
    "title",
    "task",
    "new",
    "correct",
    "withdraw",
    "amend",
    "ground",
    "which",
    "none-yet",
    "save",
    "saving",
    "later",
    "empty",
    "close",
    "anyway",
    "leave",
    "away",
    "unanswered",
    "required",
    "why",
    "not-shown",
    "no-status",
    "files",
    "files-note",
    "files-choose",
    "files-again",
    "files-most",
    "file-large",
    "file-lost",
    "file-waits",
    "file-remove",
)
"""The words of the form besides the names of its fields."""

SHOWN = (*(name for name in FIELDS if name not in LINKS), *AMENDED)
"""The fields with names of their own; what is corrected or withdrawn is chosen in one for both."""

_form = st.components.v2.component(
    "planmap_record",
    html='<div class="pm-record"></div>',
    js=component_js(Path(__file__).with_name("record.js")),
    isolate_styles=False,
)


def show_record(plan: Plan, tasks: Sequence[Task], text: Translation, *, as_of: date, closed: bool) -> None:
    """Draw the button that opens the form, for one of `tasks`; it cannot be sent in an outage, when it is `closed`.

    `as_of` is the day that the page shows.
    """

    def sent() -> None:
        message: Any = value_from("record", "sent")
        if isinstance(message, dict):
            # Whoever is signed in now, in this thread, and not when the page was drawn.
            who, key = signed_in(), str(state().get("upload"))
            state()["recorded"] = told(lambda: _answer(message, text, who, key))

    st.html(_STYLE)
    answer = state().get("recorded")
    state()["upload"] = _upload_key(state().get("upload", ""))
    _form(
        key="record",
        data={
            "plan": name_of(plan),
            "today": date.today().isoformat(),
            "asOf": as_of.isoformat(),
            "closed": closed,
            "upload": state()["upload"],
            "language": text.language,
            "accept": ",".join(ending for endings in ENDINGS.values() for ending in endings),
            "largest": FILE_BYTES,
            "most": PER_EVENT,
            "by": person.name if (person := signed_in()) else "",
            "tasks": [_task(plan, task, text) for task in tasks],
            "choices": _choices(text),
            "labels": _labels(text),
            "answer": answer.row() if isinstance(answer, Answer) else None,
        },
        on_sent_change=sent,
    )


def _upload_key(known: str) -> str:
    """Return the key with which this session's browser sends files; empty for whoever may record nothing."""
    try:
        context.current().allow_change(signed_in())
    except PlanMapError:
        return ""
    return context.current().uploads.key(known)


def _answer(message: dict[str, Any], text: Translation, person: Person | None, upload: str) -> Answer:
    if message.get("what") == "amend":
        return amend(context.current(), message, text, person=person)
    return record(context.current(), message, text, today=date.today(), person=person, upload=upload)


def _task(plan: Plan, task: Task, text: Translation) -> dict[str, Any]:
    events = plan.events_by_task.get(task.id, ())
    amendments = plan.amendments_by_task.get(task.id, ())
    counting = {event.id for event in standing(events)}
    offered = [event for event in events if event.id in counting or event.withdraws][-OFFERED:]
    return {
        "id": task.id,
        "title": task.title.get(text.language),
        "unit": task.target.unit if task.target else "",
        # What whoever opens the form now has seen.
        "known": events[-1].id if events else "",
        "given": given(plan, task.id),
        "amended": amendments[-1].id if amendments else "",
        "events": [{"id": event.id, "words": event_line(event, text), "fields": _fields(event)} for event in offered],
    }


def _fields(event: Event) -> dict[str, str]:
    """Return an event as the form has it."""
    row = event_row(event)
    return {name: "" if row[name] is None else str(row[name]) for name in FIELDS if name in row}


def _choices(text: Translation) -> dict[str, list[list[str]]]:
    """Return what can be chosen, by field: the value and the words for each."""
    return {
        "status": [["", text("record-label.no-status")], *([one.value, text(f"status.{one.value}")] for one in Status)],
        "basis": [[one.value, text(f"basis.{one.value}")] for one in (Basis.EVIDENCE, Basis.STATED)],
        "confidence": [[one.value, text(f"confidence.{one.value}")] for one in Confidence],
    }


def _labels(text: Translation) -> dict[str, str]:
    return {
        **{name: text(f"record-label.{name}") for name in LABELS},
        "files-note": text("record-label.files-note", most=PER_EVENT, limit=FILE_BYTES // 2**20),
        "files-most": text("record-label.files-most", most=PER_EVENT),
        "file-large": text("record-label.file-large", limit=FILE_BYTES // 2**20),
        **{f"field-{name}": text(f"field.{name}") for name in SHOWN},
    }
