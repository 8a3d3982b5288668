"""How an own layer is drawn: its style, which symbol each of its features has, and what a legend says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlanMapError
from layers.own.own_layer import OwnLayer
from layers.own.symbol_value import Symbol
from layers.plan.terms import Text

if TYPE_CHECKING:
    from layers.own.layer_style import LayerStyle


@dataclass(frozen=True, slots=True)
class Look:
    """One symbol of a layer, and what a legend calls it."""

    symbol: Symbol
    title: Text
    """Empty for the one symbol of a layer, which has the layer's name."""


@lru_cache(maxsize=64)
def style_of(layer: OwnLayer) -> LayerStyle:
    """Return the style of a layer: its own, or the usual one in a colour that stays with its id."""
    # What styles are made of takes longer to import than a map without own layers has to wait.
    from layers.own.style_json import from_json
    from layers.own.suggestion import default_style

    if layer.style:
        try:
            style = from_json(layer.style)
        except PlanMapError:
            style = None
        if style is not None and (not style.field or style.field in layer.field_names):
            return style
    return default_style(layer.shape.value, sum(layer.id.encode()))


@lru_cache(maxsize=64)
def looks_of(layer: OwnLayer) -> tuple[Look | None, ...]:
    """Return the symbols of a layer in the order of its legend; None for what is not drawn."""
    from layers.own.features_look import symbols_of, titles

    style = style_of(layer)
    symbols = symbols_of(style)
    return tuple(
        None if symbol is None else Look(symbol.relevant(layer.shape.value), title)
        for symbol, title in zip(symbols, titles(style), strict=True)
    )


def look_numbers(layer: OwnLayer, values: Sequence[Any]) -> NDArray[np.intp]:
    """Return the place in `looks_of` of each feature by its value of the style's field, -1 for what is not drawn."""
    from layers.own.features_look import symbol_numbers

    return symbol_numbers(style_of(layer), values)


def style_fields(layer: OwnLayer) -> list[str]:
    """Return the fields that have to be read for `look_numbers`: one, or none."""
    field = style_of(layer).field
    return [field] if field else []


def column_of(layer: OwnLayer, values: dict[str, list[Any]], count: int) -> Sequence[Any]:
    """Return the values of the style's field of `count` features, or as many of nothing."""
    field = style_of(layer).field
    return values[field] if field else [None] * count


def is_shown_at(layer: OwnLayer, zoom: float) -> bool:
    """Whether a layer is drawn at a zoom level of a web map."""
    first, last = style_of(layer).zooms
    return first <= zoom + 1e-6 and zoom - 1e-6 <= last
