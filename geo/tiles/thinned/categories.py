"""The categories of a layer's features: the values of a field, or the classes between numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.tiles.thinned.rings import Whole

MOST_KEPT = 10
"""Values of a field that are categories of their own; all others are one together."""

MOST_VALUES = 1_000_000
"""Distinct values that are counted."""

LONGEST = 200
"""Characters of a value that are told."""

Plain = str | int | float | None


class Categories:
    """The categories, numbered from 0, as values come in."""

    def __init__(self, values: Sequence[Plain] | None = None, breaks: Sequence[float] | None = None) -> None:
        """Take the most frequent values, or `values`, or the classes between the rising `breaks`.

        With breaks, number 0 is below the first, and the last before that of no number is from the last break on.
        """
        self._given = None if values is None else [_plain(value) for value in values][:MOST_KEPT]
        self._breaks = None if breaks is None else np.array(breaks, dtype=np.float64)[:MOST_KEPT]
        self._numbers: dict[object, int] = {}
        self._classes: list[Whole] = []

    def take(self, values: Sequence[object]) -> None:
        """Take the values of the next features, of which texts are in UTF-8."""
        if self._breaks is not None:
            measured = np.array([_number(value) for value in values], dtype=np.float64)
            classes = np.searchsorted(self._breaks, measured, side="right")
            classes[np.isnan(measured)] = len(self._breaks) + 1
            self._classes.append(classes.astype(np.int64))
            return
        known = self._numbers
        if len(known) < MOST_VALUES:
            numbers = [known.setdefault(value, len(known)) for value in values]
        else:
            numbers = [known.get(value, MOST_VALUES) for value in values]
        found = np.array(numbers, dtype=np.int64)
        self._classes.append(found)

    def finish(self) -> tuple[NDArray[np.uint8], list[dict[str, Any]]]:
        """Return the category of each feature, and what each is: `value`, or `from` and `to`, or `other`; `count`."""
        found = np.concatenate([*self._classes, np.zeros(0, dtype=np.int64)])
        told = self._told_classes() if self._breaks is not None else []
        if self._breaks is None:
            # Values that are told alike are the same: no number is any number that is not finite.
            plain: dict[Plain, int] = {}
            table = np.array([plain.setdefault(_plain(value), len(plain)) for value in self._numbers] or [0])
            values = list(plain)
            found = np.where(found < len(table), table[np.minimum(found, len(table) - 1)], len(values))
            counts = np.bincount(found, minlength=len(values) + 1)
            order = np.argsort(-counts[: len(values)], kind="stable")[:MOST_KEPT].tolist()
            kept = self._given if self._given is not None else [values[n] for n in order]
            table = np.full(len(counts), len(kept), dtype=np.int64)
            for number, value in enumerate(kept):
                if value in plain:
                    table[plain[value]] = number
            told = [{"value": value} for value in kept]
            if (table[found] == len(kept)).any():
                others = int(((table[: len(values)] == len(kept)) & (counts[: len(values)] > 0)).sum())
                told.append({"other": True, "values": others})
            found = table[found]
        told = told or [{"other": True}]
        counted = np.bincount(found, minlength=len(told)).tolist()
        return found.astype(np.uint8), [{**each, "count": count} for each, count in zip(told, counted, strict=True)]

    def _told_classes(self) -> list[dict[str, Any]]:
        edges: list[float | None] = [None, *(self._breaks.tolist() if self._breaks is not None else ()), None]
        classes = [{"from": low, "to": high} for low, high in pairwise(edges)]
        return [*classes, {"other": True}]


def _plain(value: object) -> Plain:
    if isinstance(value, bytes):
        # What is no UTF-8 is a value like any other.
        return value[: 4 * LONGEST].decode("utf-8", "replace")[:LONGEST]
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    return value[:LONGEST] if isinstance(value, str) else None


def _number(value: object) -> float:
    """Return a value as a number; NaN if it is none."""
    if isinstance(value, int | float):
        try:
            return float(value) if math.isfinite(value) else math.nan
        except OverflowError:
            return math.nan
    return math.nan
