"""From the reference system that was decided on to WGS 84, on the best way that needs nothing from the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyproj
import pyproj.network
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from geo.crs import WGS84
from geo.datum import bd09_to_gcj02, gcj02_to_wgs84
from geo.errors import PlanMapError

Positions = NDArray[np.float64]

_DATUMS: dict[str, Callable[[float, float], tuple[float, float]]] = {
    "gcj02": gcj02_to_wgs84,
    "bd09": lambda x, y: gcj02_to_wgs84(*bd09_to_gcj02(x, y)),
}
DATUM_ACCURACY_M = {"gcj02": 1.0, "bd09": 1.0}
"""How far the shifts are off at most, as far as anybody outside of the services knows; see `geo.datum`."""


class Place:
    """Takes positions of a file to WGS 84."""

    def __init__(self, decided: Mapping[str, Any] | None, name: str) -> None:
        """Take what was decided: `{"epsg": 4547}`, `{"datum": "gcj02"}`, `{"wkt": "…"}`, or None for WGS 84.

        Raises
        ------
        PlanMapError
            There is no such reference system, or it has no way to WGS 84.
        """
        # A definition can name grids of shifts, and they are not to be fetched.
        pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]  # documented, not in its types
        self.decided, self.name = dict(decided or {"epsg": 4326}), name
        self.datum = str(self.decided.get("datum") or "")
        self.degrees, self.zoned = True, False
        self._transformer: pyproj.Transformer | None = None
        self._about: dict[str, Any] = {}
        if self.datum in _DATUMS:
            self._about = {
                "description": f"{self.datum} to WGS 84, by the published approximation",
                "accuracy_m": DATUM_ACCURACY_M[self.datum],
                "ballpark": False,
                "missing_grids": [],
            }
            return
        if self.datum not in ("", "wgs84"):
            raise PlanMapError("vector-crs", file=name, crs=self.datum[:100])
        self.crs = self._read()
        self.degrees, self.zoned = self.crs.is_geographic, self._is_zoned()
        self.choose(None)

    def choose(self, bounds: tuple[float, float, float, float] | None) -> None:
        """Choose the way for what lies in `bounds` (of the file): which is best depends on where it is."""
        if self.datum in _DATUMS:
            return
        try:
            area: Any = None
            if bounds is not None and np.isfinite(bounds).all() and self._transformer is not None:
                around = self._transformer.transform_bounds(*bounds)
                if np.isfinite(around).all() and around[0] <= around[2]:
                    area = AreaOfInterest(*(float(each) for each in around))
            group = TransformerGroup(self.crs, WGS84, always_xy=True, area_of_interest=area, allow_ballpark=True)
            ways = group.transformers or TransformerGroup(self.crs, WGS84, always_xy=True).transformers
            self._transformer = ways[0]
        except (ProjError, IndexError, ValueError) as error:
            raise PlanMapError("vector-crs", file=self.name, crs=self.crs.name[:100]) from error
        accuracy = self._transformer.accuracy
        missing = [grid.short_name for way in group.unavailable_operations for grid in way.grids if not grid.available]
        ballpark = "ballpark" in self._transformer.description.lower()
        self._about = {
            "description": self._transformer.description,
            "accuracy_m": None if accuracy < 0 or ballpark else accuracy,
            "ballpark": ballpark,
            "missing_grids": sorted(set(missing)),
        }

    def to_degrees(self, positions: Positions) -> Positions:
        """Return positions in WGS 84, longitude first; infinite where there is none."""
        if not len(positions):
            return positions
        if self.datum in _DATUMS:
            shift = _DATUMS[self.datum]
            moved = positions.copy()
            moved[:, :2] = [_shifted(shift, float(x), float(y)) for x, y in positions[:, :2]]
            return moved
        assert self._transformer is not None  # noqa: S101 - chosen when it was made
        with np.errstate(all="ignore"):
            x, y = self._transformer.transform(positions[:, 0], positions[:, 1])
        # Heights stay as they are: files rarely say above what they are.
        moved = np.column_stack([x, y, *positions[:, 2:].T])
        off = ~((np.abs(moved[:, 0]) <= 180.0) & (np.abs(moved[:, 1]) <= 90.0))
        moved[off, :2] = np.inf
        return moved

    def bounds(self, bounds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return bounds in degrees, near enough to tell whether they are in China."""
        size = len(bounds)
        corners = np.concatenate([bounds[:, :2], bounds[:, 2:], bounds[:, [0, 3]], bounds[:, [2, 1]]])
        moved = self.to_degrees(corners)
        x, y = moved[:, 0].reshape(4, size), moved[:, 1].reshape(4, size)
        return np.column_stack([x.min(axis=0), y.min(axis=0), x.max(axis=0), y.max(axis=0)])

    def plain(self) -> dict[str, Any]:
        """Return what was decided, and the way with its stated accuracy in metres, None where none is stated."""
        return {"decided": self.decided, **self._about}

    def _read(self) -> pyproj.CRS:
        wanted = self.decided.get("wkt") or self.decided.get("epsg") or 4326
        try:
            # Only codes and definitions: pyproj also takes the names of files.
            crs = pyproj.CRS.from_epsg(int(wanted)) if "wkt" not in self.decided else pyproj.CRS.from_wkt(str(wanted))
        except (CRSError, ValueError) as error:
            raise PlanMapError("vector-crs", file=self.name, crs=str(wanted)[:100]) from error
        # Heights of a compound system are left as they are.
        crs = crs.sub_crs_list[0] if crs.is_compound and crs.sub_crs_list else crs
        if not (crs.is_geographic or crs.is_projected):
            raise PlanMapError("vector-crs", file=self.name, crs=crs.name[:100])
        return crs

    def _is_zoned(self) -> bool:
        method = self.crs.coordinate_operation.method_name if self.crs.coordinate_operation else ""
        return "Transverse Mercator" in method or "Gauss" in method


def _shifted(shift: Callable[[float, float], tuple[float, float]], x: float, y: float) -> tuple[float, float]:
    if not (-180.0 <= x <= 180.0 and -90.0 <= y <= 90.0):
        return np.inf, np.inf
    return shift(x, y)
