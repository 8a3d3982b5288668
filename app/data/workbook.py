"""The section of the Data page for the workbook: out to be filled in, and back with a preview before it is written."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import streamlit as st

from app import context
from app.identity import signed_in
from app.session import state
from app.waiting import told
from geo.errors import PlanMapError
from layers import escape
from layers.exchange.proposal import Proposal, propose
from layers.exchange.tables import LARGEST, opened
from layers.exchange.words import lines, notes, summary
from layers.plan.plan import Plan
from layers.translation import Translation

SHOWN = 200
"""Number of lines of a preview that the page shows."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A file that somebody has chosen, and what it would do to the plan as it was then."""

    proposal: Proposal
    lines: tuple[str, ...]
    more: int
    notes: tuple[str, ...]


def workbook_section(plan: Plan, text: Translation, *, by_hand: bool, fixed: bool, closed: bool) -> None:
    """Draw the section. `fixed` is a plan that whoever looks cannot change, be it that it is edited `by_hand`.

    In an outage, when `closed`, nothing is written.
    """
    st.html(f"<h2>{escape.html(text('workbook.title'))}</h2>")
    st.html(f"<p class='pm-quiet'>{escape.html(text('workbook.by-hand' if by_hand else 'workbook.hint'))}</p>")
    with st.container(key="workbook"):
        export = escape.html(text("workbook.export"))
        st.html(f"<p><a class='pm-button' href='/workbook?lang={text.language}' download>{export}</a></p>")
        if fixed:
            return
        _say(state().pop("workbook_said", None))
        preview = state().get("workbook_preview")
        if isinstance(preview, Preview):
            _show(plan, preview, text, closed=closed)
            return
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            # A key for each filling, so that the field is empty after it.
            key = f"workbook-file-{state().get('workbook_filling', 0)}"
            st.file_uploader(
                text("workbook.file"),
                key=key,
                max_upload_size=LARGEST // 2**20,
                disabled=closed,
                on_change=_take,
                args=(key, text),
            )
            if signed_in() is None:
                st.text_input(text("workbook.who"), key="workbook_by", width=260)


def _say(said: object) -> None:
    if isinstance(said, tuple):
        words, is_fault = said
        marks = "class='pm-warn' role='alert'" if is_fault else "class='pm-said' role='status'"
        st.html(f"<p {marks}>{escape.html(words)}</p>")


def _show(plan: Plan, preview: Preview, text: Translation, *, closed: bool) -> None:
    proposal = preview.proposal
    st.html(f"<p role='status'><b>{escape.html(summary(proposal, text))}</b></p>")
    if preview.notes:
        st.html("".join(f"<p class='pm-warn' role='note'>{escape.html(line)}</p>" for line in preview.notes))
    items = "".join(f"<li>{escape.html(line)}</li>" for line in preview.lines)
    more = f"<p class='pm-quiet'>{escape.html(text('workbook.more', count=preview.more))}</p>" if preview.more else ""
    st.html(f"<ul class='pm-preview-lines'>{items}</ul>{more}")
    if proposal.refused:
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(text('exchange.nothing-refused'))}</p>")
    with st.container(horizontal=True, gap="small"):
        if proposal.count and not proposal.refused:
            label = "workbook.anyway" if proposal.conflicts else "workbook.write"
            st.button(
                text(label, count=proposal.count),
                key="workbook-write",
                type="primary",
                disabled=closed,
                on_click=_write,
                args=(proposal, text),
            )
        st.button(text("workbook.drop"), key="workbook-drop", on_click=_drop)


def _take(key: str, text: Translation) -> None:
    """Read the chosen file, and keep what it would do."""
    values = state()
    file = values.get(key)
    if file is None:
        return
    values["workbook_filling"] = values.get("workbook_filling", 0) + 1
    try:
        _, plan = context.current().plan()
        with tempfile.TemporaryDirectory(prefix="planmap-") as folder:
            # Its own name could be any.
            path = Path(folder) / f"table.{'csv' if file.name.lower().endswith('.csv') else 'xlsx'}"
            path.write_bytes(file.getvalue())
            with opened(path, name=file.name) as tables:
                by = person.name if (person := signed_in()) else str(values.get("workbook_by") or "")
                proposal = propose(plan, tables, file=file.name, by=by, today=date.today())
    except PlanMapError as error:
        values["workbook_said"] = (text.explain(error), True)
        return
    found = list(lines(plan, proposal, text))
    said = tuple(islice(notes(proposal, text), SHOWN))
    values["workbook_preview"] = Preview(proposal, tuple(found[:SHOWN]), max(0, len(found) - SHOWN), said)


def _write(proposal: Proposal, text: Translation) -> None:
    values = state()
    values.pop("workbook_preview", None)
    try:
        person = signed_in()
        told(lambda: context.current().take_in(proposal, person=person))
    except PlanMapError as error:
        values["workbook_said"] = (text.explain(error), True)
        return
    values["workbook_said"] = (text("exchange.done", count=proposal.count), False)


def _drop() -> None:
    state().pop("workbook_preview", None)
