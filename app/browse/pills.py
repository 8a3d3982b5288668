"""The counts of the status filter as plain values, for the filter itself and for the page before Streamlit is up."""

from __future__ import annotations

from typing import Any

from layers.plan.scene import Evidence
from layers.plan.terms import Status
from layers.selection.status import Counts
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
        }
        for status in Status
    ]


def evidence_pills(counts: Counts, text: Translation) -> list[dict[str, Any]]:
    """Return a pill for tasks with evidence and one for those without."""
    numbers = {Evidence.WITH: counts.with_evidence, Evidence.WITHOUT: counts.without_evidence}
    return [
        {"value": value.value, "label": text(f"evidence.{value.value}"), "count": number}
        for value, number in numbers.items()
    ]
