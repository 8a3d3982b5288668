"""Suggestions below the search field while somebody types; they come from the route `/find`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from app import session
from layers.plan.plan import Plan
from layers.translation import Translation

_suggestions = st.components.v2.component(
    "planmap_suggestions",
    html='<div class="pm-suggestions"></div>',
    js=Path(__file__).with_name("suggestions.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_suggestions(plan: Plan, text: Translation) -> None:
    """Give suggestions to the search field, and go to what is chosen from them."""

    def chosen() -> None:
        sent: Any = session.value_from("suggestions", "chosen")
        if isinstance(sent, dict):
            session.suggested(plan, *(str(sent.get(key, "")) for key in ("found", "id", "typed")))

    with st.container(key="suggested", width=1):
        _suggestions(
            key="suggestions",
            data={"language": text.language, "label": text("page.suggestions")},
            on_chosen_change=chosen,
        )
