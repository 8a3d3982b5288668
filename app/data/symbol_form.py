"""The controls of one symbol: colours, widths, the shape of a point, the hatch of an area."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app.data.style_controls import COLOUR_PX, Form, side_by_side
from layers.own.ramps import DEFAULTS
from layers.own.symbol_value import DASHES, Hatch, Marker, Pattern, Symbol

WIDEST, LARGEST, FARTHEST = 12.0, 40.0, 40.0
"""How far the controls go, in pixels: edges and hatches, points, from one line of a hatch to the next."""


def ask_symbol(form: Form, symbol: Symbol, name: str = "") -> Symbol:
    """Draw the controls of `symbol`, whose keys begin with `name`, and return the symbol that they stand for.

    What nobody touches stays as it is; the colour of what is not drawn is that of the rest.
    """
    kind = form.layer.shape.value
    made = symbol
    if kind != "line":
        shown = symbol.fill or symbol.stroke or DEFAULTS[0]
        kept = round(symbol.fill_opacity * 100) if symbol.fill else 0
        with side_by_side():
            words = form.text("own-style-page.fill")
            fill = st.color_picker(words, shown, key=form.key(f"{name}fill"), width=COLOUR_PX)
            words = form.text("own-style-page.fill-opacity")
            opacity = st.slider(words, 0, 100, kept, 5, key=form.key(f"{name}fill-opacity"), format="%d%%")
        if (fill.upper(), opacity) != (shown, kept):
            made = replace(made, fill=fill.upper() if opacity else "", fill_opacity=opacity / 100)
    shown = symbol.stroke or symbol.fill or DEFAULTS[0]
    thick = min(symbol.stroke_width, WIDEST) if symbol.stroke else 0.0
    with side_by_side():
        words = form.text("own-style-page.line" if kind == "line" else "own-style-page.stroke")
        stroke = st.color_picker(words, shown, key=form.key(f"{name}stroke"), width=COLOUR_PX)
        words = form.text("own-style-page.stroke-width")
        width = st.slider(words, 0.0, WIDEST, thick, 0.2, key=form.key(f"{name}width"), format="%g")
    if (stroke.upper(), width) != (shown, thick):
        made = replace(made, stroke=stroke.upper() if width else "", stroke_width=round(width, 2))
    if width:
        made = _ask_edge(form, symbol, made, name)
    if kind == "point":
        return _ask_marker(form, made, name)
    return made if kind == "line" else replace(made, hatch=_ask_hatch(form, symbol, name))


def _ask_edge(form: Form, symbol: Symbol, made: Symbol, name: str) -> Symbol:
    """Ask how the edge of `symbol` is dashed, unless it is that of points, and how opaque it is."""
    kept = round(symbol.stroke_opacity * 100) if symbol.stroke else 100
    with side_by_side():
        if form.layer.shape.value != "point":
            options = list(dict.fromkeys([*DASHES.values(), symbol.dash]))
            dash = st.selectbox(
                form.text("own-style-page.dash"),
                options,
                options.index(symbol.dash),
                format_func=lambda each: _dash_words(form, each),
                key=form.key(f"{name}dash"),
                width=130,
            )
            made = replace(made, dash=symbol.dash if dash is None else dash)
        is_line = form.layer.shape.value == "line"
        words = form.text("own-style-page.line-opacity" if is_line else "own-style-page.stroke-opacity")
        opacity = st.slider(words, 0, 100, kept, 5, key=form.key(f"{name}stroke-opacity"), format="%d%%")
    return made if opacity == kept else replace(made, stroke_opacity=opacity / 100)


def _dash_words(form: Form, dash: tuple[float, ...]) -> str:
    """Return what a pattern is called; one of another program has only its lengths."""
    name = next((name for name, each in DASHES.items() if each == dash), "")
    return form.text(f"style-dash.{name}") if name else " ".join(f"{length:g}" for length in dash)


def _ask_marker(form: Form, symbol: Symbol, name: str) -> Symbol:
    large = min(symbol.size, LARGEST)
    with side_by_side():
        marker = st.selectbox(
            form.text("own-style-page.marker"),
            list(Marker),
            list(Marker).index(symbol.marker),
            format_func=lambda each: form.text(f"style-marker.{each}"),
            key=form.key(f"{name}marker"),
            width=130,
        )
        words = form.text("own-style-page.size")
        size = st.slider(words, 1.0, LARGEST, large, 0.5, key=form.key(f"{name}size"), format="%g")
    return replace(symbol, marker=marker or symbol.marker, size=symbol.size if size == large else size)


def _ask_hatch(form: Form, symbol: Symbol, name: str) -> Hatch | None:
    kept = symbol.hatch
    options = ["", *Pattern]
    # The hatch that a layer begins with stands out from its fill.
    usual = kept or Hatch(symbol.stroke or symbol.fill or DEFAULTS[0])
    shown = min(usual.angle, 175.0), min(usual.spacing, FARTHEST), min(max(usual.width, 0.2), WIDEST)
    with side_by_side():
        pattern = st.selectbox(
            form.text("own-style-page.hatch"),
            options,
            options.index(kept.pattern) if kept else 0,
            format_func=lambda each: form.text(f"style-pattern.{each}" if each else "own-style-page.no-hatch"),
            key=form.key(f"{name}hatch"),
        )
        if not pattern:
            return None
        words = form.text("own-style-page.hatch-colour")
        colour = st.color_picker(words, usual.colour, key=form.key(f"{name}hatch-colour"), width=COLOUR_PX)
    columns = st.columns(3, gap="medium")
    text = form.text
    limits = {
        "hatch-angle": (text("own-style-page.hatch-angle"), 0.0, 175.0, 5.0),
        "hatch-spacing": (text("own-style-page.hatch-spacing"), 1.0, FARTHEST, 0.5),
        "hatch-width": (text("own-style-page.hatch-width"), 0.2, WIDEST, 0.2),
    }
    found = []
    for column, value, (part, (words, least, most, step)) in zip(columns, shown, limits.items(), strict=True):
        found.append(float(column.slider(words, least, most, value, step, key=form.key(name + part), format="%g")))
    angle, spacing, width = (
        kept_value if value == before else round(value, 2)
        for value, before, kept_value in zip(found, shown, (usual.angle, usual.spacing, usual.width), strict=True)
    )
    return replace(usual, colour=colour.upper(), pattern=Pattern(pattern), angle=angle, spacing=spacing, width=width)
