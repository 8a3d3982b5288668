"""A GeoTIFF, an orthophoto or a plan that was scanned, as tiles in one PMTiles file. Called in a child process only."""

from __future__ import annotations

import io
import math
import os
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pmtiles.tile import TileType
from rasterio import Affine
from rasterio.enums import Resampling
from rasterio.warp import reproject, transform
from rasterio.windows import Window

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.tiles.archive import ArchiveWriter, tile_at
from geo.tiles.raster import Picture, Rgba, halved, opened, told_as_damage
from geo.tiles.schema import MIN_ZOOM

SIDE = 512
"""Pixels of a tile, each way."""

MOST_ZOOM = 18
"""The deepest zoom: a pixel is 0.3 m at the equator."""

LEAST_PIXELS = 64
"""How wide or high the picture is at least at its lowest zoom."""

COARSER = 0.3
"""By what part of a zoom the deepest tiles may be coarser than the picture."""

MOST_TILES = 60_000

WORLD_M = 2 * math.pi * 6_378_137.0
"""Side of the square of Web Mercator, in its metres."""

MARGIN = 8
"""Pixels that are read on each side of a tile, so that its edge is mixed as its middle is."""

QUALITY, METHOD = 80, 4

WAITING = 8
"""Tiles that wait for being packed."""

_WGS84, _MERCATOR = "EPSG:4326", "EPSG:3857"


@dataclass(frozen=True, slots=True)
class Span:
    """The tiles of one zoom that are made, a rectangle with its last column and row."""

    zoom: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def count(self) -> int:
        """How many they are."""
        return (self.right - self.left + 1) * (self.bottom - self.top + 1)


def picture_tiles(
    path: Path, target: Path, *, bounds: BBox, metadata: Mapping[str, Any], progress: Callable[[float], None]
) -> None:
    """Write what of the GeoTIFF at `path` lies in `bounds` (degrees, WGS 84) as tiles of 512 pixels to `target`.

    The deepest zoom is that whose pixels are about the picture's; each other one is made from the next deeper. What is
    outside of the picture or has no data is transparent, and tiles that are wholly so are left out.

    Raises
    ------
    PlanMapError
        It is damaged, has no position or reference system, lies elsewhere, or is too large.
    """
    with opened(path) as picture:
        cut = _cut(picture, bounds)
        spans = _spans(picture, cut)
        own = {**metadata.get("planmap", {}), "tile_pixels": SIDE}
        with ArchiveWriter(
            target, bounds=cut, metadata={**metadata, "planmap": own}, kind=TileType.WEBP, hold=False
        ) as writer:
            _Pyramid(picture, spans, writer).write(progress)


