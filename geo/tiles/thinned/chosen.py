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
from geo.tiles.thinned.cells import NO_CELLS, TILE_PIXELS, Cells, message, morton
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

_SPEED = 5
"""How hard gzip tries: a tile is made for one reader, or a few."""


@dataclass(frozen=True, slots=True)
class _Zoom:
    """What is done at a zoom."""

    counted: Mask
    tile: Whole
    """Tiles in which features are at home."""
    level: Whole
    """For each the place in `LEVELS`."""


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
        at, shift = _number(x, y), 2 * (WORLD_BITS - zoom)
        here = self._zoom(zoom)
        first, end = np.searchsorted(self.places.home, [at << shift, (at + 1) << shift]).tolist()
        shapes, left_out = self._shapes(here, zoom, x, y, first, end)
        if left_out or here.counted[first:end].any():
            room = max(MOST_BYTES - _packed_size(shapes), MOST_BYTES // 4)
            cells = self._cells(first + np.flatnonzero(here.counted[first:end]), zoom, at, room)
            told = message(replace(cells, left_out=left_out))
        else:
            told = b""
        return gzip.compress(shapes + told, _SPEED, mtime=0) if shapes or told else None

    def _cells(self, of: Whole, zoom: int, at: int, room: int) -> Cells:
        """Return the cells of the features `of` at home in a tile, larger ones where they would take more bytes."""
        found = NO_CELLS
        for coarser in range(COARSEST + 1):
            gathered = Gathered(self.places, of, np.full(len(of), coarser), zoom)
            found = dict(gathered.tiles()).get(at, NO_CELLS)
            if _packed_size(message(found)) <= room:
                break
        return found

    def _shapes(self, here: _Zoom, zoom: int, x: int, y: int, first: int, end: int) -> tuple[bytes, int]:
        """Return the shapes of a tile as a layer, and how many it leaves out; those from `first` on are at home."""
        reaching = np.flatnonzero(~here.counted & self._meets(zoom, x, y))
        home = (reaching >= first) & (reaching < end)
        others = reaching[~home]
        kept = others[np.argsort(-self.places.size[others], kind="stable")[:MOST_FROM_ELSEWHERE]]
        drawn = np.sort(np.concatenate([reaching[home], kept]))
        if not len(drawn):
            return b"", len(others) - len(kept)
        at = np.searchsorted(here.tile, _number(x, y))
        is_home = at < len(here.tile) and here.tile[at] == _number(x, y)
        level = int(here.level[at]) if is_home else 0
        order = np.argsort(self.places.fid[drawn])
        fids = self.places.fid[drawn][order]
        blobs = self._blobs(fids)
        there = np.array([n for n, fid in enumerate(fids.tolist()) if fid in blobs], dtype=np.int64)
        layer = layer_of(
            fids[there],
            [blobs[fid] for fid in fids[there].tolist()],
            self.places.category[drawn][order][there],
            self.places.categories,
        )
        made = b""
        for _, pixels in LEVELS[level:]:
            made = self._encoded(layer, zoom, x, y, pixels)
            if _packed_size(made) <= MOST_BYTES:
                break
        return made, len(others) - len(kept)

    def _encoded(self, layer: Layer, zoom: int, x: int, y: int, pixels: float) -> bytes:
        """Return the shapes of `layer` in a tile, simplified by `pixels`; where all are drawn, as exactly as may be."""
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

    def _meets(self, zoom: int, x: int, y: int) -> Mask:
        """Return which features may reach into a tile, or its margin."""
        side = 2 ** (WORLD_BITS - zoom)
        margin = side >> MARGIN_BITS
        left, top, right, bottom = self.places.box.T
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
                    query = f"SELECT fid, geom FROM features WHERE fid IN ({', '.join('?' * len(some))})"  # noqa: S608
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
                return _Zoom(found, tile[first], level)
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


def _packed_size(data: bytes) -> int:
    """Return how many bytes of a tile these take at most, quickly."""
    return len(data) if len(data) <= MOST_BYTES // 4 else len(gzip.compress(data, 1))


def _number(x: int, y: int) -> int:
    return int(morton(np.array([x]), np.array([y]))[0])
