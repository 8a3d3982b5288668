"""The lists below the map: all tasks, the tasks that are not on the map, the sites without a position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import streamlit as st

from app import session
from app.browse.later import is_complete
from app.browse.list_table import ListTable, row_json, show_list
from app.browse.pills import badge_address
from layers import escape
from layers.plan.plan import Plan, Site, Task
from layers.plan.scene import Scene
from layers.plan.terms import Status
from layers.selection.changes import Change, Mark, changes
from layers.selection.due import Watch, due_line, stale_words
from layers.selection.event_words import entry_line, mark_words, since_line
from layers.selection.select import Selection
from layers.selection.statements import Statements, day_words, result_words, statements
from layers.selection.status import TaskState, task_states
from layers.selection.unplaced import placing, sites_without_position, tasks_without_place
from layers.selection.wording import section_words, target_words
from layers.translation import Translation, translation

LISTS = ("tasks", "tray_tasks", "tray_sites")


def show_lists(plan: Plan, scene: Scene, selection: Selection, text: Translation) -> None:
    """Draw the tabs of the three lists, each with its count, and the chosen list."""
    trays = tasks_without_place(plan)
    lost_sites = sites_without_position(plan)
    passing = {task.id for task in selection.tasks}
    lost = [task for tasks in trays.values() for task in tasks]
    shown = [task for task in lost if task.id in passing]
    labels = {
        "tasks": f"{text('page.list')} {len(selection.tasks)}/{len(plan.current_tasks)}",
        "tray_tasks": text("page.tray-tasks", count=f"{len(shown)}/{len(lost)}" if scene.filtered else len(lost)),
        "tray_sites": text("page.tray-sites", count=len(lost_sites)),
    }
    # Only the list on show is made: the others would slow down every change of a filter.
    chosen = st.segmented_control(
        text("page.list"),
        LISTS,
        key="list",
        default=LISTS[0],
        format_func=labels.__getitem__,
        label_visibility="collapsed",
        required=True,
    )
    if not is_complete():
        st.html("<div class='pm-table-to-come'></div>")
    elif chosen == "tray_sites":
        _quiet(text("page.tray-sites-help"))
        _show(plan, scene, selection, text, chosen, _site_rows(plan, lost_sites, text), str(len(lost_sites)))
    elif chosen == "tray_tasks":
        _quiet(text("page.tray-tasks-help"))
        counts = [
            text(
                "list.of", label=text(f"placing.{how.value}"), count=sum(t.id in passing for t in tasks), all=len(tasks)
            )
            for how, tasks in trays.items()
        ]
        _show(plan, scene, selection, text, chosen, _task_rows(plan, shown, selection, text), " · ".join(counts))
    elif selection.tasks:
        rows = _task_rows(plan, selection.tasks, selection, text)
        _show(plan, scene, selection, text, "tasks", rows, _count_words(plan, selection, text))
    else:
        _quiet(text("page.nothing-passes"))


def _quiet(words: str) -> None:
    st.html(f"<p class='pm-quiet'>{escape.html(words)}</p>")


def _count_words(plan: Plan, selection: Selection, text: Translation) -> str:
    """Return how many tasks are listed of how many, and how many of those have each status."""
    counts = Counter(selection.states[task.id].status for task in selection.tasks)
    parts = [text("list.shown", count=len(selection.tasks), all=len(plan.current_tasks))]
    parts += [since_line(selection.changes, text)] if selection.since else []
    parts += [f"{text(f'status.{status.value}')} {counts[status]}" for status in Status if counts[status]]
    return " · ".join(parts)


def _show(
    plan: Plan,
    scene: Scene,
    selection: Selection,
    text: Translation,
    name: str,
    rows: Iterable[str],
    count: str,
) -> None:
    """Draw a list: its rows as JSON, and `count`, how many there are in words."""
    of_sites = name == "tray_sites"

    def choose(chosen_in: str, row_id: str) -> None:
        if chosen_in == "tray_sites" and row_id:
            session.select_site(plan, row_id, flying=False)
        else:
            session.select_task(plan, row_id)

    columns = (
        _site_columns(text)
        if of_sites
        else _task_columns(plan, text, reasons=name != "tasks", changes=selection.since is not None)
    )
    table = ListTable(
        name,
        text("column.place" if of_sites else "page.list"),
        columns,
        rows,
        count,
        scene.site if of_sites else scene.task,
        exported=name == "tasks",
    )
    show_list(plan, scene, selection, text, table, choose)


CELLS = (
    "status",
    "title",
    "target",
    "result",
    "latest",
    "place",
    "theme",
    "kind",
    "section",
    "placing",
    "due",
    "change",
    "told",
    "by",
)
"""The cells of a row about a task, in this order."""

SITE_CELLS = ("site", "category", "tasks", "note")


def _task_columns(plan: Plan, text: Translation, *, reasons: bool, changes: bool = False) -> list[dict[str, object]]:
    """Return the columns of a list of tasks.

    With `reasons` the first says why a task is not on the map; with `changes` three say what changed and who said so.
    There is none for due dates in a plan without any.
    """
    dated = any(task.due for task in plan.current_tasks.values())
    columns = [
        _column("status", text("column.status"), 104),
        _column("title", text("column.title"), 240),
        *([_column("due", text("column.due"), 130)] if dated else []),
        _column("target", text("column.target"), 100, minor=True),
        _column("result", text("column.result"), 130, minor=True),
        _column("latest", text("column.latest"), 320, minor=True),
        _column("place", text("column.place"), 170, minor=True),
        _column("theme", text("column.theme"), 90, minor=True),
        _column("kind", text("column.kind"), 70, minor=True),
        _column("section", text("column.section"), 140, minor=True),
    ]
    if changes:
        columns[2:2] = [
            _column("change", text("since.column"), 210),
            _column("told", text("since.told"), 300, minor=True),
            _column("by", text("since.by"), 110, minor=True),
        ]
    return [_column("placing", text("list.placing"), 130), *columns] if reasons else columns


def _site_columns(text: Translation) -> list[dict[str, object]]:
    return [
        _column("site", text("column.place"), 220),
        _column("category", text("column.kind"), 100, minor=True),
        _column("tasks", text("column.title"), 320),
        _column("note", text("panel.note"), 480, minor=True),
    ]


def _column(key: str, label: str, width: int, *, minor: bool = False) -> dict[str, object]:
    """Return a column: its heading, its width in pixels, its place in a row, and if it is `minor`.

    Minor columns are left out on a phone, unless somebody chooses them.
    """
    cell = (CELLS if key in CELLS else SITE_CELLS).index(key)
    return {"key": key, "label": label, "width": width, "minor": minor, "cell": cell}


def _task_rows(plan: Plan, tasks: Sequence[Task], selection: Selection, text: Translation) -> Iterable[str]:
    rows = _all_task_rows(plan, selection.watch, text.language, selection.since)
    return (rows[task.id] for task in tasks)


@lru_cache(maxsize=8)
def _all_task_rows(plan: Plan, watch: Watch, language: str, since: date | None = None) -> Mapping[str, str]:
    """Return the rows of all tasks as of a day, as JSON, by task id, with what changed `since`.

    Cached, because a filter only picks from them.
    """
    text = translation(language)
    themes = {theme.id: theme.title.get(language) for theme in plan.info.themes}
    changed = {change.task.id: change for change in changes(plan, since, watch.day)} if since else {}
    return {
        task_id: _task_row(plan, plan.tasks[task_id], state, themes, watch, text, change=changed.get(task_id))
        for task_id, state in task_states(plan, watch.day).items()
    }


def _task_row(
    plan: Plan,
    task: Task,
    state: TaskState,
    themes: Mapping[str, str],
    watch: Watch,
    text: Translation,
    *,
    change: Change | None = None,
) -> str:
    """Return the row of a task."""
    language = text.language
    told = change.told if change else ()
    said = statements(task, state, plan.info.year)
    cells = {
        "status": text(f"status.{state.status.value}" if state.status else "status.none"),
        "title": task.title.get(language),
        "target": target_words(task, text),
        "result": result_words(said, text),
        "latest": _latest(said, stale_words(state, watch, text), text),
        "place": _places(plan, task, language),
        "theme": themes[task.theme],
        "kind": text(f"kind.{task.kind.value}"),
        "section": section_words(plan, task, language),
        "placing": text(f"placing.{placing(plan, task).value}"),
        "due": due_line(task, state, watch.day, text),
        "change": mark_words(change, text) if change else "",
        "told": "；".join(entry_line(plan, one, text) for one in told),
        "by": "、".join(dict.fromkeys(one.recorded_by for one in told)),
    }
    order = {
        "status": list(Status).index(state.status) if state.status else -1,
        "target": task.target.value if task.target else None,
        "due": task.due.last_day.toordinal() if task.due else None,
        "result": said.result.measured.value if said.result and said.result.measured else None,
        "change": list(Mark).index(change.mark) if change else None,
    }
    return row_json(
        task.id,
        [cells[key] for key in CELLS],
        [order.get(key) for key in CELLS],
        badge_address(state.status, backed=state.backed),
        f"/badges/change-{change.mark.value}.svg" if change else "",
        next((one.source.url for one in reversed(told) if one.source and one.source.url), ""),
    )


def _site_rows(plan: Plan, sites: Sequence[Site], text: Translation) -> Iterable[str]:
    language = text.language
    for site in sites:
        tasks = " · ".join(task.title.get(language) for task in plan.tasks_by_site.get(site.id, ()))
        cells = [site.name.get(language), text(f"category.{site.category}"), tasks, site.note.get(language)]
        yield row_json(site.id, cells, [None] * len(cells), "")


def _latest(found: Statements, stale: str, text: Translation) -> str:
    # Before the summary, which a narrow column cuts off.
    day = " · ".join(part for part in (day_words(found, text), stale) if part)
    return f"{day}  {found.shown.summary.get(text.language)}" if found.shown is not None else day


def _places(plan: Plan, task: Task, language: str) -> str:
    names = [plan.sites[site_id].name.get(language) for site_id in plan.places_of(task)]
    return " · ".join([*names, *task.partners])
