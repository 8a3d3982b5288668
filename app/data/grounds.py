"""The section of the grounds on the Data page: those that there are, each with a way to remove it, and the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from app import context
from app.data.new_ground import show_new
from app.data.wording import size_words, zoom_words
from app.identity import signed_in
from app.session import state
from geo.errors import PlanMapError
from layers import escape
from layers.ground.files import GroundFile, damaged_files, ground_files, ground_of, remove_ground
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import BASEMAPS, Scene
from layers.store.roles import Role
from layers.translation import Translation


def grounds_section(plan: Plan, text: Translation, *, scene: Scene, closed: bool) -> None:
    """Draw the section, with links to the map of `scene`; nothing can be changed in an outage, when `closed`."""
    # What is in the folder now, whenever the plan was read.
    plan = replace(plan, beside=plan.beside.now())
    grounds = ground_files(plan)
    st.html(f"<h2>{escape.html(text('data.grounds'))}</h2>")
    if plan.beside.ground is None:
        line = text.explain(PlanMapError("ground-homeless", plan=plan.info.title.get(text.language)))
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(line)}</p>")
        return
    left, right = st.columns([2.1, 1], gap="medium")
    with left, st.container(key="grounds"):
        show_grounds(plan, grounds, text, closed=closed)
    with right, st.container(key="new"):
        show_new(plan, grounds, text, scene=scene, closed=closed)
    wanted = state().get("ground_removing")
    removing = next((ground for ground in grounds if ground.id == wanted), None)
    if removing is not None and not closed:
        ask_removal(plan, removing, text)


def show_grounds(plan: Plan, grounds: Sequence[GroundFile], text: Translation, *, closed: bool) -> None:
    """Draw the list of grounds, the one that was added last first, or what ground is for if there is none."""
    # In its place from the start, so that nothing below it is drawn anew.
    said, is_fault = state().get("ground_said") or ("", False)
    place = st.empty()
    if said:
        marks = "class='pm-warn' role='alert'" if is_fault else "class='pm-said' role='status'"
        place.html(f"<p {marks}>{escape.html(said)}</p>")
    for name in damaged_files(plan):
        line = text("data.damaged", file=printable(name), folder=printable(plan.beside.ground, limit=200))
        st.html(f"<p class='pm-warn' role='note'>{escape.html(line)}</p>")
    if not grounds:
        st.html(
            f"<div class='pm-none'><h3>{escape.html(text('data.none-title'))}</h3>"
            f"<p>{escape.html(text('data.none'))}</p>"
            f"<p class='pm-quiet'>{escape.html(text('data.stays'))}</p></div>"
        )
        return
    used = ground_of(plan, BASEMAPS[0])
    for ground in grounds:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"row-{ground.id}", gap="small", border=True
        ):
            st.html(described(ground, text, used=ground == used), width="stretch")
            st.button(
                text("data.remove"),
                key=f"remove-{ground.id}",
                icon=":material/delete:",
                type="tertiary",
                disabled=closed,
                on_click=_ask,
                args=(ground.id,),
            )
    shown = [text("data.picture-used")] if any(ground.is_picture for ground in grounds) else []
    lines = (text("data.used"), *shown, text("data.stays"))
    st.html("".join(f"<p class='pm-quiet'>{escape.html(line)}</p>" for line in lines))


def described(ground: GroundFile, text: Translation, *, used: bool) -> str:
    """Return what there is to know of a ground, as HTML; one that is `used` is shown unless another is chosen."""
    kind = text("data.picture") if ground.is_picture else text("data.features")
    tags = [f"<span class='pm-tag pm-used'>{escape.html(text('data.in-use'))}</span>"] if used else []
    tags.append(f"<span class='pm-tag'>{escape.html(kind)}</span>")
    rows = {
        text("data.size"): f"{size_words(ground.size)}{text('data.comma')}{zoom_words(ground, text)}",
        text("data.file"): ground.file or "-",
        text("data.added"): ground.added or "-",
        text("data.source"): ground.source.get(text.language) or "-",
    }
    lines = "".join(
        f"<div><dt>{escape.html(label)}</dt><dd>{escape.html(printable(value, limit=200))}</dd></div>"
        for label, value in rows.items()
    )
    note = ""
    if ground.thinned:
        line = text("data.thinned", zooms=text("data.list-comma").join(map(str, ground.thinned)))
        note = f"<p class='pm-quiet'>{escape.html(line)}</p>"
    return f"<h3>{escape.html(printable(ground.name))} {' '.join(tags)}</h3><dl>{lines}</dl>{note}"


def ask_removal(plan: Plan, ground: GroundFile, text: Translation) -> None:
    """Ask in a dialog whether `ground` is to be removed."""

    def asking() -> None:
        after = [other for other in ground_files(plan) if other.id != ground.id and not other.is_picture]
        next_line = text("data.then-other", name=after[0].name) if after else text("data.then-plain")
        if ground != ground_of(plan, BASEMAPS[0]):
            next_line = text("data.then-same")
        lines = (text("data.remove-sure", name=printable(ground.name), size=size_words(ground.size)), next_line)
        st.html("".join(f"<p>{escape.html(line)}</p>" for line in lines))
        with st.container(horizontal=True, gap="small", key="sure"):
            removed = st.button(text("data.remove-yes"), key="remove-yes", type="primary", icon=":material/delete:")
            kept = st.button(text("data.remove-no"), key="remove-no")
        if removed:
            _remove(plan, ground, text)
        if removed or kept:
            _answered()
            st.rerun()

    # Drawn again by every run until it is answered: other runs, such as that at the end of a work, would close it.
    st.dialog(text("data.remove-title"), on_dismiss=_answered)(asking)()


def _ask(ground_id: str) -> None:
    state().update(ground_removing=ground_id, ground_said=None, layer_removing="")


def _answered() -> None:
    state()["ground_removing"] = ""


def _remove(plan: Plan, ground: GroundFile, text: Translation) -> None:
    try:
        context.current().allow_change(signed_in(), Role.ADMIN)
        remove_ground(plan, ground.id)
    except PlanMapError as error:
        state()["ground_said"] = text.explain(error), True
    else:
        state()["ground_said"] = text("data.removed", name=printable(ground.name)), False
    context.current().look_again()
