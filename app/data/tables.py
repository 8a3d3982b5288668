"""The section of tables of PostGIS on the Data page: the form that links one; then it stands among the own layers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from app import context
from app.data.host_offer import host_offer, may_change
from app.session import state
from geo.database.address import parse_database
from geo.errors import PlanMapError
from layers import escape
from layers.own.own_layer import System
from layers.own.system import system_of_code
from layers.own.table.linking import TableWish, add_table, offered_tables
from layers.own.words import layer_words
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.translation import Translation

STATED, CODE = "stated", "crs"
SYSTEMS = (STATED, "gcj02", "bd09", CODE)
"""In what the figures of a table may be: as it says, shifted, or by another code."""


def tables_section(plan: Plan, text: Translation, *, closed: bool) -> None:
    """Draw the section; nothing can be linked in an outage, when `closed`."""
    plan = replace(plan, beside=plan.beside.now())
    if plan.beside.layers is None:
        return
    st.html(f"<h2>{escape.html(text('table-page.title'))}</h2>")
    left, right = st.columns([2.1, 1], gap="medium")
    with left, st.container(key="tables"):
        place = st.empty()
        said, is_fault = state().get("table_said") or ("", False)
        if said:
            marks = "class='pm-warn' role='alert'" if is_fault else "class='pm-said' role='status'"
            place.html(f"<p {marks}>{escape.html(said)}</p>")
        st.html(f"<p class='pm-quiet'>{escape.html(text('table-page.hint'))}</p>")
    with right, st.container(key="new-table"):
        st.html(f"<h3>{escape.html(text('table-page.add'))}</h3>")
        _show_form(plan, text, closed=closed)


def _show_form(plan: Plan, text: Translation, *, closed: bool) -> None:
    st.text_input(
        text("table-page.address"),
        key="table_address",
        disabled=closed,
        placeholder="postgresql://reader@db.example.cn:5432/land",
    )
    offers = state().get("table_offers")
    names = list(offers[1]) if isinstance(offers, tuple) and offers[0] == _value("table_address") else []
    if names:
        st.selectbox(text("table-page.table"), names, key="table_name", format_func=printable, disabled=closed)
    st.selectbox(
        text("table-page.system"),
        SYSTEMS,
        key="table_system",
        format_func=lambda name: _system_words(name, text),
        disabled=closed,
    )
    if _value("table_system") == CODE:
        st.text_input(text("table-page.crs"), key="table_crs", disabled=closed, placeholder="EPSG:4548")
    st.text_input(text("table-page.name"), key="table_layer", max_chars=60, disabled=closed)
    host_offer("table", "allow-table", text, closed=closed)
    st.button(
        text("table-page.link"),
        key="table-link",
        type="primary",
        icon=":material/add_link:",
        disabled=closed,
        on_click=_link,
        args=(plan, text),
    )


def _system_words(name: str, text: Translation) -> str:
    if name == STATED:
        return text("table-page.stated")
    return text("table-page.crs") if name == CODE else text(f"datum.{name}")


def _value(name: str) -> str:
    return str(state().get(name) or "").strip()


def _system() -> System | None:
    chosen = _value("table_system")
    if chosen == CODE:
        return system_of_code(_value("table_crs"))
    return {"datum": chosen} if chosen in ("gcj02", "bd09") else None


def _link(plan: Plan, text: Translation) -> None:
    """Link the table that the form names, or ask which one, or whether its host is to be allowed."""
    values = state()
    values["table_host"] = ""
    try:
        may_change()
        address = _value("table_address")
        offers = values.get("table_offers")
        if not isinstance(offers, tuple) or offers[0] != address:
            parse_database(address)
            there = [each.shown for each in offered_tables(address)]
            values["table_offers"] = address, list(dict.fromkeys(there))
            values["table_said"] = text("table-page.choose", count=len(there)), False
            return
        wish = TableWish(address, _value("table_name"), name=_value("table_layer"), system=_system())
        made = add_table(plan, wish, today=date.today())
    except PlanMapError as error:
        values["table_said"] = text.explain(error), True
        if error.code == "remote-not-allowed":
            values["table_host"] = str(error.details["host"])
        return
    what, shown = layer_words(made, text), printable(made.source_layer)
    said = text("table.linked", table=shown, name=printable(made.name), id=made.id, what=what)
    values["table_said"] = said, False
    values.update(table_offers=None, table_address="", table_layer="")
    context.current().look_again()
