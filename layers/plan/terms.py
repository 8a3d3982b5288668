"""The small values that a plan is made of: statuses, precisions, kinds, dates, figures, text in both languages."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
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


class Subject(StrEnum):
    """What an amendment is about."""

    TASK = "task"
    SITE = "site"


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
    def first_day(self) -> dt.date:
        """The day itself, or the first day of the month if the day is not known."""
        return dt.date(self.year, self.month, self.day or 1)

    @property
    def last_day(self) -> dt.date:
        """The day itself, or the last day of the month if the day is not known."""
        if self.day is not None:
            return dt.date(self.year, self.month, self.day)
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}" + (f"-{self.day:02}" if self.day is not None else "")


class DueDate(NamedTuple):
    """When a task is to be done: a day, a month or a quarter, of which all but the last day is still in time."""

    year: int
    month: int | None = None
    """None for a quarter."""
    day: int | None = None
    """None for a month or a quarter."""
    quarter: int | None = None
    """1 to 4; None for a day or a month."""

    @classmethod
    def parse(cls, text: str) -> DueDate:
        """Read `YYYY-MM-DD`, `YYYY-MM` or `YYYY-Qn`; raise `ValueError` for anything else."""
        words = text.strip()
        if re.fullmatch(r"\d{4}-Q[1-4]", words, re.ASCII):
            found = cls(int(words[:4]), quarter=int(words[-1]))
            # A year that a calendar has.
            dt.date(found.year, 1, 1)
            return found
        return cls(*PartialDate.parse(words))

    @property
    def last_day(self) -> dt.date:
        """The day itself, or the last day of the month or quarter."""
        month = self.quarter * 3 if self.quarter is not None else self.month
        return PartialDate(self.year, month or 12, self.day).last_day

    def __str__(self) -> str:
        if self.quarter is not None:
            return f"{self.year:04}-Q{self.quarter}"
        return str(PartialDate(self.year, self.month or 12, self.day))


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


class Moment(NamedTuple):
    """When something was written down: a day, and since a clock is kept, the time too."""

    day: dt.date
    """The day by the clock of whoever wrote it down."""
    at: dt.datetime | None = None
    """The time, to the second, with its distance from UTC; None where only the day is known."""

    @classmethod
    def now(cls) -> Moment:
        """Return this second."""
        at = dt.datetime.now().astimezone().replace(microsecond=0)
        return cls(at.date(), at)

    @classmethod
    def parse(cls, text: str) -> Moment:
        """Read `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ss+hh:mm`; raise `ValueError` for anything else."""
        words = text.strip()
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words, re.ASCII):
            return cls(dt.date.fromisoformat(words))
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})", words, re.ASCII):
            raise ValueError(text)
        at = dt.datetime.fromisoformat(words)
        return cls(at.date(), at)

    def __str__(self) -> str:
        return self.day.isoformat() if self.at is None else self.at.isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Target:
    """The figure that a commitment names."""

    value: float
    unit: str
    comparator: str
    """One of `=`, `>`, `>=`, `<`, `<=`."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement can be looked up."""

    title: str
    publisher: str
    url: str
    """Empty where no public address is known."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A figure that a statement gives."""

    value: float
    unit: str
