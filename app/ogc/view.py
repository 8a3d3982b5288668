"""A document as a page for people, in both languages; every word on it is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from app.ogc.address import Address
from app.opening import ALL_SLICES
from layers import style
from layers.escape import safe_address, template_environment
from layers.translation import LANGUAGES, Translation

_TEMPLATES = template_environment(Path(__file__).with_name("templates"))


@dataclass(frozen=True, slots=True)
class WebCell:
    """What stands in a cell of a table."""

    words: str
    href: str = ""
    """Where a click leads; empty for nowhere."""


@dataclass(frozen=True, slots=True)
class Card:
    """A way from one page to another, with a line on it."""

    href: str
    title: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class WebTable:
    """A table with a heading for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[WebCell, ...], ...]


@dataclass(frozen=True, slots=True)
class WebPage:
    """What a page shows, from top to bottom; what is empty is left out."""

    title: str
    above: tuple[Card, ...] = ()
    """The pages above it, the first one first."""
    lines: tuple[str, ...] = ()
    code: str = ""
    """The address that GIS programs take, which stands above the lines."""
    cards: tuple[Card, ...] = ()
    count: str = ""
    earlier: str = ""
    later: str = ""
    """Addresses of the pages before and after it."""
    table: WebTable | None = None


def page(view: WebPage, address: Address, text: Translation) -> str:
    """Return the page."""
    return str(
        _TEMPLATES.get_template("page.html").render(
            view=view,
            text=text,
            colours=Markup(style.custom_properties()),  # noqa: S704 - ours alone
            typeface=f"{address.outer}{ALL_SLICES}",
            languages=[
                {
                    "code": language,
                    "name": {"zh": "中文", "en": "English"}[language],
                    "href": address.here(lang=language, f="html"),
                    "current": language == text.language,
                }
                for language in LANGUAGES
            ],
            data=address.here(f="json"),
            map=f"{address.outer}/",
        )
    )


def worded(value: object, text: Translation) -> WebCell:
    """Return a value of a field as it stands in a table; a web address can be clicked."""
    if isinstance(value, bool):
        return WebCell(text("listing.yes" if value else "listing.no"))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    words = "" if value is None else str(value)
    return WebCell(words, safe_address(words))
