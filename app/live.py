"""Pages that show at once what somebody else has changed in the plan, without a click."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_live = st.components.v2.component(
    "planmap_live",
    html="",
    js=Path(__file__).with_name("live.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_live(version: str) -> None:
    """Have the page's script run again soon after the plan is no longer the one of this `version`."""
    _live(key="live", data={"version": version}, on_changed_change=lambda: None)
