"""From the figures of a table to WGS 84: the database takes them to degrees of their own datum, and we from there.

Between a grid and the degrees of its own datum there is only arithmetic, which PostGIS does as PROJ does it everywhere.
From one datum to another there are several ways, and which one is right is decided here, as for files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from psycopg import sql
from pyproj.exceptions import CRSError, ProjError

from geo.errors import PlanMapError
from geo.foreign.features.place import Place
from geo.grid import BBox
from geo.position import MAINLAND

WIDEST_DEG = 20.0
"""Width of a box in degrees beyond which its edges say nothing of it in a grid."""

Numbers = NDArray[np.float64]

_SHIFT_EDGE = 5e-4
"""Degrees by which the shift between two datums may differ between the places of a box at which it is looked at."""

_EVERYWHERE: BBox = (-180.0, -90.0, 180.0, 90.0)


class TableFrame:
    """The reference system of a table, by what was decided: `{"epsg": 4547}` or `{"datum": "gcj02"}`."""

    def __init__(self, decided: Mapping[str, Any], file: str, bounds: BBox | None = None) -> None:
        """Take what was decided, and where the features are in degrees of their datum, as far as that is known.

        Raises
        ------
        PlanMapError
            There is no such system, or none that is understood.
        """
        self.decided = dict(decided)
        datum = str(decided.get("datum") or "")
        self.srid = 0 if datum else int(decided["epsg"])
        """The code of the figures; 0 where they are degrees that have none."""
        self.degrees = self.srid
        """The code of the degrees to which the database takes them."""
        self.is_grid = False
        self.is_web_mercator = self.srid == 3857
        self.metre = 1.0
        """Metres of a unit of the figures, if it is a grid."""
        self._to_grid: pyproj.Transformer | None = None
        if not datum:
            self._read(file)
        self._place = Place({"datum": datum} if datum else {"epsg": self.degrees}, file)
        self._place.choose(bounds)
        self.bounds = bounds or _EVERYWHERE
        about = self._place.plain()
        self.is_plain = not datum and self.degrees in (4326, 4490)
        """Whether degrees of its datum are those of WGS 84."""
        self.datum = datum
        self.about = {**about, "decided": self.decided}
        """What there is to say of the way to WGS 84, see `geo.foreign.features.place.Place.plain`."""

    def _read(self, file: str) -> None:
        try:
            crs = pyproj.CRS.from_epsg(self.srid)
        except (CRSError, ValueError) as error:
            raise PlanMapError("vector-crs", file=file, crs=f"EPSG:{self.srid}") from error
        crs = crs.sub_crs_list[0] if crs.is_compound and crs.sub_crs_list else crs
        geodetic = crs.to_2d().geodetic_crs
        code = geodetic.to_epsg(min_confidence=70) if geodetic is not None else None
        if not (crs.is_geographic or crs.is_projected) or code is None or geodetic is None:
            raise PlanMapError("vector-crs", file=file, crs=crs.name[:100])
        if crs.is_projected:
            self.is_grid = True
            self.metre = float(crs.axis_info[0].unit_conversion_factor)
            try:
                self._to_grid = pyproj.Transformer.from_crs(geodetic, crs, always_xy=True)
            except ProjError as error:
                raise PlanMapError("vector-crs", file=file, crs=crs.name[:100]) from error
        self.degrees = code

    def in_degrees(self, geometry: sql.Composable) -> sql.Composable:
        """Return the expression of a geometry of the table in degrees of its datum."""
        named = sql.SQL("ST_SetSRID({}, {})").format(geometry, sql.Literal(self.srid))
        if not self.is_grid:
            return named
        return sql.SQL("ST_Transform({}, {})").format(named, sql.Literal(self.degrees))

    def to_wgs84(self, positions: Numbers) -> Numbers:
        """Return positions in degrees of the datum, of shape (n, 2), in WGS 84; infinite where there is no way."""
        return positions if self.is_plain else self._place.to_degrees(positions)

    def moved(self, geometries: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return geometries in degrees of the datum in WGS 84, heights as they are; None where there is no way."""
        if self.is_plain or not len(geometries):
            return geometries
        found = geometries.copy()
        positions, owners = shapely.get_coordinates(found, return_index=True)
        at = self.to_wgs84(positions)
        lost = np.unique(owners[~np.isfinite(at).all(axis=1)])
        found[lost] = None
        at = at[~np.isin(owners, lost)]
        there = ~shapely.is_missing(found)
        high = np.asarray(shapely.has_z(found)) & there
        flat = there & ~high
        of_high = np.repeat(high[there], shapely.get_num_coordinates(found[there]))
        if flat.any():
            found[flat] = shapely.set_coordinates(found[flat], at[~of_high])
        if high.any():
            up = shapely.get_coordinates(found[high], include_z=True)[:, 2:]
            found[high] = shapely.set_coordinates(found[high], np.hstack([at[of_high], up]))
        return found

    def moved_boxes(self, boxes: Numbers) -> Numbers:
        """Return boxes in degrees of the datum as such of WGS 84, which hold all that they held; NaN if there are none.

        Between its corners the shift differs by a thousandth of a box's size.
        """
        if self.is_plain or not len(boxes):
            return boxes
        west, south, east, north = boxes.T
        corners = [
            self.to_wgs84(np.column_stack(pair))
            for pair in ((west, south), (east, south), (west, north), (east, north))
        ]
        x = np.array([corner[:, 0] for corner in corners])
        y = np.array([corner[:, 1] for corner in corners])
        edge = 2e-6 + np.minimum(2e-3 * np.maximum(east - west, north - south), 0.02)
        made = np.column_stack([x.min(0) - edge, y.min(0) - edge, x.max(0) + edge, y.max(0) + edge])
        made[~np.isfinite(made).all(axis=1)] = np.nan
        return made

    def around(self, bounds: BBox) -> BBox | None:
        """Return a box in degrees of the datum that has all that lies in `bounds` (WGS 84); None if nothing can."""
        if self.is_plain:
            return bounds
        west, south, east, north = bounds
        if self.datum:
            # There is no such frame elsewhere.
            west, south = max(west, MAINLAND[0] - 0.1), max(south, MAINLAND[1] - 0.1)
            east, north = min(east, MAINLAND[2] + 0.1), min(north, MAINLAND[3] + 0.1)
            if west > east or south > north:
                return None
        across, up = (part.ravel() for part in np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9)))
        shift = self.to_wgs84(np.column_stack([across, up])) - np.column_stack([across, up])
        shift = shift[np.isfinite(shift).all(axis=1)]
        if not len(shift):
            # Up to a kilometre, as everywhere in China.
            return west - 0.02, south - 0.02, east + 0.02, north + 0.02
        low, high = shift.min(axis=0) - _SHIFT_EDGE, shift.max(axis=0) + _SHIFT_EDGE
        return west - float(high[0]), south - float(high[1]), east - float(low[0]), north - float(low[1])

    def in_figures(self, degrees: BBox) -> BBox | None:
        """Return a box in the figures of the table that has all of a box in degrees; None if that is everything."""
        west, south, east, north = degrees
        if self._to_grid is None:
            return degrees
        if east - west > WIDEST_DEG or north - south > WIDEST_DEG:
            return None
        found = self._to_grid.transform_bounds(west, south, east, north, densify_pts=21, errcheck=False)
        if not np.isfinite(found).all() or found[0] > found[2] or found[1] > found[3]:
            return None
        edge = 1e-3 * max(found[2] - found[0], found[3] - found[1]) + 1.0
        return found[0] - edge, found[1] - edge, found[2] + edge, found[3] + edge

    def from_figures(self, box: BBox) -> BBox | None:
        """Return a box in the figures of the table in WGS 84; None if it has no place there."""
        west, south, east, north = box
        if self._to_grid is not None:
            west, south, east, north = self._to_grid.transform_bounds(
                west, south, east, north, densify_pts=21, direction="INVERSE", errcheck=False
            )
        found = self.moved_boxes(np.array([[west, south, east, north]], dtype=np.float64))[0].tolist()
        if not np.isfinite(found).all() or max(map(abs, found)) > 1e4:
            return None
        return found[0], found[1], found[2], found[3]

    def affine(self, degrees: BBox) -> tuple[float, ...] | None:
        """Return the affine map to WGS 84 that fits best in a box of degrees of the datum: a, b, d, e, x and y.

        In a tile it is off by less than a pixel. None where nothing has to be moved.
        """
        if self.is_plain:
            return None
        west, south, east, north = degrees
        across, up = (part.ravel() for part in np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9)))
        at = np.column_stack([across, up])
        goal = self.to_wgs84(at)
        good = np.isfinite(goal).all(axis=1)
        if good.sum() < 3:
            return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
        # From the middle, or digits are lost.
        middle = at[good].mean(axis=0)
        terms = np.column_stack([at[good] - middle, np.ones(int(good.sum()))])
        (ax, bx, cx), (ay, by, cy) = (
            np.linalg.lstsq(terms, goal[good, axis] - at[good, axis], rcond=None)[0].tolist() for axis in (0, 1)
        )
        x, y = middle.tolist()
        return 1 + ax, bx, ay, 1 + by, cx - ax * x - bx * y, cy - ay * x - by * y
