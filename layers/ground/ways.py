"""The roads, waters and named places of the ground under a plan."""

from __future__ import annotations

import operator
import re
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.generalise import generalised
from geo.measure import distance_m
from layers.ground.look import ROADS, WATERWAYS
from layers.plan.plan import Plan, Site
from layers.plan.terms import Text, printed_name
from layers.region import Region, region

BESIDE_DEG = 0.0004
"""How far from a road of the plan, in degrees, about 40 m, one of the ground counts as the same road."""

LEAST_RUN_DEG = 0.002
"""How long, in degrees, it must run along it: roads that only cross are others."""

MOST_VERTICES = 5_000
"""Most vertices of a road of the plan, generalised, that is looked for on the ground; no real one has as many."""

SAME_PLACE_M = 400.0
"""How far apart in metres two places of the same name can be and still be the same."""

SAME_WATER_M = 2000.0
"""The same for a water, of which a point may be its middle or any point of its shore."""


@dataclass(frozen=True, slots=True)
class GroundWay:
    """A road or a water as lines."""

    name: Text
    """Empty without one."""
    kind: str
    """A key of `layers.ground.look.ROADS` or `WATERWAYS`."""
    geometry: BaseGeometry
    """LineString or MultiLineString, WGS 84 in degrees."""
    site: str = ""
    """Id of the plan's own line that lies over it, and stands for it while that is drawn; empty without one."""

    @property
    def is_road(self) -> bool:
        """Whether it is a road and not a water."""
        return self.kind in ROADS


@dataclass(frozen=True, slots=True)
class Spot:
    """A water without a known shape, or another named place."""

    name: Text
    kind: str
    longitude: float
    """WGS 84, degrees; so is `latitude`."""
    latitude: float
    rank: int
    """Of a place, from 1, the most important; 0 for a water."""


@dataclass(frozen=True, slots=True)
class Ways:
    """All roads, waters and places of the ground under a plan."""

    lines: tuple[GroundWay, ...]
    """Waters, then roads, the lowest class first."""
    spots: tuple[Spot, ...]

    def __bool__(self) -> bool:
        return bool(self.lines or self.spots)


_found: deque[tuple[Region, dict[str, Site], Ways]] = deque(maxlen=4)
"""What was found last, and from what."""

_finding = threading.Lock()
"""Held meanwhile: after a change of the plan all open pages ask at the same moment."""


def ways(plan: Plan) -> Ways:
    """Return what the ground of `plan` has of roads, waters and places that the plan itself does not have."""
    where = region(plan)
    with _finding:
        # A plan that has only got a statement more is another plan with the same sites, or with equal ones if all of it
        # was read again.
        for same in (operator.is_, operator.eq):
            for ground, sites, found in _found:
                if same(sites, plan.sites) and ground == where:
                    return found
        found = _ways(where, plan.sites)
        _found.appendleft((where, plan.sites, found))
        return found


def _ways(where: Region, sites: Mapping[str, Site]) -> Ways:
    own = [(site, site.geometry) for site in sites.values() if site.geometry is not None]
    roads = {site.id: line for site, line in own if site.category == "road" and "Line" in line.geom_type}
    rivers = {_plain(site.name.zh) for site, _ in own if site.category == "river"}
    waters = [line for line in _lines(where, "waters") if _plain(line.name.zh) not in rivers]
    known: dict[str, list[BaseGeometry]] = {}
    for site, geometry in own:
        known.setdefault(_plain(site.name.zh), []).append(geometry)
    spots = [spot for part in ("waters", "places") for spot in _spots(where, part) if not _is_known(spot, known)]
    return Ways((*waters, *_parted(_lines(where, "roads"), roads)), tuple(spots))


def _plain(name: str) -> str:
    """Return a name without what it has in brackets, and without the last word for a kind of place."""
    return re.sub(r"(地铁|火车|铁路)?站$", "", printed_name(name))


# A plan is another one after each change of it, and what the ground has stays.
@lru_cache(maxsize=8)
def _lines(where: Region, part: str) -> tuple[GroundWay, ...]:
    """Return the lines in a file of the ground, the lowest class first."""
    order = {name: number for number, name in enumerate(WATERWAYS if part == "waters" else ROADS)}
    found = [
        GroundWay(_name(feature), feature["properties"]["class"], shape(feature["geometry"]))
        for feature in where.features(part)
        if feature["properties"]["class"] in order and "Line" in feature["geometry"]["type"]
    ]
    return tuple(sorted(found, key=lambda way: order[way.kind]))


def _name(feature: dict[str, Any]) -> Text:
    properties = feature["properties"]
    return Text(properties["name_zh"], properties["name_en"])


def _spots(where: Region, part: str) -> list[Spot]:
    found = []
    for feature in where.features(part):
        if feature["geometry"]["type"] != "Point":
            continue
        longitude, latitude = feature["geometry"]["coordinates"][:2]
        properties = feature["properties"]
        rank = int(properties.get("rank", 0))
        found.append(Spot(_name(feature), properties["class"], longitude, latitude, rank))
    return sorted(found, key=lambda spot: spot.rank)


def _parted(lines: Sequence[GroundWay], roads: Mapping[str, BaseGeometry]) -> list[GroundWay]:
    """Return the ways in parts: those along which one of the plan's own `roads` runs, and the rest."""
    # GEOS works out each place where the edges of a buffer cross, and a line may cross itself any number of times.
    plain = {site_id: generalised(road, BESIDE_DEG / 4) for site_id, road in roads.items()}
    beside = {
        site_id: road.buffer(BESIDE_DEG, quad_segs=2)
        for site_id, road in plain.items()
        if shapely.get_num_coordinates(road) <= MOST_VERTICES
    }
    geometries = [line.geometry for line in lines]
    shapely.prepare(list(beside.values()))
    near = {site_id: shapely.intersects(area, geometries) for site_id, area in beside.items()}
    found = []
    for number, line in enumerate(lines):
        touched = {site_id: area for site_id, area in beside.items() if near[site_id][number]}
        found += _parts(line, touched) if touched else [line]
    return found


def _parts(way: GroundWay, beside: Mapping[str, BaseGeometry]) -> list[GroundWay]:
    rest, parts = way.geometry, []
    for site_id, area in beside.items():
        runs = [line for line in _line_parts(rest.intersection(area)) if line.length >= LEAST_RUN_DEG]
        if runs:
            along = shapely.MultiLineString(runs)
            parts.append(GroundWay(way.name, way.kind, along, site_id))
            rest = rest.difference(along.buffer(1e-7))
    left = _line_parts(rest)
    if left:
        parts.append(GroundWay(way.name, way.kind, shapely.MultiLineString(left) if parts else way.geometry))
    return parts


def _line_parts(geometry: BaseGeometry) -> list[shapely.LineString]:
    merged = shapely.line_merge(geometry) if geometry.geom_type == "MultiLineString" else geometry
    return [part for part in shapely.get_parts(merged) if isinstance(part, shapely.LineString) and not part.is_empty]


def _is_known(spot: Spot, known: dict[str, list[BaseGeometry]]) -> bool:
    """Whether the plan has a site of the same name there; `known` are the geometries of its sites by plain name."""
    limit = SAME_PLACE_M if spot.rank else SAME_WATER_M
    there = shapely.Point(spot.longitude, spot.latitude)
    return any(distance_m(there, geometry) < limit for geometry in known.get(_plain(spot.name.zh), ()))
