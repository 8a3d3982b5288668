"""Large own layers as tiles for a browser: made in a child process, kept in the cache, found again by what they show.

A style decides which features have a look of their own, and in tiles each look is a category. So tiles stay as they are
when only colours change, and are made anew when a style goes by another field. Decision 38 says what is in them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from geo.errors import PlanMapError
from geo.foreign import child
from geo.grid import BBox
from geo.tiles.archive import Archive
from layers.cache import kept_folder
from layers.own.opening import opened
from layers.own.own_layer import OWN_LOOKS, REST, OwnLayer
from layers.plan.beside_file import draft_folder

LARGE = 5_000
"""Most features of a layer that go to the browser one by one; of a larger one they are tiles."""

LIMITS = child.Limits(memory=6 * 2**30, seconds=3600.0)

TILES = ".pmtiles"

_FORM = 1
_KEPT = 3
"""Files of a kind of one layer that are kept: for those who go back and forth between styles."""

_ROOM = 4 * 2**30
"""Bytes of all files of a kind that are kept."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class LayerTiles:
    """The tiles of a layer, which are ready."""

    path: Path
    key: str
    """Changes with what is in them."""
    zooms: tuple[int, int]
    bounds: BBox
    """In degrees (WGS 84)."""
    looks: tuple[int, ...]
    """The place in `layers.own.look.looks_of` of each category, or `REST`."""
    undrawn: int
    """How many features have no look, so that they are in no tile."""
    left_out: int
    """How many pieces of features the fullest zoom has no room for."""
    odd: int
    """How many features have no geometry that a web map can show."""
    tile_pixels: ClassVar[int] = 512
    """Side of a tile on a map of the tile's own zoom."""
    has_names: ClassVar[bool] = False


def is_large(layer: OwnLayer) -> bool:
    """Whether a browser gets a layer as tiles."""
    return layer.count > LARGE


def tiles_of(layer: OwnLayer) -> LayerTiles | None:
    """Return the tiles of a layer as it is drawn now; None if they have not been made.

    Raises
    ------
    PlanMapError
        The layer's file is damaged.
    """
    path = kept_path(layer, TILES)
    try:
        state = path.stat()
    except OSError:
        return None
    return _read(path, state.st_mtime_ns)


def make_tiles(
    layer: OwnLayer, *, progress: Progress = lambda share: None, limits: child.Limits = LIMITS
) -> LayerTiles:
    """Return the tiles of a layer as it is drawn now, made in a child process if they are not there.

    Whatever `progress` raises ends the work and leaves nothing.

    Raises
    ------
    PlanMapError
        The layer's file is damaged, or the cache cannot be written.
    """
    found = tiles_of(layer)
    if found is not None:
        return found
    import numpy as np

    path = kept_path(layer, TILES)
    with draft_folder(path.parent) as work:
        categories, looks = categories_of(layer, progress)
        np.save(work / "numbers.npy", categories)
        source = layer.path
        if layer.is_live:
            from layers.own.copying import copy_features

            source = work / "features.gpkg"
            copy_features(layer, source, progress)
        job = {
            "source": str(source.resolve()),
            "target": str(work / "made.pmtiles"),
            "numbers": str(work / "numbers.npy"),
            "categories": max(1, len(looks)),
            "note": {"form": _FORM, "looks": looks},
        }
        child.run("tiles.thinned.make:work", job, work, progress=progress, limits=limits)
        os.replace(work / "made.pmtiles", path)
    tidy(path)
    made = tiles_of(layer)
    if made is None:
        raise PlanMapError("output-refused", path=path, reason="")
    return made


def forget_tiles(layer: OwnLayer) -> None:
    """Delete the tiles of a layer that is removed, and what is kept of it for answers."""
    for path in kept_folder().glob(f"{_family(layer)}-*.*"):
        with suppress(OSError):
            path.unlink()


