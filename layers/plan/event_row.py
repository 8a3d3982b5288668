"""A row of `events.csv`, checked on its way in."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from layers.plan.event import Event
from layers.plan.row import (
    Identifier,
    NoIdentifier,
    Number,
    RecordedAt,
    Row,
    Title,
    WebAddress,
    Words,
    empty_is_none,
    spread,
)
from layers.plan.terms import Basis, Confidence, PartialDate, Period, Status

# The statements of a plan share few days and months: each is read, and held in memory, once.
read_date = lru_cache(maxsize=4096)(PartialDate.parse)
read_period = lru_cache(maxsize=4096)(Period.parse)


def _partial_date(value: Any) -> Any:
    try:
        return read_date(value) if isinstance(value, str) else value
    except ValueError as error:
        raise PydanticCustomError("date", "is neither a day nor a month") from error


def _period(value: Any) -> Any:
    try:
        return read_period(value) if isinstance(value, str) and value else None
    except ValueError as error:
        raise PydanticCustomError("period", "is no range of months") from error


class EventRow(Row):
    """A row of `events.csv`."""

    id: NoIdentifier = ""
    """If it is empty, the event gets one that depends on its content, see `layers.plan.event_id`."""
    task_id: Identifier
    date: Annotated[PartialDate, BeforeValidator(_partial_date)]
    basis: Basis
    status: Annotated[Status | None, BeforeValidator(empty_is_none)] = None
    measured_value: Number = None
    measured_unit: Words = ""
    period: Annotated[Period | None, BeforeValidator(_period)] = None
    summary_zh: Title
    summary_en: Words = ""
    source_title: Title
    source_publisher: Words = ""
    source_url: WebAddress = ""
    confidence: Confidence
    recorded_by: Words
    recorded_at: RecordedAt
    withdraws: NoIdentifier = ""
    corrects: NoIdentifier = ""

    def value(self) -> Event:
        """Return the event."""
        return self.build(Event, attachments=())


def event_row(event: Event) -> dict[str, Any]:
    """Return a row of `events.csv`; attachments have rows of their own."""
    return dict(spread(event, table=True, without="attachments"))
