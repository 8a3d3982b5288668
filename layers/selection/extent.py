"""What part of the ground a map of a Scene must show, in metres of the plan's grid."""

from __future__ import annotations

import math

from geo.crs import pixel_m, zoom_of
from geo.errors import PlanMapError
from geo.grid import Grid
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene, ViewState
from layers.selection.select import Selection
from layers.selection.site_shape import site_shape
from layers.selection.vicinity import near_words, vicinity
from layers.selection.wording import selected_words
from layers.translation import translation

Extent = tuple[float, float, float, float]
"""West, south, east, north in metres of the plan's grid."""

AROUND_M = 2000.0
"""Least margin in metres around a site: a site without its surroundings says little about where it is."""

PART_M = 500.0
"""Margin in metres around a part of a place: what lies around the place itself already shows where it is."""

MARGIN = 0.04
"""Margin around surroundings that are asked about, as a share of their width."""

SCREEN = (1024.0, 768.0)
"""Width and height in pixels assumed for the window of a view: an address does not hold the window's size."""


def wanted_extent(
    plan: Plan, scene: Scene, selection: Selection, *, close: bool = False, largest: float = math.inf
) -> Extent:
    """Return the least extent that a map of `scene` must show.

    That is the Scene's view, else the surroundings that it asks about, else what is selected, else the whole district,
    or all placed sites if the district has no shape. With `close` the sites of the Scene's tasks, if any, go before the
    district. A view is cut to `largest` metres in each direction.

    Raises
    ------
    PlanMapError
        What is selected has no position, nothing is placed at all, or the extent lies where the grid is not true.
    """
    around = vicinity(plan, scene.near)
    if scene.near is not None and around is None:
        # With a view too: the title would promise what is not on the map.
        raise PlanMapError("nothing-placed", name=near_words(plan, scene, translation(scene.language)))
    if scene.view is not None:
        return _checked(plan.grid, _view_extent(plan.grid, scene.view, largest))
    if around is not None:
        west, south, east, north = plan.grid.project(around.area).bounds
        by = MARGIN * max(east - west, north - south)
        return _checked(plan.grid, (west - by, south - by, east + by, north + by))
    lit = [plan.sites[site_id] for site_id in selection.lit]
    if (scene.site or scene.task) and not any(site.placed for site in lit):
        raise PlanMapError("nothing-placed", name=selected_words(plan, scene, translation(scene.language)))
    district = plan.sites.get(plan.info.district_site)
    if close and not lit:
        chosen = [plan.sites[site_id] for site_id, state in selection.sites.items() if state is not None]
        lit = [site for site in chosen if site is not district]
        lit = lit if any(site.placed for site in lit) else []
    if lit and not (len(lit) == 1 and lit[0] is district):
        boxes = [_around(plan, site) for site in lit if site.placed]
    elif plan.district_area is not None:
        boxes = [plan.grid.project(plan.district_area).bounds]
    else:
        boxes = [_around(plan, site) for site in plan.sites.values() if site.placed]
    if not boxes:
        raise PlanMapError("nothing-placed", name=plan.info.title.get(scene.language))
    merged = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    return _checked(plan.grid, merged)


def _around(plan: Plan, site: Site) -> Extent:
    west, south, east, north = site_shape(plan, site).bounds
    # A position known to a kilometre is not shown as if it were known to a metre.
    by = PART_M if site.part_of else max(AROUND_M, 5 * (site.accuracy_m or 0.0))
    return west - by, south - by, east + by, north + by


def _view_extent(grid: Grid, view: ViewState, largest: float) -> Extent:
    x, y = grid.position(view.longitude, view.latitude)
    metres = pixel_m(view.latitude, view.zoom)
    across, up = (min(side * metres, largest) / 2 for side in SCREEN)
    return x - across, y - up, x + across, y + up


def _checked(grid: Grid, extent: Extent) -> Extent:
    if not grid.is_true(extent):
        raise PlanMapError("extent-off-grid", grid=grid.crs)
    return extent


def centred(grid: Grid, extent: Extent, width_mm: float, height_mm: float, scale: float) -> Extent:
    """Return what a frame of this size shows at 1:`scale` with the middle of `extent` in its own middle.

    Raises
    ------
    PlanMapError
        Part of it lies where the grid is not true.
    """
    x, y = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    across, up = width_mm / 2000 * scale, height_mm / 2000 * scale
    return _checked(grid, (x - across, y - up, x + across, y + up))


def least_scale(extent: Extent, width_mm: float, height_mm: float) -> float:
    """Return the scale number at which `extent` just fits a frame of this size."""
    return max((extent[2] - extent[0]) * 1000 / width_mm, (extent[3] - extent[1]) * 1000 / height_mm)


def view_of(plan: Plan, extent: Extent) -> ViewState:
    """Return the view in which a window of the size of `SCREEN` just shows an extent."""
    west, south, east, north = extent
    left, bottom, right, top = plan.grid.bbox((west, south, east, north))
    latitude = round((bottom + top) / 2, 5)
    pixel = 1.02 * max((east - west) / SCREEN[0], (north - south) / SCREEN[1])
    zoom = zoom_of(latitude, pixel)
    # As an address writes it, so that the sheet of its QR code is this one.
    return ViewState(latitude, round((left + right) / 2, 5), math.floor(zoom * 100) / 100)
