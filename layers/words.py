"""Words of Chinese text, so that lines end between words and not inside them: 一般公共预算／收入, never 预／算.

Chinese is written without spaces, so words are looked up in the dictionary of jieba; the names of the plan's own
places, which are in no dictionary, are kept whole as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from layers.plan.plan import Plan
from layers.plan.terms import printed_name

BREAK = "\u200b"
"""A place where a line may end, in text for a browser: the zero width space (Unicode 16, section 23.2)."""

LONGEST = 8
"""Most characters of a name that is kept whole; a longer one may break between its words."""

_P = ParamSpec("_P")
_R = TypeVar("_R")
_MOST = 6
"""Most characters of a word to which a single character is added."""

_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]{2,}|[0-9.,%～~–-]+ ?[\u3400-\u9fff\uf900-\ufaff]+")
_FORWARD = frozenset("与和及或并以在为对从向把将被不未第每各约超近增过达全新一二三四五六七八九十两")
"""Single characters that belong to what follows."""
_DOMAIN = frozenset(
    ("智能网联车", "智能网联", "新能源车", "示范镇", "农商文旅体", "体育节", "保障房", "规上", "津城", "滨城", "临空")
)
"""Words of government reports that the dictionary lacks."""

_terms: ContextVar[frozenset[str]] = ContextVar("terms", default=_DOMAIN)


def plan_terms(plan: Plan) -> frozenset[str]:
    """Return the Chinese names of a plan's places that no line may break, without what they have in brackets."""
    return _names(site.name.zh for site in plan.sites.values())


def _names(names: Iterable[str]) -> frozenset[str]:
    bare = {printed_name(name) for name in names}
    return frozenset(name for name in bare if 2 <= len(name) <= LONGEST and _IDEOGRAPH.search(name))


@contextmanager
def kept_whole(plan: Plan) -> Iterator[None]:
    """Keep the names of a plan's places whole in all lines that are broken meanwhile."""
    token = _terms.set(plan_terms(plan) | _DOMAIN)
    try:
        yield
    finally:
        _terms.reset(token)


def keeping_names(draw: Callable[Concatenate[Plan, _P], _R]) -> Callable[Concatenate[Plan, _P], _R]:
    """Return `draw`, whose first argument is a plan, so that it keeps the names of the plan's places whole."""

    @wraps(draw)
    def drawn(plan: Plan, /, *arguments: _P.args, **options: _P.kwargs) -> _R:
        with kept_whole(plan):
            return draw(plan, *arguments, **options)

    return drawn


def chinese(text: str) -> bool:
    """Whether `text` holds Chinese characters."""
    return _IDEOGRAPH.search(text) is not None


def inside(text: str) -> frozenset[int]:
    """Return the indices of the characters before which no line may end, because they are inside a word.

    Only Chinese words count, with the figure before a unit.
    """
    return _inside(text, _terms.get()) if chinese(text) else frozenset()


@lru_cache(maxsize=8192)
def _inside(text: str, terms: frozenset[str]) -> frozenset[int]:
    found: set[int] = set()
    first = 0
    for term in _pattern(terms).finditer(text):
        found |= _inside_words(text, first, term.start())
        found |= set(range(term.start() + 1, term.end()))
        first = term.end()
    return frozenset(found | _inside_words(text, first, len(text)))


@lru_cache(maxsize=16)
def _pattern(terms: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(terms, key=lambda term: (-len(term), term)))))


def _inside_words(text: str, first: int, last: int) -> set[int]:
    """Return the places inside the words of `text[first:last]`, which holds no name of the plan."""
    import rjieba

    found: set[int] = set()
    for run in _CHINESE.finditer(text, first, last):
        start = run.start()
        for word in _joined(rjieba.cut(run[0])):
            found |= set(range(start + 1, start + len(word)))
            start += len(word)
    return found


def _joined(cut: Iterable[str]) -> list[str]:
    """Return words with single characters added to the word that they belong to, and units to their figures."""
    words: list[str] = []
    for word in cut:
        before = words[-1] if words else ""
        figure = before.rstrip()[-1:]
        unit = figure.isascii() and figure.isalnum() and len(word) <= 2
        tail = len(word) == 1 and len(before) < _MOST and word not in _FORWARD
        if before and (unit or tail or before in _FORWARD or len(before) == 1):
            words[-1] += word
        else:
            words.append(word)
    return words


def marked(text: str) -> str:
    """Return `text` with `BREAK` wherever a line may end between two Chinese words."""
    if not chinese(text):
        return text
    whole = inside(text)
    parts = [text[:1]]
    for index in range(1, len(text)):
        both = text[index - 1 : index + 1]
        if index not in whole and chinese(both) and both[0].isalnum() and both[1].isalnum():
            parts.append(BREAK)
        parts.append(text[index])
    return "".join(parts)
