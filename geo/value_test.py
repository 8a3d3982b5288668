"""A test of the values of a field of features, as a part of a query of SQLite."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

NUMBER_FUNCTION = "planmap_number"
"""The function by which a query reads a text as a number, see `number_of`."""

_NUMERIC = ("INT", "REAL", "DOUB", "FLOA", "NUM", "DEC")


class Compare(StrEnum):
    """How a value is tested."""

    ANY = "any"
    """It is one of some."""
    HAS = "has"
    """It has a text in it, in small letters or capitals."""
    LEAST = "least"
    """It is a number, and at least as large."""
    MOST = "most"
    SINCE = "since"
    """It is a day, or a time of a day, and of this one (as in 2026-11-25) or a later one; see `day_of`."""
    UNTIL = "until"
    EMPTY = "empty"
    """It is not there, or nothing but spaces."""


@dataclass(frozen=True, slots=True)
class ValueTest:
    """A test of one field."""

    field: str
    compare: Compare
    values: tuple[str | float, ...] = ()
    """What it is compared with: one value, of `ANY` any number of them, of `EMPTY` none."""

    def sql(self, declared: str) -> tuple[str, tuple[str | float, ...]]:
        """Return a condition of SQLite with marks, and what stands in for the marks.

        `declared` is the type that the table declares for the field.
        """
        name = quoted(self.field)
        if self.compare is Compare.ANY:
            # The field's own affinity makes numbers of texts where it holds numbers.
            return f"{name} IN ({', '.join('?' * len(self.values))})", self.values
        if self.compare is Compare.HAS:
            return f"instr(lower(CAST({name} AS TEXT)), lower(?)) > 0", self.values
        if self.compare is Compare.EMPTY:
            return f"({name} IS NULL OR trim(CAST({name} AS TEXT)) = '')", ()
        if self.compare in (Compare.SINCE, Compare.UNTIL):
            # What SQLite makes of a day when it counts days is that day; of one such as 2026-02-30 it makes another.
            day, sign = f"substr({name}, 1, 10)", ">=" if self.compare is Compare.SINCE else "<="
            return (
                f"(typeof({name}) = 'text' AND substr({name}, 11, 1) IN ('', 'T', ' ') "
                f"AND date({day}, '+0 days') = {day} AND {day} >= '{date.min}' AND {day} {sign} ?)"
            ), self.values
        number = name if is_numeric(declared) else f"{NUMBER_FUNCTION}({name})"
        sign = ">=" if self.compare is Compare.LEAST else "<="
        # A text in a field of numbers is larger than any number to SQLite.
        return f"(typeof({number}) IN ('integer', 'real') AND {number} {sign} ?)", self.values


def is_numeric(declared: str) -> bool:
    """Whether a field of this declared type holds numbers."""
    return any(part in declared.upper() for part in _NUMERIC)


def number_of(value: Any) -> float | None:
    """Return a value of a field as a number; None if it is none."""
    if isinstance(value, str):
        try:
            # Other spellings of numbers than plain ones mean something else in a table.
            found = float(value) if "_" not in value else math.nan
        except ValueError:
            return None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = float(value)
    else:
        return None
    return found if math.isfinite(found) else None


def day_of(value: Any) -> date | None:
    """Return the day that a value of a field is, or is a time of, as it is written; None if it is none.

    No time zone is applied: what is written as the evening of a day is that day.
    """
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}(?:[T ]|\Z)", value, re.ASCII):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def quoted(name: str) -> str:
    """Return the name of a field as a query has it."""
    return '"' + name.replace('"', '""') + '"'
