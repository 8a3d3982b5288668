"""Two days side by side: a selection as it stood on an earlier day, and what has moved since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from layers.plan.plan import Plan, Task
from layers.plan.terms import Status
from layers.selection.due import state_of_site
from layers.selection.select import Selection
from layers.selection.status import Counts, TaskState, count, task_states


@dataclass(frozen=True, slots=True)
class Move:
    """A task whose status is another than on the earlier day."""

    task: Task
    before: TaskState
    after: TaskState


@dataclass(frozen=True, slots=True)
class Comparison:
    """The earlier one of two days, and how it differs from the later."""

    selection: Selection
    """The tasks and sites of the later day as they stood on the earlier one."""
    counts: Counts
    """The counts of the same tasks on the earlier day."""
    moves: tuple[Move, ...]
    """Tasks with another status, in the report's order."""
    proven: int
    """How many tasks have the same status, which now rests on evidence and did not on the earlier day."""
    places: tuple[str, ...]
    """Ids of the places of those tasks, also of places without a position."""

    @property
    def day(self) -> date:
        """The earlier day."""
        return self.selection.as_of

    @property
    def by_pair(self) -> list[tuple[Status | None, Status | None, int]]:
        """Which status became which, and of how many tasks, the most frequent first."""
        found = Counter((move.before.status, move.after.status) for move in self.moves)
        return [(before, after, number) for (before, after), number in found.most_common()]


def compared(plan: Plan, later: Selection, tasks: Sequence[Task], day: date) -> Comparison:
    """Compare `later` with the earlier `day`; `tasks` are those that are counted and listed.

    Filters by status or evidence choose the tasks by the later day, so that both days show the same ones.
    """
    states = task_states(plan, day)
    passing = {task.id for task in later.tasks}
    sites = {
        site_id: state_of_site([t for t in plan.tasks_by_site.get(site_id, ()) if t.id in passing], states, day)
        for site_id in later.sites
    }
    moves = tuple(
        Move(task, states[task.id], later.states[task.id])
        for task in tasks
        if states[task.id].status is not later.states[task.id].status
    )
    moved = {move.task.id for move in moves}
    proven = sum(later.states[task.id].backed and not states[task.id].backed for task in tasks if task.id not in moved)
    places = tuple(dict.fromkeys(place for move in moves for place in plan.places_of(move.task)))
    watch = replace(later.watch, day=day, year_over=day.year > plan.info.year)
    selection = replace(later, as_of=day, states=states, sites=sites, watch=watch)
    return Comparison(selection, count(states[task.id] for task in tasks), moves, proven, places)
