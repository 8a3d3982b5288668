"""What has changed between two days: which tasks moved, and every statement and amendment that became known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from layers.plan.event import Event
from layers.plan.plan import Amendment, Plan, Task
from layers.plan.terms import Basis, Status
from layers.selection.status import TaskState, task_state, task_states


class Direction(StrEnum):
    """Where a task's status went."""

    FIRST = "first"
    """It has a status now and had none."""
    FORWARD = "forward"
    BACK = "back"
    NONE = "none"


class Mark(StrEnum):
    """What a change is marked as: where the status went, or else what became known about the same one."""

    BACK = "back"
    WITHDRAWN = "withdrawn"
    """The same status; a statement was withdrawn or corrected."""
    FORWARD = "forward"
    FIRST = "first"
    EVIDENCE = "evidence"
    """The same status, and new evidence."""
    SAID = "said"
    """The same status, and a new statement that is not evidence."""
    AMENDED = "amended"
    """The same status and no new statement, but something was set, such as its due date or where its place lies."""


class Known(StrEnum):
    """Which day decides whether a statement was known. Of an amendment there is only the day of recording."""

    PUBLISHED = "published"
    """The day on which it was made public."""
    RECORDED = "recorded"
    """The day on which somebody wrote it into the plan."""


_PROGRESS = (Status.STOPPED, Status.DELAYED, Status.PLANNED, Status.SEEKING, Status.IN_PROGRESS, Status.DONE)
"""From the farthest from done on."""


@dataclass(frozen=True, slots=True)
class Change:
    """A task about which something became known."""

    task: Task
    before: TaskState
    after: TaskState
    new: tuple[Event, ...]
    """What became known, in the order in which it was recorded, also what withdraws or corrects something."""
    amendments: tuple[Amendment, ...] = ()
    """What was set of the task and where its places were put, by the day of recording: amendments have no other."""

    @property
    def told(self) -> tuple[Event | Amendment, ...]:
        """The statements that became known, then what was set."""
        return (*self.new, *self.amendments)

    @property
    def direction(self) -> Direction:
        """Where the status went."""
        return direction(self.before.status, self.after.status)

    @property
    def mark(self) -> Mark:
        """What it is marked as."""
        if self.direction is not Direction.NONE:
            return Mark(self.direction.value)
        if any(event.withdraws or event.corrects for event in self.new):
            return Mark.WITHDRAWN
        if any(event.basis is Basis.EVIDENCE for event in self.new):
            return Mark.EVIDENCE
        return Mark.SAID if self.new or not self.amendments else Mark.AMENDED

    @property
    def proven(self) -> bool:
        """Whether the status is the same and now rests on evidence, which it did not."""
        return self.direction is Direction.NONE and self.after.backed and not self.before.backed


def direction(before: Status | None, after: Status | None) -> Direction:
    """Return where a status went; a status that is gone, because what gave it was withdrawn, went back."""
    if before is after:
        return Direction.NONE
    if before is None:
        return Direction.FIRST
    if after is None:
        return Direction.BACK
    return Direction.FORWARD if _PROGRESS.index(after) > _PROGRESS.index(before) else Direction.BACK


@lru_cache(maxsize=16)
def changes(plan: Plan, since: date, until: date, *, known: Known = Known.PUBLISHED) -> tuple[Change, ...]:
    """Return what became known after `since` and by `until`, by task, in the report's order.

    Statuses are those of the two days. By `Known.RECORDED` the earlier one is made of what had been recorded by then,
    so that a statement about an old day which somebody has found since is new. Amendments count by the day of recording
    whatever is asked. A task that is retired is among the changes only if it was retired between the days. Cached,
    since each filter asks again.
    """
    found = []
    new_events = _became_known(plan, since, until, known)
    before_all, after_all = task_states(plan, since), task_states(plan, until)
    late = set(plan.events.recorded_after(since)) if known is Known.RECORDED else set()
    for task in plan.tasks.values():
        amendments = tuple(one for one in _amendments(plan, task) if since < one.recorded_at.day <= until)
        if task.retired and not any("retired" in one.values for one in amendments):
            continue
        new = new_events.get(task.id, ())
        before, after = before_all[task.id], after_all[task.id]
        if task.id in late:
            events = plan.events_by_task[task.id]
            before = task_state((event for event in events if event.recorded_at.day <= since), since)
            after = task_state((event for event in events if event.recorded_at.day <= until), until)
        # A status can also move without a new statement: one from before whose day had not come yet.
        if new or amendments or before.status is not after.status:
            found.append(Change(task, before, after, new, amendments))
    return tuple(found)


def _amendments(plan: Plan, task: Task) -> Iterator[Amendment]:
    """Yield what was set of a task, then of its places but for the whole district."""
    yield from plan.amendments_by_task.get(task.id, ())
    if plan.amendments_by_site:
        for whole in plan.places_of(task):
            if whole != plan.info.district_site:
                for site_id in plan.place(whole):
                    yield from plan.amendments_by_site.get(site_id, ())


def _became_known(plan: Plan, since: date, until: date, known: Known) -> Mapping[str, tuple[Event, ...]]:
    """Return by task what became known between two days; by recording nobody knows what is not public yet."""
    grouped: dict[str, list[Event]] = defaultdict(list)
    for event in plan.events.known_between(since, until, recorded=known is Known.RECORDED):
        grouped[event.task_id].append(event)
    return {task_id: tuple(events) for task_id, events in grouped.items()}


def site_marks(plan: Plan, found: tuple[Change, ...]) -> Mapping[str, Mark]:
    """Return by id what each site is marked as: of the changes to its tasks the one that needs a look first."""
    order = list(Mark)
    marks: dict[str, Mark] = {}
    for change in found:
        for site_id in (part for whole in plan.places_of(change.task) for part in plan.place(whole)):
            known = marks.get(site_id, change.mark)
            marks[site_id] = min(known, change.mark, key=order.index)
    return marks


def by_mark(found: tuple[Change, ...]) -> Mapping[Mark, int]:
    """Return how many changes are marked as what, without those of which there is none."""
    counts = Counter(change.mark for change in found)
    return {mark: counts[mark] for mark in Mark if counts[mark]}


def by_direction(found: tuple[Change, ...]) -> Mapping[Direction, int]:
    """Return how many tasks went where."""
    return {way: sum(change.direction is way for change in found) for way in Direction}
