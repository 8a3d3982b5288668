"""Soft patches on paper: extents that nobody has published, and the surroundings of points that stand in for places."""

from __future__ import annotations

import math

import shapely
from shapely.geometry.base import BaseGeometry

from geo.soft import soft_bands
from layers import style
from layers.draw.content import ShownSite
from layers.draw.drawing import Shape, geometry_path
from layers.plan.terms import Precision
from layers.selection.extent import Extent

SHEET = 0.05
"""Opacity of each of the sheets that lie over each other."""

SAMPLE_SHEETS = 6


def is_soft(shown: ShownSite) -> bool:
    """Whether a site is an extent that nobody has published."""
    return shown.site.precision is Precision.NOMINAL and "Polygon" in shown.geometry.geom_type


def soft_patch(
    area: BaseGeometry,
    colour: str,
    opacity: float,
    cut: Extent,
    *,
    layer: float = 1.0,
    sheets: int = 0,
    name: str = "",
) -> list[Shape]:
    """Return `area`, a Polygon or MultiPolygon, as shapes of one `colour` that together fade out towards its outline.

    `opacity` is the greatest, `layer` that of the whole patch. What lies outside `cut` is left out; both are in the
    units of `area`, and the outline is the true one, so that nothing fades where the map ends. With a number of
    `sheets` there are these and no finer steps, which is enough for something small.

    Notes
    -----
    A few sheets lie over each other, each of them smaller and with an edge of a few rings. Every sheet of its own would
    show its edge. As many sheets as there are steps would lose the colour, because a renderer rounds each time; and as
    many rings beside each other would show their seams where they are strong.
    """
    darkness = 1 - sum(bytes.fromhex(colour.removeprefix("#"))) / (3 * 255)
    rings = 1
    if not sheets:
        sheets = max(3, round(opacity / SHEET))
        rings = max(2, math.ceil(opacity * darkness / style.SOFT_STEP / sheets))
    bands = [shapely.clip_by_rect(band, *cut) for band, _ in soft_bands(area, sheets * rings)]
    shapes = []
    for number, band in enumerate(bands):
        sheet, ring = divmod(number, rings)
        # What lies over the sheets below adds only what is missing to its own opacity.
        whole = 1 - (1 - opacity * (sheet + 1) / sheets) / (1 - opacity * sheet / sheets)
        inside = bands[number + 1] if ring < rings - 1 and number + 1 < len(bands) else None
        path = geometry_path(band if inside is None else band.difference(inside))
        if path is not None:
            shapes.append(Shape(path, fill=colour, fill_opacity=whole * (ring + 1) / rings * layer, name=name))
    return shapes


def soft_sample(x: float, y: float, cell: float, colour: str, opacity: float) -> list[Shape]:
    """Return the sample for a legend, around `x`, `y` in a cell of a certain height, all in millimetres."""
    # Few shapes, because on a slide each of them is one that somebody may take hold of.
    area = shapely.LineString([(x - cell * 0.34, y), (x + cell * 0.34, y)]).buffer(cell * 0.62)
    return soft_patch(area, colour, opacity, area.bounds, sheets=SAMPLE_SHEETS)
