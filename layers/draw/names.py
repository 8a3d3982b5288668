"""The names on the map that do not belong to a symbol: districts, rivers, roads and lines, stations, areas."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from geo.generalise import CHUNK, generalised
from geo.measure import inner_point
from layers import style
from layers.draw import typeface
from layers.draw.along import place_along, place_letters
from layers.draw.canvas import Canvas, anchor_points, is_free, priority, put
from layers.draw.content import ShownSite
from layers.draw.drawing import Box
from layers.draw.label import LINE_HEIGHT
from layers.draw.placement import Placement
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.region import Area, Region


def draw_area_names(canvas: Canvas, region: Region) -> None:
    """Write the names of districts and neighbouring land where they have the most room."""
    home = region.focus
    frame = shapely.box(*canvas.content.extent)
    occupied = canvas.space.occupied()
    for area in (*region.districts, *region.land):
        if not area.name_zh:
            continue
        seen = area.geometry.intersection(frame)
        if seen.area * (1000 / canvas.content.scale) ** 2 < 200 * canvas.size**2:
            continue
        on_paper = canvas.to_paper(seen)
        text = area.name(canvas.language)
        points = (11.0 if area is home else 9.0) * canvas.size
        weight = Weight.BOLD if area is home else Weight.REGULAR
        wide = typeface.width(text, points, weight)
        tall = points * MM_PER_POINT * LINE_HEIGHT
        for x, y in _spots(on_paper.difference(occupied)):
            box = Box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
            if is_free(canvas, box.grown(0.8)):
                baseline = y - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
                canvas.drawing.write(
                    text, x, baseline, points, weight=weight, colour=style.AREA_TEXT, align="center", halo=0.5
                )
                canvas.keep(f"area {area.name_zh}", box)
                break


def _spots(area: BaseGeometry) -> list[tuple[float, float]]:
    """Return up to four places well inside an area, in millimetres, the one with the most room first."""
    spots: list[tuple[float, float]] = []
    # A name does not need more than half a millimetre of accuracy.
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


def draw_ground_names(canvas: Canvas, home: Area | None) -> None:
    """Write the names of rivers, roads and lines along their course, and of stations where there is room."""
    zoom = canvas.content.zoom + 0.9
    # A river has its name on the water even if it also has a number for its tasks.
    ground = [
        shown
        for shown in canvas.content.sites
        if not shown.part
        and ((shown.number is None and (shown.layer.ground or shown.linear)) or shown.site.category == "river")
    ]
    ground.sort(key=lambda shown: (-priority(shown), shown.site.id))
    for shown in ground:
        category = style.CATEGORIES[shown.site.category]
        # Names in the plan's own district appear at a slightly lower zoom.
        if zoom + (0.5 if home is None or home.geometry.intersects(shown.geometry) else 0.0) < category.label_zoom:
            continue
        colour = (
            style.WATER_TEXT
            if category.ground in ("river", "water")
            else style.METRO_TEXT
            if category.ground.startswith("metro")
            else style.MUTED
        )
        if shown.linear:
            _name_line(canvas, shown, colour)
        elif shown.simple:
            label = canvas.label(shown, 5.4 * canvas.size, number=False, name=True, colour=colour)
            for x, y in shapely.get_coordinates(canvas.to_paper(shown.geometry))[:1].tolist():
                r = 0.6 * canvas.size
                put(canvas, shown, label, Box(x - r, y - r, x + r, y + r))


def _name_line(canvas: Canvas, shown: ShownSite, colour: str) -> None:
    name = shown.site.name.get(canvas.language)
    # A nominal line keeps the bracket in its name that says so.
    text = name if shown.site.precision.value == "nominal" else name.split("（")[0].split(" (")[0]
    points = (7.6 if shown.site.category == "river" else 6.0) * canvas.size
    merged = shapely.line_merge(canvas.to_paper(shown.geometry))
    wide, tall = typeface.width(text, points), points * MM_PER_POINT * 1.05
    found = place_along(canvas.space, _simple(merged, 0.4), wide, tall)
    if found is None or shown.site.category == "river":
        _name_bent_line(canvas, shown, text, points, colour, merged)
        return
    canvas.write_turned(text, found.x, found.y, found.turn, points, colour=colour, halo=0.45)
    canvas.keep(f"label {shown.site.id}", *found.boxes)


def _name_bent_line(
    canvas: Canvas, shown: ShownSite, text: str, points: float, colour: str, course: BaseGeometry
) -> None:
    """Set a name letter by letter along a bent line; on rivers the letters are spaced widely, as maps do."""
    spread = 2.1 if shown.site.category == "river" else 1.0
    widths = [typeface.width(letter, points) * spread for letter in text]
    found = place_letters(canvas.space, _simple(course, 0.25), widths, points * MM_PER_POINT)
    if found is None:
        return
    letters, boxes = found
    for letter, at in zip(text, letters, strict=True):
        canvas.write_turned(letter, at.x, at.y, at.turn, points, colour=colour, halo=0.4)
    canvas.keep(f"name {shown.site.id}", *boxes)


def _simple(line: BaseGeometry, tolerance: float) -> BaseGeometry:
    """Return lines simplified by `tolerance`, long ones in a way that takes no longer for any shape."""
    few = shapely.get_num_coordinates(line) <= CHUNK
    return line.simplify(tolerance) if few else generalised(line, tolerance)


def name_area(canvas: Canvas, shown: ShownSite, points: float) -> None:
    """Write an area's name in its middle, if that is free."""
    colour = style.WATER_TEXT if style.CATEGORIES[shown.site.category].ground == "water" else style.MUTED
    label = canvas.label(shown, points, number=False, name=True, colour=colour)
    ((x, y),) = shapely.get_coordinates(canvas.to_paper(shapely.MultiPoint(anchor_points(shown))))[:1].tolist()
    box = Box(x - label.width / 2, y - label.height / 2, x + label.width / 2, y + label.height / 2)
    if is_free(canvas, box.grown(0.4)):
        label.draw(canvas.drawing, Placement(box, None, "center"))
        canvas.keep(f"label {shown.site.id}", box)
