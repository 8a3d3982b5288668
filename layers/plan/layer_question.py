"""What a Scene asks of an own layer: which of its features, by their values and by where they lie.

In an address the questions of a Scene are one text, such as `own-parcels~use:is:housing,shops~:near:500:station`: a
layer, then its conditions with `~` before each; the next layer follows after `~~`. What would end a part of it stands
after `!`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

LONGEST_VALUE = 200
"""Characters of a value or the name of a field that can be asked for."""

MOST_VALUES = 100
"""Values of one condition."""

MOST_CONDITIONS = 20

MOST_QUESTIONS = 20
"""Layers of which one Scene asks something."""

MOST_METRES = 200_000

_NUMBER = r"-?\d{1,25}(?:\.\d{1,25})?(?:e[+-]?\d{1,3})?"
_DAY = r"\d{4}-\d{2}-\d{2}"
_SPECIAL = re.compile(r"([!~:,])")


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """A condition on the values of a field; exactly one of its kinds is set."""

    field: str
    values: tuple[str, ...] = ()
    """The value is one of these, as text."""
    contains: str = ""
    """The value has this in it."""
    least: float | None = None
    """The value is a number from here on. Either end may be open."""
    most: float | None = None
    """The value is a number up to here."""
    since: date | None = None
    """The value is of this day or a later one, as the file writes it. Either end may be open."""
    until: date | None = None
    """The value is of this day or an earlier one."""
    empty: bool = False
    """There is no value."""

    def __str__(self) -> str:
        """Return it as in an address."""
        name = _escaped(self.field)
        if self.values:
            return f"{name}:is:{','.join(map(_escaped, self.values))}"
        if self.contains:
            return f"{name}:has:{_escaped(self.contains)}"
        if self.empty:
            return f"{name}:none"
        if self.since or self.until:
            return f"{name}:from:{self.since or ''}..{self.until or ''}"
        return f"{name}:from:{_number_text(self.least)}..{_number_text(self.most)}"


@dataclass(frozen=True, slots=True)
class PlaceCondition:
    """A condition on where a feature lies: beside any of some sites, or inside one."""

    sites: tuple[str, ...]
    """Ids of the sites."""
    metres: int = 0
    """How far from there it may be at most, on the ellipsoid; 0 for what touches it."""
    inside: bool = False
    """Whether the whole feature must lie inside; `metres` is 0 then."""

    def __str__(self) -> str:
        """Return it as in an address."""
        names = ",".join(map(_escaped, self.sites))
        return f":in:{names}" if self.inside else f":near:{self.metres}:{names}"


@dataclass(frozen=True, slots=True)
class LayerQuestion:
    """Which features of an own layer are asked for: those that fulfil all conditions."""

    where: tuple[FieldCondition, ...] = ()
    place: PlaceCondition | None = None

    def __bool__(self) -> bool:
        """Return whether there is any condition."""
        return bool(self.where or self.place)

    def __str__(self) -> str:
        """Return it as in an address, without the layer."""
        return "~".join(map(str, [*self.where, *([self.place] if self.place else [])]))


def questions_text(questions: Mapping[str, LayerQuestion]) -> str:
    """Return the questions of a Scene, by the ids of layers, as one text of an address."""
    return "~~".join(f"{_escaped(layer)}~{question}" for layer, question in sorted(questions.items()) if question)


def read_questions(text: str) -> tuple[dict[str, LayerQuestion], bool]:
    """Return what `text`, a part of an address, asks of layers, and whether all of it was understood.

    What cannot be understood is left out.
    """
    found: dict[str, LayerQuestion] = {}
    whole = True
    for part in _split(text, "~~") if text else []:
        layer, *conditions = _split(part, "~")
        name = _plain(layer)
        read = [_condition(condition) for condition in conditions[:MOST_CONDITIONS]]
        places = [each for each in read if isinstance(each, PlaceCondition)]
        question = LayerQuestion(
            tuple(dict.fromkeys(each for each in read if isinstance(each, FieldCondition))),
            places[0] if places else None,
        )
        if not name or name in found or not question or len(found) == MOST_QUESTIONS:
            whole = False
            continue
        found[name] = question
        whole = whole and None not in read and len(places) < 2 and len(conditions) <= MOST_CONDITIONS
    return found, whole


def _condition(text: str) -> FieldCondition | PlaceCondition | None:
    """Return the condition in `text`; None if it cannot be understood."""
    parts = list(_split(text, ":"))
    field = _plain(parts[0])
    if not field:
        return _place(parts[1:])
    if len(field) > LONGEST_VALUE:
        return None
    match parts[1:]:
        case ["none"]:
            return FieldCondition(field, empty=True)
        case ["has", words] if 0 < len(_plain(words)) <= LONGEST_VALUE:
            return FieldCondition(field, contains=_plain(words))
        case ["is", words]:
            values = tuple(dict.fromkeys(value for value in map(_plain, _split(words, ",")) if value))
            if 0 < len(values) <= MOST_VALUES and all(len(value) <= LONGEST_VALUE for value in values):
                return FieldCondition(field, values=values)
        case ["from", span]:
            return _range(field, span) or _days(field, span)
    return None


def _days(field: str, span: str) -> FieldCondition | None:
    found = re.fullmatch(rf"({_DAY})?\.\.({_DAY})?", span, re.ASCII)
    if found is None or not (found[1] or found[2]):
        return None
    try:
        since, until = (date.fromisoformat(each) if each else None for each in (found[1], found[2]))
    except ValueError:
        return None
    return FieldCondition(field, since=since, until=until)


def _range(field: str, span: str) -> FieldCondition | None:
    found = re.fullmatch(rf"({_NUMBER})?\.\.({_NUMBER})?", span, re.ASCII)
    if found is None or not (found[1] or found[2]):
        return None
    least, most = (float(each) if each else None for each in (found[1], found[2]))
    if any(each is not None and not math.isfinite(each) for each in (least, most)):
        return None
    return FieldCondition(field, least=least, most=most)


def _place(parts: Sequence[str]) -> PlaceCondition | None:
    match parts:
        case ["in", names]:
            metres, inside = 0, True
        case ["near", number, names] if re.fullmatch(r"\d{1,6}", number, re.ASCII) and int(number) <= MOST_METRES:
            metres, inside = int(number), False
        case _:
            return None
    sites = tuple(dict.fromkeys(name for name in map(_plain, _split(names, ",")) if name))
    return PlaceCondition(sites, metres, inside) if 0 < len(sites) <= MOST_VALUES else None


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"!\1", text)


def _plain(text: str) -> str:
    return re.sub(r"!(.)", r"\1", text, flags=re.DOTALL)


def _split(text: str, mark: str) -> Iterator[str]:
    """Yield the parts of `text` between the marks that do not stand after `!`."""
    start = at = 0
    while at < len(text):
        if text[at] == "!":
            at += 2
        elif text.startswith(mark, at):
            yield text[start:at]
            at += len(mark)
            start = at
        else:
            at += 1
    yield text[start:]


def _number_text(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(value)  # -0.0 is "-0"
