"""The section of the Data page where admins give roles."""

from __future__ import annotations

import streamlit as st

from app import context
from app.identity import signed_in
from app.session import state
from app.waiting import told
from geo.errors import PlanMapError
from layers import escape
from layers.store.roles import Role
from layers.translation import Translation


def roles_section(text: Translation, *, closed: bool) -> None:
    """Draw the section; in an outage, when `closed`, no role can be given."""
    st.html(f"<h2>{escape.html(text('sign-in.roles'))}</h2>")
    st.html(f"<p class='pm-quiet'>{escape.html(text('sign-in.roles-hint'))}</p>")
    with st.container(key="roles"):
        said = state().pop("role_said", None)
        if isinstance(said, tuple):
            words, is_fault = said
            marks = "class='pm-warn' role='alert'" if is_fault else "class='pm-said' role='status'"
            st.html(f"<p {marks}>{escape.html(words)}</p>")
        try:
            roles = context.current().roles()
        except PlanMapError as error:
            st.html(f"<p class='pm-warn' role='alert'>{escape.html(text.explain(error))}</p>")
            return
        rows = [f"{who} · {text(f'role.{role}')}" for who, role in roles.current.items()]
        named = "".join(f"<li>{escape.html(row)}</li>" for row in rows) or (
            f"<li class='pm-quiet'>{escape.html(text('sign-in.role-none'))}</li>"
        )
        st.html(f"<ul>{named}</ul>")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.text_input(text("sign-in.who"), key="role_who", width=320, disabled=closed)
            st.selectbox(
                text("sign-in.role"),
                list(Role),
                key="role_given",
                format_func=lambda role: text(f"role.{role}"),
                width=160,
                disabled=closed,
            )
            st.button(text("sign-in.give"), key="role-give", on_click=_give, args=(text,), disabled=closed)


def _give(text: Translation) -> None:
    values = state()
    who, role, person = str(values.get("role_who") or ""), Role(values["role_given"]), signed_in()
    try:
        given = told(lambda: context.current().give_role(who, role, person=person))
    except PlanMapError as error:
        values["role_said"] = text.explain(error), True
        return
    values["role_said"] = text("sign-in.role-given", who=given.who, role=text(f"role.{given.role}")), False
    values["role_who"] = ""
