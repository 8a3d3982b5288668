"""What is wrong or odd with features, and how many of them: each kind is a repair that can be accepted or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.foreign.features.place import Place
from geo.foreign.features.shapes import MOST_VERTICES, Mask, Shapes, not_finite
from geo.foreign.features.source import Batch
from geo.grid import BBox

ACCEPTED = {
    "broken": True,
    "nonfinite": True,
    "empty": True,
    "unclosed": True,
    "curves": True,
    "invalid": True,
    "vertices": True,
    "mixed": True,
    "z": True,
    "m": True,
    "double": False,
    "axes": False,
    "outside": False,
}
"""The kinds of repairs, and whether each is made unless somebody decides. The first ones come first.

broken, nonfinite, empty, double and outside leave the feature out; unclosed closes rings, curves makes them straight,
invalid mends rings, vertices takes detail, mixed makes every geometry a multi geometry, z and m take those values, and
axes swaps x and y.
"""

MUST = frozenset({"broken", "nonfinite", "curves", "m"})
"""Repairs that cannot be refused: no feature can be written with what they take away."""

CHINA: BBox = (73.0, 3.0, 136.0, 54.0)

_NORTHINGS = (1_900_000.0, 6_000_000.0)
_EASTINGS = ((200_000.0, 800_000.0), (13_200_000.0, 45_800_000.0))
"""Of places in China, in grids of zones; with the number of the zone before them, and without."""


@dataclass(slots=True)
class Tally:
    """How many features each kind of finding has, and the numbers of the first ones."""

    most: int
    counts: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, list[int]] = field(default_factory=dict)

    def add(self, kind: str, numbers: Iterable[int]) -> None:
        """Count features by their numbers in the file."""
        found = list(numbers)
        if found:
            self.counts[kind] = self.counts.get(kind, 0) + len(found)
            kept = self.numbers.setdefault(kind, [])
            kept.extend(found[: self.most - len(kept)])

    def plain(self) -> dict[str, dict[str, Any]]:
        """Return `count` and `numbers` by kind."""
        return {kind: {"count": count, "numbers": self.numbers[kind]} for kind, count in self.counts.items()}


def examine(shapes: Shapes, place: Place | None, *, where: bool = True) -> dict[str, Mask]:
    """Return which of some geometries have what; without a place, or `where`, not which are outside of China."""
    geometries = shapes.geometries
    given = ~shapely.is_missing(geometries)
    empty = (~given & ~shapes.broken) | shapely.is_empty(geometries)
    endless = not_finite(geometries)
    whole = given & ~empty & ~endless
    vertices = shapely.get_num_coordinates(geometries) > MOST_VERTICES
    found = {
        "broken": shapes.broken,
        "empty": empty,
        "nonfinite": endless,
        "unclosed": shapes.unclosed,
        "curves": shapes.curves,
        "vertices": vertices,
        "z": given & shapely.has_z(geometries),
        "m": given & shapely.has_m(geometries),
    }
    invalid = np.zeros(len(geometries), dtype=bool)
    asked = whole & ~vertices
    invalid[asked] = ~shapely.is_valid(geometries[asked])
    found["invalid"] = invalid
    bounds = shapely.bounds(geometries)
    found["axes"] = whole & swapped(bounds, place)
    if place is not None and where:
        found["outside"] = whole & ~found["axes"] & outside(place.bounds(bounds))
    return found


class Doubles:
    """Tells which features are the same as one before, in geometry and in all values."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def of(self, batch: Batch) -> Mask:
        """Return which features of a batch are the same as one before them."""
        found = np.zeros(len(batch.numbers), dtype=bool)
        rows = zip(*batch.columns, strict=True) if batch.columns else [()] * len(batch.numbers)
        for index, (wkb, row) in enumerate(zip(batch.wkb, rows, strict=True)):
            mark = hashlib.blake2b((wkb or b"") + repr(row).encode(errors="replace"), digest_size=12).digest()
            found[index] = bool(wkb) and mark in self._seen
            self._seen.add(mark)
        return found


def numbers_of(batch: Batch, mask: Mask) -> list[int]:
    """Return the numbers of some features of a batch."""
    return [batch.numbers[index] for index in np.flatnonzero(mask)]


def swapped(bounds: NDArray[np.float64], place: Place | None) -> Mask:
    """Return which bounds would be in China if x and y changed places, and are not as they are."""
    with np.errstate(all="ignore"):
        x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
        west, south, east, north = CHINA
        degrees = (x >= south) & (x <= north) & (y >= west) & (y <= east)
        zones = np.zeros(len(x), dtype=bool)
        for low, high in _EASTINGS:
            zones |= (y >= low) & (y <= high)
        metres = (x >= _NORTHINGS[0]) & (x <= _NORTHINGS[1]) & zones
    if place is None:
        return degrees | metres
    if place.degrees:
        return degrees
    return metres if place.zoned else np.zeros(len(x), dtype=bool)


def outside(bounds: NDArray[np.float64]) -> Mask:
    """Return which bounds in degrees do not touch China's."""
    west, south, east, north = CHINA
    with np.errstate(all="ignore"):
        touching = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    found: Mask = ~touching
    return found
