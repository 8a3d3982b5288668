"""Documents with a place for the plan, and where the browser finds our scripts and styles."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from layers.cache import kept_bytes
from layers.resources import bundle_name

ASSETS = "assets"
"""Folder, as the browser sees it, of `dist/` with the bundles and of `vendor/`."""


def bundle_address(name: str) -> str:
    """Return the address of the bundle `name`, such as `browse.js`, as the browser sees it.

    Raises
    ------
    PlanMapError
        The build did not make it.
    """
    return f"{ASSETS}/dist/{bundle_name(name)}"


def new_place() -> str:
    """Return a word that stands for the plan in a document until the plan is put there; no plan holds it."""
    return f"PLAN{secrets.token_hex(16)}"


def put(document: str, place: str, text: str) -> str:
    """Return `document` with `text` in the one place left for it."""
    before, found, after = document.partition(place)
    if not found:
        raise RuntimeError("the place for the plan is not in the document")
    return f"{before}{text}{after}"


def kept_document(name: str, make: Callable[[], str], *, depends: str = "") -> str:
    """Return the document without a plan that `make` renders, kept in the user's cache from one start to the next.

    Importing Folium and rendering take longer than all else that is done before a map can be shown. The document is
    made anew when Folium, our scripts or our code have changed, or `depends`, which is what else it is made from.
    """
    digest = hashlib.sha256(f"{_edition()} {depends}".encode()).hexdigest()[:20]
    return kept_bytes(f"{name}-{digest}.html", lambda: make().encode()).decode()


@lru_cache(maxsize=1)
def _edition() -> str:
    """Return a digest of everything that documents without a plan are made from."""
    layers = Path(__file__).parents[1]
    digest = hashlib.sha256(version("folium").encode())
    for folder in ("browser", "map", "present"):
        for path in sorted((layers / folder).glob("*.py")):
            digest.update(path.read_bytes())
    digest.update((layers / "style.py").read_bytes())
    for bundle in ("browse.js", "browse.css", "briefing.js", "briefing.css"):
        digest.update(bundle_name(bundle).encode())
    return digest.hexdigest()
