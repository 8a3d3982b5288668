"""Small extracts of OpenStreetMap, made up around any place."""

from collections.abc import Iterable
from math import cos, pi, radians, sin
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

KM = 1 / 111.2
"""Degrees of latitude."""

COUNT = 14
"""Streets in each direction, and houses in a row."""

Place = tuple[float, float]
"""Kilometres east and north of the middle."""


class Extract:
    """An extract that is being put together."""

    def __init__(self, longitude: float, latitude: float) -> None:
        self.longitude, self.latitude = longitude, latitude
        self.nodes: list[Node] = []
        self.ways: list[Way] = []

    def at(self, place: Place) -> tuple[float, float]:
        """Return a place in degrees."""
        east, north = place
        return self.longitude + east * KM / cos(radians(self.latitude)), self.latitude + north * KM

    def node(self, where: Place, **tags: str) -> int:
        """Add a node and return its id."""
        number = len(self.nodes) + 1
        self.nodes.append(Node(id=number, version=1, location=self.at(where), tags=_tags(tags)))
        return number

    def way(self, places: Iterable[Place], *, closed: bool = False, **tags: str) -> None:
        """Add a way through new nodes."""
        numbers = [self.node(place) for place in places]
        numbers += numbers[:1] if closed else []
        self.ways.append(Way(id=len(self.ways) + 1, version=1, nodes=numbers, tags=_tags(tags)))

    def box(self, west: float, south: float, east: float, north: float, **tags: str) -> None:
        """Add a closed way around a rectangle in kilometres."""
        self.way([(west, south), (east, south), (east, north), (west, north)], closed=True, **tags)

    def write(self, path: Path) -> Path:
        """Write all of it to `path`, which is returned."""
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for node in self.nodes:
                writer.add_node(node)
            for way in self.ways:
                writer.add_way(way)
        return path


def _tags(tags: dict[str, str]) -> dict[str, str]:
    return {name.replace("__", ":"): value for name, value in tags.items()}


LAKE = [
    (2 + (0.8 + 0.2 * sin(5 * a)) * cos(a), 2 + (0.6 + 0.2 * sin(3 * a)) * sin(a))
    for a in (n * pi / 30 for n in range(60))
]
"""The shore of the town's lake, in kilometres from its middle."""


def town(longitude: float, latitude: float) -> Extract:
    """Return a town: streets, a motorway with a bridge, a railway, a river, a lake, a park, houses, a runway, names."""
    made = Extract(longitude, latitude)
    made.way([(-5, 0.05), (-0.2, 0.05)], highway="motorway", name="京津高速", name__en="Jingjin Expressway", ref="S30")
    made.way([(-0.2, 0.05), (0.2, 0.05)], highway="motorway", bridge="yes", name="京津高速", ref="S30")
    made.way([(0.2, 0.05), (5, 0.05)], highway="motorway", name="京津高速", ref="S30")
    for n in range(COUNT):
        offset = (n - COUNT / 2) * 0.2
        kind = ("residential", "tertiary", "secondary")[n % 3]
        made.way([(-2, offset), (0, offset + 0.01), (2, offset)], highway=kind, name=f"横街{n}")
        made.way([(offset, -2), (offset, 2)], highway="residential", name=f"纵街{n}")
    for row in range(COUNT):
        for n in range(COUNT):
            x, y = (n - COUNT / 2) * 0.2 + 0.05, (row - COUNT / 2) * 0.2 + 0.06
            made.box(x, y, x + 0.08, y + 0.05, building="yes")
    made.way([(-4, -3), (0, -2.6), (4, -3)], waterway="river", name="东河")
    made.way(LAKE, closed=True, natural="water", name="湖", name__en="Lake")
    made.way([(-4, 3), (4, 3.2)], railway="rail")
    made.box(-2, 2.2, -1, 2.9, leisure="park", name="人民公园")
    made.box(-2.2, -2.2, 2.2, 2.2, landuse="residential")
    made.way([(3, -2), (4.4, -2)], aeroway="runway", width="45")
    made.way([(-5, -4), (5, -4)], boundary="administrative", admin_level="6")
    made.way([(-5, 4), (5, 4)], boundary="administrative", admin_level="2")
    made.node((0.5, 0.5), place="town", name="城关镇", name__en="Chengguan")
    return made
