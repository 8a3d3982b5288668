"""What of a picture that has been added as ground is in a part of the map, turned into a plan's grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geo.crs import EARTH_M
from geo.errors import PlanMapError
from geo.grid import BBox, Grid
from geo.tiles.archive import Archive, Tile, tiles_in
from layers.ground.files import GroundFile

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_TILES = 300
"""Most tiles that one map is drawn from; for more, those of a lower zoom are taken."""

MOST_SMALL_TILES = 6000
"""The same for a picture whose coarsest tiles are finer than the map; one with more is not drawn on it."""

MOST_PIXELS = 24_000_000

MESH_PIXELS = 64
"""Side of the squares within which the turn from Web Mercator to the grid is taken as even: it is, to far less than a
pixel."""


@lru_cache(maxsize=4)
def picture_in(ground: GroundFile, grid: Grid, extent: BBox, pixel_m: float) -> NDArray[np.uint8] | None:
    """Return the picture in `extent`, metres of `grid`, as an array (rows, columns, RGBA) from the north-west corner.

    `pixel_m` is the wanted side of a pixel in metres; it is larger where the array would be too large. None where the
    picture has nothing.

    Raises
    ------
    PlanMapError
        The ground's file is damaged.
    """
    mesh = mesh_of(grid, extent, pixel_m)
    seen = mesh.seen(ground.bounds)
    if seen is None:
        return None
    zoom = _zoom(ground, mesh.pixel_m, float(mesh.degrees[:, 1].mean()), seen)
    tiles = tiles_in(seen, zoom)
    # Of a picture that has no zoom as coarse as this map the tiles are made smaller, one by one.
    side = ground.tile_pixels
    while side > 1 and len(tiles) * side**2 > MOST_TILES * ground.tile_pixels**2:
        side //= 2
    if len(tiles) > MOST_SMALL_TILES:
        return None
    whole = _mosaic(ground, tiles, side)
    if whole is None:
        return None
    mosaic, left, top = whole
    return mesh.turned(mosaic, left, top, zoom, side)


@dataclass(frozen=True, slots=True)
class Mesh:
    """The squares of a part of a map, with the places of their corners on the earth."""

    pixel_m: float
    """Side of a pixel in metres."""
    across: NDArray[np.int64]
    """Columns of the corners, in pixels."""
    down: NDArray[np.int64]
    """Rows of the corners, in pixels."""
    degrees: NDArray[np.float64]
    """Longitude and latitude of each corner, row by row."""

    def seen(self, bounds: BBox) -> BBox | None:
        """Return what of `bounds` (degrees) is in the part; None if nothing is."""
        west, south, east, north = (
            float(function(one, other))
            for function, one, other in zip(
                (max, max, min, min), (*self.degrees.min(axis=0), *self.degrees.max(axis=0)), bounds, strict=True
            )
        )
        if not np.isfinite(self.degrees).all() or west >= east or south >= north:
            return None
        return west, south, east, north

    def turned(self, mosaic: Image, left: int, top: int, zoom: int, side: int) -> NDArray[np.uint8]:
        """Return tiles that were put together as seen in the part.

        `left` and `top` are column and row of the first tile, `side` is that of each in pixels.
        """
        places = (_world(self.degrees) * 2**zoom - (left, top)) * side
        return _turned(mosaic, places.reshape(len(self.down), len(self.across), 2), self.across, self.down)


def mesh_of(grid: Grid, extent: BBox, pixel_m: float) -> Mesh:
    """Return the mesh of `extent` (metres of `grid`); pixels are larger than `pixel_m` if they were too many."""
    west, south, east, north = extent
    pixel_m = max(pixel_m, math.sqrt((east - west) * (north - south) / MOST_PIXELS))
    columns, rows = max(1, round((east - west) / pixel_m)), max(1, round((north - south) / pixel_m))
    # Corners of the squares of the mesh, in metres and then in degrees.
    across = np.unique(np.append(np.arange(0, columns, MESH_PIXELS), columns))
    down = np.unique(np.append(np.arange(0, rows, MESH_PIXELS), rows))
    x, y = np.meshgrid(west + across / columns * (east - west), north - down / rows * (north - south))
    return Mesh(pixel_m, across, down, grid.degrees(np.column_stack([x.ravel(), y.ravel()])))


def _zoom(ground: GroundFile, pixel_m: float, latitude: float, seen: BBox) -> int:
    """Return the zoom of the tiles whose pixels are at most as large as wanted, if there are not too many of them."""
    at_zoom_0 = 2 * math.pi * EARTH_M * math.cos(math.radians(latitude)) / ground.tile_pixels
    zoom = max(ground.zooms[0], min(ground.zooms[1], math.ceil(math.log2(at_zoom_0 / pixel_m) - 0.1)))
    while zoom > ground.zooms[0] and len(tiles_in(seen, zoom)) > MOST_TILES:
        zoom -= 1
    return zoom


def _mosaic(ground: GroundFile, places: list[Tile], side: int) -> tuple[Image, int, int] | None:
    """Return the tiles, each with that side, as one picture with the column and row of its first tile.

    None if there is none of them.
    """
    from PIL import Image

    left, top = min(x for _, x, _ in places), min(y for _, _, y in places)
    right, bottom = max(x for _, x, _ in places), max(y for _, _, y in places)
    whole = Image.new("RGBA", ((right - left + 1) * side, (bottom - top + 1) * side))
    found = False
    try:
        with Archive(ground.path) as archive:
            for zoom, x, y in places:
                data = archive.tile(zoom, x, y)
                if data:
                    tile = _opened(data, ground.tile_pixels).resize((side, side), Image.Resampling.BOX)
                    whole.paste(tile, ((x - left) * side, (y - top) * side))
                    found = True
    except (PlanMapError, OSError, ValueError, SyntaxError) as error:
        raise PlanMapError("ground-file-damaged", file=ground.path.name) from error
    return (whole, left, top) if found else None


def _opened(data: bytes, side: int) -> Image:
    """Return a tile as a picture; only of the size that it should have, since a small file can unpack to a huge one."""
    from PIL import Image

    tile = Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP"))
    if tile.size != (side, side):
        raise ValueError("a tile has another size than the others")
    return tile.convert("RGBA")


def _world(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return positions in degrees as shares of the world's width in Web Mercator, from its north-west corner."""
    sine = np.sin(np.radians(np.clip(degrees[:, 1], -85.05, 85.05)))
    return np.column_stack([degrees[:, 0] / 360 + 0.5, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)])


def _turned(
    mosaic: Image, places: NDArray[np.float64], across: NDArray[np.int64], down: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Return the mosaic as seen through the mesh: `places`, of shape (n, m, 2), are its corners in the mosaic."""
    from PIL import Image

    mesh = []
    for row in range(len(down) - 1):
        for column in range(len(across) - 1):
            box = (int(across[column]), int(down[row]), int(across[column + 1]), int(down[row + 1]))
            # In Pillow's order: upper left, lower left, lower right, upper right.
            corners = (
                places[row, column],
                places[row + 1, column],
                places[row + 1, column + 1],
                places[row, column + 1],
            )
            mesh.append((box, tuple(float(value) for corner in corners for value in corner)))
    size = (int(across[-1]), int(down[-1]))
    turned = mosaic.transform(size, Image.Transform.MESH, mesh, resample=Image.Resampling.BILINEAR)
    return np.asarray(turned)
