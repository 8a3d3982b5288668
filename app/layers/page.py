"""The Layers page: an own layer, asked by value and by place; the answer as figures, groups and a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import streamlit as st

from app import outage
from app.browse.add_view import show_add
from app.data.giving import GIVING_STYLE, show_giving
from app.layers.answer_groups import show_figures, show_groups
from app.layers.attribute_table import show_table
from app.layers.links import show_links, write_address
from app.layers.question_form import begin, show_form
from app.page_head import show_language, show_name
from app.session import state
from geo.errors import PlanMapError
from layers import escape
from layers.own.answer import MOST_MEASURED, Answer, answer
from layers.own.files import own_layers
from layers.own.own_layer import OwnLayer
from layers.own.question_words import answer_lines, question_words
from layers.own.words import layer_words
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import OWN, Scene
from layers.selection.address import fitted
from layers.selection.asked_scene import scene_of_answer
from layers.selection.due import year_words
from layers.translation import Translation, translation

_ICON = Path(__file__).parents[1] / "icon.svg"
_STYLE = Path(__file__).with_name("layers.css")

LAYER = "layer"
"""Name of the chosen layer in the address. A Scene leaves out what it does not know."""


def main() -> None:
    """Draw the page; Streamlit calls this again for every change."""
    asked = st.query_params.to_dict()
    text = translation(state().get("language") or Scene.from_query(asked).language)
    st.set_page_config(page_title=f"{text('pages.layers')} · {text('app.name')}", page_icon=_ICON, layout="wide")
    st.html(_STYLE)
    st.html(GIVING_STYLE)
    reading, error = outage.read()
    if reading is None:
        if error is not None:
            outage.show_closed(error, text)
        return
    values = state()
    values.setdefault("language", text.language)
    outage.show_outage(reading, error, text)
    # What is in the folder now, whenever the plan was read.
    plan = replace(reading.plan, beside=reading.plan.beside.now())
    plan = plan if plan.beside != reading.plan.beside else reading.plan
    scene = replace(fitted(plan, Scene.from_query(asked), date.today()), language=text.language)
    head(plan, text)
    layers = own_layers(plan)
    if not layers:
        st.html(
            f"<div class='pm-none'><h3>{escape.html(text('ask-page.none-title'))}</h3>"
            f"<p>{escape.html(text('ask-page.none'))}</p>"
            f"<a class='pm-to-map' href='/data?{escape.html(replace(scene, view=None).to_query())}'>"
            f"{escape.html(text('ask-page.add'))}</a></div>"
        )
        return
    left, right = st.columns([1, 2.6], gap="medium")
    with left, st.container(key="question"):
        layer = choose_layer(layers, scene, asked.get(LAYER, ""), text)
        try:
            begin(layer, scene.questions.get(layer.scene_id))
            question = show_form(plan, layer, text)
        except PlanMapError as fault:
            # Its features stay in a database that cannot be asked now.
            st.html(f"<p class='pm-warn' role='alert'>{escape.html(text.explain(fault))}</p>")
            return
    with right, st.container(key="answer"):
        try:
            found = answer(plan, layer, question)
            found = replace(found, measured=found.count <= MOST_MEASURED)
            shown = scene_of_answer(found, scene)
            add = partial(show_add, text, reading.why_fixed(text), closed=error is not None)
            show_answer(found, shown, text, add)
            show_giving(plan, (layer,), text, shown, part=found)
        except PlanMapError as fault:
            st.html(f"<p class='pm-warn' role='alert'>{escape.html(text.explain(fault))}</p>")
            return
    write_address(shown, LAYER, layer.id)


def head(plan: Plan, text: Translation) -> None:
    """Draw the name of the plan and the language switch."""
    with st.container(horizontal=True, vertical_alignment="center", key="head", gap="small"):
        line = text("page.tasks", count=len(plan.current_tasks))
        note = year_words(plan, date.today(), text)
        show_name(plan.info.title.get(text.language), line, "layers", text, language=text.language, note=note)
        with st.container(horizontal=True, vertical_alignment="center", key="actions", width="content", gap="small"):
            show_language(text)


def choose_layer(layers: tuple[OwnLayer, ...], scene: Scene, named: str, text: Translation) -> OwnLayer:
    """Draw the field for the layer, and return the chosen one: at first that which the address asks about or shows."""
    by_id = {layer.id: layer for layer in layers}
    values = state()
    if values.get("asked_layer") not in by_id:
        wanted = [
            named,
            *(key.removeprefix(OWN) for key in (*scene.questions, *(k for k, on in scene.visible.items() if on))),
        ]
        values["asked_layer"] = next((name for name in wanted if name in by_id), layers[0].id)
    chosen = st.selectbox(
        text("ask-page.layer"),
        list(by_id),
        key="asked_layer",
        format_func=lambda name: (
            f"{printable(by_id[name].name)} ({layer_words(by_id[name], text)})"
            if by_id[name].source
            else f"{printable(by_id[name].name)} ({by_id[name].count:,})"
        ),
    )
    return by_id[chosen]


def show_answer(found: Answer, scene: Scene, text: Translation, add: partial[None]) -> None:
    """Draw what is selected: in words and figures, with ways to the map and to paper, in groups and row by row."""
    first, *others = answer_lines(found, text)
    asked = question_words(found.plan, found.question, text)
    notes = "".join(f"<li>{escape.html(line)}</li>" for line in others)
    st.html(
        f"<div class='pm-answer' role='status'><h2>{escape.html(first)}</h2>"
        f"<p>{escape.html(asked)}</p><ul>{notes}</ul></div>"
    )
    show_links(found, scene, text, add)
    if not found.count:
        st.html(f"<p class='pm-quiet'>{escape.html(text('ask-page.nothing'))}</p>")
        return
    one, two = st.columns([1.25, 1], gap="medium")
    with one, st.container(key="groups"):
        show_groups(found, text)
    with two, st.container(key="figures"):
        show_figures(found, text)
    with st.container(key="rows"):
        show_table(found, text)
