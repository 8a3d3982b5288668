"""The form of the Data page that links what stays where it is: its address comes first, and says what else is asked."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import streamlit as st

from app import context
from app.data.feature_sources import KINDS as FEATURE_KINDS
from app.data.feature_sources import Form, fetch_or_ask
from app.data.host_offer import host_offer, may_change
from app.session import state
from geo.database.address import is_database, parse_database
from geo.errors import PlanMapError
from geo.foreign.parquet_folder import SUFFIXES
from layers import escape
from layers.own.linked import linking as features
from layers.own.linked.fetching import OFFSET
from layers.own.linked.linking import ALL, PLAN
from layers.own.linked.source import SourceKind
from layers.own.own_layer import System
from layers.own.system import system_of_code
from layers.own.table.linking import TableWish, add_table, offered_tables
from layers.own.words import layer_words
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.service import linking as pictures
from layers.service.files import add_service
from layers.service.linking import Wish, offered, service_of
from layers.service.service_layer import DATUMS, LONGEST_NAME, ServiceKind
from layers.service.words import kind_words
from layers.translation import Translation

FRAMES = (PLAN, ALL)
"""What can be fetched of a service of features."""

STATED, CODE = "stated", "crs"

LONGEST_ADDRESS = 2000

_PATH = re.compile(r"[/~.\\]|[A-Za-z]:[/\\]")
"""How a path begins."""


class Link(StrEnum):
    """What stays where it is; each wants other fields."""

    PICTURES = "pictures"
    FEATURES = "features"
    TABLE = "table"
    PATH = "path"
    """Files of the server's machine only the command line links, for whoever is on that machine."""
    UNSEEN = "unseen"
    """A service whose address does not show what it speaks."""


SYSTEMS = {
    Link.PICTURES: DATUMS,
    Link.FEATURES: (STATED, *OFFSET),
    Link.TABLE: (STATED, *OFFSET, CODE),
    Link.PATH: (STATED, *OFFSET, CODE),
}
"""In what the coordinates may be: as it is stated, shifted, or by another code."""

BUTTONS = {
    Link.PICTURES: ("link-page.link", "add_link"),
    Link.FEATURES: ("source.fetch", "download"),
    Link.TABLE: ("link-page.link", "add_link"),
}

NOTES = {
    Link.FEATURES: "link-page.features-note",
    Link.TABLE: "link-page.table-note",
    Link.PATH: "link-page.path-command",
}

HINTS = ("link-page.pictures-hint", "link-page.features-hint", "link-page.table-hint", "link-page.path-hint")
"""What can be linked, for whoever has entered nothing yet."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an address is taken for."""

    link: Link
    kind: ServiceKind | SourceKind | None = None


def seen(address: str, kind: str = "") -> Seen:
    """Return what an address is that is not empty, by its look or by the `kind` that somebody has chosen.

    Whether there is a file of that name is not looked at.

    Raises
    ------
    PlanMapError
        It is neither an address nor a path.
    """
    if is_database(address):
        return Seen(Link.TABLE)
    if "://" not in address:
        if _PATH.match(address) or address.lower().endswith(SUFFIXES):
            return Seen(Link.PATH)
        raise PlanMapError("link-address", address=address[:200])
    if kind:
        return Seen(Link.FEATURES, SourceKind(kind)) if kind in set(FEATURE_KINDS) else Seen(*_pictures(kind))
    found = features.kind_of(address)
    if found in FEATURE_KINDS:
        return Seen(Link.FEATURES, found)
    try:
        return Seen(*_pictures(pictures.kind_of(address)))
    except PlanMapError as error:
        if error.code != "service-kind":
            raise
        return Seen(Link.UNSEEN)


def _pictures(kind: str) -> tuple[Link, ServiceKind]:
    return Link.PICTURES, ServiceKind(kind)


def show_form(plan: Plan, text: Translation, *, closed: bool) -> None:
    """Draw the form."""
    st.text_input(
        text("link-page.address"),
        key="link_address",
        disabled=closed,
        placeholder="https://…",
        on_change=_forget,
    )
    found, fault = None, ""
    try:
        found = seen(_address(), _value("link_kind")) if _address() else None
    except PlanMapError as error:
        fault = text.explain(error)
    if found is None:
        if not fault:
            items = "".join(f"<li>{escape.html(text(hint))}</li>" for hint in HINTS)
            st.html(f"<ul class='pm-quiet'>{items}</ul>")
        _show_said(fault)
        st.button(text("link-page.next"), key="link-next", disabled=closed, on_click=_next, args=(text,))
        return
    _ask(found, text, closed=closed)
    _show_said("")
    host_offer("link", "allow-wanted", text, closed=closed)
    if found.link is Link.PATH:
        st.code(_command(), language=None, wrap_lines=True)
    elif found.link is not Link.UNSEEN:
        words, icon = BUTTONS[found.link]
        lists = found.link is Link.TABLE and not _offers()
        st.button(
            text("link-page.list" if lists else words),
            key="link-go",
            type="primary",
            icon=f":material/{'search' if lists else icon}:",
            disabled=closed,
            on_click=_go,
            args=(plan, text),
        )


