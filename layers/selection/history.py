"""What is known of every task on any day, sorted once for all days: a day is then found by halving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy
from numpy.typing import NDArray

from layers.plan.event import Event
from layers.plan.event_columns import EventColumns
from layers.plan.held_events import HeldEvents

_LATEST = date.max.toordinal()

_Keys = NDArray[numpy.int64]
"""Numbers of tasks, in the upper half, each with a day or a rank in the lower half."""


class Standing(NamedTuple):
    """What is known of a task on a day, from statements of which none takes back another."""

    settled_by: Event | None
    """What settles the status; None before any does."""
    evidence: HeldEvents
    """The evidence, the last published first, and of one day in the order it was recorded."""
    newest: Event
    """The statement published last, of several on that day the first recorded."""


class History:
    """The events of some columns, by task and by the day they were public."""

    def __init__(self, columns: EventColumns) -> None:
        self._columns = columns
        task = columns.texts["task_id"].codes.astype(numpy.int64) << 32
        public = columns.public_days
        order = numpy.lexsort((public, task))
        self._keys: _Keys = (task | public)[order]
        # By place in that order: which event settles the status, as soon as the one at that place is public.
        by_rank = numpy.lexsort((public, columns.effective_days))
        ranks = numpy.zeros(len(order), numpy.int64)
        ranks[by_rank] = numpy.arange(1, len(order) + 1)
        # The rank of the last so far of the same task: a task's number weighs more than any rank.
        so_far = numpy.maximum.accumulate(task[order] | numpy.where(columns.settles, ranks, 0)[order])
        self._settled = numpy.append(by_rank, -1)[(so_far & 0xFFFFFFFF) - 1]
        # By place as well: the first that was public on the same day.
        places = numpy.arange(len(order))
        first = numpy.append(True, self._keys[1:] != self._keys[:-1])[: len(order)]
        self._newest = order[numpy.maximum.accumulate(numpy.where(first, places, 0))]
        evidence = numpy.flatnonzero(columns.is_evidence)
        keys = (task | (_LATEST - public))[evidence]
        newest_first = numpy.argsort(keys, kind="stable")
        self._evidence = evidence[newest_first]
        self._evidence_keys: _Keys = keys[newest_first]

    def on(self, as_of: date) -> Iterator[tuple[str, Standing]]:
        """Yield each task about which anything was public by `as_of`, and what was known then."""
        columns = self._columns
        names = columns.texts["task_id"].values.to_pylist()
        tasks = numpy.arange(len(names), dtype=numpy.int64) << 32
        day = as_of.toordinal()
        known = numpy.searchsorted(self._keys, tasks | day, "right") - 1
        first = numpy.searchsorted(self._evidence_keys, tasks | (_LATEST - day), "left")
        after = numpy.searchsorted(self._evidence_keys, tasks | 0xFFFFFFFF, "left")
        is_known = (known >= 0) & (self._keys[known] >> 32 == tasks >> 32) if len(self._keys) else tasks > tasks
        for number in numpy.flatnonzero(is_known).tolist():
            place = known[number]
            settled = int(self._settled[place])
            yield (
                names[number],
                Standing(
                    columns.event(settled) if settled >= 0 else None,
                    HeldEvents(columns, self._evidence[first[number] : after[number]]),
                    columns.event(int(self._newest[place])),
                ),
            )


_histories: WeakKeyDictionary[EventColumns, History] = WeakKeyDictionary()


def history_of(columns: EventColumns) -> History:
    """Return the history of the events in `columns`, worked out when it is first asked for."""
    found = _histories.get(columns)
    if found is None:
        # Two threads at once find the same.
        found = _histories[columns] = History(columns)
    return found
