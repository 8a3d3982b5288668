"""The features of a tile of a known schema as those of PlanMap's own, see `geo.tiles.schema`."""

from __future__ import annotations

import gzip
import math
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import EARTH_M
from geo.errors import PlanMapError
from geo.tiles.archive import Tile
from geo.tiles.decode import decoded
from geo.tiles.encode import Feature, Value, encoded, features_of
from geo.tiles.names import cleaned, names
from geo.tiles.schema import (
    EXTENT,
    LAYERS,
    LEVELS_FROM,
    MOST_BYTES,
    MOST_FEATURES,
    MOST_UNPACKED_BYTES,
    RANKS,
    RUNWAY_M,
    Shape,
)
from geo.tiles.tile_kinds import OWN, Meaning, Schema, level_of, meaning

LONGEST_REF = 20
"""Characters of a road's number that are kept."""

LEAST_IMPORTANT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("buildings", ("building",)),
    ("roads", ("path",)),
    ("roads", ("minor",)),
    ("green", ("grass", "farmland", "wood")),
)
"""Layers and kinds that a tile that is too large loses, one after the other until it is small enough."""

_NAMES = {
    "name": ("name",),
    "name:zh-Hans": ("name:zh-Hans", "name_zh-Hans"),
    "name:zh": ("name:zh", "name_zh"),
    "name:en": ("name:en", "name_en"),
}
"""By the tag of OpenStreetMap, what tiles call it."""

Layers = dict[str, list[Feature]]


def retiled(tile: bytes, schema: Schema, at: Tile, *, is_deepest: bool) -> Layers:
    """Return the features of a tile by layer of PlanMap's own, the lowest first.

    Each kind begins at its own zoom; tiles of the deepest zoom are looked at from nearer, too, and keep all.

    Raises
    ------
    PlanMapError
        The bytes are no tile.
    """

    def meant(layer: str, shape: Shape, tags: Mapping[str, Value]) -> tuple[str, Meaning] | None:
        own = meaning(schema, layer, shape, tags)
        if own is None or not (is_deepest or LAYERS[own.layer].kinds[own.kind] <= at[0]):
            return None
        return layer, own

    found: Layers = {}
    for (layer, own), feature in features_of(tile, meant):
        made = _feature(feature, own, at, is_label=layer in schema.labels, is_own=schema is OWN)
        if made is not None:
            found.setdefault(own.layer, []).append(made)
    return {name: _ordered(name, found[name]) for name in LAYERS if name in found}


def is_sound(tile: bytes, layers: Layers) -> bool:
    """Whether a tile of PlanMap's own schema can be kept as it is: `layers` is what has been read of it.

    Raises
    ------
    PlanMapError
        The bytes are no tile.
    """
    told = decoded(tile)
    if sorted(told) != sorted(layers):
        return False
    return all(
        sorted(zip(features.kinds, features.zh, features.en, strict=True))
        == sorted((str(made.tags["kind"]), str(made.tags["zh"]), str(made.tags["en"])) for made in layers[name])
        for name, features in told.items()
    )


def packed(layers: Layers, zoom: int) -> tuple[bytes, bool]:
    """Return `layers` as a gzipped tile, and whether things had to be left out for it to be small enough.

    Raises
    ------
    PlanMapError
        It is too large however much is left out.
    """
    made, left, left_out = _made(layers), dict(layers), False
    for name, kinds in LEAST_IMPORTANT:
        if made:
            break
        before = left.get(name, [])
        left[name] = [feature for feature in before if feature.tags["kind"] not in kinds]
        left_out = left_out or len(left[name]) < len(before)
        made = _made(left)
    if not made:
        raise PlanMapError("ground-too-dense", zoom=zoom)
    return made, left_out


def _made(layers: Layers) -> bytes:
    """Return `layers` as a gzipped tile; empty if it would be too large."""
    if sum(map(len, layers.values())) > MOST_FEATURES:
        return b""
    tile = encoded(layers)
    made = gzip.compress(tile, 6, mtime=0)
    return made if len(tile) <= MOST_UNPACKED_BYTES and len(made) <= MOST_BYTES else b""


def _feature(feature: Feature, meant: Meaning, at: Tile, *, is_label: bool, is_own: bool) -> Feature | None:
    zh, en = _named(feature.tags, is_own=is_own) if meant.layer not in ("boundaries", "aeroways") else ("", "")
    tags: dict[str, Value] = {"kind": meant.kind, "zh": zh, "en": en}
    if meant.layer == "roads":
        number = str(feature.tags.get("ref") or feature.tags.get("shield_text") or "").replace(";", " ")
        tags["ref"] = cleaned(number)[:LONGEST_REF]
        own = feature.tags.get("level")
        level = (own if own in (-1, 1) else 0) if is_own else level_of(feature.tags)
        tags["level"] = int(level) if at[0] >= LEVELS_FROM else 0
    if meant.layer == "places":
        if not zh:
            return None
        rank = feature.tags.get("rank")
        tags["rank"] = rank if is_own and isinstance(rank, int) and 1 <= rank <= 9 else RANKS[meant.kind]
    if is_label and not (zh or tags.get("ref")):
        return None
    if meant.widened:
        parts = _widened(feature.parts, RUNWAY_M[meant.kind], at)
        return Feature("area", tags, parts) if parts else None
    return Feature(feature.shape, tags, feature.parts)


def _named(tags: Mapping[str, Value], *, is_own: bool) -> tuple[str, str]:
    if is_own:
        return cleaned(str(tags.get("zh", ""))), cleaned(str(tags.get("en", "")))
    return names({name: next((str(tags[key]) for key in keys if tags.get(key)), "") for name, keys in _NAMES.items()})


def _widened(parts: Sequence[NDArray[np.int64]], metres: float, at: Tile) -> list[NDArray[np.int64]]:
    """Return the outlines of lines `metres` wide."""
    zoom, _, y = at
    # Web Mercator is larger than the ground by the secant of the latitude, which is the cosh of its own northing.
    stretch = math.cosh(math.pi * (1 - 2 * (y + 0.5) / 2**zoom))
    half = max(1.0, metres / 2 * stretch * EXTENT * 2**zoom / (2 * math.pi * EARTH_M))
    lines = shapely.MultiLineString([part for part in parts if len(part) > 1])
    wide = shapely.get_parts(shapely.buffer(lines, half, cap_style="flat", join_style="mitre"))
    # An outline turns to the right as it is seen, with y to the south, and holes to the left.
    rings = shapely.get_rings(shapely.orient_polygons(wide, exterior_cw=False))
    return [np.rint(shapely.get_coordinates(ring)).astype(np.int64) for ring in rings]


def _ordered(name: str, features: list[Feature]) -> list[Feature]:
    """Return the lower kinds first and, of areas, the small ones over those around them."""
    order = {kind: number for number, kind in enumerate(LAYERS[name].kinds)}
    if LAYERS[name].shape != "area":
        return sorted(features, key=lambda feature: order[str(feature.tags["kind"])])
    return sorted(features, key=lambda feature: (order[str(feature.tags["kind"])], -_area(feature.parts[0])))


def _area(ring: NDArray[np.int64]) -> float:
    """Return the area within a closed ring by the shoelace formula, in square units."""
    x, y = ring[:, 0].astype(float), ring[:, 1].astype(float)
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2
