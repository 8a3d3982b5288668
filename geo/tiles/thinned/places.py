"""Where the features of a large layer are, without their shapes: small enough to be kept, enough to count them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import PlanMapError
from geo.tiles.thinned.layer import Odd, rows_of, usable
from geo.tiles.thinned.rings import AREA, LINE, Whole
from geo.tiles.thinned.world import WORLD, Numbers, homes, projected, turns_of

COLUMNS = ("fid", "category", "home", "size", "cover", "dimension", "box")
"""Those of `Places` that are arrays."""


@dataclass(frozen=True, slots=True)
class Places:
    """Features that can be shown, in the order of their `home`; some 50 bytes for each.

    All but `box` and `total` is as in `geo.tiles.thinned.layer.Layer`.
    """

    fid: Whole
    category: NDArray[np.uint8]
    categories: int
    home: Whole
    size: Whole
    cover: Numbers
    dimension: NDArray[np.uint8]
    box: NDArray[np.int32]
    """Left, top, right and bottom of each, in units of the world."""
    total: int
    """Features of the layer, with those that cannot be shown or have no category."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.fid)

    def taken(self, ids: Whole) -> Places:
        """Return those with the ids `ids`, which rise."""
        chosen = np.flatnonzero(np.isin(self.fid, ids))
        return replace(self, total=len(ids), **{name: getattr(self, name)[chosen] for name in COLUMNS})


def read_places(path: Path, numbers: NDArray[np.uint8], categories: int) -> Places:
    """Return where the features of a GeoPackage are; `numbers` and `categories` as in `read_layer`, which see.

    Raises
    ------
    PlanMapError
        It cannot be read, or has other than so many features.
    """
    parts, total, odd = [], 0, Odd()
    for fids, blobs, _ in rows_of(path):
        here = numbers[total : total + len(fids)]
        total += len(fids)
        if len(here) != len(fids):
            break
        wanted = here < categories
        ids = np.array(fids, dtype=np.int64)[wanted]
        geometries, bounds, there = usable(ids, [blobs[n] for n in np.flatnonzero(wanted)], odd)
        parts.append(_placed(ids[there], here[wanted][there], categories, geometries[there], bounds[there]))
    if total != len(numbers):
        raise PlanMapError("vector-damaged", file=path.name, reason=f"{total} != {len(numbers)}")
    none = np.zeros(0, dtype=np.int64)
    parts.append(_placed(none, none.astype(np.uint8), categories, none.astype(object), np.zeros((0, 4))))
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    order = np.argsort(joined["home"], kind="stable")
    return Places(**{name: values[order] for name, values in joined.items()}, categories=categories, total=total)


def _placed(
    fids: Whole, category: NDArray[np.uint8], categories: int, geometries: NDArray[np.object_], bounds: Numbers
) -> Places:
    turns, _ = turns_of(bounds)
    home, size, box = homes(bounds + turns[:, None] * [1, 0, 1, 0])
    dimension = (shapely.get_dimensions(geometries) + 1).astype(np.uint8)
    # Both scales of the map at the middle of a feature: only of small features anybody asks how much they cover.
    middle = np.radians(np.clip((bounds[:, 1] + bounds[:, 3]) / 2, -85, 85))
    cover = shapely.area(geometries) * (WORLD / 360) ** 2 / np.cos(middle)
    is_line = dimension == LINE
    if is_line.any():
        lines = shapely.transform(geometries[is_line], lambda at: projected(at).astype(np.float64))
        cover[is_line] = shapely.length(lines)
    cover[dimension < LINE] = 0
    return Places(
        fids,
        category,
        categories,
        home,
        size,
        np.where(dimension <= AREA, cover, 0.0),
        dimension,
        np.clip(box, -2 * WORLD, 2 * WORLD - 1).astype(np.int32),
        len(fids),
    )
