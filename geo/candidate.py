"""The reference systems that a layer without one may be in: only those whose figures are possible and lie near by."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geo.crs import EARTH_M
from geo.grid import BBox, transformer, transverse_mercator
from geo.position import EASTINGS, MAINLAND, NORTHINGS, Datum
from geo.reference_frame import ELLIPSOIDS, GEOGRAPHIC, Conversion, ReferenceFrame, conversion_of

NEAR_DEG = 1.0
"""How far from the region a layer may lie and still be near it, in degrees."""

BEYOND_DEG = 1.0
"""How far the middle of a layer may lie outside of its zone, in degrees; surveys of one city keep to one zone."""

_REACH_DEG = 7.0
"""No figures of a zone lie farther from its meridian than this, in degrees: 400 km at the north of China."""

_ZONE_M = 1_000_000.0
"""A zone's number is written before eastings of six digits."""

_GAUSS_KRUGER = {
    ReferenceFrame.CGCS2000: {3: (4513, 4534), 6: (4491, 4502)},
    ReferenceFrame.XIAN80: {3: (2349, 2370), 6: (2327, 2338)},
    ReferenceFrame.BEIJING54: {3: (2401, 2422), 6: (21413, 21453)},
}
"""EPSG codes of the first zone of each width in degrees: with the zone's number before the easting, and without."""

_ZONES = {3: (25, 45), 6: (13, 23)}
"""First and last zone of China for each width; the numbers tell the widths apart."""

