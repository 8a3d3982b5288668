"""Land and sea of the whole world, from Natural Earth at 1:10 000 000."""

from __future__ import annotations

from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from geo.grid import BBox

WORLD_SOURCE = ("陆地：Natural Earth（公有领域）", "land: Natural Earth (public domain)")
"""Where the land comes from, in Chinese and English."""

NEAR_DEG = 1.0
"""Up to how far around a bbox, in degrees, the coast keeps every vertex."""

FAR_TOLERANCE_DEG = 0.02
"""Tolerance in degrees, about 2 km, with which the coast farther off is simplified: it is seen only at small scales."""

BEYOND_DEG = 8.0
"""How far beyond a bbox, in degrees, there is land: what a large screen shows when somebody zooms out."""


def land_around(file: Path, bbox: BBox) -> BaseGeometry:
    """Return the land in and around `bbox` as a valid Polygon or MultiPolygon, in degrees (WGS 84).

    `file` is the land of Natural Earth as TopoJSON. Its coast is generalised for maps at 1:10 000 000, so in a city
    it can be a kilometre off. It holds no boundaries.
    """
    import pyogrio

    *_, geometries, _ = pyogrio.raw.read(file)
    window = shapely.box(*_grown(bbox, BEYOND_DEG))
    world = shapely.get_parts(shapely.from_wkb(geometries[0]))
    # Not clip_by_rect: that fills the Baltic Sea.
    far = areas(shapely.union_all([_cut(part, window) for part in world if part.intersects(window)]))
    near = shapely.box(*_grown(bbox, NEAR_DEG))
    rest = _valid(far.difference(near).simplify(FAR_TOLERANCE_DEG))
    return areas(shapely.union_all([far.intersection(near), rest], grid_size=1e-5))


def _cut(part: BaseGeometry, window: BaseGeometry) -> BaseGeometry:
    try:
        return part.intersection(window)
    except shapely.errors.GEOSException:
        # It crosses itself there, by a quantum of the file. To make all of Eurasia valid takes two seconds.
        return shapely.make_valid(part).intersection(window)


def _grown(bbox: BBox, by: float) -> BBox:
    west, south, east, north = bbox
    return max(-180.0, west - by), max(-85.0, south - by), min(180.0, east + by), min(85.0, north + by)


def _valid(geometry: BaseGeometry) -> BaseGeometry:
    return geometry if geometry.is_valid else areas(shapely.make_valid(geometry))


def areas(geometry: BaseGeometry) -> BaseGeometry:
    """Return the areas of a geometry as one Polygon or MultiPolygon, without the lines and points that cutting left."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(geometry)) if isinstance(part, shapely.Polygon)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
