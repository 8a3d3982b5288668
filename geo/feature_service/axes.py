"""Which axis comes first: by the definition of a reference system, and by the form in which it is named."""

from __future__ import annotations

import re
from functools import lru_cache

import pyproj
from pyproj.exceptions import CRSError

from geo.feature_service.offer import CRS84, code_of

_LONG = re.compile(r"^(?:urn:(?:x-)?ogc:|https?://www\.opengis\.net/def/)", re.IGNORECASE)
"""The forms with which the axes are those of the definition; `EPSG:4326` and `…/epsg.xml#4326` are the others."""


@lru_cache(maxsize=64)
def has_latitude_first(code: int) -> bool:
    """Whether the latitude or northing comes first by the definition of a system of EPSG."""
    if code == CRS84:
        return False
    try:
        axes = pyproj.CRS.from_epsg(code).axis_info
    except CRSError:
        return False
    return bool(axes) and axes[0].direction.lower() in ("north", "south")


def is_long(name: str) -> bool:
    """Whether a system is named in a form with which the axes are those of its definition."""
    return bool(_LONG.match(name.strip()))


def is_latitude_first(name: str) -> bool:
    """Whether the latitude or northing comes first where a system is named like this, by the standards of OGC."""
    return is_long(name) and has_latitude_first(code_of(name))
