"""The strip of counts above the map; each count is a filter.

With Streamlit's own pills the map would change only after a round trip to the server. This strip tells the map
directly and then the server; see docs/decisions/0003.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from app import session
from app.browse.pills import evidence_pills, status_pills
from layers.plan.scene import Evidence, Wait
from layers.plan.terms import Status
from layers.selection.status import Counts
from layers.translation import Translation

_status_filter = st.components.v2.component(
    "planmap_status_filter",
    html='<div class="pm-status-filter"></div>',
    js=Path(__file__).with_name("status_filter.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_status_filter(counts: Counts, due: list[dict[str, Any]], newest: str, text: Translation) -> None:
    """Draw the counts by status and by evidence, and take over what is chosen there.

    `due` are the counts of what is overdue or stale, see `due_pills`, and `newest` words on the newest evidence.
    """
    values = session.state()
    _status_filter(
        key="status_filter",
        data={
            "filter": {
                "statuses": [Status(status).value for status in values["statuses"]],
                "evidence": values["evidence"] or None,
                "waits": [Wait(wait).value for wait in values["waits"]],
                "turn": values["turn"],
            },
            "statuses": status_pills(counts, text),
            "evidence": evidence_pills(counts, text),
            "due": due,
            "newest": newest,
            "labels": {"status": text("page.status"), "evidence": text("page.evidence"), "due": text("page.waits")},
        },
        on_filter_change=_chosen,
    )


def _chosen() -> None:
    """Take over a filter from the browser, but only values that are known."""
    values = session.state()
    sent: Any = values["status_filter"].get("filter")
    if not isinstance(sent, dict):
        return
    statuses = sent.get("statuses")
    evidence = sent.get("evidence")
    waits = sent.get("waits")
    turn = sent.get("turn")
    values.update(
        statuses=[status for status in Status if isinstance(statuses, list) and status.value in statuses],
        evidence=Evidence(evidence) if evidence in ("with", "without") else None,
        waits=[wait for wait in Wait if isinstance(waits, list) and wait.value in waits],
        turn=turn if type(turn) is int and 0 <= turn < 2**31 else values["turn"],
    )
