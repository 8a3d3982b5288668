"""Events held in columns, a few numbers for each and every distinct text once: a million take some hundred megabytes.

An `Event` is made from its row when somebody asks for it. What is asked of all events at once is asked of the columns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Self

import numpy
import pyarrow
import pyarrow.compute
from numpy.typing import NDArray

from layers.plan.arrow import codes_of, encoded, text_array, truths_of
from layers.plan.attachment import Attachment
from layers.plan.event import Event
from layers.plan.event_row import EventRow, event_row, read_date, read_period
from layers.plan.row import read_moment
from layers.plan.terms import Basis, Confidence, Measurement, Source, Status, Text

Days = NDArray[numpy.int32]
"""Days as ordinals of the Gregorian calendar, as `datetime.date.toordinal` counts them."""

NUMBER = "measured_value"
"""The one column that holds a number, and NaN where an event gives none."""

TEXTS = tuple(name for name in EventRow.model_fields if name != NUMBER)
"""The columns that hold text, as a row of `events.csv` has it; empty where an event has nothing there."""

STATUSES = tuple(status.value for status in Status)
_KEPT = 50_000
"""Number of events to keep once they are made; those that are shown are asked for again and again."""


class TextColumn:
    """Texts by row, each distinct one held once."""

    def __init__(self, codes: NDArray[numpy.int32], values: pyarrow.StringArray) -> None:
        self.codes = codes
        """For each row the number of its text in `values`."""
        self.values = values

    @classmethod
    def joined(cls, chunks: Sequence[pyarrow.DictionaryArray]) -> TextColumn:
        """Return the column that the `chunks` make one after the other."""
        whole = pyarrow.chunked_array(chunks, pyarrow.dictionary(pyarrow.int32(), pyarrow.string()))
        found = whole.unify_dictionaries().combine_chunks()
        if isinstance(found, pyarrow.ChunkedArray):
            # Without any row.
            return cls(numpy.zeros(0, numpy.int32), text_array([]))
        return cls(codes_of(found.indices), found.dictionary)

    @cached_property
    def _few(self) -> list[str] | None:
        """The distinct texts as Python's, where they are few."""
        return self.values.to_pylist() if len(self.values) <= _KEPT else None

    def __getitem__(self, row: int) -> str:
        code = int(self.codes[row])
        few = self._few
        return few[code] if few is not None else str(self.values[code].as_py())

    def rows_of(self, wanted: str) -> NDArray[numpy.intp]:
        """Return the numbers of the rows that have this text."""
        return self.rows_of_any([wanted])

    def rows_of_any(self, wanted: Iterable[str]) -> NDArray[numpy.intp]:
        """Return the numbers of the rows that have any of these texts, in rising order."""
        hits = truths_of(pyarrow.compute.is_in(self.values, value_set=text_array(list(wanted))))
        return numpy.flatnonzero(hits[self.codes]) if len(self.codes) else numpy.zeros(0, numpy.intp)

    def present(self) -> NDArray[numpy.bool_]:
        """Return for each row whether it has a text at all."""
        return self.each(bool, numpy.bool_)

    def each(self, work: Callable[[str], Any], kind: type[Any]) -> NDArray[Any]:
        """Return for each row what `work` finds for its text, as an array of that `kind`; it is asked once for each."""
        found = numpy.fromiter((work(text) for text in self.values.to_pylist()), kind, len(self.values))
        return found[self.codes] if len(self.codes) else numpy.zeros(0, kind)


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Some rows of events, checked, as they are joined into columns."""

    texts: Mapping[str, pyarrow.DictionaryArray]
    """By the names in `TEXTS`."""
    numbers: NDArray[numpy.float64]

    @classmethod
    def of(cls, events: Sequence[Event]) -> Self:
        """Return the rows of `events`."""
        rows = [event_row(event) for event in events]
        texts = {name: _encoded([row[name] or "" for row in rows]) for name in TEXTS}
        numbers = [numpy.nan if row[NUMBER] is None else row[NUMBER] for row in rows]
        return cls(texts, numpy.array(numbers, numpy.float64))


@dataclass(frozen=True, eq=False)
class EventColumns:
    """Events in the order they were recorded, held in columns."""

    texts: Mapping[str, TextColumn]
    """By the names in `TEXTS`."""
    numbers: NDArray[numpy.float64]
    attachments: Mapping[int, tuple[Attachment, ...]] = field(default_factory=dict)
    """By row, for the few events that have any."""
    made: dict[int, Event] = field(default_factory=dict, repr=False)
    """Some of the events by row, which have been made already."""
    kept_tasks: dict[str, tuple[Event, ...]] = field(default_factory=dict, repr=False)
    """The events of some tasks by id, in the order they were recorded, likewise."""

    @classmethod
    def joined(cls, batches: Sequence[EventBatch]) -> Self:
        """Return the columns that the `batches` make one after the other."""
        texts = {name: TextColumn.joined([batch.texts[name] for batch in batches]) for name in TEXTS}
        return cls(texts, numpy.concatenate([numpy.zeros(0), *(batch.numbers for batch in batches)]))

    @classmethod
    def of(cls, events: Sequence[Event]) -> Self:
        """Return the columns of `events`, which are kept as they are where they are few."""
        found = cls.joined([EventBatch.of(events)])
        attachments = {row: event.attachments for row, event in enumerate(events) if event.attachments}
        made = dict(enumerate(events)) if len(events) <= _KEPT else {}
        return replace(found, attachments=attachments, made=made)

    def followed_by(self, events: Sequence[Event]) -> Self:
        """Return the columns with `events` after all others."""
        more, before = type(self).of(events), len(self)
        texts = {
            name: TextColumn.joined([encoded(part.values, part.codes) for part in (column, more.texts[name])])
            for name, column in self.texts.items()
        }
        later = {before + row: found for row, found in more.attachments.items()}
        return type(self)(
            texts, numpy.concatenate([self.numbers, more.numbers]), {**self.attachments, **later}, dict(self.made)
        )

    def with_text(self, name: str, texts: Sequence[str]) -> Self:
        """Return the columns with other `texts` in the column `name`, one for each row."""
        column = TextColumn.joined([_encoded(texts)])
        return replace(self, texts={**self.texts, name: column}, made={}, kept_tasks={})

    def __len__(self) -> int:
        return len(self.numbers)

    def event(self, row: int) -> Event:
        """Return the event of a row, counted from 0."""
        found = self.made.get(row)
        if found is None:
            found = self._event(row)
            if len(self.made) >= _KEPT:
                self.made.clear()
            self.made[row] = found
        return found

    def _event(self, row: int) -> Event:
        texts = self.texts
        value, status, period = float(self.numbers[row]), texts["status"][row], texts["period"][row]
        return Event(
            id=texts["id"][row],
            task_id=texts["task_id"][row],
            date=read_date(texts["date"][row]),
            basis=Basis(texts["basis"][row]),
            status=Status(status) if status else None,
            measured=None if value != value else Measurement(value, texts["measured_unit"][row]),
            period=read_period(period) if period else None,
            summary=_text(texts["summary_zh"][row], texts["summary_en"][row]),
            source=_source(texts["source_title"][row], texts["source_publisher"][row], texts["source_url"][row]),
            confidence=Confidence(texts["confidence"][row]),
            recorded_by=texts["recorded_by"][row],
            recorded_at=read_moment(texts["recorded_at"][row]),
            withdraws=texts["withdraws"][row],
            corrects=texts["corrects"][row],
            attachments=self.attachments.get(row, ()),
        )

    def events(self, rows: Iterable[int]) -> Iterator[Event]:
        """Yield the events of `rows`, without keeping them."""
        for row in rows:
            yield self.made.get(row) or self._event(row)

    @cached_property
    def public_days(self) -> Days:
        """By row, the day by which the statement was public."""
        return self.texts["date"].each(_public_day, numpy.int32)

    @cached_property
    def days(self) -> tuple[int, int]:
        """The first and the last day by which an event was public, as ordinals; there must be an event."""
        return int(self.public_days.min()), int(self.public_days.max())

    @cached_property
    def effective_days(self) -> Days:
        """By row, the day that the statement describes, see `Event.effective_day`."""
        latest = dt.date.max.toordinal()
        about = self.texts["period"].each(
            lambda text: read_period(text).last.last_day.toordinal() if text else latest, numpy.int32
        )
        found: Days = numpy.minimum(self.public_days, about)
        return found

    @cached_property
    def recorded_days(self) -> Days:
        """By row, the day on which it was recorded."""
        return self.texts["recorded_at"].each(
            lambda text: dt.date.fromisoformat(text.strip()[:10]).toordinal(), numpy.int32
        )

    @property
    def settles(self) -> NDArray[numpy.bool_]:
        """By row, whether it gives a status."""
        return self.statuses >= 0

    @cached_property
    def statuses(self) -> NDArray[numpy.int8]:
        """By row, the place of its status in `STATUSES`; -1 where it gives none."""
        return self.texts["status"].each(lambda text: STATUSES.index(text) if text else -1, numpy.int8)

    @cached_property
    def is_evidence(self) -> NDArray[numpy.bool_]:
        """By row, whether it rests on evidence."""
        return self.texts["basis"].each(lambda text: text == Basis.EVIDENCE.value, numpy.bool_)

    @cached_property
    def takes_back(self) -> NDArray[numpy.bool_]:
        """By row, whether it withdraws or corrects another."""
        return self.texts["withdraws"].present() | self.texts["corrects"].present()

    @cached_property
    def characters(self) -> frozenset[str]:
        """Every character in the rows."""
        return frozenset().union(*("".join(column.values.to_pylist()) for column in self.texts.values()))

    @cached_property
    def tasks_taken_back(self) -> frozenset[str]:
        """Ids of the tasks with an event that withdraws or corrects another."""
        tasks = self.texts["task_id"]
        return frozenset(tasks[row] for row in numpy.flatnonzero(self.takes_back).tolist())

    @cached_property
    def by_task(self) -> Mapping[str, NDArray[numpy.intp]]:
        """The rows of each task by its id, in the order they were recorded; tasks in the order of their first event."""
        column = self.texts["task_id"]
        order = numpy.argsort(column.codes, kind="stable")
        ends = numpy.cumsum(numpy.bincount(column.codes, minlength=len(column.values)))
        parts = numpy.split(order, ends[:-1]) if len(order) else []
        found = sorted(
            ((rows[0], name, rows) for name, rows in zip(column.values.to_pylist(), parts, strict=False) if len(rows)),
            key=lambda part: part[0],
        )
        return {name: rows for _, name, rows in found}


def _encoded(texts: Sequence[str]) -> pyarrow.DictionaryArray:
    try:
        found = text_array(texts)
    except UnicodeEncodeError:
        # Half a character, which no store takes, is held as a question mark.
        found = text_array([text.encode(errors="replace").decode() for text in texts])
    return found.dictionary_encode()


@lru_cache(maxsize=4096)
def _public_day(text: str) -> int:
    return read_date(text).last_day.toordinal()


@lru_cache(maxsize=4096)
def _source(title: str, publisher: str, url: str) -> Source:
    return Source(title, publisher, url)


@lru_cache(maxsize=4096)
def _text(zh: str, en: str) -> Text:
    return Text(zh, en)
