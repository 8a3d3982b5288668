"""Answers of more features than a browser gets one by one, as tiles that are made when somebody asks for them.

Nothing is made beforehand. What is kept in memory is where the features are: some 50 bytes for each feature of the
`_LAYERS` layers that were asked about last, as many for each of the `_ANSWERS` latest answers, and a byte for each zoom
at which an answer is looked at: with a million features in all of them some 350 MB. Of layers that take seconds to be
read it is in the cache folder too, so that another server has it at once.
"""

from __future__ import annotations

import os
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, ClassVar
from zipfile import BadZipFile

import numpy as np

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.tiles.thinned.chosen import ChosenTiles
from geo.tiles.thinned.places import COLUMNS, Places, read_places
from layers.own.asking import answer_state, selected
from layers.own.own_layer import OwnLayer
from layers.own.tiles import categories_of, kept_path, tidy
from layers.plan.beside_file import draft_folder
from layers.plan.layer_question import LayerQuestion
from layers.plan.plan import Plan

if TYPE_CHECKING:
    from layers.own.live_answer import LiveAnswer

MANY = 100_000
"""Features of a layer that take so long to be read that it is worth a file."""

PLACES = ".1.npz"
"""How the name of such a file ends; its number is counted up when other things are in it."""

_LAYERS, _ANSWERS = 2, 4

_lock = Lock()
"""Whoever asks for the same while it is worked out waits for it."""


@dataclass(frozen=True, slots=True)
class AnswerTiles:
    """The tiles of an answer."""

    tiles: ChosenTiles
    looks: tuple[int, ...]
    """As those of `layers.own.tiles.LayerTiles`."""
    count: int
    """How many features are selected."""
    tile_pixels: ClassVar[int] = 512
    """Side of a tile on a map of the tile's own zoom."""
    has_names: ClassVar[bool] = False

    @property
    def zooms(self) -> tuple[int, int]:
        """The first and the last zoom that there is."""
        return self.tiles.zooms

    @property
    def bounds(self) -> BBox:
        """What the features cover, in degrees (WGS 84)."""
        return self.tiles.bounds

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile, gzipped; None where there is nothing, or there are no such tiles.

        Raises
        ------
        PlanMapError
            The layer's file is damaged.
        """
        return self.tiles.tile(zoom, x, y)


def tiles_of_answer(layer: OwnLayer, question: LayerQuestion, plan: Plan) -> AnswerTiles | LiveAnswer:
    """Return the tiles of the features that a question selects, wherever these are.

    Raises
    ------
    PlanMapError
        The layer has no such field, its file is damaged, or the table in which they stay cannot be read.
    """
    if layer.is_live:
        # Drivers of databases take a while to import, and few plans have such a layer.
        from layers.own.live_answer import live_answer

        return live_answer(layer, question, plan)
    return answer_tiles(layer, question, plan)


def answer_tiles(layer: OwnLayer, question: LayerQuestion, plan: Plan) -> AnswerTiles:
    """Return the tiles of the features of a file that a question selects.

    Raises
    ------
    PlanMapError
        The layer has no such field, or its file is damaged.
    """
    asked = _Asked(layer, answer_state(layer, question, plan), question, plan)
    with _lock:
        return _made(asked)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is asked for; the same whatever was asked, and in whatever plan, if the same features are selected."""

    layer: OwnLayer
    state: str
    question: LayerQuestion
    plan: Plan

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and (self.layer, self.state) == (other.layer, other.state)

    def __hash__(self) -> int:
        return hash((self.layer, self.state))


@lru_cache(maxsize=_ANSWERS)
def _made(asked: _Asked) -> AnswerTiles:
    ids = selected(asked.layer, asked.question, asked.plan)
    places, looks = _places(asked.layer)
    return AnswerTiles(ChosenTiles(asked.layer.path, places.taken(ids)), looks, len(ids))


@lru_cache(maxsize=_LAYERS)
def _places(layer: OwnLayer) -> tuple[Places, tuple[int, ...]]:
    if layer.count < MANY:
        return _read(layer)
    path = kept_path(layer, PLACES)
    found = _stored(path)
    if found is None:
        found = _read(layer)
        # Without it this works as well.
        with suppress(OSError, PlanMapError):
            _store(*found, path)
    return found


def _read(layer: OwnLayer) -> tuple[Places, tuple[int, ...]]:
    categories, looks = categories_of(layer)
    return read_places(layer.path, categories, max(1, len(looks))), tuple(looks)


def _store(places: Places, looks: tuple[int, ...], path: Path) -> None:
    with draft_folder(path.parent) as work:
        columns = {name: getattr(places, name) for name in COLUMNS}
        told = np.array([places.categories, places.total, *looks], dtype=np.int64)
        np.savez(work / path.name, told=told, **columns)
        os.replace(work / path.name, path)
    tidy(path)


def _stored(path: Path) -> tuple[Places, tuple[int, ...]] | None:
    """Return what has been stored; None if there is nothing, or it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            categories, total, *looks = held["told"].tolist()
            places = Places(**{name: held[name] for name in COLUMNS}, categories=categories, total=total)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
        return None
    return places, tuple(looks)
