"""The evidence about all tasks by the month in which it was made public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, overload

import numpy
from numpy.typing import NDArray

from layers.plan.event import Event
from layers.plan.held_events import public_days, statuses
from layers.plan.plan import Task
from layers.plan.terms import PartialDate, Status
from layers.selection.select import Selection

_STATUSES: tuple[Status | None, ...] = (None, *Status)


class Publication(NamedTuple):
    """One statement and the task that it is about."""

    task: Task
    event: Event


class Publications(Sequence[Publication]):
    """Some statements of many; each is made when it is looked at."""

    def __init__(self, told: Sequence[tuple[Task, Sequence[Event]]], places: NDArray[numpy.int64]) -> None:
        self._told = told
        self._places = places
        """For each statement the number of its task in `told`, and its number among that task's."""

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Publication: ...
    @overload
    def __getitem__(self, place: slice) -> Publications: ...
    def __getitem__(self, place: int | slice) -> Publication | Publications:
        if isinstance(place, slice):
            return Publications(self._told, self._places[place])
        number, own = self._places[place].tolist()
        task, events = self._told[number]
        return Publication(task, events[own])

    def __iter__(self) -> Iterator[Publication]:
        return (self[place] for place in range(len(self)))


@dataclass(frozen=True, slots=True)
class Month:
    """A month, and what was made public in it."""

    year: int
    number: int
    """1 to 12."""
    entries: Publications
    """Newest first; of one day in the report's order."""
    by_status: Mapping[Status | None, int]
    """How many of the statements give each status; None for those that give none."""

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"


def timeline(selection: Selection) -> tuple[Month, ...]:
    """Return every month from the first evidence about the tasks of `selection` to the last by its day, newest first.

    Months without any are among them. A statement of which only the month or the year is known stands at its end.
    """
    told = [(task, found) for task in selection.tasks if (found := selection.states[task.id].evidence)]
    if not told:
        return ()
    days = numpy.concatenate([public_days(events) for _, events in told])
    kinds = numpy.concatenate([statuses(events) for _, events in told])
    counts = [len(events) for _, events in told]
    numbers = numpy.repeat(numpy.arange(len(told)), counts)
    own = numpy.concatenate([numpy.arange(count) for count in counts])
    order = numpy.argsort(-days, kind="stable")
    places, kinds, days = numpy.column_stack([numbers, own])[order], kinds[order], days[order]
    last, first = (date.fromordinal(int(days[at])) for at in (0, -1))
    months = []
    for month in range(last.year * 12 + last.month - 1, first.year * 12 + first.month - 2, -1):
        year, number = month // 12, month % 12 + 1
        whole = PartialDate(year, number)
        # Of falling days the negative ones rise.
        at = numpy.searchsorted(-days, [-whole.last_day.toordinal(), 1 - whole.first_day.toordinal()], "left")
        listed = slice(int(at[0]), int(at[1]))
        found = numpy.bincount(kinds[listed] + 1, minlength=len(_STATUSES)).tolist()
        by_status = Counter({status: count for status, count in zip(_STATUSES, found, strict=True) if count})
        months.append(Month(year, number, Publications(told, places[listed]), by_status))
    return tuple(months)
