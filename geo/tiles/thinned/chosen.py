"""Tiles of some features of a large layer, each made when somebody asks for it: for those that a question selects.

What is in them is what is in the tiles of a whole layer (decision 38): each feature is drawn, or counted in one cell.
Which of the two is decided from where features are (`Places`), for a whole zoom at once, so that no tile needs another
one; only the shapes that a tile draws are read from the file.
"""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import numpy as np

from geo.errors import PlanMapError
from geo.tiles.archive import mercator_latitude
from geo.tiles.thinned import encode
from geo.tiles.thinned.cells import NO_CELLS, TILE_PIXELS, message, morton
from geo.tiles.thinned.counting import LEVELS, Gathered, Mask, counted, counted_share
from geo.tiles.thinned.layer import Layer, layer_of
from geo.tiles.thinned.make import DEEPEST, FEW, SHALLOWEST
from geo.tiles.thinned.pieces import MARGIN_BITS, in_units
from geo.tiles.thinned.places import Places
from geo.tiles.thinned.rings import Rings, Whole, clipped
from geo.tiles.thinned.world import WORLD, WORLD_BITS
from geo.tiles.thinned.zoom import COARSEST, MOST_BYTES, SHAPES_EXTENT_BITS

MOST_DRAWN = 3_000
"""Features at home in a tile that are drawn in it at most: they are read and encoded while somebody waits."""

MOST_FROM_ELSEWHERE = 3_000
"""Features at home elsewhere that a tile draws at most, the largest; how many it leaves out stands in it."""

_AT_ONCE = 5_000
"""Features that are read by their ids at a time."""

_SPEED = 4
"""How hard gzip tries: a tile is made for one reader, or a few."""


@dataclass(frozen=True, slots=True)
class _Zoom:
    """What is done at a zoom."""

    counted: Mask
    tile: Whole
    """Tiles in which features are at home."""
    level: Whole
    """For each the place in `LEVELS`."""
    large: Whole
    """The features that may reach beyond the tiles beside their home."""


