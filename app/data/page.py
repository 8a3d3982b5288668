"""The Data page: what a plan is drawn on, and what else is added to it from files, one section for each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import streamlit as st

from app import outage, session
from app.data.giving import GIVING_STYLE
from app.data.grounds import grounds_section
from app.data.layers import layers_section
from app.data.outlines import outlines_section
from app.data.roles import roles_section
from app.data.safekeeping import safekeeping_section
from app.data.services import services_section
from app.data.workbook import workbook_section
from app.page_head import show_language, show_name
from layers import escape
from layers.plan.plan import Plan
from layers.plan.scene import BASEMAPS, Scene
from layers.selection.due import year_words
from layers.store.roles import Role
from layers.translation import Translation, translation

_ICON = Path(__file__).parents[1] / "icon.svg"
_STYLE = Path(__file__).with_name("data.css")


def main() -> None:
    """Draw the page; Streamlit calls this again for every change."""
    asked = Scene.from_query(st.query_params.to_dict())
    text = translation(session.state().get("language") or asked.language)
    st.set_page_config(page_title=f"{text('pages.data')} · {text('app.name')}", page_icon=_ICON, layout="wide")
    st.html(_STYLE)
    st.html(GIVING_STYLE)
    reading, error = outage.read()
    if reading is None:
        if error is not None:
            outage.show_closed(error, text)
        return
    session.state().setdefault("language", text.language)
    outage.show_outage(reading, error, text)
    head(reading.plan, text)
    if why := reading.why_refused(Role.ADMIN, text):
        st.html(f"<p class='pm-quiet' role='note'>{escape.html(why)}</p>")
    # The map opens on what has just been added, whatever basemap it had.
    scene = replace(asked, language=text.language, basemap=BASEMAPS[0])
    refused = reading.refuses(Role.ADMIN)
    closed = error is not None or refused
    layers_section(reading.plan, text, scene=scene, closed=closed)
    services_section(reading.plan, text, scene=scene, closed=closed)
    grounds_section(reading.plan, text, scene=scene, closed=closed)
    workbook_section(
        reading.plan,
        text,
        by_hand=reading.file is not None,
        fixed=reading.fixed or refused,
        closed=error is not None,
    )
    outlines_section(reading.plan, text, closed=closed)
    if not reading.fixed and not refused:
        safekeeping_section(reading.plan, text, closed=error is not None)
    if reading.role is Role.ADMIN:
        roles_section(text, closed=closed)


def head(plan: Plan, text: Translation) -> None:
    """Draw the name of the plan and the language switch."""
    with st.container(horizontal=True, vertical_alignment="center", key="head", gap="small"):
        line = text("page.tasks", count=len(plan.current_tasks))
        note = year_words(plan, date.today(), text)
        show_name(plan.info.title.get(text.language), line, "data", text, language=text.language, note=note)
        with st.container(horizontal=True, vertical_alignment="center", key="actions", width="content", gap="small"):
            show_language(text)
