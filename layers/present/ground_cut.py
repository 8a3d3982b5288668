"""The part of an archive of tiles that a briefing takes along, of ground or of an own layer: what its views need."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.tiles.archive import (
    MOST_TILE_BYTES,
    Archive,
    Tile,
    mercator_latitude,
    mercator_row,
    tiles_in,
    unpacked,
)
from geo.tiles.decode import decoded
from layers.ground.look import tile_zoom

MOST_BYTES = 4_200_000
"""Most bytes of tiles: with the rest of a briefing, and as text, they are less than 8 MB."""

SCREEN = 1900.0, 1100.0
"""Width and height in pixels of the map that a view is shown on at most; on a larger one the ground is coarser."""

SMALL_PIXELS = 256
"""Side of a tile on a map of the tile's own zoom; tiles of most grounds have twice that."""

_WORLD = 256.0


class Tiled(Protocol):
    """Tiles of some place."""

    @property
    def zooms(self) -> tuple[int, int]:
        """The first and the last zoom that it has."""

    @property
    def bounds(self) -> BBox:
        """What it covers, in degrees (WGS 84)."""

    @property
    def tile_pixels(self) -> int:
        """Side of a tile on a map of the tile's own zoom."""

    @property
    def has_names(self) -> bool:
        """Whether there are names in its tiles."""


class Archived(Tiled, Protocol):
    """Those that are in an archive."""

    @property
    def path(self) -> Path:
        """Where it is."""


@dataclass(frozen=True, slots=True)
class GroundCut:
    """Tiles for the views of a deck."""

    tiles: dict[str, str]
    """Each tile as it is stored, in base64, by `zoom/column/row`; empty where the ground has nothing."""
    thinned: tuple[int, ...]
    """Numbers of the views, counted from 1, whose ground is coarser than on the browse page, to save room."""
    characters: frozenset[str]
    """The characters of the names in the tiles."""


def ground_cut(
    ground: Archived, views: Sequence[BBox], *, numbers: Sequence[int] = (), limit: int | None = None
) -> GroundCut:
    """Return what `tiles_cut` does of an archive.

    Raises
    ------
    PlanMapError
        The ground's file is damaged.
    """
    try:
        with Archive(ground.path) as archive:
            return tiles_cut(ground, archive.stored, views, numbers=numbers, limit=limit)
    except PlanMapError as error:
        raise PlanMapError("ground-file-damaged", file=ground.path.name) from error


def tiles_cut(
    ground: Tiled,
    stored: Callable[[int, int, int], bytes | None],
    views: Sequence[BBox],
    *,
    numbers: Sequence[int] = (),
    limit: int | None = None,
) -> GroundCut:
    """Return the tiles for `views`, each what it must show in degrees, of at most `limit` bytes, or `MOST_BYTES`.

    `stored` returns a tile by zoom, column and row, gzipped. `numbers` are those of the views; without them they are
    counted from 1.

    Coarse tiles come first, so that there is some ground wherever somebody drags the map; then those of each view, as
    long as there is room; then finer ones, for whoever looks closer.

    Raises
    ------
    PlanMapError
        A tile is damaged.
    """
    tiles: dict[str, str] = {}
    characters: set[str] = set()
    thinned: list[int] = []
    room = MOST_BYTES if limit is None else limit
    for number, wanted in _wishes(ground, views):
        found = _stored(stored, wanted, tiles)
        size = sum(len(tile) for tile in found.values() if tile is not None)
        if size > room:
            # Finer tiles than the view needs are no loss.
            thinned += [number] if number else []
            continue
        room -= size
        for key, tile in found.items():
            tiles[key] = base64.b64encode(tile).decode() if tile is not None else ""
            if tile is not None and ground.has_names:
                characters |= _characters(unpacked(tile, MOST_TILE_BYTES, key))
    named = [numbers[number - 1] for number in dict.fromkeys(thinned)] if numbers else dict.fromkeys(thinned)
    return GroundCut(tiles, tuple(named), frozenset(characters))


def _wishes(ground: Tiled, views: Sequence[BBox]) -> Iterator[tuple[int, list[Tile]]]:
    """Yield sets of tiles in the order of their use, each with the number of the view that needs it, or 0."""
    whole = (
        min(view[0] for view in views),
        min(view[1] for view in views),
        max(view[2] for view in views),
        max(view[3] for view in views),
    )
    coarse = _level(ground, view_zoom(whole))
    for level in range(ground.zooms[0], coarse + 1):
        yield 0, _within(ground, seen_box(whole, view_zoom(whole)), level)
    for number, view in enumerate(views, start=1):
        zoom = view_zoom(view)
        level = _level(ground, zoom)
        for step in range(coarse + 1, level):
            yield number, _within(ground, seen_box(view, zoom), step)
        yield number, _within(ground, seen_box(view, zoom), level)
    for view in views:
        finer = _level(ground, view_zoom(view) + 1)
        yield 0, _within(ground, view, finer)


def _level(ground: Tiled, zoom: float) -> int:
    """Return the zoom of the tiles for a map of `zoom`: that of small tiles is one more."""
    return tile_zoom(zoom + (ground.tile_pixels == SMALL_PIXELS), ground.zooms)


def _within(ground: Tiled, box: BBox, zoom: int) -> list[Tile]:
    west, south, east, north = (
        function(one, other) for function, one, other in zip((max, max, min, min), box, ground.bounds, strict=True)
    )
    return tiles_in((west, south, east, north), zoom) if west < east and south < north else []


def view_zoom(view: BBox) -> float:
    """Return the zoom of a web map at which a view fills a usual screen."""
    west, south, east, north = view
    wide = (east - west) / 360 * _WORLD
    high = (mercator_row(south) - mercator_row(north)) * _WORLD
    return max(0.0, min(19.0, math.log2(min(1100.0 / max(wide, 1e-9), 800.0 / max(high, 1e-9)))))


def seen_box(view: BBox, zoom: float) -> BBox:
    """Return what the largest screen shows around the middle of a view, in degrees."""
    x, y = ((view[0] + view[2]) / 720 + 0.5), (mercator_row(view[1]) + mercator_row(view[3])) / 2
    wide, high = (side / (_WORLD * 2**zoom) for side in SCREEN)
    return (
        (x - wide / 2 - 0.5) * 360,
        mercator_latitude(min(1.0, y + high / 2)),
        (x + wide / 2 - 0.5) * 360,
        mercator_latitude(max(0.0, y - high / 2)),
    )


def _stored(
    stored: Callable[[int, int, int], bytes | None], wanted: Iterable[Tile], known: dict[str, str]
) -> dict[str, bytes | None]:
    found = {}
    for zoom, x, y in wanted:
        key = f"{zoom}/{x}/{y}"
        if key not in known:
            found[key] = stored(zoom, x, y)
    return found


def _characters(tile: bytes) -> set[str]:
    return {letter for features in decoded(tile).values() for name in (*features.zh, *features.en) for letter in name}
