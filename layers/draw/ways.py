"""The roads and waters of the ground on paper, with their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers import style
from layers.draw import typeface
from layers.draw.along import LONGER, Wishes
from layers.draw.canvas import Canvas, is_free
from layers.draw.content import Content
from layers.draw.drawing import PIXEL, Box, Positions, Shape, circle, geometry_path, rings_path
from layers.draw.label import LINE_HEIGHT
from layers.draw.names import name_again, name_course
from layers.draw.pdf_layer import PdfLayer
from layers.draw.typeface import MM_PER_POINT
from layers.ground import look
from layers.ground.files import GroundFile, ground_of
from layers.ground.names import GroundNames
from layers.ground.tiles import TileGround, TileSpot, tile_ground
from layers.ground.ways import GroundWay, Spot, ways
from layers.plan.plan import Plan
from layers.plan.scene import WAYS_LAYER, Scene
from layers.plan.terms import Text, printed_name
from layers.selection.extent import Extent

FINER = 0.6
"""By how many zoom levels paper shows more than a screen: print is finer, and is read from near."""

DETAIL_MM = 0.04
"""Tolerance in millimetres on the paper with which ways are simplified: much less than any is wide."""

LEAST_MM = 1.5
"""Least length in millimetres on the paper of what is drawn of a way."""

POINTS_PER_PIXEL = 0.55
"""Points of type on A3 for a pixel of the screen."""

JOINED_MM = 0.15
"""Millimetres on the paper to which the ends of a way's parts are rounded, so that those of two tiles are one."""

TRIED = 4
"""Most pieces of a way on which room for its name is looked for, the longest first."""

WIDE = 0.3
"""A way that is as wide as this share of its name's height is not hidden by a name about as long as itself."""

LEAST_LONGER = 1.1
"""How many times longer than its name such a way must be."""

SPOT_MM = 24.0
"""Width in millimetres on A3 above which the name of a place is set in two lines."""

SPOT_GAP = 0.7
"""Room in millimetres on A3 around the name of a place."""


@dataclass(frozen=True, slots=True)
class SeenWay:
    """What of a way is in the frame."""

    name: Text
    """Empty without one."""
    kind: str
    """One of those in `layers.ground.look.LINE_GROUPS`."""
    geometry: BaseGeometry
    """MultiLineString or LineString in metres of the grid."""

    @property
    def is_water(self) -> bool:
        """Whether it is a water and not a road or the like."""
        return self.kind in look.WATERWAYS


@dataclass(slots=True)
class NamedWays:
    """All that is in the frame of the ways of one name."""

    name: str
    is_water: bool
    looks: look.WayStyle
    lines: list[shapely.LineString] = field(default_factory=list)
    """In metres of the grid."""

    @property
    def length(self) -> float:
        """Length in metres."""
        return sum(line.length for line in self.lines)


def are_shown(scene: Scene) -> bool:
    """Whether a map of `scene` has the roads, waters and places of the ground."""
    return scene.visible.get(WAYS_LAYER, True)


@lru_cache(maxsize=4)
def _on_grid(plan: Plan) -> tuple[tuple[GroundWay, ...], shapely.STRtree]:
    """Return the ways, and their geometries in metres of the grid."""
    lines = ways(plan).lines
    return lines, shapely.STRtree(plan.grid.project_all([way.geometry for way in lines]))


def seen_ways(plan: Plan, scene: Scene, content: Content, *, margin: float = 0.0) -> tuple[SeenWay, ...]:
    """Return the ways in the frame of a map, grown by `margin` metres, the lowest class first.

    Left out are those that are too small for the scale, and those for which a line of the plan stands that is drawn.
    """
    if not are_shown(scene):
        return ()
    ground = ground_of(plan, scene.basemap)
    if ground is not None:
        return _from_tiles(_tiles(ground, plan, content, margin), content)
    drawn = frozenset(shown.site.id for shown in content.sites if shown.linear)
    west, south, east, north = content.extent
    extent: Extent = (west - margin, south - margin, east + margin, north + margin)
    return _seen(plan, drawn, extent, content.zoom + FINER, content.scale / 1000)


