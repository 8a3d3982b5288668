"""A made-up extract of OpenStreetMap about as large as that of a city with its surroundings, always the same one.

A city in the middle and towns around it, each with streets that wind a little, houses with bays and courts, parks and
lakes; between them country roads, villages, rivers, woods and fields, motorways and railways.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

from tests.extracts import KM, Place

HALF = (34.0, 30.0)
"""Kilometres from the middle to the edges, east and north."""

CITY_KM, CITY_STEP_KM = 12.0, 0.2
TOWNS, TOWN_KM, TOWN_STEP_KM = 36, 1.9, 0.19
VILLAGES = 300
COUNTRY_STEP_KM = 2.0
PATHS = 8000
HOUSES = 34_000
LAKES, FIELDS = 500, 4000
POINT_M = 16.0
"""Metres between two points of a street."""

CHANGES = 0.3
"""How often a node belongs to another edit than the one before it: real extracts say when each was made."""

FIRST_EDIT, LAST_EDIT = 1_300_000_000, 1_760_000_000
"""Seconds since 1970."""

WORDS = "和平建设解放新华长江黄河中山人民友谊光明东风胜利青年文化科技工业滨海临港开发长青永安福寿康宁祥瑞锦绣"
WORDS_EN = ("Peace", "Harbour", "River", "Garden", "Union", "Spring", "Bridge", "Temple", "Orchard", "Market")


@dataclass(slots=True)
class Counts:
    """How much there is of what."""

    roads: int = 0
    buildings: int = 0
    nodes: int = 0
    ways: int = 0


@dataclass(slots=True)
class _Made:
    """An extract that is written as it is put together: nodes at once, ways when all nodes have been written."""

    longitude: float
    latitude: float
    writer: osmium.SimpleWriter
    chance: random.Random
    counts: Counts = field(default_factory=Counts)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    edit: dict[str, int | str] = field(default_factory=dict)

    def node(self, at: Place, **tags: str) -> int:
        east, north = at
        where = (
            self.longitude + east * KM / math.cos(math.radians(self.latitude)),
            self.latitude + north * KM,
        )
        self.counts.nodes += 1
        if not self.edit or self.chance.random() < CHANGES:
            moment = self.chance.randint(FIRST_EDIT, LAST_EDIT)
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
            self.edit = {"version": self.chance.randint(1, 9), "timestamp": stamp, "changeset": moment // 10}
        self.writer.add_node(Node(id=self.counts.nodes, location=where, tags=_tags(tags), **self.edit))
        return self.counts.nodes

    def way(self, numbers: list[int], **tags: str) -> None:
        self.counts.roads += "highway" in tags
        self.counts.buildings += "building" in tags
        self.ways.append((numbers, _tags(tags)))

    def area(self, places: list[Place], **tags: str) -> None:
        numbers = [self.node(place) for place in places]
        self.way([*numbers, numbers[0]], **tags)

    def winding(self, start: int, one: Place, end: int, other: Place, bend: float = 0.06) -> list[int]:
        """Return the nodes of a street between two nodes, with new ones between them."""
        length = math.dist(one, other)
        steps = max(2, round(length * 1000 / POINT_M))
        aside = self.chance.uniform(-bend, bend) * length
        across = (-(other[1] - one[1]) / length, (other[0] - one[0]) / length)
        between = []
        for n in range(1, steps):
            share = n / steps
            off = aside * math.sin(math.pi * share) + self.chance.gauss(0, 0.0012)
            at = [one[i] + (other[i] - one[i]) * share + across[i] * off for i in (0, 1)]
            between.append(self.node((at[0], at[1])))
        return [start, *between, end]

    def name(self, ending: str, ending_en: str) -> dict[str, str]:
        zh = "".join(self.chance.sample(WORDS, 2)) + ending
        en = f"{self.chance.choice(WORDS_EN)} {ending_en} {self.chance.randint(1, 99)}"
        return {"name": zh, "name__en": en}


def _tags(tags: dict[str, str]) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in tags.items()}


def write_extract(path: Path, longitude: float, latitude: float) -> Counts:
    """Write the extract around a position in degrees and return how much is in it."""
    chance = random.Random(2026)  # noqa: S311 - not for secrets
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        made = _Made(longitude, latitude, writer, chance)
        towns = [_somewhere(chance, CITY_KM + 2.5) for _ in range(TOWNS)]
        _streets(made, (0.0, 0.0), CITY_KM, CITY_STEP_KM, main=8)
        for town in towns:
            _streets(made, town, TOWN_KM, TOWN_STEP_KM, main=10)
        _streets(made, (0.0, 0.0), HALF[0] - 1, COUNTRY_STEP_KM, main=3)
        _paths(made, towns)
        _long_lines(made)
        _houses(made, towns)
        _areas(made)
        _places(made, towns)
        for number, (numbers, tags) in enumerate(made.ways):
            writer.add_way(Way(id=number + 1, version=1, nodes=numbers, tags=tags))
        made.counts.ways = len(made.ways)
    return made.counts


def _somewhere(chance: random.Random, clear: float = 0.0) -> Place:
    """Return a place at least `clear` kilometres from the middle."""
    while True:
        place = (chance.uniform(2 - HALF[0], HALF[0] - 2), chance.uniform(2 - HALF[1], HALF[1] - 2))
        if max(map(abs, place)) >= clear:
            return place


def _streets(made: _Made, middle: Place, half: float, step: float, *, main: int) -> None:
    """Streets in both directions that meet at nodes; every `main`th is a large one."""
    tall = min(half, HALF[1] - 1)
    columns, rows = int(2 * half / step) + 1, int(2 * tall / step) + 1
    places, nodes = {}, {}
    for row in range(rows):
        for column in range(columns):
            shift = made.chance.gauss(0, step / 12), made.chance.gauss(0, step / 12)
            place = (middle[0] - half + column * step + shift[0], middle[1] - tall + row * step + shift[1])
            places[column, row], nodes[column, row] = place, made.node(place)
    for across in (True, False):
        for line in range(rows if across else columns):
            kind = _kind(line, main)
            tags: dict[str, str] = {}
            for n in range((columns if across else rows) - 1):
                if n % 12 == 0:
                    tags = made.name("路" if across else "街", "Road" if across else "Street")
                one, other = ((n, line), (n + 1, line)) if across else ((line, n), (line, n + 1))
                if kind == "residential" and made.chance.random() < 0.06:
                    continue
                numbers = made.winding(nodes[one], places[one], nodes[other], places[other])
                bridge = {"bridge": "yes"} if made.chance.random() < 0.01 else {}
                made.way(numbers, highway=kind, **tags, **bridge)


def _kind(line: int, main: int) -> str:
    if line % (4 * main) == 0:
        return "trunk"
    if line % (2 * main) == 0:
        return "primary"
    if line % main == 0:
        return "secondary"
    return "tertiary" if line % max(2, main // 2) == 0 else "residential"


def _near(made: _Made, towns: list[Place]) -> Place:
    """Return a place in the city or in a town."""
    if made.chance.random() < 0.55:
        return made.chance.uniform(-CITY_KM, CITY_KM), made.chance.uniform(-CITY_KM, CITY_KM)
    town = made.chance.choice(towns)
    return tuple(at + made.chance.uniform(-TOWN_KM, TOWN_KM) for at in town)  # type: ignore[return-value]


def _walk(made: _Made, start: Place, steps: int, length: float, turn: float) -> Iterator[Place]:
    """Yield a line that changes its direction a little with each step."""
    direction = made.chance.uniform(0, 2 * math.pi)
    east, north = start
    for _ in range(steps):
        yield east, north
        direction += made.chance.gauss(0, turn)
        east, north = east + length * math.cos(direction), north + length * math.sin(direction)


def _paths(made: _Made, towns: list[Place]) -> None:
    for _ in range(PATHS):
        kind = made.chance.choice(("footway", "service", "track", "cycleway"))
        steps = made.chance.randint(6, 24)
        made.way([made.node(place) for place in _walk(made, _near(made, towns), steps, 0.012, 0.25)], highway=kind)


def _long_lines(made: _Made) -> None:
    """Motorways, railways, rivers and a boundary from edge to edge."""
    forms = [{"highway": "motorway"}] * 4 + [{"railway": "rail"}] * 3
    forms += [{"railway": "subway"}] * 2 + [{"waterway": "river"}] * 5 + [{"waterway": "canal"}] * 8
    forms += [{"waterway": "stream"}] * 40 + [{"boundary": "administrative", "admin_level": "6"}] * 3
    for number, form in enumerate(forms):
        upright = number % 2 == 0
        reach, offset = (HALF[1] if upright else HALF[0]) - 0.5, made.chance.uniform(-0.9, 0.9)
        side = offset * (HALF[0] if upright else HALF[1])
        swing, phase = made.chance.uniform(0.2, 1.5), made.chance.uniform(0, 6)
        places = []
        for n in range(int(reach * 2 / 0.03)):
            along = -reach + n * 0.03
            off = side + swing * math.sin(along / 6 + phase) + made.chance.gauss(0, 0.002)
            places.append((off, along) if upright else (along, off))
        name = {} if "boundary" in form else made.name("高速" if "highway" in form else "河", "Line")
        numbers = [made.node(place) for place in places]
        for first in range(0, len(numbers) - 1, 80):
            made.way(numbers[first : first + 81], **form, **name)


def _houses(made: _Made, towns: list[Place]) -> None:
    for number in range(HOUSES):
        middle = _near(made, towns)
        wide, high = made.chance.uniform(0.012, 0.04), made.chance.uniform(0.01, 0.03)
        turn = made.chance.uniform(-0.2, 0.2)
        name = made.name("大厦", "Tower") if number % 20 == 0 else {}
        made.area([_turned(at, middle, turn) for at in _house(made, wide, high)], building="yes", **name)


def _house(made: _Made, wide: float, high: float) -> Iterator[Place]:
    """Yield the outline of a house with bays along both long sides."""
    bays = made.chance.randint(2, 6)
    deep = high * made.chance.uniform(0.08, 0.2)
    for side in (-1, 1):
        for n in range(bays):
            left, right = (-side * wide * (0.5 - (n + share) / bays) for share in (0.0, 0.5))
            yield from ((-left, side * high / 2), (-right, side * high / 2))
            yield from ((-right, side * (high / 2 - deep)), (-right - side * wide / bays / 2, side * (high / 2 - deep)))


def _turned(at: Place, middle: Place, turn: float) -> Place:
    east = middle[0] + at[0] * math.cos(turn) - at[1] * math.sin(turn)
    return east, middle[1] + at[0] * math.sin(turn) + at[1] * math.cos(turn)


def _round(made: _Made, middle: Place, radius: float, points: int) -> list[Place]:
    waves = [(k, made.chance.uniform(0, 0.5 / k), made.chance.uniform(0, 6)) for k in range(2, 7)]
    outline = []
    for n in range(points):
        angle = 2 * math.pi * n / points
        far = radius * (1 + sum(size * math.sin(k * angle + phase) for k, size, phase in waves) / 2)
        outline.append((middle[0] + far * math.cos(angle), middle[1] + far * math.sin(angle)))
    return outline


def _areas(made: _Made) -> None:
    for number in range(LAKES):
        radius = made.chance.uniform(0.05, 0.3) * (3 if number % 25 == 0 else 1)
        outline = _round(made, _somewhere(made.chance), radius, made.chance.randint(60, 160))
        made.area(outline, natural="water", **(made.name("湖", "Lake") if number % 3 == 0 else {}))
    kinds = [{"landuse": kind} for kind in ("farmland", "farmland", "forest", "residential", "industrial", "grass")]
    kinds += [{"leisure": "park"}, {"landuse": "commercial"}, {"amenity": "school"}]
    for number in range(FIELDS):
        form = kinds[number % len(kinds)]
        radius = made.chance.uniform(0.08, 0.4)
        park = made.name("公园", "Park") if "leisure" in form else {}
        made.area(_round(made, _somewhere(made.chance), radius, made.chance.randint(20, 60)), **form, **park)


def _places(made: _Made, towns: list[Place]) -> None:
    made.node((0.0, 0.0), place="city", **made.name("市", "City"))
    for town in towns:
        made.node(town, place="town", **made.name("镇", "Town"))
    for _ in range(VILLAGES):
        made.node(_somewhere(made.chance), place="village", **made.name("村", "Village"))
    for number in range(120):
        place = made.chance.uniform(-CITY_KM, CITY_KM), made.chance.uniform(-CITY_KM, CITY_KM)
        made.node(place, **({"railway": "station"} if number % 2 else {"place": "suburb"}), **made.name("站", "Place"))
