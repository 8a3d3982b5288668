"""What a plan lacks: tasks without evidence, tasks without a place, statements that contradict each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from layers.plan.plan import Plan, Task
from layers.plan.terms import Status
from layers.selection.contradictions import contradicting
from layers.selection.select import Selection
from layers.selection.unplaced import Placing, placing


class Gap(StrEnum):
    """What is lacking."""

    EVIDENCE = "evidence"
    PLACE = "place"
    DUE = "due"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps among the tasks that a Scene shows."""

    tasks: Mapping[Gap, tuple[Task, ...]]
    """The tasks with each gap, each once, in the report's order."""

    @property
    def count(self) -> int:
        """How many tasks have any gap."""
        return len({task.id for tasks in self.tasks.values() for task in tasks})


def gaps(plan: Plan, selection: Selection) -> Gaps:
    """Return the gaps among the tasks of `selection` on its day."""
    return Gaps(
        {
            Gap.EVIDENCE: tuple(task for task in selection.tasks if not selection.states[task.id].has_evidence),
            Gap.PLACE: tuple(task for task in selection.tasks if placing(plan, task) is not Placing.PLACED),
            Gap.DUE: tuple(
                task
                for task in selection.tasks
                if task.due is None and selection.states[task.id].status not in (Status.DONE, Status.STOPPED)
            ),
            Gap.CONTRADICTION: contradicting(plan, selection),
        }
    )
