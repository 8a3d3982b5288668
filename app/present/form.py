"""The form below the preview: the words and the Scene of the chosen slide, saved at each change."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from app.present import deck_session
from app.present.deck_state import deck_state
from app.session import state
from layers import escape
from layers.plan.deck import FIGURES, Slide
from layers.plan.fault import Fault
from layers.plan.terms import Status
from layers.translation import LANGUAGES, Translation

_LONGEST = {"title": 500, "text": 4000, "notes": 4000, "scene": 4000, "before": 40}
"""Longest content of each field in characters, the same as in the plan's files."""

_HEIGHT = 112
"""Height in pixels of a field for several lines: four of them."""


def show_form(slide: Slide, text: Translation, *, fixed: bool) -> None:
    """Draw the fields of `slide`; `fixed` if nothing can be changed."""
    language = text.language
    (other,) = (name for name in LANGUAGES if name != language)
    faults = _faults(text)
    show_refusal(text)
    with st.container(key="slide-form"):
        left, right = st.columns(2, gap="medium")
        with left:
            _field("title", language, text("deck.title"), faults, fixed=fixed)
            _field(
                "text", language, text("deck.text"), faults, fixed=fixed, note=text("deck.figures", names=_names(text))
            )
        with right:
            _scene(slide, text, faults, fixed=fixed)
            _before(text, faults, fixed=fixed)
            _field("notes", language, text("deck.notes"), faults, fixed=fixed)
        # Open if something in it must be corrected.
        wrong = any(field.endswith(f"_{other}") for field in faults)
        with st.expander(text("deck.other-language"), expanded=wrong, icon=":material/translate:"):
            _field("title", other, text("deck.title"), faults, fixed=fixed)
            left, right = st.columns(2, gap="medium")
            with left:
                _field("text", other, text("deck.text"), faults, fixed=fixed)
            with right:
                _field("notes", other, text("deck.notes"), faults, fixed=fixed)


def show_refusal(text: Translation) -> None:
    """Say what could not be saved, and offer what to do about it."""
    # Always there: at another place in the page a field would be made anew, and lose what is being typed into it.
    with st.container(key="refusal", horizontal=True, vertical_alignment="center", gap="small"):
        _refusal(text)


def _refusal(text: Translation) -> None:
    mine = deck_state()
    error, pending, conflict = mine.error, mine.pending, mine.conflict
    if error is None and not pending:
        return
    waiting = deck_session.is_waiting()
    # In an outage the page itself says why, and tries again.
    told = state()["outage"] is not None
    lines = []
    if error is not None and error.code == "decks-changed":
        # Not the error's own hint to load the page again, which would lose what is in the fields.
        lines.append(text("deck.changed-typed" if pending else "deck.changed"))
    elif error is not None and not (waiting and told):
        lines.append(text.explain(error))
    if waiting:
        lines.append(text("deck.waiting"))
    elif pending and not conflict:
        lines.append(text("deck.not-saved"))
    st.html(f"<p class='pm-warn' role='alert'>{escape.html(' '.join(lines))}</p>", width="stretch")
    if conflict:
        st.button(text("deck.keep-mine"), key="keep-mine", on_click=deck_session.keep_mine)
    elif waiting and not told:
        st.button(text("deck.try-again"), key="try-again", on_click=deck_session.keep)
    if pending:
        st.button(text("deck.give-up"), key="give-up", on_click=deck_session.give_up)
    if waiting and not told:
        _save_again()


@st.fragment(run_every=deck_session.RETRY_S)
def _save_again() -> None:
    """Try to save what is waiting; Streamlit calls this again and again while it is on the page."""
    if deck_session.try_again():
        st.rerun()


def _field(
    name: str, language: str, label: str, faults: Mapping[str, list[str]], *, fixed: bool, note: str | None = None
) -> None:
    key = f"{name}_{language}"
    if name == "title":
        st.text_input(
            label,
            key=deck_session.key(key),
            max_chars=_LONGEST[name],
            on_change=deck_session.keep,
            disabled=fixed,
            autocomplete="off",
        )
    else:
        st.text_area(
            label,
            key=deck_session.key(key),
            max_chars=_LONGEST[name],
            height=_HEIGHT,
            on_change=deck_session.keep,
            disabled=fixed,
            help=escape.markdown(note) if note else None,
        )
    _warn(faults.get(key, []))


def _scene(slide: Slide, text: Translation, faults: Mapping[str, list[str]], *, fixed: bool) -> None:
    query = "&".join(
        part for part in (f"lang={text.language}" * (text.language != "zh"), slide.scene.to_query()) if part
    )
    address = f"/?{query}" if query else "/"
    with st.container(key="scene-field"):
        st.text_input(
            text("deck.scene"),
            key=deck_session.key("scene"),
            placeholder=text("deck.scene-hint"),
            max_chars=_LONGEST["scene"],
            on_change=deck_session.keep,
            disabled=fixed,
            autocomplete="off",
        )
        _warn(faults.get("scene", []))
        # Last in the order of the page; the style sheet shows it beside the label.
        st.html(f"<a class='pm-open' href='{escape.html(address)}'>{escape.html(text('deck.open-map'))}</a>")


def _before(text: Translation, faults: Mapping[str, list[str]], *, fixed: bool) -> None:
    st.text_input(
        text("deck.before"),
        key=deck_session.key("before"),
        placeholder=text("deck.before-hint"),
        max_chars=_LONGEST["before"],
        on_change=deck_session.keep,
        disabled=fixed,
        autocomplete="off",
    )
    _warn(faults.get("before", []))


def _names(text: Translation) -> str:
    """Return the names of all figures, each with what it stands for, as one text."""
    words = {
        "tasks": text("slides.tasks"),
        "sites": text("deck.figure-sites"),
        **{status.value: text(f"status.{status.value}") for status in Status},
        "with_evidence": text("evidence.with"),
        "without_evidence": text("evidence.without"),
        "backed": text("deck.figure-backed"),
        "date": text("page.as-of"),
    }
    return text("sheet.comma").join(f"{{{name}}} {words[name]}" for name in FIGURES)


def _faults(text: Translation) -> dict[str, list[str]]:
    """Return what is wrong with each field, in words and without the place, since it is shown beside the field."""
    found: dict[str, list[str]] = {}
    for fault in deck_state().faults:
        line = text.explain(Fault("", "", "", fault.code, fault.details)).removeprefix(": ")
        found.setdefault(fault.field, []).append(line)
    return found


def _warn(lines: list[str]) -> None:
    for line in lines:
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(line)}</p>")
