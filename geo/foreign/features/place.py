"""From the reference system that was decided on to WGS 84, on the best way that needs nothing from the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyproj
import pyproj.network
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from geo.crs import WGS84
from geo.errors import PlanMapError
from geo.fit import Fit, fit_of
from geo.grid import BBox
from geo.position import MAINLAND
from geo.reference_frame import GEOGRAPHIC, OFFSET, Conversion, Known, ReferenceFrame, conversion_of

Positions = NDArray[np.float64]

_OFFSET = {frame.value: frame for frame in OFFSET}
_FRAMES = {code: frame for frame, code in GEOGRAPHIC.items()}
_WORDS = {
    Known.ITSELF: "none needed",
    Known.ALIKE: "{frame} and WGS 84 agree to decimetres",
    Known.FORMULA: "{frame} to WGS 84, by the published approximation",
    Known.NONE: "no way from {frame} is known",
}


class Place:
    """Takes positions of a file to WGS 84."""

    def __init__(self, decided: Mapping[str, Any] | None, name: str) -> None:
        """Take what was decided: `{"epsg": 4547}`, `{"datum": "gcj02"}`, `{"wkt": "…"}`, or None for WGS 84.

        `{"fit": …}` is a fit on control points, as `geo.fit.Fit.as_json` gives it.

        Raises
        ------
        PlanMapError
            There is no such reference system, or it has no way to WGS 84, or the fit is none.
        """
        # A definition can name grids of shifts, and they are not to be fetched.
        pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]  # documented, not in its types
        self.decided, self.name = dict(decided or {"epsg": 4326}), name
        self.datum = str(self.decided.get("datum") or "")
        self.degrees, self.zoned = True, False
        self._frame: ReferenceFrame | None = _OFFSET.get(self.datum)
        """What its figures refer to, where `geo.reference_frame` knows the way from there better than PROJ."""
        self._conversion: Conversion | None = None
        self._transformer: pyproj.Transformer | None = None
        """To WGS 84, or with a frame that is known to that frame's degrees; None if they are degrees of it."""
        self._about: dict[str, Any] = {}
        self._fit = fit_of(self.decided["fit"]) if "fit" in self.decided else None
        if self._fit is not None:
            self.degrees = False
            self._about = _about_fit(self._fit)
            return
        if self.datum not in ("", "wgs84", *_OFFSET):
            raise PlanMapError("vector-crs", file=name, crs=self.datum[:100])
        if self._frame is None:
            self.crs = self._read()
            self.degrees, self.zoned = self.crs.is_geographic, self._is_zoned()
            geodetic = self.crs.geodetic_crs
            if geodetic is not None:
                self._frame = _FRAMES.get(geodetic.to_epsg(min_confidence=70) or 0)
                if self._frame is not None and not self.degrees:
                    self._transformer = self._to(geodetic)
        self.choose(None)

    def choose(self, bounds: tuple[float, float, float, float] | None) -> None:
        """Choose the way for what lies in `bounds` (of the file): which is best depends on where it is."""
        if self._fit is not None:
            return
        if self._frame is not None:
            self._conversion = conversion_of(self._frame, self._around(bounds) or MAINLAND)
            self._about = {
                "description": self._conversion.operation or _WORDS[self._conversion.known].format(frame=self._frame),
                "accuracy_m": self._conversion.accuracy_m,
                "ballpark": self._conversion.ballpark,
                "missing_grids": [],
            }
            return
        try:
            around = self._around(bounds)
            area: Any = None if around is None else AreaOfInterest(*around)
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

    def _around(self, bounds: BBox | None) -> BBox | None:
        """Return where bounds of the file are, in degrees; None if that cannot be told."""
        if bounds is None or not np.isfinite(bounds).all():
            return None
        around = bounds if self._transformer is None else self._transformer.transform_bounds(*bounds)
        if not np.isfinite(around).all() or around[0] > around[2]:
            return None
        west, south, east, north = (float(each) for each in around)
        return west, south, east, north

    def _to(self, target: pyproj.CRS) -> pyproj.Transformer:
        try:
            return pyproj.Transformer.from_crs(self.crs, target, always_xy=True)
        except ProjError as error:
            raise PlanMapError("vector-crs", file=self.name, crs=self.crs.name[:100]) from error

    def to_degrees(self, positions: Positions) -> Positions:
        """Return positions in WGS 84, longitude first; infinite where there is none."""
        if not len(positions):
            return positions
        at = positions[:, :2]
        if self._fit is not None:
            with np.errstate(all="ignore"):
                at = self._fit.to_wgs84(at)
        if self._transformer is not None:
            with np.errstate(all="ignore"):
                at = np.column_stack(self._transformer.transform(at[:, 0], at[:, 1]))
        if self._conversion is not None:
            with np.errstate(all="ignore"):
                at = self._conversion.to_wgs84(at)
        # Heights stay as they are: files rarely say above what they are.
        moved = np.column_stack([at, *positions[:, 2:].T])
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


def _about_fit(fit: Fit) -> dict[str, Any]:
    """Return the way of a fit: its largest residual is its accuracy, if it has points to spare."""
    largest = fit.largest_m
    return {
        "description": f"{fit.kind} on {len(fit.control)} control points, in {fit.grid}",
        # A claim of less than a centimetre says more of the arithmetic than of the ground.
        "accuracy_m": None if largest is None else max(0.01, float(f"{largest:.3g}")),
        "ballpark": False,
        "missing_grids": [],
    }
