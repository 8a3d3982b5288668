"""Distances, bounds and anchor points. Distances are measured in metres on the CGCS2000 grid, never in degrees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import GAUSS_KRUGER_117E, WGS84, to_grid, transformer

Key = TypeVar("Key")


def distance_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Return the shortest distance in metres between two WGS 84 geometries of any type.

    Measured in `geo.crs.GAUSS_KRUGER_117E`. Fifty kilometres from the central meridian its lengths are too long by
    1 part in 32 000 (k = 1 + y²/2R²), which is less than the accuracy of any site.
    """
    return float(shapely.distance(to_grid(one), to_grid(other)))


def nearest(origin: BaseGeometry, candidates: Mapping[Key, BaseGeometry]) -> tuple[Key, float] | None:
    """Return the key of the candidate nearest to `origin`, and its distance in metres; None without candidates.

    All geometries are WGS 84 and of any type. Measured as in `distance_m`.
    """
    if not candidates:
        return None
    keys = list(candidates)
    distances = shapely.distance(to_grid(origin), [to_grid(candidates[key]) for key in keys])
    best = int(distances.argmin())
    return keys[best], float(distances[best])


def bounds(geometries: Iterable[BaseGeometry]) -> tuple[float, float, float, float] | None:
    """Return the common bbox (west, south, east, north) of `geometries` in their own units; None without any."""
    present = [geometry for geometry in geometries if geometry is not None and not geometry.is_empty]
    if not present:
        return None
    west, south, east, north = shapely.total_bounds(present)
    return float(west), float(south), float(east), float(north)


def buffered_bounds(geometry: BaseGeometry, *, radius_m: float) -> tuple[float, float, float, float]:
    """Return the bbox (west, south, east, north), in degrees, of a WGS 84 geometry grown by `radius_m` on every side.

    A point known to 1 km stands for a place 2 km wide, and a map that flies to it must show all of that.
    """
    west, south, east, north = to_grid(geometry).bounds
    if not math.isfinite(west + south + east + north):
        # Too far from the central meridian for the projection.
        return geometry.bounds
    back = transformer(GAUSS_KRUGER_117E, WGS84).transform
    west, south = back(west - radius_m, south - radius_m)
    east, north = back(east + radius_m, north + radius_m)
    return west, south, east, north


def inner_point(polygon: BaseGeometry) -> shapely.Point:
    """Return the point in a Polygon or MultiPolygon that is farthest from its edges, where a symbol fits best.

    It has the polygon's CRS. Raises `TypeError` for any other geometry.
    """
    if not isinstance(polygon, shapely.Polygon | shapely.MultiPolygon):
        raise TypeError(polygon.geom_type)
    return shapely.Point(shapely.maximum_inscribed_circle(polygon).coords[0])


def anchors(geometry: BaseGeometry) -> list[shapely.Point]:
    """Return the points, in the geometry's own CRS, where its symbol stands.

    These are each of its points, the middle of its longest line, or the inner point of its area.
    """
    if geometry.geom_type in ("Point", "MultiPoint"):
        return list(getattr(geometry, "geoms", [geometry]))
    if "LineString" in geometry.geom_type:
        longest = max(getattr(geometry, "geoms", [geometry]), key=lambda line: line.length)
        return [longest.interpolate(0.5, normalized=True)]
    return [inner_point(geometry)]
