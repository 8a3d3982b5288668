"""What the tiles of a ground hold: their layers, and the kinds of features in each.

The features of every layer have the text attributes `kind`, `zh` and `en`, the last two empty without a name. Roads
also have `ref`, their number, and `level`: -1 in a tunnel, 1 on a bridge, 0 else. Places have `rank`, from 1, the most
important. A zoom is that of tiles of 512 pixels: one less than that of a web map with tiles of 256.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCHEMA = 1
"""Counted up when tiles of an older form can no longer be drawn."""

MIN_ZOOM, MAX_ZOOM = 6, 15

EXTENT = 4096
"""Units of a tile's side."""

MOST_BYTES = 500_000
"""Largest size of a tile, as stored, that is made."""

MOST_UNPACKED_BYTES = 4_000_000
"""Largest size of a vector tile when it is unpacked, and with `MOST_FEATURES` what a map can decode in good time."""

MOST_FEATURES = 50_000

Shape = Literal["area", "line", "point"]


@dataclass(frozen=True, slots=True)
class TileLayer:
    """A layer of the tiles."""

    shape: Shape
    kinds: dict[str, int]
    """The kinds of its features, the lowest first, each with the zoom of the first tiles that hold it."""


LAYERS: dict[str, TileLayer] = {
    "built": TileLayer("area", {"residential": 8, "commercial": 9, "industrial": 9, "institution": 11, "airport": 9}),
    "green": TileLayer(
        "area", {"farmland": 9, "grass": 11, "wetland": 9, "wood": 8, "park": 10, "sports": 12, "cemetery": 12}
    ),
    "water": TileLayer("area", {"lake": 6, "reservoir": 6, "riverbed": 6, "basin": 10, "dock": 11}),
    "aeroways": TileLayer("area", {"apron": 11, "taxiway": 12, "runway": 9}),
    "buildings": TileLayer("area", {"building": 13}),
    "waterways": TileLayer("line", {"drain": 12, "stream": 12, "canal": 10, "river": 8}),
    "boundaries": TileLayer("line", {"township": 11, "county": 7}),
    "roads": TileLayer(
        "line",
        {
            "path": 13,
            "construction": 11,
            "link": 11,
            "minor": 12,
            "tertiary": 10,
            "secondary": 9,
            "primary": 8,
            "trunk": 7,
            "motorway": 6,
        },
    ),
    "rails": TileLayer("line", {"tram": 12, "metro": 10, "rail": 8}),
    "places": TileLayer(
        "point",
        {
            "building": 14,
            "school": 13,
            "hospital": 13,
            "park": 12,
            "water": 9,
            "station": 12,
            "airport": 9,
            "hamlet": 13,
            "village": 11,
            "suburb": 10,
            "town": 8,
            "city": 6,
        },
    ),
}
"""The layers, the lowest first. Taxiways and runways that come as lines are made areas.

No kind of area has the name of a kind of line: both are looked up by it.
"""

MORE_FIELDS: dict[str, tuple[str, ...]] = {"roads": ("ref", "level"), "places": ("rank",)}
"""Attributes besides `kind`, `zh` and `en`; `level` and `rank` are whole numbers, all others text."""

RANKS = {
    "city": 1,
    "airport": 1,
    "town": 2,
    "suburb": 3,
    "station": 3,
    "water": 3,
    "village": 4,
    "park": 4,
    "hospital": 5,
    "school": 5,
    "hamlet": 5,
    "building": 6,
}
"""By the kind of a place, from 1, the most important."""

LOCAL_LEVELS = {"5": "county", "6": "county", "7": "township", "8": "township", "9": "township"}
"""By `admin_level`. Boundaries of states and provinces are left out: not every country lets them be printed."""

RUNWAY_M = {"runway": 45.0, "taxiway": 18.0}
"""Width in metres of the ways that come as lines and without a width."""

LEVELS_FROM = 13
"""The zoom from which bridges and tunnels are told apart from the roads that they continue."""
