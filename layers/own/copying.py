"""A copy of features that stay elsewhere, for work that needs all of them: it is gone when the work is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from geo.errors import PlanMapError
from geo.foreign.features.target import written
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer

MOST_COPIED = 2_000_000
"""Most features that are copied."""


def copy_features(layer: OwnLayer, target: Path, progress: Callable[[float], None] = lambda share: None) -> None:
    """Write the geometries of a layer to a new GeoPackage `target`, by rising number and without their values.

    Whatever `progress` raises ends it.

    Raises
    ------
    PlanMapError
        They cannot be read, or there are too many.
    """
    if layer.count > MOST_COPIED:
        raise PlanMapError("own-too-many", name=layer.name, count=layer.count, limit=MOST_COPIED)
    with opened(layer) as package, written(target, []) as made:
        for features in package.batches():
            made.add(features.ids.tolist(), features.geometries, [])
            # Somebody may have cancelled it.
            progress(0.0)
        made.finish(layer.name)