def _ask(found: Seen, text: Translation, *, closed: bool) -> None:
    """Draw the fields that what was found wants."""
    link = found.link
    if link in (Link.PICTURES, Link.FEATURES, Link.UNSEEN):
        _ask_kind(text, closed=closed)
    if link is Link.UNSEEN:
        return
    if (offers := _offers()) and link is not Link.PATH:
        key = "link-page.table" if link is Link.TABLE else "link-page.layer"
        options = list(dict(offers))
        named = dict(offers)
        st.selectbox(text(key), options, key="link_layer", format_func=lambda each: named[each], disabled=closed)
    st.selectbox(
        text("link-page.datum" if link is Link.PICTURES else "link-page.system"),
        SYSTEMS[link],
        key=f"link_system_{link}",
        format_func=lambda name: _system_words(name, text),
        disabled=closed,
    )
    if _value(f"link_system_{link}") == CODE and CODE in SYSTEMS[link]:
        st.text_input(text("own-page.code"), key="link_crs", disabled=closed, placeholder="EPSG:4548")
    if link is Link.FEATURES:
        st.selectbox(
            text("source.frame"),
            FRAMES,
            key="link_frame",
            format_func=lambda frame: text("source.frame-plan" if frame == PLAN else "source.frame-all"),
            disabled=closed,
        )
    else:
        st.text_input(text("link-page.name"), key="link_name", max_chars=LONGEST_NAME, disabled=closed)
    if link is Link.TABLE and state().get("link_keyless"):
        st.text_input(text("link-page.key"), key="link_key", max_chars=63, disabled=closed)
    if link in NOTES:
        st.html(f"<p class='pm-quiet'>{escape.html(text(NOTES[link]))}</p>")


def _ask_kind(text: Translation, *, closed: bool) -> None:
    usual = seen(_address())

    def words(kind: str) -> str:
        if kind:
            return _kind_words(kind, text)
        if usual.kind is None:
            return text("link-page.kind-unseen")
        return text("link-page.kind-seen", kind=_kind_words(usual.kind, text))

    kinds = ["", *ServiceKind, *FEATURE_KINDS]
    st.selectbox(text("link-page.kind"), kinds, key="link_kind", format_func=words, disabled=closed)


def _kind_words(kind: str, text: Translation) -> str:
    return text(f"source-kind.{kind}") if kind in set(FEATURE_KINDS) else kind.upper()


def _system_words(name: str, text: Translation) -> str:
    if name == STATED:
        return text("link-page.stated")
    return text("link-page.crs") if name == CODE else text(f"datum.{name}")


def _show_said(fault: str) -> None:
    """Say what is wrong with the address, or what came of the last press of a button, above the next one."""
    # In its place from the start, so that nothing below moves.
    place = st.empty()
    said, is_fault = (fault, True) if fault else state().get("link_said") or ("", False)
    if said:
        marks = "class='pm-warn' role='alert'" if is_fault else "class='pm-said' role='status'"
        place.html(f"<p {marks}>{escape.html(said)}</p>")


def _value(name: str) -> str:
    return str(state().get(name) or "").strip()


def _address() -> str:
    return _value("link_address")


def _offers() -> Sequence[tuple[str, str]]:
    """Return what there is to choose from at the address, each with its words; nothing before it was asked."""
    offers = state().get("link_offers")
    return offers[1] if isinstance(offers, tuple) and offers[0] == (_address(), _value("link_kind")) else ()


def _offer(there: Sequence[tuple[str, str]], said: str) -> None:
    """Have somebody choose from what there is."""
    state()["link_offers"] = (_address(), _value("link_kind")), tuple(there)
    state()["link_said"] = said, False


def _forget() -> None:
    """Say no more about another address."""
    state().update(link_said=None, link_host="", link_offers=None, link_keyless=False, link_kind="")


