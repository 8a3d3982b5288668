"""What came of fetching the features of a layer anew."""

from __future__ import annotations

from dataclasses import dataclass

from layers.own.linked.source import SourceRow
from layers.own.own_layer import OwnLayer


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of it."""

    layer: OwnLayer
    row: SourceRow
    before: int
    """How many features there were."""
    unchanged: bool
    """Whether the source has just what it had."""
    fresh: tuple[str, ...] = ()
    """Fields that were not there before."""
