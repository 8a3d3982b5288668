"""Text on slides: runs and paragraphs as DrawingML, and the type size at which words fit their box.

Text goes into elements as text and never as markup. The distance between lines is exact, so that every program makes
a row as high as calculated, whatever fonts the machine has.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from geo.errors import PlanMapError
from layers import style
from layers.draw import typeface
from layers.draw.typeface import MM_PER_POINT
from layers.escape import legible, xml
from layers.font import Weight
from layers.present.pptx.xml import Xml, make, worded
from layers.words import chinese

EMU_PER_MM = 36_000
"""English Metric Units, in which DrawingML measures lengths, in a millimetre."""

LEADING = 1.24
"""Distance between two lines as a share of the type size."""

CAUTION = 0.96
"""Share of a box's width that text may use, because other fonts of the same kind run a little wider."""

LATIN = {Weight.REGULAR: 1.09, Weight.BOLD: 1.15}
"""How much wider than in our typeface Latin letters can come out where a file's is missing.

With `CAUTION`, that is the width of DejaVu Sans, the widest that programs put in its place.
"""


OUTLINE_MM = 0.2
"""Width of the outline of letters in millimetres."""

_LANGUAGES = {"zh": ("zh-CN", "en-US"), "en": ("en-GB", "zh-CN")}
_JOINT = re.compile(r"(?<=[\u2e80-\uffef])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z%])(?=[\u2e80-\uffef])")
"""Places between Chinese and Latin characters, where some programs add a little space."""


class Run(NamedTuple):
    """Words with one look."""

    words: str
    colour: str = style.INK
    bold: bool = False
    link: str = ""
    """Id of the slide's relationship to the link's target; empty without a link."""
    tooltip: str = ""
    jump: bool = False
    """Whether the link leads to a slide of the same deck."""
    pale: str = ""
    """Colour inside of outlined letters, whose outline then has `colour`; empty for plain letters."""


def emu(millimetres: float) -> int:
    """Return a length in EMU, see `EMU_PER_MM`."""
    return round(millimetres * EMU_PER_MM)


@lru_cache(maxsize=1024)
def solid(colour: str, opacity: float = 1.0) -> Xml:
    """Return a fill of a colour, given as `#RRGGBB` or as the name of a theme colour such as `tx1`."""
    if not colour.startswith("#"):
        return make("a:solidFill", make("a:schemeClr", val=colour))
    alpha = [] if opacity >= 1 else [make("a:alpha", val=round(opacity * 100_000))]
    short = colour[1:] if len(colour) == 7 else "".join(letter * 2 for letter in colour[1:])
    return make("a:solidFill", make("a:srgbClr", *alpha, val=short.upper()))


@lru_cache(maxsize=256)
def click(link: str, tooltip: str, *, jump: bool = False) -> Xml:
    """Return the element that makes a click follow the relationship `link`."""
    said = {"action": "ppaction://hlinksldjump"} if jump else {}
    if tooltip:
        said["tooltip"] = legible(tooltip)[:250]
    return make("a:hlinkClick", r_id=link, **said)


@lru_cache(maxsize=1024)
def run_properties(run: Run, points: float, language: str, tag: str = "a:rPr") -> Xml:
    """Return the properties of a run in `points`."""
    lang, other = _LANGUAGES[language]
    # A link takes the theme's colour for links; a fill of its own would be ignored.
    look = click(run.link, run.tooltip, jump=run.jump) if run.link else solid(run.pale or run.colour)
    edge = [make("a:ln", solid(run.colour), w=emu(OUTLINE_MM))] if run.pale else []
    return make(tag, *edge, look, lang=lang, altLang=other, sz=round(points * 100), b=int(run.bold), dirty=0)


def paragraph(
    runs: Iterable[Run],
    points: float,
    language: str,
    *,
    align: str = "l",
    exact: bool = True,
    after: float = 0.0,
    width: float | None = None,
) -> Xml:
    """Return a paragraph in `points`; `exact` fixes the distance of its lines, `after` is in points.

    With a `width` in millimetres, Chinese words get line breaks between words, which no program finds by itself. They
    are breaks and not invisible characters, because a search must still find the words.
    """
    parts = [_lines_of(points, align, exact, after)]
    look = Run("")
    for line in _broken([run for run in runs if run.words], width, points):
        if line is None:
            parts.append(make("a:br", run_properties(look._replace(link=""), points, language)))
            continue
        look = line._replace(words="")
        opening, closing = _around_words(look, points, language)
        parts.append(Xml(f"{opening}{xml(legible(line.words)).replace(_BREAK, ' ')}{closing}"))
    parts.append(run_properties(look._replace(link=""), points, language, "a:endParaRPr"))
    return make("a:p", *parts)


def _broken(runs: Sequence[Run], width: float | None, points: float) -> list[Run | None]:
    """Return `runs`, cut where a line ends; None stands for the break."""
    said = "".join(run.words for run in runs)
    if width is None or not chinese(said):
        return list(runs)
    bold = any(run.bold for run in runs)
    ends = set(itertools.accumulate(map(len, lines_of(said, width, points, bold=bold)[:-1])))
    found: list[Run | None] = []
    start = 0
    for run in runs:
        last = start + len(run.words)
        cuts = [start, *sorted(end for end in ends if start < end <= last)]
        for first, end in itertools.pairwise([*cuts, *[last] * (cuts[-1] != last)]):
            found.append(run._replace(words=said[first:end]))
            found += [None] * (end in ends)
        start = last
    return found


_BREAK = xml("\n")


