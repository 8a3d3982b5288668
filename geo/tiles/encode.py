"""Vector tiles of anybody as features, and features as tiles. Format: Mapbox Vector Tile specification 2.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2  # type: ignore[import-untyped]
from numpy.typing import NDArray

from geo.errors import PlanMapError
from geo.tiles.decode import parts_of
from geo.tiles.schema import EXTENT, Shape

SHAPES: dict[int, Shape] = {1: "point", 2: "line", 3: "area"}

MOST_FEATURES = 400_000
"""Features of a tile that are read."""

MOST_NUMBERS = 8_000_000
"""Numbers of all its geometries and attributes that are read."""

FARTHEST = EXTENT
"""Units beyond the tile up to which a geometry is kept."""

_MOVE, _LINE, _CLOSE = 1, 2, 15

M = TypeVar("M")

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of a tile."""

    shape: Shape
    tags: Mapping[str, Value]
    parts: Sequence[NDArray[np.int64]]
    """Positions of each line, ring or point, of shape (n, 2), in units of the tile (`EXTENT` a side) from its
    north-west corner. Rings are closed."""


def features_of(
    tile: bytes, meant: Callable[[str, Shape, Mapping[str, Value]], M | None]
) -> Iterator[tuple[M, Feature]]:
    """Yield the features of a tile of which `meant` makes something, by layer, shape and attributes, with that.

    What is far outside the tile is cut off; the geometry of other features is not even looked at.

    Raises
    ------
    PlanMapError
        The bytes are no tile, or it holds too much.
    """
    try:
        for layer in _read(tile).layers:
            if not 1 <= layer.extent <= 2**20:
                raise PlanMapError("tiles-damaged", file="")
            yield from _features(layer, meant)
    except PlanMapError:
        raise
    except Exception as error:
        # The library and numpy have many errors for bytes that are no tile.
        raise PlanMapError("tiles-damaged", file="") from error


def layers_of(tile: bytes) -> list[str]:
    """Return the names of a tile's layers; raises as `features_of` does."""
    return [str(layer.name) for layer in _read(tile).layers]


def encoded(layers: Mapping[str, Sequence[Feature]]) -> bytes:
    """Return `layers` as a tile; layers without features are left out."""
    made = vector_tile_pb2.tile()
    for name, features in layers.items():
        if not features:
            continue
        layer = made.layers.add(name=name, version=2, extent=EXTENT)
        keys: dict[str, int] = {}
        values: dict[tuple[type, Value], int] = {}
        for feature in features:
            commands = _commands(feature)
            if not commands:
                continue
            tags = []
            for key, value in feature.tags.items():
                tags.append(keys.setdefault(key, len(keys)))
                tags.append(values.setdefault((type(value), value), len(values)))
            kind = next(number for number, shape in SHAPES.items() if shape == feature.shape)
            layer.features.add(type=kind, tags=tags, geometry=commands)
        layer.keys.extend(keys)
        for of, value in values:
            layer.values.add(**{_FIELDS[of]: value})
    return bytes(made.SerializeToString())


_FIELDS = {str: "string_value", bool: "bool_value", int: "int_value", float: "double_value"}


def _read(tile: bytes) -> Any:
    read = vector_tile_pb2.tile()
    try:
        read.ParseFromString(tile)
    except Exception as error:
        # Which error it is depends on how the library has been built.
        raise PlanMapError("tiles-damaged", file="") from error
    features = numbers = 0
    for layer in read.layers:
        features += len(layer.features)
        if features > MOST_FEATURES:
            raise PlanMapError("tiles-damaged", file="")
        numbers += sum(len(feature.geometry) + len(feature.tags) for feature in layer.features)
        if numbers > MOST_NUMBERS:
            raise PlanMapError("tiles-damaged", file="")
    return read


def _features(layer: Any, meant: Callable[[str, Shape, Mapping[str, Value]], M | None]) -> Iterator[tuple[M, Feature]]:
    keys = list(layer.keys)
    values = [_value(value) for value in layer.values]
    for feature in layer.features:
        shape = SHAPES.get(feature.type)
        if shape is None:
            continue
        numbers = list(feature.tags)
        tags = {keys[numbers[n]]: values[numbers[n + 1]] for n in range(0, len(numbers) - 1, 2)}
        meaning = meant(layer.name, shape, tags)
        if meaning is None:
            continue
        drawn = parts_of(np.array(feature.geometry, dtype=np.int64), closed=shape == "area")
        parts = [part for one in drawn for part in _near(np.rint(one * (EXTENT / layer.extent)), shape)]
        if parts:
            yield meaning, Feature(shape, tags, parts)


def _value(value: Any) -> Value:
    fields = value.ListFields()
    found = fields[0][1] if fields else ""
    return found if isinstance(found, str | int | float) else ""


def _near(part: NDArray[np.float64], shape: Shape) -> list[NDArray[np.int64]]:
    """Return what of a part is not far outside the tile: most often all of it."""
    low, high = -FARTHEST, EXTENT + FARTHEST
    if part.min() >= low and part.max() <= high:
        return [part.astype(np.int64)]
    if shape == "point" or len(part) < 2:
        return []
    whole = shapely.Polygon(part) if shape == "area" else shapely.LineString(part)
    cut = list(shapely.get_parts(shapely.clip_by_rect(whole, low, low, high, high)))
    if shape == "area":
        # Clipping turns rings as it likes, and the way round tells holes from outlines.
        turned = shapely.is_ccw(shapely.LinearRing(part))
        rings = [one.exterior for one in cut if one.geom_type == "Polygon"]
        cut = [ring if shapely.is_ccw(ring) == turned else shapely.reverse(ring) for ring in rings]
    found = [np.rint(shapely.get_coordinates(ring)).astype(np.int64) for ring in cut]
    return [positions for positions in found if len(positions) > 1]


def _commands(feature: Feature) -> list[int]:
    """Return the commands that draw a feature; empty if nothing of it is left in whole units."""
    commands: list[int] = []
    at = np.zeros((1, 2), dtype=np.int64)
    if feature.shape == "point":
        places = np.concatenate([at, *feature.parts])
        return [_command(_MOVE, len(places) - 1), *_zigzag(np.diff(places, axis=0))]
    least = 2 if feature.shape == "line" else 3
    for part in feature.parts:
        positions = part[:-1] if feature.shape == "area" else part
        moved = np.ones(len(positions), dtype=bool)
        moved[1:] = np.any(positions[1:] != positions[:-1], axis=1)
        positions = positions[moved]
        if len(positions) < least:
            continue
        steps = _zigzag(np.diff(np.concatenate([at, positions]), axis=0))
        commands += [_command(_MOVE, 1), *steps[:2], _command(_LINE, len(positions) - 1), *steps[2:]]
        if feature.shape == "area":
            commands.append(_CLOSE)
        at = positions[-1:]
    return commands


def _command(of: int, count: int) -> int:
    return count << 3 | of


def _zigzag(steps: NDArray[np.int64]) -> list[int]:
    turned: list[int] = ((steps << 1) ^ (steps >> 63)).ravel().tolist()
    return turned
