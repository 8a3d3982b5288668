"""Where a task's status comes from, for a briefing: its statements in words, and which of them is which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from layers.draw.content import site_numbers
from layers.escape import safe_address
from layers.plan.event import Event
from layers.plan.plan import Plan, Task
from layers.present.view import View
from layers.selection.attachments import attachment_words
from layers.selection.statements import Statements, period_words, result_words, statements, status_words
from layers.selection.status import TaskState
from layers.selection.wording import measured_words, section_words, target_words
from layers.translation import Translation

MOST_STATEMENTS = 40
"""Most statements about one task that a briefing takes along, the newest; those that matter are among them anyway."""

MOST_CHARACTERS = 1_500_000
"""Room for the words of all statements, which leaves a usual deck far below its limit of size."""


def evidence_payload(plan: Plan, shown: Sequence[View], text: Translation) -> dict[str, Any]:
    """Return the statements of all tasks of the views as data for the scripts.

    `statements` holds each once, in words. `days` has by the view's day and the number of the task what is said of it:
    its status, and the statements in order, each with what it is for the task. Without room for a statement, `more`
    counts how many are left out; without room for a task, it is not there.
    """
    listed: dict[Event, int] = {}
    days: dict[str, dict[int, dict[str, Any]]] = {}
    numbers = {task_id: number for number, task_id in enumerate(plan.tasks)}
    room = MOST_CHARACTERS
    # First what is listed beside a map, then what only the list of all tasks has.
    for view, task in chain(
        ((each, task) for each in shown for task in each.tasks),
        ((each, task) for each in shown for task in each.selection.tasks),
    ):
        found = days.setdefault(view.selection.as_of.isoformat(), {})
        if numbers[task.id] in found:
            continue
        state = view.selection.states[task.id]
        standing = _standing(plan, task, state, text)
        room -= sum(map(len, (standing["status"], standing["clause"], *standing["notes"])))
        if room < 0:
            break
        ordered = tagged(statements(task, state, plan.info.year), state, text)
        entries = []
        for event, tag in ordered[:MOST_STATEMENTS]:
            if event not in listed:
                room -= _length(event, text)
                if room < 0:
                    break
            entries.append([listed.setdefault(event, len(listed)), tag])
        left = len(ordered) - len(entries)
        more = {"more": text("present.more-statements", count=left)} if left else {}
        found[numbers[task.id]] = {**standing, "said": entries, **more}
    return {"statements": [_statement(event, text) for event in listed], "days": days}


def tagged(found: Statements, state: TaskState, text: Translation) -> list[tuple[Event, str]]:
    """Return the evidence about a task, each statement with what it is for it; first what matters, then by day."""
    tags: dict[Event, list[str]] = {}
    for event, key in (
        (found.rests_on, "panel.settled-by"),
        (found.newest, "panel.evidence"),
        (found.later, "panel.later"),
        (found.result, "column.result"),
    ):
        if event is not None:
            tags.setdefault(event, []).append(text(key))
    return [(event, " · ".join(tags.get(event, ()))) for event in dict.fromkeys((*tags, *state.evidence))]


def task_sites(plan: Plan, task: Task, language: str) -> list[tuple[int | None, str]]:
    """Return number and name of each place of `task`; no number where the map shows none."""
    numbers = site_numbers(plan)
    return [(numbers.get(place), plan.sites[place].name.get(language)) for place in plan.places_of(task)]


def _standing(plan: Plan, task: Task, state: TaskState, text: Translation) -> Mapping[str, Any]:
    found = statements(task, state, plan.info.year)
    lines = []
    if not state.has_evidence:
        lines.append(text("panel.no-evidence"))
    elif not state.backed:
        lines.append(text("panel.unsettled"))
    section = section_words(plan, task, text.language)
    return {
        "status": status_words(state, text),
        "target": target_words(task, text),
        "result": result_words(found, text) if task.target else "",
        "notes": lines,
        "clause": text("panel.clause", section=section, anchor=task.anchor) if task.anchor else section,
    }


def _statement(event: Event, text: Translation) -> dict[str, str]:
    parts = {
        "day": str(event.date),
        "publisher": event.source.publisher,
        "title": event.source.title,
        "summary": event.summary.get(text.language),
        "status": text(f"status.{event.status.value}") if event.status else "",
        "measured": text("panel.measured", value=measured_words(event, text)) if event.measured else "",
        "period": text("panel.period", period=period_words(event.period)) if event.period else "",
        "files": attachment_words(event.attachments, text),
        # As text it is always there; as a link only where a click may open it.
        "address": event.source.url,
        "link": safe_address(event.source.url),
    }
    return {name: words for name, words in parts.items() if words}


def _length(event: Event, text: Translation) -> int:
    return sum(map(len, _statement(event, text).values()))
