"""Rules of styles of other programs, as categories or classes: what both QGIS and SLD can say with conditions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from layers.own.expression import Both, Compared, Condition, Either
from layers.own.features_look import both, limit_titles, value_key, values_title
from layers.own.layer_style import (
    LONGEST_FIELD,
    LONGEST_VALUE,
    MOST_CATEGORIES,
    MOST_STORED_CLASSES,
    MOST_VALUES,
    NO_TITLE,
    Categories,
    Category,
    Graduated,
    NumberClass,
    Value,
)
from layers.own.style_element import Lost, Reading
from layers.own.symbol_value import Symbol
from layers.plan.terms import Text

ENDLESS = 1e18
"""Numbers as large as this stand for no limit at all: QGIS has no other way, and shows all of their digits."""


SAME = 1e-12
"""By what share of their size two limits may differ that are the same."""


@dataclass(frozen=True, slots=True)
class Among:
    """The features whose field has one of some values."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The features whose field has a number between two."""

    field: str
    low: float = -math.inf
    high: float = math.inf
    low_in: bool = True
    high_in: bool = True


class Otherwise:
    """All other features."""


class Always:
    """All features."""


OTHERWISE, ALWAYS = Otherwise(), Always()

Where = Among | Span | Otherwise | Always


@dataclass(frozen=True, slots=True)
class Rule:
    """Which features have a symbol."""

    where: Where
    symbol: Symbol | None
    title: Text

    @property
    def look(self) -> Symbol | None:
        """The symbol if there is anything to see of it: who cannot leave features out gives them one without."""
        return self.symbol if self.symbol is not None and self.symbol.visible else None


def where_in(condition: Condition | None) -> Where | None:
    """Return which features a condition is about, if it is simple enough; else None."""
    if condition is None:
        return None
    leaves = list(_leaves(condition))
    name = leaves[0].field
    if any(leaf.field != name or not _usable(leaf) for leaf in leaves):
        return None
    if _only(condition, Either) and all(leaf.mark == "=" for leaf in leaves):
        return Among(name, tuple(leaf.value for leaf in leaves)) if len(leaves) <= MOST_VALUES else None
    if _only(condition, Both) and all(leaf.mark != "=" for leaf in leaves):
        return _span(name, leaves)
    return None


def symbols_of_rules(rules: Sequence[Rule], reading: Reading) -> Symbol | Categories | Graduated | None:
    """Return what rules say together; None if they say nothing. What does not go with the first rule is noted."""
    first = next((rule.where for rule in rules if isinstance(rule.where, Among | Span)), None)
    if first is None:
        found = next((rule.symbol for rule in rules if rule.symbol is not None), None)
        if len(rules) > 1:
            reading.lost(Lost.RULE_ALWAYS, len(rules) - 1)
        return found
    spans = any(isinstance(rule.where, Span) for rule in rules)
    same, other = [], None
    for rule in rules:
        where = rule.where
        if isinstance(where, Among | Span) and where.field != first.field:
            reading.lost(Lost.RULE, rule.title.zh or where.field)
        elif isinstance(where, Otherwise | Always):
            if isinstance(where, Always):
                reading.lost(Lost.RULE_ALWAYS, rule.title.zh)
            other = other or rule
        else:
            same.append(rule)
    if spans:
        return classes_of(first.field, same, other, reading)
    return categories_of(first.field, same, other, reading)


def categories_of(field: str, rules: Sequence[Rule], other: Rule | None, reading: Reading) -> Categories:
    """Return the categories that rules of `Among` are."""
    if len(rules) > MOST_CATEGORIES:
        reading.lost(Lost.CATEGORIES, len(rules) - MOST_CATEGORIES)
    found, known = [], set[str | None]()
    for rule in rules[:MOST_CATEGORIES]:
        if not isinstance(rule.where, Among):
            continue
        values = [value for value in rule.where.values if value_key(value) not in known]
        # One that has none left is one that nothing would belong to.
        different = tuple({value_key(value): value for value in reversed(values)}.values())[::-1]
        known |= {value_key(value) for value in different}
        if different:
            category = Category(different, rule.look, rule.title)
            found.append(replace(category, title=_own(rule.title, values_title(category))))
    return Categories(
        field,
        tuple(found),
        other.look if other is not None else None,
        _own(other.title, both("own-style.other")) if other is not None and other.look is not None else NO_TITLE,
    )


