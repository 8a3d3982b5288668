"""What kind the values of a field are that came as text, and the values as such.

A schema says the kind; where there is none, all values of the field do. Text stays whatever would not be the same if
it was written again: a code with leading zeros, a number of more figures than fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

TEXT, INTEGER, REAL, BOOLEAN, DATE, MOMENT = "text", "integer", "real", "boolean", "date", "datetime"

Value = str | int | float | bool | None

_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})", re.ASCII)
_REAL = re.compile(r"-?(?:0|[1-9]\d{0,14}|(?=\.))(?:\.\d+)?(?:[eE][-+]?\d{1,2})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:Z|[-+]\d\d:\d\d)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[-+]\d\d:\d\d)?", re.ASCII)
_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00(?:\.0+)?Z?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}

_GUESSED = (INTEGER, REAL, BOOLEAN, DATE, MOMENT)
"""Kinds that values are tried for without a schema, in this order."""


class Kinds:
    """Finds the kind of each field while values pass."""

    def __init__(self, said: Mapping[str, str]) -> None:
        """Take the kinds that a schema says."""
        self._said = said
        self._possible: dict[str, tuple[str, ...]] = {}

    def see(self, values: Mapping[str, str | None]) -> None:
        """Look at the values of a feature."""
        for name, text in values.items():
            if text is None or self._is_none(name, text):
                continue
            known = self._possible.get(name)
            if known is None:
                known = _tried(self._said.get(name))
            if known:
                known = tuple(kind for kind in known if fits(text, kind))
            self._possible[name] = known

    def typed(self, values: Mapping[str, str | None]) -> dict[str, Value]:
        """Return the values of a feature as what they are, once all features have been seen."""
        return {
            name: None
            if text is None or self._is_none(name, text)
            else value_of(text, next(iter(self._possible.get(name, ())), TEXT))
            for name, text in values.items()
        }

    def _is_none(self, name: str, text: str) -> bool:
        """Whether a text says that a number is none."""
        return self._said.get(name) == REAL and text in ("NaN", "INF", "-INF")


def _tried(said: str | None) -> tuple[str, ...]:
    if said is None:
        return _GUESSED
    # What does not fit what the schema says is the next best, and text in the end.
    return {INTEGER: (INTEGER, REAL), BOOLEAN: (BOOLEAN, INTEGER), TEXT: ()}.get(said, (said,))


def fits(text: str, kind: str) -> bool:
    """Whether a text is a value of a kind, and would be the same if it was written again."""
    if kind == INTEGER:
        return bool(_INTEGER.fullmatch(text)) and text != "-0"
    if kind == REAL:
        return bool(_REAL.fullmatch(text))
    if kind == BOOLEAN:
        return text in _BOOLEANS
    if kind in (DATE, MOMENT):
        forms = (_DAY, _MIDNIGHT) if kind == DATE else (_MOMENT,)
        if not any(form.fullmatch(text) for form in forms):
            return False
        try:
            datetime.fromisoformat(text[:10] if kind == DATE else text)
        except ValueError:
            return False
    return True


def value_of(text: str, kind: str) -> Value:
    """Return a text as the value of a kind that it fits."""
    if kind == INTEGER:
        return int(text)
    if kind == REAL:
        return float(text)
    if kind == BOOLEAN:
        return _BOOLEANS[text]
    return text[:10] if kind == DATE else text
