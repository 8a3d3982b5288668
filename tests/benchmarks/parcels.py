"""Made-up parcels with a land use each, even or in clusters, always the same ones; written as GeoParquet."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

LONGITUDE, LATITUDE = 117.4, 39.1
M_NORTH = 111_000.0
M_EAST = M_NORTH * np.cos(np.radians(LATITUDE))
"""Metres of a degree there."""

USES = ("居住", "商业", "工业", "仓储", "绿地", "道路", "公用", "教育", "医疗", "农田", "林地", "水域", "空闲", "特殊")
"""As many as land use plans have."""

TOWNS = 60
REGION_M = 100_000.0

Places = NDArray[np.float64]


def even(count: int, chance: np.random.Generator) -> tuple[Places, Places]:
    """Return middles and sides, in metres, of parcels side by side, 50 m each."""
    side = int(np.ceil(np.sqrt(count)))
    rows, columns = np.divmod(np.arange(count), side)
    middles = (np.column_stack([columns, rows]) - side / 2) * 50.0
    return middles, chance.uniform(36, 48, (count, 2))


def clustered(count: int, chance: np.random.Generator) -> tuple[Places, Places]:
    """Return the same of parcels of which nine tenths are in towns, the largest of which has most; 12 to 30 m there."""
    share = 1 / np.arange(1, TOWNS + 1)
    in_towns = np.floor(0.9 * count * share / share.sum()).astype(int)
    middles, sides = [], []
    for number in in_towns.tolist():
        pitch = chance.uniform(12, 30)
        side = int(np.ceil(np.sqrt(number)))
        rows, columns = np.divmod(np.arange(number), side)
        town = chance.uniform(-REGION_M / 2, REGION_M / 2, 2)
        middles.append(town + (np.column_stack([columns, rows]) - side / 2) * pitch)
        sides.append(chance.uniform(0.7, 0.95, (number, 2)) * pitch)
    rest = count - int(in_towns.sum())
    middles.append(chance.uniform(-REGION_M / 2, REGION_M / 2, (rest, 2)))
    sides.append(chance.uniform(60, 300, (rest, 2)))
    return np.concatenate(middles), np.concatenate(sides)


FORMS = {"even": even, "clustered": clustered}


def write_parcels(path: Path, form: str, count: int) -> None:
    """Write parcels of the form "even" or "clustered"."""
    chance = np.random.default_rng(2026)
    middles, sides = FORMS[form](count, chance)
    # Corners that no grid has, and uses that lie together as they do in a town.
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    positions = middles[:, None] + corners * sides[:, None] / 2
    positions[:, :4] += chance.normal(0, 1, (count, 4, 2))
    positions[:, 4] = positions[:, 0]
    degrees = positions / [M_EAST, M_NORTH] + [LONGITUDE, LATITUDE]
    shapes = shapely.polygons(degrees)
    patch = np.floor(middles / 400).astype(int) @ [7919, 104_729]
    mixed = np.where(chance.random(count) < 0.7, patch % 9, chance.integers(0, len(USES), count))
    frame = gpd.GeoDataFrame(
        {"number": [f"DL-{n:07d}" for n in range(count)], "use": np.array(USES)[mixed % len(USES)]},
        geometry=shapes,
        crs="EPSG:4326",
    )
    frame.to_parquet(path)