def classes_of(field: str, rules: Sequence[Rule], other: Rule | None, reading: Reading) -> Graduated | None:
    """Return the classes that rules of `Span` are, with one that is not drawn wherever there is a gap."""
    spans = [(rule.where, rule) for rule in rules if isinstance(rule.where, Span)]
    spans.sort(key=lambda each: (each[0].low, each[0].high))
    classes: list[NumberClass] = []
    lowest: float | None = None
    end = -math.inf
    for span, rule in spans[:MOST_STORED_CLASSES]:
        if not classes:
            lowest, end = (span.low if math.isfinite(span.low) else None), span.low
        if math.isclose(span.low, end, rel_tol=SAME):
            # Written with fewer digits.
            span = replace(span, low=end)
        if span.low < end or span.high < span.low or (classes and span.high == end):
            reading.lost(Lost.OVERLAP, rule.title.zh)
            continue
        if span.low > end:
            classes.append(NumberClass(span.low, None))
        if (math.isfinite(span.high) and not span.high_in) or (not span.low_in and len(classes) == 0):
            reading.lost(Lost.EDGES, field)
        classes.append(NumberClass(span.high if math.isfinite(span.high) else None, rule.look, rule.title))
        end = span.high
    if len(spans) > MOST_STORED_CLASSES or not classes:
        reading.lost(Lost.CATEGORIES, len(spans) - len(classes))
    if not classes:
        return None
    empty = [rule for rule in rules if isinstance(rule.where, Among)]
    for rule in empty:
        if not isinstance(rule.where, Among) or set(map(value_key, rule.where.values)) != {None}:
            reading.lost(Lost.RULE, rule.title.zh)
    none = next((rule for rule in empty if isinstance(rule.where, Among) and None in rule.where.values), other)
    found = Graduated(field, tuple(classes), lowest, none.look if none is not None else None)
    titles = limit_titles(found)
    own = tuple(replace(each, title=_own(each.title, title)) for each, title in zip(classes, titles, strict=True))
    title = _own(none.title, both("own-style.no-value")) if none is not None and none.look is not None else NO_TITLE
    return replace(found, classes=own, no_value_title=title)


def _own(title: Text, usual: Text) -> Text:
    """Return a title, or an empty one if it says no more than the usual one."""
    return NO_TITLE if title.zh in usual and title.en in usual else title


def _leaves(condition: Condition) -> Iterator[Compared]:
    if isinstance(condition, Compared):
        yield condition
    else:
        for part in condition.parts:
            yield from _leaves(part)


def _only(condition: Condition, kind: type[Both] | type[Either]) -> bool:
    """Whether a condition is one comparison, or several that are joined in one way."""
    return isinstance(condition, Compared) or (
        isinstance(condition, kind) and all(_only(part, kind) for part in condition.parts)
    )


def _usable(leaf: Compared) -> bool:
    text = leaf.value if isinstance(leaf.value, str) else ""
    return 0 < len(leaf.field) <= LONGEST_FIELD and len(text) <= LONGEST_VALUE


def _span(name: str, leaves: Sequence[Compared]) -> Span | None:
    found = Span(name)
    for leaf in leaves:
        try:
            number = float(leaf.value) if leaf.value is not None else math.nan
        except (ValueError, OverflowError):
            return None
        if math.isnan(number):
            return None
        if leaf.mark in (">", ">=") and number >= found.low:
            found = replace(found, low=number, low_in=leaf.mark == ">=")
        elif leaf.mark in ("<", "<=") and number <= found.high:
            found = replace(found, high=number, high_in=leaf.mark == "<=")
    return bounded(found)


def bounded(span: Span) -> Span:
    """Return a span without limits that stand for none."""
    low = span.low if span.low > -ENDLESS else -math.inf
    high = span.high if span.high < ENDLESS else math.inf
    return replace(span, low=low, high=high, low_in=span.low_in or low == -math.inf)
