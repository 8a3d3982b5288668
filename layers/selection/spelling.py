"""How names are compared with what people type: plain letters, pinyin, initials, and one wrong letter."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence

from layers.cache import kept_bytes
from layers.plan.terms import printed_name

MANY = 1000
"""Number of names from which their pinyin is kept in the cache folder: it takes a second for ten thousand."""

LONGEST = 60
"""Number of characters of a name that are spelt; more nobody types."""

START, SYLLABLE = "\r", "\n"
"""What stands in a spelt name before its first syllable, and before what remains of it from each later one on."""

LEAST_INSIDE = 4
"""Letters of pinyin that are needed to begin inside a name: fewer would be found everywhere."""

_IDEOGRAPH = re.compile("[㐀-鿿\U00020000-\U0003ffff]")
_BESIDES = re.compile(r"[\W_]+")


def plain(name: str) -> str:
    """Return a name without differences that nobody means: width and case of letters, spaces, kinds of dashes."""
    return " ".join(unicodedata.normalize("NFKC", name).replace("–", "-").casefold().split())


def without_bracket(name: str) -> str:
    """Return a plain name up to its bracket, as the map prints it."""
    return printed_name(plain(name))


def squeezed(name: str) -> str:
    """Return nothing but the letters and digits of a plain name."""
    return _BESIDES.sub("", name)


def has_ideograph(text: str) -> bool:
    """Whether there is a Chinese character in `text`."""
    return _IDEOGRAPH.search(text) is not None


def syllables(names: Sequence[str]) -> list[list[str]]:
    """Return the pinyin syllables, without tones, of each of `names`; of letters and digits, those themselves."""
    short = [plain(name)[:LONGEST] for name in names]
    if len(short) < MANY:
        return _syllables(short)
    import pypinyin

    told = json.dumps([pypinyin.__version__, short]).encode()
    name = f"pinyin-{hashlib.sha256(told).hexdigest()[:24]}.json"
    found: list[list[str]] = json.loads(kept_bytes(name, lambda: json.dumps(_syllables(short)).encode()))
    return found


def _syllables(names: Iterable[str]) -> list[list[str]]:
    # Imported here because that takes a fifth of a second, which only those wait for who look for something.
    from pypinyin import lazy_pinyin

    return [[part for each in lazy_pinyin(name) if (part := squeezed(each.casefold()))] for name in names]


def spelt(parts: Sequence[str]) -> str:
    """Return syllables as one text in which a name can be found from each of its syllables on."""
    rest = ["".join(parts[number:]) for number in range(len(parts))]
    return START + SYLLABLE.join(rest) if rest else ""


def initials(parts: Sequence[str]) -> str:
    """Return the first letters of syllables."""
    return "".join(part[0] for part in parts)


def spells(word: str, where: str) -> bool:
    """Whether pinyin, also the beginning of it, is in spelt names: from the first syllable of one, or a later one."""
    if len(word) < 2:
        return False
    return START + word in where or (len(word) >= LEAST_INSIDE and SYLLABLE + word in where)


def whole_within_one_edit(word: str, forms: Sequence[str]) -> list[int]:
    """Return the numbers of those of `forms` that differ from `word` by at most one letter.

    It may be wrong, missing, too much, or have changed places with the next one (optimal string alignment distance).
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.cdist([word], forms, scorer=OSA.distance, score_cutoff=1)[0]
    return [int(number) for number in (found <= 1).nonzero()[0]]


def part_within_one_edit(word: str, forms: Sequence[str]) -> list[int]:
    """Return the numbers of those of `forms` of which a part differs from `word` by at most one letter, as above."""
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    # With one letter wrong, all others are still in the window that the scorer finds.
    least = 100 * (len(word) - 2) / len(word)
    scores = process.cdist([word], forms, scorer=fuzz.partial_ratio, score_cutoff=least)[0]
    found = []
    for number in map(int, (scores > 0).nonzero()[0]):
        form = forms[number]
        if len(form) < len(word) - 1:
            continue
        window = fuzz.partial_ratio_alignment(word, form)
        if window is None:
            continue
        starts = range(max(window.dest_start - 1, 0), window.dest_start + 2)
        ends = range(window.dest_end - 1, min(window.dest_end + 1, len(form)) + 1)
        if any(OSA.distance(word, form[a:b], score_cutoff=1) <= 1 for a in starts for b in ends if b > a):
            found.append(number)
    return found


def beginning_within_one_edit(word: str, forms: Sequence[str]) -> list[int]:
    """Return the numbers of those of `forms` of which the beginning differs from `word` by at most one letter."""
    size = len(word)
    found: set[int] = set()
    for length in (size - 1, size, size + 1):
        beginnings = [form[:length] for form in forms]
        found.update(whole_within_one_edit(word, beginnings))
    return sorted(found)
