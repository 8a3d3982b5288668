"""The framing of a map on paper: at what scale it is drawn, and around what."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import PlanMapError
from geo.measure import anchors
from layers.draw.drawing import Box
from layers.draw.paper import round_scale
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene
from layers.selection.extent import Extent, least_scale
from layers.selection.select import Selection
from layers.selection.site_shape import site_shape


@dataclass(frozen=True, slots=True)
class Framing:
    """At what scale a map is drawn, and around what."""

    scale: int
    """The scale's number."""
    kept: Extent
    """The ground whose middle is that of the map, and which stays on it if legend and table take more of the paper.

    In metres of the grid; a single point if more does not fit at the scale.
    """


def fitting_scale(wanted: Extent, frame: Box) -> int:
    """Return the number of the largest round scale at which `wanted`, in metres of the grid, fits `frame`."""
    return round_scale(least_scale(wanted, frame.width, frame.height))


def framing(
    plan: Plan, scene: Scene, selection: Selection, wanted: Extent, frame: Box, *, scale: int | None, paper: str
) -> Framing:
    """Return how `frame` shows `wanted`, the least extent of a map of `scene`; `paper` is the paper's name.

    A `scale` that was asked for is kept. If the surroundings of the selected sites do not fit, the sites are shown
    whole; if they do not fit either, the map shows what is around their middle, or around that of a view.
    `layers.selection.omission` tells what is then missing.

    Raises
    ------
    PlanMapError
        The whole district does not fit at `scale`, and nothing is selected that the map could be drawn around.
    """
    if scale is None:
        return Framing(fitting_scale(wanted, frame), wanted)
    if _fits(wanted, frame, scale):
        return Framing(scale, wanted)
    if scene.view is not None:
        return Framing(scale, _point((wanted[0] + wanted[2]) / 2, (wanted[1] + wanted[3]) / 2))
    lit = [plan.sites[site_id] for site_id in selection.lit if plan.sites[site_id].placed]
    if not lit:
        across, up = ((wanted[n + 2] - wanted[n]) * 1000 / scale for n in (0, 1))
        raise PlanMapError(
            "paper-too-small",
            paper=paper,
            scale=f"1:{scale}",
            needs=f"{across:.0f}×{up:.0f} mm",
            has=f"{frame.width:.0f}×{frame.height:.0f} mm",
            fits=f"1:{fitting_scale(wanted, frame)}",
        )
    # Of a place of several sites, those that are its parts are given up before the place itself is.
    wholes = [site for site in lit if not site.part_of] or lit
    for shapes in (
        [_with_circle(plan, site) for site in lit],
        [site_shape(plan, site) for site in lit],
        [_with_circle(plan, site) for site in wholes],
        [site_shape(plan, site) for site in wholes],
    ):
        whole: Extent = tuple(shapely.total_bounds(shapes).tolist())
        if _fits(whole, frame, scale):
            return Framing(scale, whole)
    return Framing(scale, _middle(shapes, frame, scale))


def _fits(wanted: Extent, frame: Box, scale: int) -> bool:
    return scale >= least_scale(wanted, frame.width, frame.height) * (1 - 1e-9)


def _point(x: float, y: float) -> Extent:
    return x, y, x, y


def _with_circle(plan: Plan, site: Site) -> BaseGeometry:
    """Return the shape of a site, of a point with the circle in which its true position is expected."""
    shape = site_shape(plan, site)
    return shape.buffer(site.accuracy_m) if site.accuracy_m and shape.geom_type in ("Point", "MultiPoint") else shape


def _middle(shapes: list[BaseGeometry], frame: Box, scale: int) -> Extent:
    """Return the common middle of shapes that do not fit the frame: of one, where its symbol stands."""
    symbols = [anchor for shape in shapes for anchor in anchors(shape)]
    west, south, east, north = shapely.total_bounds(symbols).tolist()
    middle = shapely.Point((west + east) / 2, (south + north) / 2)
    if len(shapes) > 1:
        return _point(middle.x, middle.y)
    # A site of several points far apart: one of them is on the map rather than the empty ground between them.
    across, up = frame.width / 2000 * scale, frame.height / 2000 * scale
    near = min(symbols, key=middle.distance)
    on_it = abs(near.x - middle.x) < across and abs(near.y - middle.y) < up
    return _point(middle.x, middle.y) if on_it else _point(near.x, near.y)
