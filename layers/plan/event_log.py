"""All events of a plan in the order they were recorded: the most in columns, the last few as they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import overload

import numpy

from layers.plan.event import Event
from layers.plan.event_columns import EventColumns
from layers.plan.event_row import event_row
from layers.plan.terms import Basis

MOST_LOOSE = 256
"""Most events that are kept beside the columns; with more, new columns are made of all."""

_KEPT_TASKS = 1_000
"""Number of tasks whose events are kept together once they have been asked for."""


class EventLog(Sequence[Event]):
    """Events in the order they were recorded. Nothing changes it; with more events it is another one."""

    def __init__(self, columns: EventColumns, loose: tuple[Event, ...] = ()) -> None:
        self.columns = columns
        self.loose = loose
        """The events after those in the columns."""

    @classmethod
    def of(cls, events: Iterable[Event]) -> EventLog:
        """Return a log of `events`, which is the same object if it is one."""
        return events if isinstance(events, EventLog) else cls(EventColumns.of(tuple(events)))

    def followed_by(self, events: Sequence[Event]) -> EventLog:
        """Return the log with `events` after all others; what has been worked out about those is kept."""
        loose = (*self.loose, *events)
        if len(loose) <= MOST_LOOSE:
            return EventLog(self.columns, loose)
        return EventLog(self.columns.followed_by(loose))

    def __len__(self) -> int:
        return len(self.columns) + len(self.loose)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, place: int | slice) -> Event | tuple[Event, ...]:
        if isinstance(place, slice):
            return tuple(self[row] for row in range(*place.indices(len(self))))
        row = place + len(self) if place < 0 else place
        if not 0 <= row < len(self):
            raise IndexError(place)
        held = len(self.columns)
        return self.columns.event(row) if row < held else self.loose[row - held]

    def __iter__(self) -> Iterator[Event]:
        return chain(self.columns.events(range(len(self.columns))), self.loose)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EventLog | tuple):
            return NotImplemented
        return self is other or (len(self) == len(other) and all(map(Event.__eq__, self, other)))

    __hash__ = object.__hash__

    @cached_property
    def by_task(self) -> Mapping[str, tuple[Event, ...]]:
        """The events of each task by its id, in the order they were recorded."""
        return _ByTask(self.columns, self.loose)

    @cached_property
    def unsorted_tasks(self) -> frozenset[str]:
        """Ids of the tasks with a statement that takes back another, or with one beside the columns."""
        return self.columns.tasks_taken_back.union(event.task_id for event in self.loose)

    @cached_property
    def latest(self) -> Mapping[str, str]:
        """The id of the event of each task that was recorded last, by the id of the task."""
        ids = self.columns.texts["id"]
        found = {task_id: ids[int(rows[-1])] for task_id, rows in self.columns.by_task.items()}
        return {**found, **{event.task_id: event.id for event in self.loose}}

    @cached_property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """The days by which the first and the last event were public; None without any event."""
        found = [event.date.last_day for event in self.loose]
        if len(self.columns):
            found += [dt.date.fromordinal(int(day)) for day in self.columns.days]
        return (min(found), max(found)) if found else None

    @property
    def evidence_count(self) -> int:
        """How many of the events rest on evidence."""
        return int(self.columns.is_evidence.sum()) + sum(event.basis is Basis.EVIDENCE for event in self.loose)

    @property
    def characters(self) -> frozenset[str]:
        """Every character in the rows of the events and the names of their files."""
        rows = "".join(str(value) for event in self.loose for value in event_row(event).values() if value)
        names = "".join(attachment.name for event in self.with_attachments for attachment in event.attachments)
        return self.columns.characters | frozenset(rows + names)

    def known_between(self, since: dt.date, until: dt.date, *, recorded: bool) -> Iterator[Event]:
        """Yield what was public after `since` and by `until`, in the order it was recorded.

        If the day of recording counts too, what was public before it is taken for known on that day.
        """
        columns = self.columns
        days = numpy.maximum(columns.public_days, columns.recorded_days) if recorded else columns.public_days
        yield from columns.events(numpy.flatnonzero((days > since.toordinal()) & (days <= until.toordinal())).tolist())
        for event in self.loose:
            public = event.date.last_day
            if since < (max(public, event.recorded_at.day) if recorded else public) <= until:
                yield event

    def recorded_after(self, day: dt.date) -> Iterator[str]:
        """Yield the ids of the tasks with an event that was recorded after `day`."""
        tasks = self.columns.texts["task_id"]
        late = tasks.codes[self.columns.recorded_days > day.toordinal()]
        yield from (str(tasks.values[code].as_py()) for code in numpy.unique(late).tolist())
        yield from (event.task_id for event in self.loose if event.recorded_at.day > day)

    def find(self, event_id: str) -> Event | None:
        """Return the event with this id; None if there is none."""
        return next(iter(self.named([event_id])), None) if event_id else None

    def named(self, ids: Iterable[str]) -> list[Event]:
        """Return the events that have one of these ids, in the order they were recorded."""
        wanted = set(ids)
        rows = self.columns.texts["id"].rows_of_any(wanted)
        return [*self.columns.events(rows.tolist()), *(event for event in self.loose if event.id in wanted)]

    @property
    def with_attachments(self) -> Iterator[Event]:
        """The events that have attachments, in the order they were recorded."""
        yield from self.columns.events(self.columns.attachments)
        yield from (event for event in self.loose if event.attachments)


class _ByTask(Mapping[str, tuple[Event, ...]]):
    """The events by task, made when they are asked for."""

    def __init__(self, columns: EventColumns, loose: tuple[Event, ...]) -> None:
        self._columns = columns
        self._loose: dict[str, tuple[Event, ...]] = {}
        for event in loose:
            self._loose[event.task_id] = (*self._loose.get(event.task_id, ()), event)

    def __getitem__(self, task_id: str) -> tuple[Event, ...]:
        more = self._loose.get(task_id)
        if more is None:
            return self._held(task_id)
        return (*self._held(task_id), *more) if task_id in self._columns.by_task else more

    def _held(self, task_id: str) -> tuple[Event, ...]:
        kept = self._columns.kept_tasks
        found = kept.get(task_id)
        if found is None:
            found = tuple(self._columns.events(self._columns.by_task[task_id].tolist()))
            if len(kept) >= _KEPT_TASKS:
                kept.clear()
            kept[task_id] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(chain(self._columns.by_task, self._loose)))

    def __len__(self) -> int:
        return len(self._columns.by_task.keys() | self._loose.keys())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]  # as of any mapping
