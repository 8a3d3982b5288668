"""Some events of those that are held in columns, made when they are looked at; and what can be asked of any events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

import numpy
from numpy.typing import NDArray

from layers.plan.event import Event
from layers.plan.event_columns import STATUSES, Days, EventColumns


class HeldEvents(Sequence[Event]):
    """The events of some rows, in the order of `rows`. Equal to a tuple of the same events."""

    __slots__ = ("columns", "rows")

    def __init__(self, columns: EventColumns, rows: NDArray[numpy.intp]) -> None:
        self.columns = columns
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, place: int | slice) -> Event | tuple[Event, ...]:
        if isinstance(place, slice):
            return tuple(self.columns.events(self.rows[place].tolist()))
        return self.columns.event(int(self.rows[place]))

    def __iter__(self) -> Iterator[Event]:
        return self.columns.events(self.rows.tolist())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HeldEvents | tuple):
            return NotImplemented
        return len(self) == len(other) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


def public_days(events: Sequence[Event]) -> Days:
    """Return for each event the day by which it was public."""
    return _each(events, lambda held: held.columns.public_days, lambda event: event.date.last_day.toordinal())


def effective_days(events: Sequence[Event]) -> Days:
    """Return for each event the day that it describes."""
    return _each(events, lambda held: held.columns.effective_days, lambda event: event.effective_day.toordinal())


def measured(events: Sequence[Event]) -> list[Event]:
    """Return those of `events` that give a figure, in their order."""
    if isinstance(events, HeldEvents):
        rows = events.rows
        events = HeldEvents(events.columns, rows[~numpy.isnan(events.columns.numbers[rows])])
    return [event for event in events if event.measured is not None]


def statuses(events: Sequence[Event]) -> NDArray[numpy.int8]:
    """Return for each event the place of its status in `Status`; -1 for one that gives none."""
    return _each(
        events,
        lambda held: held.columns.statuses,
        lambda event: -1 if event.status is None else STATUSES.index(event.status.value),
        numpy.int8,
    )


def _each(
    events: Sequence[Event],
    held: Callable[[HeldEvents], NDArray[Any]],
    one: Callable[[Event], int],
    kind: type[Any] = numpy.int32,
) -> NDArray[Any]:
    if isinstance(events, HeldEvents):
        found: NDArray[Any] = held(events)[events.rows]
        return found
    return numpy.fromiter(map(one, events), kind, len(events))
