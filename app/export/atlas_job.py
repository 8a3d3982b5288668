"""Making an atlas in the background: the button that starts it, its progress, and the finished file."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

import streamlit as st

from app import job as jobs
from app.file_name import file_name
from app.job import Job
from layers import escape
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.sheet.atlas import Atlas, Progress

NAME = "atlas_job"
"""The kind of work, see `app.job.begin`."""


def leave(key: Hashable = None) -> None:
    """Cancel the session's work on an atlas unless it is for `key`."""
    jobs.leave(NAME, key)


def show_job(key: Hashable, sheets: int, make: Callable[[Progress], Atlas], name: list[str], text: Translation) -> None:
    """Draw the button that starts the atlas, its progress, or the finished file."""
    leave(key)
    job = jobs.job_of(NAME, key)
    if job is not None and not job.over:
        jobs.watch(NAME, text.language, lambda job, text: _step(job, sheets, text))
        return
    if job is not None and job.made is not None:
        _show_file(job.made, name, text)
        return
    st.button(
        text("export.start"),
        key="start",
        type="primary",
        icon=":material/menu_book:",
        width="stretch",
        on_click=jobs.begin,
        args=(NAME, key, make),
    )
    if job is not None:
        jobs.show_end(job, text, cancelled=text("export.cancelled"))


def _step(job: Job[Atlas], sheets: int, text: Translation) -> str:
    if job.done < sheets:
        return text("export.drawing-sheet", sheet=job.done + 1, count=sheets)
    return text("export.writing")


def _show_file(made: Atlas, name: list[str], text: Translation) -> None:
    st.download_button(
        text("export.download", kind="PDF"),
        made.document,
        file_name=file_name(name, "pdf"),
        mime="application/pdf",
        key="download",
        type="primary",
        icon=":material/download:",
        width="stretch",
        on_click="ignore",
    )
    size = f"{len(made.document) / 1e6:.1f} MB"
    line = text("export.atlas-ready", pages=made.pages, size=size, digest=made.digest)
    st.html(f"<p class='pm-quiet' role='status'>{escape.html(line)}</p>")
    from layers.sheet.atlas import cut_words

    for note in cut_words(made, text):
        st.html(f"<p class='pm-warn' role='note'>{escape.html(note)}</p>")
