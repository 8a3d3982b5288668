"""The list of a deck's slides: choose, move, copy, delete. Its script shows each change at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from app.present import deck_session
from app.present.deck_state import deck_state
from app.present.decks import moved, with_deck, words
from app.session import value_from
from layers.plan.deck import Deck, Slide
from layers.translation import Translation

_FOLDER = Path(__file__).parent

_list = st.components.v2.component(
    "planmap_slide_list",
    html=(_FOLDER / "slide_list.html").read_text(encoding="utf-8"),
    js=(_FOLDER / "slide_list.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_list(deck: Deck, index: int, titles: Sequence[str], text: Translation, *, fixed: bool) -> None:
    """Draw the slides of `deck` with their `titles`; `fixed` if nothing can be changed."""
    mine = deck_state()
    _list(
        key="deck_list",
        data={
            "session": mine.session,
            "deck": deck.id,
            "titles": list(titles),
            "chosen": index,
            "done": mine.done,
            "refused": mine.refused,
            "fixed": fixed,
            "labels": {
                "slides": text("deck.slides"),
                "add": text("deck.add-slide"),
                "up": text("deck.up"),
                "down": text("deck.down"),
                "copy": text("deck.copy-slide"),
                "delete": text("deck.delete-slide"),
                "grip": text("deck.grip"),
                "moved": text("deck.moved", number="{number}"),
            },
        },
        on_act_change=_acted,
    )


def _acted() -> None:
    """Do what the list in the browser asks for, but only known actions on slides that exist."""
    sent: Any = value_from("deck_list", "act")
    if not isinstance(sent, dict) or type(sent.get("number")) is not int:
        return
    mine = deck_state()
    if sent.get("session") == mine.session and sent["number"] <= mine.done:
        # Done already: the list asks once more when it has waited long for an answer.
        return
    deck = deck_session.chosen()
    fine = (
        deck is not None
        and sent.get("session") == mine.session
        and sent.get("deck") == deck.id
        # First save what was typed into the slide that is left: its field may report it only after this.
        and deck_session.flush()
        and act(sent.get("what"), sent.get("at"), sent.get("to"))
    )
    mine.done = sent["number"]
    if not fine:
        # The list then drops its other requests, which were meant for a deck that is not there now.
        mine.refused = sent["number"]


def add_first() -> None:
    """Add a slide to a deck that has none."""
    act("add", None, None)


def act(what: object, at: object, to: object) -> bool:
    """Do one action on the slides of the chosen deck, and return whether it was done.

    `what` is `add`, `choose`, `copy`, `delete` or `move`; `at` and `to` are indices of slides.
    """
    deck, mine = deck_session.chosen(), deck_state()
    if deck is None:
        return False
    slides, size = deck.slides, len(deck.slides)
    if what == "add":
        place = mine.slide + 1 if slides else 0
        new = Slide(words("deck.new-slide"))
        return _put(deck, (*slides[:place], new, *slides[place:]), place)
    if type(at) is not int or not 0 <= at < size:
        return False
    if what == "choose":
        mine.slide = at
        return True
    if what == "copy":
        return _put(deck, (*slides[: at + 1], slides[at], *slides[at + 1 :]), at + 1)
    if what == "delete":
        return _put(deck, (*slides[:at], *slides[at + 1 :]), max(0, min(at, size - 2)))
    if what == "move" and type(to) is int and 0 <= to < size:
        return _put(deck, moved(slides, at, to), to)
    return False


def _put(deck: Deck, slides: tuple[Slide, ...], index: int) -> bool:
    mine = deck_state()
    if not deck_session.save(with_deck(mine.seen, replace(deck, slides=slides))):
        return False
    # Have the fields filled again, even if the slide now at this index looks the same.
    mine.slide, mine.loaded = index, None
    return True
