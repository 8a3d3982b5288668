"""The small values that a plan is made of: statuses, precisions, kinds, dates, text in both languages."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """How a commitment stands. The values are stored; labels live in the translations."""

    PLANNED = "planned"
    SEEKING = "seeking"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DELAYED = "delayed"
    STOPPED = "stopped"


class Precision(StrEnum):
    """How well a site's position is known, from best to none."""

    SURVEYED = "surveyed"
    MAPPED = "mapped"
    APPROXIMATE = "approximate"
    NOMINAL = "nominal"
    UNPLACED = "unplaced"


class Basis(StrEnum):
    """What an event rests on: the report's own wording, or evidence from elsewhere."""

    STATED = "stated"
    EVIDENCE = "evidence"


class Kind(StrEnum):
    """What sort of commitment a task is."""

    TARGET = "target"
    PROJECT = "project"
    PLAN = "plan"
    POLICY = "policy"
    SERVICE = "service"
    EVENT = "event"


class Confidence(StrEnum):
    """How far an event's source settles what the event says."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Text(NamedTuple):
    """The same words in both languages. Untrusted: see `layers.escape`."""

    zh: str
    en: str

    def get(self, language: str) -> str:
        """Return the words in `language`, or the other language's where they are missing."""
        return (self.en or self.zh) if language == "en" else (self.zh or self.en)


def printed_name(name: str) -> str:
    """Return a name as maps print it along a line: without what it has in brackets."""
    return re.split("[（(]", name)[0].strip()


class PartialDate(NamedTuple):
    """A day, or a month whose day is not known."""

    year: int
    month: int
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read `YYYY-MM-DD` or `YYYY-MM`; raise `ValueError` for anything else."""
        parts = text.strip().split("-")
        if len(parts) not in (2, 3) or [len(part) for part in parts] != [4, 2, 2][: len(parts)]:
            raise ValueError(text)
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError(text)
        numbers = [int(part) for part in parts]
        dt.date(numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else 1)
        return cls(*numbers)

    @property
    def last_day(self) -> dt.date:
        """The day itself, or the last day of the month if the day is not known."""
        if self.day is not None:
            return dt.date(self.year, self.month, self.day)
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}" + (f"-{self.day:02}" if self.day is not None else "")


class Period(NamedTuple):
    """The months that a statement is about, first and last included."""

    first: PartialDate
    last: PartialDate

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read an ISO 8601 interval `YYYY-MM/YYYY-MM`; raise `ValueError` for anything else."""
        first, _, last = text.partition("/")
        period = cls(PartialDate.parse(first), PartialDate.parse(last))
        if period.last.last_day < period.first.last_day:
            raise ValueError(text)
        return period

    def __str__(self) -> str:
        return f"{self.first}/{self.last}"