def seen_areas(plan: Plan, scene: Scene, content: Content, *, margin: float = 0.0) -> dict[str, list[Positions]]:
    """Return the rings of the areas in the frame of a map, grown by `margin` metres, by kind; none without tiles."""
    ground = ground_of(plan, scene.basemap)
    if ground is None:
        return {}
    zoom = content.zoom + FINER
    found = _tiles(ground, plan, content, margin).rings
    return {kind: found[kind] for kind, looks in look.AREAS.items() if kind in found and looks.zoom <= zoom}


def _tiles(ground: GroundFile, plan: Plan, content: Content, margin: float) -> TileGround:
    west, south, east, north = content.extent
    extent: Extent = (west - margin, south - margin, east + margin, north + margin)
    return tile_ground(ground, plan.grid, extent, content.zoom + FINER)


def _from_tiles(tiles: TileGround, content: Content) -> tuple[SeenWay, ...]:
    zoom = content.zoom + FINER
    lines = [line for line in tiles.lines if look.width_at(look.style_of(line.kind).widths, zoom) > 0]
    tolerance = DETAIL_MM * content.scale / 1000
    simple = shapely.simplify(np.array([line.geometry for line in lines], dtype=object), tolerance)
    return tuple(SeenWay(line.name, line.kind, geometry) for line, geometry in zip(lines, simple.tolist(), strict=True))


# Names and legend ask for the same ways, the legend once for each way in which a sheet may be divided.
@lru_cache(maxsize=8)
def _seen(plan: Plan, drawn: frozenset[str], extent: Extent, zoom: float, millimetre: float) -> tuple[SeenWay, ...]:
    """Return the ways in `extent` at a zoom but those for which a site in `drawn` stands; a millimetre is in metres."""
    lines, tree = _on_grid(plan)
    numbers = [
        number
        for number in np.sort(tree.query(shapely.box(*extent))).tolist()
        if lines[number].site not in drawn and look.width_at(look.style_of(lines[number].kind).widths, zoom) > 0
    ]
    cuts = shapely.clip_by_rect(tree.geometries[numbers], *extent)
    long = shapely.length(cuts) >= LEAST_MM * millimetre
    simple = shapely.simplify(cuts[long], DETAIL_MM * millimetre)
    ways_in = [lines[numbers[at]] for at in np.flatnonzero(long)]
    return tuple(SeenWay(way.name, way.kind, geometry) for way, geometry in zip(ways_in, simple, strict=True))


def draw_ways(plan: Plan, scene: Scene, content: Content, *, size: float, margin: float) -> list[Shape]:
    """Return the ways as shapes in metres of the grid: all edges of a kind of way, then all surfaces.

    `size` is the factor by which symbols are larger than on A3, `margin` how far beyond the frame to draw, in metres.
    """
    unit = PIXEL * (0.5 + 0.5 * size)
    opacity = scene.opacity.get(WAYS_LAYER, 1.0)
    by_kind: dict[str, list[shapely.LineString]] = {}
    for seen in seen_ways(plan, scene, content, margin=margin):
        by_kind.setdefault(seen.kind, []).extend(_lines(seen.geometry))
    zoom = content.zoom + FINER
    shapes = [
        Shape(rings_path(rings), fill=look.AREAS[kind].fill, opacity=opacity, name=kind, layer=_layer_of(kind))
        for kind, rings in seen_areas(plan, scene, content, margin=margin).items()
    ]
    for styles in look.LINE_GROUPS:
        for edge in (True, False):
            for kind, looks in styles.items():
                path = geometry_path(shapely.MultiLineString(by_kind[kind])) if kind in by_kind else None
                width = look.width_at(looks.widths, zoom)
                if path is None or (not edge and (looks.single or width < look.CASED_FROM)):
                    continue
                cased = edge and not looks.single and width >= look.CASED_FROM
                dashed = bool(looks.dash) and (looks.single or not edge)
                shapes.append(
                    Shape(
                        path,
                        stroke=looks.edge if edge else looks.fill,
                        line_width=(width + (look.CASING if cased else 0.0)) * unit,
                        dash=tuple(float(part) * unit for part in looks.dash.split()) if dashed else (),
                        opacity=opacity,
                        name=f"{kind}-edge" if edge else kind,
                        round_ends=not dashed,
                        layer=_layer_of(kind),
                    )
                )
    return shapes


