"""A large answer about a layer: what is kept of the layer, and the fullest tiles of each zoom, made when asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from geo.tiles.thinned.cells import unmorton
from geo.tiles.thinned.chosen import ChosenTiles
from geo.tiles.thinned.places import read_places
from geo.tiles.thinned.world import WORLD_BITS

CATEGORIES = 14
SHARE = 0.6
"""Of the features that are selected."""


def answer_rows(package: Path, form: str, count: int) -> None:
    """Print how long the tiles of an answer take: seconds by the clock, and of the processor in brackets."""
    chance = np.random.default_rng(2026)
    numbers = chance.integers(0, CATEGORIES, count).astype(np.uint8)
    ids = np.sort(chance.permutation(count)[: int(SHARE * count)] + 1)
    places, seconds = timed(lambda: read_places(package, numbers, CATEGORIES))
    print(f"| {form} {count} | answer: places | {seconds} | | | | |")
    tiles, seconds = timed(lambda: ChosenTiles(package, places.taken(ids)))
    print(f"| {form} {count} | answer: part of {len(ids)} | {seconds} | | | | {tiles.zooms[0]}-{tiles.zooms[1]} |")
    for zoom in range(tiles.zooms[0], tiles.zooms[1] + 1):
        x, y = fullest(tiles, zoom)
        # What is decided for the zoom is in the first tile.
        _, first = timed(lambda zoom=zoom: tiles.tile(zoom, 0, 0))
        beside = [(x + across, y + down) for across in (0, 1) for down in (-1, 0, 1)]
        made, seconds = timed(lambda zoom=zoom, beside=beside: [tiles.tile(zoom, *each) for each in beside])
        largest = max(len(tile or b"") for tile in made)
        row = f"answer: six tiles of zoom {zoom}, which takes {first}"
        print(f"| {form} {count} | {row} | {seconds} | | | {largest / 1000:.0f} kB | |", flush=True)


def fullest(tiles: ChosenTiles, zoom: int) -> tuple[int, int]:
    """Return column and row of the tile with most features."""
    numbers, counts = np.unique(tiles.places.home >> (2 * (WORLD_BITS - zoom)), return_counts=True)
    column, row = unmorton(numbers[[np.argmax(counts)]])
    return int(column[0]), int(row[0])


def timed(make: Callable[[], Any]) -> tuple[Any, str]:
    """Return what `make` returns, and how long it took."""
    began, worked = time.perf_counter(), time.process_time()
    made = make()
    return made, f"{time.perf_counter() - began:.2f} ({time.process_time() - worked:.2f})"
