"""Positions in units of the web map's world, and where in it features are at home."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.tiles.thinned.cells import morton
from geo.tiles.thinned.rings import Whole

WORLD_BITS = 30
WORLD = 2**WORLD_BITS
"""Units of the width of the web map's world, 4 cm each at the equator."""

TOP = 85.0511287798066
"""Degrees of latitude at which the web map ends."""

Numbers = NDArray[np.float64]


def projected(positions: Numbers) -> Whole:
    """Return positions in degrees (WGS 84) in units of the world, from its north-west corner (Web Mercator)."""
    sine = np.sin(np.radians(np.clip(positions[:, 1], -TOP, TOP)))
    found = np.empty((len(positions), 2))
    found[:, 0] = (positions[:, 0] + 180) / 360
    found[:, 1] = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
    made: Whole = np.clip(np.rint(found * WORLD), -2 * WORLD, 2 * WORLD).astype(np.int64)
    return made


def homes(bounds: Numbers) -> tuple[Whole, Whole, Whole]:
    """Return the home of features with extents in degrees, their longer side, and left, top, right and bottom.

    Both in units of the world.
    """
    count = len(bounds)
    corners = projected(np.concatenate([bounds[:, :2], bounds[:, 2:]]))
    low, high = corners[:count], corners[count:]
    middle = (low + high) // 2
    middle[:, 0] %= WORLD
    size = np.maximum(high[:, 0] - low[:, 0], np.abs(high[:, 1] - low[:, 1]))
    box = np.column_stack([low[:, 0], high[:, 1], high[:, 0], low[:, 1]])
    return morton(middle[:, 0], np.clip(middle[:, 1], 0, WORLD - 1)), size, box


def turns_of(bounds: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return by how many degrees each is turned so that its west end is on the map, and which lie beyond its edges."""
    beyond = (bounds[:, 0] < -180) | (bounds[:, 2] > 180)
    return np.where(beyond, -360 * np.floor((bounds[:, 0] + 180) / 360), 0.0), beyond
