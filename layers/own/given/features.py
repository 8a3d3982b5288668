"""What is given of a layer: its fields and features, in the system that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.feature_package import Features
from geo.feature_table import FeatureTable
from layers.own.given.loss import Loss, Losses
from layers.own.given.system import GivenSystem
from layers.own.own_layer import LayerField, OwnLayer

NUMBER = "source_fid"
"""The column with the number that a feature had in the file that it comes from, which is ours and not given."""

_TYPES = {
    "INTEGER": "integer",
    "MEDIUMINT": "integer",
    "SMALLINT": "integer",
    "TINYINT": "integer",
    "REAL": "real",
    "DOUBLE": "real",
    "FLOAT": "real",
    "DATE": "date",
    "DATETIME": "datetime",
    "BOOLEAN": "boolean",
    "BLOB": "binary",
}
"""Types by those of GeoPackage; all others are text."""

KINDS = ("point", "multipoint", "line", "area")
_KIND_OF = np.array([0, 2, 2, 3, 1, 2, 3, -1])
"""The place in `KINDS` of each type of geometry, by its number in Shapely."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Survey:
    """What the geometries that are to be written are."""

    count: int
    types: frozenset[int]
    """Their types by the numbers that Shapely gives them."""
    heights: frozenset[int]
    """The same of those with heights."""
    measured: int
    """How many have measures."""

    @property
    def kinds(self) -> list[str]:
        """Which of `KINDS` there are."""
        found = {int(_KIND_OF[each]) for each in self.types}
        return [name for place, name in enumerate(KINDS) if place in found]


@dataclass(frozen=True, slots=True)
class Given:
    """The features of a layer that are to be written."""

    layer: OwnLayer
    package: FeatureTable
    system: GivenSystem
    fields: tuple[LayerField, ...]
    ids: NDArray[np.int64] | None
    survey: Survey
    losses: Losses
    progress: Progress
    about: str = ""
    """What a file says of itself where its format has a place for that."""

    @property
    def description(self) -> str:
        """The same, with the offset frame that the figures are in, if any."""
        return "; ".join(part for part in (self.system.code if self.system.offset else "", self.about) if part)

    def batches(self, kind: str | None = None) -> Iterator[Features]:
        """Yield the features in the system; with a `kind` only those, the first kind also with those without any."""
        names, done = [field.name for field in self.fields], 0
        wanted = None if kind is None else KINDS.index(kind)
        takes_none = kind is None or [kind] == self.survey.kinds[:1]
        for features in self.package.batches(names, ids=self.ids, flat=False):
            done += len(features)
            kinds = _KIND_OF[shapely.get_type_id(features.geometries)]
            keep = (kinds == wanted) | ((shapely.is_missing(features.geometries)) & takes_none)
            found = features if wanted is None or keep.all() else _some(features, keep)
            if len(found):
                geometries = self.system.moved(_without_measures(found.geometries))
                gone = shapely.is_missing(geometries) & ~shapely.is_missing(found.geometries)
                self.losses.add(Loss.UNPLACED, int(gone.sum()), *map(str, found.ids[gone][:8]))
                yield Features(found.ids, geometries, found.values)
            self.progress(done / max(1, self.survey.count))


def fields_of(layer: OwnLayer, package: FeatureTable) -> tuple[LayerField, ...]:
    """Return all fields in the file of a layer, also those that other programs have added."""
    known, types = {field.name: field for field in layer.fields}, package.types()
    return tuple(
        known.get(name) or LayerField(name, _TYPES.get(types[name].partition("(")[0].strip(), "text"))
        for name in package.fields
        if name != NUMBER
    )


def survey(package: FeatureTable, ids: NDArray[np.int64] | None) -> Survey:
    """Return what the geometries are."""
    count, measured, types, heights = 0, 0, set[int](), set[int]()
    for features in package.batches(ids=ids, flat=False):
        count += len(features)
        there = features.geometries[~shapely.is_missing(features.geometries)]
        of_each = shapely.get_type_id(there)
        types |= set(np.unique(of_each).tolist())
        heights |= set(np.unique(of_each[shapely.has_z(there)]).tolist())
        measured += int(shapely.has_m(there).sum())
    return Survey(count, frozenset(types), frozenset(heights), measured)


def _without_measures(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    measured = shapely.has_m(geometries)
    if not measured.any():
        return geometries
    found = geometries.copy()
    for place in np.flatnonzero(measured).tolist():
        flat = shapely.force_2d(found[place])
        if shapely.has_z(found[place]):
            flat = shapely.set_coordinates(
                shapely.force_3d(flat), shapely.get_coordinates(found[place], include_z=True)
            )
        found[place] = flat
    return found


def _some(features: Features, keep: NDArray[np.bool_]) -> Features:
    places: list[int] = np.flatnonzero(keep).tolist()

    def chosen(values: Sequence[Any]) -> list[Any]:
        return [values[place] for place in places]

    values = {name: chosen(column) for name, column in features.values.items()}
    return Features(features.ids[places], features.geometries[places], values)
