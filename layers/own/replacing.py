"""When a layer may take the place of another of its name: never if it has gone astray and the other has not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geo.errors import PlanMapError
from geo.foreign.features.findings import outside
from layers.own.own_layer import OwnLayer, described


def check_replaced(target: Path, made: OwnLayer) -> None:
    """Refuse a layer that lies wholly outside China in place of the one at `target` that does not.

    A wrong system puts features elsewhere on the globe, and what it would cost is a layer that is right.

    Raises
    ------
    PlanMapError
        It is so.
    """
    try:
        before = described(target)
    except (PlanMapError, OSError):
        # There is none, or none that could be kept.
        return
    if outside(np.array([made.bounds, before.bounds])).tolist() == [True, False]:
        raise PlanMapError("layer-astray", file=made.file, name=before.name)
