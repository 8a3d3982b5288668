"""Drawing the slow part of the browse page, the list below the map, only when the browser has time."""

from __future__ import annotations

import secrets
from pathlib import Path

import streamlit as st

from app import session

_later = st.components.v2.component(
    "planmap_later",
    html="",
    js=Path(__file__).with_name("later.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def is_complete() -> bool:
    """Whether the browser has already had time, so that the slow parts are to be drawn."""
    return bool(session.state().get("complete"))


def ask_for_the_rest() -> None:
    """Have the page's script run once more when the browser has time."""
    if not is_complete():
        # The page outlives its session where the server is started anew.
        name = session.state().setdefault("name", secrets.token_hex(8))
        _later(key="later", data=name, on_idle_change=lambda: session.state().update(complete=True))
