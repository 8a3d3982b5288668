"""Text on slides: runs and paragraphs as DrawingML, and the type size at which words fit their box.

Text goes into elements as text and never as markup. The distance between lines is exact, so that every program makes
a row as high as calculated, whatever fonts the machine has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from geo.errors import PlanMapError
from layers import style
from layers.draw import typeface
from layers.draw.typeface import MM_PER_POINT
from layers.escape import xml
from layers.font import Weight
from layers.present.pptx.xml import Xml, make, worded

EMU_PER_MM = 36_000
"""English Metric Units, in which DrawingML measures lengths, in a millimetre."""

LEADING = 1.24
"""Distance between two lines as a share of the type size."""

CAUTION = 0.96
"""Share of a box's width that text may use, because other fonts of the same kind run a little wider."""


_LANGUAGES = {"zh": ("zh-CN", "en-US"), "en": ("en-GB", "zh-CN")}
_JOINT = re.compile(r"(?<=[\u2e80-\uffef])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z%])(?=[\u2e80-\uffef])")
"""Places between Chinese and Latin characters, where some programs add a little space."""

_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


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


def legible(words: str) -> str:
    r"""Return `words` with characters that XML cannot hold escaped, such as a control character as `\x07`."""
    return _NO_XML.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), words)


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
    look = click(run.link, run.tooltip, jump=run.jump) if run.link else solid(run.colour)
    return make(tag, look, lang=lang, altLang=other, sz=round(points * 100), b=int(run.bold), dirty=0)


def paragraph(
    runs: Iterable[Run], points: float, language: str, *, align: str = "l", exact: bool = True, after: float = 0.0
) -> Xml:
    """Return a paragraph in `points`; `exact` fixes the distance of its lines, `after` is in points."""
    parts = [_lines_of(points, align, exact, after)]
    look = Run("")
    for run in runs:
        look = run._replace(words="")
        opening, closing = _around_words(look, points, language)
        parts.append(Xml(f"{opening}{xml(legible(run.words)).replace(_BREAK, ' ')}{closing}"))
    parts.append(run_properties(look._replace(link=""), points, language, "a:endParaRPr"))
    return make("a:p", *parts)


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


def line_count(words: str, width: float, points: float, *, bold: bool = False) -> int:
    """Return how many lines `words` take in a width of `width` millimetres; at least 1."""
    weight = Weight.BOLD if bold else Weight.REGULAR
    return max(1, len(typeface.wrap(measurable(words), width * CAUTION, points, weight)))


def width_of(words: str, points: float, *, bold: bool = False) -> float:
    """Return the width in millimetres that `words` need on one line."""
    return typeface.width(measurable(words), points, Weight.BOLD if bold else Weight.REGULAR) / CAUTION


def line_height(points: float) -> float:
    """Return the distance between two lines in millimetres."""
    return points * LEADING * MM_PER_POINT


def cut(words: str, width: float, points: float, lines: int, *, bold: bool = False) -> str:
    """Return `words`, cut with an ellipsis if they take more than `lines` lines of `width` millimetres."""
    if line_count(words, width, points, bold=bold) <= lines:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if line_count(words[:middle] + "…", width, points, bold=bold) <= lines:
            low = middle
        else:
            high = middle - 1
    return words[:low].rstrip() + "…"


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
