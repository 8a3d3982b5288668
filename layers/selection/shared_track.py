"""Lines that run on one track for most of their way, such as two railways: a map names such a stretch once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.generalise import generalised
from layers.plan.plan import Plan, Site

TRACK_M = 60.0
"""Metres within which two lines are on one track: a railway's own width, and what two sources differ by."""

MOST = 0.5
"""Share of the shorter line that must be on the other's track."""

JOIN = " / "
"""Between the names of the lines of a stretch."""

DETAIL_M = 10.0
"""Tolerance in metres of the lines that are compared, which is far below `TRACK_M`."""

MAXIMUM_VERTICES = 5_000
"""Of a line that is compared; one with more after that is no track, and what is beside it takes long to work out."""


@dataclass(frozen=True, slots=True)
class SharedTrack:
    """A stretch on which two lines run side by side."""

    first: str
    """Id of the longer line's site."""
    second: str
    geometry: BaseGeometry
    """The stretch as LineString or MultiLineString, in metres of the plan's grid, on the course of the first."""


@lru_cache(maxsize=4)
def shared_tracks(plan: Plan) -> tuple[SharedTrack, ...]:
    """Return the stretches of a plan's railways that share a track, each railway in one at most.

    Lines of other kinds that lie side by side, such as a metro line under its road, are different things on the
    ground and keep their own names.
    """
    lines = {
        site.id: generalised(plan.grid.project(site.geometry), DETAIL_M)
        for site in plan.sites.values()
        if site.geometry is not None and _is_railway(site)
    }
    lines = {key: line for key, line in lines.items() if shapely.get_num_coordinates(line) <= MAXIMUM_VERTICES}
    found: list[SharedTrack] = []
    taken: set[str] = set()
    ids = sorted(lines, key=lambda site_id: (-lines[site_id].length, site_id))
    geometries = np.array([lines[site_id] for site_id in ids], dtype=object)
    near = shapely.STRtree(geometries).query(geometries, predicate="dwithin", distance=TRACK_M)
    for one, other in sorted(near.T.tolist()):
        first, second = ids[one], ids[other]
        if one >= other or taken.intersection((first, second)):
            continue
        stretch = shapely.line_merge(lines[first].intersection(lines[second].buffer(TRACK_M)))
        if stretch.length >= MOST * lines[second].length:
            found.append(SharedTrack(first, second, stretch))
            taken.update((first, second))
    return tuple(found)


def _is_railway(site: Site) -> bool:
    return site.category == "railway" and site.geometry is not None and "LineString" in site.geometry.geom_type
