"""How a task and a site stand on a given day: worked out from the events, never stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from layers.plan.event import Event
from layers.plan.plan import Plan
from layers.plan.terms import Basis, Status
from layers.selection.history import history_of

ATTENTION = (
    Status.DELAYED,
    Status.STOPPED,
    Status.SEEKING,
    Status.PLANNED,
    Status.IN_PROGRESS,
    Status.DONE,
)
"""Order in which a site with several tasks takes its status from them: what needs a look comes first."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """How one task stands on one day."""

    status: Status | None
    """None before any status was published, as on a day before the report."""
    settled_by: Event | None
    """The event that gives the status; None without a status."""
    evidence: Sequence[Event]
    """Events with evidence published by that day, newest first."""
    newest: Event | None = None
    """The statement of any kind that was published last by that day; None before there was one."""

    @property
    def has_evidence(self) -> bool:
        """Whether any evidence about the task had been published by that day."""
        return bool(self.evidence)

    @property
    def backed(self) -> bool:
        """Whether the status itself rests on evidence and not only on the report's wording."""
        return self.settled_by is not None and self.settled_by.basis is Basis.EVIDENCE


_NOTHING = TaskState(None, None, ())


@dataclass(frozen=True, slots=True)
class SiteState:
    """How one site stands."""

    status: Status
    """The first of `ATTENTION` that one of its tasks has."""
    backed: bool
    """Whether evidence backs the status of at least one task with that status."""
    tasks: int
    """How many tasks with a status it stands for."""
    overdue: bool = False
    """Whether any of its tasks is overdue."""


def task_state(events: Iterable[Event], as_of: date) -> TaskState:
    """Return the state of one task from those of its `events` that were public by `as_of`.

    Notes
    -----
    The status is that of the statement about the latest day, not of the latest publication: a half-year report
    published in late August describes June and does not undo what was signed in between. Among statements about
    the same day the one published last counts, then the one recorded last. See docs/decisions/0006. Events that have
    been withdrawn or corrected by then do not count.
    """
    known = standing(event for event in events if event.date.last_day <= as_of)
    ordered = sorted(known, key=lambda event: (event.effective_day, event.date.last_day))
    settling = [event for event in ordered if event.status is not None]
    evidence = [event for event in known if event.basis is Basis.EVIDENCE]
    evidence.sort(key=lambda event: event.date.last_day, reverse=True)
    last = settling[-1] if settling else None
    newest = max(known, key=lambda event: event.date.last_day, default=None)
    return TaskState(last.status if last else None, last, tuple(evidence), newest)


def standing(events: Iterable[Event]) -> list[Event]:
    """Return those of `events`, in the order they were recorded, that count: none that a later one takes back.

    What takes back an event can be taken back itself, and then that event counts again.
    """
    found, void = [], set()
    for event in reversed(list(events)):
        if event.id and event.id in void:
            continue
        void |= {event.withdraws, event.corrects}
        if not event.withdraws:
            found.append(event)
    return found[::-1]


@lru_cache(maxsize=16)
def task_states(plan: Plan, as_of: date) -> Mapping[str, TaskState]:
    """Return the state of every task of `plan` on the day `as_of`, by id. Cached, since each filter asks again."""
    states = dict.fromkeys(plan.tasks, _NOTHING)
    for task_id, (settled, evidence, newest) in history_of(plan.events.columns).on(as_of):
        states[task_id] = TaskState(settled.status if settled else None, settled, evidence, newest)
    # Of a task one of whose statements takes back another, what counts can change with each day.
    for task_id in plan.events.unsorted_tasks:
        states[task_id] = task_state(plan.events_by_task[task_id], as_of)
    return MappingProxyType(states)


def site_state(states: Sequence[TaskState], *, overdue: bool = False) -> SiteState | None:
    """Return the state of a site with tasks in these `states`, of which any may be `overdue`.

    It is None if no task has a status.
    """
    present = [state for state in states if state.status is not None]
    for status in ATTENTION:
        leading = [state for state in present if state.status is status]
        if leading:
            return SiteState(status, any(state.backed for state in leading), len(present), overdue)
    return None


def newest_day(states: Iterable[TaskState]) -> date | None:
    """Return the day of the newest evidence about any of the tasks; None without evidence."""
    return max((event.date.last_day for state in states for event in state.evidence[:1]), default=None)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tasks stand how: the figures of the strip of counts."""

    tasks: int
    by_status: dict[Status, int]
    backed: dict[Status, int]
    """By status, the tasks whose status itself rests on evidence."""
    with_evidence: int
    without_evidence: int


def count(states: Iterable[TaskState]) -> Counts:
    """Count task states by status and by evidence."""
    listed = list(states)
    found = Counter((state.status, state.backed) for state in listed)
    with_evidence = sum(state.has_evidence for state in listed)
    return Counts(
        tasks=len(listed),
        by_status={status: found[status, True] + found[status, False] for status in Status},
        backed={status: found[status, True] for status in Status},
        with_evidence=with_evidence,
        without_evidence=len(listed) - with_evidence,
    )
