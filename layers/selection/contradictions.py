"""Statements about a task that do not go together, so that somebody looks which of them holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from layers.plan.event import Event
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


def contradictions(plan: Plan, selection: Selection) -> tuple[Contradiction, ...]:
    """Return the contradictions in the evidence about the tasks of `selection` on its day, in the report's order."""
    found: list[Contradiction] = []
    for task in selection.tasks:
        # With a single statement nothing can contradict, and most tasks of a large plan have one at most.
        if len(selection.states[task.id].evidence) > 1:
            found += task_contradictions(task, plan.events_by_task.get(task.id, ()), selection)
    return tuple(found)


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
