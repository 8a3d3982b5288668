"""The form of the Layers page: conditions on values and on place, as a question."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import streamlit as st

from app.session import state
from layers.own.answer import value_text
from layers.own.asking import inexact_sites
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.plan.fault import printable
from layers.plan.layer_question import (
    LONGEST_VALUE,
    MOST_METRES,
    MOST_VALUES,
    FieldCondition,
    LayerQuestion,
    PlaceCondition,
)
from layers.plan.plan import Plan
from layers.translation import Translation

HOWS = ("is", "has", "from", "days", "none")
"""The kinds of a condition on values."""

DATED = ("date", "datetime")
"""Types of fields that have days where others have numbers."""

USUAL_DAYS = date(1900, 1, 1), date(2100, 12, 31)
"""The days among which there is to choose, unless somebody asks for others."""

PLACES = ("near", "at", "inside")

MOST_ROWS = 8
"""Most conditions on values that the form has."""

MOST_OFFERED = 300
"""Most values of a field that are offered; others can be typed."""

USUAL_M = 500


def begin(layer: OwnLayer, question: LayerQuestion | None) -> None:
    """Fill the form once for each layer that is chosen, with what the address asks about it."""
    values = state()
    if values.get("asking_of") == layer.id:
        return
    values["asking_of"] = layer.id
    question = question or LayerQuestion()
    values["ask_rows"] = []
    for condition in question.where[:MOST_ROWS]:
        if condition.field in layer.field_names:
            _add(condition)
    place = question.place
    values["ask_sites"] = list(place.sites) if place else []
    values["ask_place"] = "inside" if place and place.inside else "at" if place and not place.metres else "near"
    values["ask_metres"] = place.metres if place and place.metres else USUAL_M
    for name in ("ask_page", "ask_sort", "ask_by", "ask_figures", "ask_join"):
        values.pop(name, None)


def show_form(plan: Plan, layer: OwnLayer, text: Translation) -> LayerQuestion:
    """Draw the form, and return what it asks."""
    values = state()
    fields = [field.name for field in layer.fields if field.type != "binary"]
    where = []
    with st.container(key="conditions"):
        st.markdown(f"**{text('ask-page.values')}**")
        for row in values["ask_rows"]:
            condition = _condition(layer, row, fields, text)
            where += [condition] if condition else []
        if fields and len(values["ask_rows"]) < MOST_ROWS:
            st.button(text("ask-page.add-condition"), key="ask-add", icon=":material/add:", on_click=_add)
    with st.container(key="place"):
        st.markdown(f"**{text('ask-page.place')}**")
        place = _place(plan, text)
    if where or place:
        st.button(text("ask-page.clear"), key="ask-clear", icon=":material/close:", type="tertiary", on_click=_clear)
    return LayerQuestion(tuple(dict.fromkeys(where)), place)


@lru_cache(maxsize=32)
def offered(layer: OwnLayer, field: str) -> list[str]:
    """Return the most frequent values of a field, in their own order."""
    with opened(layer) as package:
        found = package.distinct(field, MOST_OFFERED)
    texts = [value_text(value) for value, _ in found if value is not None]
    return [value for value in texts if value and len(value) <= LONGEST_VALUE]


def _condition(layer: OwnLayer, row: int, fields: list[str], text: Translation) -> FieldCondition | None:
    """Draw one condition; return it, or None while it says nothing."""
    values = state()
    with st.container(key=f"ask-row-{row}", border=True):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            field = st.selectbox(
                text("ask-page.field"),
                fields,
                key=f"ask-field-{row}",
                format_func=printable,
                on_change=_forget,
                args=(row, layer),
            )
            st.button(
                text("ask-page.remove-condition"),
                key=f"ask-drop-{row}",
                icon=":material/close:",
                type="tertiary",
                on_click=values["ask_rows"].remove,
                args=(row,),
            )
        hows = _hows(layer, field, values.get(f"ask-how-{row}", ""))
        how = st.segmented_control(
            text("ask-page.how"),
            hows,
            key=f"ask-how-{row}",
            format_func={name: text(f"ask-how.{name}") for name in hows}.__getitem__,
            label_visibility="collapsed",
            required=True,
        )
        if how == "none":
            return FieldCondition(field, empty=True)
        if how == "has":
            words = st.text_input(text("ask-page.words"), key=f"ask-words-{row}", max_chars=LONGEST_VALUE)
            return FieldCondition(field, contains=words) if words else None
        if how == "from":
            one, two = st.columns(2, gap="small")
            least = one.number_input(text("ask-page.least"), key=f"ask-least-{row}", value=None, format="%g")
            most = two.number_input(text("ask-page.most"), key=f"ask-most-{row}", value=None, format="%g")
            return FieldCondition(field, least=least, most=most) if least is not None or most is not None else None
        if how == "days":
            since = _day(f"ask-since-{row}", text("ask-page.since"))
            until = _day(f"ask-until-{row}", text("ask-page.until"))
            return FieldCondition(field, since=since, until=until) if since or until else None
        known = offered(layer, field)
        chosen = st.multiselect(
            text("ask-page.value"),
            list(dict.fromkeys([*known, *values.get(f"ask-values-{row}", [])])),
            key=f"ask-values-{row}",
            format_func=lambda value: printable(value, limit=80),
            placeholder=text("ask-page.value-hint"),
            accept_new_options=True,
            max_selections=MOST_VALUES,
        )
        found = tuple(str(value)[:LONGEST_VALUE] for value in chosen)
        return FieldCondition(field, values=found) if found else None


def _hows(layer: OwnLayer, field: str, chosen: str) -> list[str]:
    """Return the kinds of a condition that there are for a field, and the one that is chosen."""
    is_dated = any(each.name == field and each.type in DATED for each in layer.fields)
    return [how for how in HOWS if how not in ("days", "from") or how == chosen or (how == "days") == is_dated]


def _day(key: str, label: str) -> date | None:
    """Draw the field for one end of a span of days, and return the day; None for an open end."""
    low, high = USUAL_DAYS
    before = state().get(key)
    found = st.date_input(
        label,
        key=key,
        value=None,
        min_value=min(low, before or low),
        max_value=max(high, before or high),
        format="YYYY-MM-DD",
    )
    return found if isinstance(found, date) else None


def _place(plan: Plan, text: Translation) -> PlaceCondition | None:
    names: dict[str, str] = {}
    for site in plan.places:
        if plan.standing(site.id):
            loose = inexact_sites(plan, (site.id,))
            name = printable(site.name.get(text.language))
            precision = text("ask.nominal" if any(each.precision == "nominal" for each in loose) else "ask.approximate")
            names[site.id] = text("ask.inexact", name=name, how=precision) if loose else name
    values = state()
    values["ask_sites"] = [name for name in values["ask_sites"] if name in names]
    sites = st.multiselect(
        text("ask-page.sites"),
        list(names),
        key="ask_sites",
        format_func=names.__getitem__,
        placeholder=text("ask-page.sites-hint"),
        max_selections=MOST_VALUES,
    )
    how = st.segmented_control(
        text("ask-page.place"),
        PLACES,
        key="ask_place",
        format_func={name: text(f"ask-how.{name}") for name in PLACES}.__getitem__,
        label_visibility="collapsed",
        required=True,
    )
    metres = 0
    if how == "near":
        metres = st.number_input(
            text("ask-page.metres"), key="ask_metres", min_value=1, max_value=MOST_METRES, step=100, format="%d"
        )
    return PlaceCondition(tuple(sites), int(metres), how == "inside") if sites else None


def _add(condition: FieldCondition | None = None) -> None:
    """Add a row to the form, for a condition or an empty one."""
    values = state()
    row = values.get("ask_row", 0) + 1
    values["ask_row"] = row
    values["ask_rows"].append(row)
    values[f"ask-how-{row}"] = "is"
    if condition is None:
        return
    values[f"ask-field-{row}"] = condition.field
    if condition.empty:
        values[f"ask-how-{row}"] = "none"
    elif condition.contains:
        values[f"ask-how-{row}"], values[f"ask-words-{row}"] = "has", condition.contains
    elif condition.values:
        values[f"ask-values-{row}"] = list(condition.values)
    elif condition.since or condition.until:
        values[f"ask-how-{row}"] = "days"
        values[f"ask-since-{row}"], values[f"ask-until-{row}"] = condition.since, condition.until
    else:
        values[f"ask-how-{row}"] = "from"
        values[f"ask-least-{row}"], values[f"ask-most-{row}"] = condition.least, condition.most


def _forget(row: int, layer: OwnLayer) -> None:
    """Another field has other values, and perhaps days instead of numbers."""
    values = state()
    values[f"ask-values-{row}"] = []
    if values.get(f"ask-how-{row}") not in _hows(layer, values[f"ask-field-{row}"], ""):
        values[f"ask-how-{row}"] = "is"


def _clear() -> None:
    values = state()
    values["ask_rows"] = []
    values["ask_sites"] = []
