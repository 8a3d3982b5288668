"""How the roads, waters and places of the ground look at each zoom, on the screen and on paper.

Roads are told apart by width, then by a pale tint; none is as loud as a status. Widths and sizes are in pixels of the
screen, where a zoom level is that of a web map with tiles of 256 pixels. The colours are tokens like those of
`layers.style`, and stand here because each belongs to a class of ways and to nothing else.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from layers import style

Stops = tuple[tuple[float, float], ...]
"""Pairs of a zoom level and a width in pixels, by zoom."""

CASING = 1.7
"""Pixels by which the edge of a road is wider than its surface, both sides together."""

CASED_FROM = 1.5
"""Width in pixels below which a road is one thin line in the colour of its edge."""


@dataclass(frozen=True, slots=True)
class WayStyle:
    """How the ways of one class are drawn."""

    fill: str
    """Colour of the surface."""
    edge: str
    """Colour of the edge, and of the whole way where it is thin."""
    widths: Stops
    """A way is drawn from the zoom of the first stop."""
    name_zoom: float
    """The zoom from which names may show."""
    name_size: float
    """Size of names in pixels."""
    priority: int
    """Names of higher priority are placed first; all are below those of sites."""
    dash: str = ""
    """Dashes in pixels; empty for a solid line."""
    single: bool = False
    """Whether it is one line in the colour of its edge, dashed if it has dashes, however wide it is."""


@dataclass(frozen=True, slots=True)
class AreaStyle:
    """How the areas of one kind are drawn."""

    fill: str
    zoom: float
    """The zoom from which they are drawn."""


NO_NAME = 99.0
"""A zoom that no map reaches."""

ROADS = {
    "path": WayStyle(style.WHITE, "#CFC9BE", ((15, 0.8), (17, 1.4)), NO_NAME, 10.0, -60, "3 2.5", single=True),
    "construction": WayStyle(
        style.WHITE, "#CBC7BE", ((12, 0.8), (14, 2.0), (16, 5.0), (18, 11.0)), 15.0, 10.5, -46, "5 4"
    ),
    "link": WayStyle("#F8EDD8", "#D9C9A8", ((12, 0.7), (14, 2.2), (16, 5.0), (18, 9.0)), 16.5, 10.0, -48),
    "minor": WayStyle(style.WHITE, "#D6D2C9", ((12.8, 0.6), (14, 1.5), (16, 4.6), (18, 10.0)), 14.8, 10.5, -44),
    "tertiary": WayStyle(
        style.WHITE, "#CFCAC0", ((11.5, 0.6), (13, 1.4), (14, 2.8), (16, 6.6), (18, 13.0)), 13.8, 10.5, -40
    ),
    "secondary": WayStyle(
        style.WHITE, "#C4BEB1", ((10.6, 0.7), (12, 1.6), (14, 4.0), (16, 8.4), (18, 15.0)), 13.2, 11.0, -36
    ),
    "primary": WayStyle(
        "#FBF3E0", "#C9BC9E", ((9.5, 0.7), (11, 1.6), (12, 2.4), (14, 5.0), (16, 9.8), (18, 16.0)), 12.8, 11.0, -32
    ),
    "trunk": WayStyle(
        "#F8EACB", "#C6AF7E", ((8, 0.8), (10, 1.6), (12, 3.0), (14, 5.6), (16, 10.5), (18, 17.0)), 12.2, 11.5, -28
    ),
    "motorway": WayStyle(
        "#F2DCAF", "#B9985A", ((7, 0.9), (10, 2.0), (12, 3.6), (14, 6.2), (16, 11.5), (18, 18.0)), 11.5, 11.5, -24
    ),
}
"""By class of road, the lowest first; `minor` are residential, service and other small streets."""

RAILS = {
    "tram": WayStyle(style.WHITE, "#B9B4BF", ((13.5, 0.7), (16, 1.4)), NO_NAME, 10.0, -60, single=True),
    "metro": WayStyle(
        style.WHITE, "#A99BB8", ((11, 0.9), (14, 1.6), (17, 2.6)), NO_NAME, 10.5, -60, "6 3", single=True
    ),
    "rail": WayStyle(
        style.WHITE, "#A3A0A8", ((9, 0.7), (12, 1.0), (15, 1.3), (18, 2.0)), NO_NAME, 10.5, -60, single=True
    ),
}
"""By class of railway, the lowest first; they cross over roads."""

BOUNDARIES = {
    "township": WayStyle(style.WHITE, "#BDB6B8", ((12, 0.8), (16, 1.2)), NO_NAME, 10.0, -60, "2 3", single=True),
    "county": WayStyle(style.WHITE, "#A9A1A4", ((9, 0.9), (14, 1.4)), NO_NAME, 10.0, -60, "7 3 2 3", single=True),
}
"""By level, the lowest first. They are drawn last of all lines."""

AREAS = {
    "residential": AreaStyle("#F4F1ED", 9),
    "commercial": AreaStyle("#F5EFE9", 10),
    "industrial": AreaStyle("#EFEDEF", 10),
    "institution": AreaStyle("#F4F1E4", 12),
    "airport": AreaStyle("#EDEFF2", 10),
    "farmland": AreaStyle("#F4F4E8", 10),
    "grass": AreaStyle("#E9F1DF", 12),
    "wetland": AreaStyle("#E0EDE6", 10),
    "wood": AreaStyle("#DCE9D2", 9),
    "park": AreaStyle("#DFEDD5", 11),
    "sports": AreaStyle("#DAEBD8", 13),
    "cemetery": AreaStyle("#E2EADA", 13),
    "lake": AreaStyle(style.WATER, 7),
    "reservoir": AreaStyle(style.WATER, 7),
    "riverbed": AreaStyle(style.WATER, 7),
    "basin": AreaStyle(style.WATER, 11),
    "dock": AreaStyle(style.WATER, 12),
    "apron": AreaStyle("#DEE1E7", 12),
    "taxiway": AreaStyle("#D3D7DF", 13),
    "runway": AreaStyle("#C6CBD6", 10),
    "building": AreaStyle("#E3DDD4", 14.2),
}
"""By kind, the lowest first: those of tiles, see `geo.tiles.schema`."""

WATER_AREAS = ("lake", "reservoir", "riverbed", "basin", "dock")
GREEN_AREAS = ("park", "wood", "grass", "wetland", "farmland", "sports", "cemetery")
BUILT_AREAS = ("residential", "commercial", "industrial", "institution", "airport")
AIRFIELD_AREAS = ("runway", "taxiway", "apron")

WATERWAYS = {
    "drain": WayStyle(style.WATER, "#B4D0E4", ((13, 0.8), (16, 2.4), (18, 5.0)), 15.0, 10.5, -42),
    "stream": WayStyle(style.WATER, "#B4D0E4", ((13, 0.8), (16, 2.4), (18, 5.0)), 15.0, 10.5, -42),
    "canal": WayStyle(style.WATER, "#A9CAE1", ((11, 0.9), (13, 2.0), (16, 6.0), (18, 12.0)), 13.0, 11.0, -34),
    "river": WayStyle(style.WATER, "#9CC4DF", ((9, 1.0), (12, 2.6), (14, 4.6), (16, 9.0), (18, 18.0)), 11.5, 12.0, -26),
}
"""By class of water, the lowest first."""

LEGEND = {
    "motorway": ("motorway",),
    "main": ("trunk", "primary"),
    "street": ("secondary", "tertiary", "minor", "link"),
    "path": ("path",),
    "construction": ("construction",),
    "waterway": ("river", "canal", "stream", "drain"),
    "railway": ("rail", "metro", "tram"),
    "border": ("county", "township"),
}
"""The classes that a legend sums up, each under the look of the first; by the ending of its words' key."""

