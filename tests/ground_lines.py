"""The lines of the built-in plan and of its basemap, and layers that lie along them."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.grid import BBox, grid_of

DATA = Path(__file__).parents[1] / "data"
GRID = grid_of("EPSG:4548")

REGION: BBox = (117.15, 38.95, 117.65, 39.3)
"""Around 东丽区, in degrees."""


@lru_cache(maxsize=8)
def shapes(file: str) -> tuple[BaseGeometry, ...]:
    """Return the geometries of a GeoJSON file in `data/`."""
    features = json.loads((DATA / file).read_text(encoding="utf-8"))["features"]
    return tuple(shapely.geometry.shape(one["geometry"]) for one in features if one["geometry"])


def ground_lines() -> list[BaseGeometry]:
    """Return the roads and waters of the basemap."""
    return [
        one
        for name in ("roads", "waters")
        for one in shapes(f"basemap/{name}.geojson")
        if one.geom_type.endswith("LineString")
    ]


def site_lines() -> list[BaseGeometry]:
    """Return the roads, railways and outlines of the built-in plan."""
    return [one for one in shapes("dongli-2024/sites.geojson") if not one.geom_type.endswith("Point")]


def layer_along(
    lines: list[BaseGeometry], extent: BBox, seed: int, *, share: float = 1.0, noise_m: float = 5.0
) -> NDArray[np.float64]:
    """Return the vertices (WGS 84, degrees) of some of the `lines` that reach into `extent`, each a little off."""
    rng = np.random.default_rng(seed)
    near = [line for line in lines if line.intersects(shapely.box(*extent))]
    chosen = rng.choice(len(near), max(3, round(len(near) * share)), replace=False)
    metres = GRID.metres(shapely.get_coordinates([near[number] for number in chosen]))
    return GRID.degrees(metres + rng.normal(0, noise_m, metres.shape))


def bounds_of(figures: NDArray[np.float64]) -> BBox:
    """Return the least and largest figures of an array of shape (n, 2)."""
    (west, south), (east, north) = figures.min(axis=0), figures.max(axis=0)
    return float(west), float(south), float(east), float(north)
