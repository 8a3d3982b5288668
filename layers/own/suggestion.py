"""With which style a layer begins, and what style a field of it suggests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.own.classes import Method, breaks
from layers.own.features_look import different, numbers_of, value_key
from layers.own.layer_style import NO_TITLE, Categories, Category, Graduated, LayerStyle, NumberClass, Value
from layers.own.ramps import DEFAULTS, DIVERGING, EDGE, NO_VALUE, OTHER, PALETTE, ramp
from layers.own.symbol_value import Symbol
from layers.plan.terms import Text

USUAL_CLASSES = 5
MOST_SUGGESTED = len(PALETTE)
"""Most categories with a colour of their own."""
SAMPLE = 20_000
"""Values that are looked at to tell what a field is good for; of more, as many are taken evenly."""
COVERED = 0.8
"""Share of the features that the commonest values must have for categories to tell anything."""
NUMERIC = 0.95
"""Share of the texts with a value that must be numbers for a field of texts to be one of numbers."""


def default_style(kind: str, number: int = 0) -> LayerStyle:
    """Return the style of a layer that nobody has styled.

    `kind` is what its features are, `point`, `line`, `area` or `mixed`; layers with different numbers, such as their
    places in the list, differ in colour.
    """
    colour = DEFAULTS[number % len(DEFAULTS)]
    if kind in ("point", "line"):
        return LayerStyle(in_colour(kind, colour))
    return LayerStyle(Symbol(fill=colour, fill_opacity=0.2, stroke=colour, stroke_width=1.2))


def in_colour(kind: str, colour: str) -> Symbol:
    """Return the symbol of features in a colour that tells something, such as a category."""
    if kind == "line":
        return Symbol(stroke=colour, stroke_width=2.2)
    if kind == "point":
        return Symbol(fill=colour, stroke=EDGE, stroke_width=1.0, size=8.0)
    return Symbol(fill=colour, fill_opacity=0.8, stroke=EDGE, stroke_width=0.6)


def rest_symbol(kind: str) -> Symbol:
    """Return the symbol of all features together that have none of their own."""
    return in_colour(kind, OTHER)


def suggest(field: str, values: Sequence[Any] | NDArray[Any], type_name: str, kind: str, number: int = 0) -> LayerStyle:
    """Return the style that a sensible person would begin with to show a field of a layer.

    Few different values become categories, many numbers classes. A field that tells features apart by name or number,
    or says the same of all, is of no use for that: then it is `default_style`. `type_name` is the field's type, see
    `geo.foreign.features.source.Field`.
    """
    plain = default_style(kind, number)
    if type_name in ("binary", "date", "datetime"):
        return plain
    # What a field is good for shows in some of its values; limits and categories are found among all.
    some = values[:: max(1, len(values) // SAMPLE)]
    found = _counted(some)
    if len(found) < 2:
        return plain
    finite = np.isfinite(numbers_of(some)).sum()
    numeric = type_name in ("integer", "real") or finite >= NUMERIC * found.total()
    if numeric and finite and (type_name == "real" or len(found) > MOST_SUGGESTED):
        counting = type_name != "real" and _counts_up(numbers_of(values))
        return plain if counting else LayerStyle(graduated(field, values, kind))
    common = found.most_common(MOST_SUGGESTED)
    if sum(count for _, count in common) < COVERED * found.total() or found.total() == len(found) > MOST_SUGGESTED:
        return plain
    return LayerStyle(categories(field, values, kind))


def categories(field: str, values: Sequence[Any] | NDArray[Any], kind: str) -> Categories:
    """Return a category for each of the commonest values, in their order, and one for all others if there are some."""
    found = _counted(values)
    by_key: dict[str | None, Value] = {}
    for value in different(values)[1]:
        by_key.setdefault(value_key(value), _plain(value))
    common = sorted((key for key, _ in found.most_common(MOST_SUGGESTED)), key=_in_order)
    others = len(found) > len(common) or found.total() < len(values)
    return Categories(
        field,
        tuple(Category((by_key[key],), in_colour(kind, colour)) for key, colour in zip(common, PALETTE, strict=False)),
        in_colour(kind, OTHER) if others else None,
    )


def graduated(
    field: str,
    values: Sequence[Any] | NDArray[Any],
    kind: str,
    *,
    method: Method = Method.NATURAL,
    count: int = USUAL_CLASSES,
    ramp_name: str = "",
) -> Graduated:
    """Return classes of the numbers of a field, which every number is in, with the colours of a ramp.

    Without a name the ramp is one that suits the values: one with a middle if they lie on both sides of zero. Features
    without a number are drawn in grey if there are any.
    """
    numbers = numbers_of(values)
    finite = numbers[np.isfinite(numbers)]
    two_sided = bool(len(finite)) and float(finite.min()) < 0 < float(finite.max())
    limits = breaks(numbers, method, count)
    colours = ramp(ramp_name or (DIVERGING[0] if two_sided else "teal"), len(limits) + 1)
    return Graduated(
        field,
        tuple(
            NumberClass(limit, in_colour(kind, colour)) for limit, colour in zip((*limits, None), colours, strict=True)
        ),
        no_value=in_colour(kind, NO_VALUE) if np.isnan(numbers).any() else None,
        method=method,
    )


def by_hand(field: str, limits: Sequence[float], kind: str, ramp_name: str = "teal") -> Graduated:
    """Return classes with ascending limits that somebody has chosen; one lies below the first, one above the last."""
    colours = ramp(ramp_name, len(limits) + 1)
    return Graduated(
        field,
        tuple(
            NumberClass(limit, in_colour(kind, colour)) for limit, colour in zip((*limits, None), colours, strict=True)
        ),
    )


def titled(name: str) -> Text:
    """Return the title that is the same in both languages."""
    return Text(name, name) if name else NO_TITLE


def _counted(values: Sequence[Any] | NDArray[Any]) -> Counter[str]:
    """Return how many features have each value."""
    codes, known = different(values)
    found = Counter[str]()
    for value, count in zip(known, np.bincount(codes[codes >= 0], minlength=len(known)).tolist(), strict=True):
        key = value_key(value)
        if key is not None:
            found[key] += count
    return found


def _counts_up(numbers: NDArray[np.float64]) -> bool:
    """Whether the numbers only count the features."""
    known = np.unique(numbers[np.isfinite(numbers)])
    return len(known) == len(numbers) and bool(known[-1] - known[0] == len(known) - 1)


def _in_order(key: str) -> tuple[bool, float, str]:
    """Return what sorts numbers by size, before words by letter."""
    try:
        return False, float(key), key
    except ValueError:
        return True, 0.0, key


def _plain(value: Any) -> Value:
    """Return a value as a style holds it."""
    plain = value.item() if isinstance(value, np.generic) else value
    return plain if plain is None or isinstance(plain, str | bool | int | float) else str(plain)