def categories_of(layer: OwnLayer, progress: Progress = lambda share: None) -> tuple[Any, list[int]]:
    """Return the category of each feature as bytes, 255 for what is not drawn, and the look of each category.

    Raises
    ------
    PlanMapError
        The layer's file is damaged.
    """
    import numpy as np

    from layers.own.look import look_numbers, style_fields

    looks = []
    with opened(layer) as package:
        fields = style_fields(layer)
        for values in package.whole_column(fields[0]) if fields else ([None] * layer.count,):
            looks.append(look_numbers(layer, values))
            # Somebody may have cancelled it.
            progress(0.0)
    numbers = np.concatenate([*looks, np.zeros(0, dtype=np.intp)])
    counts = np.bincount(numbers[numbers >= 0])
    used = np.flatnonzero(counts)
    rest: list[int] = []
    if len(used) > OWN_LOOKS:
        often = used[np.argsort(-counts[used], kind="stable")]
        used, rest = np.sort(often[:OWN_LOOKS]), [REST]
    table = np.full(len(counts) + 1, len(used) if rest else 255, dtype=np.uint8)
    table[used] = np.arange(len(used))
    # The last place is that of -1.
    table[-1] = 255
    return table[numbers], [*used.tolist(), *rest]


@lru_cache(maxsize=64)
def _key(layer: OwnLayer) -> str:
    """Return a text that changes with the features and with which of them have a look of their own."""
    from layers.own.layer_style import Categories, Graduated
    from layers.own.look import style_of

    with opened(layer) as package:
        state = package.state
    symbols = style_of(layer).symbols
    by: list[Any] = []
    if isinstance(symbols, Categories):
        by = [symbols.field, [[each.values, each.symbol is None] for each in symbols.categories], symbols.other is None]
    elif isinstance(symbols, Graduated):
        limits = [[each.limit, each.symbol is None] for each in symbols.classes]
        by = [symbols.field, symbols.lowest, limits, symbols.no_value is None]
    return hashlib.sha256(json.dumps([_FORM, state, by], ensure_ascii=False).encode()).hexdigest()[:24]


def _family(layer: OwnLayer) -> str:
    return f"layer-{hashlib.sha256(str(layer.path.resolve()).encode()).hexdigest()[:16]}"


def kept_path(layer: OwnLayer, suffix: str) -> Path:
    """Return where something is kept that changes with the features and with which of them have a look of their own.

    Raises
    ------
    PlanMapError
        The layer's file is damaged.
    """
    return kept_folder() / f"{_family(layer)}-{_key(layer)}{suffix}"


@lru_cache(maxsize=64)
def _read(path: Path, modified: int) -> LayerTiles | None:
    try:
        with Archive(path) as archive:
            told = archive.metadata["planmap"]
            if told["note"]["form"] != _FORM:
                return None
            return LayerTiles(
                path,
                f"{path.stem.rpartition('-')[2]}-{modified:x}",
                archive.zooms,
                archive.bounds,
                tuple(int(look) for look in told["note"]["looks"]),
                int(told["undrawn"]),
                max((int(zoom["left_out"]) for zoom in told["zooms"].values()), default=0),
                sum(int(told["odd"].get(kind, {}).get("count", 0)) for kind in ("empty", "broken", "outside")),
            )
    except (PlanMapError, KeyError, TypeError, ValueError):
        # Made anew.
        return None


def tidy(path: Path) -> None:
    """Delete older files of the same layer and kind, and the oldest of all beyond `_ROOM`: their plans may be gone."""
    family, _, _ = path.stem.rpartition("-")
    with suppress(OSError):
        states = {each: each.stat() for each in path.parent.glob(f"layer-*{path.suffix}")}
        newest = sorted(states, key=lambda each: states[each].st_mtime_ns, reverse=True)
        same, size = 0, 0
        for each in newest:
            same += each.name.startswith(f"{family}-")
            size += states[each].st_size
            if each != path and (size > _ROOM or (same > _KEPT and each.name.startswith(f"{family}-"))):
                each.unlink()
