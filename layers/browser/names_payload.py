"""What the scripts in the browser need for names that belong to no single site."""

from __future__ import annotations

from typing import Any

import shapely

from geo.measure import inner_points
from layers.plan.plan import Plan
from layers.region import region
from layers.selection.shared_track import JOIN, TRACK_M, shared_tracks

SPOTS = 12
"""Most places that are tried for the name of the plan's own district."""

APART_M = 1_500.0
"""Metres around such a place in which no further one is looked for."""

DETAIL_M = 50.0
"""Tolerance in metres of the outline in which they are looked for."""


def names_payload(plan: Plan) -> dict[str, Any]:
    """Return the places for the district's own name, and the tracks of two lines; latitude first, WGS 84, degrees."""
    return {"focusSpots": _focus_spots(plan), "tracks": _tracks(plan)}


def _focus_spots(plan: Plan) -> list[list[float]]:
    focus = region(plan).focus
    if focus is None:
        return []
    spots = inner_points(focus.geometry.simplify(DETAIL_M), count=SPOTS, least=APART_M**2, apart=APART_M)
    positions = [plan.grid.geographic(spot.x, spot.y) for spot in spots]
    return [[round(latitude, 5), round(longitude, 5)] for longitude, latitude in positions]


def _tracks(plan: Plan) -> list[dict[str, Any]]:
    found = []
    for track in shared_tracks(plan):
        lines = shapely.get_parts(shapely.transform(track.geometry, plan.grid.degrees)).tolist()
        paths = [[[round(y, 6), round(x, 6)] for x, y in line.coords] for line in lines]
        found.append({"sites": [track.first, track.second], "join": JOIN, "metres": TRACK_M, "lines": paths})
    return found
