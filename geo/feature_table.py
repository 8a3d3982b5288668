"""What the features of a layer are asked for, whether they are in a file of ours or stay where they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geo.feature_package import Features
from geo.grid import BBox
from geo.value_test import ValueTest

Ids = NDArray[np.int64]


DECLARED = {
    "text": "TEXT",
    "integer": "INTEGER",
    "real": "REAL",
    "date": "DATE",
    "datetime": "DATETIME",
    "boolean": "BOOLEAN",
    "binary": "BLOB",
}
"""How a GeoPackage declares a field of each type (OGC 12-128r19, table 1)."""


class FeatureTable(Protocol):
    """Features with numbers, geometries in WGS 84 and the values of some fields; nothing of it is changed.

    Each of its methods raises `PlanMapError` if the features cannot be read, or if they have no such field.
    """

    fields: list[str]
    """Names of the columns that are neither number nor geometry."""

    @property
    def count(self) -> int:
        """How many features there are."""

    @property
    def state(self) -> str:
        """A text that changes with the features."""

    def types(self) -> dict[str, str]:
        """Return the type of each field as a GeoPackage would declare it, in capital letters."""

    def within(
        self, bounds: BBox, fields: Sequence[str] = (), *, most: int | None = None, ids: Ids | None = None
    ) -> Features:
        """Return the features whose bbox meets `bounds` (WGS 84, degrees), at most `most` of them.

        With `ids`, only those that have one of these numbers.
        """

    def count_within(self, bounds: BBox) -> int:
        """Return how many features have a bbox that meets `bounds`."""

    def numbered(self, ids: Sequence[int], fields: Sequence[str] = ()) -> Features:
        """Return the features with these numbers, as far as they are there."""

    def all(self, fields: Sequence[str] = (), *, most: int | None = None) -> Features:
        """Return all features, at most `most`."""

    def batches(self, fields: Sequence[str] = (), *, ids: Ids | None = None, flat: bool = True) -> Iterator[Features]:
        """Yield all features, or those with the ascending numbers `ids`, some at a time.

        With `flat` false geometries have the heights that they have there.
        """

    def passing(self, tests: Sequence[ValueTest]) -> Ids:
        """Return the numbers of the features that pass all `tests`, rising."""

    def boxes(self, bounds: BBox, tests: Sequence[ValueTest] = ()) -> tuple[Ids, NDArray[np.float64]]:
        """Return the numbers of the features whose bbox meets `bounds` and that pass all `tests`, and their boxes.

        The boxes are rows of west, south, east, north, and hold all of their features.
        """

    def boxes_of(self, ids: Ids) -> tuple[Ids, NDArray[np.float64]]:
        """Return the same of the features with these numbers, which rise, without those that have no geometry."""

    def column(self, field: str, ids: Ids) -> list[Any]:
        """Return the values of a field of the features with these numbers, which rise."""

    def whole_column(self, field: str) -> Iterator[list[Any]]:
        """Yield the values of a field by rising number of their features, some at a time, without the geometries."""

    def distinct(self, field: str, most: int, tests: Sequence[ValueTest] = ()) -> list[tuple[Any, int]]:
        """Return the values of a field with how many features have each, the most frequent first, at most `most`.

        With `tests`, only of the features that pass all of them.
        """

    def chosen(self, ids: Ids, fields: Sequence[str] = ()) -> Iterator[Features]:
        """Yield the features with these numbers, which rise, some at a time."""
