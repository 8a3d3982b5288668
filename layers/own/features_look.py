"""A style applied to features: which symbol each has, the legend, and what is written beside one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.own.layer_style import Categories, Category, Graduated, Labels, LayerStyle, Value
from layers.own.symbol_value import Symbol
from layers.plan.terms import Text
from layers.translation import LANGUAGES, translation

Column = Sequence[Any] | NDArray[Any] | pd.Series

NOT_DRAWN = -1

MOST_NAMED_VALUES = 3
"""Values of a category without a title that the legend names."""

_PART = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")


class LegendEntry(NamedTuple):
    """One line of a legend."""

    title: Text
    symbol: Symbol
    features: int | None
    """How many features have the symbol; None if nobody has counted."""


def symbols_of(style: LayerStyle) -> tuple[Symbol | None, ...]:
    """Return the symbols that `symbol_numbers` numbers, in the order of the legend; None for what is not drawn."""
    symbols = style.symbols
    if isinstance(symbols, Symbol):
        return (symbols,)
    if isinstance(symbols, Categories):
        return (*(category.symbol for category in symbols.categories), symbols.other)
    return (*(each.symbol for each in symbols.classes), symbols.no_value)


def symbol_numbers(style: LayerStyle, column: Column) -> NDArray[np.intp]:
    """Return the number in `symbols_of` of each feature's symbol, -1 for those that are not drawn.

    `column` has the values of the field `style.field` of the features, or anything as long if that is empty.
    """
    symbols = style.symbols
    if isinstance(symbols, Symbol):
        return np.zeros(len(column), dtype=np.intp)
    numbers = _numbers(symbols, column)
    drawn = np.array([symbol is not None for symbol in symbols_of(style)] + [False])
    return np.where(drawn[numbers], numbers, NOT_DRAWN)


def symbol_of(style: LayerStyle, values: Mapping[str, Any]) -> Symbol | None:
    """Return the symbol of one feature by the values of its fields; None if it is not drawn."""
    (number,) = symbol_numbers(style, [values.get(style.field)]).tolist()
    return None if number == NOT_DRAWN else symbols_of(style)[number]


def counts(style: LayerStyle, numbers: NDArray[np.intp]) -> list[int]:
    """Return how many features have each symbol of `symbols_of`, from their numbers."""
    found: list[int] = np.bincount(numbers[numbers != NOT_DRAWN], minlength=len(symbols_of(style))).tolist()
    return found


def legend_entries(style: LayerStyle, counted: Sequence[int] | None = None) -> list[LegendEntry]:
    """Return the lines of the legend of a style, without what is not drawn; `counted` is what `counts` returns.

    A line without a title of its own is called by its values or limits, and the one symbol of a layer by its title.
    """
    looks = symbols_of(style)
    found: Sequence[int | None] = [None] * len(looks) if counted is None else counted
    entries = zip(titles(style), looks, found, strict=True)
    return [LegendEntry(title, symbol, features) for title, symbol, features in entries if symbol is not None]


def titles(style: LayerStyle) -> list[Text]:
    """Return what the legend calls each symbol of `symbols_of`."""
    symbols = style.symbols
    if isinstance(symbols, Symbol):
        return [style.title]
    if isinstance(symbols, Categories):
        own = [category.title if any(category.title) else values_title(category) for category in symbols.categories]
        return [*own, symbols.other_title if any(symbols.other_title) else both("own-style.other")]
    limits = limit_titles(symbols)
    own = [each.title if any(each.title) else limit for each, limit in zip(symbols.classes, limits, strict=True)]
    return [*own, symbols.no_value_title if any(symbols.no_value_title) else both("own-style.no-value")]


def both(key: str) -> Text:
    """Return the text for `key` in both languages."""
    return Text(*(translation(language)(key) for language in LANGUAGES))


def values_title(category: Category) -> Text:
    """Return the values of a category as its title."""
    none = both("own-style.no-value")
    words = [none if value_key(value) is None else Text(*[_shown(value)] * 2) for value in category.values]
    more = "…" if len(words) > MOST_NAMED_VALUES else ""
    zh, en = zip(*words[:MOST_NAMED_VALUES], strict=True)
    return Text("、".join(zh) + more, ", ".join(en) + more)


def limit_titles(graduated: Graduated) -> list[Text]:
    """Return the limits of each class as its title, such as `≤ 10`, `10 – 25` and `> 25`."""
    before, found = graduated.lowest, []
    for each in graduated.classes:
        low, high = (None if limit is None else number_words(limit) for limit in (before, each.limit))
        if low is None and high is None:
            found.append(both("own-style.all"))
        elif low is None or high is None:
            found.append(Text(*[f"≤ {high}" if low is None else f"> {low}"] * 2))
        else:
            found.append(Text(*[low if low == high else f"{low} – {high}"] * 2))
        before = each.limit
    if graduated.lowest is not None and graduated.classes[0].limit is None:
        # The only class, which its lowest number belongs to.
        found[0] = Text(*[f"≥ {number_words(graduated.lowest)}"] * 2)
    return found


def number_words(number: float) -> str:
    """Return a number as it is written in both languages, without digits that do not say anything."""
    return f"{number:,.15g}".replace("-", "−")


def label_words(labels: Labels, values: Mapping[str, Any]) -> str:
    """Return what is written beside a feature; empty if none of the fields in the template has a value."""
    parts = label_parts(labels.template)
    shown = [(_shown(values.get(part)) if is_field else part, is_field) for part, is_field in parts]
    if any(is_field for _, is_field in shown) and not any(words for words, is_field in shown if is_field):
        return ""
    return " ".join("".join(words for words, _ in shown).split())


def label_parts(template: str) -> list[tuple[str, bool]]:
    """Return the parts of a template of labels in their order, and of each whether it is a field."""
    found: list[tuple[str, bool]] = []

    def add(words: str) -> None:
        if words and found and not found[-1][1]:
            found[-1] = (found[-1][0] + words, False)
        elif words:
            found.append((words, False))

    end = 0
    for part in _PART.finditer(template):
        add(template[end : part.start()])
        if part[1] is None:
            add(part[0][0])
        else:
            found.append((part[1], True))
        end = part.end()
    add(template[end:])
    return found


def template_of(parts: Sequence[tuple[str, bool]]) -> str:
    """Return the template with these parts; the inverse of `label_parts`."""
    return "".join(f"{{{words}}}" if is_field else re.sub(r"[{}]", r"\g<0>\g<0>", words) for words, is_field in parts)


def value_key(value: Any) -> str | None:
    """Return what two values have in common that are the same in a table: 1, the text 1, and yes, say.

    It is None for what is no value: nothing, a number that is none, and a text of spaces alone.
    """
    if value is None or isinstance(value, bytes | memoryview) or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    words = _words(value)
    # A package has 1 for yes, and QGIS writes the word.
    return {"true": "1", "false": "0"}.get(words.lower(), words) or None


def _words(value: Any) -> str:
    """Return a value as text; empty for a number that is none."""
    if isinstance(value, float | np.floating):
        number = float(value)
        if math.isnan(number):
            return ""
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    return str(value).strip()


def _shown(value: Value) -> str:
    if value_key(value) is None:
        return ""
    return str(value).strip().lower() if isinstance(value, bool) else _words(value)


def _numbers(symbols: Categories | Graduated, column: Column) -> NDArray[np.intp]:
    if isinstance(symbols, Graduated):
        return _class_numbers(symbols, column)
    return _category_numbers(symbols, column)


def _category_numbers(categories: Categories, column: Column) -> NDArray[np.intp]:
    by_key: dict[str | None, int] = {}
    for number, category in enumerate(categories.categories):
        for value in category.values:
            by_key.setdefault(value_key(value), number)
    other = len(categories.categories)
    codes, known = different(column)
    numbers = [by_key.get(value_key(value), other) for value in known]
    # Those without a value have the code -1, which is the last place.
    numbers.append(by_key.get(None, other))
    return np.array(numbers, dtype=np.intp)[codes]


def different(column: Column) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the different values of a column, and of each feature which of them it has; -1 for none."""
    # An array of objects keeps each value as it is.
    values = column if isinstance(column, np.ndarray | pd.Series) else pd.Series(list(column), dtype=object)
    codes, known = pd.factorize(values)
    return codes, list(known)


def _class_numbers(graduated: Graduated, column: Column) -> NDArray[np.intp]:
    values = numbers_of(column)
    limits = [math.inf if each.limit is None else each.limit for each in graduated.classes]
    found = np.searchsorted(limits, values, side="left")
    outside = found == len(limits)
    if graduated.lowest is not None:
        outside |= values < graduated.lowest
    # One more than there are symbols stands for those that no class has.
    found = np.where(outside, len(limits) + 1, found)
    return np.where(np.isnan(values), len(limits), found).astype(np.intp)


def numbers_of(column: Column) -> NDArray[np.float64]:
    """Return a column as numbers, also those that are written as text; NaN for all else."""
    if isinstance(column, np.ndarray) and column.dtype.kind in "biuf":
        return column.astype(np.float64)
    plain = [None if isinstance(value, bytes | memoryview) else value for value in column]
    found: NDArray[np.float64] = np.asarray(
        pd.to_numeric(pd.Series(plain, dtype=object), errors="coerce"), dtype=np.float64
    )
    return found
