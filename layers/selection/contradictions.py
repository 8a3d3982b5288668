"""Statements about a task that do not go together, so that somebody looks which of them holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from weakref import WeakKeyDictionary

import numpy

from layers.plan.event import Event
from layers.plan.event_columns import EventColumns
from layers.plan.plan import Plan, Task
from layers.plan.terms import Basis, Status
from layers.selection.changes import Direction, direction
from layers.selection.select import Selection
from layers.selection.status import standing

CLOSE_DAYS = 7
"""Days within which two statements are about the same situation."""


class Conflict(StrEnum):
    """How two statements contradict each other."""

    SAME_DAY = "same-day"
    """They give different statuses for one day."""
    CLOSE = "close"
    """They are about days close to each other, and of the two statuses the one about the later day is farther back."""
    BACK = "back"
    """What was published later says less than what was known, such as in progress after done."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements about a task that contradict each other."""

    task: Task
    conflict: Conflict
    first: Event
    """The one published first; of one day the one recorded first."""
    second: Event


def contradicting(plan: Plan, selection: Selection) -> tuple[Task, ...]:
    """Return the tasks of `selection` with contradictions in the evidence known on its day, in the report's order."""
    certain, unsorted = _tasks_with_any(plan.events.columns, selection.as_of), plan.events.unsorted_tasks
    return tuple(
        task
        for task in selection.tasks
        if (
            bool(task_contradictions(task, plan.events_by_task[task.id], selection))
            if task.id in unsorted
            else task.id in certain
        )
    )


def contradictions(plan: Plan, selection: Selection) -> Iterator[Contradiction]:
    """Yield the contradictions in the evidence about the tasks of `selection` on its day, in the report's order."""
    for task in contradicting(plan, selection):
        yield from task_contradictions(task, plan.events_by_task[task.id], selection)


_certain: WeakKeyDictionary[EventColumns, tuple[date, frozenset[str]]] = WeakKeyDictionary()
"""What was found last, and for which day: each filter asks again."""


def _tasks_with_any(columns: EventColumns, as_of: date) -> frozenset[str]:
    """Return the ids of the tasks with contradictions by what was known on a day, had nothing been taken back."""
    known = _certain.get(columns)
    if known is None or known[0] != as_of:
        known = _certain[columns] = as_of, _look_for_any(columns, as_of.toordinal())
    return known[1]


def _look_for_any(columns: EventColumns, day: int) -> frozenset[str]:
    rows = numpy.flatnonzero(columns.settles & columns.is_evidence & (columns.public_days <= day))
    tasks = columns.texts["task_id"].codes[rows].astype(numpy.int64)
    # One after the other as they were published.
    order = numpy.lexsort((columns.public_days[rows], tasks))
    task, status = tasks[order], columns.statuses[rows][order]
    back = (task[1:] == task[:-1]) & _LESS[status[:-1], status[1:]]
    found = [task[1:][back]]
    # Each status for each day that is described, once: within a week there are few of them.
    about = columns.effective_days[rows].astype(numpy.int64)
    keys = numpy.unique((tasks << 32) | (about << 4) | columns.statuses[rows])
    task, about, status = keys >> 32, (keys >> 4) & 0xFFFFFFF, keys & 0xF
    for lag in range(1, len(keys)):
        close = (task[lag:] == task[:-lag]) & (about[lag:] - about[:-lag] <= CLOSE_DAYS)
        if not close.any():
            break
        differ = close & ((about[lag:] == about[:-lag]) | _LESS[status[:-lag], status[lag:]])
        found.append(task[lag:][differ])
    names = columns.texts["task_id"].values
    return frozenset(str(names[code].as_py()) for code in numpy.unique(numpy.concatenate(found)).tolist())


def task_contradictions(task: Task, events: Iterable[Event], selection: Selection) -> list[Contradiction]:
    """Return the contradictions among those of a task's `events` that count and were public by the selection's day.

    The report's own wording does not count: it says what is to be done, and evidence is to go beyond it. Neither does
    a task that falls behind or is given up, which happens, unless it was done before.
    """
    known = standing(event for event in events if event.date.last_day <= selection.as_of)
    settling = [event for event in known if event.status is not None and event.basis is Basis.EVIDENCE]
    settling.sort(key=lambda event: event.date.last_day)
    found = []
    for (at, first), (after, second) in combinations(enumerate(settling), 2):
        how = _conflict(first, second, adjacent=after == at + 1)
        if how is not None:
            found.append(Contradiction(task, how, first, second))
    return found


def _conflict(first: Event, second: Event, *, adjacent: bool) -> Conflict | None:
    """Return how `second`, which was published after `first`, contradicts it; None if it does not."""
    if first.status is second.status:
        return None
    apart = (second.effective_day - first.effective_day).days
    if apart == 0:
        return Conflict.SAME_DAY
    earlier, later = (first, second) if apart > 0 else (second, first)
    if abs(apart) <= CLOSE_DAYS and _says_less(earlier.status, later.status):
        return Conflict.CLOSE
    # Of a statement and all that came before it only the last one is asked, or one slip would be listed many times.
    return Conflict.BACK if adjacent and _says_less(first.status, second.status) else None


def _says_less(before: Status | None, after: Status | None) -> bool:
    back = direction(before, after) is Direction.BACK
    return back and (before is Status.DONE or after not in (Status.DELAYED, Status.STOPPED))


_LESS = numpy.array([[_says_less(before, after) for after in Status] for before in Status])
"""Whether the status of the column says less than that of the row, by their places in `Status`."""
