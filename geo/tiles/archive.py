"""PMTiles archives (version 3): many tiles in one file, found without a server. The files may come from anybody."""

from __future__ import annotations

import json
import math
import os
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pmtiles.tile import (
    Compression,
    Entry,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    tileid_to_zxy,
    zxy_to_tileid,
)
from pmtiles.writer import Writer

from geo.errors import PlanMapError
from geo.grid import BBox

Tile = tuple[int, int, int]
"""Zoom, column from the west and row from the north."""

MOST_TILE_BYTES = 24 * 2**20
"""Largest size of a tile when it is unpacked."""

MOST_DIRECTORY_BYTES = 8 * 2**20
"""The same of a directory or of the metadata."""

MOST_TILES = 4_000_000
"""Largest number of tiles that are gone through."""

DEEPEST = 3
"""Directories from the first one down to a tile, as the specification has it."""

HEADER_BYTES = 127

IMAGES = {
    TileType.PNG: "image/png",
    TileType.JPEG: "image/jpeg",
    TileType.WEBP: "image/webp",
}
"""Media types of the tiles that are pictures."""


_KEEPING = threading.Lock()
_KEPT: OrderedDict[tuple[str, int, int, int, int], list[Entry]] = OrderedDict()
"""Directories of archives, by path, time and size of the file and their place in it; those used last at the end.

A server opens an archive for each tile, and reading a directory of thousands of entries takes longer than all the rest.
"""

MOST_KEPT = 64


