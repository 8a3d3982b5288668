"""The Present page: the slides of a deck on the left, a preview of the chosen one, and its form below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import streamlit as st

from app import outage, session
from app.page_head import show_language, show_name
from app.present import deck_session
from app.present.deck_menu import show_choice
from app.present.deck_session import add_deck
from app.present.deck_state import deck_state, start
from app.present.decks import empty_deck, shown_titles
from app.present.downloads import show_downloads
from app.present.form import show_form, show_refusal
from app.present.preview import show_preview, show_start
from app.present.slide_list import add_first, show_list
from app.present.typed import show_typed
from app.session import state
from layers import escape
from layers.plan.deck import Deck
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.present.deck_choice import made_deck
from layers.selection.due import year_words
from layers.selection.gone_layers import slide_layers
from layers.selection.own_ground import slide_ground
from layers.translation import Translation, translation

_ICON = Path(__file__).parents[1] / "icon.svg"
_STYLE = Path(__file__).with_name("decks.css")


def main() -> None:
    """Draw the page; Streamlit calls this again for every change."""
    asked = st.query_params.to_dict()
    text = translation(session.state().get("language") or Scene.from_query(asked).language)
    st.set_page_config(page_title=f"{text('pages.present')} · {text('app.name')}", page_icon=_ICON, layout="wide")
    st.html(_STYLE)
    before = outage.outages()
    reading, error = outage.read()
    if reading is None:
        if error is not None:
            outage.show_closed(error, text, typed=True)
        return
    state().setdefault("language", text.language)
    start(asked.get("deck", ""), asked.get("slide", ""))
    today = date.today()
    if error is None and deck_session.catch_up(over=outage.outages() != before):
        # What has just been saved is newer than what was read before that.
        newer, error = outage.read()
        reading = newer or reading
    plan, why_fixed = reading.plan, reading.why_fixed(text)
    # A read-only plan without decks still has something to show. In an outage the page stays with what it shows.
    decks = deck_state().seen if error else plan.decks or ((made_deck(plan),) if reading.fixed else ())
    deck, index = deck_session.show(decks)
    outage.show_outage(reading, error, text, typed=not reading.fixed)
    fixed, closed = reading.fixed, error is not None
    head(plan, deck, text, closed=closed)
    body(plan, decks, deck, index, text, today, why_fixed=why_fixed, closed=closed)
    if not fixed:
        # Last, so that no other element gets another place by it.
        show_typed(plan, closed=closed)


def body(
    plan: Plan,
    decks: Sequence[Deck],
    deck: Deck | None,
    index: int,
    text: Translation,
    today: date,
    *,
    why_fixed: str,
    closed: bool,
) -> None:
    """Draw what is below the head: the list, the preview and the form, or an offer to make a first deck."""
    fixed = bool(why_fixed)
    if deck is None:
        nothing(plan, text)
        return
    left, right = st.columns([1, 3.4], gap="medium")
    with left, st.container(key="deck"):
        show_choice(plan, decks, deck, text, fixed=fixed, closed=closed)
        show_list(deck, index, shown_titles(plan, deck, text.language, today), text, fixed=fixed or closed)
        show_state(text, why_fixed, closed=closed)
    with right, st.container(key="slide"):
        if not deck.slides:
            no_slides(text, fixed=fixed or closed)
            return
        show_preview(plan, deck, index, text, today)
        # Always there: at another place in the page a field of the form would be made anew.
        place = st.empty()
        scene = deck.slides[index].scene
        lines = [*slide_ground(scene, text), *slide_layers(plan, scene, text)]
        if lines:
            place.html("".join(f"<p class='pm-warn' role='note'>{escape.html(line)}</p>" for line in lines))
        show_form(deck.slides[index], text, fixed=fixed)


def head(plan: Plan, deck: Deck | None, text: Translation, *, closed: bool) -> None:
    """Draw the name of the plan, and the language switch, downloads and start button; `closed` in an outage."""
    with st.container(horizontal=True, vertical_alignment="center", key="head", gap="small"):
        line = text("page.tasks", count=len(plan.current_tasks))
        note = year_words(plan, date.today(), text)
        show_name(plan.info.title.get(text.language), line, "present", text, language=text.language, note=note)
        with st.container(horizontal=True, vertical_alignment="center", key="actions", width="content", gap="small"):
            show_language(text)
            show_downloads(plan, deck, text, closed=closed)
            show_start(text, disabled=deck is None or not deck.slides)


def nothing(plan: Plan, text: Translation) -> None:
    """Offer a first deck for a plan that has none."""
    # An empty element in place of the columns. A container there would keep what they held until the script has
    # run, and mount the preview again, which would ask for a deck that has just been deleted.
    st.empty()
    show_refusal(text)
    with st.container(key="nothing", horizontal_alignment="center", vertical_alignment="center", gap="small"):
        st.html(
            f"<h2>{escape.html(text('deck.none-title'))}</h2><p class='pm-quiet'>{escape.html(text('deck.none'))}</p>"
        )
        st.button(
            text("deck.make"),
            key="make-first",
            type="primary",
            icon=":material/auto_awesome:",
            on_click=add_deck,
            args=(made_deck(plan),),
        )
        st.button(text("deck.make-empty"), key="empty-first", on_click=add_deck, args=(empty_deck(),))


def no_slides(text: Translation, *, fixed: bool) -> None:
    """Draw what stands in for the preview of a deck without slides."""
    show_refusal(text)
    with st.container(key="nothing", horizontal_alignment="center", vertical_alignment="center", gap="small"):
        st.html(f"<p>{escape.html(text('deck.no-slides'))}</p>")
        if not fixed:
            st.button(text("deck.add-slide"), key="add-first", type="primary", on_click=add_first)


def show_state(text: Translation, why_fixed: str, *, closed: bool) -> None:
    """Say whether changes are saved and offer undo, or say why the decks cannot be changed.

    In an outage, when the plan is `closed`, nothing can be undone.
    """
    if why_fixed:
        st.html(f"<p class='pm-quiet'>{escape.html(why_fixed)}</p>")
        return
    with st.container(key="saved", horizontal=True, vertical_alignment="center", gap="small"):
        saved = text("deck.saved") if deck_state().saved else text("deck.saves-itself")
        if deck_state().pending:
            saved = text("deck.unsaved")
        st.html(f"<p class='pm-quiet' role='status'>{escape.html(saved)}</p>", width="stretch")
        st.button(
            text("deck.undo"),
            key="undo",
            type="tertiary",
            icon=":material/undo:",
            disabled=closed or not deck_session.can_undo(),
            on_click=deck_session.undo,
        )