def _layer_of(kind: str) -> PdfLayer:
    """Return the layer of a PDF for a kind of way or area."""
    if kind in look.WATERWAYS or kind in look.WATER_AREAS:
        return PdfLayer.WATERS
    if kind in look.AREAS:
        return PdfLayer.GROUND
    return PdfLayer.BOUNDARIES if kind in look.BOUNDARIES else PdfLayer.ROADS


def name_ways(canvas: Canvas, plan: Plan, scene: Scene) -> None:
    """Write the names of roads and waters along them, and those of places, where there is room."""
    if not are_shown(scene):
        return
    zoom = canvas.content.zoom + FINER
    taken = {printed_name(shown.site.name.get(canvas.language)) for shown in canvas.content.sites}
    by_name: dict[tuple[str, bool], NamedWays] = {}
    seen_here = seen_ways(plan, scene, canvas.content)
    ground = ground_of(plan, scene.basemap) if are_shown(scene) else None
    spots = [] if ground is None else _tiles(ground, plan, canvas.content, 0.0).spots
    known = ways(plan).spots if ground is None else spots
    names = GroundNames((each.name for each in (*seen_here, *known)), canvas.language)
    for seen in seen_here:
        name = names.written(seen.name)
        looks = look.style_of(seen.kind)
        if name and name not in taken and zoom >= looks.name_zoom:
            # The higher classes come last, and a road of several is named as its highest.
            named = by_name.setdefault((name, seen.is_water), NamedWays(name, seen.is_water, looks))
            named.looks = looks
            named.lines += _lines(seen.geometry)
    ordered = sorted(by_name.values(), key=lambda named: (-named.looks.priority, -named.length, named.name))
    crossing = _Crossing(canvas, [seen for seen in seen_here if _is_street(seen.kind)])
    first = [(named, _name_along(canvas, named, zoom, crossing)) for named in ordered]
    if ground is None:
        _name_spots(canvas, plan, names, taken, zoom)
    else:
        _name_places(canvas, spots, names, taken, zoom)
    # Once everything has its name, long ones get theirs again.
    for named, at in first:
        if at is not None:
            _name_again(canvas, named, at)


def _lines(geometry: BaseGeometry) -> list[shapely.LineString]:
    return [part for part in shapely.get_parts(geometry) if isinstance(part, shapely.LineString)]


def _is_street(kind: str) -> bool:
    return kind in look.ROADS and not look.ROADS[kind].single


class _Crossing:
    """The roads on the paper, to find those that cross one of them."""

    def __init__(self, canvas: Canvas, roads: Sequence[SeenWay]) -> None:
        self._lines = np.array([canvas.to_paper(road.geometry) for road in roads], dtype=object)
        self._names = np.array([printed_name(road.name.get(canvas.language)) for road in roads])

    def of(self, named: NamedWays) -> shapely.STRtree:
        """Return all others."""
        return shapely.STRtree(self._lines[self._names != named.name])


def _name_along(canvas: Canvas, named: NamedWays, zoom: float, crossing: _Crossing) -> tuple[float, float] | None:
    if not typeface.covers(named.name):
        return None
    points, colour = _written(canvas, named)
    unit = PIXEL * (0.5 + 0.5 * canvas.size)
    wide = look.width_at(named.looks.widths, zoom) * unit >= WIDE * points * MM_PER_POINT
    wishes = Wishes(longer=LEAST_LONGER if wide else LONGER, crossing=crossing.of(named))
    longest = shapely.MultiLineString(_longest(canvas, named)[:TRIED])
    return name_course(canvas, named.name, longest, points, colour, key=f"way {named.name}", wishes=wishes)


def _name_again(canvas: Canvas, named: NamedWays, first: tuple[float, float]) -> None:
    points, colour = _written(canvas, named)
    course = shapely.MultiLineString(_longest(canvas, named)[:TRIED])
    name_again(canvas, named.name, course, points, colour, first, key=f"way {named.name}")


def _written(canvas: Canvas, named: NamedWays) -> tuple[float, str]:
    """Return the size in points and the colour of a name."""
    points = typeface.readable(named.looks.name_size * POINTS_PER_PIXEL * canvas.size)
    return points, style.WATER_TEXT if named.is_water else style.MUTED


