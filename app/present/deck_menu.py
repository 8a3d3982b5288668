"""The choice of the deck, and the menu for making, renaming and deleting decks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from app import context
from app.present import deck_session
from app.present.deck_session import add_deck
from app.present.deck_state import deck_state
from app.present.decks import empty_deck, with_deck, without_deck
from app.session import state
from geo.errors import PlanMapError
from layers import escape
from layers.plan.deck import Deck
from layers.plan.fault import Fault
from layers.plan.plan import Plan
from layers.plan.terms import Text
from layers.present.deck_choice import made_deck
from layers.store.check import check_decks
from layers.translation import LANGUAGES, Translation, translation


def show_choice(plan: Plan, decks: Sequence[Deck], deck: Deck, text: Translation, *, fixed: bool, closed: bool) -> None:
    """Draw the choice among `decks`, with `deck` chosen, and the menu.

    Nothing can be changed in decks that are `fixed`, and nothing else be chosen in an outage, when they are `closed`.
    """
    titles = [other.title.get(text.language) for other in decks]
    # Streamlit cannot tell two options with the same name apart.
    names = {
        other.id: f"{title} ({other.id})" if titles.count(title) > 1 else title
        for other, title in zip(decks, titles, strict=True)
    }
    # A key for each list of names: otherwise Streamlit goes on showing the choice under its old name.
    key = f"deck-choice-{hash(tuple(names.items()))}"
    state()[key] = deck.id
    with st.container(horizontal=True, vertical_alignment="center", key="deck-choice", gap="small"):
        st.selectbox(
            text("deck.deck"),
            list(names),
            key=key,
            format_func=lambda deck_id: names.get(deck_id, deck_id),
            on_change=_choose,
            args=(key,),
            label_visibility="collapsed",
            disabled=closed,
        )
        with st.popover(text("deck.menu"), disabled=fixed or closed, key="deck-menu"):
            _menu(plan, deck, text)


def _choose(key: str) -> None:
    # While what was typed cannot be saved, the deck cannot be changed.
    if deck_session.flush():
        mine = deck_state()
        mine.deck_id, mine.slide, mine.loaded = state()[key], 0, None
        state()["deck_deleting"] = False


def _menu(plan: Plan, deck: Deck, text: Translation) -> None:
    values = state()
    for language in LANGUAGES:
        key = f"deck-title-{language}"
        if values.get("deck_named") != deck or key not in values:
            values[key] = deck.title.zh if language == "zh" else deck.title.en
        st.text_input(
            text("deck.name-zh") if language == "zh" else text("deck.name-en"),
            key=key,
            max_chars=500,
            on_change=_rename,
            autocomplete="off",
        )
    values["deck_named"] = deck
    if values.get("deck_name_fault"):
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(values['deck_name_fault'])}</p>")
    st.button(
        text("deck.new"),
        key="new-deck",
        icon=":material/add:",
        width="stretch",
        on_click=add_deck,
        args=(empty_deck(),),
    )
    _wide(text("deck.make"), "make-deck", ":material/auto_awesome:", made_deck(plan))
    if not values.get("deck_deleting"):
        st.button(
            text("deck.delete"),
            key="delete-deck",
            icon=":material/delete:",
            width="stretch",
            on_click=lambda: values.update(deck_deleting=True),
        )
        return
    line = text("deck.delete-sure", title=deck.title.get(text.language), count=len(deck.slides))
    st.html(f"<p class='pm-warn' role='alert'>{escape.html(line)}</p>")
    left, right = st.columns(2, gap="small")
    left.button(
        text("deck.delete-yes"), key="delete-yes", type="primary", width="stretch", on_click=_delete, args=(deck.id,)
    )
    right.button(
        text("deck.delete-no"), key="delete-no", width="stretch", on_click=lambda: values.update(deck_deleting=False)
    )


def _wide(label: str, key: str, icon: str, deck: Deck) -> None:
    st.button(label, key=key, icon=icon, width="stretch", on_click=add_deck, args=(deck,))


def _rename() -> None:
    values = state()
    deck = deck_session.chosen()
    if deck is None or not deck_session.flush():
        return
    title = Text(values["deck-title-zh"].strip(), values["deck-title-en"].strip())
    values["deck_name_fault"] = ""
    row = {"id": deck.id, "title_zh": title.zh, "title_en": title.en}
    try:
        _, plan = context.current().plan()
    except PlanMapError as error:
        values["deck_name_fault"] = translation(values["language"]).explain(error)
        return
    _, faults = check_decks(plan, {"decks": [row]})
    if faults:
        fault = Fault("", "", "", faults[0].code, faults[0].details)
        values["deck_name_fault"] = translation(values["language"]).explain(fault).removeprefix(": ")
        return
    deck_session.save(with_deck(deck_state().seen, replace(deck, title=title)))


def _delete(deck_id: str) -> None:
    values = state()
    values["deck_deleting"] = False
    deck_session.give_up()
    mine = deck_state()
    if deck_session.save(without_deck(mine.seen, deck_id)):
        mine.slide, mine.loaded = 0, None
