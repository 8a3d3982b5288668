"""A position as somebody writes it down, in the datum that they name, and where that is in WGS 84.

Nothing is guessed from the figures but which of the two is which, and that can be shown before it counts.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from geo.datum import bd09_to_gcj02, gcj02_to_wgs84
from geo.errors import PlanMapError
from geo.grid import BBox, Grid, GridKind, gauss_kruger
from geo.measure import ellipsoid

MAINLAND: BBox = (72.0, 3.0, 137.9, 55.9)
"""West, south, east, north in degrees: where the two offset frames are used, and where a position in China lies."""

LONGEST = 200
"""Most characters of a position."""

EASTINGS = (100_000.0, 900_000.0)
"""Metres from west to east in a zone, without its number; the central meridian has 500 000."""

NORTHINGS = (300_000.0, 6_200_000.0)
"""Metres north of the equator between which China lies; both orders of figures can be told apart."""

_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135


class Datum(StrEnum):
    """What the figures of a position refer to."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    """Degrees; within a metre of WGS 84."""
    CGCS2000_GRID = "cgcs2000-grid"
    """Easting and northing in metres of a Gauss-Krüger zone of 3 or 6 degrees."""
    GCJ02 = "gcj02"
    """The offset frame of 高德 and 腾讯."""
    BD09 = "bd09"
    """The offset frame of 百度."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where something is, and how that follows from what was written."""

    longitude: float
    """Degrees, WGS 84; `latitude` likewise."""
    latitude: float
    datum: Datum
    swapped: bool = False
    """Whether the latitude, or the northing, was written first."""
    meridian: int | None = None
    """Central meridian of the zone in degrees east; None for positions in degrees."""
    east_m: float = 0.0
    """Metres to the east of where the same figures would lie in WGS 84; negative to the west."""
    north_m: float = 0.0
    """Metres to the north of there; negative to the south."""


# A degree sign, or minutes and seconds, as keyboards and maps have them.
_COORDINATE = r"""
    (?P<before{n}>东经|西经|北纬|南纬|经度|纬度|longitude|latitude|long|lon|lng|lat|[nsewxy])?[\s:=]*
    (?P<degrees{n}>[+-]?\d+(?:\.\d+)?)\s*
    (?:[°度]\s*
        (?:(?P<minutes{n}>\d+(?:\.\d+)?)\s*['′’分]\s*
            (?:(?P<seconds{n}>\d+(?:\.\d+)?)\s*(?:["″”秒]|''|′′|’’)\s*)?
        )?
    )?
    (?:m(?![a-z])|米)?\s*
    (?P<after{n}>[nsew])?
"""
_PAIR = re.compile(
    rf"\s*[(（]?{_COORDINATE.format(n=1)}\s*(?:[,;，；、/|]|\s)\s*{_COORDINATE.format(n=2)}[)）]?\s*", re.VERBOSE
)
_EAST = {"东经", "西经", "经度", "longitude", "long", "lon", "lng", "e", "w"}
_NORTH = {"北纬", "南纬", "纬度", "latitude", "lat", "n", "s"}
_NEGATIVE = {"西经", "南纬", "w", "s"}


@dataclass(frozen=True, slots=True)
class _Figure:
    value: float
    axis: str
    """`east`, `north`, or empty if nothing says so."""


def read_position(text: str, datum: Datum, *, zone: str = "", meridian: int | None = None) -> Position:
    """Return the position that `text` gives as two figures in `datum`.

    Degrees may be decimal or have minutes and seconds, with or without letters or words for the directions. Without
    these the longitude comes first, unless only the other order lies on the earth, or in China. Of easting and northing
    the figures tell which is which, and eight digits of easting begin with the number of the zone; else `zone` says
    it, a number (3 degrees: 25 to 45, 6 degrees: 13 to 23) or the central meridian, else `meridian`.

    Raises
    ------
    PlanMapError
        There are no two figures, they lie nowhere on the earth or outside of where the datum is used, or nothing tells
        the zone.
    """
    first, second = _figures(text)
    if datum is Datum.CGCS2000_GRID:
        return _on_grid(text, first.value, second.value, zone, meridian)
    longitude, latitude, swapped = _in_order(text, first, second)
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return Position(longitude, latitude, datum, swapped)
    if not _within(MAINLAND, longitude, latitude):
        raise PlanMapError("position-outside", value=_shown(text), datum=datum.value)
    middle = (longitude, latitude) if datum is Datum.GCJ02 else bd09_to_gcj02(longitude, latitude)
    found = gcj02_to_wgs84(*middle)
    azimuth, _, metres = ellipsoid().inv(longitude, latitude, *found)
    east, north = metres * math.sin(math.radians(azimuth)), metres * math.cos(math.radians(azimuth))
    return Position(float(found[0]), float(found[1]), datum, swapped, east_m=float(east), north_m=float(north))


