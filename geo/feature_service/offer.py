"""What a service of features says that it has, whatever it speaks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from geo.errors import PlanMapError
from geo.grid import BBox

MOST_LAYERS = 2_000
"""Collections or types of a service that are listed."""

LONGEST = 300
"""Characters of a name or a title that are kept."""

CRS84 = 84
"""What stands for WGS 84 with the longitude first, among the codes of EPSG."""

_EPSG = re.compile(r"EPSG(?:[:/][0-9.]*[:/]|::?|/|\.xml#)([0-9]{3,6})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offered:
    """A collection of OGC API Features, or a feature type of a WFS."""

    name: str
    title: str
    bounds: BBox | None = None
    """What it covers in degrees, as the service says."""
    systems: tuple[tuple[int, str], ...] = ()
    """The reference systems that it can be asked for, as code (or `CRS84`) and in the service's words; the usual one
    first.
    """
    forms: tuple[str, ...] = ()
    """The formats in which a WFS gives it."""
    items: str = ""
    """Where its features are asked for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """All that a service has."""

    title: str
    layers: tuple[Offered, ...]
    version: str = ""
    """Of WFS."""
    paging: bool = False
    """Whether a WFS gives features page by page."""
    forms: tuple[str, ...] = field(default=())
    """The formats in which a WFS gives features."""

    def layer(self, name: str, source: str) -> Offered:
        """Return the layer called `name`, or the only one.

        Raises
        ------
        PlanMapError
            There is none, or several and none was named.
        """
        found = [layer for layer in self.layers if name == layer.name] if name else list(self.layers)
        found = found or [layer for layer in self.layers if name == layer.title]
        if len(found) != 1:
            near = "、".join(layer.name for layer in self.layers[:40]) or "-"
            raise PlanMapError("service-layer", name=name or "-", source=source, near=near)
        return found[0]

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def code_of(system: str) -> int:
    """Return the code of a reference system that a service names, such as `urn:ogc:def:crs:EPSG::4490`; 0 for none."""
    text = system.strip()
    if text.upper().endswith(("CRS84", "CRS:84", "OGC:84")):
        return CRS84
    found = _EPSG.search(text)
    return int(found[1]) if found else 0


def box(numbers: Iterable[Any]) -> BBox | None:
    """Return west, south, east and north as a box in degrees; None if they are none."""
    try:
        west, south, east, north = (float(number) for number in numbers)
    except (TypeError, ValueError):
        return None
    inside = all(map(math.isfinite, (west, south, east, north))) and -180 <= west < east <= 180
    return (west, south, east, north) if inside and -90 <= south < north <= 90 else None


def short(text: object) -> str:
    """Return words of a service without what cannot be printed, not too long; empty for what are no words."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LONGEST]