AREA_LEGEND = {
    "water-area": WATER_AREAS,
    "green": GREEN_AREAS,
    "built": BUILT_AREAS,
    "airfield": AIRFIELD_AREAS,
    "buildings": ("building",),
}
"""The same for areas."""

WATER_NAMES = {"lake": 12.0, "reservoir": 12.0, "river": 13.0, "canal": 13.5, "water": 14.0, "basin": 14.5}
"""The zoom from which the name of a water shows that has no line, by class; any other class is like the last."""

PLACE_NAMES = (13.8, 14.6, 15.4, 16.2)
"""The zoom from which the name of a place shows, by its rank from 1 to 4."""

PLACE_SIZE = 10.5
WATER_SIZE = 11.5
PLACE_PRIORITY = -50
WATER_PRIORITY = -20


@dataclass(frozen=True, slots=True)
class PlaceStyle:
    """How the names of one kind of place in tiles are written."""

    zoom: float
    """The zoom from which they show; not before their tiles have them."""
    size: float
    """Pixels."""
    priority: int
    dot: bool = False


PLACES = {
    "building": PlaceStyle(16.2, 9.5, -58),
    "school": PlaceStyle(15.0, 10.0, -54),
    "hospital": PlaceStyle(14.6, 10.0, -53),
    "park": PlaceStyle(13.4, 10.5, -49),
    "water": PlaceStyle(11.0, 11.5, -20),
    "station": PlaceStyle(13.4, 10.5, -38, dot=True),
    "airport": PlaceStyle(10.5, 12.0, -18),
    "hamlet": PlaceStyle(14.2, 10.5, -50),
    "village": PlaceStyle(12.6, 11.0, -47),
    "suburb": PlaceStyle(11.6, 12.0, -30),
    "town": PlaceStyle(9.5, 12.0, -16),
    "city": PlaceStyle(7.0, 13.5, -12),
}
"""By kind, see `geo.tiles.schema`."""

