"""True outlines for a plan's nominal extents, looked up in a ground from a file by name and place.

They are offered. Somebody takes them, one by one, and can give them back.
"""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import PlanMapError
from geo.generalise import generalised
from geo.grid import BBox, Grid
from geo.tiles.archive import Archive, Tile, tiles_in
from geo.tiles.decode import NamedArea, in_degrees, named_areas
from layers.ground.files import OPENSTREETMAP, GroundFile, ground_files
from layers.ground.outlines import (
    OPENSTREETMAP_LICENCE,
    Outline,
    is_nominal_extent,
    is_set_by_hand,
    plain_name,
    read_outlines,
    write_outlines,
)
from layers.plan.plan import Plan, Site
from layers.plan.terms import Text

LAYERS = ("water", "green", "built", "buildings")
"""Layers of tiles whose areas can be the outline of a site; of two with its name the earlier one is taken."""

REACH_M = 1000.0
"""Metres around a nominal extent in which a place of its name is taken for it, if the site's accuracy is not larger."""

MOST_TILES = 2000
"""Most tiles that are looked at for one site."""

TOLERANCE_DEG = 1.5 / 111_320
"""Degrees by which an outline that is taken may differ from that of the tiles: a metre and a half."""

_WRITING = threading.Lock()
"""Held from reading the outlines that are taken to writing them: several sessions may take one at once."""


def offered(plan: Plan) -> tuple[Outline, ...]:
    """Return the outlines that the grounds of `plan` have for its nominal extents, in the plan's order.

    Of several grounds the one that was added last is taken. A ground that is damaged offers nothing.
    """
    return _offered(plan)


@lru_cache(maxsize=4)
def _offered(plan: Plan) -> tuple[Outline, ...]:
    grounds = [ground for ground in ground_files(plan) if not ground.is_picture]
    found = []
    for site in plan.sites.values():
        if is_nominal_extent(site) and not is_set_by_hand(plan, site.id):
            each = (_outline_in(ground, plan, site) for ground in grounds)
            outline = next((outline for outline in each if outline is not None), None)
            if outline is not None:
                found.append(outline)
    return tuple(found)


def taken(plan: Plan) -> dict[str, Outline]:
    """Return the outlines that have been taken, by the id of their sites.

    Raises
    ------
    PlanMapError
        Their file is damaged.
    """
    return read_outlines(plan.beside.ground)


def take_outline(plan: Plan, site_id: str, *, today: date) -> Outline:
    """Draw the site from now on with the outline that is offered, and return that.

    Raises
    ------
    PlanMapError
        None is offered for the site, or the plan's ground folder cannot be written.
    """
    outlines = {outline.site_id: outline for outline in offered(plan)}
    if site_id not in outlines:
        raise PlanMapError("no-such-outline", site=site_id, near="、".join(outlines) or "-")
    outline = replace(outlines[site_id], taken=today.isoformat())
    with _WRITING:
        write_outlines(_folder(plan), {**taken(plan), site_id: outline})
    return outline


def give_back_outline(plan: Plan, site_id: str) -> Outline:
    """Draw the site from now on with its nominal extent again, and return the outline that it had.

    Raises
    ------
    PlanMapError
        It has none, or the plan's ground folder cannot be written.
    """
    with _WRITING:
        outlines = taken(plan)
        if site_id not in outlines:
            raise PlanMapError("outline-not-taken", site=site_id, near="、".join(outlines) or "-")
        gone = outlines.pop(site_id)
        write_outlines(_folder(plan), outlines)
    return gone


def _folder(plan: Plan) -> Path:
    if plan.beside.ground is None:
        raise PlanMapError("ground-homeless", plan=plan.info.title.zh)
    return plan.beside.ground


def _outline_in(ground: GroundFile, plan: Plan, site: Site) -> Outline | None:
    if site.geometry is None:
        return None
    # A place and its parts go by many names; the outline may have any of them.
    names = (plain_name(plan.sites[each].name) for each in plan.place(site.id))
    wanted = {_compared(text) for name in names for text in (name.zh, name.en)} - {""}
    reach = plan.grid.project(site.geometry).buffer(max(REACH_M, site.accuracy_m or 0.0))
    try:
        areas = _named(ground, wanted, plan.grid.bbox(reach.bounds))
    except PlanMapError:
        return None
    for layer in LAYERS:
        pieces = [(area, shape) for area, shape in areas if area.layer == layer]
        whole = shapely.get_parts(shapely.union_all([shape for _, shape in pieces]))
        parts = [part for part in whole if part.geom_type == "Polygon" and plan.grid.project(part).intersects(reach)]
        if parts:
            return Outline(
                site.id,
                Text(pieces[0][0].zh, pieces[0][0].en),
                generalised(_solid(parts), TOLERANCE_DEG),
                ground.source,
                OPENSTREETMAP_LICENCE if ground.source == OPENSTREETMAP else "",
                ground.name,
            )
    return None


def _solid(parts: list[BaseGeometry]) -> BaseGeometry:
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _compared(name: str) -> str:
    """Return a name as it is compared: without spaces, width and case."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _named(ground: GroundFile, wanted: set[str], bounds: BBox) -> list[tuple[NamedArea, BaseGeometry]]:
    """Return the areas with a wanted name whose tiles reach into `bounds`, and what is connected with them, in degrees.

    Each is the part of an area in one tile. Raises `PlanMapError` if the ground is damaged.
    """
    zoom = ground.zooms[1]
    found: list[tuple[NamedArea, BaseGeometry]] = []
    waiting = tiles_in(bounds, zoom)
    seen: set[Tile] = set(waiting)
    with Archive(ground.path) as archive:
        while waiting and len(seen) <= MOST_TILES:
            tile = waiting.pop()
            data = archive.tile(*tile)
            if data is None:
                continue
            for area in named_areas(data, LAYERS, lambda name: bool(name) and _compared(name) in wanted):
                shape = _in_own_square(area)
                if shape.is_empty:
                    continue
                found.append((area, shapely.transform(shape, partial(_degrees, tile))))
                beyond = [each for each in _next_to(tile, shape) if each not in seen]
                seen.update(beyond)
                waiting.extend(beyond)
    return found


def _degrees(tile: Tile, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    return in_degrees(positions, *tile)


def _in_own_square(area: NamedArea) -> BaseGeometry:
    """Return what of an area is in its tile's own square, in sides of the tile; beyond are the tiles next to it."""
    whole = shapely.build_area(shapely.MultiLineString([ring for ring in area.rings if len(ring) > 3]))
    return shapely.intersection(shapely.make_valid(whole), shapely.box(0, 0, 1, 1))


def _next_to(tile: Tile, shape: BaseGeometry) -> list[Tile]:
    """Return the tiles on those sides of `tile` that `shape` reaches."""
    zoom, x, y = tile
    west, north, east, south = shape.bounds
    sides = ((west <= 0, (zoom, x - 1, y)), (north <= 0, (zoom, x, y - 1)))
    others = ((east >= 1, (zoom, x + 1, y)), (south >= 1, (zoom, x, y + 1)))
    return [beside for reached, beside in (*sides, *others) if reached]


def difference_m(grid: Grid, site: Site, outline: Outline) -> float:
    """Return how far the middle of an outline is from that of the site's nominal extent, in metres of `grid`."""
    if site.geometry is None:
        return 0.0
    one, other = (grid.project(shape).centroid for shape in (site.geometry, outline.geometry))
    return float(one.distance(other))
