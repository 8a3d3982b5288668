"""Which tasks are overdue on a day, and of which nothing new has been heard for long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from layers.plan.plan import Plan, Task
from layers.plan.scene import STALE_DAYS, Scene, Wait
from layers.plan.terms import Status
from layers.selection.amendment_words import due_words
from layers.selection.statements import status_words
from layers.selection.status import SiteState, TaskState, site_state
from layers.translation import Translation

_OVER = (Status.DONE, Status.STOPPED)
"""Statuses of tasks of which nobody waits for anything any more."""


@dataclass(frozen=True, slots=True)
class Watch:
    """By which day, and after how many days, tasks are overdue or stale."""

    day: date
    stale_days: int = STALE_DAYS
    """Days without a new statement after which a task is stale."""
    year_over: bool = False
    """Whether the plan's year is over on that day. Nothing new is to be expected then, so that tasks which are stale
    are counted once and found by the filter, but not marked one by one."""

    @classmethod
    def of(cls, plan: Plan, scene: Scene, day: date) -> Watch:
        """Return by what `scene` watches the tasks of `plan` on `day`."""
        return cls(day, scene.stale_days, year_over=day.year > plan.info.year)


@dataclass(frozen=True, slots=True)
class DueCounts:
    """How many tasks wait for something."""

    overdue: int
    stale: int
    newest: date | None = None
    """Day of the newest statement of any kind about any of the tasks; None without one."""


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


def waits_of(task: Task, state: TaskState, watch: Watch) -> frozenset[Wait]:
    """Return what a task waits for."""
    found = {
        Wait.OVERDUE: overdue_days(task, state, watch.day),
        Wait.STALE: stale_days(state, watch.day, watch.stale_days),
    }
    return frozenset(wait for wait, days in found.items() if days)


def state_of_site(tasks: Iterable[Task], states: Mapping[str, TaskState], day: date) -> SiteState | None:
    """Return the state of a site with these `tasks`, see `layers.selection.status.site_state`."""
    listed = list(tasks)
    overdue = any(overdue_days(task, states[task.id], day) for task in listed)
    return site_state([states[task.id] for task in listed], overdue=overdue)


def count_due(tasks: Iterable[Task], states: Mapping[str, TaskState], watch: Watch) -> DueCounts:
    """Count the `tasks` that are overdue, and those that are stale."""
    listed = [(task, states[task.id]) for task in tasks]
    waits = [waits_of(task, state, watch) for task, state in listed]
    days = (state.newest.date.last_day for _, state in listed if state.newest is not None)
    return DueCounts(
        overdue=sum(Wait.OVERDUE in found for found in waits),
        stale=sum(Wait.STALE in found for found in waits),
        newest=max(days, default=None),
    )


def overdue_words(task: Task, state: TaskState, day: date, text: Translation) -> str:
    """Return for how long a task has been overdue; empty if it is not."""
    days = overdue_days(task, state, day)
    return text("due.overdue-day" if days == 1 else "due.overdue", days=days) if days else ""


def status_due_words(task: Task, state: TaskState, watch: Watch, text: Translation) -> str:
    """Return the word for a task's status, and for how long it has been overdue or stale, for paper and for a room."""
    parts = status_words(state, text), overdue_words(task, state, watch.day, text), stale_words(state, watch, text)
    return " · ".join(part for part in parts if part)


def stale_words(state: TaskState, watch: Watch, text: Translation) -> str:
    """Return for how long nothing new has been said about a task; empty if that is not long or the year is over."""
    found = 0 if watch.year_over else stale_days(state, watch.day, watch.stale_days)
    return text("due.stale", days=found) if found else ""


def due_line(task: Task, state: TaskState, day: date, text: Translation) -> str:
    """Return when a task is due, and for how long it has been overdue; empty without a due date."""
    if task.due is None:
        return ""
    return " · ".join(part for part in (due_words(task.due, text), overdue_words(task, state, day, text)) if part)


def year_words(plan: Plan, day: date, text: Translation) -> str:
    """Return that the year of `plan` is over on `day`; empty while it is not."""
    return text("due.year-over", year=plan.info.year) if day.year > plan.info.year else ""


def silence_words(plan: Plan, found: DueCounts, watch: Watch, text: Translation) -> str:
    """Return that the year of `plan` is over, and since when there has been no statement at all; empty while it is not.

    The day is left out where it is not so long ago that tasks are stale.
    """
    if not watch.year_over or found.newest is None or (watch.day - found.newest).days <= watch.stale_days:
        return year_words(plan, watch.day, text)
    return text("due.year-silent", year=plan.info.year, date=found.newest)
