"""Features on their way from a file to a GeoPackage: repaired, moved to WGS 84 and written, with count of all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.foreign.features.findings import ACCEPTED, MUST, Doubles, Tally, examine, numbers_of, outside
from geo.foreign.features.place import Place
from geo.foreign.features.shapes import (
    MOST_VERTICES,
    Mask,
    as_multi,
    less_detailed,
    made_valid,
    moved,
    not_finite,
    read_shapes,
    single,
    types_of,
    without_m,
)
from geo.foreign.features.source import Batch, Layer
from geo.foreign.features.target import NUMBER, Target

REPORTED_NUMBERS = 1_000
"""Numbers of features that the report names of each repair."""


class Bringing:
    """Takes features batch by batch."""

    def __init__(self, place: Place, repairs: Mapping[str, Any], target: Target, *, mixed: bool) -> None:
        """Take where the features are, which repairs are accepted, and whether they are of several types."""
        self._place, self._target, self._mixed = place, target, mixed
        self._accepted = {kind: bool(repairs.get(kind, yes)) or kind in MUST for kind, yes in ACCEPTED.items()}
        self._doubles = Doubles()
        self.read = 0
        self._repaired, self._refused = Tally(REPORTED_NUMBERS), Tally(REPORTED_NUMBERS)
        self._left_out, self._undecodable = Tally(REPORTED_NUMBERS), Tally(REPORTED_NUMBERS)
        self._types = Counter[str]()
        self._off_degrees = 0.0

    def take(self, batch: Batch) -> None:
        """Write the features of a batch."""
        self.read += len(batch.numbers)
        self._undecodable.add("text", batch.undecodable)
        shapes = read_shapes(batch.wkb)
        found = {**examine(shapes, self._place, where=False), "double": self._doubles.of(batch)}
        keep = np.ones(len(batch.numbers), dtype=bool)
        for kind in ("broken", "nonfinite", "empty", "double"):
            self._leave(batch, keep, kind, found[kind])
        if not self._accepted["unclosed"]:
            # A ring that is open is no polygon, so there is nothing to be written as it is.
            self._leave(batch, keep, "unclosed", found["unclosed"], always=True)
        geometries = shapes.geometries
        geometries[~keep] = None
        found = {kind: mask & keep for kind, mask in found.items()}
        self._as_file_has(batch, geometries, found, keep)
        moved(geometries, self._place.to_degrees)
        self._leave(batch, keep, "unplaced", not_finite(geometries), always=True)
        geometries[~keep] = None
        self._in_degrees(batch, geometries, found, keep)
        self._write(batch, geometries, keep)

    def report(self, layer: Layer) -> dict[str, Any]:
        """Return what was done, as plain values."""
        pairs = [(field, name) for field, name in zip(layer.fields, self._target.columns, strict=True)]
        return {
            "read": self.read,
            "written": self._target.written,
            "repaired": self._repaired.plain(),
            "refused": self._refused.plain(),
            "left_out": self._left_out.plain(),
            "undecodable": self._undecodable.plain().get("text", {"count": 0, "numbers": []}),
            "renamed": [[field.name, name] for field, name in pairs if field.name != name],
            "fields": [{"name": name, "type": field.type} for field, name in pairs],
            "number_column": NUMBER,
            "types": dict(self._types),
            "simplified_degrees": self._off_degrees,
            "encoding": layer.encoding,
            "notes": list(layer.notes),
            "transformation": self._place.plain(),
        }

    def _as_file_has(
        self, batch: Batch, geometries: NDArray[np.object_], found: Mapping[str, Mask], keep: Mask
    ) -> None:
        """Make the repairs that are made in the coordinates of the file."""
        for kind in ("unclosed", "curves", "m"):
            self._count(batch, kind, found[kind])
        without_m(geometries)
        if self._count(batch, "z", found["z"]):
            geometries[:] = shapely.force_2d(geometries)
        if self._count(batch, "axes", found["axes"]):
            turned = geometries[found["axes"]]
            moved(turned, lambda positions: positions[:, [1, 0, *range(2, positions.shape[1])]])
            geometries[found["axes"]] = turned
        if self._count(batch, "invalid", found["invalid"]):
            self._make_valid(batch, geometries, found["invalid"], keep)

    def _in_degrees(self, batch: Batch, geometries: NDArray[np.object_], found: Mapping[str, Mask], keep: Mask) -> None:
        """Make the repairs that are made in WGS 84."""
        if self._count(batch, "vertices", found["vertices"]):
            for index in np.flatnonzero(found["vertices"] & keep):
                geometries[index], off = less_detailed(geometries[index])
                self._off_degrees = max(self._off_degrees, off)
        if self._accepted["invalid"]:
            # What was valid in metres need not be so to the last digit in degrees, nor with less detail.
            asked = np.flatnonzero(keep & (shapely.get_num_coordinates(geometries) <= MOST_VERTICES))
            again = np.zeros(len(keep), dtype=bool)
            again[asked] = ~shapely.is_valid(geometries[asked]) & ~shapely.is_missing(geometries[asked])
            self._make_valid(batch, geometries, again, keep)
        there = keep & ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
        self._leave(batch, keep, "outside", there & outside(shapely.bounds(geometries)))

    def _make_valid(self, batch: Batch, geometries: NDArray[np.object_], mask: Mask, keep: Mask) -> None:
        flat = np.zeros(len(geometries), dtype=bool)
        for index in np.flatnonzero(mask):
            geometries[index] = made_valid(geometries[index])
            flat[index] = geometries[index] is None
        # A ring around no ground at all, of which nothing is left.
        self._leave(batch, keep, "flat", flat, always=True)

    def _write(self, batch: Batch, geometries: NDArray[np.object_], keep: Mask) -> None:
        kept = np.flatnonzero(keep)
        geometries = geometries[kept]
        numbers = [batch.numbers[index] for index in kept]
        alone = np.flatnonzero(single(geometries))
        if self._mixed:
            tally = self._repaired if self._accepted["mixed"] else self._refused
            tally.add("mixed", (numbers[index] for index in alone))
        if self._mixed and self._accepted["mixed"]:
            for index in alone:
                geometries[index] = as_multi(geometries[index])
        self._types.update(types_of(geometries))
        columns = batch.columns
        if len(kept) < len(keep):
            columns = [[column[index] for index in kept] for column in columns]
        self._target.add(numbers, geometries, columns)

    def _leave(self, batch: Batch, keep: Mask, kind: str, mask: Mask, *, always: bool = False) -> None:
        """Leave features out, or keep them if that was refused."""
        mask = mask & keep
        if always or self._accepted[kind]:
            self._left_out.add(kind, numbers_of(batch, mask))
            keep &= ~mask
        else:
            self._refused.add(kind, numbers_of(batch, mask))

    def _count(self, batch: Batch, kind: str, mask: Mask) -> bool:
        """Count a repair that is made or refused, and return whether it is accepted."""
        (self._repaired if self._accepted[kind] else self._refused).add(kind, numbers_of(batch, mask))
        return self._accepted[kind]
