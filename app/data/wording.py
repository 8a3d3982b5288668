"""What is said of a ground, or of a layer, in the same words in several places."""

from __future__ import annotations

from layers.ground.files import GroundFile
from layers.translation import Translation


def size_words(size: int) -> str:
    """Return a size in bytes in words, such as 12.3 MB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"


def zoom_words(ground: GroundFile, text: Translation) -> str:
    """Return the zooms of a ground."""
    first, last = ground.zooms
    return text("data.zooms", first=first, last=last)


def sentence(line: str) -> str:
    """Return a line with a capital letter, for one that stands by itself."""
    return line[:1].upper() + line[1:]
