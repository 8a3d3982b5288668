"""Every colour has its place in layers/style.py, those of the ground in layers/ground/look.py, those of own
layers in layers/own/ramps.py; nothing else has any.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from layers import style

ROOT = Path(__file__).resolve().parents[1]
STYLES = tuple(ROOT / name for name in ("layers/style.py", "layers/ground/look.py", "layers/own/ramps.py"))
BUILT = [ROOT / "layers/browser" / name for name in ("dist", "vendor")]
SOURCES = sorted(
    path
    for folder in ("app", "layers", "geo")
    for pattern in ("*.py", "*.js", "*.ts", "*.css", "*.html")
    for path in (ROOT / folder).rglob(pattern)
    if path not in STYLES and not any(built in path.parents for built in BUILT)
)
# Three, four, six or eight digits; not an entity such as &#123; nor the name of an element.
HEX = re.compile(r"(?<![&\w])#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![\w-])", re.IGNORECASE)
FUNCTION = re.compile(r"\b(?:rgba?|hsla?|hwb|oklch|oklab|lab|lch)\(\s*[\d.]")
PROPERTY = re.compile(r"var\(--pm-([\w-]+)\s*[,)]")
LOCAL = {"k", "w", "size", "side", "scale", "wide", "font"}
"""Custom properties that are no colours."""


def test_there_is_something_to_look_at():
    assert {".py", ".js", ".css", ".html"} <= {path.suffix for path in SOURCES}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_colour_is_written_down_beside_the_style(path):
    text = path.read_text(encoding="utf-8")
    assert [*HEX.findall(text), *FUNCTION.findall(text)] == []


def test_style_sheets_use_only_colours_that_there_are():
    known = {*style.INTERFACE, *(f"{name}-rgb" for name in style.SEE_THROUGH), *LOCAL}
    for path in SOURCES:
        if path.suffix in (".css", ".html"):
            assert set(PROPERTY.findall(path.read_text(encoding="utf-8"))) <= known, path.name


def test_every_colour_of_the_interface_is_used():
    texts = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if path.suffix in (".css", ".html", ".py"))
    for name in style.INTERFACE:
        if not name.startswith("pale-"):
            assert f"var(--pm-{name})" in texts or f'INTERFACE["{name}"]' in texts, name


def test_custom_properties_say_what_the_style_says():
    css = style.custom_properties(("One", "Two"))
    assert f"--pm-accent:{style.ACCENT.lower()};" in css
    assert "--pm-ink-rgb:31 41 51" in css
    assert css.endswith('--pm-font:"One","Two",sans-serif}')
