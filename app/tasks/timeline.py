"""The timeline of the evidence: months as columns of statuses, and below them each statement, newest first."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import session
from app.browse.pills import badge_address
from app.tasks.matrix import TEMPLATES
from layers.plan.event import Event
from layers.plan.scene import Scene
from layers.plan.terms import Status
from layers.selection.address import map_query
from layers.selection.select import Selection
from layers.selection.timeline import Month, timeline
from layers.selection.wording import measured_words
from layers.translation import Translation

SHOWN = 200
"""Statements that are listed at first, and as many more with each click: the document stays light."""

COLUMNS = 48
"""Most months in the chart; on a phone a column of more would be too thin to see."""


def show_timeline(scene: Scene, selection: Selection, text: Translation) -> None:
    """Draw the timeline of the tasks of `selection`."""
    months = timeline(selection)
    most: int = session.state().setdefault("timeline_shown", SHOWN)
    st.html(timeline_html(months, scene, text, most=most))
    left = sum(len(month.entries) for month in months) - most
    if left > 0:
        st.button(text("tasks.more", count=left), key="timeline_more", on_click=_more)


def _more() -> None:
    session.state()["timeline_shown"] += SHOWN


def timeline_html(months: tuple[Month, ...], scene: Scene, text: Translation, *, most: int) -> str:
    """Return the timeline of `months`, which are newest first, with the newest `most` statements."""
    kinds: list[Status | None] = [*Status, None]
    drawn = months[:COLUMNS][::-1]
    highest = max((len(month.entries) for month in drawn), default=0)
    columns = [
        {
            "name": str(month),
            "count": len(month.entries),
            "year": month.year if month.number == 1 or month is drawn[0] else "",
            "parts": [
                {"kind": kind.value if kind else "none", "percent": 100 * month.by_status[kind] / highest}
                for kind in kinds
                if month.by_status[kind]
            ],
        }
        for month in drawn
    ]
    listed, left = [], most
    for month in months:
        if month.entries and left > 0:
            listed.append((str(month), len(month.entries), month.entries[:left]))
            left -= len(month.entries)

    def address(task_id: str) -> str:
        return f"/?{map_query(scene, task_id)}"

    values: dict[str, Any] = {
        "text": text,
        "language": text.language,
        "columns": columns,
        "highest": highest,
        "months": listed,
        "address": address,
        "badge": event_badge,
        "measured": measured_words,
        "kinds": [status for status in Status if any(month.by_status[status] for month in drawn)],
        "figures": any(month.by_status[None] for month in drawn),
    }
    return str(TEMPLATES.get_template("timeline.html").render(values))


def event_badge(event: Event) -> str:
    """Return the address of the picture of the status that a statement gives; empty if it gives none."""
    return badge_address(event.status, backed=True)
