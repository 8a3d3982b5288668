"""What of a ground from a file is in a part of the map, in metres of a plan's grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import PlanMapError
from geo.grid import BBox, Grid
from geo.tiles.archive import Archive, tiles_in
from geo.tiles.decode import Features, decoded, in_degrees
from geo.tiles.schema import LAYERS
from layers.ground import look
from layers.ground.files import GroundFile
from layers.plan.terms import Text

MOST_TILES = 400
"""Most tiles that one map is drawn from; for more, those of a lower zoom are taken."""


@dataclass(frozen=True, slots=True)
class TileLine:
    """A road, railway, waterway or boundary, or the part of one in a tile."""

    name: Text
    kind: str
    """One of those in `layers.ground.look.LINE_GROUPS`."""
    geometry: BaseGeometry
    """LineString in metres of the grid."""


@dataclass(frozen=True, slots=True)
class TileSpot:
    """The name of a place, a water or a park."""

    name: Text
    kind: str
    """A key of `layers.ground.look.PLACES`."""
    x: float
    """Metres of the grid; so is `y`."""
    y: float
    rank: int


@dataclass(frozen=True, slots=True)
class TileGround:
    """What tiles hold of an extent."""

    rings: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)
    """Outlines and holes of areas by kind, each of shape (n, 2) in metres of the grid, holes the other way round."""
    lines: list[TileLine] = field(default_factory=list)
    spots: list[TileSpot] = field(default_factory=list)


@lru_cache(maxsize=8)
def tile_ground(ground: GroundFile, grid: Grid, extent: BBox, zoom: float) -> TileGround:
    """Return what `ground` has in `extent`, in metres of `grid`, for a map of the zoom level `zoom`.

    Raises
    ------
    PlanMapError
        The ground's file is damaged.
    """
    bounds = grid.bbox(extent)
    west, south, east, north = (
        function(one, other) for function, one, other in zip((max, max, min, min), bounds, ground.bounds, strict=True)
    )
    found = TileGround()
    if west >= east or south >= north:
        return found
    level = look.tile_zoom(zoom, ground.zooms)
    places = tiles_in((west, south, east, north), level)
    while len(places) > MOST_TILES and level > ground.zooms[0]:
        level -= 1
        places = tiles_in((west, south, east, north), level)
    if len(places) > MOST_TILES:
        return found
    try:
        with Archive(ground.path) as archive:
            for _, x, y in places:
                tile = archive.tile(level, x, y)
                if tile is not None:
                    _add(found, decoded(tile), grid, extent, level, x, y)
    except PlanMapError as error:
        raise PlanMapError("ground-file-damaged", file=ground.path.name) from error
    return found


def _add(found: TileGround, layers: dict[str, Features], grid: Grid, extent: BBox, zoom: int, x: int, y: int) -> None:
    frame = shapely.box(*extent)
    for name, form in LAYERS.items():
        features = layers.get(name)
        if features is None or not features.parts:
            continue
        counts = np.array([len(part) for part in features.parts])
        positions = np.concatenate(features.parts)
        degrees = in_degrees(positions, zoom, x, y)
        metres = (
            shapely.get_coordinates(grid.project(shapely.LineString(degrees)))
            if len(degrees) > 1
            else np.array([grid.position(*degrees[0])])
        )
        if form.shape == "area":
            for ring, owner in zip(np.split(metres, np.cumsum(counts)[:-1]), features.owners, strict=True):
                low, high = ring.min(axis=0), ring.max(axis=0)
                if low[0] < extent[2] and high[0] > extent[0] and low[1] < extent[3] and high[1] > extent[1]:
                    found.rings.setdefault(features.kinds[owner], []).append(ring)
        elif form.shape == "line":
            _add_lines(found, features, positions, metres, counts, frame)
        else:
            _add_spots(found, features, positions, metres, frame)


def _add_lines(
    found: TileGround,
    features: Features,
    positions: NDArray[np.float64],
    metres: NDArray[np.float64],
    counts: NDArray[np.int64],
    frame: BaseGeometry,
) -> None:
    long = np.repeat(counts > 1, counts)
    numbers = np.repeat(np.arange(len(counts)), counts)[long]
    # The tile's own square: what is beyond it comes from the next one, and dashes drawn twice would make a solid line.
    owners = np.array(features.owners)[np.unique(numbers)]
    if not len(numbers):
        return
    order = np.unique(numbers, return_inverse=True)[1]
    lines = np.array(shapely.linestrings(metres[long], indices=order))
    whole = np.array(shapely.within(shapely.linestrings(positions[long], indices=order), shapely.box(0, 0, 1, 1)))
    square = shapely.Polygon(_square(positions, metres)) if not whole.all() else None
    for line, owner, is_whole in zip(lines.tolist(), owners, whole, strict=True):
        cut = line if is_whole or square is None else line.intersection(square)
        if cut.is_empty or not cut.intersects(frame):
            continue
        name = Text(features.zh[owner], features.en[owner])
        for part in shapely.get_parts(cut):
            if isinstance(part, shapely.LineString):
                found.lines.append(TileLine(name, features.kinds[owner], part))


def _square(positions: NDArray[np.float64], metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the corners of a tile in metres, from the affine map that fits its positions best.

    Within a tile the grid and Web Mercator differ by a turn and a scale, but for millimetres.
    """
    unknown = np.column_stack([positions, np.ones(len(positions))])
    solution = np.linalg.lstsq(unknown, metres, rcond=None)[0]
    corners = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    return np.asarray(corners @ solution)


def _add_spots(
    found: TileGround,
    features: Features,
    positions: NDArray[np.float64],
    metres: NDArray[np.float64],
    frame: BaseGeometry,
) -> None:
    west, south, east, north = frame.bounds
    for place, (x, y), owner in zip(positions, metres, features.owners, strict=True):
        # Of a place in the margin that tiles share, the tile tells that it stands in.
        if (place < 0).any() or (place >= 1).any() or not (west < x < east and south < y < north):
            continue
        name = Text(features.zh[owner], features.en[owner])
        found.spots.append(TileSpot(name, features.kinds[owner], float(x), float(y), features.ranks[owner]))