class Archive:
    """An archive, open for reading."""

    def __init__(self, path: Path) -> None:
        """Open the archive at `path`.

        Raises
        ------
        PlanMapError
            It cannot be read, or is no archive of tiles that can be drawn.
        """
        self.path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise PlanMapError("foreign-unreadable", file=path.name, reason=error.strerror or "") from error
        # Read and not mapped: a mapped file that shrinks meanwhile ends the whole process.
        try:
            state = os.fstat(self._file.fileno())
            self._size = state.st_size
            self._version = str(path), state.st_mtime_ns, state.st_size
            self._header: dict[str, Any] = dict(deserialize_header(self._file.read(HEADER_BYTES)))
        except Exception as error:
            self._file.close()
            # The library checks little: what is too short or has unknown numbers fails in many ways.
            raise PlanMapError("tiles-damaged", file=path.name) from error
        if self._header["tile_type"] is not TileType.MVT and self._header["tile_type"] not in IMAGES:
            self.close()
            raise PlanMapError("tiles-kind", file=path.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; on Windows it can be replaced only then."""
        self._file.close()

    @property
    def image_type(self) -> str:
        """Media type of tiles that are pictures; empty for vector tiles."""
        return IMAGES.get(self._header["tile_type"], "")

    @property
    def zooms(self) -> tuple[int, int]:
        """The lowest and the highest zoom."""
        return int(self._header["min_zoom"]), int(self._header["max_zoom"])

    @property
    def bounds(self) -> BBox:
        """What the tiles cover, in degrees (WGS 84)."""
        west, south, east, north = (
            self._header[name] / 1e7 for name in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        )
        return west, south, east, north

    @property
    def metadata(self) -> dict[str, Any]:
        """What the archive says of itself; empty where that is damaged."""
        data = self._slice(self._header["metadata_offset"], self._header["metadata_length"])
        try:
            found = json.loads(self._unpacked(data, self._header["internal_compression"], MOST_DIRECTORY_BYTES))
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile, unpacked, or None where there is none.

        Raises
        ------
        PlanMapError
            The archive is damaged.
        """
        found = self._entry(zoom, x, y)
        return None if found is None else self._tile_at(found)

    def stored(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile as it is stored, vector tiles gzipped; None where there is none. Raises as `tile` does."""
        found = self._entry(zoom, x, y)
        return None if found is None else self._slice(self._header["tile_data_offset"] + found.offset, found.length)

    def _entry(self, zoom: int, x: int, y: int) -> Entry | None:
        if not 0 <= zoom <= 22 or not (0 <= x < 2**zoom and 0 <= y < 2**zoom):
            return None
        wanted = zxy_to_tileid(zoom, x, y)
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(DEEPEST + 1):
            entry = find_tile(self._directory(offset, length), wanted)
            if entry is None:
                return None
            if entry.run_length:
                return entry
            offset, length = self._header["leaf_directory_offset"] + entry.offset, entry.length
        raise PlanMapError("tiles-damaged", file=self.path.name)

    def tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """Yield each tile with its place, unpacked.

        Raises
        ------
        PlanMapError
            The archive is damaged.
        """
        for at, entry in self._entries(self._header["root_offset"], self._header["root_length"], DEEPEST):
            yield at, self._tile_at(entry)

    def places(self) -> Iterator[Tile]:
        """Yield the place of each tile; raises as `tiles` does."""
        for at, _ in self._entries(self._header["root_offset"], self._header["root_length"], DEEPEST):
            yield at

    def _entries(
        self, offset: int, length: int, depth: int, count: list[int] | None = None
    ) -> Iterator[tuple[Tile, Entry]]:
        count = count if count is not None else [0]
        if depth < 0:
            raise PlanMapError("tiles-damaged", file=self.path.name)
        for entry in self._directory(offset, length):
            if not entry.run_length:
                leaf = self._header["leaf_directory_offset"] + entry.offset
                yield from self._entries(leaf, entry.length, depth - 1, count)
                continue
            count[0] += entry.run_length
            if count[0] > MOST_TILES:
                raise PlanMapError("tiles-too-many", file=self.path.name, limit=MOST_TILES)
            for step in range(entry.run_length):
                try:
                    at = tileid_to_zxy(entry.tile_id + step)
                except (OverflowError, ValueError) as error:
                    raise PlanMapError("tiles-damaged", file=self.path.name) from error
                yield at, entry

    def _directory(self, offset: int, length: int) -> list[Entry]:
        key = (*self._version, offset, length)
        with _KEEPING:
            if key in _KEPT:
                _KEPT.move_to_end(key)
                return _KEPT[key]
        data = self._slice(offset, length)
        # The library unpacks without a limit, so this is asked first.
        unpacked = self._unpacked(data, self._header["internal_compression"], MOST_DIRECTORY_BYTES)
        try:
            found: list[Entry] = deserialize_directory(zlib.compress(unpacked, 0, wbits=31))
        except Exception as error:
            raise PlanMapError("tiles-damaged", file=self.path.name) from error
        with _KEEPING:
            _KEPT[key] = found
            while len(_KEPT) > MOST_KEPT:
                _KEPT.popitem(last=False)
        return found

    def _tile_at(self, entry: Entry) -> bytes:
        data = self._slice(self._header["tile_data_offset"] + entry.offset, entry.length)
        return self._unpacked(data, self._header["tile_compression"], MOST_TILE_BYTES)

    def _slice(self, offset: int, length: int) -> bytes:
        if offset < 0 or not 0 <= length <= MOST_TILE_BYTES or offset + length > self._size:
            raise PlanMapError("tiles-damaged", file=self.path.name)
        try:
            self._file.seek(offset)
            data = self._file.read(length)
        except OSError as error:
            raise PlanMapError("tiles-damaged", file=self.path.name) from error
        if len(data) < length:
            raise PlanMapError("tiles-damaged", file=self.path.name)
        return data

    def _unpacked(self, data: bytes, compression: Compression, limit: int) -> bytes:
        if compression in (Compression.NONE, Compression.UNKNOWN):
            if len(data) > limit:
                raise PlanMapError("tiles-damaged", file=self.path.name)
            return data
        if compression is not Compression.GZIP:
            raise PlanMapError("tiles-compression", file=self.path.name)
        return unpacked(data, limit, self.path.name)


def unpacked(data: bytes, limit: int, file: str) -> bytes:
    """Return gzipped `data` unpacked.

    Raises
    ------
    PlanMapError
        It is damaged, or unpacks to more than `limit` bytes; `file` is named then.
    """
    try:
        opened = zlib.decompressobj(wbits=31)
        found = opened.decompress(data, limit)
    except zlib.error as error:
        raise PlanMapError("tiles-damaged", file=file) from error
    if opened.unconsumed_tail or not opened.eof:
        raise PlanMapError("tiles-damaged", file=file)
    return found


class ArchiveWriter:
    """An archive that is being written. Tiles of a zoom are best added together, the lowest zoom first."""

    def __init__(
        self,
        path: Path,
        *,
        bounds: BBox,
        metadata: Mapping[str, Any],
        kind: TileType = TileType.MVT,
        hold: bool = True,
    ) -> None:
        """Write to `path` tiles that cover `bounds` (degrees); those of `kind` MVT are to be gzipped already.

        Unless tiles are held until their zoom is complete they are written in the order in which they come.
        """
        self._path = path
        self._bounds = bounds
        self.metadata = dict(metadata)
        """Can be added to until the end."""
        self._kind = kind
        self._hold = hold
        self._tiles: dict[int, bytes] = {}
        self._zoom = -1
        self._spans: dict[int, tuple[int, int, int, int]] = {}
        """First and last column and row of the tiles of each zoom: left, top, right, bottom."""

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        self._writer: Any = Writer(self._file)  # type: ignore[no-untyped-call]
        # The library's own has no name, so that nobody would see how large it becomes.
        self._writer.tile_f.close()
        self._drafts = self._path.with_suffix(".tiles")
        self._writer.tile_f = self._drafts.open("w+b")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None:
                self._finish()
            else:
                self._writer.tile_f.close()
        finally:
            self._file.close()
            self._writer.tile_f.close()
            self._drafts.unlink(missing_ok=True)

    def add(self, zoom: int, x: int, y: int, tile: bytes) -> None:
        """Add a tile."""
        left, top, right, bottom = self._spans.get(zoom, (x, y, x, y))
        self._spans[zoom] = min(left, x), min(top, y), max(right, x), max(bottom, y)
        if not self._hold:
            self._writer.write_tile(zxy_to_tileid(zoom, x, y), tile)
            return
        if zoom != self._zoom:
            self._flush()
            self._zoom = zoom
        self._tiles[zxy_to_tileid(zoom, x, y)] = tile

    def _flush(self) -> None:
        for number in sorted(self._tiles):
            self._writer.write_tile(number, self._tiles[number])
        self._tiles.clear()

    def _finish(self) -> None:
        self._flush()
        if not self._writer.tile_entries:
            self._writer.tile_f.close()
            raise PlanMapError("ground-nothing-there", file=self._path.name)
        west, south, east, north = (round(value * 1e7) for value in self._covered())
        header = {
            "tile_type": self._kind,
            "tile_compression": Compression.GZIP if self._kind is TileType.MVT else Compression.NONE,
            "min_lon_e7": west,
            "min_lat_e7": south,
            "max_lon_e7": east,
            "max_lat_e7": north,
            "center_zoom": 10,
            "center_lon_e7": (west + east) // 2,
            "center_lat_e7": (south + north) // 2,
        }
        self._writer.finalize(header, self.metadata)

    def _covered(self) -> BBox:
        """Return what the tiles cover of the bounds, in degrees."""
        boxes = [tile_bounds(zoom, *span) for zoom, span in self._spans.items()]
        wests, souths, easts, norths = zip(*boxes, strict=True)
        west, south, east, north = self._bounds
        return max(west, min(wests)), max(south, min(souths)), min(east, max(easts)), min(north, max(norths))


def tile_bounds(zoom: int, left: int, top: int, right: int, bottom: int) -> BBox:
    """Return the bounds, in degrees, of the tiles from a first to a last column and row."""
    side = 2**zoom
    south, north = (mercator_latitude(row / side) for row in (bottom + 1, top))
    return left / side * 360 - 180, south, (right + 1) / side * 360 - 180, north


def mercator_row(latitude: float) -> float:
    """Return how far from the north edge of the web map's world a latitude in degrees is, as a share of its height."""
    sine = math.sin(math.radians(max(-85.05, min(85.05, latitude))))
    return 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def mercator_latitude(row: float) -> float:
    """Return the latitude in degrees of such a share, the inverse of `mercator_row`."""
    return math.degrees(2 * math.atan(math.exp(math.pi * (1 - 2 * row))) - math.pi / 2)


def tile_at(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    """Return column and row of the tile with a position in degrees (Web Mercator, as in all web maps)."""
    side = 2**zoom
    x = math.floor((longitude + 180) / 360 * side)
    y = math.floor(mercator_row(latitude) * side)
    return max(0, min(side - 1, x)), max(0, min(side - 1, y))


def tiles_in(bounds: BBox, zoom: int) -> list[Tile]:
    """Return the places of the tiles that reach into `bounds` (degrees)."""
    west, south, east, north = bounds
    left, top = tile_at(west, north, zoom)
    right, bottom = tile_at(east, south, zoom)
    return [(zoom, x, y) for y in range(top, bottom + 1) for x in range(left, right + 1)]
