"""Tiles that are even in degrees, such as those of 天地图's set `c`, put together as tiles of Web Mercator.

At a zoom both have the same columns, for both halve the world's 360 degrees; only the rows differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image


def rows_of(zoom: int, y: int) -> range:
    """Return the rows in degrees that a row of Web Mercator reaches into, from the north."""
    side = 360 / 2**zoom
    north, south = _latitudes(zoom, np.array([float(y), float(y + 1)]))
    last = max(0, 2 ** (zoom - 1) - 1) if zoom else 0
    first = max(0, math.floor((90 - north) / side))
    # A row that is touched only is not needed.
    return range(first, min(last, math.ceil((90 - south) / side - 1e-9) - 1) + 1)


def put_together(zoom: int, y: int, side: int, tile: Callable[[int], Image | None]) -> bytes:
    """Return as PNG a row's tile of Web Mercator, with `side` pixels, from the tiles in degrees that `tile` gives.

    What `tile` does not give is seen through.
    """
    from PIL import Image

    rows = rows_of(zoom, y)
    whole = np.zeros((len(rows) * side, side, 4), dtype=np.float64)
    for turn, row in enumerate(rows):
        found = tile(row)
        if found is not None:
            whole[turn * side : (turn + 1) * side] = np.asarray(found)
    # In between colours are mixed by how much of each is seen.
    whole[..., :3] *= whole[..., 3:] / 255
    latitudes = _latitudes(zoom, y + (np.arange(side) + 0.5) / side)
    places = (90 - latitudes) / (360 / 2**zoom) * side - rows.start * side - 0.5
    above = np.clip(np.floor(places).astype(int), 0, len(whole) - 1)
    below = np.clip(above + 1, 0, len(whole) - 1)
    share = np.clip(places - above, 0, 1)[:, None, None]
    made = whole[above] * (1 - share) + whole[below] * share
    made[..., :3] *= 255 / np.maximum(made[..., 3:], 1e-9)
    file = BytesIO()
    Image.fromarray(np.clip(np.rint(made), 0, 255).astype(np.uint8), "RGBA").save(file, "PNG")
    return file.getvalue()


def _latitudes(zoom: int, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the latitudes of rows of Web Mercator, and of places in them."""
    return np.asarray(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * rows / 2**zoom)))))