def _next(text: Translation) -> None:
    if not _address():
        state()["link_said"] = text("link-page.no-address"), True


def _system(link: Link) -> System | None:
    chosen = _value(f"link_system_{link}")
    if chosen == CODE:
        return system_of_code(_value("link_crs"))
    return {"datum": chosen} if chosen in OFFSET else None


def _command() -> str:
    """Return the command that links a path as the form has it."""
    system, words = _value(f"link_system_{Link.PATH}"), ["planmap", "layer", "link", _address()]
    if name := _value("link_name"):
        words += ["--name", name]
    if system in OFFSET:
        words += ["--datum", system]
    elif system == CODE:
        words += ["--crs", _value("link_crs") or "EPSG:4548"]
    shown = [printable(word, limit=LONGEST_ADDRESS) for word in words]
    return subprocess.list2cmdline(shown) if os.name == "nt" else shlex.join(shown)


def _go(plan: Plan, text: Translation) -> None:
    """Link what the form asks for, or ask which of what there is, or whether its host is to be allowed."""
    values = state()
    values.update(link_host="", link_said=None)
    try:
        may_change()
        found = seen(_address(), _value("link_kind"))
        chosen = str(values.get("link_layer") or "") if _offers() else ""
        if found.link is Link.TABLE:
            _link_table(plan, chosen, text)
        elif isinstance(found.kind, SourceKind):
            _fetch(plan, found.kind, chosen, text)
        elif found.kind is not None:
            _link_pictures(plan, found.kind, chosen, text)
    except PlanMapError as error:
        values["link_keyless"] = error.code == "postgis-key" or values.get("link_keyless")
        if error.code == "remote-not-allowed":
            values["link_host"] = str(error.details["host"])
        else:
            values["link_said"] = text.explain(error), True


def _link_table(plan: Plan, chosen: str, text: Translation) -> None:
    address = _address()
    parse_database(address)
    if not chosen:
        there = offered_tables(address)
        names = [printable(each.shown) for each in there]
        # A table is called with its geometry only if it has several.
        words = [
            f"{name} ({printable(each.geometry)})" if names.count(name) > 1 else name
            for name, each in zip(names, there, strict=True)
        ]
        keys = ["\n".join((each.shown, each.geometry)) for each in there]
        if not there:
            raise PlanMapError("postgis-empty", address=parse_database(address).shown)
        said = text("link-page.choose-table", count=len(set(names)), button=text("link-page.link"))
        _offer(list(zip(keys, words, strict=True)), said)
        return
    table, geometry = chosen.split("\n")
    wish = TableWish(
        address,
        table,
        geometry=geometry,
        key=_value("link_key"),
        name=_value("link_name"),
        system=_system(Link.TABLE),
    )
    made = add_table(plan, wish, today=date.today())
    what, shown = layer_words(made, text), printable(made.source_layer)
    _done(text("table.linked", table=shown, name=printable(made.name), id=made.id, what=what))


def _link_pictures(plan: Plan, kind: ServiceKind, chosen: str, text: Translation) -> None:
    datum = _value(f"link_system_{Link.PICTURES}") or DATUMS[0]
    wish = Wish(_address(), kind, layer=chosen, name=_value("link_name"), datum=datum)
    if kind is not ServiceKind.XYZ and not chosen:
        there = [(layer.name, layer.title) for layer in offered(wish).layers if layer.address]
        if len(there) > 1:
            said = text("link-page.choose-layer", count=len(there), button=text("link-page.link"))
            _offer(_with_titles(there), said)
            return
    made = add_service(plan, service_of(wish, added=date.today().isoformat()))
    _done(text("service.linked", name=printable(made.row.name), id=made.id, kind=kind_words(made, text)))


def _fetch(plan: Plan, kind: SourceKind, chosen: str, text: Translation) -> None:
    """Have features fetched to be looked at, or ask which."""
    datum, frame = _value(f"link_system_{Link.FEATURES}"), _value("link_frame") or PLAN
    there = fetch_or_ask(plan, Form(_address(), kind, chosen, datum, frame))
    if there:
        said = text("link-page.choose-layer", count=len(there), button=text("source.fetch"))
        _offer(_with_titles(there), said)
        return
    _done(text("source.above"))


def _with_titles(there: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, f"{printable(title)} ({printable(name)})") for name, title in there]


def _done(said: str) -> None:
    """Begin the form anew, and say what came of it."""
    _forget()
    state().update(link_said=(said, False), link_address="", link_name="", link_key="")
    context.current().look_again()
