"""Areas and lengths of many geometries on the ellipsoid."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.measure import ellipsoid

SMALL_DEG = 0.005
"""Size in degrees up to which an area is measured on an equal-area projection of the ellipsoid.

The projection has the true area of whatever is drawn on it; only its straight edges are not quite geodesics. Of an edge
of L metres at latitude φ that makes L³ tan φ / 12 R² of area: 0.6 m² at the corner of such an area of 300 000 m².
"""


def areas_m2(geometries: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the area of each WGS 84 geometry on the ellipsoid in square metres; 0 of what is no area, and of None.

    Large ones are measured along geodesics (Karney, "Algorithms for geodesics", 2013), small ones on the authalic
    cylindrical projection (Snyder, "Map projections: a working manual", 1987), see `SMALL_DEG`.
    """
    sizes = np.zeros(len(geometries))
    areal = (shapely.get_dimensions(geometries) == 2) & ~shapely.is_empty(geometries)
    boxes = shapely.bounds(geometries)
    with np.errstate(invalid="ignore"):
        small = areal & (np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) <= SMALL_DEG)
    if small.any():
        sizes[small] = shapely.area(shapely.transform(geometries[small], _equal_area()))
    for index in np.flatnonzero(areal & ~small).tolist():
        oriented = shapely.orient_polygons(geometries[index])
        sizes[index] = abs(float(ellipsoid().geometry_area_perimeter(oriented)[0]))
    return sizes


def lengths_m(geometries: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the length of each WGS 84 line on the ellipsoid in metres; 0 of what is no line, and of None."""
    lengths = np.zeros(len(geometries))
    linear = shapely.get_dimensions(geometries) == 1
    parts, owners = shapely.get_parts(geometries[linear], return_index=True)
    at, lines = shapely.get_coordinates(parts, return_index=True)
    if not len(at):
        return lengths
    metres = np.asarray(ellipsoid().inv(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1])[2])
    inside = lines[:-1] == lines[1:]
    lengths[linear] = np.bincount(owners[lines[:-1][inside]], metres[inside], minlength=int(linear.sum()))
    return lengths


def _equal_area() -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Return a function from degrees to metres of the authalic cylindrical projection."""
    import pyproj

    earth = ellipsoid()
    flat = pyproj.Proj(proj="cea", a=earth.a, rf=1 / earth.f)

    def there(at: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(flat(at[:, 0], at[:, 1]))

    return there
