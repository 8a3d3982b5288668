"""The plan's targets with their results, shown beside the map while nothing is selected; a click chooses the task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from app import session
from app.browse.pills import badge_address
from layers.plan.plan import Plan, Task
from layers.selection.select import Selection
from layers.selection.statements import Statements, result_months, result_value, share, statements, status_words
from layers.selection.status import TaskState
from layers.selection.wording import target_words
from layers.translation import Translation

_headlines = st.components.v2.component(
    "planmap_headlines",
    html='<div class="pm-headlines"></div>',
    js=Path(__file__).with_name("headlines.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_headlines(plan: Plan, selection: Selection, text: Translation) -> None:
    """Draw the targets of the tasks that pass the filters, those with a result first; nothing without targets."""
    found = [
        (task, selection.states[task.id], statements(task, selection.states[task.id], plan.info.year))
        for task in selection.tasks
        if task.target is not None
    ]
    if not found:
        return
    measured = [_row(*each, text) for each in found if each[2].result is not None]
    others = [_row(*each, text) for each in found if each[2].result is None]
    _headlines(
        key="headlines",
        data={
            "title": text("page.headlines"),
            "measured": measured,
            "others": others,
            "without": text("page.without-result", count=len(others)),
            "labels": {"target": text("column.target"), "result": text("column.result")},
        },
        on_task_change=lambda: _chosen(plan),
    )


def _row(task: Task, state: TaskState, found: Statements, text: Translation) -> dict[str, Any]:
    part = share(task, found)
    return {
        "id": task.id,
        "title": task.title.get(text.language),
        "badge": badge_address(state.status, backed=state.backed),
        "status": status_words(state, text),
        "target": target_words(task, text),
        "result": result_value(found, text),
        "months": result_months(found),
        "share": part,
        "words": text("panel.share", share=f"{part:.0%}") if part is not None else "",
    }


def _chosen(plan: Plan) -> None:
    """Select the task that was clicked, if the plan has it."""
    task = session.value_from("headlines", "task")
    if isinstance(task, str) and task in plan.tasks:
        session.select_task(plan, task)
