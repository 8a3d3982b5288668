"""The Chinese typeface of the sheets: where its files are, how wide text is, what it cannot print.

The face is a locked dependency and not the machine's, so that a sheet looks the same everywhere and Chinese
prints where no Chinese font is installed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.path import Path as Outline

from geo.errors import PlanMapError
from layers.font import Weight, font_file

MM_PER_POINT = 25.4 / 72
"""Millimetres in one typographic point."""

CAP_HEIGHT = 0.733
"""Height of a Latin capital as a share of the size; figures are as high."""

IDEOGRAPH_MIDDLE = 0.38
"""Height above the baseline of the middle of a Chinese character, as a share of the size."""

_EM = 100.0
_NO_LINE_START = frozenset("，。、；：？！）》」』】”’％%…·,.;:?!)]}")
_NO_LINE_END = frozenset("（《「『【“‘([{")


@lru_cache(maxsize=2)
def _font(weight: Weight) -> FT2Font:
    font = FT2Font(str(font_file(weight)))
    font.set_size(_EM, 72)
    return font


@lru_cache(maxsize=8192)
def _glyph(weight: Weight, character: str) -> tuple[float, np.ndarray | None, np.ndarray | None]:
    """Return advance, vertices and codes of one character, in ems; no outline for a space."""
    font = _font(weight)
    glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    vertices, codes = font.get_path()
    advance = glyph.linearHoriAdvance / 65536 / _EM
    return (advance, vertices / _EM, codes) if len(vertices) else (advance, None, None)


@lru_cache(maxsize=8192)
def check(text: str, weight: Weight = Weight.REGULAR) -> str:
    """Return `text`, of which every character can be printed.

    Raises
    ------
    PlanMapError
        The face has no such character. A box in its place would pass for text.
    """
    missing = sorted({character for character in text if not _printable(weight, character)})
    if missing:
        shown = " ".join(f"{character} (U+{ord(character):04X})" for character in missing[:5])
        raise PlanMapError("glyph-missing", characters=shown, text=text[:80])
    return text


@lru_cache(maxsize=8192)
def _printable(weight: Weight, character: str) -> bool:
    return _font(weight).get_char_index(ord(character)) != 0


def width(text: str, size: float, weight: Weight = Weight.REGULAR) -> float:
    """Return the width in millimetres of one line of `text` set in `size` points; raises as `check` does."""
    return sum(_glyph(weight, character)[0] for character in check(text, weight)) * size * MM_PER_POINT


def outline(text: str, size: float, weight: Weight = Weight.REGULAR) -> Outline | None:
    """Return the outline of `text` in millimetres, its baseline's start at 0, 0; None if nothing is to see."""
    vertices, codes, along = [], [], 0.0
    for character in check(text, weight):
        advance, points, kinds = _glyph(weight, character)
        if points is not None:
            vertices.append(points + np.array((along, 0.0)))
            codes.append(kinds)
        along += advance
    if not vertices:
        return None
    return Outline(np.concatenate(vertices) * (size * MM_PER_POINT), np.concatenate(codes))  # type: ignore[arg-type]


def wrap(text: str, limit: float, size: float, weight: Weight = Weight.REGULAR) -> list[str]:
    """Break `text` into lines of at most `limit` millimetres.

    Chinese breaks between any two characters, but no line begins with a closing mark or ends with an
    opening one; Latin words stay whole where a line can hold them.
    """
    lines, line, used = [], "", 0.0
    for piece in _pieces(text):
        wide = width(piece, size, weight)
        if line and used + width(piece.rstrip(), size, weight) > limit:
            lines.append(line.rstrip())
            line, used = "", 0.0
        while wide > limit and len(piece) > 1:
            fitting = max(1, _fitting(piece, limit, size, weight))
            lines.append(piece[:fitting])
            piece = piece[fitting:]
            wide = width(piece, size, weight)
        line += piece
        used += wide
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """Cut `text` where a line may end."""
    pieces: list[str] = []
    for character in text:
        joined = bool(pieces) and (
            character in _NO_LINE_START
            or character.isspace()
            or pieces[-1][-1] in _NO_LINE_END
            or (_is_word(character) and _is_word(pieces[-1][-1]))
        )
        if joined:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _is_word(character: str) -> bool:
    return ord(character) < 0x2E80 and not character.isspace()


def shorten(text: str, limit: float, size: float, weight: Weight = Weight.REGULAR) -> str:
    """Return `text`, cut with an ellipsis where it is wider than `limit` millimetres."""
    if width(text, size, weight) <= limit:
        return text
    return text[: _fitting(text, limit - width("…", size, weight), size, weight)] + "…"


def _fitting(text: str, limit: float, size: float, weight: Weight) -> int:
    """Return how many characters of `text` fit `limit` millimetres; one pass, for a name may be long."""
    used = 0.0
    for count, character in enumerate(text):
        used += width(character, size, weight)
        if used > limit + 1e-9:
            return count
    return len(text)
