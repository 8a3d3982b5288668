"""What is in the frame of a map: the sites that reach into it, with their numbers and states."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import zoom_of
from geo.errors import PlanMapError
from geo.generalise import generalised
from geo.grid import Grid
from layers import style
from layers.plan.catalogue import LayerEntry
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene
from layers.selection.changes import site_marks
from layers.selection.comparison import Comparison
from layers.selection.extent import Extent
from layers.selection.select import Selection
from layers.selection.status import SiteState

SCREEN_PIXEL_M = 0.0254 / 96
"""Side in metres of a nominal screen pixel: 1/96 inch, as in CSS."""

PLAIN = 1_000
"""Number of vertices up to which a geometry is drawn as it is."""

DETAIL_MM = 0.05
"""Tolerance in millimetres on the paper with which one with more is generalised: less than any line is wide."""

COARSEST_MM = 0.4
"""Largest such tolerance, for what is still too dense: about the width of a line."""

DENSEST = 50_000
"""Largest number of vertices of one site on a map. As many distinct ones are a black patch, and take long to draw."""


@dataclass(frozen=True, slots=True)
class ShownSite:
    """A site that reaches into the frame."""

    site: Site
    layer: LayerEntry
    state: SiteState | None
    """None for a site that stands for no task that passes the filters, or for none with a status."""
    number: int | None
    """The same on every sheet of a plan; None for a site that stands for no task."""
    geometry: BaseGeometry
    """The part in the frame, of any simple or multi type, in metres of the grid."""
    opacity: float
    """Opacity of its layer, 0 to 1."""
    lit: bool
    """Whether it is highlighted, because it or its task is selected."""
    has_tasks: bool = False
    """Whether any task of the plan names it, whether or not it passes the filters."""
    filtered_out: bool = False
    """Whether it has tasks of which none passes the filters."""
    mark: str = ""
    """What it is marked as on a map of changes; empty where nothing changed."""
    stands_back: bool = False
    """Whether it is pale, because the map is one of changes and nothing changed here."""

    @property
    def simple(self) -> bool:
        """Whether it is a point or points."""
        return self.geometry.geom_type in ("Point", "MultiPoint")

    @property
    def part(self) -> bool:
        """Whether it is a part of a place, whose symbol, number and name stand elsewhere."""
        return bool(self.site.part_of)

    @property
    def quiet(self) -> bool:
        """Whether it stands for no task that passes, or none with a status, and is drawn with a small grey symbol.

        An area that has tasks keeps a symbol, as on the screen; one without is its own symbol.
        """
        return self.number is None and (self.simple or self.has_tasks) and not self.layer.ground and not self.part

    @property
    def linear(self) -> bool:
        """Whether it is a line or lines."""
        return "LineString" in self.geometry.geom_type


@dataclass(frozen=True, slots=True)
class Content:
    """What of a plan is in the frame of one map."""

    grid: Grid
    extent: Extent
    """In metres of the grid."""
    scale: float
    """The scale's number."""
    sites: tuple[ShownSite, ...]
    """In drawing order, the lowest first."""

    @property
    def numbered(self) -> list[ShownSite]:
        """The sites with a number, by number."""
        return sorted((shown for shown in self.sites if shown.number is not None), key=lambda shown: shown.number or 0)

    @property
    def zoom(self) -> float:
        """The zoom level at which a web map on a nominal screen has this scale, in the middle of the extent."""
        _, south, _, north = self.grid.bbox(self.extent)
        return zoom_of((south + north) / 2, self.scale * SCREEN_PIXEL_M)


@lru_cache(maxsize=4)
def site_numbers(plan: Plan) -> Mapping[str, int]:
    """Return the number of each place with tasks and a position, except the district's own, by id of the whole."""
    found = [
        site.id
        for site in plan.places
        if site.placed and site.id != plan.info.district_site and plan.tasks_by_site.get(site.id)
    ]
    return {site_id: number for number, site_id in enumerate(found, start=1)}


def moved_sites(plan: Plan, comparison: Comparison) -> tuple[str, ...]:
    """Return the ids of the numbered places with a task whose status has changed between two days."""
    numbers = site_numbers(plan)
    return tuple(place for place in comparison.places if place in numbers)


