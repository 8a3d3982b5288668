"""What a format cannot hold as it is here, counted while a file is written, so that nothing is left out unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Loss(StrEnum):
    """One way in which what is in a file differs from what is here."""

    NAMES = "names"
    """Fields have shorter or other names."""
    TEXTS = "texts"
    """Texts are cut."""
    INTEGERS = "integers"
    """Whole numbers with more digits than other programs read."""
    TIMES = "times"
    """Times are text."""
    BINARY = "binary"
    """Bytes are text, in hexadecimal."""
    ODD = "odd"
    """Values that are not of the type of their field are left out."""
    MEASURES = "measures"
    """Geometries are without the measures (M) that they have here."""
    UNPLACED = "unplaced"
    """Features are without a geometry, because they lie where the system does not reach."""
    SPLIT = "split"
    """Points, lines and areas are in files of their own."""
    LONG = "long"
    """Geometries are left out because their text is longer than a cell."""
    ILLEGIBLE = "illegible"
    """Characters that the format cannot hold are written as escapes."""
    GUARDED = "guarded"
    """Texts begin with an apostrophe so that no spreadsheet takes them for formulas."""
    SHEETS = "sheets"
    """The features go on in further sheets."""
    OFFSET = "offset"
    """No code names the system, so that only the file's words tell it."""
    ROUGH = "rough"
    """No way to the system is known: the figures are those of WGS 84."""
    STYLE = "style"
    """The file has no style."""


@dataclass(frozen=True, slots=True)
class LossCount:
    """One thing that differs: how often, and in which fields, files or other things."""

    loss: Loss
    count: int
    names: tuple[str, ...] = ()


class Losses:
    """Counts what differs."""

    def __init__(self) -> None:
        self._counts: Counter[Loss] = Counter()
        self._names: dict[Loss, dict[str, None]] = {}

    def add(self, loss: Loss, count: int = 1, *names: str) -> None:
        """Count `count` of a loss, in things that are called `names`."""
        if count:
            self._counts[loss] += count
            self._names.setdefault(loss, {}).update(dict.fromkeys(names))

    def found(self) -> tuple[LossCount, ...]:
        """Return what there is, in the order of `Loss`."""
        return tuple(
            LossCount(loss, self._counts[loss], tuple(self._names[loss])) for loss in Loss if self._counts[loss]
        )

    def names(self, loss: Loss) -> Iterable[str]:
        """Return the names that were given with a loss."""
        return self._names.get(loss, {})
