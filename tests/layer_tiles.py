"""Layers for the tests as `bring_in` leaves them, and what is in the tiles that are made of them."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from shapely.geometry.base import BaseGeometry

from geo.foreign.features.source import Field
from geo.foreign.features.target import written
from geo.tiles.archive import Archive, tile_bounds
from geo.tiles.decode import parts_of
from geo.tiles.thinned.cells import read_cells, unmorton
from geo.tiles.thinned.encode import CATEGORY
from geo.tiles.thinned.make import write_layer_tiles


def write_layer(path: Path, shapes: Sequence[BaseGeometry | None]) -> Path:
    """Write a layer; features are numbered from 1."""
    with written(path, (Field("use", "text"),)) as target:
        target.add(list(range(len(shapes))), np.array(shapes, dtype=object), [[None] * len(shapes)])
        target.finish("parcels")
    return path


@dataclass(slots=True)
class Seen:
    """What the tiles of a zoom have."""

    cells: int = 0
    counted: int = 0
    by_category: Counter[int] = field(default_factory=Counter)
    """Counted in cells."""
    drawn: dict[int, int] = field(default_factory=dict)
    """The category of each feature that is drawn, by its id."""
    shapes: dict[int, list[Any]] = field(default_factory=dict)
    """By id: zoom, column, row, extent, kind and parts of each piece."""
    tiles: int = 0
    largest: int = 0
    left_out: int = 0


def seen(path: Path) -> dict[int, Seen]:
    """Read all tiles of an archive, by zoom."""
    found: dict[int, Seen] = {}
    with Archive(path) as archive:
        for zoom, x, y in archive.places():
            stored, tile = archive.stored(zoom, x, y), archive.tile(zoom, x, y)
            assert stored is not None
            assert tile is not None
            here = found.setdefault(zoom, Seen())
            here.tiles += 1
            here.largest = max(here.largest, len(stored))
            cells = read_cells(tile)
            assert (cells.counts > 0).all()
            assert (cells.by_category.sum(axis=0) == cells.counts).all()
            assert (cells.places < (512 // cells.pixels) ** 2).all()
            here.cells += len(cells.places)
            here.counted += int(cells.counts.sum())
            here.left_out += cells.left_out
            here.by_category.update(
                dict(zip(cells.listed.tolist(), cells.by_category.sum(axis=1).tolist(), strict=True))
            )
            read = vector_tile_pb2.tile()
            read.ParseFromString(tile)
            for layer in read.layers:
                assert (layer.name, layer.version) == ("features", 2)
                for feature in layer.features:
                    tags = dict(zip(feature.tags[::2], feature.tags[1::2], strict=True))
                    assert all(layer.keys[key] == CATEGORY for key in tags)
                    category = [layer.values[value].uint_value for value in tags.values()]
                    here.drawn[feature.id] = category[0] if category else 0
                    parts = parts_of(np.array(feature.geometry, dtype=np.int64), closed=feature.type == 3)
                    assert parts
                    pieces = here.shapes.setdefault(feature.id, [])
                    pieces.append((zoom, x, y, layer.extent, feature.type, parts))
    return found


def degrees(piece: tuple[int, int, int, int, int, list[Any]]) -> list[Any]:
    """Return the parts of a piece as positions in degrees."""
    zoom, x, y, extent, _, parts = piece
    made = []
    for part in parts:
        world = (np.asarray(part) / extent + [x, y]) / 2**zoom
        latitude = np.degrees(2 * np.arctan(np.exp(np.pi * (1 - 2 * world[:, 1]))) - np.pi / 2)
        made.append(np.column_stack([world[:, 0] * 360 - 180, latitude]))
    return made


def tiled(folder: Path, shapes: Sequence[BaseGeometry | None], of: Sequence[int] | None = None) -> Any:
    """Return what is told of the tiles of a layer, and what is in them; `of` are the features' categories."""
    source = write_layer(folder / "layer.gpkg", shapes)
    told = write_layer_tiles(source, folder / "layer.pmtiles", **(categories(of) if of is not None else {}))
    return told, seen(folder / "layer.pmtiles")


def categories(of: Sequence[int]) -> dict[str, Any]:
    """Return the options of `write_layer_tiles` for features of these categories; 255 stands for none."""
    numbers = np.array(of, dtype=np.uint8)
    return {"numbers": numbers, "categories": int(numbers[numbers < 255].max(initial=0)) + 1}


def boxes(count: int, half: float, spread: float, seed: int = 1) -> list[BaseGeometry]:
    """Return squares near Tianjin, in degrees."""
    at = np.array([117.4, 39.1]) + np.random.default_rng(seed).uniform(-spread, spread, (count, 2))
    return list(shapely.box(*(at - half).T, *(at + half).T))


def shared_case(folder: Path) -> dict[str, Any]:
    """Return a tile with all that tiles can have, in base64, and what is in it."""
    # All of it in one tile.
    zoom, x, y = 11, 1692, 781
    west, south, east, north = tile_bounds(zoom, x, y, x, y)
    shapes = [
        *boxes(6, 0.0003, 0.01),
        shapely.box(117.39, 39.09, 117.41, 39.11).difference(shapely.box(117.397, 39.097, 117.403, 39.103)),
        shapely.LineString([(117.38, 39.1), (117.4, 39.12), (117.42, 39.1)]),
        shapely.MultiPoint([(117.405, 39.115), (117.395, 39.118)]),
    ]
    by = (west + east) / 2 - 117.4, (south + north) / 2 - 39.1
    shapes = [shapely.transform(shape, lambda at: at + np.array(by)) for shape in shapes]
    write_layer(folder / "shared.gpkg", shapes)
    write_layer_tiles(folder / "shared.gpkg", folder / "shared.pmtiles", **categories([0, 0, 0, 1, 1, 3, 0, 1, 3]))
    with Archive(folder / "shared.pmtiles") as archive:
        tile = archive.tile(zoom, x, y) or b""
    cells = read_cells(tile)
    columns, rows = unmorton(cells.places)
    read = vector_tile_pb2.tile()
    read.ParseFromString(tile)
    (layer,) = read.layers
    features = [
        {
            "id": feature.id,
            "category": layer.values[feature.tags[1]].uint_value,
            "kind": ["point", "line", "area"][feature.type - 1],
            "parts": [
                (part[:-1] if feature.type == 3 else part).astype(int).tolist()
                for part in parts_of(np.array(feature.geometry, dtype=np.int64), closed=feature.type == 3)
            ],
        }
        for feature in layer.features
    ]
    return {
        "at": [zoom, x, y],
        "extent": layer.extent,
        "tile": base64.b64encode(tile).decode(),
        "cells": {
            "pixels": cells.pixels,
            "columns": columns.tolist(),
            "rows": rows.tolist(),
            "counts": cells.counts.tolist(),
            "cover": cells.cover.tolist(),
            "listed": cells.listed.tolist(),
            "byCategory": cells.by_category.tolist(),
        },
        "features": features,
    }
