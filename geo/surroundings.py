"""What lies within a distance of a geometry on the ellipsoid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.generalise import generalised
from geo.measure import ellipsoid

SIDES = 144
"""Number of sides of the polygon that stands for a circle: it is off by less than 0.03 % of the radius."""

PLAIN = 2_000
"""Number of vertices up to which a geometry is taken as it is; of more, detail below a hundredth of the radius goes."""

_DEGREE_M = 111_320.0

Positions = NDArray[np.float64]
"""Rows of two coordinates."""


def surroundings(geometry: BaseGeometry, radius_m: float) -> BaseGeometry:
    """Return the area within `radius_m` metres of a WGS 84 geometry of any type, as Polygon or MultiPolygon.

    Around points it is made of true geodesic circles (Karney, "Algorithms for geodesics", 2013). Around all else it is
    a buffer in the azimuthal equidistant projection of the geometry's middle, whose lengths are off by
    d² / 6R² at a distance d from there (Snyder, "Map projections: a working manual", 1987): 10⁻⁶ at 15 km.
    """
    if geometry.geom_type in ("Point", "MultiPoint"):
        circles = [_circle(point, radius_m) for point in getattr(geometry, "geoms", [geometry])]
        return shapely.union_all(circles)
    if shapely.get_num_coordinates(geometry) > PLAIN:
        geometry = generalised(geometry, radius_m / _DEGREE_M / 100)
    there, back = _plane(geometry)
    around = shapely.transform(geometry, there).buffer(radius_m, quad_segs=SIDES // 4)
    return shapely.transform(around, back)


def distances_from(centre: BaseGeometry, others: Sequence[BaseGeometry]) -> NDArray[np.float64]:
    """Return the shortest distances in metres between `centre` and each of `others`, all WGS 84 and not empty.

    The nearest points are looked for in the azimuthal equidistant projection of the middle of `centre`, in which all
    distances from there are true; the length is then that of the geodesic between them (Karney, 2013).
    """
    there, back = _plane(centre)
    flat = shapely.transform(np.array([centre, *others], dtype=object), there)
    ends = back(shapely.get_coordinates(shapely.shortest_line(flat[0], flat[1:]))).reshape(-1, 4)
    return np.asarray(ellipsoid().inv(*ends.T)[2])


def _plane(geometry: BaseGeometry) -> tuple[Callable[[Positions], Positions], Callable[[Positions], Positions]]:
    """Return functions from degrees to metres of the projection of a geometry's middle, and back."""
    # Imported here because that takes a tenth of a second, as in geo.measure.
    import pyproj

    west, south, east, north = geometry.bounds
    earth = ellipsoid()
    flat = pyproj.Proj(proj="aeqd", lat_0=(south + north) / 2, lon_0=(west + east) / 2, a=earth.a, rf=1 / earth.f)

    def there(at: Positions) -> Positions:
        return np.column_stack(flat(at[:, 0], at[:, 1]))

    def back(at: Positions) -> Positions:
        return np.column_stack(flat(at[:, 0], at[:, 1], inverse=True))

    return there, back


def _circle(point: shapely.Point, radius_m: float) -> shapely.Polygon:
    bearings = [360 * number / SIDES for number in range(SIDES)]
    here = [point.x] * SIDES, [point.y] * SIDES
    longitudes, latitudes, _ = ellipsoid().fwd(*here, bearings, [radius_m] * SIDES)
    return shapely.Polygon(list(zip(longitudes, latitudes, strict=True)))
