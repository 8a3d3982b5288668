"""Areas whose edge nobody knows, as patches that fade out towards their outline.

A hard edge would be taken for a shore or a boundary. The browser follows the same rule point by point
(`layers/browser/src/softness.js`); `tests/cases/softness.json` holds both to it.
"""

from __future__ import annotations

import math
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.generalise import generalised

ROUNDING = 0.5
"""How much the lines of equal softness round off the corners of the outline, as a share of their distance from it."""

DEPTH = 0.96
"""Where a patch is at its full strength, as a share of the greatest distance from the outline that a line can have."""

_DETAIL = 0.01
"""Tolerance with which an outline is generalised first, as a share of the radius of the largest circle inside."""

_EDGE = 0.1
"""The longest edge of an outline before bands are taken from it, as a share of the same radius."""


# The extents of a plan are the same on each of its sheets, and as many buffers take most of what a patch costs.
@lru_cache(maxsize=128)
def soft_bands(area: BaseGeometry, count: int) -> tuple[tuple[BaseGeometry, float], ...]:
    """Return nested areas, the outermost first, each with the strength that a soft patch has in it, 1 being the full.

    `area` is a Polygon or MultiPolygon in a CRS of metres; each of its polygons fades by itself. Each of the `count`
    bands is stronger than the one around it by the same step.

    Notes
    -----
    The line at distance d is the edge of what a disc of radius `ROUNDING` · d covers that stays (1 + `ROUNDING`) · d
    inside the outline, the morphological opening of Serra ("Image Analysis and Mathematical Morphology", 1982), so
    that corners are rounded more the deeper the line lies and leave no crease. The strength at distance d is
    3t² - 2t³ with t = d/D, where D is `DEPTH` times the largest d for which anything is left.
    """
    bands: list[list[BaseGeometry]] = [[] for _ in range(count)]
    for polygon in shapely.get_parts(area):
        radius = shapely.maximum_inscribed_circle(polygon).length if polygon.area > 0 else 0.0
        if radius <= 0 or not math.isfinite(radius):
            continue
        # GEOS 3.14 shrinks some areas of few long edges to nothing although much is left; of short edges it does not.
        outline = shapely.segmentize(generalised(polygon, radius * _DETAIL), radius * _EDGE)
        deepest = DEPTH * radius / (1 + ROUNDING)
        for number, band in enumerate(bands):
            distance = deepest * _share_of_depth((number + 0.5) / count)
            inner = _opened(outline, distance)
            if not inner.is_empty:
                band.append(inner.simplify(radius * _DETAIL / 4))
    return tuple((shapely.union_all(band), (number + 1) / count) for number, band in enumerate(bands) if band)


def _opened(outline: BaseGeometry, distance: float) -> BaseGeometry:
    """Return what lies deeper than `distance`, with rounded corners; empty if nothing does."""
    return outline.buffer(-(1 + ROUNDING) * distance, quad_segs=16).buffer(ROUNDING * distance, quad_segs=16)


def _share_of_depth(strength: float) -> float:
    """Return the t at which 3t² - 2t³ is `strength`."""
    return 0.5 - math.sin(math.asin(1 - 2 * strength) / 3)
