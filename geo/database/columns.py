"""The columns of a table as fields: each value in the form that a GeoPackage would hold, and tests of it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from geo.database.connection import name
from geo.feature_table import DECLARED
from geo.value_test import Compare, ValueTest

_KINDS = {
    **dict.fromkeys(("int2", "int4", "int8"), "integer"),
    **dict.fromkeys(("float4", "float8", "numeric"), "real"),
    "bool": "boolean",
    "date": "date",
    **dict.fromkeys(("timestamp", "timestamptz"), "datetime"),
    "bytea": "binary",
}

_MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

_SPACES = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace())
"""What Python takes for spaces around a number."""

_FULL = "０１２３４５６７８９", "0123456789"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"

_LITERAL = re.compile(r"[ \t\n\r\f\v]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\r\f\v]*")
"""A text that SQLite takes for a number where it compares it with one."""

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
"""SQLite has small letters for those of ASCII only."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    field: str
    """What the layer calls it."""
    column: str
    """What the table calls it."""
    type: str
    """Name of its type in PostgreSQL; of a domain, of the type beneath it."""

    @property
    def kind(self) -> str:
        """What its values are: text, integer, real, date, datetime, boolean or binary."""
        return kind_of(self.type)

    @property
    def declared(self) -> str:
        """The type that a GeoPackage would declare for it."""
        return DECLARED[self.kind]

    @property
    def value(self) -> sql.Composable:
        """The expression of its value in the form that a GeoPackage would hold."""
        form = {
            "integer": "{}::int8",
            # A number that is none is no value there. The shortest text is the number that was meant.
            "real": "NULLIF({}::text::float8, 'NaN')" if self.type == "float4" else "NULLIF({}::float8, 'NaN')",
            "boolean": "{}::int::int8",
            "date": "{}::text",
            "datetime": "to_char({} AT TIME ZONE 'UTC', '" + _MOMENT + "')"
            if self.type == "timestamptz"
            else "to_char({}, '" + _MOMENT + "')",
            "binary": "{}",
            "text": "{}::text",
        }[self.kind]
        return sql.SQL(form).format(name(self.column))

    def condition(self, test: ValueTest) -> tuple[sql.Composable, list[Any]]:
        """Return a condition with marks that means what `ValueTest.sql` means in a GeoPackage, and its values."""
        value = self.value
        if test.compare is Compare.ANY:
            return self._any(test.values)
        if test.compare is Compare.HAS:
            needle = _text(test.values[0]).translate(_LOWER)
            if self.kind == "binary" or "\0" in needle:
                return sql.SQL("false"), []
            # Letters are compared as they are, whatever language the database is set up for.
            words = sql.SQL('lower(({}) COLLATE "C")').format(self._words())
            return sql.SQL("strpos({}, %s::text) > 0").format(words), [needle]
        if test.compare is Compare.EMPTY:
            if self.kind == "binary":
                return sql.SQL("({0} IS NULL OR octet_length({0}) = 0)").format(value), []
            if self.kind != "text":
                return sql.SQL("{} IS NULL").format(value), []
            return sql.SQL("({0} IS NULL OR btrim({0}, ' ') = '')").format(value), []
        sign = sql.SQL(">=" if test.compare is Compare.LEAST else "<=")
        return self._limit(sign, test.values[0])

    def _any(self, values: Sequence[str | float]) -> tuple[sql.Composable, list[Any]]:
        if self.kind == "binary":
            return sql.SQL("false"), []
        if self.kind in ("integer", "real", "boolean"):
            numbers = [number for number in map(_literal, values) if number is not None]
            if self.kind == "real":
                return sql.SQL("{} = ANY(%s::float8[])").format(self.value), [[float(each) for each in numbers]]
            whole = [int(each) for each in numbers if each == int(each) and -(2**63) <= each < 2**63]
            # Without a change of type an index can be used.
            plain = name(self.column) if self.kind == "integer" else self.value
            return sql.SQL("{} = ANY(%s::int8[])").format(plain), [whole]
        texts = [text for text in map(_text, values) if "\0" not in text]
        return sql.SQL("{} = ANY(%s::text[])").format(self.value), [texts]

    def _words(self) -> sql.Composable:
        """Return the expression of its value as SQLite writes it."""
        if self.kind == "real":
            form = (
                "(CASE WHEN {0} = trunc({0}) AND abs({0}) < 1e15 THEN ({0})::int8::text || '.0' ELSE ({0})::text END)"
            )
            return sql.SQL(form).format(self.value)
        return sql.SQL("({})::text").format(self.value)

    def _limit(self, sign: sql.Composable, limit: str | float) -> tuple[sql.Composable, list[Any]]:
        number = float(limit)
        if self.kind == "binary":
            return sql.SQL("false"), []
        if self.kind == "integer" and number.is_integer() and abs(number) < 2**63:
            return sql.SQL("{} {} %s::int8").format(name(self.column), sign), [int(number)]
        value = self.number
        return sql.SQL("{} {} %s::float8").format(value, sign), [number]

    @property
    def number(self) -> sql.Composable:
        """The expression of its value as a number, of a text as `geo.value_test.number_of` reads it."""
        if self.kind in ("integer", "real", "boolean"):
            return self.value
        if self.kind == "binary":
            return sql.SQL("NULL")
        digits = sql.SQL("translate(btrim({}, {}), {}, {})").format(
            self.value, *(sql.Literal(each) for each in (_SPACES, *_FULL))
        )
        form = (
            "(CASE WHEN {0} ~ {1} THEN CASE WHEN abs(({0})::numeric) > 1.7976931348623157e308 THEN NULL "
            "WHEN abs(({0})::numeric) < 1e-307 THEN 0 ELSE ({0})::numeric::float8 END END)"
        )
        return sql.SQL(form).format(digits, sql.Literal(_NUMBER))


def kind_of(type_name: str) -> str:
    """Return what values of a type of PostgreSQL are."""
    return _KINDS.get(type_name, "text")


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else repr(float(value)) if isinstance(value, float) else str(value)


def _literal(value: str | float) -> float | int | None:
    """Return a value as the number that SQLite compares with a field of numbers; None if it is none."""
    if not isinstance(value, str):
        return value if math.isfinite(value) else None
    if not _LITERAL.fullmatch(value):
        return None
    try:
        return int(value)
    except ValueError:
        found = float(value)
        return found if math.isfinite(found) else None
