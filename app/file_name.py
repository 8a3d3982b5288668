"""Names for files that people download: readable, and allowed on Windows as elsewhere."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 90
"""Characters before the ending. A name of Chinese characters takes three bytes for each, and 255 is the limit."""

_KEPT_END = 40
"""Of these the last ones stay when the name is too long: they say paper and scale."""


def file_name(parts: list[str], ending: str) -> str:
    """Return `parts` as a file name with `ending`.

    What Windows forbids becomes a dash: its special characters, and dots, for `CON.x` is a device there too.
    Control characters and those that turn the direction of writing are left out.
    """
    name = "_".join(_plain(part) for part in parts if part)
    if len(name.encode()) > 2 * LONGEST:
        name = f"{_cut(name[:-_KEPT_END], 2 * LONGEST - len(name[-_KEPT_END:].encode()))}{name[-_KEPT_END:]}"
    return f"{name}.{ending}"


def _plain(part: str) -> str:
    visible = "".join(c for c in part if c.isspace() or not unicodedata.category(c).startswith("C"))
    return re.sub(r"\s+", " ", re.sub(r'\s*[<>:"/\\|?*.]+\s*', "-", visible)).strip(" -") or "-"


def _cut(text: str, size: int) -> str:
    """Return the beginning of `text` that takes no more than `size` bytes."""
    return text.encode()[: max(0, size)].decode(errors="ignore")
