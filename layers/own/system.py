"""In which reference system a layer may be that states none: ranked by the lines of the ground; somebody decides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.candidate import Candidate, candidates, usual_bounds
from geo.errors import PlanMapError
from geo.grid import BBox
from geo.line_index import LineIndex
from geo.ranking import Ranking, Standing, Verdict, rank
from geo.reference_frame import OFFSET
from layers.ground.files import around, ground_files
from layers.ground.tiles import tile_ground
from layers.ground.ways import ways
from layers.own.own_layer import System
from layers.plan.plan import Plan

SHOWN_STANDINGS = 8
"""Systems that are listed, beside those that tie with the first."""

LINE_ZOOM = 13.0
"""The zoom of a map whose ground has the lines that layers are compared with: roads down to the small ones."""


def ranking(plan: Plan, looked: Mapping[str, Any]) -> Ranking:
    """Return in which systems the layer `looked` (see `geo.foreign.vector.look`) may be, the likeliest first."""
    vertices = np.array(looked["vertices"], dtype=float).reshape(-1, 2)
    region = around(plan)
    return rank(vertices, candidates(usual_bounds(vertices), region), ground_lines(plan), region)


@lru_cache(maxsize=2)
def ground_lines(plan: Plan) -> LineIndex:
    """Return the lines that are known in the plan: roads and waters of its ground, and lines and outlines of sites."""
    lines: list[BaseGeometry] = [way.geometry for way in ways(plan).lines]
    lines += [site.geometry for site in plan.sites.values() if site.geometry is not None]
    lines += _file_lines(plan)
    return LineIndex([line for line in lines if shapely.get_dimensions(line) > 0])


def _file_lines(plan: Plan) -> list[BaseGeometry]:
    grounds = [ground for ground in ground_files(plan) if not ground.is_picture]
    if not grounds:
        return []
    grid = plan.grid
    extent = _grid_extent(plan)
    try:
        found = tile_ground(grounds[0], grid, extent, LINE_ZOOM)
    except PlanMapError:
        return []
    lines = np.array([line.geometry for line in found.lines], dtype=object)
    return list(shapely.transform(lines, grid.degrees))


def _grid_extent(plan: Plan) -> BBox:
    west, south, east, north = shapely.bounds(plan.grid.project(shapely.box(*plan.home))).tolist()
    return west, south, east, north


def system_of_candidate(candidate: Candidate) -> System:
    """Return a candidate as a system to bring a layer in by."""
    if candidate.frame in OFFSET:
        return {"datum": candidate.frame.value}
    return {"epsg": candidate.epsg}


def shown_standings(ranking: Ranking) -> list[Standing]:
    """Return the standings that are worth a line: the first, those that tie with it or stay open, and the next ones."""
    near = [each for n, each in enumerate(ranking.standings) if n == 0 or each.ties or each.open]
    others = [each for each in ranking.standings if each not in near]
    if ranking.verdict in (Verdict.FIRST, Verdict.CHANCE, Verdict.FAR):
        others = others[: max(0, SHOWN_STANDINGS - len(near))]
    return [each for each in ranking.standings if each in near or each in others][: 3 * SHOWN_STANDINGS]


def system_of_code(text: str) -> System:
    """Return the system that somebody names by a code, such as `EPSG:4548` or 4548.

    Raises
    ------
    PlanMapError
        It is no code.
    """
    code = text.strip().upper().removeprefix("EPSG:").strip()
    if not (code.isascii() and code.isdigit()) or len(code) > 6:
        raise PlanMapError("epsg-code", value=text)
    return {"epsg": int(code)}