@lru_cache(maxsize=1024)
def _around_words(look: Run, points: float, language: str) -> tuple[str, str]:
    """Return what goes before and after the words of a run; most runs of a deck are alike but for their words."""
    mark = "WORDS"
    opening, _, closing = make("a:r", run_properties(look, points, language), worded("a:t", mark)).rpartition(mark)
    return opening, closing


@lru_cache(maxsize=256)
def _lines_of(points: float, align: str, exact: bool, after: float) -> Xml:
    """Return how the lines of a paragraph stand."""
    distances = (
        make("a:lnSpc", make("a:spcPts", val=round(points * LEADING * 100))),
        make("a:spcBef", make("a:spcPts", val=0)),
        make("a:spcAft", make("a:spcPts", val=round(after * 100))),
    )
    return make("a:pPr", *(distances if exact else ()), algn=align)


def text_box(*, wrap: str = "square", anchor: str = "t") -> Xml:
    """Return the properties of a text without margins that keeps its size."""
    return make("a:bodyPr", make("a:noAutofit"), wrap=wrap, lIns=0, tIns=0, rIns=0, bIns=0, rtlCol=0, anchor=anchor)


@lru_cache(maxsize=8192)
def measurable(words: str) -> str:
    """Return `words` in a form that can be measured: characters that our typeface lacks become an ideograph."""
    spaced = _JOINT.sub(" ", legible(words))
    try:
        return typeface.check(spaced)
    except PlanMapError:
        return "".join(letter if _has(letter) else "口" for letter in spaced)


@lru_cache(maxsize=4096)
def _has(letter: str) -> bool:
    try:
        return bool(typeface.check(letter))
    except PlanMapError:
        return False


def lines_of(said: str, width: float, points: float, *, bold: bool = False) -> list[str]:
    """Return `said` cut into the lines that it takes in `width` millimetres; joined they give `said` again.

    A line ends between two words, see `layers.words`, unless a word is wider than the line.
    """
    lines = [""]
    for piece in typeface.pieces(said):
        if lines[-1] and _needed(lines[-1] + piece.rstrip(), points, bold) > width:
            lines.append("")
        while _needed(piece.rstrip(), points, bold) > width and len(piece) > 1:
            fitting = max(1, _fitting(piece, width, points, bold))
            lines[-1:] = [piece[:fitting], ""]
            piece = piece[fitting:]
        lines[-1] += piece
    return lines if lines[-1] or len(lines) == 1 else lines[:-1]


def _fitting(piece: str, width: float, points: float, bold: bool) -> int:
    """Return how many characters of `piece` fit `width` millimetres."""
    return next((count for count in range(len(piece), 0, -1) if _needed(piece[:count], points, bold) <= width), 0)


def line_count(said: str, width: float, points: float, *, bold: bool = False) -> int:
    """Return how many lines `said` takes in a width of `width` millimetres; at least 1."""
    return len(lines_of(said, width, points, bold=bold))


def width_of(said: str, points: float, *, bold: bool = False) -> float:
    """Return the width in millimetres that `said` needs on one line."""
    return _needed(said, points, bold)


def _needed(said: str, points: float, bold: bool) -> float:
    return _ems(said, Weight.BOLD if bold else Weight.REGULAR) * points * MM_PER_POINT


@lru_cache(maxsize=16384)
def _ems(said: str, weight: Weight) -> float:
    """Return the width in ems that words may need in any typeface that is likely."""
    shown = measurable(said)
    latin = "".join(letter for letter in shown if ord(letter) < _IDEOGRAPHS)
    one = 1 / MM_PER_POINT
    return (typeface.width(shown, one, weight) + (LATIN[weight] - 1) * typeface.width(latin, one, weight)) / CAUTION


_IDEOGRAPHS = 0x2E80


def line_height(points: float) -> float:
    """Return the distance between two lines in millimetres."""
    return points * LEADING * MM_PER_POINT


def cut(words: str, width: float, points: float, lines: int, *, bold: bool = False) -> str:
    """Return `words`, cut with an ellipsis if they take more than `lines` lines of `width` millimetres."""
    if line_count(words, width, points, bold=bold) <= lines:
        return words
    # Between words, unless not even one of them has room.
    for ends in (list(itertools.accumulate(map(len, typeface.pieces(words)))), range(len(words) + 1)):
        low, high = -1, len(ends) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if line_count(words[: ends[middle]].rstrip() + "…", width, points, bold=bold) <= lines:
                low = middle
            else:
                high = middle - 1
        if low >= 0 and ends[low]:
            return words[: ends[low]].rstrip() + "…"
    return "…"


def largest(texts: Sequence[str], width: float, height: float, sizes: Sequence[float], *, bold: bool = False) -> float:
    """Return the first of `sizes` in points at which `texts`, one below the other, fit a box in mm; else the last."""
    for points in sizes:
        if sum(line_count(words, width, points, bold=bold) for words in texts) * line_height(points) <= height:
            return points
    return sizes[-1]


def fitted(
    texts: Sequence[str], width: float, height: float, sizes: Sequence[float], *, bold: bool = False
) -> tuple[float, list[str]]:
    """Return the type size and the texts for a box of millimetres; what does not fit even in the last size is cut."""
    points = largest(texts, width, height, sizes, bold=bold)
    room = max(1, int(height / line_height(points) + 1e-6))
    kept: list[str] = []
    for words in texts:
        if room <= 0:
            break
        shown = cut(words, width, points, room, bold=bold)
        room -= line_count(shown, width, points, bold=bold)
        kept.append(shown)
    return points, kept
