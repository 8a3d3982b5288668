"""Distances on the ellipsoid in metres, bounds and anchor points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    import pyproj

Key = TypeVar("Key")


CENTRAL = 0.7
"""As a share of the room of the inner point, how much a centroid needs so that words stand there."""


@lru_cache(maxsize=1)
def ellipsoid() -> pyproj.Geod:
    """Return the ellipsoid on which lengths are measured: that of CGCS2000, which is WGS 84's to 0.1 mm."""
    # Imported here because that takes a tenth of a second, and reading a plan needs no lengths.
    import pyproj

    return pyproj.Geod(a=6_378_137.0, rf=298.257222101)


def area_km2(area: BaseGeometry) -> float:
    """Return the area of a WGS 84 Polygon or MultiPolygon on the ellipsoid, in square kilometres.

    Karney, "Algorithms for geodesics", 2013.
    """
    return abs(float(ellipsoid().geometry_area_perimeter(shapely.orient_polygons(area))[0])) / 1e6


def distance_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Return the shortest distance in metres between two WGS 84 geometries of any type, neither of them empty.

    Measured as in `distances_m`.
    """
    return float(distances_m(one, [other])[0])


def distances_m(origin: BaseGeometry, others: Sequence[BaseGeometry]) -> NDArray[np.float64]:
    """Return the shortest distances in metres between `origin` and each of `others`, all WGS 84 and not empty.

    The nearest points are looked for on a plane on which degrees of longitude are as long as at `origin`; the length
    is then that of the geodesic between them (Karney, "Algorithms for geodesics", 2013). Within a city the plane
    costs centimetres.
    """
    _, south, _, north = origin.bounds
    shrink = math.cos(math.radians((south + north) / 2))
    flat = shapely.transform(np.array([origin, *others], dtype=object), lambda at: at * (shrink, 1.0))
    ends = shapely.get_coordinates(shapely.shortest_line(flat[0], flat[1:])).reshape(-1, 4)
    metres = ellipsoid().inv(ends[:, 0] / shrink, ends[:, 1], ends[:, 2] / shrink, ends[:, 3])[2]
    return np.asarray(metres)


def nearest(origin: BaseGeometry, candidates: Mapping[Key, BaseGeometry]) -> tuple[Key, float] | None:
    """Return the key of the candidate nearest to `origin`, and its distance in metres; None without candidates.

    All geometries are WGS 84 and of any type. Measured as in `distances_m`.
    """
    if not candidates:
        return None
    keys = list(candidates)
    metres = distances_m(origin, [candidates[key] for key in keys])
    best = int(metres.argmin())
    return keys[best], float(metres[best])


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
    west, south, east, north = geometry.bounds
    forward = ellipsoid().fwd
    # Meridians draw together towards the pole: the side nearer to it needs more degrees.
    polar = max(south, north, key=abs)
    return (
        float(forward(west, polar, 270, radius_m)[0]),
        float(forward(west, south, 180, radius_m)[1]),
        float(forward(east, polar, 90, radius_m)[0]),
        float(forward(east, north, 0, radius_m)[1]),
    )


def inner_point(polygon: BaseGeometry) -> shapely.Point:
    """Return the point in a Polygon or MultiPolygon that is farthest from its edges, where a symbol fits best.

    It has the polygon's CRS. Raises `TypeError` for any other geometry.
    """
    if not isinstance(polygon, shapely.Polygon | shapely.MultiPolygon):
        raise TypeError(polygon.geom_type)
    return shapely.Point(shapely.maximum_inscribed_circle(polygon).coords[0])


def label_point(polygon: shapely.Polygon) -> shapely.Point:
    """Return the point in a Polygon where words stand best, in the polygon's CRS.

    This is its centroid where that has nearly as much room as the inner point, which in an oblong may be near an end.
    """
    west, south, east, north = polygon.bounds
    circle = shapely.maximum_inscribed_circle(polygon, max(east - west, north - south) / 100)
    middle = polygon.centroid
    if polygon.contains(middle) and polygon.boundary.distance(middle) >= CENTRAL * circle.length:
        return middle
    return shapely.Point(circle.coords[0])


def inner_points(area: BaseGeometry, *, count: int, least: float, apart: float) -> list[shapely.Point]:
    """Return up to `count` points well inside an area, the one with the most room first.

    Parts smaller than `least` (in the area's own units, squared) are left out. Each point takes a circle as large as
    its distance from the edge, and at least of radius `apart`, from the area in which the next is looked for.
    """
    spots: list[shapely.Point] = []
    rest = area
    while len(spots) < count:
        parts = [
            part for part in getattr(rest, "geoms", [rest]) if isinstance(part, shapely.Polygon) and part.area > least
        ]
        if not parts:
            break
        rest = shapely.MultiPolygon(parts)
        spot = inner_point(rest)
        spots.append(spot)
        rest = rest.difference(spot.buffer(max(rest.boundary.distance(spot), apart)))
    return spots


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
