"""The ground of a map on paper: land, water, districts, lines and areas, in the colours of the screen."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from layers import style
from layers.draw.content import Content, ShownSite, grid_geometries, ground_style
from layers.draw.drawing import PIXEL, Raster, Shape, geometry_path
from layers.draw.own import draw_own
from layers.draw.pdf_layer import PdfLayer, on_layer
from layers.draw.service import BLEED_MM, PICTURE_MM, cut_extent, draw_services
from layers.draw.soft import is_soft, soft_patch
from layers.draw.ways import draw_ways
from layers.ground.files import picture_of
from layers.ground.pictures import picture_in
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.terms import Precision
from layers.region import region
from layers.selection.extent import Extent
from layers.selection.vicinity import vicinity

FAINT = 0.45
"""Factor for the fill opacity of inexact shapes, which must not look like real land or water."""

HALO_DASH = "5 4"

HALOS = frozenset({"accuracy", "soft-point"})
"""Names of the shapes around points: the circle of an approximate one, the patch of one that stands in for a place."""


def stroke_factor(zoom: float) -> float:
    """Return the factor for the width of strokes at a zoom level, the same as on the screen."""
    return max(0.45, min(2.6, 0.55 + (zoom - 10) * 0.2))


def draw_ground(plan: Plan, scene: Scene, content: Content, *, size: float) -> list[Shape | Raster]:
    """Return the ground as shapes in metres of the grid, the lowest first.

    `size` is the factor by which the symbols and text of the sheet are larger than on A3.
    """
    cut = cut_extent(content)
    unit = PIXEL * stroke_factor(content.zoom) * (0.5 + 0.5 * size)
    shapes: list[Shape | Raster] = [*_area(shapely.box(*cut), fill=style.SEA, name="sea", layer=PdfLayer.GROUND)]
    place = region(plan)
    for area in place.land:
        shapes += _area(_cut(area.geometry, cut), fill=style.LAND, layer=PdfLayer.GROUND)
    minor = style.MINOR_BOUNDARY if boundaries_shown(plan, scene) else ""
    for area in place.districts:
        # In two, so that a PDF can do without the boundaries.
        inside = _cut(area.geometry, cut)
        shapes += _area(inside, fill=style.DISTRICT, layer=PdfLayer.GROUND)
        shapes += _area(inside, stroke=minor, line_width=0.22 * size, layer=PdfLayer.BOUNDARIES) if minor else []
    shapes += draw_ways(plan, scene, content, size=size, margin=content.scale * BLEED_MM / 1000)
    # Over roads and areas, as on the screen: where the picture ends, they go on.
    shapes += _picture(plan, scene, content, cut)
    # Points have a size on the paper and not on the ground, so layers.draw.site_symbols draws them.
    ground = [shown for shown in content.sites if shown.layer.ground and not shown.simple]
    waters = [shown for shown in ground if shown.site.category == "river"]
    for shown in ground:
        if shown not in waters:
            shapes += on_layer(_layer_of(shown), _strokes(plan, shown, cut, unit))
    veil, edge = _focus(plan, scene, cut, size)
    shapes += veil
    # Rivers go over the veil around the district, because one of them is its edge; the boundary goes over both.
    for shown in waters:
        shapes += on_layer(PdfLayer.WATERS, _strokes(plan, shown, cut, unit))
    shapes += edge
    shapes += draw_services(plan, scene, content)
    shapes += draw_own(plan, scene, content, cut, unit)
    # A place whose extent is a patch needs no circle: that would be one more line around what nobody has drawn.
    patched = {plan.whole(shown.site.id) for shown in content.sites if is_soft(shown)}
    for shown in content.sites:
        if shown.layer.ground:
            continue
        if not shown.simple:
            shapes += on_layer(PdfLayer.SITES, _strokes(plan, shown, cut, unit))
        elif plan.whole(shown.site.id) not in patched:
            shapes += on_layer(PdfLayer.SITES, _halo(shown, cut, content.scale, size))
    return shapes + _surroundings(plan, scene, cut, size)


def _surroundings(plan: Plan, scene: Scene, cut: Extent, size: float) -> list[Shape]:
    """Return the surroundings that the Scene asks about: a faint fill, and an outline that the frame does not close."""
    around = vicinity(plan, scene.near)
    if around is None:
        return []
    area = plan.grid.project(around.area)
    edge = _cut(area.boundary, cut)
    return [
        *_area(_cut(area, cut), fill=style.ACCENT, fill_opacity=style.NEAR_OPACITY),
        *_area(edge, stroke=style.WHITE, line_width=1.2 * size, opacity=0.8),
        *_area(edge, stroke=style.ACCENT, line_width=0.45 * size, name="near"),
    ]


def _picture(plan: Plan, scene: Scene, content: Content, cut: Extent) -> list[Raster]:
    """Return the picture that the Scene has as ground, as fine as print shows it."""
    ground = picture_of(plan, scene.basemap)
    if ground is None:
        return []
    pixels = picture_in(ground, plan.grid, cut, content.scale * PICTURE_MM / 1000)
    return [] if pixels is None else [Raster(pixels, cut, "picture", PdfLayer.PICTURE)]


def _layer_of(shown: ShownSite) -> PdfLayer:
    """Return the layer of a site of the ground."""
    ground = style.CATEGORIES[shown.site.category].ground
    if ground in ("river", "water"):
        return PdfLayer.WATERS
    if ground == "district":
        return PdfLayer.BOUNDARIES
    return PdfLayer.ROADS if shown.linear or ground == "runway" else PdfLayer.GROUND


def is_under_picture(plan: Plan, scene: Scene, content: Content) -> bool:
    """Whether a picture hides all that is drawn of roads and areas."""
    ground = picture_of(plan, scene.basemap)
    if ground is None:
        return False
    west, south, east, north = plan.grid.bbox(content.extent)
    left, bottom, right, top = ground.bounds
    return left <= west and bottom <= south and east <= right and north <= top


def halos_in(ground: Sequence[Shape | Raster]) -> frozenset[str]:
    """Return those of `HALOS` that are in a ground as drawn."""
    return HALOS & {shape.name for shape in ground}


def _cut(geometry: BaseGeometry, cut: Extent) -> BaseGeometry:
    return shapely.clip_by_rect(geometry, *cut)


def _area(geometry: BaseGeometry, **look: object) -> list[Shape]:
    path = geometry_path(geometry)
    return [] if path is None else [Shape(path, **look)]  # type: ignore[arg-type]


def boundaries_shown(plan: Plan, scene: Scene) -> bool:
    """Whether the boundaries of districts are drawn: they are switched with the layer of the plan's own."""
    layer = next((layer for layer in plan.catalogue.layers if plan.info.district_site in layer.sites), None)
    return layer is None or scene.visible.get(layer.id, layer.visible)


