"""What is really on a sheet: the sites that reach into its frame, their numbers, and how they stand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import to_grid
from layers import style
from layers.plan.plan import LayerEntry, Plan, Site
from layers.plan.scene import Scene
from layers.selection.extent import EARTH_M, Extent, geographic
from layers.selection.select import Selection
from layers.selection.status import SiteState

SCREEN_PIXEL_M = 0.0254 / 96
"""Side of a screen's nominal pixel in metres."""


@dataclass(frozen=True, slots=True)
class ShownSite:
    """A site that reaches into the frame."""

    site: Site
    layer: LayerEntry
    state: SiteState | None
    """None for a site that stands for no task."""
    number: int | None
    """The same on every sheet of a plan; None for a site that stands for no task."""
    geometry: BaseGeometry
    """What lies in the frame, in metres of `geo.crs.GAUSS_KRUGER_117E`."""
    opacity: float
    """0 to 1, as the layer has it."""
    lit: bool
    """Whether the Scene has selected it."""

    @property
    def simple(self) -> bool:
        """Whether it is a point or points."""
        return self.geometry.geom_type in ("Point", "MultiPoint")

    @property
    def quiet(self) -> bool:
        """Whether it is a place of its own that stands for no task, drawn with a small grey symbol."""
        return self.number is None and self.simple and not self.layer.ground

    @property
    def linear(self) -> bool:
        """Whether it is a line or lines."""
        return "LineString" in self.geometry.geom_type


@dataclass(frozen=True, slots=True)
class Content:
    """Everything on one sheet that comes from the plan."""

    extent: Extent
    scale: float
    sites: tuple[ShownSite, ...]
    """In drawing order, the lowest first."""

    @property
    def numbered(self) -> list[ShownSite]:
        """The sites with a number, by number."""
        return sorted((shown for shown in self.sites if shown.number is not None), key=lambda shown: shown.number or 0)

    @property
    def zoom(self) -> float:
        """The zoom of a web map on a screen at this scale."""
        _, south, _, north = geographic(self.extent)
        around = 2 * math.pi * EARTH_M * math.cos(math.radians((south + north) / 2))
        return math.log2(around / (256 * self.scale * SCREEN_PIXEL_M))


def site_numbers(plan: Plan) -> Mapping[str, int]:
    """Return the number of each site that has tasks and a position, but for the district itself."""
    found = [
        site.id
        for site in plan.sites.values()
        if site.placed and site.id != plan.info.district_site and plan.tasks_by_site.get(site.id)
    ]
    return {site_id: number for number, site_id in enumerate(found, start=1)}


def content(plan: Plan, scene: Scene, selection: Selection, extent: Extent, scale: float) -> Content:
    """Return what of `scene` lies in `extent`."""
    frame = shapely.box(*extent)
    on_grid = grid_geometries(plan)
    numbers = site_numbers(plan)
    lit = set(selection.lit)
    shown = []
    for layer in reversed(plan.catalogue.layers):
        if not scene.visible.get(layer.id, layer.visible):
            continue
        for site_id in layer.sites:
            site = plan.sites[site_id]
            # The ground does not come and go with a filter: rivers and roads are where one finds one's way by.
            chosen = site_id in selection.sites or layer.ground
            if not chosen or site_id not in on_grid or site.category == "district":
                continue
            if not on_grid[site_id].intersects(frame):
                continue
            state = selection.sites.get(site_id)
            shown.append(
                ShownSite(
                    site,
                    layer,
                    state,
                    numbers.get(site_id) if state is not None else None,
                    _solid(on_grid[site_id].intersection(frame)),
                    scene.opacity.get(layer.id, layer.opacity),
                    site_id in lit,
                )
            )
    return Content(extent, scale, tuple(shown))


@lru_cache(maxsize=4)
def grid_geometries(plan: Plan) -> Mapping[str, BaseGeometry]:
    """Return every placed site's geometry in metres of the grid. Kept, since an atlas asks for each sheet."""
    found = {}
    for site in plan.sites.values():
        if site.geometry is None:
            continue
        geometry = to_grid(site.geometry)
        if all(math.isfinite(value) for value in geometry.bounds):
            # Areas that cross themselves cannot be cut at the frame.
            found[site.id] = _solid(geometry if geometry.is_valid else shapely.make_valid(geometry))
    return found


def _solid(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry without the points and lines that cutting leaves beside its areas, or beside its lines."""
    if geometry.geom_type != "GeometryCollection":
        return geometry
    parts = [part for part in shapely.get_parts(shapely.get_parts(geometry)) if not part.is_empty]
    highest = max((shapely.get_dimensions(part) for part in parts), default=0)
    return shapely.union_all([part for part in parts if shapely.get_dimensions(part) == highest])


def ground_style(shown: ShownSite) -> list[dict[str, object]]:
    """Return the strokes that a site's lines or areas are drawn in."""
    category = style.CATEGORIES[shown.site.category]
    return style.GROUND.get(category.ground) or style.GROUND[""]
