"""The browse page: counts, filters, the map, the panel and the lists."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from app import outage, session
from app.browse.add_view import show_add
from app.browse.later import ask_for_the_rest, is_complete
from app.browse.lists import show_lists
from app.browse.map_frame import show_map
from app.browse.panel import site_panel, task_panel
from app.browse.pills import newest_words
from app.browse.status_filter import show_status_filter
from app.page_head import show_language, show_name
from layers import escape
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.terms import Kind
from layers.selection.address import day_range
from layers.selection.select import Selection, select
from layers.selection.status import count
from layers.translation import Translation, translation

_ICON = Path(__file__).parents[1] / "icon.svg"


def main() -> None:
    """Draw the page; Streamlit calls this again for every change."""
    language = session.state().get("language") or Scene.from_query(st.query_params.to_dict()).language
    text = translation(language)
    st.set_page_config(page_title=text("app.name"), page_icon=_ICON, layout="wide")
    reading, error = outage.read()
    if reading is None:
        if error is not None:
            outage.show_closed(error, text)
        return
    plan = reading.plan
    today = date.today()
    session.start(plan, today)
    text = translation(session.state()["language"] or "zh")
    outage.show_outage(reading, error, text)
    scene = session.current_scene(plan, today)
    selection = select(plan, scene, today=today)
    head(plan, selection, text)
    filters(plan, scene, text, today, file=reading.file, closed=error is not None)
    left, right = st.columns([2.7, 1], gap="small")
    with left:
        show_map(plan, scene, selection, text)
    with right, st.container(key="panel"):
        show_panel(plan, scene, selection, text)
    show_lists(plan, selection, text)
    ask_for_the_rest()


def head(plan: Plan, selection: Selection, text: Translation) -> None:
    """Draw the name of the plan and the strip of counts, which filter."""
    counts = count(selection.states.values())
    with st.container(horizontal=True, vertical_alignment="center", key="head", gap="small"):
        show_name(plan.info.title.get(text.language), text("page.tasks", count=counts.tasks), "", text)
        show_status_filter(counts, newest_words(selection.states.values(), text), text)


def filters(plan: Plan, scene: Scene, text: Translation, today: date, *, file: Path | None, closed: bool) -> None:
    """Draw search, themes, kinds, the as-of date and the language in one row; `file` as in `show_add`."""
    first, last = day_range(plan, today)
    themes = {theme.id: theme.title.get(text.language) for theme in plan.info.themes}
    with st.container(horizontal=True, vertical_alignment="center", key="filters", gap="small"):
        st.text_input(
            text("page.search"),
            key="search",
            placeholder=text("page.search"),
            label_visibility="collapsed",
            on_change=session.search,
            args=(plan,),
            width=240,
        )
        st.multiselect(
            text("page.theme"),
            list(themes),
            key="themes",
            format_func=themes.__getitem__,
            placeholder=text("page.theme"),
            select_all=False,
            label_visibility="collapsed",
            width=250,
        )
        st.multiselect(
            text("page.kind"),
            list(Kind),
            key="kinds",
            format_func=lambda kind: text(f"kind.{kind.value}"),
            placeholder=text("page.kind"),
            select_all=False,
            label_visibility="collapsed",
            width=220,
        )
        if is_complete():
            st.date_input(
                text("page.as-of"),
                key="as_of",
                min_value=first,
                max_value=last,
                format="YYYY-MM-DD",
                label_visibility="collapsed",
                width=150,
            )
        else:
            st.html(f"<span class='pm-day'>{session.state()['as_of']}</span>", width=150)
        if scene.filtered:
            st.button(text("page.clear"), key="clear", on_click=session.clear_filters)
        show_add(text, file, closed=closed)
        show_language(text)


def show_panel(plan: Plan, scene: Scene, selection: Selection, text: Translation) -> None:
    """Draw the results of a search, and what is selected or else how to start."""
    if scene.search:
        found_line = text("page.found", sites=len(selection.found), tasks=len(selection.tasks))
        if not selection.found and not selection.tasks:
            found_line = text("page.nothing-found", text=scene.search)
        st.html(f"<p class='pm-quiet' role='status'>{escape.html(found_line)}</p>")
        with st.container(horizontal=True, gap="small"):
            for site in selection.found[:6]:
                st.button(
                    escape.markdown(site.name.get(text.language)),
                    key=f"found-{site.id}",
                    type="primary" if site.id in scene.sites else "secondary",
                    on_click=session.select_site,
                    args=(plan, site.id),
                    kwargs={"flying": True},
                )
    if scene.site:
        for site_id in scene.sites:
            st.html(site_panel(plan, plan.sites[site_id], selection, text))
    elif scene.task:
        st.html(task_panel(plan, plan.tasks[scene.task], selection, text))
    else:
        start_panel(plan, selection, text)


def start_panel(plan: Plan, selection: Selection, text: Translation) -> None:
    """Draw a hint and buttons for the sites with the most tasks."""
    st.html(
        f"<h3>{escape.html(text('page.choose-title'))}</h3>"
        f"<p class='pm-quiet'>{escape.html(text('page.choose-site'))}</p>"
        f"<h4>{escape.html(text('page.where'))}</h4>"
    )
    linked = [
        (len(tasks), plan.sites[site_id])
        for site_id, tasks in plan.tasks_by_site.items()
        if plan.sites[site_id].placed and not plan.sites[site_id].part_of and site_id != plan.info.district_site
    ]
    for number, site in sorted(linked, key=lambda pair: -pair[0])[:8]:
        st.button(
            f"{escape.markdown(site.name.get(text.language))} · {number}",
            key=f"start-{site.id}",
            on_click=session.select_site,
            args=(plan, site.id),
            kwargs={"flying": True},
            width="stretch",
        )
