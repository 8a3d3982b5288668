"""The counts of the status filter as plain values, for the filter itself and for the page before Streamlit is up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layers.plan.scene import Evidence
from layers.plan.terms import Status
from layers.selection.status import Counts, TaskState, newest_day
from layers.translation import Translation


def status_pills(counts: Counts, text: Translation) -> list[dict[str, Any]]:
    """Return a pill for each status: its value, label, number of tasks, badge and hint."""
    return [
        {
            "value": status.value,
            "label": text(f"status.{status.value}"),
            "count": counts.by_status[status],
            "badge": f"/badges/{status.value}{'' if counts.backed[status] else '-pale'}.svg",
            "hint": text("page.backed", count=counts.backed[status]),
            # How many of them evidence backs, where that is not all or none.
            "part": text("page.of-them", count=counts.backed[status])
            if 0 < counts.backed[status] < counts.by_status[status]
            else "",
        }
        for status in Status
    ]


def newest_words(states: Iterable[TaskState], text: Translation) -> str:
    """Return the words on the day of the newest evidence in the plan; empty without evidence."""
    day = newest_day(states)
    return text("present.latest", date=day) if day is not None else ""


def evidence_pills(counts: Counts, text: Translation) -> list[dict[str, Any]]:
    """Return a pill for tasks with evidence and one for those without."""
    numbers = {Evidence.WITH: counts.with_evidence, Evidence.WITHOUT: counts.without_evidence}
    return [
        {"value": value.value, "label": text(f"evidence.{value.value}"), "count": number}
        for value, number in numbers.items()
    ]
