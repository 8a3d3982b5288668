"""What is read of a style of another program: its elements, and a list of all that was not taken from it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from layers.own.layer_style import LONGEST_TITLE, NO_TITLE
from layers.plan.fault import printable
from layers.plan.terms import Text
from layers.translation import Translation

MOST_LOST = 40
"""Most lines of what was not taken."""


class Lost(StrEnum):
    """A kind of thing that a style of another program has and ours has not."""

    RENDERER = "renderer"
    FIELD_EXPRESSION = "field-expression"
    RULE = "rule"
    RULE_SCALE = "rule-scale"
    RULE_ALWAYS = "rule-always"
    CATEGORIES = "categories"
    OVERLAP = "overlap"
    EDGES = "edges"
    SYMBOL = "symbol"
    SYMBOL_LAYER = "symbol-layer"
    PATTERN = "pattern"
    PICTURE = "picture"
    MARKER = "marker"
    UNITS = "units"
    DATA_DEFINED = "data-defined"
    EFFECT = "effect"
    BLEND = "blend"
    LABEL_RULES = "label-rules"
    LABEL_EXPRESSION = "label-expression"
    DIAGRAM = "diagram"
    MAP_TIP = "map-tip"
    MORE_STYLES = "more-styles"


class NotTaken(NamedTuple):
    """One thing that was not taken from a style."""

    what: Lost
    detail: str
    """As the other program calls it, for people; untrusted."""


def not_taken_words(lost: NotTaken, text: Translation) -> str:
    """Return one line that says what was not taken, and what is there instead."""
    return text(f"style-lost.{lost.what}", detail=lost.detail or "-")


@dataclass(slots=True)
class Reading:
    """What has not been taken so far."""

    found: list[NotTaken] = field(default_factory=list)

    def lost(self, what: Lost, detail: object = "") -> None:
        """Note that something is not taken; what is the same is noted once."""
        note = NotTaken(what, printable(detail, limit=120))
        if note not in self.found and len(self.found) < MOST_LOST:
            self.found.append(note)

    def without(self, what: Lost) -> bool:
        """Take notes of a kind back; return whether there were any."""
        kept = [note for note in self.found if note.what is not what]
        gone = len(kept) < len(self.found)
        self.found = kept
        return gone


@dataclass(frozen=True, slots=True)
class Element:
    """An element of XML, by local names."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Element, ...] = ()

    @staticmethod
    def of(plain: Sequence[Any]) -> Element:
        """Return what `geo.foreign.style_xml` has made of an element."""
        tag, attributes, text, children = plain
        return Element(tag, attributes, text, tuple(map(Element.of, children)))

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute."""
        return self.attributes.get(name, default)

    def all(self, *path: str) -> Iterator[Element]:
        """Yield the elements at a path of tags."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.tag == path[0]:
                yield from child.all(*path[1:])

    def at(self, *path: str) -> Element:
        """Return the first element at a path of tags; an empty one if there is none."""
        return next(self.all(*path), NOTHING)

    def words(self, *path: str) -> str:
        """Return the text of the first element at a path of tags, without spaces around it."""
        return self.at(*path).text.strip()

    def __bool__(self) -> bool:
        return self is not NOTHING


NOTHING = Element("")


def number_in(words: str, default: float | None = None) -> float | None:
    """Return the finite number that `words` are, or else `default`."""
    try:
        found = float(words)
    except ValueError:
        return default
    return found if math.isfinite(found) else default


def colour_in(words: str) -> str:
    """Return the colour `#RRGGBB` that `words` are, with or without two more digits; else an empty text."""
    found = re.fullmatch(r"#([0-9A-Fa-f]{6})(?:[0-9A-Fa-f]{2})?", words.strip())
    return f"#{found[1].upper()}" if found else ""


def within(value: float, low: float, high: float) -> float:
    """Return the hundredth nearest to `value` from `low` to `high`."""
    return round(min(max(value, low), high), 2) + 0.0


def title_in(words: str) -> Text:
    """Return the title that another program gives something, in both languages, without what cannot be printed."""
    plain = printable(" ".join(words.split()), limit=LONGEST_TITLE)
    return Text(plain, plain) if plain else NO_TITLE
