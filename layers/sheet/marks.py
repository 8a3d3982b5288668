"""The symbols and names on the map: numbered sites first, then what helps to find the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import cos, radians, sin

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.measure import anchors, inner_point
from layers import style
from layers.model import Plan
from layers.sheet import symbols, typeface
from layers.sheet.block import LINE_HEIGHT, Block
from layers.sheet.content import Area, Content, ShownSite, basemap, focus, ground_style
from layers.sheet.drawing import PIXEL, Box, Drawing, Shape, circle, line
from layers.sheet.ground import stroke_factor
from layers.sheet.placement import Place, Space, place_along, place_block, place_letters, place_symbol
from layers.sheet.typeface import MM_PER_POINT, Weight

RADIUS = 2.5
"""Radius in millimetres of the disc of a numbered site on A3."""

QUIET_RADIUS = 1.5
WATER_TEXT = "#3F7CA8"
METRO_TEXT = "#6F5A91"
QUIET_TEXT = "#5F656D"
AREA_TEXT = "#8C8778"
LEADER = "#4B5563"


@dataclass
class Marks:
    """What came of it."""

    boxes: list[tuple[str, Box]] = field(default_factory=list)
    """Every symbol and every label by what it stands for; no two of them overlap."""
    drawn: set[str] = field(default_factory=set)
    """Ids of the sites whose symbol stands on the map."""
    moved: bool = False
    """Whether any symbol stands aside of its place."""
    unnamed: int = 0
    """Numbered sites whose name found no room; their number stands on the map."""
    unnumbered: int = 0
    """Numbered sites of which only the symbol stands on the map."""
    unmarked: int = 0
    """Numbered sites whose symbol found no room."""


class _Map:
    """The frame while it is being filled."""

    def __init__(self, drawing: Drawing, content: Content, language: str, size: float) -> None:
        if drawing.frame is None:
            raise ValueError("marks need a map")
        self.drawing = drawing
        self.content = content
        self.language = language
        self.size = size
        self.frame = drawing.frame
        self.marks = Marks()
        self.room = self.frame.grown(-1.0)
        self.over: list[Shape] = []
        """Symbols, which go over the leader lines of all others."""
        to_paper = self.to_paper
        lines = [to_paper(shown.geometry) for shown in content.sites if shown.linear]
        self.space = Space(self.room, lines)

    def to_paper(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry of the grid in millimetres of the paper."""
        west, south = self.content.extent[:2]
        factor = 1000 / self.content.scale
        left, bottom = self.frame.left, self.frame.bottom
        return shapely.transform(geometry, lambda at: (at - (west, south)) * factor + (left, bottom))

    def keep(self, name: str, *boxes: Box) -> None:
        """Take room and note for what."""
        self.space.take(*boxes)
        self.marks.boxes += [(name, box) for box in boxes]

    def block(self, shown: ShownSite, points: float, *, number: bool, name: bool, colour: str) -> Block:
        """Return the label of a site; what stands in brackets goes into a second, smaller line."""
        text = shown.site.name.get(self.language)
        lines: list[tuple[str, float, Weight]] = []
        if name:
            weight = Weight.BOLD if shown.number is not None else Weight.REGULAR
            head, bracket, tail = text.partition("（") if "（" in text else text.partition(" (")
            limit = 34.0 * self.size
            if bracket and (shown.number is not None or typeface.width(text, points, weight) > limit):
                lines = [(head, points, weight), (bracket.strip() + tail, points * 0.82, Weight.REGULAR)]
            else:
                # Long English names break into two lines.
                parts = typeface.wrap(text, limit, points, weight)
                lines = [(part, points, weight) for part in parts]
        return Block(tuple(lines), str(shown.number) if number and shown.number is not None else "", colour)


def anchor_points(shown: ShownSite) -> list[tuple[float, float]]:
    """Return where a site's symbol belongs, in metres of the grid."""
    geometry = shown.geometry
    if shown.linear:
        # The frame cuts a line into parts that may belong together.
        geometry = shapely.line_merge(geometry)
    return [(point.x, point.y) for point in anchors(geometry)]


