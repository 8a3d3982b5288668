"""What part of the ground a map of a Scene must show, in metres of the CGCS2000 grid."""

from __future__ import annotations

import math

from geo.crs import EARTH_M, FALSE_EASTING_M, GAUSS_KRUGER_117E, REACH_M, WGS84, to_grid, transformer
from geo.errors import PlanMapError
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene, ViewState
from layers.selection.select import Selection

Extent = tuple[float, float, float, float]
"""West, south, east, north in metres of `geo.crs.GAUSS_KRUGER_117E`."""

AROUND_M = 2000.0
"""Least margin in metres around a site: a site without its surroundings says little about where it is."""

PART_M = 500.0
"""Margin in metres around a part of a place: what lies around the place itself already shows where it is."""

SCREEN = (1024.0, 768.0)
"""Width and height in pixels assumed for the window of a view: an address does not hold the window's size."""


def wanted_extent(
    plan: Plan, scene: Scene, selection: Selection, *, close: bool = False, largest: float = math.inf
) -> Extent:
    """Return the least extent that a map of `scene` must show.

    That is the Scene's view, else what is selected, else the whole district, or all placed sites if the district
    has no shape. With `close` the sites of the Scene's tasks, if any, go before the district. A view is cut to
    `largest` metres in each direction.

    Raises
    ------
    PlanMapError
        What is selected has no position, nothing is placed at all, or the extent lies where the grid is not true.
    """
    if scene.view is not None:
        return _checked(_view_extent(scene.view, largest))
    lit = [plan.sites[site_id] for site_id in selection.lit]
    if (scene.site or scene.task) and not any(site.placed for site in lit):
        site = plan.sites[plan.whole(scene.site)] if scene.site in plan.sites else None
        name = site.name if site else plan.tasks[scene.task].title
        raise PlanMapError("nothing-placed", name=name.get(scene.language))
    district = plan.sites.get(plan.info.district_site)
    if close and not lit:
        chosen = [plan.sites[site_id] for site_id, state in selection.sites.items() if state is not None]
        lit = [site for site in chosen if site is not district]
        lit = lit if any(site.placed for site in lit) else []
    if lit and not (len(lit) == 1 and lit[0] is district):
        boxes = [_around(site) for site in lit if site.placed]
    elif district is not None and district.geometry is not None and district.geometry.area > 0:
        boxes = [to_grid(district.geometry).bounds]
    else:
        boxes = [_around(site) for site in plan.sites.values() if site.placed]
    if not boxes:
        raise PlanMapError("nothing-placed", name=plan.info.title.get(scene.language))
    merged = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    return _checked(merged)


def _around(site: Site) -> Extent:
    if site.geometry is None:
        raise ValueError("nothing lies around a site without a position")
    west, south, east, north = to_grid(site.geometry).bounds
    # A position known to a kilometre is not shown as if it were known to a metre.
    by = PART_M if site.part_of else max(AROUND_M, 5 * (site.accuracy_m or 0.0))
    return west - by, south - by, east + by, north + by


def _view_extent(view: ViewState, largest: float) -> Extent:
    x, y = transformer(WGS84, GAUSS_KRUGER_117E).transform(view.longitude, view.latitude)
    # A pixel of a web map at this zoom, in metres on the ground.
    metres = 2 * math.pi * EARTH_M * math.cos(math.radians(view.latitude)) / (256 * 2**view.zoom)
    across, up = (min(side * metres, largest) / 2 for side in SCREEN)
    return x - across, y - up, x + across, y + up


def _checked(extent: Extent) -> Extent:
    west, _, east, _ = extent
    if not all(math.isfinite(value) for value in extent):
        raise PlanMapError("extent-off-grid", meridian="117°E")
    if max(abs(west - FALSE_EASTING_M), abs(east - FALSE_EASTING_M)) > REACH_M:
        raise PlanMapError("extent-off-grid", meridian="117°E")
    return extent


def centred(extent: Extent, width_mm: float, height_mm: float, scale: float) -> Extent:
    """Return what a frame of this size shows at 1:`scale` with the middle of `extent` in its own middle.

    Raises
    ------
    PlanMapError
        Part of it lies where the grid is not true.
    """
    x, y = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    across, up = width_mm / 2000 * scale, height_mm / 2000 * scale
    return _checked((x - across, y - up, x + across, y + up))


def least_scale(extent: Extent, width_mm: float, height_mm: float) -> float:
    """Return the scale number at which `extent` just fits a frame of this size."""
    return max((extent[2] - extent[0]) * 1000 / width_mm, (extent[3] - extent[1]) * 1000 / height_mm)


def geographic(extent: Extent) -> tuple[float, float, float, float]:
    """Return the WGS 84 bbox (west, south, east, north) in degrees that holds all of `extent`."""
    west, south, east, north = extent
    xs = [west, (west + east) / 2, east]
    ys = [south, (south + north) / 2, north]
    longitudes, latitudes = transformer(GAUSS_KRUGER_117E, WGS84).transform([x for x in xs for _ in ys], ys * 3)
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)
