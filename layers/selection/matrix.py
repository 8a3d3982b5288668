"""Themes by statuses: how many tasks of each theme stand how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from layers.plan.catalogue import Heading
from layers.plan.plan import Plan, Task
from layers.plan.terms import Status
from layers.selection.select import Selection


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One theme, or all of them."""

    theme: Heading | None
    """None in the row of all."""
    by_status: Mapping[Status, int]
    """Every status, in the order of `Status`. A task without one is counted in `tasks` only."""
    without_evidence: int
    """Whatever their status: these are counted there too."""
    tasks: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """How many tasks of each theme stand how."""

    rows: tuple[MatrixRow, ...]
    """The themes that have tasks, in the plan's order."""
    total: MatrixRow

    @property
    def highest(self) -> int:
        """The largest number of tasks of one theme with one status."""
        return max((count for row in self.rows for count in row.by_status.values()), default=0)


def matrix(plan: Plan, selection: Selection) -> Matrix:
    """Count the tasks of `selection` by theme and status."""
    rows = []
    by_theme: dict[str, list[Task]] = {theme.id: [] for theme in plan.info.themes}
    for task in selection.tasks:
        by_theme[task.theme].append(task)
    for theme in plan.info.themes:
        if by_theme[theme.id]:
            rows.append(_row(theme, by_theme[theme.id], selection))
    return Matrix(tuple(rows), _row(None, selection.tasks, selection))


def _row(theme: Heading | None, tasks: Sequence[Task], selection: Selection) -> MatrixRow:
    counts = Counter(selection.states[task.id].status for task in tasks)
    return MatrixRow(theme, {status: counts[status] for status in Status}, _unproven(tasks, selection), len(tasks))


def _unproven(tasks: Iterable[Task], selection: Selection) -> int:
    return sum(not selection.states[task.id].has_evidence for task in tasks)
