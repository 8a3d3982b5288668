"""The field for an office's own PowerPoint file, whose master the slides get."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.session import state
from geo.errors import PlanMapError
from layers import escape
from layers.plan.fault import printable
from layers.translation import Translation


@dataclass(frozen=True, slots=True)
class OfficeMaster:
    """A master that somebody has chosen, for as long as the page is open."""

    file: str
    content: bytes
    """What `layers.present.pptx.master.office_master` returns."""
    said: tuple[str, ...]
    """What has to be known of it, in the language of the page when it was chosen."""


def chosen_master() -> OfficeMaster | None:
    """Return the master that has been chosen on this page."""
    found = state().get("deck_master")
    return found if isinstance(found, OfficeMaster) else None


def show_master(text: Translation, *, closed: bool) -> None:
    """Draw the field, or the chosen master and how to do without it."""
    from layers.present.pptx.master import KINDS, LARGEST

    values = state()
    master = chosen_master()
    if master is None:
        kinds = text("data.list-comma").join(f".{kind}" for kind in KINDS)
        # A key for each filling, so that the field is empty after it.
        key = f"deck-master-{values.get('master_filling', 0)}"
        st.file_uploader(
            text("deck.master", kinds=kinds),
            key=key,
            max_upload_size=LARGEST // 2**20,
            disabled=closed,
            on_change=_take,
            args=(key, text),
        )
        if refused := values.get("master_refused"):
            st.html(f"<p class='pm-warn' role='alert'>{escape.html(refused)}</p>")
        return
    used = text("deck.master-used", file=printable(master.file))
    st.html(f"<p class='pm-file' role='status'>{escape.html(used)}</p>")
    for line in master.said:
        st.html(f"<p class='pm-warn' role='note'>{escape.html(line)}</p>")
    st.button(text("deck.master-drop"), key="drop-master", type="tertiary", on_click=_drop)


def _take(key: str, text: Translation) -> None:
    """Read the file that has been put into the field `key`."""
    from layers.present.pptx.master import master_words, office_master

    values = state()
    values["master_refused"] = ""
    upload = values[key]
    if upload is None:
        return
    try:
        found = office_master(upload.getvalue(), upload.name)
    except PlanMapError as error:
        values["master_refused"] = text.explain(error)
        return
    values["deck_master"] = OfficeMaster(upload.name, found, tuple(master_words(found, text)))
    values["master_filling"] = values.get("master_filling", 0) + 1


def _drop() -> None:
    state().pop("deck_master", None)
