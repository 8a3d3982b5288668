"""The projected grid of a plan, in metres: chosen by where the plan lies, or given by an EPSG code."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import PlanMapError

if TYPE_CHECKING:
    import pyproj

BBox = tuple[float, float, float, float]
"""West, south, east, north."""

STRETCH = 0.001
"""Largest share by which lengths on a sheet may differ from those on the ground, the same as for its printed scale."""

DATUM_M = 1.0
"""Largest distance in metres between positions in a grid's datum and in WGS 84 for which they may pass for the same."""

_ALIKE = (
    "WGS 84",
    "CGCS2000",
    "China Geodetic Coordinate System 2000",
    "ETRS89",
    "RGF93",
    "SIRGAS 2000",
    "NAD83(2011)",
    "GDA2020",
    "NZGD2000",
    "JGD2000",
    "JGD2011",
    "KGD2002",
)
"""How the registry's names of datums begin that agree with WGS 84 to a metre."""

_FIRST_ZONE = 25
"""Number of the 3-degree zone with the central meridian 75°E, the first of China."""

_ZONES = (
    (35.81, 40.65),
    (31.03, 41.83),
    (29.95, 45.88),
    (28.26, 47.23),
    (27.80, 49.18),
    (27.32, 48.42),
    (27.71, 45.13),
    (28.23, 44.50),
    (21.43, 42.76),
    (21.13, 42.69),
    (22.50, 42.21),
    (18.19, 42.47),
    (8.00, 45.11),
    (8.00, 45.45),
    (20.00, 49.88),
    (21.80, 53.33),
    (21.80, 53.56),
    (40.19, 53.20),
    (41.37, 50.25),
    (42.42, 48.88),
    (45.85, 48.40),
)
"""Southern and northern edge, in degrees, of where each of EPSG:4534 to 4554 is used, from the EPSG registry.

The registry names the mainland only; the zones of 111 to 123°E are lengthened southwards over the sea, to the islands.
"""

_METRES = "+units=m +no_defs"


