"""Rows of events as they are read, many at a time, checked column by column.

Of the texts in most columns there are few, so each distinct one is checked once, by the same rules as a row by itself.
A row in which anything is wrong is then checked as a row, which tells what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

import numpy
import pyarrow
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter, ValidationError

from layers.plan.arrow import code_array, codes_of, encoded, is_given, text_array
from layers.plan.event_columns import NUMBER, TEXTS, EventBatch, EventColumns
from layers.plan.event_row import EventRow
from layers.plan.fault import Fault
from layers.store.check_row import MAXIMUM_FAULTS, checked_row

BATCH = 2_000
"""Number of rows to read at a time: so few that long texts in each of them do no harm."""

_REMEMBERED = 100_000
"""Number of distinct texts of a column to remember as checked."""

_FIELDS = EventRow.model_fields
_CONFIG = ConfigDict(arbitrary_types_allowed=True)

Wrong = NDArray[numpy.bool_]
"""For each row whether its value is against the rules."""


class EventRows(NamedTuple):
    """Some rows as they were read."""

    places: Sequence[object]
    """What faults call each row."""
    columns: Mapping[str, Sequence[Any]]
    """The values by column; None where a row has none."""


def in_batches(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[EventRows]:
    """Yield rows, each with its place, as columns."""
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        names = dict.fromkeys(name for _, row in batch for name in row)
        yield EventRows([place for place, _ in batch], {name: [row.get(name) for _, row in batch] for name in names})


class CheckedEvents(NamedTuple):
    """The sound rows of those that were read, and what is wrong with the others."""

    columns: EventColumns
    places: Sequence[object]
    """What faults call each sound row."""
    faults: Sequence[Fault]


def checked_events(batches: Iterable[EventRows], file: str) -> CheckedEvents:
    """Check rows of the `file` or table while they are read; stop at `MAXIMUM_FAULTS`."""
    faults: list[Fault] = []
    texts = {name: _Texts(name) for name in TEXTS}
    number = _adapter(NUMBER)
    checked: list[EventBatch] = []
    places: list[object] = []
    for batch in batches:
        if len(faults) >= MAXIMUM_FAULTS:
            break
        found, wrong = _checked(batch, texts, number)
        sound: Sequence[object] = batch.places
        if wrong.any():
            _explain(batch, wrong, file, faults)
            keep = ~wrong
            rows = numpy.flatnonzero(keep)
            kept = code_array(rows.astype(numpy.int32))
            found = EventBatch({name: column.take(kept) for name, column in found.texts.items()}, found.numbers[keep])
            sound = [batch.places[row] for row in rows.tolist()]
        checked.append(found)
        places.extend(sound)
    return CheckedEvents(EventColumns.joined(checked), places, faults)


def _checked(batch: EventRows, texts: Mapping[str, _Texts], number: TypeAdapter[Any]) -> tuple[EventBatch, Wrong]:
    count = len(batch.places)
    nothing: Sequence[Any] = [None] * count
    numbers, wrong = _numbers(batch.columns.get(NUMBER, nothing), number)
    found = {}
    for name, column in texts.items():
        found[name], against = column.read(batch.columns.get(name, nothing))
        wrong = wrong | against
    for name, values in batch.columns.items():
        if name not in _FIELDS:
            wrong = wrong | numpy.fromiter((value is not None for value in values), numpy.bool_, count)
    return EventBatch(found, numbers), wrong


def _explain(batch: EventRows, wrong: Wrong, file: str, faults: list[Fault]) -> None:
    for row in numpy.flatnonzero(wrong).tolist():
        if len(faults) >= MAXIMUM_FAULTS:
            return
        values = {name: column[row] for name, column in batch.columns.items() if column[row] is not None}
        if checked_row(EventRow, values, file, str(batch.places[row]), faults) is not None:
            raise AssertionError("a row and its columns are checked alike")


def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_FIELDS[name].rebuild_annotation(), config=_CONFIG)


def _numbers(values: Sequence[Any], adapter: TypeAdapter[Any]) -> tuple[NDArray[numpy.float64], Wrong]:
    plain = set(map(type, values)) <= {float, int, type(None)}
    try:
        numbers = _as_numbers(values if plain else [])
    except OverflowError:
        plain = False
    if not plain:
        found, wrong = _one_by_one(values, adapter, None)
        return _as_numbers(found), wrong
    given = numpy.fromiter((value is not None for value in values), numpy.bool_, len(values))
    return numbers, given & ~numpy.isfinite(numbers)


def _as_numbers(values: Sequence[float | None]) -> NDArray[numpy.float64]:
    return numpy.array([numpy.nan if value is None else value for value in values], numpy.float64)


def _one_by_one(values: Sequence[Any], adapter: TypeAdapter[Any], missing: Any) -> tuple[list[Any], Wrong]:
    """Return what `adapter` makes of each value, `missing` in place of one that is None or wrong."""
    found, wrong = [], numpy.zeros(len(values), numpy.bool_)
    for row, value in enumerate(values):
        try:
            found.append(missing if value is None else adapter.validate_python(value))
        except ValidationError:
            found.append(missing)
            wrong[row] = True
    return found, wrong


class _Texts:
    """A column of text, read batch after batch."""

    def __init__(self, name: str) -> None:
        self._one = _adapter(name)
        kind: Any = list[_FIELDS[name].rebuild_annotation()]  # type: ignore[misc]  # a type that a field has
        self._many = TypeAdapter[list[Any]](kind, config=_CONFIG)
        self._required = _FIELDS[name].is_required()
        self._known: dict[str, str | None] = {}

    def read(self, values: Sequence[Any]) -> tuple[pyarrow.DictionaryArray, Wrong]:
        """Return the texts as they are stored, and which of `values` are against the rules."""
        read = _encoded(values)
        if read is None:
            # Numbers or bytes among them, as another program may have written.
            found, wrong = _one_by_one(values, self._one, "")
            texts = [_text(value, made) if made != "" else "" for value, made in zip(values, found, strict=True)]
            if self._required:
                wrong = wrong | numpy.fromiter((value is None for value in values), numpy.bool_, len(values))
            return text_array(texts).dictionary_encode(), wrong
        distinct = read.dictionary.to_pylist()
        normal = self._normal(distinct)
        codes = codes_of(read.indices)
        missing = len(distinct)
        if read.null_count:
            normal.append(None if self._required else "")
            codes = numpy.where(is_given(read.indices), codes, numpy.int32(missing))
        wrong = numpy.fromiter((text is None for text in normal), numpy.bool_, len(normal))
        stored = text_array([text or "" for text in normal])
        if len(stored.unique()) < len(stored):
            # Two texts that differ by the spaces around them, or two that are wrong.
            again = stored.dictionary_encode()
            array = encoded(again.dictionary, codes_of(again.indices)[codes])
        else:
            array = encoded(stored, codes)
        return array, wrong[codes] if len(codes) else numpy.zeros(0, numpy.bool_)

    def _normal(self, distinct: list[str]) -> list[str | None]:
        """Return each text as it is stored; None for one that is against the rules."""
        new = [text for text in distinct if text not in self._known]
        if len(self._known) + len(new) > _REMEMBERED:
            self._known.clear()
            new = distinct
        try:
            made = self._many.validate_python(new)
            self._known.update((text, _text(text, value)) for text, value in zip(new, made, strict=True))
        except ValidationError:
            for text in new:
                (value,), wrong = _one_by_one([text], self._one, None)
                self._known[text] = None if wrong[0] else _text(text, value)
        return [self._known[text] for text in distinct]


def _encoded(values: Sequence[Any]) -> pyarrow.DictionaryArray | None:
    """Return a column of texts, some of them missing; None if there is anything else in it."""
    # Arrow itself would take bytes for text.
    if not set(map(type, values)) <= {str, type(None)}:
        return None
    try:
        return text_array(values).dictionary_encode()
    except UnicodeEncodeError:
        return None


def _text(value: Any, made: Any) -> str:
    """Return how a `value` is stored that a row's field has `made` into something."""
    if made is None:
        return ""
    if isinstance(made, StrEnum):
        return made.value
    if isinstance(made, str):
        return made
    return value.strip() if isinstance(value, str) else str(made)