def _longest(canvas: Canvas, named: NamedWays) -> list[shapely.LineString]:
    """Return the parts of a way, joined where they meet, the longest first."""
    step = JOINED_MM * canvas.content.scale / 1000
    whole = shapely.transform(shapely.MultiLineString(named.lines), lambda at: np.round(at / step) * step)
    parts = [line for line in _lines(whole) if line.length]
    return sorted(_lines(shapely.line_merge(shapely.MultiLineString(parts))), key=lambda line: -line.length)


def _name_spots(canvas: Canvas, plan: Plan, names: GroundNames, taken: set[str], zoom: float) -> None:
    west, south, east, north = canvas.content.grid.bbox(canvas.content.extent)
    for spot in ways(plan).spots:
        if not (west < spot.longitude < east and south < spot.latitude < north):
            continue
        name = names.written(spot.name)
        if zoom >= _spot_zoom(spot) and name and name not in taken and typeface.covers(name):
            x, y = canvas.content.grid.position(spot.longitude, spot.latitude)
            ((x, y),) = shapely.get_coordinates(canvas.to_paper(shapely.Point(x, y))).tolist()
            if _name_spot(canvas, spot, name, x, y):
                taken.add(name)


def _name_places(canvas: Canvas, spots: Sequence[TileSpot], names: GroundNames, taken: set[str], zoom: float) -> None:
    for spot in sorted(spots, key=lambda spot: (-look.PLACES[spot.kind].priority, spot.rank, spot.name.zh, spot.x)):
        looks = look.PLACES[spot.kind]
        name = names.written(spot.name)
        if zoom < looks.zoom or not name or name in taken or not typeface.covers(name):
            continue
        ((x, y),) = shapely.get_coordinates(canvas.to_paper(shapely.Point(spot.x, spot.y))).tolist()
        colour = style.WATER_TEXT if spot.kind in look.WATER_TEXTS else style.MUTED
        if _write_spot(canvas, name, x, y, looks.size, colour, dot=looks.dot):
            taken.add(name)


def _spot_zoom(spot: Spot) -> float:
    if spot.rank:
        return look.PLACE_NAMES[min(spot.rank, len(look.PLACE_NAMES)) - 1]
    return look.WATER_NAMES.get(spot.kind, [*look.WATER_NAMES.values()][-1])


def _name_spot(canvas: Canvas, spot: Spot, name: str, x: float, y: float) -> bool:
    """Write a name over a water, or below the dot of a place; return whether there was room."""
    pixels = look.PLACE_SIZE if spot.rank else look.WATER_SIZE
    colour = style.MUTED if spot.rank else style.WATER_TEXT
    return _write_spot(canvas, name, x, y, pixels, colour, dot=bool(spot.rank))


def _write_spot(canvas: Canvas, name: str, x: float, y: float, pixels: float, colour: str, *, dot: bool) -> bool:
    """Write a name around a place in millimetres, or beside its dot; return whether there was room."""
    points = typeface.readable(pixels * POINTS_PER_PIXEL * canvas.size)
    lines = typeface.wrap(name, SPOT_MM * canvas.size, points)
    wide = max(typeface.width(text, points) for text in lines)
    leading = points * MM_PER_POINT * LINE_HEIGHT
    tall = leading * len(lines)
    radius = 0.32 * canvas.size if dot else 0.0
    around = Box(x - radius, y - radius, x + radius, y + radius)
    if radius and not is_free(canvas, around):
        return False
    up, right = radius * 2 + tall / 2, radius * 2.5 + wide / 2
    for out, over in ((0, -up), (right, 0), (-right, 0), (0, up)) if dot else ((0, 0),):
        box = Box(x + out - wide / 2, y + over - tall / 2, x + out + wide / 2, y + over + tall / 2)
        if not is_free(canvas, box.grown(SPOT_GAP * canvas.size)):
            continue
        if radius:
            canvas.drawing.add(circle(x, y, radius, fill=style.DOT))
        for number, text in enumerate(lines):
            middle = box.top - (number + 0.5) * leading
            baseline = middle - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
            canvas.drawing.write(text, x + out, baseline, points, colour=colour, align="center", halo=0.34)
        canvas.keep(f"spot {name}", box)
        return True
    return False