def content(plan: Plan, scene: Scene, selection: Selection, extent: Extent, scale: float) -> Content:
    """Return what of `scene` is in `extent` at 1:`scale`, with no more detail than can be seen there.

    Raises
    ------
    PlanMapError
        A site is too dense to be drawn.
    """
    frame = shapely.box(*extent)
    on_grid = grid_geometries(plan)
    numbers = site_numbers(plan)
    lit = set(selection.lit)
    marks = site_marks(plan, selection.changes)
    shown = []
    for layer in reversed(plan.catalogue.ordered(scene.order)):
        if not scene.visible.get(layer.id, layer.visible):
            continue
        for site_id in layer.sites:
            site = plan.sites[site_id]
            if site_id not in on_grid or site.category == "district":
                continue
            if not on_grid[site_id].intersects(frame):
                continue
            seen = _seen(on_grid[site_id], extent, scale)
            if seen is None:
                raise PlanMapError("too-dense-to-draw", name=site.name.get(scene.language))
            state = selection.sites[site_id]
            shown.append(
                ShownSite(
                    site,
                    layer,
                    state,
                    numbers.get(site_id) if state is not None else None,
                    seen,
                    scene.opacity.get(layer.id, layer.opacity),
                    site_id in lit,
                    has_tasks=bool(plan.tasks_by_site.get(site_id)),
                    filtered_out=site_id in selection.filtered_out,
                    mark=marks[site_id].value if site_id in marks else "",
                    stands_back=selection.since is not None and site_id not in marks,
                )
            )
    return Content(plan.grid, extent, scale, tuple(shown))


def _seen(geometry: BaseGeometry, extent: Extent, scale: float) -> BaseGeometry | None:
    """Return the part of a geometry in `extent`, generalised for 1:`scale`; None if it stays too dense to be drawn.

    All in metres of the grid.
    """
    across, up = ((extent[at + 2] - extent[at]) * 1000 / scale for at in (0, 1))
    if "LineString" in geometry.geom_type:
        coarse = generalised(shapely.clip_by_rect(geometry, *extent), COARSEST_MM * scale / 1000)
        # One line for each millimetre of the whole map: as black as a filled area, and with countless crossings.
        if coarse.length * 1000 / scale > across * up:
            return None
    if shapely.get_num_coordinates(geometry) <= PLAIN:
        return _solid(geometry.intersection(shapely.box(*extent)))
    detail = DETAIL_MM
    while detail <= COARSEST_MM:
        # First generalised, then cut: to cut a line exactly is to look for all places where it crosses itself.
        cut = shapely.clip_by_rect(generalised(geometry, detail * scale / 1000), *extent)
        if shapely.get_num_coordinates(cut) <= DENSEST:
            return _solid(cut if cut.is_valid else shapely.make_valid(cut))
        detail *= 2
    return None


@lru_cache(maxsize=4)
def grid_geometries(plan: Plan) -> Mapping[str, BaseGeometry]:
    """Return each placed site's valid geometry in metres of the grid, by id.

    Sites too far away for the grid are left out. Cached, because an atlas asks for it at each sheet.
    """
    found = {}
    for site in plan.sites.values():
        if site.geometry is None:
            continue
        geometry = plan.grid.project(site.geometry)
        if all(math.isfinite(value) for value in geometry.bounds):
            # An area that crosses itself cannot be cut at the frame.
            found[site.id] = _solid(geometry if geometry.is_valid else shapely.make_valid(geometry))
    return found


def _solid(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry without the stray points and lines that cutting can leave beside its areas or lines."""
    if geometry.geom_type != "GeometryCollection":
        return geometry
    parts = [part for part in shapely.get_parts(shapely.get_parts(geometry)) if not part.is_empty]
    highest = max((shapely.get_dimensions(part) for part in parts), default=0)
    return shapely.union_all([part for part in parts if shapely.get_dimensions(part) == highest])


def ground_style(shown: ShownSite) -> list[dict[str, object]]:
    """Return the stack of strokes for a site's lines or areas, see `layers.style.GROUND`."""
    category = style.CATEGORIES[shown.site.category]
    return style.GROUND.get(category.ground) or style.GROUND[""]