def draw_marks(drawing: Drawing, plan: Plan, content: Content, *, language: str, size: float) -> Marks:
    """Put symbols and labels on the map and return what was put where."""
    chart = _Map(drawing, content, language, size)
    _draw_dots(chart)
    labels: list[Callable[[], object]] = []
    numbered = [shown for shown in content.sites if shown.number is not None]
    numbered.sort(key=lambda shown: (not shown.lit, not shown.simple, -_priority(shown), shown.number))
    for shown in numbered:
        _draw_numbered_symbol(chart, shown, labels)
    drawing.add(chart.over)
    quiet = [shown for shown in content.sites if shown.number is None and not shown.layer.ground]
    quiet.sort(key=lambda shown: (not shown.lit, -_priority(shown), shown.site.id))
    for shown in quiet:
        _draw_quiet_symbol(chart, shown, labels)
    for place_label in labels:
        place_label()
    _draw_area_names(chart, plan)
    _draw_ground_names(chart, focus(plan))
    return chart.marks


def _priority(shown: ShownSite) -> int:
    return style.CATEGORIES[shown.site.category].priority


def _draw_dots(chart: _Map) -> None:
    """Draw stations and the like of the ground; labels may touch them, for they are many and small."""
    unit = PIXEL * stroke_factor(chart.content.zoom) * chart.size
    for shown in chart.content.sites:
        if not (shown.layer.ground and shown.simple):
            continue
        for point in getattr(chart.to_paper(shown.geometry), "geoms", [chart.to_paper(shown.geometry)]):
            for look in ground_style(shown):
                chart.drawing.add(
                    circle(
                        point.x,
                        point.y,
                        float(str(look.get("radius", 2.5))) * unit,
                        fill=str(look.get("fill", "")),
                        stroke=str(look.get("colour", "")),
                        line_width=float(str(look.get("width", 1.0))) * unit,
                        opacity=shown.opacity,
                    )
                )


def _draw_numbered_symbol(chart: _Map, shown: ShownSite, labels: list[Callable[[], object]]) -> None:
    if shown.state is None:
        raise ValueError("a number without a state")
    radius = RADIUS * chart.size * (1.2 if shown.lit else 1.0)
    reach = symbols.site_reach(radius)
    first: Box | None = None
    anchors = shapely.get_coordinates(chart.to_paper(shapely.MultiPoint(anchor_points(shown))))
    for x, y in anchors.tolist():
        inside = _into(chart.room, x, y, reach)
        centre = place_symbol(chart.space, *inside, reach, limit=14.0 * chart.size if first is None else 0.0)
        if centre is None:
            # A second place of the same site that has no room of its own keeps its dot.
            _draw_dot(chart, shown, x, y)
            continue
        if centre != (x, y):
            _draw_leader(chart, shown, (x, y), centre, radius)
        if shown.lit:
            chart.over.append(circle(*centre, radius * 1.45, fill=style.ACCENT, fill_opacity=0.18))
        status, backed = shown.state.status, shown.state.backed
        chart.over += symbols.site_at(
            shown.site.category, status, backed=backed, x=centre[0], y=centre[1], radius=radius
        )
        box = Box(centre[0] - reach[0], centre[1] - reach[1], centre[0] + reach[2], centre[1] + reach[3])
        chart.keep(f"symbol {shown.site.id}", box)
        first = first or box
    if first is None:
        chart.marks.unmarked += 1
        return
    own = first
    points = (8.6 if shown.lit else 7.6) * chart.size
    colour = style.ACCENT if shown.lit else style.INK

    def place_label() -> None:
        full = chart.block(shown, points, number=True, name=True, colour=colour)
        if _put(chart, shown, full, own, reach=26.0 * chart.size):
            return
        number = chart.block(shown, points, number=True, name=False, colour=colour)
        if _put(chart, shown, number, own, reach=16.0 * chart.size):
            chart.marks.unnamed += 1
        else:
            chart.marks.unnumbered += 1

    labels.append(place_label)


def _into(room: Box, x: float, y: float, reach: tuple[float, float, float, float]) -> tuple[float, float]:
    """Return the place nearest to x, y where a symbol lies wholly in the room."""
    return (
        min(max(x, room.left + reach[0] + 0.1), room.right - reach[2] - 0.1),
        min(max(y, room.bottom + reach[1] + 0.1), room.top - reach[3] - 0.1),
    )


def _towards(start: tuple[float, float], end: tuple[float, float], by: float) -> tuple[float, float]:
    length = max(1e-9, ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5)
    return start[0] + (end[0] - start[0]) / length * by, start[1] + (end[1] - start[1]) / length * by


