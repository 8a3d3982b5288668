"""What there is to say of an own layer that was given back: what is in the file, and what the file cannot hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from layers.own.answer import Answer
from layers.own.given.loss import LossCount
from layers.own.giving import GivenBack
from layers.own.question_words import shown_words
from layers.own.words import system_words
from layers.plan.fault import printable
from layers.translation import Translation

SHOWN_NAMES = 12
"""Names of fields or files that a line has."""


def lost_lines(lost: Iterable[LossCount], text: Translation) -> Iterator[str]:
    """Yield what a file does not have as it is here, a line for each kind of difference."""
    for each in lost:
        names = [printable(name, limit=60) for name in each.names[:SHOWN_NAMES]]
        shown = text("data.list-comma").join(names) or "-"
        if len(each.names) > SHOWN_NAMES:
            shown += text("own.and-more")
        yield text(f"give-lost.{each.loss}", count=f"{each.count:,}", names=shown)


def about_words(found: Answer, text: Translation, *, made: datetime) -> str:
    """Return what a file of the features of an answer says of itself: what was asked, when, and how many that were."""
    return text("give.about", words=shown_words(found, text), made=f"{made:%Y-%m-%d %H:%M}")


def given_words(given: GivenBack, text: Translation) -> str:
    """Return what has been written, in a line."""
    code = {"GCJ-02": "gcj02", "BD-09": "bd09"}.get(given.system, given.system)
    target, count = printable(given.path.name, limit=200), f"{given.count:,}"
    return text("give.written", target=target, count=count, system=system_words(code, text))
