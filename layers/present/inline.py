"""Putting scripts, styles and typefaces into a document in place of links to them."""

from __future__ import annotations

import base64
import mimetypes
import re
from functools import lru_cache
from pathlib import Path

from layers.browser.document import ASSETS
from layers.font import Weight, web_font
from layers.resources import BROWSER_FOLDER, vendor_file

_CSS_WEIGHTS = {Weight.REGULAR: 400, Weight.BOLD: 600}


def inlined(document: str) -> str:
    """Return `document` with the content of each script and style sheet below `ASSETS` in place of the link to it.

    Raises
    ------
    PlanMapError
        The build did not bring a file.
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
    for weight, number in _CSS_WEIGHTS.items():
        data = base64.b64encode(web_font(weight, characters)).decode()
        faces += (
            f'@font-face{{font-family:"{family}";font-weight:{number};'
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
    return faces


@lru_cache(maxsize=32)
def _script(name: str) -> str:
    source = _path(name).read_text(encoding="utf-8")
    # The source map is not in the file, and nothing in the script may end the script element.
    source = re.sub(r"^//# sourceMappingURL=.*$", "", source, flags=re.MULTILINE)
    return re.sub(r"<(?=/script|!--)", r"\\x3c", source, flags=re.IGNORECASE)


@lru_cache(maxsize=8)
def _style_sheet(name: str) -> str:
    path = _path(name)
    source = path.read_text(encoding="utf-8")
    return re.sub(r"url\(([\w./-]+)\)", lambda found: f"url({_data_address(path.parent / found[1])})", source)


def _data_address(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _path(name: str) -> Path:
    vendor, _, rest = name.partition("vendor/")
    return vendor_file(rest) if not vendor and rest else BROWSER_FOLDER / name
