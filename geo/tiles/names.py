"""The Chinese and the English name of a feature, from the tags that OpenStreetMap has for names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

LONGEST = 80
"""Characters of a name that are kept."""

MOST_CHARACTERS = 12_000
"""Different characters of names that are kept; no typeface has many more."""

_IDEOGRAPH = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]")


def has_ideograph(text: str) -> bool:
    """Whether there is a Chinese character in `text`."""
    return _IDEOGRAPH.search(text) is not None


def names(tags: Mapping[str, str]) -> tuple[str, str]:
    """Return the Chinese and the English name.

    Chinese is `name:zh-Hans`, else `name:zh`, else `name`: what stands on the spot, in whatever script, is better than
    nothing. English is `name:en`, else `name` where that is not in Chinese characters, else empty.
    """
    own = cleaned(tags.get("name", ""))
    chinese = cleaned(tags.get("name:zh-Hans", "")) or cleaned(tags.get("name:zh", "")) or own
    english = cleaned(tags.get("name:en", "")) or ("" if has_ideograph(own) else own)
    return chinese, english


def cleaned(text: str) -> str:
    """Return a name in one line, without control characters and not too long."""
    kept = "".join(
        character if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else " "
        for character in str(text)[: LONGEST * 4]
    )
    return " ".join(kept.split())[:LONGEST]


def characters_of(texts: Iterable[str]) -> str:
    """Return every character of `texts`, for a typeface that has just those."""
    return "".join(sorted(set().union(*texts)))[:MOST_CHARACTERS]
