"""Files put into a document in the place of their names, so that it is whole by itself."""

from __future__ import annotations

import base64
import re
from functools import lru_cache

from geo.errors import PlanMapError
from layers.browser.document import ASSETS
from layers.font import Weight, web_font
from layers.resources import BROWSER_FOLDER

_CSS_WEIGHTS = {Weight.REGULAR: 400, Weight.BOLD: 600}


def inlined(document: str) -> str:
    """Return `document` with each script and style sheet of ours in it.

    Raises
    ------
    PlanMapError
        The build did not make one.
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
    """Return the CSS of `family` in both weights with the letters of `characters`, as far as the face has them."""
    faces = ""
    for weight, number in _CSS_WEIGHTS.items():
        data = base64.b64encode(web_font(weight, characters)).decode()
        faces += (
            f'@font-face{{font-family:"{family}";font-weight:{number};'
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
    return faces


@lru_cache(maxsize=4)
def _script(name: str) -> str:
    # The end of the element must not come early.
    return re.sub(r"<(?=/script|!--)", r"\\x3c", _read(name), flags=re.IGNORECASE)


@lru_cache(maxsize=4)
def _style_sheet(name: str) -> str:
    # The build has put the pictures into it.
    return _read(name)


def _read(name: str) -> str:
    path = BROWSER_FOLDER / name
    if not path.is_file():
        raise PlanMapError("incomplete-install", folder=path)
    return path.read_text(encoding="utf-8")
