"""The preview of a deck, which is the briefing itself, and the button that shows it on the full screen."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from app import outage
from app.present import deck_session
from app.present.deck_state import deck_state
from app.session import state, value_from
from layers.plan.deck import Deck
from layers.plan.digest import deck_digest
from layers.plan.plan import Plan
from layers.translation import Translation

_FOLDER = Path(__file__).parent

_preview = st.components.v2.component(
    "planmap_preview",
    html=(_FOLDER / "preview.html").read_text(encoding="utf-8"),
    js=(_FOLDER / "preview.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)

_start = st.components.v2.component(
    "planmap_start",
    html='<button type="button" class="pm-start"><svg viewBox="0 0 20 20" aria-hidden="true">'
    '<path d="M6 4v12l10-6z"/></svg><span></span></button>',
    js=(_FOLDER / "start.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_start(text: Translation, *, disabled: bool) -> None:
    """Draw the button that starts the presentation, which fills the screen with the frame of `show_preview`."""
    _start(key="start", data={"label": text("deck.start"), "disabled": disabled}, width="content")


def show_preview(plan: Plan, deck: Deck, index: int, text: Translation, today: date) -> None:
    """Draw the slide at `index` as it will be shown."""
    asked = {
        # A deck made for a plan without decks is asked for without an id.
        "deck": deck.id if deck in plan.decks else "",
        "lang": text.language,
        # The server ignores it; it changes the address when the deck or the day changes, so the frame loads again. Also
        # after an outage, in which it may have got a word on that instead of the deck.
        "v": f"{deck_digest(plan, deck)[:16]}-{today}-{outage.outages()}",
    }
    mine = deck_state()
    if state()["outage"] is None or not mine.source:
        mine.source = f"/briefing?{urlencode(asked)}"
    _preview(
        key="preview",
        data={
            # In an outage what is there stays, because nothing else can be had.
            "source": mine.source,
            "number": index + 1,
            "label": text("deck.preview"),
            "leave": text("deck.leave"),
        },
        on_turned_change=_turned,
    )


def _turned() -> None:
    """Choose the slide that somebody has turned to in the preview itself."""
    sent: Any = value_from("preview", "turned")
    deck = deck_session.chosen()
    if deck is not None and type(sent) is int and 1 <= sent <= len(deck.slides) and deck_session.flush():
        deck_state().slide = sent - 1