_WEB_MERCATOR = "+proj=webmerc +ellps=WGS84"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reference system that figures may be in, and all that there is to say of it."""

    key: str
    """Such as `cgcs2000-3-117`, `cgcs2000-3-zone39`, `utm-50n`, `wgs84-swapped`; the same in every run."""
    name_key: str
    """What its name is called in the translations: `wgs84`, `web-mercator`, `utm-n`, or such as `cgcs2000-3` and
    `cgcs2000-3-zone`; the names of zones have placeholders for `meridian` and `zone`."""
    epsg: int | None
    """None for the offset frames, which have no code. A file with swapped axes has the code of the plain one."""
    conversion: Conversion
    swapped: bool = False
    """Whether the latitude, or the northing, is the first of two figures."""
    meridian: int | None = None
    """Central meridian in degrees east; None for degrees and for Web Mercator."""
    zone_width: int | None = None
    """Degrees: 3, or 6, which is also that of UTM."""
    zone: int | None = None
    """Number of the zone."""
    prefixed: bool = False
    """Whether the number of the zone is written before the easting."""
    proj: str = ""
    """The projection as a PROJ string without a datum; empty for degrees."""

    @property
    def frame(self) -> ReferenceFrame:
        """What the figures refer to, whatever the projection."""
        return self.conversion.frame

    @property
    def datum(self) -> Datum | None:
        """The same as somebody names it who writes a position; None if no position can be written so."""
        if not self.proj:
            return Datum(self.frame.value) if self.frame.value in set(Datum) else None
        return Datum.CGCS2000_GRID if self.frame is ReferenceFrame.CGCS2000 else None

    @property
    def accuracy_m(self) -> float | None:
        """How well the way to WGS 84 is known, in metres; None if that is unknown."""
        return self.conversion.accuracy_m

    @property
    def ballpark(self) -> bool:
        """Whether no way to WGS 84 is known, and degrees are passed on unchanged."""
        return self.conversion.ballpark

    def to_wgs84(self, figures: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return figures of shape (n, 2), in the file's order, as longitude and latitude (WGS 84, degrees).

        What lies nowhere becomes infinite, or NaN.
        """
        at = figures[:, ::-1] if self.swapped else figures
        if self.proj:
            x = at[:, 0] - self._prefix_m
            at = np.column_stack(transformer(self.proj).transform(x, at[:, 1], direction="INVERSE"))
        return self.conversion.to_wgs84(at)

    def from_wgs84(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return longitudes and latitudes of shape (n, 2) (WGS 84, degrees) as the figures of such a file."""
        at = self.conversion.from_wgs84(positions)
        if self.proj:
            x, y = transformer(self.proj).transform(at[:, 0], at[:, 1])
            at = np.column_stack((x + self._prefix_m, y))
        return at[:, ::-1] if self.swapped else at

    @property
    def _prefix_m(self) -> float:
        return self.zone * _ZONE_M if self.prefixed and self.zone else 0.0

    def is_possible(self, bounds: BBox) -> bool:
        """Whether figures of these bounds, in the file's order, can be of this system."""
        x, y, right, top = (bounds[1], bounds[0], bounds[3], bounds[2]) if self.swapped else bounds
        if not self.proj:
            return -180 <= x <= right <= 180 and -90 <= y <= top <= 90
        if self.meridian is None:
            edge = math.pi * EARTH_M
            return -edge <= x <= right <= edge and -edge <= y <= top <= edge
        x, right = x - self._prefix_m, right - self._prefix_m
        if self.frame is ReferenceFrame.WGS84:
            return EASTINGS[0] <= x <= right <= EASTINGS[1] and 0 <= y <= top <= 1e7
        return EASTINGS[0] <= x <= right <= EASTINGS[1] and NORTHINGS[0] <= y <= top <= NORTHINGS[1]

    def place(self, bounds: BBox) -> BBox | None:
        """Return the WGS 84 bbox in degrees of figures with these bounds; None if some of them lie nowhere."""
        x, y = np.meshgrid(np.linspace(bounds[0], bounds[2], 3), np.linspace(bounds[1], bounds[3], 3))
        found = self.to_wgs84(np.column_stack((x.ravel(), y.ravel())))
        if not np.isfinite(found).all():
            return None
        west, south = found.min(axis=0)
        east, north = found.max(axis=0)
        return float(west), float(south), float(east), float(north)


def usual_bounds(figures: NDArray[np.float64]) -> BBox:
    """Return the bounds of figures of shape (n, 2) without a hundredth on each side.

    A stray vertex, such as one at 0, 0, would leave no system in which all of a layer can be. Without figures they are
    NaN.
    """
    usable = figures[np.isfinite(figures).all(axis=1)]
    if not len(usable):
        return math.nan, math.nan, math.nan, math.nan
    west, south = np.percentile(usable, 1, axis=0, method="higher")
    east, north = np.percentile(usable, 99, axis=0, method="lower")
    return float(west), float(south), max(float(west), float(east)), max(float(south), float(north))


def candidates(bounds: BBox, region: BBox | None = None) -> tuple[Candidate, ...]:
    """Return the systems in which figures with these bounds, in the file's order, lie in or near the region.

    `bounds` are best the `usual_bounds` of the figures.

    Without a region, and if they lie near it in none, those in which they lie in China. `region` is in degrees
    (WGS 84). The order is that of `_plain_systems`, and says nothing; it is empty for bounds that are not finite.
    A file that goes over the edge of a numbered zone has two numbers and lies in none.
    """
    if not all(math.isfinite(value) for value in bounds):
        return ()
    home = region or MAINLAND
    near = _grown(home, NEAR_DEG if region else 0.0)
    found = [kept for orders in _systems(near) for kept in _kept(orders, bounds, near)]
    return tuple(found) if found or region is None else candidates(bounds)


def _kept(orders: tuple[Candidate, Candidate], bounds: BBox, near: BBox) -> Iterator[Candidate]:
    """Yield a system in both orders of axes, as far as figures with these bounds lie `near` in it."""
    for one in orders:
        place = one.place(bounds) if one.is_possible(bounds) else None
        if (
            place is None
            or not _meet(place, near)
            or (one.frame is not ReferenceFrame.WGS84 and not _meet(place, MAINLAND))
        ):
            continue
        middle = (place[0] + place[2]) / 2
        if one.meridian is not None and abs(middle - one.meridian) > (one.zone_width or 0) / 2 + BEYOND_DEG:
            continue
        # What is known of the way depends on the place, which is right to some hundred metres without it.
        yield replace(one, conversion=conversion_of(one.frame, place))


@lru_cache(maxsize=8)
def _systems(near: BBox) -> tuple[tuple[Candidate, Candidate], ...]:
    """Return every system that is looked at, in both orders of axes. Cached: making them takes 10 ms."""
    return tuple((one, replace(one, key=f"{one.key}-swapped", swapped=True)) for one in _plain_systems(near))


def _plain_systems(near: BBox) -> Iterator[Candidate]:
    """Yield the same with the easting or longitude first, and as if no way were known that holds only somewhere."""
    anywhere = (-180.0, -90.0, 180.0, 90.0)
    for frame in ReferenceFrame:
        yield Candidate(frame.value, frame.value, GEOGRAPHIC.get(frame), conversion_of(frame, anywhere))
    for frame, codes in _GAUSS_KRUGER.items():
        for width, (with_number, without) in codes.items():
            first, last = _ZONES[width]
            for zone in range(first, last + 1):
                meridian = 3 * zone if width == 3 else 6 * zone - 3
                if not near[0] - _REACH_DEG <= meridian <= near[2] + _REACH_DEG:
                    continue
                proj = transverse_mercator(meridian, k=1, north_m=0, ellipsoid=ELLIPSOIDS[frame])
                name = f"{frame}-{width}"
                plain = Candidate(
                    f"{name}-{meridian}", name, without + zone - first, conversion_of(frame, anywhere),
                    meridian=meridian, zone_width=width, zone=zone, proj=proj,
                )  # fmt: skip
                yield plain
                code = with_number + zone - first
                yield replace(plain, key=f"{name}-zone{zone}", name_key=f"{name}-zone", epsg=code, prefixed=True)
    itself = conversion_of(ReferenceFrame.WGS84, anywhere)
    yield Candidate("web-mercator", "web-mercator", 3857, itself, proj=_WEB_MERCATOR)
    west, south, east, north = near
    for zone in range(max(1, math.floor((west + 180) / 6) + 1), min(60, math.floor((east + 180) / 6) + 1) + 1):
        for letter, base in (("n", 32600), ("s", 32700)):
            if (letter == "n" and north < 0) or (letter == "s" and south >= 0):
                continue
            meridian = 6 * zone - 183
            north_m = 1e7 if letter == "s" else 0.0
            proj = transverse_mercator(meridian, k=0.9996, north_m=north_m, ellipsoid=ELLIPSOIDS[ReferenceFrame.WGS84])
            yield Candidate(
                f"utm-{zone}{letter}", f"utm-{letter}", base + zone, itself,
                meridian=meridian, zone_width=6, zone=zone, proj=proj,
            )  # fmt: skip


def _grown(box: BBox, degrees: float) -> BBox:
    return box[0] - degrees, box[1] - degrees, box[2] + degrees, box[3] + degrees


def _meet(one: BBox, other: BBox) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
