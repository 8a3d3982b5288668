"""The calendar of due dates: the tasks by the month in which they are due, what is overdue marked."""

from __future__ import annotations

import streamlit as st

from app.browse.pills import badge_address
from app.tasks.matrix import TEMPLATES
from layers.plan.scene import Scene
from layers.selection.address import map_query
from layers.selection.amendment_words import due_words
from layers.selection.due import overdue_words
from layers.selection.due_calendar import due_calendar
from layers.selection.select import Selection
from layers.selection.status import TaskState
from layers.translation import Translation


def show_calendar(scene: Scene, selection: Selection, text: Translation) -> None:
    """Draw the calendar of the tasks of `selection`."""
    st.html(calendar_html(scene, selection, text))


def calendar_html(scene: Scene, selection: Selection, text: Translation) -> str:
    """Return the calendar of the tasks of `selection`."""

    def address(task_id: str) -> str:
        return f"/?{map_query(scene, task_id)}"

    def badge(state: TaskState) -> str:
        return badge_address(state.status, backed=state.backed)

    months = due_calendar(selection)
    undated = sum(task.due is None for task in selection.tasks)
    return str(
        TEMPLATES.get_template("calendar.html").render(
            text=text,
            language=text.language,
            months=months,
            undated=undated,
            this_month=f"{selection.as_of:%Y-%m}",
            as_of=selection.as_of,
            address=address,
            badge=badge,
            due=due_words,
            overdue=overdue_words,
        )
    )
