"""Vector tiles as arrays of positions, for paper. Format: Mapbox Vector Tile specification 2.1, clause 4."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from mapbox_vector_tile.Mapbox import vector_tile_pb2  # type: ignore[import-untyped]
from numpy.typing import NDArray

from geo.errors import PlanMapError

_MOVE, _LINE, _CLOSE = 1, 2, 7

_POLYGON = 3


@dataclass(slots=True)
class Features:
    """The features of one layer of a tile."""

    kinds: list[str] = field(default_factory=list)
    zh: list[str] = field(default_factory=list)
    en: list[str] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)
    parts: list[NDArray[np.float64]] = field(default_factory=list)
    """Positions of each line, ring or point, of shape (n, 2), in sides of the tile from its north-west corner."""
    owners: list[int] = field(default_factory=list)
    """The feature of each part, by its place in `kinds`."""


@dataclass(frozen=True, slots=True)
class NamedArea:
    """An area with a name, or the part of one in a tile."""

    layer: str
    zh: str
    en: str
    rings: list[NDArray[np.float64]]
    """Closed outlines and holes, each of shape (n, 2), in sides of the tile from its north-west corner."""


def decoded(tile: bytes) -> dict[str, Features]:
    """Return the features of a tile by layer. Rings are closed.

    Raises
    ------
    PlanMapError
        The bytes are no tile.
    """
    read = vector_tile_pb2.tile()
    try:
        read.ParseFromString(tile)
        return {layer.name: _features(layer) for layer in read.layers}
    except PlanMapError:
        raise
    except Exception as error:
        raise PlanMapError("tiles-damaged", file="") from error


def named_areas(tile: bytes, layers: Collection[str], wanted: Callable[[str], bool]) -> list[NamedArea]:
    """Return the areas of `layers` whose Chinese or English name is `wanted`; raises as `decoded` does.

    Of a tile that has no such name hardly more is read than its table of texts.
    """
    read = vector_tile_pb2.tile()
    try:
        read.ParseFromString(tile)
        found = []
        for layer in read.layers:
            if layer.name in layers and any(wanted(value.string_value) for value in layer.values):
                features = _features(layer)
                for number, (zh, en) in enumerate(zip(features.zh, features.en, strict=True)):
                    if wanted(zh) or wanted(en):
                        rings = [part for part, of in zip(features.parts, features.owners, strict=True) if of == number]
                        found.append(NamedArea(layer.name, zh, en, rings))
    except PlanMapError:
        raise
    except Exception as error:
        raise PlanMapError("tiles-damaged", file="") from error
    return found


def in_degrees(positions: NDArray[np.float64], zoom: int, x: int, y: int) -> NDArray[np.float64]:
    """Return positions in a tile, in shares of its side, as degrees (WGS 84); Web Mercator as in all web maps."""
    side = 2**zoom
    longitude = ((x + positions[:, 0]) / side - 0.5) * 360
    rows = (y + positions[:, 1]) / side
    latitude = np.degrees(2 * np.arctan(np.exp(math.pi * (1 - 2 * rows))) - math.pi / 2)
    return np.column_stack([longitude, latitude])


def _features(layer: Any) -> Features:
    found = Features()
    keys = list(layer.keys)
    values = [value.string_value or value.int_value or value.uint_value or value.sint_value for value in layer.values]
    for feature in layer.features:
        tags = list(feature.tags)
        own = {keys[tags[n]]: values[tags[n + 1]] for n in range(0, len(tags) - 1, 2)}
        number = len(found.kinds)
        found.kinds.append(str(own.get("kind", "")))
        found.zh.append(str(own.get("zh", "") or ""))
        found.en.append(str(own.get("en", "") or ""))
        rank = own.get("rank", 0)
        found.ranks.append(rank if isinstance(rank, int) else 0)
        for part in parts_of(np.array(feature.geometry, dtype=np.int64), closed=feature.type == _POLYGON):
            found.parts.append(part / layer.extent)
            found.owners.append(number)
    return found


def parts_of(commands: NDArray[np.int64], *, closed: bool) -> list[NDArray[np.float64]]:
    """Return the lines, rings or points that the commands of a feature draw, in units of the tile."""
    bounds: list[tuple[int, int]] = []
    is_position = np.ones(len(commands), dtype=bool)
    at, positions, begun = 0, 0, 0
    while at < len(commands):
        command, count = int(commands[at]) & 7, int(commands[at]) >> 3
        is_position[at] = False
        at += 1
        if command == _CLOSE:
            continue
        if command not in (_MOVE, _LINE) or at + 2 * count > len(commands):
            raise PlanMapError("tiles-damaged", file="")
        if command == _MOVE:
            if positions > begun:
                bounds.append((begun, positions))
            begun = positions
            # Of several points each is a part; lines move once.
            bounds += [(positions + step, positions + step + 1) for step in range(count - 1)]
            begun += count - 1
        positions += count
        at += 2 * count
    if positions > begun:
        bounds.append((begun, positions))
    numbers = commands[is_position]
    steps = (numbers >> 1) ^ -(numbers & 1)
    places = np.cumsum(steps.reshape(-1, 2), axis=0).astype(float)
    parts = [places[start:end] for start, end in bounds]
    return [np.concatenate([part, part[:1]]) for part in parts if len(part) > 2] if closed else parts
