"""The work of the child process on a large layer: its GeoPackage becomes vector tiles in one PMTiles archive."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.output import drafted
from geo.tiles.archive import ArchiveWriter, mercator_latitude
from geo.tiles.thinned.layer import MOST_CATEGORIES, Layer, read_layer
from geo.tiles.thinned.pieces import Extents, extents_of
from geo.tiles.thinned.rings import AREA
from geo.tiles.thinned.world import WORLD, WORLD_BITS
from geo.tiles.thinned.zoom import Zoom

SCHEMA = 2
"""Counted up when tiles of an older form can no longer be drawn."""

READING = 0.35
"""Share of the work that is reading features."""

SHALLOWEST, DEEPEST = 11, 16
"""Between these is the last zoom, whose shapes are drawn larger for all further ones."""

FEW = 0.01
"""Share of the features that may still be too small or crowded for the last zoom, where they are drawn all the same."""

MOST_TILES = 30_000
"""Tiles of a zoom beyond which there is no further one: a large area would be in millions of them."""

Progress = Callable[[float], None]


def work(job: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the archive that `job` asks for, and return what `write_layer_tiles` does.

    The job has `source` and `target`, and perhaps `numbers`, the path of an array of bytes as NumPy stores it,
    `categories`, and `note`.

    Raises
    ------
    PlanMapError
        The source cannot be read, or the target cannot be written.
    """
    numbers = np.load(job["numbers"], allow_pickle=False) if job.get("numbers") else None
    return write_layer_tiles(
        Path(job["source"]),
        Path(job["target"]),
        numbers=numbers,
        categories=int(job.get("categories") or 1),
        note=job.get("note"),
        progress=progress,
    )


def write_layer_tiles(
    source: Path,
    target: Path,
    *,
    numbers: NDArray[np.uint8] | None = None,
    categories: int = 1,
    note: Any = None,
    progress: Progress = lambda share: None,
) -> dict[str, Any]:
    """Write the GeoPackage `source`, as `geo.foreign.vector_files.bring_in` makes it, as the archive `target`.

    `numbers` has the category of each feature by rising id, below `categories`, at most `MOST_CATEGORIES`; features
    with another number are not in the tiles. `progress` is told the share of the work that is done; if it raises,
    nothing is left. What is returned is in the archive's metadata too, as "planmap":

    - `schema`, `features` (all of the layer), `undrawn` (how many of them have no category),
    - `categories`: how many features each has,
    - `zooms`: by zoom, what `geo.tiles.thinned.zoom.Told` tells,
    - `odd`: features that could not be shown as they are, see `geo.tiles.thinned.layer.Odd`,
    - `note`: a plain value that the caller finds again there.

    Raises
    ------
    PlanMapError
        The source cannot be read, or the target cannot be written.
    """
    if not 1 <= categories <= MOST_CATEGORIES:
        raise ValueError(f"{categories} categories")
    layer = read_layer(source, numbers=numbers, categories=categories, progress=lambda share: progress(READING * share))
    extents = extents_of(layer)
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "features": layer.total,
        "undrawn": layer.undrawn,
        "categories": np.bincount(layer.category, minlength=categories).tolist(),
        "zooms": {},
        "odd": layer.odd.found,
        "note": note,
    }
    metadata = {"name": source.stem, "planmap": told, "vector_layers": _described(layer)}
    with (
        drafted(target) as draft,
        ArchiveWriter(draft, bounds=_bounds(extents), metadata=metadata) as writer,
        ThreadPoolExecutor(os.cpu_count() or 1) as executor,
    ):
        first = _first_zoom(extents)
        if not len(layer.fid):
            # An archive has a tile at least.
            writer.add(first, 0, 0, gzip.compress(b"", mtime=0))
        for zoom, tiles in _zooms(layer, extents, first, executor) if len(layer.fid) else ():
            for (x, y), tile in tiles.items():
                writer.add(zoom.zoom, x, y, tile)
            told["zooms"][str(zoom.zoom)] = asdict(zoom.told)
            progress(READING + (1 - READING) * _done(first, zoom.zoom))
    progress(1.0)
    return told


def _zooms(
    layer: Layer, extents: Extents, first: int, executor: ThreadPoolExecutor
) -> Iterator[tuple[Zoom, dict[tuple[int, int], bytes]]]:
    """Yield one zoom after the other with its tiles; the last is the first one at which all features can be drawn."""
    for number in range(first, DEEPEST + 1):
        usual = Zoom(layer, extents, number, is_last=False, executor=executor)
        must = number == DEEPEST or _tiles(layer, extents, number + 1) > MOST_TILES
        if must or (number >= SHALLOWEST and usual.counted_share() <= FEW):
            last = Zoom(layer, extents, number, is_last=True, executor=executor)
            tiles = last.tiles(must=True) if must else None if last.is_too_large() else last.tiles(must=False)
            if tiles is not None:
                yield last, tiles
                return
        yield usual, usual.tiles() or {}


def _first_zoom(extents: Extents) -> int:
    """Return the zoom in which the layer is as large as a tile."""
    if not len(extents.bounds):
        return 0
    low, high = extents.bounds[:, :2].min(axis=0), extents.bounds[:, 2:].max(axis=0)
    size = int((high - low).max())
    return max(0, min(SHALLOWEST, WORLD_BITS - size.bit_length()))


def _tiles(layer: Layer, extents: Extents, zoom: int) -> float:
    """Return about how many tiles a zoom has."""
    shift = WORLD_BITS - zoom
    home = len(np.unique(layer.home >> (2 * shift)))
    size = extents.bounds[:, 2:] - extents.bounds[:, :2]
    large = size.max(axis=1, initial=0) > 2**shift
    # Of areas their whole extent, of lines as many as they are long.
    cover = layer.cover[layer.piece_feature[large]]
    is_area = layer.dimension[layer.piece_feature[large]] == AREA
    rim = 2.0 * size[large].sum(axis=1) / 2**shift
    return home + float(np.where(is_area, cover / 4.0**shift + rim, cover / 2**shift).sum())


def _done(first: int, zoom: int) -> float:
    """Return the share of the zooms that are done, of as many as there are most often."""
    return min(0.95, (zoom - first + 1) / max(2, SHALLOWEST + 4 - first))


def _bounds(extents: Extents) -> tuple[float, float, float, float]:
    if not len(extents.bounds):
        return -180.0, -85.0, 180.0, 85.0
    left, top = np.clip(extents.bounds[:, :2].min(axis=0), 0, WORLD).tolist()
    right, bottom = np.clip(extents.bounds[:, 2:].max(axis=0), 0, WORLD).tolist()
    south, north = mercator_latitude(bottom / WORLD), mercator_latitude(top / WORLD)
    return left / WORLD * 360 - 180, south, right / WORLD * 360 - 180, north


def _described(layer: Layer) -> list[dict[str, object]]:
    fields = {"c": "Number"} if layer.categories > 1 else {}
    return [{"id": "features", "fields": fields}]
