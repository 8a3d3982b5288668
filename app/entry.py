"""The script that Streamlit runs for every page: it draws the page that the address names."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import streamlit as st

from app.pages import PAGES, Page


def _main_of(page: Page) -> Callable[[], None]:
    """Return the function that draws a page; it imports the page's module only when the page is opened."""

    def main() -> None:
        import_module(page.module).main()

    return main


st.navigation(
    [
        # The first page is the default one, which Streamlit puts at the root whatever its path.
        st.Page(_main_of(page), url_path=page.path, title=page.path, default=page is PAGES[0])
        for page in PAGES
    ],
    position="hidden",
).run()
