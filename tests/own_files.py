"""Files that become own layers in tests: parcels beside the station, and roads of the ground without a system."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import shapely

from layers.own.adding import add_layer, chosen, look_at
from layers.own.own_layer import OwnLayer
from layers.plan.plan import Plan
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from tests.ground_lines import GRID, ground_lines

GRID_CODE = 4548
STATION = (536450.0, 4325600.0)
"""About where 军粮城北站 is, in metres of the grid."""

USES = ("居住", "商业", "工业")
TODAY = date(2026, 3, 1)


def parcels(rows: int = 4, columns: int = 5, *, side: float = 90.0) -> gpd.GeoDataFrame:
    """Return parcels of 90 m around the station, with a number, a use and a ratio, in the plan's own grid."""
    x, y = STATION
    places = [(x + 100.0 * column, y + 100.0 * row) for row in range(rows) for column in range(columns)]
    return gpd.GeoDataFrame(
        {
            "地块编号": [f"JLC-{number:02}" for number in range(len(places))],
            "用地": [USES[number % len(USES)] for number in range(len(places))],
            "容积率": [0.5 + 0.25 * number for number in range(len(places))],
        },
        geometry=[shapely.box(left, bottom, left + side, bottom + side) for left, bottom in places],
        crs=GRID_CODE,
    )


def write_parcels(folder: Path, name: str = "parcels.gpkg", **options: int) -> Path:
    """Write the parcels as a GeoPackage."""
    path = folder / name
    parcels(**options).to_file(path, layer="地块")
    return path


def write_roads(folder: Path) -> Path:
    """Write roads of the ground as a Shapefile whose system and encoding are stated nowhere."""
    lines = [line for line in ground_lines() if line.geom_type == "LineString"][:300]
    metres = [shapely.transform(line, GRID.metres) for line in lines]
    path = folder / "roads.shp"
    gpd.GeoDataFrame({"名称": ["道路"] * len(metres)}, geometry=metres, crs=GRID_CODE).to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    path.with_suffix(".prj").unlink(missing_ok=True)
    return path


def added(folder: Path, source: Path, **options: object) -> OwnLayer:
    """Add the only layer of `source` to the plan in `folder`."""
    looked = chosen(look_at(source), "", source.name)
    return add_layer(plan_in(folder), source, looked, today=TODAY, **options)  # type: ignore[arg-type]


def plan_in(folder: Path) -> Plan:
    """Return the plan in `folder` as it is now."""
    return read_plan(FolderStore(folder))
