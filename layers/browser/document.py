"""Documents with a placeholder for the plan, and the addresses of our scripts and styles."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from layers.cache import kept_bytes
from layers.resources import bundle_name

ASSETS = "assets"
"""Path, in the browser, of the folder with our bundles in `dist/` and third-party files in `vendor/`."""


def bundle_address(name: str) -> str:
    """Return the address, in the browser, of the bundle `name`, such as `browse.js`.

    Raises
    ------
    PlanMapError
        The build did not make it.
    """
    return f"{ASSETS}/dist/{bundle_name(name)}"


def put(document: str, place: str, text: str) -> str:
    """Return `document` with the placeholder `place` replaced by `text`."""
    before, found, after = document.partition(place)
    if not found:
        raise RuntimeError("the place for the plan is not in the document")
    return f"{before}{text}{after}"


_SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)
_NOT_RUN_HERE = re.compile(r'\bsrc=|type="application/json"')


def script_hashes(document: str) -> tuple[str, ...]:
    """Return the sources of a content policy that let the scripts inside `document` run, and no others.

    It must not hold a plan yet: whatever came in with one would be let run too.
    """
    return tuple(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for attributes, text in _SCRIPT.findall(document)
        if not _NOT_RUN_HERE.search(attributes)
    )


def kept_document(name: str, make: Callable[[], str], *, depends: str = "") -> str:
    """Return the document without a plan that `make` renders, kept in the user's cache folder between runs.

    Importing Folium and rendering take longer than everything else before a map can be shown. The document is made
    anew when Folium, our scripts or our code have changed, or `depends`, which stands for anything else in it.
    """
    digest = hashlib.sha256(f"{_edition()} {depends}".encode()).hexdigest()[:20]
    return kept_bytes(f"{name}-{digest}.html", lambda: make().encode()).decode()


@lru_cache(maxsize=1)
def _edition() -> str:
    """Return a digest of Folium's version, our bundles and the code that documents without a plan are made from."""
    layers = Path(__file__).parents[1]
    digest = hashlib.sha256(version("folium").encode())
    for folder in ("browser", "map", "present"):
        for path in sorted((layers / folder).glob("*.py")):
            digest.update(path.read_bytes())
    digest.update((layers / "style.py").read_bytes())
    for bundle in ("browse.js", "browse.css", "briefing.js", "briefing.css"):
        digest.update(bundle_name(bundle).encode())
    return digest.hexdigest()
