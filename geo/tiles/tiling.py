"""Frames of features as tiles in one PMTiles file."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.tiles.archive import Archive, ArchiveWriter
from geo.tiles.detail import detailed
from geo.tiles.osm_kinds import Frames
from geo.tiles.schema import LAYERS, MAX_ZOOM, MIN_ZOOM, MOST_BYTES, MOST_UNPACKED_BYTES

THINNER = 2.0
"""How many times larger the least sizes become with each attempt to make the tiles of a zoom small enough."""

ATTEMPTS = 6

BEYOND = 0.05
"""How far outside the bounds features are cut, as a share of the width and height of those."""


def write_tiles(
    frames: Frames, target: Path, *, bounds: BBox, metadata: Mapping[str, Any], progress: Callable[[float], None]
) -> dict[int, float]:
    """Write `frames` (WGS 84) as tiles of all zooms to `target`, beside which drafts are written meanwhile.

    Returns by zoom how many times larger than usual what is left out had to be, where tiles became too large.

    Raises
    ------
    PlanMapError
        The library that makes tiles is missing.
    """
    try:
        import freestiler
    except ImportError as error:
        raise PlanMapError("tiler-missing", package="freestiler") from error
    flat = {
        layer: _cut(frames[layer], bounds).to_crs("EPSG:3857")
        for layer in LAYERS
        if layer in frames and len(frames[layer])
    }
    thinned: dict[int, float] = {}
    own = dict(metadata.get("planmap", {}))
    draft = target.with_suffix(".zoom.pmtiles")
    with ArchiveWriter(
        target, bounds=bounds, metadata={**metadata, "planmap": own, "vector_layers": _described(flat)}
    ) as writer:
        for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
            factor = 1.0
            for _ in range(ATTEMPTS):
                seen = _seen(flat, zoom, factor)
                if not seen:
                    break
                freestiler.freestile(seen, draft, min_zoom=zoom, max_zoom=zoom, generate_ids=False, quiet=True)
                with Archive(draft) as made:
                    found = dict(made.tiles())
                tiles = {at: gzip.compress(tile, 6, mtime=0) for at, tile in found.items()}
                unpacked = max(map(len, found.values()), default=0)
                if unpacked <= MOST_UNPACKED_BYTES and max(map(len, tiles.values()), default=0) <= MOST_BYTES:
                    break
                factor *= THINNER
            else:
                raise PlanMapError("ground-too-dense", zoom=zoom)
            if seen:
                for (_, x, y), tile in tiles.items():
                    writer.add(zoom, x, y, tile)
            if factor > 1.0:
                thinned[zoom] = factor
            own["thinned"] = sorted(thinned)
            progress((zoom - MIN_ZOOM + 1) / (MAX_ZOOM - MIN_ZOOM + 1))
    draft.unlink(missing_ok=True)
    return thinned


def _cut(frame: gpd.GeoDataFrame, bounds: BBox) -> gpd.GeoDataFrame:
    """Return `frame` without what lies far outside `bounds`: one forest can be as large as a province."""
    west, south, east, north = bounds
    x, y = BEYOND * (east - west), BEYOND * (north - south)
    box = (west - x, south - y, east + x, north + y)
    shapes = frame.geometry.to_numpy()
    reaching = shapely.bounds(shapes)
    out = (reaching[:, :2] < box[:2]).any(axis=1) | (reaching[:, 2:] > box[2:]).any(axis=1)
    if not out.any():
        return frame
    shapes = shapes.copy()
    shapes[out] = shapely.clip_by_rect(shapes[out], *box)
    return frame.set_geometry(shapes, crs=frame.crs)[~shapely.is_empty(shapes)]


def _seen(flat: Frames, zoom: int, factor: float) -> Frames:
    found: dict[str, gpd.GeoDataFrame] = {}
    for layer, frame in flat.items():
        seen = detailed(frame, layer, zoom, thinned=factor)
        if len(seen):
            found[layer] = seen.to_crs("EPSG:4326")
    return found


def _described(flat: Frames) -> list[dict[str, object]]:
    return [{"id": layer, "fields": {"kind": "String", "zh": "String", "en": "String"}} for layer in flat]
