"""The roads, waters and places of the ground as compact data for the scripts in the browser."""

from __future__ import annotations

from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.grid import BBox
from layers.ground.ways import ways
from layers.plan.plan import Plan

UNITS = 100_000
"""Units of a degree in which positions are whole numbers: one is about a metre."""


def ways_payload(plan: Plan, within: BBox | None = None) -> dict[str, Any]:
    """Return the ways of the ground of `plan`, lowest class first, or only those that reach into `within` (degrees).

    A line is a list of numbers: longitude and latitude of its first point in `UNITS` of a degree (WGS 84), then how
    far each next point lies from the one before.
    """
    found = ways(plan)
    box = None if within is None else shapely.box(*within)
    lines = [way for way in found.lines if box is None or shapely.intersects(box, way.geometry)]
    spots = [
        spot
        for spot in found.spots
        if within is None or (within[0] <= spot.longitude <= within[2] and within[1] <= spot.latitude <= within[3])
    ]
    return {
        "units": UNITS,
        "lines": [
            {
                "kind": way.kind,
                "zh": way.name.zh,
                "en": way.name.en,
                "site": way.site,
                "lines": [_steps(part) for part in shapely.get_parts(way.geometry)],
            }
            for way in lines
        ],
        "spots": [
            {
                "kind": spot.kind,
                "zh": spot.name.zh,
                "en": spot.name.en,
                "rank": spot.rank,
                "at": [round(spot.latitude, 5), round(spot.longitude, 5)],
            }
            for spot in spots
        ],
    }


def _steps(line: BaseGeometry) -> list[int]:
    numbers: list[int] = []
    before = (0, 0)
    for x, y in shapely.get_coordinates(line).tolist():
        here = round(x * UNITS), round(y * UNITS)
        numbers += [here[0] - before[0], here[1] - before[1]]
        before = here
    return numbers