class GridKind(StrEnum):
    """How a grid is named."""

    GAUSS_KRUGER = "gauss-kruger"
    """CGCS2000 / 3-degree Gauss-Kruger."""
    UTM = "utm"
    """WGS 84 / UTM."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Grid:
    """A conformal grid in metres, whose datum agrees with WGS 84."""

    crs: str
    """Such as `EPSG:4548`."""
    proj: str
    """The projection as a PROJ string, for PROJ and for proj4js, without a datum: positions are WGS 84."""
    name: str
    """As in the EPSG registry."""
    kind: GridKind
    zone: str = ""
    """The central meridian, such as `117°E`, or the zone of UTM, such as `35N`; empty for other grids."""

    def project(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a WGS 84 geometry of any type, in degrees, in metres of the grid.

        WGS 84 and CGCS2000 differ by centimetres, and pyproj treats them as the same. Positions too far away for the
        projection become infinite.
        """
        return shapely.transform(geometry, self.metres)

    def project_all(self, geometries: Sequence[BaseGeometry]) -> NDArray[np.object_]:
        """Return many geometries as `project` does each; in one go, since every call of PROJ takes its time."""
        return shapely.transform(np.array(geometries, dtype=object), self.metres)

    def metres(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return positions of shape (n, 2), longitude and latitude (WGS 84, degrees), in metres."""
        return np.column_stack(self._transformer.transform(positions[:, 0], positions[:, 1]))

    def position(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return easting and northing, in metres, of a WGS 84 position in degrees."""
        x, y = self._transformer.transform(longitude, latitude)
        return float(x), float(y)

    def geographic(self, easting: float, northing: float) -> tuple[float, float]:
        """Return longitude and latitude (WGS 84, degrees) of a position in metres."""
        longitude, latitude = self._transformer.transform(easting, northing, direction="INVERSE")
        return float(longitude), float(latitude)

    def degrees(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return positions of shape (n, 2), in metres, as longitude and latitude (WGS 84, degrees)."""
        return np.column_stack(self._transformer.transform(positions[:, 0], positions[:, 1], direction="INVERSE"))

    def bbox(self, extent: BBox) -> BBox:
        """Return the WGS 84 bbox in degrees that holds all of `extent`, in metres."""
        west, south, east, north = extent
        found = [
            self.geographic(x, y) for x in (west, (west + east) / 2, east) for y in (south, (south + north) / 2, north)
        ]
        longitudes, latitudes = zip(*found, strict=True)
        return min(longitudes), min(latitudes), max(longitudes), max(latitudes)

    def is_true(self, extent: BBox) -> bool:
        """Whether all lengths in `extent`, in metres, differ from those on the ground by no more than `STRETCH`.

        The point scale factor of a conformal projection is the same in all directions; it is asked at the corners,
        the middles of the edges and the centre.
        """
        west, south, east, north = extent
        if not all(math.isfinite(value) for value in extent):
            return False
        places = [(x, y) for x in (west, (west + east) / 2, east) for y in (south, (south + north) / 2, north)]
        return all(abs(self.stretch(*place) - 1) <= STRETCH for place in places)

    def stretch(self, easting: float, northing: float) -> float:
        """Return the point scale factor at a position in metres: length on the grid by length on the ground."""
        longitude, latitude = self.geographic(easting, northing)
        if not math.isfinite(longitude + latitude):
            return math.inf
        return float(_projection(self.proj).get_factors(longitude, latitude).meridional_scale)

    @property
    def _transformer(self) -> pyproj.Transformer:
        return transformer(self.proj)


@lru_cache(maxsize=256)
def transformer(proj: str) -> pyproj.Transformer:
    """Return the transformer from degrees to the metres of a projection. Cached, for making one takes a millisecond."""
    # Imported here because that takes a tenth of a second, and reading a plan needs no projection.
    import pyproj

    # Given as steps, PROJ need not search its database, which takes 0.06 s.
    plain = proj.removesuffix(_METRES).strip()
    return pyproj.Transformer.from_pipeline(
        f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step {plain}"
    )


@lru_cache(maxsize=16)
def _projection(proj: str) -> pyproj.Proj:
    import pyproj

    return pyproj.Proj(proj)


def transverse_mercator(meridian: float, *, k: float, north_m: float, ellipsoid: str) -> str:
    """Return the PROJ string of a transverse Mercator grid with a false easting of 500 km."""
    # Without exponents, which proj4js does not read.
    return (
        f"+proj=tmerc +lat_0=0 +lon_0={meridian:g} +k={k:g} +x_0=500000 +y_0={north_m:.0f} +ellps={ellipsoid} {_METRES}"
    )


def _gauss_kruger(index: int) -> Grid:
    """Return the CGCS2000 3-degree zone of the meridian 75°E + 3° · `index`."""
    meridian = 3 * (_FIRST_ZONE + index)
    # GRS 80 stands in for the CGCS2000 ellipsoid, which differs by 0.1 mm.
    proj = transverse_mercator(meridian, k=1, north_m=0, ellipsoid="GRS80")
    name = f"CGCS2000 / 3-degree Gauss-Kruger CM {meridian}E"
    return Grid(f"EPSG:{4534 + index}", proj, name, GridKind.GAUSS_KRUGER, f"{meridian}°E")


def gauss_kruger(meridian: int) -> Grid:
    """Return the CGCS2000 zone with the central meridian `meridian`, one of 75, 78, … 135 degrees east."""
    return _gauss_kruger(meridian // 3 - _FIRST_ZONE)


def _utm(zone: int, *, south: bool) -> Grid:
    proj = transverse_mercator(6 * zone - 183, k=0.9996, north_m=1e7 if south else 0, ellipsoid="WGS84")
    label = f"{zone}{'S' if south else 'N'}"
    return Grid(f"EPSG:{(32700 if south else 32600) + zone}", proj, f"WGS 84 / UTM zone {label}", GridKind.UTM, label)


def in_china(bbox: BBox) -> bool:
    """Whether the middle of `bbox`, in degrees, lies where a CGCS2000 zone is used."""
    return _zone_index(*_middle(bbox)) is not None


def _middle(bbox: BBox) -> tuple[float, float]:
    return (bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2


def _zone_index(longitude: float, latitude: float) -> int | None:
    index = math.floor((longitude + 1.5) / 3) - _FIRST_ZONE
    used = 0 <= index < len(_ZONES) and _ZONES[index][0] <= latitude <= _ZONES[index][1]
    return index if used else None


def grid_around(bbox: BBox) -> Grid:
    """Return the grid for what lies in `bbox`, in degrees (WGS 84).

    In China that is the CGCS2000 3-degree Gauss-Kruger zone of its middle (GB/T 13989 leaves the choice to the scale;
    3 degrees are those of 1:10 000 and larger), elsewhere the zone of UTM.
    """
    longitude, latitude = _middle(bbox)
    index = _zone_index(longitude, latitude)
    if index is not None:
        return _gauss_kruger(index)
    zone = min(60, max(1, math.floor((longitude + 180) / 6) + 1))
    return _utm(zone, south=latitude < 0)


@lru_cache(maxsize=16)
def grid_of(crs: str) -> Grid:
    """Return the grid with the code `crs`, such as `EPSG:4548`.

    Raises
    ------
    PlanMapError
        There is no such grid, it is not conformal or not in metres, or its datum is not that of WGS 84.
    """
    known = re.fullmatch(r"EPSG:(\d{4,6})", crs)
    if not known:
        raise PlanMapError("grid-unknown", grid=crs)
    code = int(known[1])
    if 4534 <= code < 4534 + len(_ZONES):
        return _gauss_kruger(code - 4534)
    for base, south in ((32600, False), (32700, True)):
        if 1 <= code - base <= 60:
            return _utm(code - base, south=south)
    return _registered(crs, code)


def _registered(crs: str, code: int) -> Grid:
    """Return a grid of the EPSG registry, read from PROJ's copy of it."""
    import warnings

    import pyproj
    from pyproj.exceptions import CRSError

    try:
        found = pyproj.CRS.from_epsg(code)
    except CRSError:
        raise PlanMapError("grid-unknown", grid=crs) from None
    with warnings.catch_warnings():
        # What a PROJ string cannot hold is the datum, which is checked below.
        warnings.simplefilter("ignore", UserWarning)
        terms = found.to_proj4().split()
    plain = [term for term in terms if not term.startswith(("+datum=", "+towgs84=", "+type=", "+nadgrids="))]
    if "+datum=WGS84" in terms:
        plain.append("+ellps=WGS84")
    if not found.is_projected or not {"+proj=tmerc", "+proj=utm", "+proj=lcc"} & set(plain) or "+units=m" not in plain:
        raise PlanMapError("grid-unfit", grid=crs, name=found.name)
    proj = " ".join([term for term in plain if term not in _METRES.split()] + [_METRES])
    grid = Grid(crs, _plain_utm(proj), found.name, GridKind.OTHER)
    if not _has_wgs84_datum(grid, found):
        raise PlanMapError("grid-datum", grid=crs, name=found.name)
    return grid


def _plain_utm(proj: str) -> str:
    """Return a PROJ string in which UTM is written as the transverse Mercator projection that it is."""
    zone = re.search(r"\+proj=utm \+zone=(\d+)", proj)
    ellipsoid = re.search(r"\+ellps=(\w+)", proj)
    if not zone or not ellipsoid:
        return proj
    meridian = 6 * int(zone[1]) - 183
    return transverse_mercator(meridian, k=0.9996, north_m=1e7 if "+south" in proj else 0, ellipsoid=ellipsoid[1])


def _has_wgs84_datum(grid: Grid, crs: pyproj.CRS) -> bool:
    """Whether PROJ's own way from WGS 84 to `crs` ends within `DATUM_M` of `grid`, which has no datum."""
    import pyproj

    area = crs.area_of_use
    if area is None:
        return False
    x, y = (area.west + area.east) / 2, (area.south + area.north) / 2
    own = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(x, y)
    # PROJ passes on positions unchanged where it knows no way between the datums: the registry's name tells.
    geodetic = crs.geodetic_crs
    named = geodetic is not None and geodetic.name.startswith(_ALIKE)
    return named and math.dist(own, grid.position(x, y)) <= DATUM_M
