"""The names on the map that do not belong to a symbol: districts, rivers, roads and lines, stations, areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geo.generalise import CHUNK, generalised
from geo.measure import inner_points
from layers import style
from layers.draw import typeface
from layers.draw.along import NONE, Letter, Wishes, is_steep, place_along, place_letters, stacked_letters
from layers.draw.canvas import Canvas, anchor_points, is_free, priority, put
from layers.draw.content import ShownSite
from layers.draw.drawing import Box
from layers.draw.label import LINE_HEIGHT
from layers.draw.placement import Placement
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.terms import printed_name
from layers.region import Area, Region
from layers.selection.shared_track import JOIN, TRACK_M, SharedTrack

RIVER_SPREAD = 2.1
"""How much wider than its letters a river's name is."""

HALO = 0.34
"""Millimetres of white around names along lines: enough to read them, and the line goes on between the letters."""

AGAIN_MM = 120.0
"""Length in millimetres on A3 of a river or road for each time that its name is on it."""

APART_MM = 110.0
"""How far apart those must be."""

RIVER_OFTENER = 0.65
"""The same for a river, as a share of both: it bends, and is the line by which people find their way."""

ONE_LINE_MM = 1.5
"""Millimetres on A3 within which two railways look like one line."""

FIRST_IDEOGRAPH = "\u2e80"
"""Characters from this on are as wide as they are high."""


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
        points = typeface.readable((11.0 if area is home else 9.0) * canvas.size)
        weight = Weight.BOLD if area is home else Weight.REGULAR
        wide = typeface.width(text, points, weight)
        tall = points * MM_PER_POINT * LINE_HEIGHT
        # A name does not need more than half a millimetre of accuracy.
        open_ground = on_paper.difference(occupied).simplify(0.5)
        for spot in inner_points(open_ground, count=4, least=50.0, apart=8.0):
            x, y = spot.x, spot.y
            box = Box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
            if is_free(canvas, box.grown(0.8)):
                baseline = y - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
                canvas.drawing.write(
                    text, x, baseline, points, weight=weight, colour=style.AREA_TEXT, align="center", halo=0.5
                )
                canvas.keep(f"area {area.name_zh}", box)
                break


def draw_ground_names(canvas: Canvas, home: Area | None, tracks: Sequence[SharedTrack]) -> None:
    """Write the names of rivers, roads and lines along their course, and of stations where there is room.

    Two lines that share one of `tracks` have both their names on it once, where they are drawn as one.
    """
    zoom = canvas.content.zoom + 0.9
    # A river has its name on the water even if it also has a number for its tasks.
    ground = [
        shown
        for shown in canvas.content.sites
        if not shown.part
        and ((shown.number is None and (shown.layer.ground or shown.linear)) or shown.site.category == "river")
    ]
    ground.sort(key=lambda shown: (-priority(shown), shown.site.id))
    joined = _joined(canvas, tracks, {shown.site.id for shown in ground})
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
            _name_line(canvas, shown, colour, joined)
        elif shown.simple:
            label = canvas.label(shown, typeface.readable(5.4 * canvas.size), number=False, name=True, colour=colour)
            for x, y in shapely.get_coordinates(canvas.to_paper(shown.geometry))[:1].tolist():
                r = 0.6 * canvas.size
                put(canvas, shown, label, Box(x - r, y - r, x + r, y + r))


def _joined(canvas: Canvas, tracks: Sequence[SharedTrack], named: Set[str]) -> dict[str, SharedTrack]:
    """Return the shared tracks that are one line at the map's scale, by the ids of both lines."""
    if TRACK_M * 1000 / canvas.content.scale > ONE_LINE_MM * canvas.size:
        return {}
    return {
        key: track for track in tracks if {track.first, track.second} <= named for key in (track.first, track.second)
    }


def _line_words(canvas: Canvas, shown: ShownSite) -> str:
    name = shown.site.name.get(canvas.language)
    # A nominal line keeps the bracket in its name that says so.
    return name if shown.site.precision.value == "nominal" else printed_name(name)


