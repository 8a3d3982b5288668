"""Features with as much detail as tiles of a zoom can show: by kind, by size, joined and generalised."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import EARTH_M
from geo.tiles.schema import LAYERS, LEVELS_FROM, MORE_FIELDS, TileLayer

TILE_PIXELS = 512
"""Pixels of the side of a tile on the screen."""

TOLERANCE = 0.4
"""Pixels by which an outline or line may be off."""

LEAST_AREA = {"buildings": 4.0, "water": 6.0, "aeroways": 6.0}
"""Square pixels below which an area is left out, by layer."""

LEAST_OTHER_AREA = 14.0

LEAST_LENGTH = 4.0
"""Pixels below which a line that is joined to none of its kind and name is left out."""


def detailed(frame: gpd.GeoDataFrame, layer: str, zoom: int, *, thinned: float = 1.0) -> gpd.GeoDataFrame:
    """Return what tiles of `zoom` hold of a layer, in Web Mercator (EPSG:3857), as is `frame`.

    `thinned` makes the least sizes and the tolerance that many times larger, where a tile would be too large.
    """
    form = LAYERS[layer]
    pixel = 2 * math.pi * EARTH_M / (TILE_PIXELS * 2**zoom)
    first = frame["kind"].map(form.kinds).to_numpy(dtype=float)
    if "from_zoom" in frame:
        own = frame["from_zoom"].to_numpy(dtype=float)
        first = np.where(np.isnan(own), first, np.maximum(first, own))
    seen = frame[first <= zoom]
    if seen.empty:
        return _columns(seen, layer)
    if form.shape == "area":
        return _columns(_areas(seen, layer, form, pixel, thinned), layer)
    if form.shape == "line":
        return _columns(_lines(seen, layer, form, pixel, zoom, thinned), layer)
    return _columns(seen, layer)


def _columns(frame: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    return frame[["kind", "zh", "en", *MORE_FIELDS.get(layer, ()), "geometry"]]


def _areas(frame: gpd.GeoDataFrame, layer: str, form: TileLayer, pixel: float, thinned: float) -> gpd.GeoDataFrame:
    least = LEAST_AREA.get(layer, LEAST_OTHER_AREA) * pixel**2 * thinned
    shapes = frame.geometry.to_numpy()
    large = shapely.area(shapes) >= least
    frame, shapes = frame[large], shapes[large]
    simple = shapely.simplify(shapes, TOLERANCE * pixel * math.sqrt(thinned), preserve_topology=True)
    # In the order in which they are drawn: the lower kinds first, and small areas over those around them.
    order = np.lexsort((-shapely.area(simple), _ranks(frame, form)))
    return frame.iloc[order].set_geometry(simple[order], crs=frame.crs)


def _ranks(frame: gpd.GeoDataFrame, form: TileLayer) -> NDArray[np.int64]:
    order = {kind: number for number, kind in enumerate(form.kinds)}
    return np.asarray(frame["kind"].map(order), dtype=np.int64)


def _lines(
    frame: gpd.GeoDataFrame, layer: str, form: TileLayer, pixel: float, zoom: int, thinned: float
) -> gpd.GeoDataFrame:
    fields = ["kind", "zh", "en", *(field for field in MORE_FIELDS.get(layer, ()) if field != "rank")]
    if "level" in fields and zoom < LEVELS_FROM:
        frame = frame.assign(level=0)
    joined = _joined(frame, fields)
    lines = joined.geometry.to_numpy()
    alone = shapely.length(lines) < LEAST_LENGTH * pixel * thinned
    joined, lines = joined[~alone], lines[~alone]
    simple = shapely.simplify(lines, TOLERANCE * pixel * math.sqrt(thinned), preserve_topology=False)
    order = np.argsort(_ranks(joined, form), kind="stable")
    return joined.iloc[order].set_geometry(simple[order], crs=frame.crs)


def _joined(frame: gpd.GeoDataFrame, fields: list[str]) -> gpd.GeoDataFrame:
    """Return the lines joined end to end where all `fields` are the same: long ones take names, and are smaller."""
    parts, owner = shapely.get_parts(frame.geometry.to_numpy(), return_index=True)
    rows = pd.DataFrame(frame[fields]).iloc[owner]
    groups = rows.groupby(fields, sort=True, dropna=False).ngroup().to_numpy()
    order = np.argsort(groups, kind="stable")
    merged = shapely.line_merge(shapely.multilinestrings(parts[order], indices=groups[order]))
    pieces, group_of = shapely.get_parts(merged, return_index=True)
    first = np.unique(groups[order], return_index=True)[1]
    named = rows.iloc[order].iloc[first].iloc[group_of]
    return gpd.GeoDataFrame(named.reset_index(drop=True), geometry=pieces, crs=frame.crs)
