"""The small map on the cover: the plan's district among its neighbours."""

from __future__ import annotations

import shapely

from layers import style
from layers.draw.drawing import Drawing, Shape, geometry_path
from layers.plan.plan import Plan
from layers.region import region

DETAIL_MM = 0.3
"""Tolerance in millimetres with which outlines are simplified: a cover shows a shape and not a boundary."""


def cover_map(plan: Plan, width: float, height: float) -> Drawing | None:
    """Return the districts as a drawing of at most `width` by `height` millimetres; None if the plan's is unknown."""
    home = region(plan).focus
    if home is None:
        return None
    areas = region(plan).districts
    west, south, east, north = shapely.union_all([area.geometry for area in areas]).bounds
    factor = min(width / (east - west), height / (north - south))
    drawing = Drawing((east - west) * factor, (north - south) * factor)
    for area in sorted(areas, key=lambda area: area is home):
        on_paper = shapely.transform(area.geometry, lambda at: (at - (west, south)) * factor).simplify(DETAIL_MM)
        path = geometry_path(on_paper)
        if path is not None:
            fill = style.ACCENT if area is home else style.LAND
            drawing.add(Shape(path, fill=fill, stroke=style.WHITE, line_width=0.4, name=area.name_zh))
    return drawing
