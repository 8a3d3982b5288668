"""The browse page: counts, filters, the map, the panel and the lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import streamlit as st

from app import outage, session
from app.browse.add_view import show_add
from app.browse.asked import show_asked
from app.browse.day_field import show_day
from app.browse.headlines import show_headlines
from app.browse.later import ask_for_the_rest
from app.browse.lists import show_lists
from app.browse.map_frame import show_map
from app.browse.near import show_near
from app.browse.panel import site_panel, task_panel
from app.browse.pills import due_pills, time_words
from app.browse.since_field import show_since
from app.browse.status_filter import show_status_filter
from app.browse.suggestions import show_suggestions
from app.live import show_live
from app.page_head import show_language, show_name
from app.record.form import show_record
from app.record.place_form import show_place
from layers import escape
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.terms import Kind
from layers.selection.due import count_due
from layers.selection.select import Selection, select
from layers.selection.status import count
from layers.selection.suggestions import search_words
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
    show_lost_sites(text)
    head(plan, selection, text)
    add = partial(show_add, text, reading.why_fixed(text), closed=error is not None)
    filters(plan, scene, selection, text, today, add)
    left, right = st.columns([2.7, 1], gap="small")
    with left:
        show_map(plan, scene, selection, text, today)
    with right, st.container(key="panel"):
        if not reading.fixed:
            show_recording(plan, scene, selection, text, closed=error is not None)
        show_placing(plan, scene, text, fixed=reading.fixed, closed=error is not None)
        show_asked(plan, scene, text)
        show_panel(plan, scene, selection, text)
    show_lists(plan, scene, selection, text)
    ask_for_the_rest()
    show_live(reading.version)


def show_lost_sites(text: Translation) -> None:
    """Say which places of the address the plan does not have, until something else is selected."""
    values = session.state()
    if values.get("lost_sites") and not values["site"] and not values["task"]:
        words = text("page.lost-sites", ids=text("sheet.comma").join(map(printable, values["lost_sites"][:3])))
        st.html(f"<p class='pm-warn' role='status'>{escape.html(words)}</p>")


def head(plan: Plan, selection: Selection, text: Translation, path: str = "") -> None:
    """Draw the name of the plan and the strip of counts, which filter, on the page at `path`."""
    counts = count(selection.current_states)
    due = count_due(selection.current, selection.states, selection.watch)
    with st.container(horizontal=True, vertical_alignment="center", key="head", gap="small"):
        show_name(plan.info.title.get(text.language), text("page.tasks", count=counts.tasks), path, text)
        pills = due_pills(due, selection.watch, text, chosen=session.state()["waits"])
        show_status_filter(counts, pills, time_words(plan, selection, due, text), text)


def filters(
    plan: Plan,
    scene: Scene,
    selection: Selection,
    text: Translation,
    today: date,
    add: Callable[[], None] | None = None,
) -> None:
    """Draw search, themes, kinds, the two days and the language in one row, and before the last what `add` draws."""
    themes = {theme.id: theme.title.get(text.language) for theme in plan.info.themes}
    with st.container(horizontal=True, vertical_alignment="center", key="filters", gap="small"):
        st.text_input(
            text("page.search"),
            key="search",
            placeholder=text("page.search"),
            label_visibility="collapsed",
            on_change=session.search,
            args=(plan,),
            width=210,
        )
        show_suggestions(plan, text)
        st.multiselect(
            text("page.theme"),
            list(themes),
            key="themes",
            format_func=themes.__getitem__,
            placeholder=text("page.theme"),
            select_all=False,
            label_visibility="collapsed",
            width=160,
        )
        st.multiselect(
            text("page.kind"),
            list(Kind),
            key="kinds",
            format_func=lambda kind: text(f"kind.{kind.value}"),
            placeholder=text("page.kind"),
            select_all=False,
            label_visibility="collapsed",
            width=130,
        )
        show_day(plan, today, text)
        show_since(plan, selection, today, text)
        show_clear(scene, text)
        if add is not None:
            add()
        show_language(text)


def show_clear(scene: Scene, text: Translation) -> None:
    """Draw the button that takes filters and selection away, named by what of the two there is."""
    selected = bool(scene.site or scene.task or scene.near)
    if scene.filtered:
        words = text("page.clear-both" if selected else "page.clear")
    elif selected:
        words = text("page.deselect")
    else:
        return
    st.button(words, key="clear", on_click=session.clear)


def show_recording(plan: Plan, scene: Scene, selection: Selection, text: Translation, *, closed: bool) -> None:
    """Draw the button that opens the form for recording what becomes of the selected task, or of one of a site."""
    tasks = [plan.tasks[scene.task]] if scene.task else []
    tasks += [task for site_id in scene.sites for task in plan.tasks_by_site.get(site_id, ())]
    show_record(plan, list({task.id: task for task in tasks}.values()), text, as_of=selection.as_of, closed=closed)


def show_placing(plan: Plan, scene: Scene, text: Translation, *, fixed: bool, closed: bool) -> None:
    """Draw the button that opens the form for placing a selected site, or one of the selected task's."""
    ids = list(scene.sites) if scene.site else list(plan.places_of(plan.tasks[scene.task])) if scene.task else []
    # The district is not put anywhere: boundaries come with the plan.
    sites = [plan.sites[site_id] for site_id in plan.wholes(ids) if site_id != plan.info.district_site]
    show_place(plan, sites, text, fixed=fixed, closed=closed)


def show_panel(plan: Plan, scene: Scene, selection: Selection, text: Translation) -> None:
    """Draw the results of a search, and what is selected or else how to start."""
    if selection.findings:
        found_line = search_words(selection.findings, tasks=len(selection.tasks), text=text)
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
    show_near(plan, scene, selection, text)
    if scene.site:
        for site_id in scene.sites:
            st.html(site_panel(plan, plan.sites[site_id], selection, text))
    elif scene.task:
        st.html(task_panel(plan, plan.tasks[scene.task], selection, text))
    elif not scene.near:
        start_panel(plan, selection, text)


def start_panel(plan: Plan, selection: Selection, text: Translation) -> None:
    """Draw a hint, the targets with their results, and buttons for the sites with the most tasks."""
    st.html(
        f"<h3>{escape.html(text('page.choose-title'))}</h3>"
        f"<p class='pm-quiet'>{escape.html(text('page.choose-site'))}</p>"
    )
    show_headlines(plan, selection, text)
    st.html(f"<h4>{escape.html(text('page.where'))}</h4>")
    passing = {task.id for task in selection.tasks}
    counted = [
        (sum(task.id in passing for task in tasks), plan.sites[site_id])
        for site_id, tasks in plan.tasks_by_site.items()
        if plan.sites[site_id].placed and not plan.sites[site_id].part_of and site_id != plan.info.district_site
    ]
    linked = [(number, site) for number, site in counted if number]
    for number, site in sorted(linked, key=lambda pair: -pair[0])[:8]:
        st.button(
            f"{escape.markdown(site.name.get(text.language))} · {number}",
            key=f"start-{site.id}",
            on_click=session.select_site,
            args=(plan, site.id),
            kwargs={"flying": True},
            width="stretch",
        )
