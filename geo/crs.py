"""The three coordinate reference systems that PlanMap works in, and transformations between them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    import pyproj

WGS84 = "EPSG:4326"
"""Longitude and latitude in degrees; every stored geometry uses it."""

CGCS2000 = "EPSG:4490"
"""China Geodetic Coordinate System 2000, longitude and latitude in degrees."""

GAUSS_KRUGER_117E = "EPSG:4548"
"""CGCS2000 / 3-degree Gauss-Kruger, central meridian 117°E: easting and northing in metres."""

GAUSS_KRUGER_117E_PROJ = "+proj=tmerc +lat_0=0 +lon_0=117 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
"""The same as a PROJ string, for proj4js. GRS 80 stands in for the CGCS2000 ellipsoid, which differs by 0.1 mm."""

EARTH_M = 6_378_137.0
"""Radius in metres of the sphere of web maps (EPSG:3857)."""


FALSE_EASTING_M = 500_000.0
"""Easting of the grid's central meridian, in metres."""


REACH_M = 200_000.0
"""Largest distance in metres from the central meridian: beyond it lengths are off by over 0.05 % (k = 1 + y²/2R²)."""


_TO_GRID = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
    " +step +proj=tmerc +lat_0=0 +lon_0=117 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80"
)
_FROM_GRID = (
    "+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0=117 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80"
    " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
)
_PIPELINES = {(WGS84, GAUSS_KRUGER_117E): _TO_GRID, (GAUSS_KRUGER_117E, WGS84): _FROM_GRID}
"""The steps that PROJ works out for these pairs. Given them, it need not search its database, which takes 0.06 s."""


@lru_cache(maxsize=16)
def transformer(source: str, target: str) -> pyproj.Transformer:
    """Return the transformer from `source` to `target`, with axes always in x, y (longitude, latitude) order.

    Cached, because making one takes some milliseconds.
    """
    # Imported here because that takes a tenth of a second, and reading a plan needs no projection.
    import pyproj

    steps = _PIPELINES.get((source, target))
    if steps is not None:
        return pyproj.Transformer.from_pipeline(steps)
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def to_grid(geometry: BaseGeometry) -> BaseGeometry:
    """Project a WGS 84 geometry of any type, in degrees, to `GAUSS_KRUGER_117E`, in metres.

    WGS 84 and CGCS2000 differ by centimetres, and pyproj treats them as the same. Positions too far from the central
    meridian become infinite.
    """
    return shapely.transform(geometry, _grid_transform)


def _grid_transform(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project positions of shape (n, 2) from degrees to metres."""
    return np.column_stack(transformer(WGS84, GAUSS_KRUGER_117E).transform(positions[:, 0], positions[:, 1]))
