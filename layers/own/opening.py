"""Opening the features of an own layer, wherever they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from geo import feature_package
from geo.feature_table import FeatureTable
from layers.own.own_layer import OwnLayer


@contextmanager
def opened(layer: OwnLayer) -> Iterator[FeatureTable]:
    """Yield the features of a layer, which are not changed.

    Raises
    ------
    PlanMapError
        Its file is missing or damaged, or the table in which they stay cannot be read.
    """
    if layer.is_live:
        # Drivers of databases take a while to import, and few plans have such a layer.
        from layers.own.table.source import opened_table

        with opened_table(layer) as table:
            yield table
        return
    with feature_package.opened(layer.path) as package:
        yield package
