"""The script that Streamlit runs for every page: it draws the page that the address names."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from app.pages import PAGES

st.navigation(
    [
        # The first page is the default one, which Streamlit puts at the root whatever its path.
        st.Page(import_module(page.module).main, url_path=page.path, title=page.path, default=page is PAGES[0])
        for page in PAGES
    ],
    position="hidden",
).run()
