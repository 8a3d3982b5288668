"""The system that a file's figures are in: one of the EPSG registry, or an offset frame, by our own functions."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from geo.crs import WGS84
from geo.errors import PlanMapError
from geo.grid import BBox
from geo.reference_frame import GEOGRAPHIC, OFFSET, ReferenceFrame, conversion_of
from layers.own.own_layer import System

_OFFSET = {frame.value: frame for frame in OFFSET}
_FRAMES = {code: frame for frame, code in GEOGRAPHIC.items()}
_NAMES = {ReferenceFrame.GCJ02: "GCJ-02", ReferenceFrame.BD09: "BD-09"}


class GivenSystem:
    """Takes positions in WGS 84 to the system that was asked for."""

    def __init__(self, asked: System, bounds: BBox) -> None:
        """Take `{"epsg": 4548}` or `{"datum": "gcj02"}`; the way there is the best for what lies in `bounds`.

        Raises
        ------
        PlanMapError
            There is no such system, or no way to it.
        """
        datum = str(asked.get("datum") or "")
        offset = _OFFSET.get(datum)
        self.offset = offset is not None
        """Whether it is an offset frame, which no code and no definition names."""
        self.crs: pyproj.CRS | None = None if self.offset else self._read(4326 if datum else int(asked["epsg"]))
        self.code = _NAMES[offset] if offset else f"EPSG:{self.crs.to_epsg()}" if self.crs else ""
        """What it is called: a code, GCJ-02 or BD-09."""
        self.degrees = self.crs is None or self.crs.is_geographic
        frame: ReferenceFrame | None = offset
        self._transformer: pyproj.Transformer | None = None
        self._conversion = None
        self.rough = False
        """Whether no way is known and the figures are passed on as they are."""
        if self.crs is not None:
            geodetic = self.crs.geodetic_crs
            frame = _FRAMES.get((geodetic.to_epsg(min_confidence=70) if geodetic else None) or 0)
            if frame is None:
                self._transformer = self._best(bounds)
            elif not self.degrees:
                self._transformer = pyproj.Transformer.from_crs(geodetic, self.crs, always_xy=True)
        if frame is not None:
            self._conversion = conversion_of(frame, bounds)
            self.rough = self._conversion.ballpark

    @property
    def is_wgs84(self) -> bool:
        """Whether it is WGS 84 in degrees."""
        return self.code == WGS84

    @property
    def suffix(self) -> str:
        """What the name of a layer ends with so that nobody takes it for WGS 84; empty where its system tells."""
        return f"_{self.code.replace('-', '')}" if self.offset else ""

    @cached_property
    def definition(self) -> str | None:
        """The definition for GDAL; None for an offset frame, which has none."""
        if self.crs is None:
            return None
        return self.code if self.crs.to_epsg() else self.crs.to_wkt()

    def moved(self, geometries: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return geometries in WGS 84 in this system, heights as they are; None for one that it does not reach."""
        if self.is_wgs84:
            return geometries
        positions, owners = shapely.get_coordinates(geometries, return_index=True)
        at = self._from_degrees(positions)
        lost = np.unique(owners[~np.isfinite(at).all(axis=1)])
        found = geometries.copy()
        if len(lost):
            found[lost] = None
            keep = ~np.isin(owners, lost)
            at = at[keep]
        if not len(at):
            return found
        heights = shapely.has_z(found)
        if not heights.any():
            return np.asarray(shapely.set_coordinates(found, at), dtype=object)
        counts = shapely.get_num_coordinates(found)
        high = np.repeat(heights, counts)
        found[~heights] = shapely.set_coordinates(found[~heights], at[~high])
        up = shapely.get_coordinates(found[heights], include_z=True)[:, 2:]
        found[heights] = shapely.set_coordinates(found[heights], np.hstack([at[high], up]))
        return found

    def _from_degrees(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        at = positions
        with np.errstate(all="ignore"):
            if self._conversion is not None:
                at = self._conversion.from_wgs84(at)
            if self._transformer is not None:
                at = np.column_stack(self._transformer.transform(at[:, 0], at[:, 1]))
        return at

    def _read(self, code: int) -> pyproj.CRS:
        try:
            crs = pyproj.CRS.from_epsg(code)
        except (CRSError, ValueError) as error:
            raise PlanMapError("epsg-code", value=f"EPSG:{code}") from error
        if not (crs.is_geographic or crs.is_projected):
            raise PlanMapError("epsg-code", value=f"EPSG:{code}")
        return crs.to_2d()

    def _best(self, bounds: BBox) -> pyproj.Transformer:
        try:
            area: Any = AreaOfInterest(*bounds)
            group = TransformerGroup(WGS84, self.crs, always_xy=True, area_of_interest=area, allow_ballpark=True)
            ways = group.transformers or TransformerGroup(WGS84, self.crs, always_xy=True).transformers
            best: pyproj.Transformer = ways[0]
        except (ProjError, IndexError, ValueError) as error:
            raise PlanMapError("epsg-code", value=self.code) from error
        self.rough = "ballpark" in best.description.lower()
        return best
