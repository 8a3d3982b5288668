"""Putting scripts, styles and typefaces into a document in place of links to them."""

from __future__ import annotations

import base64
import re
from functools import lru_cache

from geo.errors import PlanMapError
from layers.browser.document import ASSETS
from layers.font import CSS_WEIGHTS, web_font
from layers.resources import BROWSER_FOLDER


def inlined(document: str) -> str:
    """Return `document` with the content of each script and style sheet below `ASSETS` in place of the link to it.

    Raises
    ------
    PlanMapError
        The build did not make one of the files.
    """
    document = re.sub(
        rf'<script src="{ASSETS}/([^"]+)"></script>', lambda found: f"<script>{_script(found[1])}</script>", document
    )
    return re.sub(
        rf'<link rel="stylesheet" href="{ASSETS}/([^"]+)"/>',
        lambda found: f"<style>{_style_sheet(found[1])}</style>",
        document,
    )


def font_faces(family: str, characters: frozenset[str]) -> str:
    """Return CSS that defines `family` in both weights with `characters`, as far as the typeface has them."""
    faces = ""
    for weight, number in CSS_WEIGHTS.items():
        data = base64.b64encode(web_font(weight, characters)).decode()
        faces += (
            f'@font-face{{font-family:"{family}";font-weight:{number};'
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
    return faces


@lru_cache(maxsize=4)
def _script(name: str) -> str:
    # Nothing in the script may end the script element.
    return re.sub(r"<(?=/script|!--)", r"\\x3c", _read(name), flags=re.IGNORECASE)


@lru_cache(maxsize=4)
def _style_sheet(name: str) -> str:
    # Its pictures are already inside: the build bundles them.
    return _read(name)


def _read(name: str) -> str:
    path = BROWSER_FOLDER / name
    if not path.is_file():
        raise PlanMapError("incomplete-install", folder=path)
    return path.read_text(encoding="utf-8")