WATER_TEXTS = frozenset({"water"})
GREEN_TEXTS = frozenset({"park"})

_LINES = {**WATERWAYS, **ROADS, **RAILS, **BOUNDARIES}

LINE_GROUPS = (WATERWAYS, ROADS, RAILS, BOUNDARIES)
"""The lines in the order in which they are drawn."""


def tile_zoom(zoom: float, zooms: tuple[int, int]) -> int:
    """Return the zoom of the tiles of 512 pixels from which a map of `zoom` is drawn; there are those of `zooms`."""
    return max(zooms[0], min(zooms[1], math.floor(zoom + 1e-6) - 1))


def style_of(kind: str) -> WayStyle:
    """Return how the lines of one class are drawn."""
    return _LINES[kind]


def width_at(stops: Sequence[tuple[float, float]], zoom: float) -> float:
    """Return the width in pixels at a zoom level: linear between the stops, 0 before the first, the last after it."""
    if zoom < stops[0][0]:
        return 0.0
    after = bisect_right([stop for stop, _ in stops], zoom)
    if after == len(stops):
        return stops[-1][1]
    (low, thin), (high, thick) = stops[after - 1], stops[after]
    return thin + (thick - thin) * (zoom - low) / (high - low)


def tokens() -> dict[str, object]:
    """Return all of this as plain values, for the scripts in the browser."""
    return {
        "casing": CASING,
        "casedFrom": CASED_FROM,
        "groups": [{name: asdict(look) for name, look in group.items()} for group in LINE_GROUPS],
        "waterways": list(WATERWAYS),
        "areas": {name: asdict(look) for name, look in AREAS.items()},
        "places": {name: asdict(look) for name, look in PLACES.items()},
        "waterTexts": sorted(WATER_TEXTS),
        "legend": LEGEND,
        "areaLegend": AREA_LEGEND,
        "waterNames": WATER_NAMES,
        "placeNames": list(PLACE_NAMES),
        "placeSize": PLACE_SIZE,
        "waterSize": WATER_SIZE,
        "placePriority": PLACE_PRIORITY,
        "waterPriority": WATER_PRIORITY,
    }