def _draw_leader(
    chart: _Map, shown: ShownSite, place: tuple[float, float], centre: tuple[float, float], radius: float
) -> None:
    """Join a symbol that stands aside with its true place."""
    chart.marks.moved = True
    chart.drawing.add(
        line([place, centre], stroke="#FFFFFF", line_width=0.6 * chart.size, opacity=0.8),
        line([place, centre], stroke=LEADER, line_width=0.22 * chart.size),
    )
    _draw_dot(chart, shown, *place)
    if shapely.Point(place).distance(shapely.Point(centre)) > radius:
        chart.space.take_leader((place, _towards(centre, place, radius * 1.2)))


def _draw_dot(chart: _Map, shown: ShownSite, x: float, y: float) -> None:
    """Mark the true place of a symbol that stands aside."""
    radius = 0.55 * chart.size
    chart.drawing.add(circle(x, y, radius, fill=LEADER, stroke="#FFFFFF", line_width=0.2))
    chart.space.take(Box(x - radius, y - radius, x + radius, y + radius))


def _draw_quiet_symbol(chart: _Map, shown: ShownSite, labels: list[Callable[[], object]]) -> None:
    category = style.CATEGORIES[shown.site.category]
    points = 6.2 * chart.size
    zoom = chart.content.zoom + 0.6
    if not shown.simple:
        # An area or line that no commitment hangs on is its own symbol.
        if zoom >= category.label_zoom and not shown.linear:
            labels.append(lambda: _name_area(chart, shown, points))
        return
    radius = QUIET_RADIUS * chart.size * (1.5 if shown.lit else 1.0)
    if zoom < category.label_zoom - 2.0 and not shown.lit:
        return
    reach = (radius,) * 4
    for x, y in shapely.get_coordinates(chart.to_paper(shown.geometry)).tolist():
        centre = place_symbol(chart.space, *_into(chart.room, x, y, reach), reach, limit=7.0 * chart.size)
        if centre is None:
            continue
        if centre != (x, y):
            _draw_leader(chart, shown, (x, y), centre, radius)
        box = Box(centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
        chart.drawing.add(
            symbols.site_at(shown.site.category, None, backed=False, x=centre[0], y=centre[1], radius=radius)
        )
        chart.keep(f"symbol {shown.site.id}", box)
        chart.marks.drawn.add(shown.site.id)
        block = chart.block(shown, points, number=False, name=True, colour=QUIET_TEXT)
        labels.append(partial(_put, chart, shown, block, box))


def _free(chart: _Map, box: Box) -> bool:
    return bool(chart.space.free(np.array([box], dtype=float))[0])


def _put(chart: _Map, shown: ShownSite, block: Block, own: Box, *, reach: float = 0.0) -> bool:
    margin = 0.35 * chart.size
    place = place_block(chart.space, own, block.width, block.height, gap=margin * 1.4, reach=reach, margin=margin)
    if place is None:
        return False
    if place.leader is not None:
        chart.drawing.add(
            line(place.leader, stroke="#FFFFFF", line_width=0.6 * chart.size, opacity=0.8),
            line(place.leader, stroke=LEADER, line_width=0.2 * chart.size),
        )
        chart.space.take_leader(place.leader)
    block.draw(chart.drawing, place)
    chart.keep(f"label {shown.site.id}", place.box)
    return True


def _name_area(chart: _Map, shown: ShownSite, points: float) -> None:
    colour = WATER_TEXT if style.CATEGORIES[shown.site.category].ground == "water" else QUIET_TEXT
    block = chart.block(shown, points, number=False, name=True, colour=colour)
    ((x, y),) = shapely.get_coordinates(chart.to_paper(shapely.MultiPoint(anchor_points(shown))))[:1].tolist()
    box = Box(x - block.width / 2, y - block.height / 2, x + block.width / 2, y + block.height / 2)
    if _free(chart, box.grown(0.4)):
        block.draw(chart.drawing, Place(box, None, "center"))
        chart.keep(f"label {shown.site.id}", box)


def _draw_area_names(chart: _Map, plan: Plan) -> None:
    """Name the plan's district and its neighbours where there is the most room in them."""
    home = focus(plan)
    frame = shapely.box(*chart.content.extent)
    occupied = chart.space.occupied()
    names = [*basemap("districts"), *basemap("land")]
    for area in names:
        seen = area.geometry.intersection(frame)
        if seen.area * (1000 / chart.content.scale) ** 2 < 200 * chart.size**2:
            continue
        on_paper = chart.to_paper(seen)
        text = area.name(chart.language)
        points = (11.0 if area is home else 9.0) * chart.size
        weight = Weight.BOLD if area is home else Weight.REGULAR
        wide = typeface.width(text, points, weight)
        tall = points * MM_PER_POINT * LINE_HEIGHT
        for x, y in _spots(on_paper.difference(occupied)):
            box = Box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
            if _free(chart, box.grown(0.8)):
                baseline = y - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
                chart.drawing.write(
                    text, x, baseline, points, weight=weight, colour=AREA_TEXT, align="center", halo=0.5
                )
                chart.keep(f"area {area.name_zh}", box)
                break


def _spots(area: BaseGeometry) -> list[tuple[float, float]]:
    """Return places well inside an area, the roomiest first."""
    spots: list[tuple[float, float]] = []
    # A name needs no more than a millimetre's care.
    rest = area.simplify(0.5)
    while len(spots) < 4:
        parts = [
            part for part in getattr(rest, "geoms", [rest]) if isinstance(part, shapely.Polygon) and part.area > 50
        ]
        if not parts:
            break
        rest = shapely.MultiPolygon(parts)
        spot = inner_point(rest)
        spots.append((spot.x, spot.y))
        rest = rest.difference(spot.buffer(max(rest.boundary.distance(spot), 8.0)))
    return spots


def _draw_ground_names(chart: _Map, home: Area | None) -> None:
    """Name rivers, roads and lines along their course, and stations where there is room."""
    zoom = chart.content.zoom + 0.9
    # A river keeps its name on the water even where a number speaks of its tasks.
    ground = [
        shown
        for shown in chart.content.sites
        if (shown.number is None and (shown.layer.ground or shown.linear)) or shown.site.category == "river"
    ]
    ground.sort(key=lambda shown: (-_priority(shown), shown.site.id))
    for shown in ground:
        category = style.CATEGORIES[shown.site.category]
        # What lies in the plan's own district is named a little earlier.
        if zoom + (0.5 if home is None or home.geometry.intersects(shown.geometry) else 0.0) < category.label_zoom:
            continue
        colour = (
            WATER_TEXT
            if category.ground in ("river", "water")
            else METRO_TEXT
            if category.ground.startswith("metro")
            else QUIET_TEXT
        )
        if shown.linear:
            _name_line(chart, shown, colour)
        elif shown.simple:
            block = chart.block(shown, 5.4 * chart.size, number=False, name=True, colour=colour)
            for x, y in shapely.get_coordinates(chart.to_paper(shown.geometry))[:1].tolist():
                r = 0.6 * chart.size
                _put(chart, shown, block, Box(x - r, y - r, x + r, y + r))


def _name_line(chart: _Map, shown: ShownSite, colour: str) -> None:
    name = shown.site.name.get(chart.language)
    # What is not exact keeps the word that says so.
    text = name if shown.site.precision.value == "nominal" else name.split("（")[0].split(" (")[0]
    points = (7.6 if shown.site.category == "river" else 6.0) * chart.size
    merged = shapely.line_merge(chart.to_paper(shown.geometry))
    wide, tall = typeface.width(text, points), points * MM_PER_POINT * 1.05
    found = place_along(chart.space, merged.simplify(0.4), wide, tall)
    if found is None or shown.site.category == "river":
        _name_bent_line(chart, shown, text, points, colour, merged)
        return
    down = typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
    angle = radians(found.turn)
    x, y = found.x + down * sin(angle), found.y - down * cos(angle)
    chart.drawing.write(text, x, y, points, colour=colour, align="center", turn=found.turn, halo=0.45)
    chart.keep(f"label {shown.site.id}", *found.boxes)


def _name_bent_line(chart: _Map, shown: ShownSite, text: str, points: float, colour: str, course: BaseGeometry) -> None:
    """Set a name letter by letter along a bent line; rivers widely, as maps do."""
    spread = 2.1 if shown.site.category == "river" else 1.0
    widths = [typeface.width(letter, points) * spread for letter in text]
    found = place_letters(chart.space, course.simplify(0.25), widths, points * MM_PER_POINT)
    if found is None:
        return
    letters, boxes = found
    down = typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
    for letter, at in zip(text, letters, strict=True):
        angle = radians(at.turn)
        x, y = at.x + down * sin(angle), at.y - down * cos(angle)
        chart.drawing.write(letter, x, y, points, colour=colour, align="center", turn=at.turn, halo=0.4)
    chart.keep(f"name {shown.site.id}", *boxes)
