"""The section of map services on the Data page: those that there are, the hosts that are allowed, and the form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from app import context
from app.data.feature_sources import KINDS as FEATURE_KINDS
from app.data.feature_sources import Form, fetch_or_ask, kind_wanted
from app.data.host_offer import allow_button, host_offer, may_change
from app.session import state
from geo.errors import PlanMapError
from layers import escape
from layers.allowed_hosts import allowed_hosts, forbid
from layers.own.linked.linking import ALL, PLAN
from layers.own.linked.source import SourceKind
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.service.files import add_service, damaged_services, find_service, remove_service, service_layers
from layers.service.linking import Wish, kind_of, offered, service_of
from layers.service.service_layer import DATUMS, ServiceKind, ServiceLayer
from layers.service.words import kind_words, trouble
from layers.translation import Translation

FRAMES = (PLAN, ALL)
"""What can be fetched of a service of features."""


def services_section(plan: Plan, text: Translation, *, scene: Scene, closed: bool) -> None:
    """Draw the section, with links to the map of `scene`; nothing can be changed in an outage, when `closed`."""
    # What is in the folder now, whenever the plan was read.
    plan = replace(plan, beside=plan.beside.now())
    if plan.beside.layers is None:
        return
    st.html(f"<h2>{escape.html(text('service-page.title'))}</h2>")
    left, right = st.columns([2.1, 1], gap="medium")
    with left, st.container(key="services"):
        show_said()
        show_services(plan, text, scene=scene, closed=closed)
        show_hosts(text, closed=closed)
    with right, st.container(key="new-service"):
        st.html(f"<h3>{escape.html(text('service-page.add'))}</h3>")
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
        st.html(f"<p class='pm-quiet'>{escape.html(text('service-page.none'))}</p>")
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
        text("service-page.address"): layer.host.shown,
        text("service-page.datum"): text(f"datum.{layer.row.datum}"),
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
        f"<h3>{escape.html(text('service-page.hosts'))}</h3>"
        f"<p class='pm-quiet'>{escape.html(text('service-page.hosts-hint'))}</p>"
    )
    for host in hosts:
        name = f"{host}{text('host.private') if host.private else ''}"
        with st.container(horizontal=True, vertical_alignment="center", key=f"row-host-{host}", gap="small"):
            st.html(f"<p>{escape.html(name)}</p>", width="content")
            st.button(
                text("service-page.forbid"),
                key=f"forbid-{host}",
                help=text("service-page.forbid-host", host=str(host)),
                type="tertiary",
                disabled=closed,
                on_click=_forbid,
                args=(str(host), text),
            )


def show_form(plan: Plan, text: Translation, *, closed: bool) -> None:
    """Draw the form that links a service."""
    st.text_input(
        text("service-page.address"), key="service_address", disabled=closed, placeholder="https://…/{z}/{x}/{y}.png"
    )
    st.selectbox(
        text("service-page.kind"),
        ["", *ServiceKind, *FEATURE_KINDS],
        key="service_kind",
        format_func=lambda kind: _kind_words(kind, text),
        disabled=closed,
    )
    st.selectbox(
        text("service-page.datum"),
        DATUMS,
        key="service_datum",
        format_func=lambda datum: text(f"datum.{datum}"),
        disabled=closed,
    )
    is_features = _feature_kind() is not None
    if not is_features:
        st.text_input(text("service-page.name"), key="service_name", max_chars=60, disabled=closed)
    else:
        st.selectbox(
            text("source.frame"),
            FRAMES,
            key="service_frame",
            format_func=lambda frame: text("source.frame-plan" if frame == FRAMES[0] else "source.frame-all"),
            disabled=closed,
        )
        st.html(f"<p class='pm-quiet'>{escape.html(text('source.note'))}</p>")
    offers = state().get("service_offers")
    named = dict(offers[1]) if isinstance(offers, tuple) and offers[0] == _address() else {}
    if named:
        st.selectbox(
            text("service-page.layer"),
            list(named),
            key="service_layer",
            format_func=lambda name: f"{printable(named[name])} ({printable(name)})",
            disabled=closed,
        )
    host_offer("service", "allow-wanted", text, closed=closed)
    st.button(
        text("source.fetch" if is_features else "service-page.link"),
        key="service-link",
        type="primary",
        icon=":material/download:" if is_features else ":material/add_link:",
        disabled=closed,
        on_click=_link,
        args=(plan, text),
    )


def _address() -> str:
    return str(state().get("service_address") or "").strip()


def _wish(layer: str = "") -> Wish:
    values = state()
    kind = str(values.get("service_kind") or "")
    return Wish(
        _address(),
        ServiceKind(kind) if kind else None,
        layer=layer,
        name=str(values.get("service_name") or ""),
        datum=str(values.get("service_datum") or DATUMS[0]),
    )


def _link(plan: Plan, text: Translation) -> None:
    """Link what the form asks for, or ask which of its layers, or whether its host is to be allowed."""
    values = state()
    values["service_host"] = ""
    try:
        may_change()
        offers = values.get("service_offers")
        is_asked = isinstance(offers, tuple) and offers[0] == _address()
        chosen = str(values.get("service_layer") or "") if is_asked else ""
        if (features := _feature_kind(strict=True)) is not None:
            _fetch(plan, features, chosen, text)
            return
        wish = _wish(chosen)
        if (wish.kind or kind_of(wish.address)) is not ServiceKind.XYZ and not wish.layer:
            there = [(layer.name, layer.title) for layer in offered(wish).layers if layer.address]
            if len(there) > 1:
                values["service_offers"] = _address(), there
                values["service_said"] = text("service-page.choose", count=len(there)), False
                return
        made = add_service(plan, service_of(wish, added=date.today().isoformat()))
    except PlanMapError as error:
        values["service_said"] = text.explain(error), True
        if error.code == "remote-not-allowed":
            values["service_host"] = str(error.details["host"])
        return
    kind = kind_words(made, text)
    values["service_said"] = text("service.linked", name=printable(made.row.name), id=made.id, kind=kind), False
    values.update(service_offers=None, service_address="", service_name="")
    context.current().look_again()


def _fetch(plan: Plan, kind: SourceKind, layer: str, text: Translation) -> None:
    """Have features fetched to be looked at, or ask which."""
    values = state()
    datum, frame = str(values.get("service_datum") or ""), str(values.get("service_frame") or FRAMES[0])
    there = fetch_or_ask(plan, Form(_address(), kind, layer, datum, frame))
    if there:
        values["service_offers"] = _address(), there
        values["service_said"] = text("source.choose", count=len(there)), False
        return
    values["service_said"] = text("source.above"), False
    values.update(service_offers=None, service_address="", service_name="")


def _feature_kind(*, strict: bool = False) -> SourceKind | None:
    """Return what features the form would fetch from; None for pictures, and unless `strict` for what is no address."""
    try:
        return kind_wanted(_address(), str(state().get("service_kind") or ""))
    except PlanMapError:
        if strict:
            raise
        return None


def _kind_words(kind: str, text: Translation) -> str:
    if kind in set(FEATURE_KINDS):
        return text(f"source-kind.{kind}")
    return kind.upper() if kind else text("service-page.kind-seen")


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
