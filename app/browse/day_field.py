"""The day as of which the browse page shows everything: a field for it, its months as a slider, and a button to play.

Streamlit's own field for dates has a calendar and messages in English only.
"""

from __future__ import annotations

import calendar
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from app import session
from layers.plan.plan import Plan
from layers.selection.address import day_range, usual_day
from layers.translation import Translation

_day_field = st.components.v2.component(
    "planmap_day_field",
    html='<div class="pm-as-of"></div>',
    js=Path(__file__).with_name("day_field.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_day(plan: Plan, today: date, text: Translation) -> None:
    """Draw the field, and take over what is chosen in it."""
    first, last = day_range(plan, today)
    values = session.state()

    def chosen() -> None:
        sent: Any = values["day_field"].get("choice")
        day = _day_of(sent.get("day")) if isinstance(sent, dict) else None
        if day is None or not first <= day <= last:
            return
        turn = sent.get("turn")
        values.update(as_of=day, day_turn=turn if type(turn) is int and 0 <= turn < 2**31 else 0)

    _day_field(
        key="day_field",
        data={
            "choice": {"day": values["as_of"].isoformat(), "turn": values.get("day_turn", 0)},
            "months": [day.isoformat() for day in months(first, last)],
            "first": first.isoformat(),
            "last": last.isoformat(),
            "today": usual_day(plan, today).isoformat(),
            "labels": {
                "label": text("page.as-of"),
                "months": text("day.months"),
                "play": text("day.play"),
                "stop": text("day.stop"),
                "next": text("day.next"),
                "today": text("day.today"),
                "unread": text("day.unread"),
                "outside": text("day.outside", first=first, last=last),
            },
        },
        on_choice_change=chosen,
        width="content",
    )


def _day_of(sent: object) -> date | None:
    try:
        return date.fromisoformat(sent) if isinstance(sent, str) else None
    except ValueError:
        return None


def months(first: date, last: date) -> list[date]:
    """Return the last day of each month from that of `first` to that of `last`, of which only `last` itself counts."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ends = [(number // 12, number % 12 + 1) for number in numbers]
    return [min(date(year, month, calendar.monthrange(year, month)[1]), last) for year, month in ends]
