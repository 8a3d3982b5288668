"""The gaps: what the plan lacks, with a sentence on what to do, and a way to each task and to the map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import streamlit as st

from app.attachment_address import attachment_address
from app.tasks.matrix import TEMPLATES
from app.tasks.table import show_table
from app.tasks.timeline import event_badge
from layers import escape
from layers.plan.plan import Plan, Task
from layers.plan.scene import Scene
from layers.selection.address import map_query
from layers.selection.contradictions import Contradiction, contradictions
from layers.selection.gaps import Gap, Gaps
from layers.selection.select import Selection
from layers.translation import Translation

SHOWN = 100
"""Most contradictions that are drawn at once; the rest follow when these are mended."""


def show_gaps(plan: Plan, scene: Scene, selection: Selection, found: Gaps, text: Translation) -> None:
    """Draw the kinds of gap with their counts, what to do about the chosen one, and its tasks."""
    chosen = Gap(
        st.segmented_control(
            text("tasks.gaps"),
            list(Gap),
            key="gap",
            default=Gap.EVIDENCE,
            format_func=lambda gap: f"{text(f'gap.{gap.value}')} {len(found.tasks[gap])}",
            label_visibility="collapsed",
            required=True,
        )
    )
    tasks = found.tasks[chosen]
    words = text(f"gap-mend.{chosen.value}") if tasks else text("tasks.no-gap")
    st.html(f"<p class='pm-mend' role='status'>{escape.html(words)}</p>")
    if not tasks:
        return
    if chosen is Gap.CONTRADICTION:
        st.html(contradictions_html(contradictions(plan, selection), tasks, scene, text))
    else:
        show_table(plan, scene, selection, tasks, text, name=f"gap-{chosen.value}", reasons=chosen is Gap.PLACE)


def contradictions_html(found: Iterable[Contradiction], tasks: Sequence[Task], scene: Scene, text: Translation) -> str:
    """Return the first of the contradictions of `tasks`, each with both statements and a link to the map."""
    listed = list(islice(found, SHOWN + 1))
    left = len(tasks) - tasks.index(listed[SHOWN].task) if len(listed) > SHOWN else 0

    def address(task_id: str) -> str:
        return f"/?{map_query(scene, task_id)}"

    return str(
        TEMPLATES.get_template("contradictions.html").render(
            text=text,
            language=text.language,
            found=listed[:SHOWN],
            left=left,
            address=address,
            badge=event_badge,
            file_address=attachment_address,
        )
    )
