"""The tasks by the month in which they are due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from layers.plan.plan import Task
from layers.selection.due import overdue_days
from layers.selection.select import Selection
from layers.selection.status import TaskState


class Due(NamedTuple):
    """A task with a due date."""

    task: Task
    state: TaskState
    overdue: int
    """Days for which it has been overdue; 0 if it is not."""


@dataclass(frozen=True, slots=True)
class DueMonth:
    """A month at whose end, or in which, tasks are due."""

    year: int
    number: int
    """1 to 12."""
    entries: tuple[Due, ...]
    """By their last day; of one day in the report's order."""

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"


def due_calendar(selection: Selection) -> tuple[DueMonth, ...]:
    """Return the months in which tasks of `selection` are due, the earliest first.

    What is due in a quarter stands in its last month.
    """
    grouped: dict[tuple[int, int], list[Due]] = {}
    for task in selection.tasks:
        if task.due is None:
            continue
        state = selection.states[task.id]
        day = task.due.last_day
        grouped.setdefault((day.year, day.month), []).append(
            Due(task, state, overdue_days(task, state, selection.as_of))
        )
    return tuple(
        DueMonth(year, number, tuple(sorted(entries, key=lambda entry: _last_day(entry.task))))
        for (year, number), entries in sorted(grouped.items())
    )


def _last_day(task: Task) -> int:
    return task.due.last_day.toordinal() if task.due is not None else 0
