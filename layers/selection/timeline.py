"""The evidence about all tasks by the month in which it was made public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from layers.plan.plan import Event, Task
from layers.plan.terms import Status
from layers.selection.select import Selection


class Publication(NamedTuple):
    """One statement and the task that it is about."""

    task: Task
    event: Event


@dataclass(frozen=True, slots=True)
class Month:
    """A month, and what was made public in it."""

    year: int
    number: int
    """1 to 12."""
    entries: tuple[Publication, ...]
    """Newest first; of one day in the report's order."""

    @property
    def by_status(self) -> Mapping[Status | None, int]:
        """How many of the statements give each status; None for those that give none."""
        return Counter(entry.event.status for entry in self.entries)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"


def timeline(selection: Selection) -> tuple[Month, ...]:
    """Return every month from the first evidence about the tasks of `selection` to the last by its day, newest first.

    Months without any are among them. A statement of which only the month or the year is known stands at its end.
    """
    entries = [Publication(task, event) for task in selection.tasks for event in selection.states[task.id].evidence]
    entries.sort(key=lambda entry: entry.event.date.last_day, reverse=True)
    grouped: dict[int, list[Publication]] = {}
    for entry in entries:
        day = entry.event.date.last_day
        grouped.setdefault(day.year * 12 + day.month - 1, []).append(entry)
    if not grouped:
        return ()
    numbers = range(max(grouped), min(grouped) - 1, -1)
    return tuple(Month(number // 12, number % 12 + 1, tuple(grouped.get(number, ()))) for number in numbers)
