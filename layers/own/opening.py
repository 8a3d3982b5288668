"""Opening the features of an own layer, wherever they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from geo import feature_package
from geo.feature_package import FeaturePackage
from layers.own.own_layer import OwnLayer


@contextmanager
def opened(layer: OwnLayer) -> Iterator[FeaturePackage]:
    """Yield the features of a layer, which are not changed.

    Raises
    ------
    PlanMapError
        Its file is missing or damaged.
    """
    with feature_package.opened(layer.path) as package:
        yield package
