"""What the figures of a file refer to, and what is known of the way from there to WGS 84.

Nothing is claimed that is not known: where no published way holds for a place, its accuracy is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geo.crs import WGS84
from geo.datum import bd09_to_gcj02, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_gcj02
from geo.grid import DATUM_M, BBox
from geo.position import MAINLAND

if TYPE_CHECKING:
    import pyproj

OFFSET_M = 2.0
"""How far the two offset frames may be from those of the map services, in metres; `geo.datum` says a metre or so."""

UNKNOWN_SHIFT_M = 150.0
"""How far figures may lie from their true place, in metres, if no way from their frame is known.

The six ways of the EPSG registry from Beijing 1954 move no place of China by more than 112 m, wherever they are used;
published shifts of map sheets to CGCS2000 are up to 62 m and 84 m (north, east) for Beijing 1954, and some 40 m and
120 m for Xi'an 1980.
"""


class ReferenceFrame(StrEnum):
    """What figures refer to, whatever the projection; the values of `geo.position.Datum` where both have it."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    XIAN80 = "xian80"
    """Xi'an 1980, on the ellipsoid IAG 1975."""
    BEIJING54 = "beijing54"
    """Beijing 1954, on the ellipsoid of Krassowsky."""
    GCJ02 = "gcj02"
    BD09 = "bd09"


ELLIPSOIDS = {
    ReferenceFrame.WGS84: "WGS84",
    ReferenceFrame.CGCS2000: "GRS80",
    ReferenceFrame.XIAN80: "IAU76",
    ReferenceFrame.BEIJING54: "krass",
}
"""The names in PROJ of the ellipsoids of frames that have one; GRS 80 is that of CGCS2000 to 0.1 mm."""

GEOGRAPHIC = {
    ReferenceFrame.WGS84: 4326,
    ReferenceFrame.CGCS2000: 4490,
    ReferenceFrame.XIAN80: 4610,
    ReferenceFrame.BEIJING54: 4214,
}
"""The EPSG codes of frames that have one, for figures in degrees."""

OFFSET = (ReferenceFrame.GCJ02, ReferenceFrame.BD09)
"""The frames that are used in mainland China alone; their formula goes astray towards the poles."""


class Known(StrEnum):
    """Where the accuracy of a way is from."""

    ITSELF = "itself"
    """The figures are in WGS 84 already."""
    ALIKE = "alike"
    """CGCS2000 and WGS 84 agree to decimetres. PROJ passes the figures on as well, but states no accuracy."""
    REGISTRY = "registry"
    """An operation of the EPSG registry whose area of use holds the whole place."""
    FORMULA = "formula"
    """The formula of `geo.datum`, which was found by others and not published by whoever keeps the frame."""
    NONE = "none"
    """No way is known for the place: figures are passed on unchanged."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How to come from the degrees of a frame to those of WGS 84, and what is known of that."""

    frame: ReferenceFrame
    known: Known
    accuracy_m: float | None
    """Metres, as PROJ states it or as documented; None if it is unknown."""
    operation: str = ""
    """The name in the EPSG registry; empty if the way is not from there."""
    pipeline: str = ""
    """The same for PROJ."""

    @property
    def ballpark(self) -> bool:
        """Whether figures are passed on unchanged for want of a way."""
        return self.known is Known.NONE

    def to_wgs84(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return positions of shape (n, 2), longitude and latitude in degrees of the frame, in those of WGS 84.

        They are NaN where the frame is not used.
        """
        x, y = positions.T
        if self.pipeline:
            return np.column_stack(_operation(self.pipeline).transform(x, y))
        if self.frame in OFFSET:
            x, y = _in_mainland(positions)
        if self.frame is ReferenceFrame.BD09:
            x, y = bd09_to_gcj02(x, y)
        if self.frame in OFFSET:
            x, y = gcj02_to_wgs84(x, y)
        return np.column_stack((x, y))

    def from_wgs84(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return positions of shape (n, 2), longitude and latitude in degrees of WGS 84, in those of the frame.

        They are NaN where it is not used.
        """
        x, y = positions.T
        if self.pipeline:
            return np.column_stack(_operation(self.pipeline).transform(x, y, direction="INVERSE"))
        if self.frame in OFFSET:
            x, y = wgs84_to_gcj02(*_in_mainland(positions))
        if self.frame is ReferenceFrame.BD09:
            x, y = gcj02_to_bd09(x, y)
        return np.column_stack((x, y))


def _in_mainland(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return x and y of positions, with NaN outside of mainland China."""
    west, south, east, north = MAINLAND
    inside = ((positions >= (west, south)) & (positions <= (east, north))).all(axis=1)
    return np.where(inside, positions.T, np.nan)


def conversion_of(frame: ReferenceFrame, place: BBox) -> Conversion:
    """Return the way from `frame` for what lies in `place`, in degrees."""
    if frame is ReferenceFrame.WGS84:
        return Conversion(frame, Known.ITSELF, 0.0)
    if frame is ReferenceFrame.CGCS2000:
        return Conversion(frame, Known.ALIKE, DATUM_M)
    if frame in OFFSET:
        return Conversion(frame, Known.FORMULA, OFFSET_M)
    west, south, east, north = place
    holding = [
        way
        for way, (left, bottom, right, top) in _published(frame)
        if left <= west and bottom <= south and east <= right and north <= top
    ]
    # The registry's order stays among those of one accuracy.
    return min(holding, key=lambda way: way.accuracy_m or 0.0, default=Conversion(frame, Known.NONE, None))


@lru_cache(maxsize=2)
def _published(frame: ReferenceFrame) -> tuple[tuple[Conversion, BBox], ...]:
    """Return the ways of the EPSG registry from `frame` that are for land, with their areas of use.

    PROJ offers an operation wherever nothing better is known, so that Beijing 1954 is shifted by the parameters of the
    Tarim Basin all over China. An area at sea is a box that holds land as well, so none of them counts.
    """
    from pyproj.transformer import TransformerGroup

    found = TransformerGroup(f"EPSG:{GEOGRAPHIC[frame]}", WGS84, always_xy=True)
    ways: list[tuple[Conversion, BBox]] = []
    for one in found.transformers:
        area = one.area_of_use
        # PROJ states the accuracy of a ballpark as -1, and its area as the world. A grid might have to be fetched.
        if one.accuracy < 0 or area is None or "offshore" in area.name or "grids=" in one.definition:
            continue
        name = next(step for step in one.description.split(" + ") if not step.startswith("axis order"))
        way = Conversion(frame, Known.REGISTRY, float(one.accuracy), name, one.definition)
        ways.append((way, (area.west, area.south, area.east, area.north)))
    return tuple(ways)


@lru_cache(maxsize=8)
def _operation(pipeline: str) -> pyproj.Transformer:
    import pyproj

    return pyproj.Transformer.from_pipeline(pipeline)
