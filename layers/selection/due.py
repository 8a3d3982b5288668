"""Which tasks are overdue on a day, and of which nothing new has been heard for long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from layers.plan.plan import Plan, Task
from layers.plan.terms import Status
from layers.selection.amendment_words import due_words
from layers.selection.statements import status_words
from layers.selection.status import TaskState
from layers.translation import Translation

STALE_DAYS = 180
"""Days without a new statement after which a task is stale, unless a setting says otherwise."""

_OVER = (Status.DONE, Status.STOPPED)
"""Statuses of tasks of which nobody waits for anything any more."""


@dataclass(frozen=True, slots=True)
class DueCounts:
    """How many tasks wait for something."""

    overdue: int
    stale: int


def overdue_days(task: Task, state: TaskState, day: date) -> int:
    """Return for how many days a task has been overdue on `day`; 0 if it is not, or is done or stopped."""
    if task.due is None or task.retired or state.status in _OVER:
        return 0
    return max(0, (day - task.due.last_day).days)


def stale_days(state: TaskState, day: date, days: int = STALE_DAYS) -> int:
    """Return how many days old the newest statement about a task is on `day`, if that is more than `days`; else 0.

    It is 0 for a task that is done or stopped, and for one about which nothing has been said, which has other words.
    """
    if state.newest is None or state.status in _OVER:
        return 0
    age = (day - state.newest.date.last_day).days
    return age if age > days else 0


def count_due(tasks: Iterable[Task], states: Mapping[str, TaskState], day: date, days: int = STALE_DAYS) -> DueCounts:
    """Count the `tasks` that are overdue, and those that are stale after so many `days`."""
    listed = list(tasks)
    return DueCounts(
        overdue=sum(overdue_days(task, states[task.id], day) > 0 for task in listed),
        stale=sum(stale_days(states[task.id], day, days) > 0 for task in listed),
    )


def overdue_words(task: Task, state: TaskState, day: date, text: Translation) -> str:
    """Return for how long a task has been overdue; empty if it is not."""
    days = overdue_days(task, state, day)
    return text("due.overdue-day" if days == 1 else "due.overdue", days=days) if days else ""


def status_due_words(task: Task, state: TaskState, day: date, text: Translation) -> str:
    """Return the word for a task's status, and for how long it has been overdue, for paper and for a room."""
    return " · ".join(part for part in (status_words(state, text), overdue_words(task, state, day, text)) if part)


def stale_words(state: TaskState, day: date, text: Translation, days: int = STALE_DAYS) -> str:
    """Return for how long nothing new has been said about a task; empty if that is not long."""
    found = stale_days(state, day, days)
    return text("due.stale", days=found) if found else ""


def due_line(task: Task, state: TaskState, day: date, text: Translation) -> str:
    """Return when a task is due, and for how long it has been overdue; empty without a due date."""
    if task.due is None:
        return ""
    return " · ".join(part for part in (due_words(task.due, text), overdue_words(task, state, day, text)) if part)


def year_words(plan: Plan, day: date, text: Translation) -> str:
    """Return that the year of `plan` is over on `day`; empty while it is not."""
    return text("due.year-over", year=plan.info.year) if day.year > plan.info.year else ""
