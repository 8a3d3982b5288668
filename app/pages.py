"""The pages there are. Nothing of Streamlit is imported here, for the server answers before it has been."""

from __future__ import annotations

from dataclasses import dataclass


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