def _focus(plan: Plan, scene: Scene, cut: Extent, size: float) -> tuple[list[Shape], list[Shape]]:
    """Return the veil over everything outside the plan's district, and the district's boundary."""
    home = region(plan).focus
    if home is None:
        return [], []
    veil = _area(
        _cut(shapely.box(*cut).difference(home.geometry), cut),
        fill=style.MASK,
        fill_opacity=style.MASK_OPACITY,
        layer=PdfLayer.GROUND,
    )
    if not boundaries_shown(plan, scene):
        return veil, []
    # As a line: an area would get a stroke along the cut.
    edge = _cut(home.geometry.boundary, cut)
    casing = _area(edge, stroke=style.WHITE, line_width=1.3 * size, opacity=0.75, layer=PdfLayer.BOUNDARIES)
    firm = _area(edge, stroke=style.BOUNDARY, line_width=0.5 * size, name="boundary", layer=PdfLayer.BOUNDARIES)
    return veil + casing, firm


def strokes(
    geometry: BaseGeometry, looks: list[dict[str, object]], unit: float, *, opacity: float = 1.0, dash: str = ""
) -> list[Shape]:
    """Return lines or polygons drawn with a stack of strokes as in `layers.style.GROUND`.

    `unit` is the size of a screen pixel in millimetres. A `dash` marks an inexact shape: the top stroke gets it, and
    fills become fainter.
    """
    path = geometry_path(geometry)
    if path is None:
        return []
    shapes = []
    for index, look in enumerate(looks):
        broken = dash if dash and index == len(looks) - 1 else str(look.get("dash", ""))
        faint = FAINT if dash else 1.0
        shapes.append(
            Shape(
                path,
                fill=str(look.get("fill", "")),
                fill_opacity=float(str(look.get("fill_opacity", 1.0))) * faint,
                stroke=str(look.get("colour", "")),
                line_width=float(str(look.get("width", 1.0))) * unit,
                dash=tuple(float(part) * unit for part in broken.split()),
                opacity=opacity,
                round_ends=not broken,
            )
        )
    return shapes


def _strokes(plan: Plan, shown: ShownSite, cut: Extent, unit: float) -> list[Shape]:
    if is_soft(shown):
        # The whole of it: where the frame cuts it, it does not end.
        whole = grid_geometries(plan)[shown.site.id]
        return soft_patch(whole, *style.soft_look(shown.site.category), cut, layer=shown.opacity, name="soft")
    looks = ground_style(shown)
    dash = "" if shown.layer.ground else style.PRECISION_DASH.get(shown.site.precision, "")
    if shown.linear:
        looks = [{**look, "fill": ""} for look in looks]
    return strokes(_cut(shown.geometry, cut), looks, unit, opacity=shown.opacity, dash=dash)


def _halo(shown: ShownSite, cut: Extent, scale: float, size: float) -> list[Shape]:
    """Return the circles in which the true position is expected, if they are wider than the symbol.

    Those around a point that only stands in for a place are soft patches: such a circle has no meaning as a line.
    """
    accuracy = shown.site.accuracy_m
    if not accuracy or accuracy * 1000 / scale < 3.4 * size:
        return []
    # Dashed and never dotted, because dotted outlines mean nominal shapes.
    dash = tuple(float(part) * PIXEL * 1.2 for part in HALO_DASH.split())
    shapes = []
    for point in getattr(shown.geometry, "geoms", [shown.geometry]):
        around = point.buffer(accuracy, quad_segs=24)
        if shown.site.precision is Precision.NOMINAL:
            shapes += soft_patch(around, *style.SOFT_POINT, cut, name="soft-point")
            continue
        path = geometry_path(around)
        if path is not None:
            shapes.append(
                Shape(
                    path,
                    fill=style.QUIET,
                    fill_opacity=0.05 if shown.number is not None else 0.025,
                    stroke=style.QUIET,
                    line_width=0.18 if shown.number is not None else 0.11,
                    dash=dash,
                    name="accuracy",
                )
            )
    return shapes