class ChosenTiles:
    """The tiles of `places`, whose shapes are in the GeoPackage at `path`; at most `most_drawn` are drawn in one."""

    def __init__(self, path: Path, places: Places, *, most_drawn: int = MOST_DRAWN) -> None:
        self._path, self.places, self._most_drawn = path, places, most_drawn
        # A byte for each feature and zoom that somebody has looked at.
        self._zooms: dict[int, _Zoom] = {}
        self._lock = Lock()
        first = self._first_zoom()
        self.zooms = first, self._last_zoom(first)
        """The first and the last zoom; shapes of the last are drawn larger for all further ones."""

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """What they cover, in degrees."""
        if not len(self.places):
            return 0.0, 0.0, 0.0, 0.0
        box = np.clip(self.places.box.astype(np.int64), 0, WORLD)
        left, top = box[:, :2].min(axis=0).tolist()
        right, bottom = box[:, 2:].max(axis=0).tolist()
        if (self.places.box[:, 2] > WORLD).any():
            # What goes over the antimeridian is at both ends of the map.
            left, right = 0, WORLD
        south, north = mercator_latitude(bottom / WORLD), mercator_latitude(top / WORLD)
        return left / WORLD * 360 - 180, south, right / WORLD * 360 - 180, north

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile, gzipped; None where there is nothing, or there are no such tiles.

        Raises
        ------
        PlanMapError
            The file is damaged.
        """
        if not self.zooms[0] <= zoom <= self.zooms[1] or not (0 <= x < 2**zoom and 0 <= y < 2**zoom):
            return None
        here = self._zoom(zoom)
        layer, level, left_out = self._drawn(here, zoom, x, y)
        of = self._home(zoom, x, y)
        of = of[here.counted[of]]
        detail, coarser = level, 0
        shapes, told = self._encoded(layer, zoom, x, y, LEVELS[detail][1]), self._cells(of, zoom, coarser, left_out)
        while True:
            if not shapes and not told:
                return None
            stored = gzip.compress(shapes + told, _SPEED, mtime=0)
            if len(stored) <= MOST_BYTES:
                return stored
            if coarser < COARSEST and (len(told) > len(shapes) or detail == len(LEVELS) - 1):
                coarser += 1
                told = self._cells(of, zoom, coarser, left_out)
            elif detail < len(LEVELS) - 1:
                detail += 1
                shapes = self._encoded(layer, zoom, x, y, LEVELS[detail][1])
            else:
                return stored

    def _cells(self, of: Whole, zoom: int, coarser: int, left_out: int) -> bytes:
        """Return the cells of the features `of`, which are at home in one tile."""
        if not len(of) and not left_out:
            return b""
        gathered = [cells for _, cells in Gathered(self.places, of, np.full(len(of), coarser), zoom).tiles()]
        return message(replace(gathered[0] if gathered else NO_CELLS, left_out=left_out))

    def _drawn(self, here: _Zoom, zoom: int, x: int, y: int) -> tuple[Layer | None, int, int]:
        """Return the features that a tile draws, the level of the tile, and how many it leaves out."""
        at = int(np.searchsorted(here.tile, _number(x, y)))
        level = int(here.level[at]) if at < len(here.tile) and here.tile[at] == _number(x, y) else 0
        home = self._home(zoom, x, y)
        others = self._around(here, zoom, x, y)
        others = others[self._meets(others, zoom, x, y)]
        kept = others[np.argsort(-self.places.size[others], kind="stable")[:MOST_FROM_ELSEWHERE]]
        drawn = np.concatenate([home[~here.counted[home]], kept])
        if not len(drawn):
            return None, level, len(others) - len(kept)
        drawn = drawn[np.argsort(self.places.fid[drawn])]
        blobs = self._blobs(self.places.fid[drawn])
        drawn = drawn[np.isin(self.places.fid[drawn], np.array(list(blobs), dtype=np.int64))]
        layer = layer_of(
            self.places.fid[drawn], list(blobs.values()), self.places.category[drawn], self.places.categories
        )
        return layer, level, len(others) - len(kept)

    def _encoded(self, layer: Layer | None, zoom: int, x: int, y: int, pixels: float) -> bytes:
        """Return the shapes of `layer` in a tile, simplified by `pixels`; where all are drawn, as exactly as may be."""
        if layer is None:
            return b""
        is_last = zoom == self.zooms[1]
        extent_bits = min(16, 12 + max(0, 15 - zoom)) if is_last else SHAPES_EXTENT_BITS
        pixel = 2 ** (WORLD_BITS - zoom) / TILE_PIXELS
        finest = TILE_PIXELS / 2**extent_bits / 2
        rings = Rings(layer.rings.points.astype(np.int64), layer.rings.starts, layer.rings.owner, layer.rings.kind)
        runs = rings.simplified((finest if is_last and pixels == LEVELS[0][1] else pixels) * pixel)
        side = 2 ** (WORLD_BITS - zoom)
        margin = side >> MARGIN_BITS
        for axis, at in enumerate((x, y)):
            runs = clipped(runs, axis, np.full(len(runs), (at + 1) * side + margin), below=True)
            runs = clipped(runs, axis, np.full(len(runs), at * side - margin), below=False)
        if not len(runs):
            return b""
        piece, owner = np.unique(runs.owner, return_inverse=True)
        runs = in_units(
            Rings(runs.points, runs.starts, owner, runs.kind), np.full(len(piece), _number(x, y)), zoom, extent_bits
        )
        feature = layer.piece_feature[piece]
        categories = layer.category[feature].astype(np.int64) if self.places.categories > 1 else None
        data = encode.encoded(runs, layer.fid[feature], categories).data
        return encode.layer(data, 2**extent_bits, self.places.categories)

    def _home(self, zoom: int, x: int, y: int) -> Whole:
        """Return the features at home in a tile."""
        at, shift = _number(x, y), 2 * (WORLD_BITS - zoom)
        first, end = np.searchsorted(self.places.home, [at << shift, (at + 1) << shift]).tolist()
        return np.arange(first, end)

    def _around(self, here: _Zoom, zoom: int, x: int, y: int) -> Whole:
        """Return the features that are drawn and may reach into a tile from elsewhere: at home beside it, or large."""
        shift, number = WORLD_BITS - zoom, _number(x, y)
        rows = [row for row in (y - 1, y, y + 1) if 0 <= row < 2**zoom]
        # Beyond the edge of the world it begins again.
        beside = {((x + step) % 2**zoom, row) for step in (-1, 0, 1) for row in rows} - {(x, y)}
        found = [here.large[self.places.home[here.large] >> (2 * shift) != number]]
        for each in sorted(beside):
            home = self._home(zoom, *each)
            found.append(home[~here.counted[home] & (self.places.size[home] < 2**shift)])
        return np.concatenate(found)

    def _meets(self, features: Whole, zoom: int, x: int, y: int) -> Mask:
        """Return which features may reach into a tile, or its margin."""
        side = 2 ** (WORLD_BITS - zoom)
        margin = side >> MARGIN_BITS
        left, top, right, bottom = self.places.box[features].T
        west, east = x * side - margin, (x + 1) * side + margin
        # What goes over the antimeridian comes in again on the other side.
        across = ((left <= east) & (right >= west)) | (right >= west + WORLD)
        found: Mask = across & (top <= (y + 1) * side + margin) & (bottom >= y * side - margin)
        return found

    def _blobs(self, fids: Whole) -> dict[int, object]:
        found: dict[int, object] = {}
        try:
            with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
                for start in range(0, len(fids), _AT_ONCE):
                    some = fids[start : start + _AT_ONCE].tolist()
                    query = f"SELECT fid, geom FROM features WHERE fid IN ({', '.join('?' * len(some))}) ORDER BY fid"  # noqa: S608
                    found |= dict(connection.execute(query, some).fetchall())
        except sqlite3.Error as error:
            raise PlanMapError("vector-damaged", file=self._path.name, reason=str(error)[:100]) from error
        return found

    def _zoom(self, zoom: int) -> _Zoom:
        """Return what is done at a zoom, worked out once."""
        with self._lock:
            if zoom not in self._zooms:
                self._zooms[zoom] = self._decided(zoom, is_last=zoom == self.zooms[1])
            return self._zooms[zoom]

    def _decided(self, zoom: int, *, is_last: bool) -> _Zoom:
        tile = self.places.home >> (2 * (WORLD_BITS - zoom))
        first = np.flatnonzero(np.diff(tile, prepend=-1))
        ends = np.append(first, len(tile))
        level = np.zeros(len(first), dtype=np.int64)
        while True:
            found = counted(self.places, ends, level, zoom, is_last=is_last)
            drawn = np.add.reduceat(~found, first, dtype=np.int64) if len(first) else level
            full = (drawn > self._most_drawn) & (level < len(LEVELS) - 1)
            if not full.any():
                large = np.flatnonzero(~found & (self.places.size >= 2 ** (WORLD_BITS - zoom)))
                return _Zoom(found, tile[first], level, large)
            level[full] += 1

    def _first_zoom(self) -> int:
        """Return the zoom in which the features are as large as a tile."""
        if not len(self.places):
            return 0
        box = self.places.box.astype(np.int64)
        size = int((box[:, 2:].max(axis=0) - box[:, :2].min(axis=0)).max())
        return max(0, min(SHALLOWEST, WORLD_BITS - size.bit_length()))

    def _last_zoom(self, first: int) -> int:
        """Return the first zoom at which all can be drawn, or the deepest."""
        for zoom in range(max(first, SHALLOWEST), DEEPEST):
            tile = self.places.home >> (2 * (WORLD_BITS - zoom))
            begins = np.append(np.flatnonzero(np.diff(tile, prepend=-1)), len(tile))
            level = np.zeros(len(begins) - 1, dtype=np.int64)
            usual = counted(self.places, begins, level, zoom, is_last=False)
            few = counted_share(self.places, usual, 2 ** (WORLD_BITS - zoom) / TILE_PIXELS) <= FEW
            if few and np.diff(begins).max(initial=0) <= self._most_drawn:
                return zoom
        return DEEPEST


def _number(x: int, y: int) -> int:
    return int(morton(np.array([x]), np.array([y]))[0])