class _Pyramid:
    """The tiles of all zooms while they are made, row by row: the rows of lower zooms fill as those below are done."""

    def __init__(self, picture: Picture, spans: dict[int, Span], writer: ArchiveWriter) -> None:
        self._picture = picture
        self._spans = spans
        self._writer = writer
        self._rows: dict[int, dict[int, Rgba]] = {zoom: {} for zoom in spans}
        self._packing: deque[tuple[int, int, int, Future[bytes]]] = deque()

    def write(self, progress: Callable[[float], None]) -> None:
        deepest = max(self._spans)
        span = self._spans[deepest]
        done = 0
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as self._pool:
            for y in range(span.top, span.bottom + 1):
                for x in range(span.left, span.right + 1):
                    tile = _tile(self._picture, deepest, x, y)
                    if tile is not None:
                        self._put(deepest, x, y, tile)
                    done += 1
                    progress(done / span.count)
                self._end_row(deepest, y)
            self._drain(0)

    def _put(self, zoom: int, x: int, y: int, tile: Rgba) -> None:
        if not tile[..., 3].any():
            return
        self._packing.append((zoom, x, y, self._pool.submit(packed, tile)))
        self._drain(WAITING)
        if zoom - 1 in self._rows:
            row = self._rows[zoom - 1]
            if x // 2 not in row:
                row[x // 2] = np.zeros((SIDE, SIDE, 4), np.uint8)
            half = SIDE // 2
            down, right = y % 2 * half, x % 2 * half
            row[x // 2][down : down + half, right : right + half] = halved(tile)

    def _end_row(self, zoom: int, y: int) -> None:
        """Hand on the row of the next lower zoom if this was the last one that it takes."""
        if zoom - 1 not in self._rows or (y % 2 == 0 and y != self._spans[zoom].bottom):
            return
        row, self._rows[zoom - 1] = self._rows[zoom - 1], {}
        for x in sorted(row):
            self._put(zoom - 1, x, y // 2, row.pop(x))
        self._end_row(zoom - 1, y // 2)

    def _drain(self, left: int) -> None:
        while len(self._packing) > left:
            zoom, x, y, made = self._packing.popleft()
            self._writer.add(zoom, x, y, made.result())


def packed(tile: Rgba) -> bytes:
    """Return a tile as WebP, without alpha where it is opaque."""
    out = io.BytesIO()
    opaque = tile[..., 3].min() == 255
    Image.fromarray(np.ascontiguousarray(tile[..., :3]) if opaque else tile).save(
        out, "WEBP", quality=QUALITY, method=METHOD
    )
    return out.getvalue()


def _tile(picture: Picture, zoom: int, x: int, y: int) -> Rgba | None:
    """Return a tile of the picture, or None where it has nothing."""
    side = WORLD_M / 2**zoom
    west, north = x * side - WORLD_M / 2, WORLD_M / 2 - y * side
    placed = Affine(side / SIDE, 0, west, 0, -side / SIDE, north)
    window, ratio = _window(picture, placed)
    if window is None:
        return None
    factor = 2 ** max(0, math.floor(math.log2(max(ratio, 1.0))))
    found = picture.rgba(window, factor)
    if not found[..., 3].any():
        return None
    made = np.zeros((4, SIDE, SIDE), np.uint8)
    scale = Affine.scale(window.width / found.shape[1], window.height / found.shape[0])
    bands = np.ascontiguousarray(np.moveaxis(found, -1, 0))
    # Without alpha this takes a third less time.
    full = found[..., 3].min() == 255 and _is_inside(picture, window)
    with told_as_damage(picture.name):
        reproject(
            bands[:3] if full else bands,
            made[:3] if full else made,
            src_transform=picture.transform @ Affine.translation(window.col_off, window.row_off) @ scale,
            src_crs=picture.crs,
            dst_transform=placed,
            dst_crs=_MERCATOR,
            resampling=Resampling.cubic,
            **({} if full else {"src_alpha": 4, "dst_alpha": 4}),
        )
    if full:
        made[3] = 255
    return np.ascontiguousarray(np.moveaxis(made, 0, -1))


def _window(picture: Picture, placed: Affine) -> tuple[Window | None, float]:
    """Return the pixels of the picture under a tile, if any, and how many of them a pixel of the tile has each way."""
    steps = np.linspace(0, SIDE, 9)
    columns, rows = (grid.ravel() for grid in np.meshgrid(steps, steps))
    xs, ys = _pixels(picture, _MERCATOR, *(placed @ (columns, rows)))
    known = np.isfinite(xs) & np.isfinite(ys)
    if not known.any():
        return None, 1.0
    xs, ys = xs[known], ys[known]
    wide, high = picture.size
    ratio = max(1e-6, min(float(np.ptp(xs)), float(np.ptp(ys))) / SIDE)
    margin = MARGIN * max(1.0, ratio)
    left, top = max(0, math.floor(xs.min() - margin)), max(0, math.floor(ys.min() - margin))
    right, bottom = min(wide, math.ceil(xs.max() + margin)), min(high, math.ceil(ys.max() + margin))
    if left >= right or top >= bottom:
        return None, ratio
    return Window(left, top, right - left, bottom - top), ratio


def _is_inside(picture: Picture, window: Window) -> bool:
    """Whether a window of a tile, with its margin, ends nowhere at an edge of the picture."""
    wide, high = picture.size
    ends = window.col_off + window.width, window.row_off + window.height
    return bool(window.col_off > 0 and window.row_off > 0 and ends[0] < wide and ends[1] < high)


def _cut(picture: Picture, bounds: BBox) -> BBox:
    """Return the part of `bounds` that the picture reaches into, in degrees."""
    wide, high = picture.size
    steps = np.linspace(0, 1, 41)
    columns = np.concatenate([steps, steps, steps * 0, steps * 0 + 1]) * wide
    rows = np.concatenate([steps * 0, steps * 0 + 1, steps, steps]) * high
    xs, ys = _moved(picture, picture.crs, _WGS84, *(picture.transform @ (columns, rows)))
    known = np.isfinite(xs) & np.isfinite(ys)
    if not known.any():
        raise PlanMapError("ground-nothing-there", file=picture.name)
    west, south = max(bounds[0], float(xs[known].min())), max(bounds[1], float(ys[known].min()))
    east, north = min(bounds[2], float(xs[known].max())), min(bounds[3], float(ys[known].max()))
    if west >= east or south >= north:
        raise PlanMapError("ground-nothing-there", file=picture.name)
    return west, south, east, north


def _spans(picture: Picture, cut: BBox) -> dict[int, Span]:
    """Return by zoom the tiles that are made."""
    (west, east), (south, north) = _moved(picture, _WGS84, _MERCATOR, np.array(cut[::2]), np.array(cut[1::2]))
    step = max(east - west, north - south) / 1000
    middle = (west + east) / 2, (south + north) / 2
    xs, ys = _pixels(picture, _MERCATOR, np.array([0, step, 0]) + middle[0], np.array([0, 0, step]) + middle[1])
    area = abs((xs[1] - xs[0]) * (ys[2] - ys[0]) - (xs[2] - xs[0]) * (ys[1] - ys[0])) / step**2
    if not (math.isfinite(area) and area > 0):
        raise PlanMapError("raster-no-position", file=picture.name)
    exact = math.log2(WORLD_M / SIDE * math.sqrt(area))
    deepest = max(0, min(MOST_ZOOM, math.ceil(exact - COARSER)))
    seen = math.ceil(math.log2(LEAST_PIXELS * WORLD_M / SIDE / max(east - west, north - south)))
    spans = {}
    for zoom in range(min(max(MIN_ZOOM, seen), deepest), deepest + 1):
        left, top = tile_at(cut[0], cut[3], zoom)
        spans[zoom] = Span(zoom, left, top, *tile_at(cut[2], cut[1], zoom))
    if sum(span.count for span in spans.values()) > MOST_TILES:
        raise PlanMapError("raster-too-many-tiles", file=picture.name, limit=f"{MOST_TILES:,}")
    return spans


def _pixels(
    picture: Picture, crs: Any, xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return columns and rows of the picture for positions in `crs`."""
    columns, rows = ~picture.transform @ _moved(picture, crs, picture.crs, xs, ys)
    return columns, rows


def _moved(
    picture: Picture, crs: Any, to: Any, xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions in `crs` as those in `to`; infinite where there are none."""
    with told_as_damage(picture.name):
        found = transform(crs, to, xs, ys)
    return np.asarray(found[0], float), np.asarray(found[1], float)
