"""Changes to how the features of an own layer look, as words say them: colours, widths, hatches, labels, zooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from geo.errors import PlanMapError
from layers.own.layer_style import NO_TITLE, Categories, Graduated, LayerStyle
from layers.own.own_layer import OwnLayer
from layers.own.ramps import DEFAULTS, PALETTE
from layers.own.style_entry import Entry, entries_of, title_with, usual_titles, with_entries
from layers.own.style_option import NONE, colour_of, dash_of, hatch_parts, marker_of, number_of, words_of, zooms_of
from layers.own.suggestion import default_style, in_colour
from layers.own.symbol_value import Hatch, Symbol


def one_symbol(style: LayerStyle, layer: OwnLayer) -> LayerStyle:
    """Return a style by which all features of a layer look alike."""
    if isinstance(style.symbols, Symbol):
        return style
    return replace(style, symbols=default_style(layer.shape.value, sum(layer.id.encode())).symbols, title=NO_TITLE)


def changed_entry(
    style: LayerStyle,
    layer: OwnLayer,
    asked: Mapping[str, str],
    *,
    entry: str | None,
    show: bool | None,
    language: str,
) -> LayerStyle:
    """Return a style with another symbol or other words for the category or class that the legend calls `entry`.

    `entry` is None where the layer has one symbol for all, and the number of an entry, from 1, where words do not tell.

    Raises
    ------
    PlanMapError
        There is no such entry, or a value is none.
    """
    symbols = style.symbols
    look = {key: value for key, value in asked.items() if key != "words"}
    if isinstance(symbols, Symbol):
        if entry is not None or show is not None:
            raise PlanMapError("style-entry-none", file=layer.name)
        if "words" in asked:
            style = replace(style, title=title_with(style.title, words_of(asked["words"]), language))
        return replace(style, symbols=changed_symbol(symbols, look)) if look else style
    if entry is None:
        if asked or show is not None:
            raise PlanMapError("style-entry-missing", near=_named(symbols))
        return style
    number = _number(symbols, entry)
    kept = entries_of(symbols)[number]
    symbol = kept.symbol
    if show is False:
        symbol = None
    elif symbol is None and (show or look):
        symbol = in_colour(layer.shape.value, PALETTE[number % len(PALETTE)])
    if symbol is not None and look:
        symbol = changed_symbol(symbol, look)
    title = title_with(kept.title, words_of(asked["words"]), language) if "words" in asked else kept.title
    return replace(style, symbols=with_entries(symbols, {number: Entry(symbol, title)}))


def changed_symbol(symbol: Symbol, asked: Mapping[str, str]) -> Symbol:
    """Return a symbol with what is asked for by the names of the command line's options, such as fill and width.

    Raises
    ------
    PlanMapError
        A value is none.
    """
    made = symbol
    for name, value in asked.items():
        if name in ("fill", "stroke"):
            colour: dict[str, Any] = {name: "" if value.lower() == NONE else colour_of(name, value)}
            made = replace(made, **colour)
        elif name == "marker":
            made = replace(made, marker=marker_of(value))
        elif name == "dash":
            made = replace(made, dash=dash_of(value))
        elif name == "hatch":
            continue
        else:
            part = {"width": "stroke_width"}.get(name, name)
            number: dict[str, Any] = {part: number_of(name, value)}
            made = replace(made, **number)
    # Last, for a new hatch has the colour of the edge that is asked for with it.
    return replace(made, hatch=hatch_of(asked["hatch"], made)) if "hatch" in asked else made


def hatch_of(words: str, symbol: Symbol) -> Hatch | None:
    """Return the hatch that words such as `lines`, `grid:45:6` or `dots:0:8:2` stand for; None for `none`.

    After the pattern come the angle, the spacing, the width and the colour; what is left out stays as it is.

    Raises
    ------
    PlanMapError
        They stand for none.
    """
    parts = hatch_parts(words)
    return replace(symbol.hatch or Hatch(symbol.stroke or symbol.fill or DEFAULTS[0]), **parts) if parts else None


def changed_labels(style: LayerStyle, asked: Mapping[str, str]) -> LayerStyle:
    """Return a style with another look of its labels: label_size, label_colour, label_halo, halo_width, label_zooms.

    Raises
    ------
    PlanMapError
        The style has no labels, or a value is none.
    """
    if not asked:
        return style
    if style.labels is None:
        raise PlanMapError("style-no-labels")
    found: dict[str, Any] = {}
    for name, value in asked.items():
        part = name.removeprefix("label_")
        if part == "zooms":
            found[part] = zooms_of(name, value)
        else:
            found[part] = colour_of(name, value) if part in ("colour", "halo") else number_of(name, value)
    return replace(style, labels=replace(style.labels, **found))


def changed_whole(style: LayerStyle, asked: Mapping[str, str]) -> LayerStyle:
    """Return a style with another opacity of the layer, or other zooms.

    Raises
    ------
    PlanMapError
        A value is none.
    """
    for name, value in asked.items():
        if name == "opacity":
            style = replace(style, opacity=number_of(name, value))
            continue
        style = replace(style, zooms=zooms_of(name, value))
    return style


def _number(symbols: Categories | Graduated, entry: str) -> int:
    """Return the number of the entry that is called `entry` in either language, or has that number."""
    usual, entries = usual_titles(symbols), entries_of(symbols)
    named = [n for n, each in enumerate(entries) if entry in (*each.title, *usual[n]) and entry]
    if not named and entry.isascii() and entry.isdigit() and 1 <= int(entry) <= len(entries):
        return int(entry) - 1
    if len(named) != 1:
        raise PlanMapError("style-entry-unknown", words=entry[:80], near=_named(symbols))
    return named[0]


def _named(symbols: Categories | Graduated) -> str:
    usual = usual_titles(symbols)
    names = [each.title.zh or each.title.en or usual[n].zh for n, each in enumerate(entries_of(symbols))]
    return "、".join(names[:12]) + ("…" if len(names) > 12 else "")
