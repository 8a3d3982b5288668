"""The pages there are, and the links from each to the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from layers import escape, style
from layers.translation import LANGUAGES, Translation


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the application."""

    path: str
    """In the address; empty for the first page."""
    module: str
    """Its `main` draws the page; by name, for the pages themselves draw links from this list."""
    label: str
    """Key of its name in the translations."""


PAGES = (
    Page("", "app.browse.page", "pages.browse"),
    Page("export", "app.export.page", "pages.export"),
    Page("present", "app.present.page", "pages.present"),
)

_links = st.components.v2.component(
    "planmap_pages",
    html='<nav class="pm-pages"></nav>',
    js=Path(__file__).with_name("pages.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
"""Not Streamlit's own links: the Scene is in the address, which the map writes without telling the server."""

_STYLE = Path(__file__).with_name("page.css")


def show_styles(*more: Path) -> None:
    """Put the colours and the style sheet of all pages on the page, and `more` sheets after them."""
    st.html(f"<style>{style.custom_properties()}</style>")
    for sheet in (_STYLE, *more):
        st.html(sheet)


def show_name(title: str, line: str, path: str, text: Translation, *, language: str = "") -> None:
    """Draw the name of the plan, and under it a line and the links from the page at `path` to the others.

    With a `language` they also put it into the address, on a page that has no map to do so.
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
    """Draw the switch of languages, which all pages share; with its label and as wide as a form when `labelled`."""
    st.segmented_control(
        text("page.language"),
        LANGUAGES,
        key="language",
        format_func={"zh": "中文", "en": "English"}.__getitem__,
        label_visibility="visible" if labelled else "collapsed",
        required=True,
        width="stretch" if labelled else "content",
    )
