"""What somebody sends from the form: made a statement about a task, and the answer that the form gets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.context import Context
from app.record.answer import Answer, explained, words_of
from geo.errors import PlanMapError
from layers.plan.attachment import PER_EVENT
from layers.plan.event import Event
from layers.plan.event_id import newer_than
from layers.plan.plan import Plan
from layers.plan.terms import Moment
from layers.selection.event_words import event_line, status_change
from layers.selection.status import task_state
from layers.store.roles import Person
from layers.translation import Translation

FIELDS = (
    "date",
    "basis",
    "status",
    "measured_value",
    "measured_unit",
    "period",
    "summary_zh",
    "summary_en",
    "source_title",
    "source_publisher",
    "source_url",
    "confidence",
    "recorded_by",
    "withdraws",
    "corrects",
)
"""The fields of the form, which are columns of `events.csv`; the others are not for whoever fills it in."""

LINKS = ("withdraws", "corrects")
"""Those that name another statement, which the form has one field for."""


def record(
    context: Context,
    sent: Mapping[str, Any],
    text: Translation,
    *,
    today: date,
    person: Person | None = None,
    upload: str = "",
) -> Answer:
    """Add the statement that was `sent`, unless something in it is wrong or somebody else was faster.

    What is sent twice, because no answer came, is added once. Any of `sent` may be anything: it comes from a browser.
    Where people sign in, the statement is that of `person`, whatever name was sent. Its files wait under the key
    `upload`.
    """
    number = sent.get("sent")
    sent_as = number if type(number) is int else 0
    event_id = words_of(sent, "id")
    task_id, known = words_of(sent, "task"), words_of(sent, "known")
    fields = sent.get("fields")
    values = {name: words_of(fields, name) for name in FIELDS} if isinstance(fields, Mapping) else {}
    named = sent.get("files")
    waiting = [name for name in named if isinstance(name, str)][: PER_EVENT + 1] if isinstance(named, list) else []
    raw = {name: value for name, value in values.items() if value}
    raw |= {"id": event_id, "task_id": task_id, "recorded_at": str(Moment.now())}
    if "recorded_by" not in raw and context.sign_in is None:
        # A row of a file may leave it empty; whoever fills in a form has a name.
        return Answer(sent_as, done=False, words=text("record.look"), faults={"recorded_by": text("record.who")})
    try:
        if (there := _recorded(context, event_id)) is not None:
            return _done(sent_as, there, text)
        files = context.uploads.files(upload, waiting)
        if files is None:
            return Answer(sent_as, done=False, words=text("record.look"), faults={"files": text("attachment.again")})
        event, faults = context.record(raw, known=known, today=today, person=person, files=files)
    except PlanMapError as error:
        return _refused(context, error, (sent_as, event_id, task_id, known), text)
    if event is None:
        names = {"which" if fault.field in LINKS else fault.field: explained(fault, text) for fault in reversed(faults)}
        others = [said for name, said in names.items() if name not in (*FIELDS, "which")]
        return Answer(sent_as, done=False, words=" ".join([text("record.look"), *others]), faults=names)
    context.uploads.forget(upload, waiting)
    return _done(sent_as, event, text, context.plan()[1])


def _recorded(context: Context, event_id: str) -> Event | None:
    _, plan = context.plan()
    return plan.events.find(event_id)


def _refused(context: Context, error: PlanMapError, asked: tuple[int, str, str, str], text: Translation) -> Answer:
    """Return why the store has not taken a statement; after all it may have, and only its answer was lost."""
    sent_as, event_id, task_id, known = asked
    try:
        there = _recorded(context, event_id)
        _, plan = context.plan()
    except PlanMapError:
        return Answer(sent_as, done=False, words=text.explain(error))
    if there is not None:
        return _done(sent_as, there, text)
    if error.code != "task-recorded":
        return Answer(sent_as, done=False, words=text.explain(error))
    events = plan.events_by_task.get(task_id, ())
    lines = tuple(f"{event_line(event, text)} · {_by(event, text)}" for event in newer_than(events, known))
    latest = events[-1].id if events else ""
    return Answer(sent_as, done=False, words=text("record.meanwhile"), newer=lines, known=latest)


def _by(event: Event, text: Translation) -> str:
    return text("record.by", by=event.recorded_by, at=event.recorded_at)


def _done(sent_as: int, event: Event, text: Translation, plan: Plan | None = None) -> Answer:
    """Return that an event is recorded, and what that has changed if it is new in `plan`."""
    words = text("record.saved", date=event.date)
    if plan is not None:
        events = plan.events_by_task[event.task_id]
        day = max(other.date.last_day for other in events)
        before = [other for other in events if other.id != event.id]
        words += " " + status_change(task_state(before, day), task_state(events, day), text)
    return Answer(sent_as, done=True, words=words)
