"""The controls of a layer's style. What nobody touches stays as it is, also what no control has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from app.data.entry_form import ask_entries
from app.data.label_form import ask_labels, ask_popup
from app.data.style_controls import Form
from app.data.symbol_form import ask_symbol
from app.export.previews import Shelf
from geo.errors import PlanMapError
from layers.own.classes import MOST_CLASSES, Method
from layers.own.layer_style import LAST_ZOOM, NO_TITLE, Categories, Graduated, LayerStyle
from layers.own.own_layer import OwnLayer
from layers.own.ramps import DEFAULTS, RAMPS, ramp
from layers.own.recolouring import ramp_and_strays, recoloured
from layers.own.restyling import field_symbols
from layers.own.suggestion import default_style
from layers.own.symbol_value import Symbol
from layers.plan.fault import printable

METHODS = (Method.NATURAL, Method.QUANTILES, Method.EQUAL, Method.PRETTY, Method.DEVIATION)
SINGLE, BY_FIELD = "single", "by-field"
CATEGORIES, CLASSES = "categories", "classes"
FORMS = (SINGLE, BY_FIELD, CATEGORIES, CLASSES)
"""What can be chosen of how a layer is drawn."""

USUAL_RAMP, USUAL_CLASSES = "teal", 5

# Symbols are worked out from all values of a field.
_found: Shelf[Categories | Graduated | PlanMapError] = Shelf(32)


def ask_style(form: Form) -> LayerStyle:
    """Draw the controls, and return the style that they stand for.

    Raises
    ------
    PlanMapError
        A field tells nothing of the kind that was chosen.
    """
    symbols = _ask_symbols(form)
    style = form.style if symbols == form.style.symbols else replace(form.style, symbols=symbols, title=NO_TITLE)
    style = replace(style, labels=ask_labels(form))
    style = ask_popup(form, style)
    left, right = st.columns(2, gap="medium")
    kept = round(style.opacity * 100)
    with left:
        opacity = st.slider(form.text("own-style-page.opacity"), 0, 100, kept, 5, key=form.key("opacity"))
    with right:
        zooms = st.slider(
            form.text("own-style-page.zooms"), 0.0, LAST_ZOOM, style.zooms, 0.5, key=form.key("zooms"), format="%g"
        )
    if opacity != kept:
        style = replace(style, opacity=opacity / 100)
    return replace(style, zooms=(float(zooms[0]), float(zooms[1])))


def _ask_symbols(form: Form) -> Symbol | Categories | Graduated:
    kept = form.style.symbols
    usual = SINGLE if isinstance(kept, Symbol) else BY_FIELD
    choice = usual
    if form.fields:
        answer = st.segmented_control(
            form.text("own-style-page.how"),
            [SINGLE, BY_FIELD],
            default=usual,
            format_func=lambda each: form.text(f"style-form.{each}"),
            key=form.key("how"),
        )
        choice = answer or usual
    if choice == SINGLE:
        symbol = kept if isinstance(kept, Symbol) else _usual_symbol(form.layer)
        return ask_symbol(form, symbol)
    found = _ask_by_field(form)
    return found if isinstance(found, Symbol) else ask_entries(form, found)


def _usual_symbol(layer: OwnLayer) -> Symbol:
    found = default_style(layer.shape.value, sum(layer.id.encode())).symbols
    return found if isinstance(found, Symbol) else Symbol(fill=DEFAULTS[0])


def _ask_by_field(form: Form) -> Symbol | Categories | Graduated:
    kept, fields = form.style.symbols, form.fields
    known = form.style.field if form.style.field in fields else None
    field = st.selectbox(
        form.text("own-style-page.field"),
        fields,
        fields.index(known) if known else None,
        format_func=printable,
        placeholder=form.text("own-style-page.choose-field"),
        key=form.key("field"),
    )
    if field is None:
        return kept
    type_name = next(each.type for each in form.layer.fields if each.name == field)
    graded = isinstance(kept, Graduated) if field == known else type_name == "real"
    usual = CLASSES if graded else CATEGORIES
    kind = st.segmented_control(
        form.text("own-style-page.how"),
        [CATEGORIES, CLASSES],
        default=usual,
        format_func=lambda each: form.text(f"style-form.{each}"),
        key=form.key(f"kind-{fields.index(field)}"),
        label_visibility="collapsed",
    )
    if (kind or usual) == CATEGORIES:
        if isinstance(kept, Categories) and field == known:
            return kept
        return _symbols(form, field, graded=False)
    before = kept if isinstance(kept, Graduated) and field == known else None
    return _ask_classes(form, field, before)


def _ask_classes(form: Form, field: str, kept: Graduated | None) -> Categories | Graduated:
    found, strays = ramp_and_strays(kept) if kept else (USUAL_RAMP, ())
    usual = (
        kept.method if kept and kept.method in METHODS else Method.NATURAL,
        min(max(len(kept.classes), 2), MOST_CLASSES) if kept else USUAL_CLASSES,
        # Colours that somebody has chosen one by one are no ramp.
        "" if strays else found,
    )
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    method = left.selectbox(
        form.text("own-style-page.method"),
        list(METHODS),
        METHODS.index(usual[0]),
        format_func=lambda each: form.text(f"style-method.{each}"),
        key=form.key("method"),
    )
    count = right.slider(form.text("own-style-page.count"), 2, MOST_CLASSES, usual[1], key=form.key("count"))
    ramps = list(RAMPS)
    with st.container(key="style-ramps"):
        st.html(_swatches(ramps, count))
        chosen = st.radio(
            form.text("own-style-page.ramp"),
            ramps,
            ramps.index(usual[2]) if usual[2] else None,
            key=form.key("ramp"),
            horizontal=True,
            format_func=lambda each: form.text(f"style-ramp.{each}"),
        )
    answer = (method or usual[0], count, chosen or usual[2])
    if kept is not None and answer == usual:
        return kept
    if kept is not None and answer[:2] == usual[:2] and answer[2]:
        return recoloured(kept, answer[2])
    return _symbols(form, field, graded=True, method=answer[0], count=answer[1], ramp=answer[2] or USUAL_RAMP)


def _swatches(ramps: Sequence[str], count: int) -> str:
    """Return the style sheet that puts the colours of each ramp beside its name."""
    rules = []
    for number, name in enumerate(ramps, start=1):
        colours = ramp(name, count)
        stops = (f"{colour} {at / count:.1%} {(at + 1) / count:.1%}" for at, colour in enumerate(colours))
        place = f".st-key-style-ramps [role='radiogroup'] > :nth-child({number}) p::before"
        rules.append(f"{place} {{ background: linear-gradient(90deg, {', '.join(stops)}); }}")
    return f"<style>{' '.join(rules)}</style>"


def _symbols(form: Form, field: str, **wanted: Any) -> Categories | Graduated:
    def make() -> Categories | Graduated | PlanMapError:
        try:
            return field_symbols(form.layer, field, **wanted)
        except PlanMapError as error:
            return error

    found = _found.get((form.layer, field, *sorted(wanted.items())), make)
    if isinstance(found, PlanMapError):
        raise found
    return found
