"""What somebody sends from a form to change what is given of a task or a site: made an amendment, and answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from app.context import Context
from app.record.answer import Answer, explained, words_of
from geo.errors import PlanMapError
from layers.plan.event_id import newer_than
from layers.plan.plan import Amendment, Plan
from layers.plan.rows import task_row
from layers.plan.terms import Moment, Subject
from layers.selection.amendment_words import amendment_line
from layers.store.roles import Person
from layers.translation import Translation

FIELDS = ("due_date", "lead_unit", "note_zh", "note_en", "sites", "retired")
"""The fields of a task that the form sets, which are columns of `tasks.csv`."""

ABOUT = {
    "summary_zh": "reason",
    "source_title": "source_title",
    "source_publisher": "source_publisher",
    "source_url": "source_url",
    "recorded_by": "recorded_by",
}
"""The field of an amendment for each field of the form that says something of it."""


def given(plan: Plan, task_id: str) -> dict[str, str]:
    """Return what the form can set of a task, as it now is."""
    row = task_row(plan.tasks[task_id])
    return {name: str(row[name] or "") for name in FIELDS}


def amend(context: Context, sent: Mapping[str, Any], text: Translation, *, person: Person | None = None) -> Answer:
    """Add the amendment that was `sent`, unless something in it is wrong or somebody else was faster.

    Only what differs from what the task now is is set. What is sent twice is added once. Any of `sent` may be anything.
    Where people sign in, the amendment is that of `person`, whatever name was sent.
    """
    values = {name: words_of(sent.get("fields"), name) for name in FIELDS}

    def changed(plan: Plan, task_id: str) -> dict[str, str]:
        before = given(plan, task_id) if task_id in plan.tasks else {}
        return {name: value for name, value in values.items() if value != before.get(name, "")}

    return amend_as_sent(context, sent, text, about=Subject.TASK, changed=changed, person=person)


def amend_as_sent(
    context: Context,
    sent: Mapping[str, Any],
    text: Translation,
    *,
    about: Subject,
    changed: Callable[[Plan, str], dict[str, str]],
    person: Person | None,
) -> Answer:
    """Add an amendment `about` what was `sent`; `changed` returns what it sets, as the plan now is."""
    number = sent.get("sent")
    sent_as = number if type(number) is int else 0
    amendment_id, subject_id, known = (words_of(sent, name) for name in ("id", about.value, "known"))
    said = {name: words_of(sent.get("fields"), name) for name in ABOUT}
    if not said["recorded_by"] and context.sign_in is None:
        return Answer(sent_as, done=False, words=text("record.look"), faults={"recorded_by": text("record.who")})
    asked = _Asked(sent_as, amendment_id, about, subject_id, known)
    try:
        _, plan = context.plan()
        if (there := _amended(plan, amendment_id)) is not None:
            return _done(sent_as, plan, there, text)
        values = changed(plan, subject_id)
        raw = {
            "id": amendment_id,
            "about": about.value,
            "subject_id": subject_id,
            "values": json.dumps(values, ensure_ascii=False),
            "recorded_at": str(Moment.now()),
            **{column: said[name] for name, column in ABOUT.items()},
        }
        if not values:
            return Answer(sent_as, done=False, words=text("record.amends-nothing"))
        amendment, faults = context.amend(raw, known=known, person=person)
    except PlanMapError as error:
        return _refused(context, error, asked, text)
    if amendment is None:
        names = {column: name for name, column in ABOUT.items()}
        found = {names.get(fault.field, fault.field): explained(fault, text) for fault in reversed(faults)}
        others = [words for name, words in found.items() if name not in {**said, **values}]
        return Answer(sent_as, done=False, words=" ".join([text("record.look"), *others]), faults=found)
    return _done(sent_as, context.plan()[1], amendment, text)


class _Asked(NamedTuple):
    sent_as: int
    id: str
    about: Subject
    subject_id: str
    known: str


def _amended(plan: Plan, amendment_id: str) -> Amendment | None:
    return next((one for one in reversed(plan.amendments) if amendment_id and one.id == amendment_id), None)


def _refused(context: Context, error: PlanMapError, asked: _Asked, text: Translation) -> Answer:
    """Return why the store has not taken an amendment; after all it may have, and only its answer was lost."""
    sent_as = asked.sent_as
    try:
        _, plan = context.plan()
    except PlanMapError:
        return Answer(sent_as, done=False, words=text.explain(error))
    if (there := _amended(plan, asked.id)) is not None:
        return _done(sent_as, plan, there, text)
    if error.code != "task-recorded":
        return Answer(sent_as, done=False, words=text.explain(error))
    of = plan.amendments_by_task if asked.about is Subject.TASK else plan.amendments_by_site
    amendments = of.get(asked.subject_id, ())
    newer = newer_than(amendments, asked.known)
    by = [text("record.by", by=one.recorded_by, at=one.recorded_at) for one in newer]
    lines = tuple(f"{amendment_line(plan, one, text)} · {said}" for one, said in zip(newer, by, strict=True))
    latest = amendments[-1].id if amendments else ""
    return Answer(sent_as, done=False, words=text("record.meanwhile"), newer=lines, known=latest)


def _done(sent_as: int, plan: Plan, amendment: Amendment, text: Translation) -> Answer:
    return Answer(sent_as, done=True, words=text("record.amended", what=amendment_line(plan, amendment, text)))
