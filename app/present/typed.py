"""What is typed into the form of a slide and not stored yet, as the browser keeps it for its own tab.

The session keeps what has reached it. What has not, or what a session has taken with it that is no more, after a
reload or a new start of the server, the browser hands back. See docs/decisions/0020-what-is-typed-stays.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from app import context, outage
from app.present import deck_session
from app.present.deck_session import FIELDS, full_row
from app.present.deck_state import Loaded, deck_state
from app.present.decks import with_deck
from app.session import value_from
from geo.errors import PlanMapError
from layers.plan.deck import Deck, Slide
from layers.plan.plan import Plan
from layers.plan.terms import Text

LONGEST = 8000
"""Length in characters to which a field from the browser is cut; none takes as many."""

_typed = st.components.v2.component(
    "planmap_typed",
    html="",
    js=Path(__file__).with_name("typed.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_typed(plan: Plan, *, closed: bool) -> None:
    """Have the browser keep what is typed, and hand over what it has left; not in an outage, when it is `closed`."""
    mine = deck_state()
    loaded = mine.loaded
    free = not closed and not mine.pending
    _typed(
        key="typed",
        data={
            "form": mine.form if loaded else "",
            "place": {
                "plan": name_of(plan),
                "deck": loaded.deck_id if loaded else "",
                "number": loaded.index if loaded else 0,
                "base": full_row(loaded.slide) if loaded else {},
            },
            "raw": mine.raw,
            "words": mine.typed if loaded and mine.pending else None,
            "closed": mine.closed,
            "ready": f"{mine.form}-{outage.outages()}-{mine.taken}" if free else "",
            "taken": mine.taken,
        },
        on_left_change=_left,
    )


def name_of(plan: Plan) -> str:
    """Return a short name for a plan, the same for as long as its title is the same."""
    return hashlib.sha256(f"{plan.info.title.zh}\n{plan.info.title.en}".encode()).hexdigest()[:12]


def _left() -> None:
    """Take what the browser has left, if the plan can be read; else it will be asked for it once more."""
    sent: Any = value_from("typed", "left")
    if not isinstance(sent, dict) or not isinstance(sent.get("form"), str):
        return
    try:
        _, plan = context.current().plan()
    except PlanMapError:
        return
    if not deck_session.flush():
        return
    if sent.get("plan") == name_of(plan):
        bring_back(plan, sent.get("deck"), sent.get("number"), _row(sent.get("base")), _row(sent.get("words")))
    deck_state().taken = sent["form"][:40]


def _row(sent: object) -> dict[str, str]:
    """Return the known fields of a row from the browser."""
    found = sent if isinstance(sent, dict) else {}
    return {field: found[field][:LONGEST] for field in FIELDS if isinstance(found.get(field), str)}


def _stands(row: dict[str, str], base: dict[str, str], words: dict[str, str]) -> bool:
    """Whether a slide is as it was under `words`, but for what of these has been stored without a word of it."""
    return all(
        row[field] == base.get(field, "") or (field in words and row[field] == words[field].strip()) for field in row
    )


def bring_back(plan: Plan, deck_id: object, number: object, base: dict[str, str], words: dict[str, str]) -> None:
    """Save `words`, which were typed over a slide that was stored as `base`, if it still is.

    Otherwise put them into the fields and ask what is to be stored. `number` is the index of the slide.
    """
    mine = deck_state()
    if not words or not isinstance(deck_id, str):
        return
    near = number if type(number) is int and number >= 0 else 0
    deck = next((deck for deck in plan.decks if deck.id == deck_id), None)
    slides = deck.slides if deck else ()
    places = sorted(range(len(slides)), key=lambda place: abs(place - near))
    index = next((place for place in places if _stands(full_row(slides[place]), base, words)), None)
    at = index if index is not None else min(near, max(0, len(slides) - 1))
    # A slide of its own if there is none any more: what was typed over it comes back whole.
    under = full_row(slides[at]) if slides else base
    slide, _ = deck_session.read_slide(plan, {k: v for k, v in {**under, **words}.items() if v or k == "title_zh"})
    if slide is not None and slide in slides:
        # Stored already, and the browser has not heard of it.
        return
    mine.seen = plan.decks
    if deck is not None and slide is not None and index is not None:
        longer: Deck = replace(deck, slides=(*slides[:index], slide, *slides[index + 1 :]))
        if deck_session.save(with_deck(plan.decks, longer)):
            return
    before, _ = deck_session.read_slide(plan, {field: text for field, text in base.items() if text})
    mine.deck_id, mine.slide = deck_id, at
    # Over the slide as it was, so that what somebody else has made of it is not overwritten without a question.
    deck_session.open_form(Loaded(deck_id, at, before or Slide(Text("", ""))), {**under, **words})
    deck_session.flush()
