"""The table of tasks: target against result, the age of the evidence, and a way to the map in each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from app import session
from app.browse.list_table import ListTable, row_json, show_list
from app.browse.pills import badge_address
from layers.plan.plan import Plan, Task
from layers.plan.scene import Scene
from layers.plan.terms import Status
from layers.selection.address import map_query
from layers.selection.due import due_line
from layers.selection.select import Selection
from layers.selection.statements import age_days, result_words, share, statements
from layers.selection.status import TaskState, task_states
from layers.selection.unplaced import placing
from layers.selection.wording import section_words, target_words
from layers.translation import Translation, translation

CELLS = ("status", "title", "aim", "latest", "age", "due", "theme", "unit", "section", "placing", "map")
"""The cells of a row, in this order."""

WIDTHS = {
    "status": 104,
    "title": 164,
    "aim": 180,
    "latest": 96,
    "age": 70,
    "due": 118,
    "theme": 96,
    "unit": 110,
    "section": 112,
    "placing": 120,
    "map": 60,
}
"""Least widths in pixels."""

ALWAYS = ("status", "title", "map")
"""Columns that a phone has room for."""


def show_table(
    plan: Plan,
    scene: Scene,
    selection: Selection,
    tasks: Sequence[Task],
    text: Translation,
    *,
    name: str,
    reasons: bool = False,
) -> None:
    """Draw a table of `tasks`; a click on a row chooses the task.

    By its `name` the browser knows which of the page's tables it is. With `reasons` it says why a task is not on the
    map. Only the table of all that pass can be had as a file, which is made from the filters.
    """
    whole = _all_rows(plan, selection.as_of, text.language)
    table = ListTable(
        name,
        text("page.list"),
        list(_columns(plan, text, reasons=reasons)),
        (whole[task.id] for task in tasks),
        text("list.shown", count=len(tasks), all=len(plan.current_tasks)),
        scene.task,
        exported=len(tasks) == len(selection.tasks) and not reasons,
        query=map_query(scene),
    )
    show_list(plan, scene, selection, text, table, lambda _, row_id: session.select_task(plan, row_id))


def _columns(plan: Plan, text: Translation, *, reasons: bool) -> Iterable[dict[str, object]]:
    """Yield the columns; none for units in a plan that names none, and none for reasons without `reasons`."""
    labels = {
        "status": text("column.status"),
        "title": text("column.title"),
        "aim": text("column.aim"),
        "latest": text("tasks.latest"),
        "age": text("tasks.age"),
        "due": text("field.due_date"),
        "theme": text("column.theme"),
        "unit": text("tasks.unit"),
        "section": text("column.section"),
        "map": text("page.map"),
    }
    if not any(task.due for task in plan.tasks.values()):
        del labels["due"]
    if not any(task.lead_unit for task in plan.tasks.values()):
        del labels["unit"]
    if reasons:
        labels = {"status": labels["status"], "placing": text("list.placing"), **labels}
    for key, label in labels.items():
        minor = key not in ALWAYS
        yield {"key": key, "label": label, "width": WIDTHS[key], "minor": minor, "cell": CELLS.index(key)}


@lru_cache(maxsize=8)
def _all_rows(plan: Plan, as_of: date, language: str) -> Mapping[str, str]:
    """Return the rows of all tasks as of a day, as JSON, by task id. Cached, because a filter only picks from them."""
    text = translation(language)
    themes = {theme.id: theme.title.get(language) for theme in plan.info.themes}
    return {
        task_id: _row(plan, plan.tasks[task_id], state, as_of, themes, text)
        for task_id, state in task_states(plan, as_of).items()
    }


def _row(plan: Plan, task: Task, state: TaskState, as_of: date, themes: Mapping[str, str], text: Translation) -> str:
    said = statements(task, state, plan.info.year)
    part, age = share(task, said), age_days(said, as_of)
    cells = {
        "status": text(f"status.{state.status.value}" if state.status else "status.none"),
        "title": task.title.get(text.language),
        "aim": _aim(target_words(task, text), result_words(said, text)),
        "latest": str(said.shown.date) if said.shown else text("evidence.without"),
        "age": text("tasks.days", count=age) if age is not None else "",
        "due": due_line(task, state, as_of, text),
        "theme": themes[task.theme],
        "unit": task.lead_unit,
        "section": section_words(plan, task, text.language),
        "placing": text(f"placing.{placing(plan, task).value}"),
        "map": text("tasks.on-map"),
    }
    order = {
        "status": list(Status).index(state.status) if state.status else -1,
        "aim": part,
        "latest": -age if age is not None else None,
        "age": age,
        "due": task.due.last_day.toordinal() if task.due else None,
    }
    badge = badge_address(state.status, backed=state.backed)
    return row_json(task.id, [cells[key] for key in CELLS], [order.get(key) for key in CELLS], badge, share=part)


def _aim(target: str, result: str) -> str:
    return f"{target} / {result}" if target and result else target
