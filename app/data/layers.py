"""The section of own layers on the Data page: those that there are, each with a way to remove it, and the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from app import context
from app.data.giving import WHOLE, show_give_button, show_giving
from app.data.layer_draft import Draft
from app.data.layer_preview import show_preview
from app.data.layer_refresh import refresh_button, show_refresh
from app.data.layer_style import is_styling, show_style, style_button
from app.data.layer_tiles import show_tiles
from app.data.new_layer import map_address, settle, show_end, show_form, show_work
from app.data.wording import size_words
from app.identity import signed_in
from app.session import state
from geo.errors import PlanMapError
from layers import escape
from layers.own.files import damaged_layers, own_layers, remove_layer, table_server
from layers.own.linked.source import source_of
from layers.own.own_layer import OwnLayer
from layers.own.words import accuracy_words, file_words, layer_words, system_words
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.store.roles import Role
from layers.translation import Translation


def layers_section(plan: Plan, text: Translation, *, scene: Scene, closed: bool) -> None:
    """Draw the section, with links to the map of `scene`; nothing can be changed in an outage, when `closed`."""
    settle()
    # What is in the folder now, whenever the plan was read.
    plan = replace(plan, beside=plan.beside.now())
    layers = own_layers(plan)
    st.html(f"<h2>{escape.html(text('own.title'))}</h2>")
    if plan.beside.layers is None:
        line = text.explain(PlanMapError("layer-homeless", plan=plan.info.title.get(text.language)))
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(line)}</p>")
        return
    draft = state().get("layer_draft")
    if isinstance(draft, Draft) and not closed:
        # A file that is asked about takes the whole width; what there is already comes below.
        with st.container(key="asking"):
            if not show_work(text):
                show_preview(plan, draft, layers, text)
        if layers:
            with st.container(key="layers"):
                show_layers(plan, layers, text, scene=scene, closed=closed)
    else:
        left, right = st.columns([2.1, 1], gap="medium")
        with left, st.container(key="layers"):
            show_layers(plan, layers, text, scene=scene, closed=closed)
            show_give_button(WHOLE, text)
        with right, st.container(key="new-layer"):
            st.html(f"<h3>{escape.html(text('own-page.add'))}</h3>")
            if not show_work(text):
                with st.container(key="layer-came"):
                    show_end(text, layers, scene)
                show_form(text, closed=closed)
    show_giving(plan, layers, text, scene)
    wanted = state().get("layer_removing")
    removing = next((layer for layer in layers if layer.id == wanted), None)
    if removing is not None and not closed:
        ask_removal(plan, removing, text)


def show_layers(plan: Plan, layers: Sequence[OwnLayer], text: Translation, *, scene: Scene, closed: bool) -> None:
    """Draw the list of layers, the one that was added last first, or what they are for if there is none."""
    # In its place from the start, so that nothing below it is drawn anew.
    said, is_fault = state().get("layer_removed") or ("", False)
    place = st.empty()
    if said:
        marks = "class='pm-warn' role='alert'" if is_fault else "class='pm-said' role='status'"
        place.html(f"<p {marks}>{escape.html(said)}</p>")
    for name in damaged_layers(plan):
        line = text("own.damaged", file=printable(name))
        st.html(f"<p class='pm-warn' role='note'>{escape.html(line)}</p>")
    if not layers:
        st.html(
            f"<div class='pm-none'><h3>{escape.html(text('own-page.none-title'))}</h3>"
            f"<p>{escape.html(text('own-page.none'))}</p>"
            f"<p class='pm-quiet'>{escape.html(text('own-page.stays'))}</p></div>"
        )
        return
    for layer in layers:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"row-layer-{layer.id}", gap="small", border=True
        ):
            st.html(described(layer, text, scene), width="stretch")
            refresh_button(plan, layer, text, closed=closed)
            style_button(layer, text)
            show_give_button(layer.id, text, among=True)
            st.button(
                text("data.remove"),
                key=f"remove-layer-{layer.id}",
                icon=":material/delete:",
                type="tertiary",
                disabled=closed,
                on_click=_ask,
                args=(layer.id,),
            )
        if is_styling(layer):
            show_style(plan, layer, text, closed=closed)
        show_refresh(plan, layer, text, closed=closed)
        show_tiles(layer, text, closed=closed)
    st.html(f"<p class='pm-quiet'>{escape.html(text('own-page.stays'))}</p>")


def described(layer: OwnLayer, text: Translation, scene: Scene) -> str:
    """Return what there is to know of a layer, as HTML, with a link to the map of `scene`."""
    system = f"{system_words(layer.position.system, text)}{text('data.comma')}{accuracy_words(layer.position, text)}"
    size = {text("data.size"): size_words(layer.size)}
    rows = {
        text("own-page.system"): system,
        text("source.where" if source_of(layer) else "data.file"): file_words(layer, text) or "-",
        text("data.added"): layer.added or "-",
        **({text("link-page.server"): table_server(layer)} if layer.is_live else size),
    }
    lines = "".join(
        f"<div><dt>{escape.html(label)}</dt><dd>{escape.html(printable(value, limit=200))}</dd></div>"
        for label, value in rows.items()
    )
    group = f"<span class='pm-tag'>{escape.html(printable(layer.group))}</span> " if layer.group else ""
    what = f"<span class='pm-tag'>{escape.html(layer_words(layer, text))}</span>"
    link = f'<a href="{escape.html(map_address(layer, scene))}">{escape.html(text("data.to-map"))}</a>'
    return (
        f"<h3>{escape.html(printable(layer.name))} {group}{what}</h3><dl>{lines}</dl><p class='pm-row-link'>{link}</p>"
    )


def ask_removal(plan: Plan, layer: OwnLayer, text: Translation) -> None:
    """Ask in a dialog whether `layer` is to be removed."""

    def asking() -> None:
        sure = text("own-page.remove-sure", name=printable(layer.name), size=size_words(layer.size))
        st.html("".join(f"<p>{escape.html(line)}</p>" for line in (sure, text("own-page.remove-then"))))
        with st.container(horizontal=True, gap="small", key="sure"):
            removed = st.button(text("data.remove-yes"), key="layer-yes", type="primary", icon=":material/delete:")
            kept = st.button(text("data.remove-no"), key="layer-no")
        if removed:
            _remove(plan, layer, text)
        if removed or kept:
            _answered()
            st.rerun()

    # Drawn again by every run until it is answered: other runs, such as that at the end of a work, would close it.
    st.dialog(text("own-page.remove-title"), on_dismiss=_answered)(asking)()


def _ask(layer_id: str) -> None:
    state().update(layer_removing=layer_id, layer_removed=None, ground_removing="", giving="")


def _answered() -> None:
    state()["layer_removing"] = ""


def _remove(plan: Plan, layer: OwnLayer, text: Translation) -> None:
    try:
        context.current().allow_change(signed_in(), Role.ADMIN)
        remove_layer(plan, layer.id)
    except PlanMapError as error:
        state()["layer_removed"] = text.explain(error), True
    else:
        state()["layer_removed"] = text("own.removed", name=printable(layer.name)), False
    context.current().look_again()
