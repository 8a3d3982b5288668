"""What the form for recording gets for an answer, and how what it sends is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from geo.errors import PlanMapError
from layers.plan.fault import Fault
from layers.translation import Translation

LONGEST = 8000
"""Length in characters to which a field from the browser is cut; none takes as many."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What has become of a statement or an amendment that was sent."""

    sent: int
    """The number that the browser has given to what it sent."""
    done: bool
    words: str
    faults: Mapping[str, str] = field(default_factory=dict)
    """What is wrong, by field."""
    newer: tuple[str, ...] = ()
    """What others have recorded about the task meanwhile, in a line each."""
    known: str = ""
    """Id of the latest of these."""

    def row(self) -> dict[str, Any]:
        """Return it as the browser takes it."""
        return asdict(self)


def words_of(sent: object, name: str) -> str:
    """Return a text from the browser; empty if it is none."""
    value = sent.get(name) if isinstance(sent, Mapping) else None
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def explained(fault: Fault, text: Translation) -> str:
    """Return what is wrong without its place, where the words stand, and with the form's names instead of a file's."""
    space = " " if text.language == "en" else ""

    def named(found: re.Match[str]) -> str:
        label = text.texts.get(f"field.{found[1]}")
        return f"{space}{label}{space}" if label else found[0]

    words = text.explain(PlanMapError(fault.code, **fault.details))
    return re.sub(r"\s*\b([a-z]+(?:_[a-z]+)+)\b\s*", named, words).strip()
