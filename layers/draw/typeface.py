"""Measuring text in the Chinese typeface of the sheets: widths, outlines, line breaks, characters that it lacks.

See `layers.font` for its files.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

import numpy as np
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.path import Path as Outline

from geo.errors import PlanMapError
from layers import words
from layers.font import Weight, font_file

MM_PER_POINT = 25.4 / 72
"""Millimetres in one typographic point."""

SMALLEST = 6.0
"""Smallest type in points on any paper: what is set smaller is not read from a copy."""

CAP_HEIGHT = 0.733
"""Height of a Latin capital or a figure as a share of the type size."""

IDEOGRAPH_MIDDLE = 0.38
"""Height of the middle of a Chinese character above the baseline, as a share of the type size."""

_EM = 100.0

_alone = Lock()
"""Held by whoever uses a font: FreeType has one place in each for the character that was loaded last, and sheets are
drawn in several threads at once. Two of them in one font end the process, or get each other's characters.
"""
_NO_LINE_START = frozenset("，。、；：？！）》」』】”’％%…·,.;:?!)]}")
_NO_LINE_END = frozenset("（《「『【“‘([{\u00a0")


@lru_cache(maxsize=2)
def _font(weight: Weight) -> FT2Font:
    font = FT2Font(str(font_file(weight)))
    font.set_size(_EM, 72)
    return font


@lru_cache(maxsize=8192)
def _glyph(weight: Weight, character: str) -> tuple[float, np.ndarray | None, np.ndarray | None]:
    """Return the advance of one character and the vertices and codes of its outline, in ems; a space has no outline."""
    with _alone:
        font = _font(weight)
        glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
        vertices, codes = font.get_path()
        advance = glyph.linearHoriAdvance / 65536 / _EM
    return (advance, vertices / _EM, codes) if len(vertices) else (advance, None, None)


@lru_cache(maxsize=8192)
def check(text: str, weight: Weight = Weight.REGULAR) -> str:
    """Return `text` unchanged if every character of it can be printed.

    Raises
    ------
    PlanMapError
        The typeface lacks a character; a box would be printed in its place.
    """
    missing = sorted({character for character in text if not _printable(weight, character)})
    if missing:
        shown = " ".join(f"{character} (U+{ord(character):04X})" for character in missing[:5])
        raise PlanMapError("glyph-missing", characters=shown, text=text[:80])
    return text


@lru_cache(maxsize=8192)
def covers(text: str, weight: Weight = Weight.REGULAR) -> bool:
    """Whether the typeface has every character of `text`."""
    return all(_printable(weight, character) for character in text)


def _printable(weight: Weight, character: str) -> bool:
    with _alone:
        return _font(weight).get_char_index(ord(character)) != 0


def with_marks(text: str, weight: Weight = Weight.REGULAR) -> str:
    """Return `text` with a question mark for each character that cannot be printed, for what must not fail."""
    return "".join(character if _printable(weight, character) else "?" for character in text)


def readable(points: float) -> float:
    """Return a type size in points, raised to `SMALLEST` if it is smaller."""
    return max(SMALLEST, points)


def width(text: str, size: float, weight: Weight = Weight.REGULAR) -> float:
    """Return the width in millimetres of `text` on one line in `size` points; raise as `check` does."""
    return _advance(text, weight) * size * MM_PER_POINT


def shortened(text: str, size: float, room: float) -> str:
    """Return a text cut off, with a mark that says so, where it is wider than `room` in millimetres."""
    if width(text, size) <= room:
        return text
    while len(text) > 1 and width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


@lru_cache(maxsize=8192)
def _advance(text: str, weight: Weight) -> float:
    """Return the width of `text` in ems, kept because the same words are measured in many sizes."""
    return sum(_glyph(weight, character)[0] for character in check(text, weight))


def outline(text: str, size: float, weight: Weight = Weight.REGULAR) -> Outline | None:
    """Return the outline of `text` in millimetres, with its baseline starting at 0, 0; None if it is all spaces.

    Raises as `check` does.
    """
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
    """Break `text` into lines of at most `limit` millimetres; raise as `check` does.

    Words stay whole, Chinese ones too, if a line can hold them; no line starts with a closing mark or ends with an
    opening one.
    """
    lines, line, used = [], "", 0.0
    for piece in pieces(text):
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


def pieces(text: str) -> tuple[str, ...]:
    """Cut `text` at every place where a line may end, see `wrap`."""
    return _pieces(text, words.inside(text))


@lru_cache(maxsize=1024)
def _pieces(text: str, inside: frozenset[int]) -> tuple[str, ...]:
    """Cut `text` as `pieces` does, and not before the characters at the indices `inside`."""
    found: list[str] = []
    for index, character in enumerate(text):
        joined = bool(found) and (
            index in inside
            or character in _NO_LINE_START
            or character.isspace()
            or found[-1][-1] in _NO_LINE_END
            or (_is_word(character) and _is_word(found[-1][-1]))
        )
        if joined:
            found[-1] += character
        else:
            found.append(character)
    return tuple(found)


def _is_word(character: str) -> bool:
    return ord(character) < 0x2E80 and (character == "\u00a0" or not character.isspace())


def shorten(text: str, limit: float, size: float, weight: Weight = Weight.REGULAR) -> str:
    """Return `text`, cut with an ellipsis if it is wider than `limit` millimetres."""
    if width(text, size, weight) <= limit:
        return text
    return text[: _fitting(text, limit - width("…", size, weight), size, weight)] + "…"


def _fitting(text: str, limit: float, size: float, weight: Weight) -> int:
    """Return how many characters of `text` fit `limit` millimetres, in one pass, because a name may be long."""
    used = 0.0
    for count, character in enumerate(text):
        used += width(character, size, weight)
        if used > limit + 1e-9:
            return count
    return len(text)
