"""The lists below the map: all tasks, the tasks that are not on the map, the sites without a position."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import session
from app.browse.later import is_complete
from layers import escape
from layers.plan.plan import Plan, Site, Task
from layers.selection.select import Selection
from layers.selection.statements import Statements, day_words, result_words, statements
from layers.selection.status import TaskState, task_states
from layers.selection.unplaced import sites_without_position, tasks_without_place
from layers.selection.wording import section_words, target_words
from layers.translation import Translation, translation

if TYPE_CHECKING:
    import pandas as pd

LISTS = ("tasks", "tray_tasks", "tray_sites")


def show_lists(plan: Plan, selection: Selection, text: Translation) -> None:
    """Draw the tabs of the three lists, each with its count, and the chosen list."""
    trays = tasks_without_place(plan)
    lost_sites = sites_without_position(plan)
    titles = {
        "tasks": f"{text('page.list')} {len(selection.tasks)}/{len(plan.tasks)}",
        "tray_tasks": text("page.tray-tasks", count=sum(map(len, trays.values()))),
        "tray_sites": text("page.tray-sites", count=len(lost_sites)),
    }
    # Only the list on show is made: the others would slow down every change of a filter.
    chosen = st.segmented_control(
        text("page.list"),
        LISTS,
        key="list",
        default=LISTS[0],
        format_func=titles.__getitem__,
        label_visibility="collapsed",
        required=True,
    )
    if not is_complete():
        st.html("<div class='pm-table-to-come'></div>")
    elif chosen == "tray_sites":
        _quiet(text("page.tray-sites-help"))
        _site_table(plan, lost_sites, text)
    elif chosen == "tray_tasks":
        _quiet(text("page.tray-tasks-help"))
        passing = {task.id for task in selection.tasks}
        for how, tasks in trays.items():
            shown = [task for task in tasks if task.id in passing]
            st.html(f"<h4>{escape.html(text(f'placing.{how.value}'))} {len(shown)}/{len(tasks)}</h4>")
            if shown:
                _task_table(plan, shown, selection, text, how.value)
    elif selection.tasks:
        _task_table(plan, selection.tasks, selection, text, "all")
    else:
        _quiet(text("page.nothing-passes"))


def _quiet(words: str) -> None:
    st.html(f"<p class='pm-quiet'>{escape.html(words)}</p>")


@lru_cache(maxsize=8)
def _task_frame(plan: Plan, as_of: date, language: str) -> pd.DataFrame:
    """Return the rows of all tasks as of a day, by task id. Cached, because a filter only picks rows from it."""
    import pandas as pd

    text = translation(language)
    states = task_states(plan, as_of)
    themes = {theme.id: theme.title.get(language) for theme in plan.info.themes}
    said = {task.id: statements(task, states[task.id], plan.info.year) for task in plan.tasks.values()}
    rows = [
        {
            "badge": _badge_address(states[task.id]),
            "status": _status_words(states[task.id], text),
            "title": task.title.get(language),
            "target": target_words(task, text),
            "result": result_words(said[task.id], text),
            "latest": _latest(said[task.id], text),
            "place": _places(plan, task, language),
            "theme": themes[task.theme],
            "kind": text(f"kind.{task.kind.value}"),
            "section": section_words(plan, task, language),
        }
        for task in plan.tasks.values()
    ]
    return pd.DataFrame(rows, index=list(plan.tasks))


def _task_table(plan: Plan, tasks: Sequence[Task], selection: Selection, text: Translation, name: str) -> None:
    column = st.column_config
    ids = [task.id for task in tasks]
    _choosing_table(
        _task_frame(plan, selection.as_of, text.language).loc[ids],
        ids,
        f"tasks-{name}",
        lambda task_id: session.select_task(plan, task_id),
        {
            "badge": column.ImageColumn("", width=40),
            "status": column.TextColumn(text("column.status"), width=90),
            "title": column.TextColumn(text("column.title"), width=260),
            "target": column.TextColumn(text("column.target"), width=100),
            "result": column.TextColumn(text("column.result"), width=150),
            "latest": column.TextColumn(text("column.latest"), width=330),
            "place": column.TextColumn(text("column.place"), width=220),
            "theme": column.TextColumn(text("column.theme"), width=90),
            "kind": column.TextColumn(text("column.kind"), width=70),
            "section": column.TextColumn(text("column.section"), width=150),
        },
    )


def _site_table(plan: Plan, sites: Sequence[Site], text: Translation) -> None:
    import pandas as pd

    tasks = plan.tasks_by_site
    frame = pd.DataFrame(
        {
            "site": [site.name.get(text.language) for site in sites],
            "category": [text(f"category.{site.category}") for site in sites],
            "tasks": [" · ".join(task.title.get(text.language) for task in tasks.get(site.id, ())) for site in sites],
            "note": [site.note.get(text.language) for site in sites],
        }
    )
    column = st.column_config
    _choosing_table(
        frame,
        [site.id for site in sites],
        "sites",
        lambda site_id: session.select_site(plan, site_id, flying=False),
        {
            "site": column.TextColumn(text("column.place"), width=200),
            "category": column.TextColumn(text("column.kind"), width=90),
            "tasks": column.TextColumn(text("column.title"), width=300),
            "note": column.TextColumn(text("panel.note"), width=480),
        },
    )


def _choosing_table(
    frame: pd.DataFrame, ids: list[str], name: str, choose: Callable[[str], None], columns: dict[str, Any]
) -> None:
    """Draw a table with selectable rows; `choose` gets the id of the selected row, or an empty text."""
    # Streamlit keeps the selection as a row number, which means another row once the list has changed. So each
    # list has its own key.
    key = f"{name}-{hashlib.sha256(repr(ids).encode()).hexdigest()[:12]}"
    taken: dict[str, list[int]] = session.state().setdefault("picked", {})
    if key not in session.state():
        # A table that was not on the page before has nothing selected.
        taken.pop(key, None)

    def picked() -> None:
        rows = list(session.state()[key]["selection"]["rows"])
        # A run that is broken off may be told once more what it was for, and by then something else may be chosen.
        if rows != taken.get(key, []):
            taken[key] = rows
            choose(ids[rows[0]] if rows else "")

    st.dataframe(
        frame,
        key=key,
        column_config=columns,
        hide_index=True,
        width="stretch",
        height=min(36 * (len(ids) + 1) + 2, 420),
        row_height=36,
        on_select=picked,
        selection_mode="single-row",
    )


def _badge_address(state: TaskState) -> str | None:
    if state.status is None:
        return None
    return f"/badges/{state.status.value}{'' if state.backed else '-pale'}.svg?margin=1"


def _status_words(state: TaskState, text: Translation) -> str:
    return text(f"status.{state.status.value}" if state.status else "status.none")


def _latest(found: Statements, text: Translation) -> str:
    if found.shown is None:
        return text("evidence.without")
    return f"{day_words(found, text)}  {found.shown.summary.get(text.language)}"


def _places(plan: Plan, task: Task, language: str) -> str:
    names = [plan.sites[site_id].name.get(language) for site_id in plan.places_of(task)]
    return " · ".join([*names, *task.partners])
