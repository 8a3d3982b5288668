"""The head of every page: the plan's name, the links to the other pages, the language switch."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.pages import PAGES
from layers import escape
from layers.translation import LANGUAGES, Translation

_links = st.components.v2.component(
    "planmap_pages",
    html='<nav class="pm-pages"></nav>',
    js=Path(__file__).with_name("pages.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
"""Our own links, because Streamlit's would lose the Scene: the map writes it to the address without the server."""


def show_name(title: str, line: str, path: str, text: Translation, *, language: str = "") -> None:
    """Draw the name of the plan, and under it a line and the links from the page at `path` to the others.

    With a `language` they also write it to the address, for a page that has no map to do so.
    """
    with st.container(key="name", width="content", gap=None):
        st.html(f"<h1>{escape.html(title)}</h1>", width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            st.html(f"<p>{escape.html(line)}</p>", width="content")
            _links(
                key="pages",
                data={
                    "label": text("pages.label"),
                    "language": language,
                    "pages": [
                        {"path": f"/{page.path}", "label": text(page.label), "current": page.path == path}
                        for page in PAGES
                    ],
                },
                width="content",
            )


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
