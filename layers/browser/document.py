"""What all our documents have in their heads, and how a plan gets into a finished document.

This module does without Folium, which takes half a second to import.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from layers import style

ASSETS = "assets"
"""Path, in the browser, of the folder with our scripts and `vendor/`."""


def new_place() -> str:
    """Return a random placeholder, which no plan can hold; see `put`."""
    return f"PLAN{secrets.token_hex(16)}"


def put(document: str, place: str, text: str) -> str:
    """Return `document` with the placeholder `place` replaced by `text`."""
    before, found, after = document.partition(place)
    if not found:
        raise RuntimeError("the place for the plan is not in the document")
    return f"{before}{text}{after}"


def custom_properties(families: Sequence[str]) -> str:
    """Return the colours and typefaces for our style sheets, as CSS; `families` in order of preference."""
    fonts = ",".join(f'"{name}"' for name in families)
    return (
        f":root{{--pm-accent:{style.ACCENT};--pm-ink:{style.INK};--pm-water:{style.WATER};"
        f"--pm-font:{fonts},sans-serif}}"
    )
