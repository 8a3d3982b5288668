"""The control beside the as-of day that shows what changed since an earlier day, from the last look on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import streamlit as st

from app import session
from layers.plan.plan import Plan
from layers.plan.scene import day_of
from layers.selection.event_words import change_lines, since_line
from layers.selection.select import Selection
from layers.translation import Translation

FIRST_VISIT = timedelta(days=30)
"""How long before the as-of day changes begin for a browser that has not looked before."""

_since_field = st.components.v2.component(
    "planmap_since_field",
    html='<div class="pm-since"></div>',
    js=Path(__file__).with_name("since_field.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_since(plan: Plan, selection: Selection, today: date, text: Translation) -> None:
    """Draw the control and, where it is on, how much changed; take over what is chosen in it."""
    first, last = date(plan.info.year, 1, 1) - timedelta(days=1), selection.as_of - timedelta(days=1)
    values = session.state()
    since = selection.since
    told = (*selection.changes, *selection.gone)

    def chosen() -> None:
        sent: Any = values["since_field"].get("choice")
        if not isinstance(sent, dict):
            return
        day = day_of(sent["day"]) if isinstance(sent.get("day"), str) else None
        turn = sent.get("turn")
        values.update(
            since=day if day and first <= day else None,
            only_changed=bool(day and sent.get("only") is True),
            since_turn=turn if type(turn) is int and 0 <= turn < 2**31 else 0,
        )

    _since_field(
        key="since_field",
        data={
            "choice": {
                "day": since.isoformat() if since else "",
                "only": bool(since and values["only_changed"]),
                "turn": values.get("since_turn", 0),
            },
            "plan": plan.info.id,
            "today": today.isoformat(),
            "first": first.isoformat(),
            "last": last.isoformat(),
            "usual": max(first, selection.as_of - FIRST_VISIT).isoformat() if last >= first else "",
            "line": since_line(selection.changes, text) if since else "",
            "lines": "\n".join(change_lines(plan, told, since, selection.as_of, text)) if since else "",
            "labels": {
                "switch": text("since.switch"),
                "hint": text("since.hint"),
                "off": text("since.off"),
                "label": text("since.label"),
                # The browser knows the day.
                "seen": text("since.seen", day="{day}"),
                "only": text("since.only"),
                "copy": text("since.copy"),
                "copied": text("since.copied"),
                "by-hand": text("since.copy-by-hand"),
                "unread": text("day.unread"),
                "outside": text("since.outside", first=first, last=last),
            },
        },
        on_choice_change=chosen,
        width="stretch" if since else "content",
    )
