"""Names for files that people download: readable, and allowed on Windows as elsewhere."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 90
"""Half the bytes that a name may take before its ending. File systems allow 255, and a Chinese character takes 3."""

_KEPT_END = 40
"""Number of last characters that a name keeps when it is cut: they tell the paper."""


def file_name(parts: list[str], ending: str) -> str:
    """Return `parts`, joined by `_`, as a file name with `ending`.

    Characters that Windows forbids become a dash, and so do dots, because `CON.x` is a device there too. Control
    characters and those that change the direction of writing are left out.
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
