"""The list of pages. It does not import Streamlit, because the server answers before Streamlit is imported."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the application."""

    path: str
    """Its path in the address; empty for the first page."""
    module: str
    """Name of the module whose `main` draws the page. Not the module itself, which imports this one."""
    label: str
    """Key of the page's name in the translations."""


PAGES = (
    Page("", "app.browse.page", "pages.browse"),
    Page("tasks", "app.tasks.page", "pages.tasks"),
    Page("layers", "app.layers.page", "pages.layers"),
    Page("export", "app.export.page", "pages.export"),
    Page("present", "app.present.page", "pages.present"),
    Page("data", "app.data.page", "pages.data"),
)
