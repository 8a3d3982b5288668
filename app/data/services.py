"""The section of linked data on the Data page: map services that there are, hosts that are allowed, and the form."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app import context
from app.data.host_offer import allow_button, may_change
from app.data.linking import show_form
from app.session import state
from geo.errors import PlanMapError
from layers import escape
from layers.allowed_hosts import allowed_hosts, forbid
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.service.files import damaged_services, find_service, remove_service, service_layers
from layers.service.service_layer import ServiceLayer
from layers.service.words import kind_words, trouble
from layers.translation import Translation


def services_section(plan: Plan, text: Translation, *, scene: Scene, closed: bool) -> None:
    """Draw the section, with links to the map of `scene`; nothing can be changed in an outage, when `closed`."""
    # What is in the folder now, whenever the plan was read.
    plan = replace(plan, beside=plan.beside.now())
    if plan.beside.layers is None:
        return
    st.html(f"<h2>{escape.html(text('link-page.title'))}</h2>")
    left, right = st.columns([2.1, 1], gap="medium")
    with left, st.container(key="services"):
        show_said()
        show_services(plan, text, scene=scene, closed=closed)
        show_hosts(text, closed=closed)
    with right, st.container(key="new-link"):
        st.html(f"<h3>{escape.html(text('link-page.add'))}</h3>")
        show_form(plan, text, closed=closed)


def show_said() -> None:
    """Say what came of the last press of a button, in its place from the start, so that nothing below moves."""
    place = st.empty()
    said, is_fault = state().get("service_said") or ("", False)
    if said:
        marks = "class='pm-warn' role='alert'" if is_fault else "class='pm-said' role='status'"
        place.html(f"<p {marks}>{escape.html(said)}</p>")


def show_services(plan: Plan, text: Translation, *, scene: Scene, closed: bool) -> None:
    """Draw the services of a plan, with a way to allow the host of one whose host is not, and to remove each."""
    for name in damaged_services(plan):
        st.html(f"<p class='pm-warn' role='note'>{escape.html(text('own.damaged', file=printable(name)))}</p>")
    services = service_layers(plan)
    if not services:
        st.html(f"<p class='pm-quiet'>{escape.html(text('link-page.none'))}</p>")
    for layer in services:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"row-service-{layer.id}", gap="small", border=True
        ):
            st.html(described(layer, text, scene), width="stretch")
            error = trouble(layer)
            if error is not None and error.code == "remote-not-allowed":
                allow_button("service", layer.host.authority, f"allow-{layer.id}", text, closed=closed)
            st.button(
                text("data.remove"),
                key=f"remove-service-{layer.id}",
                icon=":material/delete:",
                type="tertiary",
                disabled=closed,
                on_click=_remove,
                args=(plan, layer.id, text),
            )


def described(layer: ServiceLayer, text: Translation, scene: Scene) -> str:
    """Return what there is to know of a service, as HTML, with a link to the map of `scene`."""
    rows = {
        text("link-page.address"): layer.host.shown,
        text("link-page.datum"): text(f"datum.{layer.row.datum}"),
        text("data.source"): layer.row.credit or "-",
        text("data.added"): layer.row.added or "-",
    }
    lines = "".join(
        f"<div><dt>{escape.html(label)}</dt><dd>{escape.html(printable(value, limit=200))}</dd></div>"
        for label, value in rows.items()
    )
    error = trouble(layer)
    note = "" if error is None else f"<p class='pm-warn' role='note'>{escape.html(text.explain(error))}</p>"
    group = f"<span class='pm-tag'>{escape.html(printable(layer.row.group))}</span> " if layer.row.group else ""
    what = f"<span class='pm-tag'>{escape.html(kind_words(layer, text))}</span>"
    to_map = replace(scene, visible={**scene.visible, layer.scene_id: True}).to_query()
    link = f'<a href="{escape.html(f"/?{to_map}")}">{escape.html(text("data.to-map"))}</a>'
    return (
        f"<h3>{escape.html(printable(layer.row.name))} {group}{what}</h3><dl>{lines}</dl>{note}"
        f"<p class='pm-row-link'>{link}</p>"
    )


def show_hosts(text: Translation, *, closed: bool) -> None:
    """Draw the hosts that are allowed, each with a way to allow it no longer."""
    try:
        hosts = allowed_hosts().all
    except PlanMapError as error:
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(text.explain(error))}</p>")
        return
    st.html(
        f"<h3>{escape.html(text('link-page.hosts'))}</h3>"
        f"<p class='pm-quiet'>{escape.html(text('link-page.hosts-hint'))}</p>"
    )
    if not hosts:
        st.html(f"<p class='pm-quiet'>{escape.html(text('link-page.no-hosts'))}</p>")
    for host in hosts:
        name = f"{host}{text('host.private') if host.private else ''}"
        with st.container(horizontal=True, vertical_alignment="center", key=f"row-host-{host}", gap="small"):
            st.html(f"<p>{escape.html(name)}</p>", width="content")
            st.button(
                text("link-page.forbid"),
                key=f"forbid-{host}",
                help=text("link-page.forbid-host", host=str(host)),
                type="tertiary",
                disabled=closed,
                on_click=_forbid,
                args=(str(host), text),
            )


def _forbid(host: str, text: Translation) -> None:
    try:
        may_change()
        forbid(host)
    except PlanMapError as error:
        state()["service_said"] = text.explain(error), True
    else:
        state()["service_said"] = text("host.removed", host=host), False


def _remove(plan: Plan, name: str, text: Translation) -> None:
    try:
        may_change()
        layer = find_service(plan, name)
        if layer is None:
            return
        remove_service(layer)
    except PlanMapError as error:
        state()["service_said"] = text.explain(error), True
    else:
        state()["service_said"] = text("own.removed", name=printable(layer.row.name)), False
    context.current().look_again()
