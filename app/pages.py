"""The pages there are. Nothing of Streamlit is imported here, for the server answers before it has been."""

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
    Page("export", "app.export.page", "pages.export"),
    Page("present", "app.present.page", "pages.present"),
)
