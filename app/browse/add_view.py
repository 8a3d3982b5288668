"""The button on the browse page that adds what the map shows to a deck."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from app import context
from app.present.decks import empty_deck, next_id, slide_of, with_slide
from app.session import state, value_from
from app.waiting import told
from geo.errors import PlanMapError
from layers import escape
from layers.plan.deck import Deck
from layers.plan.fault import printable
from layers.plan.terms import Text
from layers.translation import Translation

LONGEST = 8000
"""Length in characters to which an address is cut; no Scene of a plan is as long."""

LONGEST_NAME = 16
"""Length in characters to which a title is cut in a message."""

SAID_S = 5.0
"""Seconds for which every run of the page says what was added."""

_TRIES = 3
"""How often adding is tried. If somebody else has just saved the decks, the slide can still go to the end of theirs."""

_button = st.components.v2.component(
    "planmap_add_view",
    html='<button type="button" class="pm-add-view"><svg viewBox="0 0 20 20" aria-hidden="true">'
    '<path d="M3 5h14v8M3 5v10h7M15 13v5M12.5 15.5h5"/></svg><span></span></button>',
    js=Path(__file__).with_name("add_view.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_add(text: Translation, why_fixed: str, *, closed: bool) -> None:
    """Draw the button, and report what has just been added.

    It adds nothing to decks that cannot be changed, `why_fixed` says why, nor to a plan that is `closed`, as in an
    outage.
    """
    hint = why_fixed or text("deck.add-view-hint")
    added = _to_say()
    _button(
        key="add_view",
        data={
            "label": text("deck.add-view"),
            "hint": hint,
            "disabled": closed or bool(why_fixed),
            "deck": added[0].id if isinstance(added, tuple) else "",
        },
        on_view_change=_add,
        width="content",
    )
    if isinstance(added, PlanMapError):
        st.toast(escape.markdown(text.explain(added)), icon=":material/warning:", duration="long")
    elif added:
        _tell(*added, text)


def _to_say() -> tuple[Deck, Text] | PlanMapError | None:
    """Return what was added, or why it was not, for as long as that is to be said.

    The saved deck is another plan, and makes the page run again at once. That can break off the run that says it, and a
    run that no longer said it would take the message away.
    """
    added: tuple[Deck, Text] | PlanMapError | None = state().get("added")
    if added is not None and monotonic() - state().setdefault("added_since", monotonic()) > SAID_S:
        del state()["added"]
        return None
    return added


def _tell(deck: Deck, title: Text, text: Translation) -> None:
    number = len(deck.slides)
    # Streamlit cuts off the end of a long message, which is where the link is.
    names = [printable(words.get(text.language), limit=LONGEST_NAME) for words in (title, deck.title)]
    line = text("deck.added", slide=names[0], deck=names[1], number=number)
    asked = {"deck": deck.id, "slide": number, **({"lang": text.language} if text.language != "zh" else {})}
    # The id in the address is percent-encoded, so nothing in it can end the link.
    link = f"[{escape.markdown(text('deck.open-deck'))}](/present?{urlencode(asked)})"
    st.toast(f"{escape.markdown(line)} {link}", icon=":material/check:", duration="long")


def _add() -> None:
    """Add the view that the browser has sent to a deck, and keep the result for `show_add`."""
    sent: Any = value_from("add_view", "view")
    if not isinstance(sent, dict) or not isinstance(sent.get("query"), str):
        return
    state().pop("added_since", None)
    try:
        state()["added"] = add_view(sent["query"][:LONGEST], sent.get("deck"), date.today())
    except PlanMapError as error:
        state()["added"] = error


def add_view(query: str, deck_id: object, today: date) -> tuple[Deck, Text]:
    """Add the Scene in `query` as the last slide of the deck with `deck_id`, else of the first or of a new one.

    Returns the deck and the title of the slide.

    Raises
    ------
    PlanMapError
        The plan cannot be read, or the decks cannot be saved.
    """
    for left in reversed(range(_TRIES)):
        _, plan = context.current().plan()
        slide = slide_of(plan, query, today)
        named = [deck for deck in plan.decks if deck.id == deck_id]
        deck = next(iter([*named, *plan.decks]), None) or replace(empty_deck(), id=next_id(plan.decks))
        decks, longer = with_slide(plan.decks, deck, slide)
        try:
            told(partial(context.current().save_decks, decks, known=plan.decks))
        except PlanMapError as error:
            if error.code != "decks-changed" or not left:
                raise
        else:
            return longer, slide.title
    raise AssertionError("the last try returns or raises")
