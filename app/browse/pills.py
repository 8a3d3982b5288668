"""The counts of the status filter as plain values, for the filter itself and for the page before Streamlit is up."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from layers.plan.plan import Plan
from layers.plan.scene import Evidence, Wait
from layers.plan.terms import Status
from layers.selection.due import DueCounts, Watch, silence_words
from layers.selection.select import Selection
from layers.selection.status import Counts, newest_day
from layers.translation import Translation


def badge_address(status: Status | None, *, backed: bool) -> str:
    """Return the address of the picture of a status, pale if no evidence backs it; empty without a status."""
    return f"/badges/{status.value}{'' if backed else '-pale'}.svg" if status else ""


def status_pills(counts: Counts, text: Translation) -> list[dict[str, Any]]:
    """Return a pill for each status: its value, label, number of tasks, badge and hint."""
    return [
        {
            "value": status.value,
            "label": text(f"status.{status.value}"),
            "count": counts.by_status[status],
            "badge": badge_address(status, backed=bool(counts.backed[status])),
            "hint": text("page.backed", count=counts.backed[status]),
            # How many of them evidence backs, where that is not all or none.
            "part": text("page.of-them", count=counts.backed[status])
            if 0 < counts.backed[status] < counts.by_status[status]
            else "",
        }
        for status in Status
    ]


def time_words(plan: Plan, selection: Selection, due: DueCounts, text: Translation) -> str:
    """Return in two lines of what day the newest evidence in the plan is, and that the plan's year is over.

    Each is left out where it does not hold.
    """
    day = newest_day(selection.current_states)
    newest = text("present.latest", date=day) if day is not None else ""
    return "\n".join(filter(None, (newest, silence_words(plan, due, selection.watch, text))))


def due_pills(
    found: DueCounts, watch: Watch, text: Translation, *, chosen: Collection[Wait] = ()
) -> list[dict[str, Any]]:
    """Return a pill for the tasks that are overdue and one for those that are stale, none for no task.

    One that filters stays at nought, so that it can be taken back.
    """
    stale = text("due.stale-over-hint" if watch.year_over else "due.stale-hint", days=watch.stale_days)
    pills = (
        (Wait.OVERDUE, found.overdue, text("due.overdue-pill"), text("due.overdue-hint")),
        (Wait.STALE, found.stale, text("due.stale-pill"), stale),
    )
    return [
        {"value": wait.value, "label": label, "count": number, "hint": hint}
        for wait, number, label, hint in pills
        if number or wait in chosen
    ]


def evidence_pills(counts: Counts, text: Translation) -> list[dict[str, Any]]:
    """Return a pill for tasks with evidence and one for those without."""
    numbers = {Evidence.WITH: counts.with_evidence, Evidence.WITHOUT: counts.without_evidence}
    return [
        {"value": value.value, "label": text(f"evidence.{value.value}"), "count": number}
        for value, number in numbers.items()
    ]
