"""The files of a deck for download: a briefing, slides, and `decks.toml` for editing by hand."""

from __future__ import annotations

import time
from datetime import date

import streamlit as st

from app import context
from app.export.previews import PRESS_S
from app.file_name import file_name
from app.present.master_field import chosen_master, show_master
from geo.errors import PlanMapError
from layers import escape
from layers.plan.deck import Deck
from layers.plan.plan import Plan
from layers.plan.rows import decks_toml
from layers.present.deck_choice import made_deck
from layers.selection.gone_layers import deck_layers
from layers.selection.own_ground import deck_ground
from layers.translation import Translation

_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def show_downloads(plan: Plan, deck: Deck | None, text: Translation, *, closed: bool) -> None:
    """Draw the menu with the files of `deck`; when the plan is `closed`, as in an outage, none can be made."""
    empty = deck is None or not deck.slides
    title = deck.title.get(text.language) if deck else ""
    language, deck_id = text.language, deck.id if deck else ""
    # Read while the page is drawn: the press of a button is answered outside the session.
    master = chosen_master()

    def current() -> Deck:
        # Somebody may type a title and press the button at once; the press leaves the field, which saves it.
        time.sleep(PRESS_S)
        _, plan = context.current().plan()
        return next((other for other in plan.decks if other.id == deck_id), None) or made_deck(plan)

    def html() -> bytes:
        return context.current().briefing(current(), language, date.today()).encode()

    def pptx() -> bytes:
        from layers.present.pptx.slides import slides

        shown = current()
        look = master.content if master else b""
        return slides(context.current().plan()[1], shown, language=language, today=date.today(), master=look)

    def toml() -> bytes:
        time.sleep(PRESS_S)
        return decks_toml(context.current().plan()[1].decks).encode()

    with st.popover(text("deck.take"), icon=":material/download:", disabled=deck is None or closed, key="take"):
        for line in _said_of(plan, deck, text, closed=closed) if deck else ():
            st.html(f"<p class='pm-warn' role='note'>{escape.html(line)}</p>")
        for kind, make, mime, icon in (
            ("html", html, "text/html", ":material/public:"),
            ("pptx", pptx, _PPTX, ":material/slideshow:"),
        ):
            st.download_button(
                text("deck.take-html") if kind == "html" else text("deck.take-pptx"),
                make,
                file_name=file_name([title], kind),
                mime=mime,
                key=f"take-{kind}",
                icon=icon,
                disabled=empty,
                width="stretch",
                on_click="ignore",
            )
        show_master(text, closed=closed)
        st.download_button(
            text("deck.take-toml"),
            toml,
            file_name="decks.toml",
            mime="application/toml",
            key="take-toml",
            icon=":material/description:",
            disabled=not plan.decks,
            width="stretch",
            on_click="ignore",
        )


def _said_of(plan: Plan, deck: Deck, text: Translation, *, closed: bool) -> list[str]:
    """Return what has to be known of ground and layers in the files of `deck`."""
    said = [*deck_ground(deck, text), *deck_layers(plan, deck, text)]
    if closed:
        return said
    try:
        return [*said, *context.current().briefing_cut(deck, text.language, date.today())]
    except PlanMapError as error:
        # A damaged file of ground is no reason to close the page.
        return [*said, text.explain(error)]
