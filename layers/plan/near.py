"""What a Scene asks about: what lies within a radius of a site or a point, or inside an area."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain

from geo.errors import PlanMapError

RADII_M = (500, 1000, 2000, 5000)
"""Radii in metres to choose from; the third is the usual one."""

USUAL_M = RADII_M[2]

LEAST_M, MOST_M = 10, 200_000
"""Radii that can be asked for, in metres."""

MOST_CORNERS = 100
"""Corners of a drawn area; an address holds no more."""

Position = tuple[float, float]
"""Latitude and longitude, WGS 84 in degrees, as on the screen and in an address."""

_NUMBER = r"-?\d{1,3}(?:\.\d{1,12})?"
_UNITS = {"": 1, "m": 1, "米": 1, "km": 1000, "公里": 1000, "千米": 1000}


@dataclass(frozen=True, slots=True)
class Near:
    """A radius around a site or a point, or an area; of `site`, `point` and `area` one is set."""

    site: str = ""
    """Id of a site."""
    point: Position | None = None
    area: tuple[Position, ...] = ()
    """Corners, three or more; the last is joined to the first."""
    radius_m: int = 0
    """Metres; 0 for an area."""

    def __str__(self) -> str:
        """Return it as in an address: `2000:site-id`, `2000:39.1,117.4`, or the numbers of the corners."""
        if self.area:
            return ",".join(f"{number:.5f}" for number in chain(*self.area))
        centre = self.site if self.point is None else f"{self.point[0]:.5f},{self.point[1]:.5f}"
        return f"{self.radius_m}:{centre}"


def read_near(text: str) -> Near | None:
    """Return what `text`, a part of an address, asks for; None if it cannot be understood."""
    radius, colon, centre = text.partition(":")
    if not colon:
        corners = _positions(text)
        return Near(area=corners) if 3 <= len(corners) <= MOST_CORNERS and not _on_a_line(corners) else None
    if not re.fullmatch(r"\d{1,6}", radius, re.ASCII) or not LEAST_M <= int(radius) <= MOST_M or not centre:
        return None
    if "," not in centre:
        return Near(site=centre, radius_m=int(radius))
    points = _positions(centre)
    return Near(point=points[0], radius_m=int(radius)) if len(points) == 1 else None


def _on_a_line(corners: tuple[Position, ...]) -> bool:
    (x, y), *others = corners
    across, up = next(((a - x, b - y) for a, b in others if (a, b) != (x, y)), (0.0, 0.0))
    return all(abs(across * (b - y) - up * (a - x)) < 1e-12 for a, b in others)


def _positions(text: str) -> tuple[Position, ...]:
    """Return pairs of latitude and longitude, rounded as an address writes them; none if any is wrong."""
    parts = text.split(",")
    if len(parts) % 2 or not all(re.fullmatch(_NUMBER, part, re.ASCII) for part in parts):
        return ()
    numbers = [round(float(part), 5) + 0.0 for part in parts]
    found = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    return found if all(abs(lat) <= 85 and abs(lon) <= 180 for lat, lon in found) else ()


def read_position(text: str) -> Position | None:
    """Return a position written as latitude and longitude in degrees; None if `text` is none."""
    found = _positions(re.sub(r"[,，]\s*", ",", text.strip()))
    return found[0] if len(found) == 1 else None


def read_radius(text: str) -> int:
    """Return a radius in metres, written such as `2km`, `500 m`, `2公里` or `1500`.

    Raises
    ------
    PlanMapError
        It cannot be read, or is not between `LEAST_M` and `MOST_M`.
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)\s*(m|km|米|公里|千米|)", plain, re.ASCII)
    metres = round(float(found[1]) * _UNITS[found[2]]) if found else 0
    if not LEAST_M <= metres <= MOST_M:
        raise PlanMapError("radius-unknown", radius=text, least=f"{LEAST_M} m", most=f"{MOST_M // 1000} km")
    return metres
