"""The button of the Export page that hands out a Word report."""

from __future__ import annotations

from datetime import date

import streamlit as st

from app.file_name import file_name
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.select import select
from layers.selection.wording import titles
from layers.translation import Translation

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def show_report_button(plan: Plan, scene: Scene, title: str, today: date, text: Translation) -> None:
    """Draw the button for the report on the tasks of `scene`; none where there is no task to report on."""
    if not select(plan, scene, today=today).tasks:
        return

    def make() -> bytes:
        # Made when the button is pressed: it takes seconds, and most visits want a sheet.
        from layers.report.report import report

        return report(plan, scene, today=today, title=title).document

    st.download_button(
        text("report.button"),
        make,
        file_name=file_name([title or titles(plan, scene, text)[0], text("report.name")], "docx"),
        mime=MEDIA_TYPE,
        key="report",
        icon=":material/description:",
        help=text("report.button-hint"),
        width="stretch",
        on_click="ignore",
    )