def _figures(text: str) -> tuple[_Figure, _Figure]:
    # The ordinal sign stands beside the degree sign on Spanish keyboards; compatibility forms are full-width digits.
    words = unicodedata.normalize("NFKC", text.replace("º", "°")).lower()
    found = _PAIR.fullmatch(words) if len(text) <= LONGEST else None
    if found is None:
        raise PlanMapError("position-unread", value=_shown(text))
    return _figure(found, text, 1), _figure(found, text, 2)


def _figure(found: re.Match[str], text: str, number: int) -> _Figure:
    def part(name: str) -> str:
        return found[f"{name}{number}"] or ""

    degrees, minutes, seconds = (float(part(name) or 0) for name in ("degrees", "minutes", "seconds"))
    signs = [sign for sign in (part("before"), part("after")) if sign]
    axes = {"east" if sign in _EAST else "north" for sign in signs if sign in _EAST | _NORTH}
    if minutes >= 60 or seconds >= 60 or len(axes) > 1 or (minutes and "." in part("degrees")):
        raise PlanMapError("position-unread", value=_shown(text))
    value = abs(degrees) + minutes / 60 + seconds / 3600
    negative = part("degrees").startswith("-") or bool(_NEGATIVE & set(signs))
    return _Figure(-value if negative else value, axes.pop() if axes else "")


def _in_order(text: str, first: _Figure, second: _Figure) -> tuple[float, float, bool]:
    """Return longitude and latitude in degrees, and whether they were written in the other order."""
    one, other = first.value, second.value
    if first.axis and first.axis == second.axis:
        raise PlanMapError("position-unread", value=_shown(text))
    if first.axis or second.axis:
        swapped = first.axis == "north" or second.axis == "east"
    else:
        orders = [not _on_earth(one, other), not _within(MAINLAND, one, other)]
        others = [not _on_earth(other, one), not _within(MAINLAND, other, one)]
        swapped = orders > others
    longitude, latitude = (other, one) if swapped else (one, other)
    if not _on_earth(longitude, latitude):
        raise PlanMapError("position-range", value=_shown(text))
    return longitude, latitude, swapped


def _on_earth(longitude: float, latitude: float) -> bool:
    return abs(longitude) <= 180 and abs(latitude) <= 90


def _within(box: BBox, longitude: float, latitude: float) -> bool:
    return box[0] <= longitude <= box[2] and box[1] <= latitude <= box[3]


def _on_grid(text: str, first: float, second: float, zone: str, usual: int | None) -> Position:
    swapped = _is_northing(first) and not _is_northing(second)
    easting, northing = (second, first) if swapped else (first, second)
    prefix = int(easting // 1_000_000)
    easting -= prefix * 1_000_000
    if not _is_northing(northing) or not EASTINGS[0] <= easting <= EASTINGS[1]:
        raise PlanMapError("position-grid", value=_shown(text))
    named = meridian_of(zone) if zone.strip() else None
    meridian = meridian_of(str(prefix)) if prefix else named or usual
    if meridian is None:
        raise PlanMapError("position-zone", value=_shown(text))
    if prefix and named and named != meridian:
        raise PlanMapError("position-zones", value=_shown(text), prefix=prefix, zone=zone.strip())
    longitude, latitude = gauss_kruger(meridian).geographic(easting, northing)
    return Position(longitude, latitude, Datum.CGCS2000_GRID, swapped, meridian)


def _is_northing(value: float) -> bool:
    return NORTHINGS[0] <= value <= NORTHINGS[1] and value >= EASTINGS[1]


def meridian_of(zone: str) -> int:
    """Return the central meridian, in degrees east, of a zone given by its number or by that meridian.

    A zone of 6 degrees is the one of 3 degrees with the same meridian, only wider.

    Raises
    ------
    PlanMapError
        There is no such zone in China.
    """
    digits = re.fullmatch(r"(?:cm)?\s*(\d{2,3})\s*(?:°|度)?\s*e?", unicodedata.normalize("NFKC", zone).strip().lower())
    number = int(digits[1]) if digits else 0
    meridian = number * 6 - 3 if 13 <= number <= 23 else number * 3 if 25 <= number <= 45 else number
    if not _FIRST_MERIDIAN <= meridian <= _LAST_MERIDIAN or meridian % 3:
        raise PlanMapError("position-zone-unknown", zone=_shown(zone))
    return meridian


def home_meridian(grid: Grid) -> int | None:
    """Return the central meridian, in degrees east, of a grid; None if it is no Gauss-Krüger zone of China."""
    return int(grid.zone.removesuffix("°E")) if grid.kind is GridKind.GAUSS_KRUGER else None


def _shown(text: str) -> str:
    return " ".join(text.split())[:60]
