"""The Tasks page: the filters of the map, and the tasks that pass as a table, a matrix, by time, and by their gaps."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from app import outage, session
from app.browse.headlines import show_headlines
from app.browse.page import filters, head, show_lost_sites, show_recording
from app.browse.panel import site_panel, task_panel
from app.live import show_live
from app.tasks.address import TAB, write_address
from app.tasks.calendar import show_calendar
from app.tasks.gaps import show_gaps
from app.tasks.matrix import matrix_html
from app.tasks.table import show_table
from app.tasks.timeline import show_timeline
from layers import escape
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.address import map_query
from layers.selection.gaps import Gaps, gaps
from layers.selection.select import Selection, select
from layers.translation import Translation, translation

_ICON = Path(__file__).parents[1] / "icon.svg"
_STYLE = Path(__file__).with_name("tasks.css")

TABS = ("table", "matrix", "timeline", "calendar", "gaps")

WITH_DETAIL = ("table", "gaps")
"""Tabs beside which there is the detail of a task."""


def main() -> None:
    """Draw the page; Streamlit calls this again for every change."""
    asked = st.query_params.to_dict()
    text = translation(session.state().get("language") or Scene.from_query(asked).language)
    st.set_page_config(page_title=f"{text('pages.tasks')} · {text('app.name')}", page_icon=_ICON, layout="wide")
    st.html(_STYLE)
    reading, error = outage.read()
    if reading is None:
        if error is not None:
            outage.show_closed(error, text)
        return
    plan, today, values = reading.plan, date.today(), session.state()
    session.start(plan, today)
    values.setdefault("tab", asked[TAB] if asked.get(TAB) in TABS else TABS[0])
    text = translation(values["language"] or "zh")
    outage.show_outage(reading, error, text)
    scene = session.current_scene(plan, today)
    selection = select(plan, scene, today=today)
    show_lost_sites(text)
    head(plan, selection, text, "tasks")
    filters(plan, scene, selection, text, today)
    found = gaps(plan, selection)
    tab = choose_tab(selection, found, text)
    if tab in WITH_DETAIL:
        left, right = st.columns([2.7, 1], gap="small")
        with left:
            show_tab(tab, plan, scene, selection, found, text)
        with right, st.container(key="panel"):
            with st.container(horizontal=True, gap="small", key="actions"):
                # The form first, in its place whatever is selected: it may hold what somebody is typing.
                if not reading.fixed:
                    show_recording(plan, scene, selection, text, closed=error is not None)
                show_map_link(scene, text)
            show_detail(plan, scene, selection, text)
    else:
        show_tab(tab, plan, scene, selection, found, text)
    write_address(scene, values["scene"], tab if tab != TABS[0] else "")
    show_live(reading.version)


def choose_tab(selection: Selection, found: Gaps, text: Translation) -> str:
    """Draw the tabs and return the chosen one."""
    labels = {
        "table": text("tasks.tab-table", count=len(selection.tasks)),
        "matrix": text("tasks.tab-matrix"),
        "timeline": text("tasks.tab-timeline"),
        "calendar": text("tasks.tab-calendar"),
        "gaps": text("tasks.tab-gaps", count=found.count),
    }
    # Only the tab on show is made: the others would slow down every change of a filter.
    return str(
        st.segmented_control(
            text("pages.tasks"),
            TABS,
            key="tab",
            format_func=labels.__getitem__,
            label_visibility="collapsed",
            required=True,
        )
    )


def show_tab(tab: str, plan: Plan, scene: Scene, selection: Selection, found: Gaps, text: Translation) -> None:
    """Draw one tab."""
    if not selection.tasks:
        st.html(f"<p class='pm-quiet'>{escape.html(text('page.nothing-passes'))}</p>")
    elif tab == "matrix":
        st.html(matrix_html(plan, scene, selection, text))
    elif tab == "timeline":
        show_timeline(scene, selection, text)
    elif tab == "calendar":
        show_calendar(scene, selection, text)
    elif tab == "gaps":
        show_gaps(plan, scene, selection, found, text)
    else:
        show_table(plan, scene, selection, selection.tasks, text, name="all-tasks")


def show_map_link(scene: Scene, text: Translation) -> None:
    """Draw the link to what is selected on the map; nothing where nothing is."""
    if scene.task or scene.site:
        address = escape.html(f"/?{map_query(scene, scene.task, site=scene.site)}")
        st.html(f"<a class='pm-to-map' href='{address}'>{escape.html(text('tasks.to-map'))}</a>", width="content")


def show_detail(plan: Plan, scene: Scene, selection: Selection, text: Translation) -> None:
    """Draw what is selected, or else how to select and the targets with their results."""
    if scene.task:
        st.html(task_panel(plan, plan.tasks[scene.task], selection, text))
    elif scene.site:
        for site_id in scene.sites:
            st.html(site_panel(plan, plan.sites[site_id], selection, text))
    else:
        st.html(
            f"<h3>{escape.html(text('page.choose-title'))}</h3>"
            f"<p class='pm-quiet'>{escape.html(text('tasks.choose'))}</p>"
        )
        show_headlines(plan, selection, text)