def _name_line(canvas: Canvas, shown: ShownSite, colour: str, joined: Mapping[str, SharedTrack]) -> None:
    text = _line_words(canvas, shown)
    course = shown.geometry
    track = joined.get(shown.site.id)
    if track is not None:
        both = {one.site.id: one for one in canvas.content.sites if one.site.id in (track.first, track.second)}
        shared = shapely.clip_by_rect(track.geometry, *canvas.content.extent)
        if shown.site.id == track.first:
            words = JOIN.join(_line_words(canvas, both[key]) for key in (track.first, track.second))
            name_course(canvas, words, shared, typeface.readable(6.0 * canvas.size), colour, key=track.first)
        # Each has its own name only where it runs alone.
        course = course.difference(shared.buffer(2 * TRACK_M))
        if course.is_empty:
            return
    river = shown.site.category == "river"
    points = typeface.readable((7.6 if river else 6.0) * canvas.size)
    first = name_course(canvas, text, course, points, colour, key=shown.site.id, river=river)
    if river and first is not None:
        name_again(canvas, text, course, points, colour, first, key=shown.site.id, river=True)


def name_again(
    canvas: Canvas,
    text: str,
    course: BaseGeometry,
    points: float,
    colour: str,
    first: tuple[float, float],
    *,
    key: str,
    river: bool = False,
    wishes: Wishes = NONE,
) -> None:
    """Write the name of a long line again, as often as it is long, far from its `first` name and from each other."""
    share = canvas.size * (RIVER_OFTENER if river else 1.0)
    metres = AGAIN_MM * share * canvas.content.scale / 1000
    far = [first]
    parts = pieces(shapely.line_merge(course), metres)
    for piece in parts if len(parts) > 1 else []:
        if piece.length < metres / 2:
            continue
        asked = replace(wishes, far=far, far_mm=APART_MM * share)
        found = name_course(canvas, text, piece, points, colour, key=key, river=river, wishes=asked)
        if found is not None:
            far.append(found)


def name_course(
    canvas: Canvas,
    text: str,
    course: BaseGeometry,
    points: float,
    colour: str,
    *,
    key: str,
    river: bool = False,
    wishes: Wishes = NONE,
    halo: tuple[float, str] = (HALO, style.WHITE),
) -> tuple[float, float] | None:
    """Write a name along lines in metres of the grid, where there is room: straight, else letter by letter.

    On rivers the letters are always set one by one, spaced widely, as maps do; on steep lines Chinese ones stand
    upright, one below the other. `key` is what the room is kept under, and `halo` the width in millimetres and the
    colour of the edge around letters. Returns where the middle of the name is, in
    millimetres; None if there is no room.
    """
    merged = shapely.line_merge(canvas.to_paper(course))
    wishes = replace(wishes, stacked=all(letter >= FIRST_IDEOGRAPH for letter in text), on_border=river)
    if not river:
        wide, tall = typeface.width(text, points), points * MM_PER_POINT * 1.05
        found = place_along(canvas.space, _simple(merged, 0.4), wide, tall, wishes)
        if found is not None:
            if wishes.stacked and is_steep(found.turn):
                _write_letters(canvas, text, stacked_letters(found, len(text), wide), points, colour, halo)
            else:
                at = found.x, found.y, found.turn
                canvas.write_turned(text, *at, points, colour=colour, halo=halo[0], halo_colour=halo[1])
            canvas.keep(f"label {key}", *found.boxes)
            return found.x, found.y
    widths = [typeface.width(letter, points) * (RIVER_SPREAD if river else 1.0) for letter in text]
    bent = place_letters(canvas.space, _simple(merged, 0.25), widths, points * MM_PER_POINT, wishes)
    if bent is None:
        return None
    letters, boxes = bent
    _write_letters(canvas, text, letters, points, colour, halo)
    canvas.keep(f"name {key}", *boxes)
    middle = letters[len(letters) // 2]
    return middle.x, middle.y


def _write_letters(
    canvas: Canvas, text: str, letters: Sequence[Letter], points: float, colour: str, halo: tuple[float, str]
) -> None:
    for letter, at in zip(text, letters, strict=True):
        canvas.write_turned(letter, at.x, at.y, at.turn, points, colour=colour, halo=halo[0], halo_colour=halo[1])


def pieces(line: BaseGeometry, length: float) -> list[BaseGeometry]:
    """Return lines in pieces of about `length`, those that are not much longer whole."""
    found: list[BaseGeometry] = []
    for part in shapely.get_parts(line).tolist():
        count = max(1, round(part.length / length))
        found += [substring(part, n / count, (n + 1) / count, normalized=True) for n in range(count)]
    return found


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
