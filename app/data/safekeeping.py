"""The section of the Data page for backups: a whole plan into one file, and back from one after a look at it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import streamlit as st

from app import context
from app.file_name import file_name
from app.identity import signed_in
from app.session import state
from app.waiting import told
from geo.errors import PlanMapError
from layers import escape
from layers.plan.event import Event
from layers.plan.plan import Amendment, Plan
from layers.selection.wording import moment_words
from layers.translation import Translation

LARGEST_MB = 500
"""Largest backup in MB that the page takes; the command takes any."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A backup that somebody has chosen, and is asked about."""

    folder: tempfile.TemporaryDirectory[str]
    """Where its copy is; gone with this."""
    path: Path
    lines: tuple[str, ...]


def safekeeping_section(plan: Plan, text: Translation, *, closed: bool) -> None:
    """Draw the section; in an outage, when `closed`, nothing is brought back."""
    st.html(f"<h2>{escape.html(text('safe.title'))}</h2>")
    st.html(f"<p class='pm-quiet'>{escape.html(text('safe.hint'))}</p>")
    with st.container(key="safekeeping"):
        name = file_name([plan.info.title.get(text.language), f"{datetime.now():%Y-%m-%d %H%M}"], "gpkg")
        st.download_button(
            text("safe.backup"),
            data=_backup(),
            file_name=name,
            mime="application/geopackage+sqlite3",
            key="backup",
            disabled=closed,
            on_click="ignore",
        )
        said = state().pop("safe_said", None)
        if isinstance(said, tuple):
            words, is_fault = said
            marks = "class='pm-warn' role='alert'" if is_fault else "class='pm-said' role='status'"
            st.html(f"<p {marks}>{escape.html(words)}</p>")
        chosen = state().get("safe_chosen")
        if isinstance(chosen, Chosen):
            items = "".join(f"<li>{escape.html(line)}</li>" for line in chosen.lines)
            st.html(f"<ul class='pm-preview-lines'>{items}</ul><p>{escape.html(text('safe.sure'))}</p>")
            with st.container(horizontal=True, gap="small"):
                st.button(
                    text("safe.restore"), key="safe-restore", on_click=_restore, args=(chosen, text), disabled=closed
                )
                st.button(text("safe.drop"), key="safe-drop", on_click=_drop)
            return
        # A key for each filling, so that the field is empty after it.
        key = f"safe-file-{state().get('safe_filling', 0)}"
        st.file_uploader(
            text("safe.file"), key=key, max_upload_size=LARGEST_MB, disabled=closed, on_change=_take, args=(key, text)
        )


def _backup() -> Callable[[], bytes]:
    """Return what makes the backup once somebody wants it; whoever that is, is known only in this thread."""
    person, current = signed_in(), context.current()

    def made() -> bytes:
        with tempfile.TemporaryDirectory(prefix="planmap-") as folder:
            path = Path(folder) / "backup.gpkg"
            current.back_up(path, person=person)
            return path.read_bytes()

    return made


def _take(key: str, text: Translation) -> None:
    """Look at the chosen backup, and ask."""
    values = state()
    file = values.get(key)
    if file is None:
        return
    values["safe_filling"] = values.get("safe_filling", 0) + 1
    folder = tempfile.TemporaryDirectory(prefix="planmap-")
    path = Path(folder.name) / "backup.gpkg"
    try:
        path.write_bytes(file.getvalue())
        found = context.current().look_into(path)
    except PlanMapError as error:
        values["safe_said"] = text.explain(error).replace(str(path), file.name), True
        folder.cleanup()
        return
    entries: list[Event | Amendment] = [*found.events, *found.amendments]
    last = max(entries, key=lambda one: str(one.recorded_at), default=None)
    lines = [
        found.info.title.get(text.language),
        text("safe.holds", tasks=len(found.tasks), events=len(found.events), amendments=len(found.amendments)),
    ]
    if last is not None:
        lines.append(text("safe.last", at=moment_words(last.recorded_at), by=last.recorded_by or "—"))
    values["safe_chosen"] = Chosen(folder, path, tuple(lines))


def _restore(chosen: Chosen, text: Translation) -> None:
    values = state()
    person = signed_in()
    try:
        aside = told(lambda: context.current().restore(chosen.path, person=person))
    except PlanMapError as error:
        values["safe_said"] = text.explain(error), True
        return
    values["safe_said"] = text("safe.restored", aside=aside.name), False
    _drop()


def _drop() -> None:
    chosen = state().pop("safe_chosen", None)
    if isinstance(chosen, Chosen):
        chosen.folder.cleanup()
