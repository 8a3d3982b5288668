"""The head of every page: the plan's name, the links to the other pages, the language switch."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import streamlit as st

from app import context
from app.identity import signed_in
from app.pages import PAGES
from app.sign_in import BEGIN, END
from geo.errors import PlanMapError
from layers import escape
from layers.translation import LANGUAGES, Translation

_links = st.components.v2.component(
    "planmap_pages",
    html='<nav class="pm-pages"></nav>',
    js=Path(__file__).with_name("pages.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
"""Our own links, because Streamlit's would lose the Scene: the map writes it to the address without the server."""


def show_name(title: str, line: str, path: str, text: Translation, *, language: str = "", note: str = "") -> None:
    """Draw the name of the plan, and under it a line and the links from the page at `path` to the others.

    With a `language` they also write it to the address, for a page that has no map to do so. A `note` stands quietly
    behind the line, such as that the plan's year is over, where there is no strip of counts to say so.
    """
    with st.container(key="name", width="content", gap=None):
        st.html(f"<h1>{escape.html(title)}</h1>", width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            noted = f"<span class='pm-quiet'> · {escape.html(note)}</span>" if note else ""
            st.html(f"<p>{escape.html(line)}{noted}</p>", width="content")
            _links(
                key="pages",
                data={
                    "label": text("pages.label"),
                    "shown": text.language,
                    "language": language,
                    "pages": [
                        {"path": f"/{page.path}", "label": text(page.label), "current": page.path == path}
                        for page in PAGES
                    ],
                },
                width="content",
            )
            _show_person(text)


def _show_person(text: Translation) -> None:
    """Draw who has signed in and what they may do, and the button to sign in or out, where people sign in."""
    served = context.current()
    if served.sign_in is None:
        return
    person = signed_in()
    if person is None:
        _link(BEGIN, text("sign-in.in"))
        return
    # A page that is kept in an outage does not know the role.
    with suppress(PlanMapError):
        words = text("sign-in.as", name=person.name, role=text(f"role.{served.role(person)}"))
        st.html(f"<p class='pm-quiet pm-person'>{escape.html(words)}</p>", width="content")
    _link(END, text("sign-in.out"))


def _link(path: str, words: str) -> None:
    # A link, since what Streamlit sends for its own log-in is lost where the page's script runs again at once.
    address = f"<a class='pm-sign' href='{escape.html(path)}' target='_self'>{escape.html(words)}</a>"
    st.html(address, width="content")


def show_language(text: Translation, *, labelled: bool = False) -> None:
    """Draw the language switch, which all pages share; when `labelled`, with its label and as wide as a form."""
    st.segmented_control(
        text("page.language"),
        LANGUAGES,
        key="language",
        format_func={"zh": "中文", "en": "English"}.__getitem__,
        label_visibility="visible" if labelled else "collapsed",
        required=True,
        width="stretch" if labelled else "content",
    )
