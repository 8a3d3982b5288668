"""The simple conditions of styles, and QGIS's way to write them: a field compared with values, joined by AND and OR."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layers.own.layer_style import Value

LONGEST = 20_000
MOST_DEPTH = 20

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<field>"(?:[^"]|"")*")
    | (?P<text>'(?:[^'\\]|''|\\.)*')
    | (?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<mark><=|>=|<>|!=|\|\||[=<>(),])
    | (?P<word>[^\W\d]\w*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t"}
_OPPOSITE = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Compared:
    """A field compared with a value: `=`, `<`, `<=`, `>` or `>=`. A value of None is compared by `=` only."""

    field: str
    mark: str
    value: Value


@dataclass(frozen=True, slots=True)
class Both:
    """All of some conditions."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of some conditions at least."""

    parts: tuple[Condition, ...]


Condition = Compared | Both | Either


@dataclass(frozen=True, slots=True)
class Field:
    """A field in an expression."""

    name: str


class _NotSimpleError(Exception):
    """The expression is not as simple as that."""


def condition_in(words: str) -> Condition | None:
    """Return the condition that an expression of QGIS is; None if it is not as simple as that."""
    try:
        reader = _Reader(_tokens(words))
        found = reader.either(0)
        reader.end()
    except _NotSimpleError:
        return None
    return found


def field_in(words: str) -> str:
    """Return the name of the field that an expression of QGIS is; empty if it is something else."""
    try:
        reader = _Reader(_tokens(words))
        found = reader.operand()
        reader.end()
    except _NotSimpleError:
        return ""
    return found.name if isinstance(found, Field) else ""


def joined_in(words: str) -> list[tuple[str, bool]] | None:
    """Return the parts of an expression that joins texts and fields, and of each whether it is a field; else None."""
    try:
        reader = _Reader(_tokens(words))
        found = reader.joined(0)
        reader.end()
    except _NotSimpleError:
        return None
    return found


def field_words(name: str) -> str:
    """Return a field as QGIS writes it."""
    return '"' + name.replace('"', '""') + '"'


def value_words(value: Value) -> str:
    """Return a value as QGIS writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("'", "''")
        return f"'{escaped}'"
    return repr(value)


def joined_words(parts: Sequence[tuple[str, bool]]) -> str:
    """Return what joins texts and fields, as QGIS writes it; a field without a value leaves the others."""
    return f"concat({', '.join(field_words(words) if is_field else value_words(words) for words, is_field in parts)})"


def _tokens(words: str) -> list[tuple[str, str]]:
    if len(words) > LONGEST:
        raise _NotSimpleError
    found, end = [], 0
    words = words.rstrip()
    while end < len(words):
        token = _TOKEN.match(words, end)
        if token is None or token.lastgroup is None:
            raise _NotSimpleError
        found.append((token.lastgroup, token[token.lastgroup]))
        end = token.end()
    return found


class _Reader:
    """Goes through the tokens of an expression."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._place = 0

    def either(self, depth: int) -> Condition:
        parts = list(self._parts("OR", depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def joined(self, depth: int) -> list[tuple[str, bool]]:
        found = self._joined_part(depth)
        while self._take("||"):
            found += self._joined_part(depth)
        return found

    def operand(self) -> Field | Value:
        kind, words = self._next()
        if kind == "field":
            return Field(words[1:-1].replace('""', '"'))
        if kind == "text":
            return re.sub(r"''|\\(.)", _unescaped, words[1:-1], flags=re.DOTALL)
        if kind == "number":
            return int(words) if re.fullmatch(r"-?\d{1,300}", words) else float(words)
        if kind == "word" and not self._see("("):
            known: dict[str, Value] = {"TRUE": True, "FALSE": False, "NULL": None}
            if words.upper() in known:
                return known[words.upper()]
            if words.upper() not in ("AND", "OR", "NOT", "IN", "IS", "LIKE", "CASE", "ELSE"):
                return Field(words)
        raise _NotSimpleError

    def end(self) -> None:
        if self._place < len(self._tokens):
            raise _NotSimpleError

    def _parts(self, word: str, depth: int) -> Iterator[Condition]:
        if depth > MOST_DEPTH:
            raise _NotSimpleError
        while True:
            if word == "OR":
                inner = list(self._parts("AND", depth + 1))
                yield inner[0] if len(inner) == 1 else Both(tuple(inner))
            else:
                yield self._compared(depth + 1)
            if not self._take(word):
                return

    def _compared(self, depth: int) -> Condition:
        if self._take("("):
            found = self.either(depth)
            self._must(")")
            return found
        left = self.operand()
        if self._take("IS"):
            self._must("NULL")
            return Compared(_name(left), "=", None)
        if self._take("IN"):
            self._must("(")
            values = [_value(self.operand())]
            while self._take(","):
                values.append(_value(self.operand()))
            self._must(")")
            return Either(tuple(Compared(_name(left), "=", value) for value in values))
        mark = self._next()[1]
        if mark not in _OPPOSITE:
            raise _NotSimpleError
        right = self.operand()
        if isinstance(left, Field):
            return Compared(left.name, mark, _value(right))
        return Compared(_name(right), _OPPOSITE[mark], left)

    def _joined_part(self, depth: int) -> list[tuple[str, bool]]:
        if depth > MOST_DEPTH:
            raise _NotSimpleError
        if self._take("("):
            found = self.joined(depth + 1)
            self._must(")")
            return found
        if self._take("CONCAT"):
            self._must("(")
            found = self.joined(depth + 1)
            while self._take(","):
                found += self.joined(depth + 1)
            self._must(")")
            return found
        if self._take("COALESCE"):
            self._must("(")
            found = self.joined(depth + 1)
            self._must(",")
            if self.operand() != "":
                raise _NotSimpleError
            self._must(")")
            return found
        operand = self.operand()
        return [(operand.name, True)] if isinstance(operand, Field) else [(str(operand), False)] if operand else []

    def _next(self) -> tuple[str, str]:
        if self._place >= len(self._tokens):
            raise _NotSimpleError
        self._place += 1
        return self._tokens[self._place - 1]

    def _see(self, words: str) -> bool:
        if self._place >= len(self._tokens):
            return False
        kind, found = self._tokens[self._place]
        return kind in ("mark", "word") and found.upper() == words

    def _take(self, words: str) -> bool:
        seen = self._see(words)
        self._place += seen
        return seen

    def _must(self, words: str) -> None:
        if not self._take(words):
            raise _NotSimpleError


def _unescaped(found: re.Match[str]) -> str:
    return "'" if found[1] is None else _ESCAPES.get(found[1], found[1])


def _name(operand: Field | Value) -> str:
    if not isinstance(operand, Field):
        raise _NotSimpleError
    return operand.name


def _value(operand: Field | Value) -> Value:
    if isinstance(operand, Field) or (isinstance(operand, float) and not math.isfinite(operand)):
        raise _NotSimpleError
    return operand
