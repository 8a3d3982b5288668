"""How much detail of shapes goes to a browser, which cannot draw any amount at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from geo.generalise import generalised, vertices

_Key = TypeVar("_Key", str, int)

MAXIMUM_VERTICES = 100_000
"""Number of vertices of all sites up to which they go to the browser as they are."""

PLAIN = 100
"""Number of vertices of one site up to which it does so however many there are altogether."""

DETAIL = 2e-6
"""Tolerance in degrees, 20 cm, with which the others are then generalised, and coarser if that is not enough."""


def shown_geometries(placed: Mapping[_Key, BaseGeometry]) -> Mapping[_Key, BaseGeometry]:
    """Return the geometries (WGS 84, degrees) with no more detail altogether than a browser can draw at once, by id."""
    shown = dict(placed)
    tolerance = DETAIL
    while vertices(list(shown.values())) > MAXIMUM_VERTICES:
        shown = {
            key: geometry if shapely.get_num_coordinates(geometry) <= PLAIN else generalised(geometry, tolerance)
            for key, geometry in placed.items()
        }
        tolerance *= 4
        if tolerance > 1:
            break
    return shown
