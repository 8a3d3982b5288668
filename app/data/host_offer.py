"""On the Data page: the button that allows the host that an address needs, for whoever may."""

from __future__ import annotations

import streamlit as st

from app import context
from app.identity import signed_in
from app.session import state
from geo.errors import PlanMapError
from layers import escape
from layers.allowed_hosts import allow
from layers.store.roles import Role
from layers.translation import Translation


def host_offer(form: str, key: str, text: Translation, *, closed: bool) -> None:
    """Draw what a form needs if it has named a host that is not allowed (`<form>_host` of the session)."""
    wanted = str(state().get(f"{form}_host") or "")
    if wanted:
        line = text("link-page.allow-first", host=wanted)
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(line)}</p>")
        allow_button(form, wanted, key, text, closed=closed)


def allow_button(form: str, host: str, key: str, text: Translation, *, closed: bool) -> None:
    """Draw the button; what comes of it stands in `<form>_said` of the session."""
    st.button(
        text("link-page.allow", host=host),
        key=key,
        icon=":material/lock_open:",
        disabled=closed,
        on_click=_allow,
        args=(form, host, text),
    )


def may_change() -> None:
    """Raise `PlanMapError` unless whoever has pressed the button may change what is beside the plan."""
    context.current().allow_change(signed_in(), Role.ADMIN)


def _allow(form: str, host: str, text: Translation) -> None:
    """Allow a host; one of a private network only the command line can."""
    values = state()
    try:
        may_change()
        made = allow(host)
    except PlanMapError as error:
        values[f"{form}_said"] = text.explain(error), True
    else:
        values[f"{form}_said"] = text("link-page.allowed", host=str(made)), False
        values[f"{form}_host"] = ""
