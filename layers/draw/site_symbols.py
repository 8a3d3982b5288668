"""The symbols on the map with their labels: first numbered sites, then those that help to find the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import shapely

from layers import style
from layers.draw import symbols, typeface
from layers.draw.canvas import Canvas, SiteSymbols, anchor_points, into, priority, put
from layers.draw.content import Content, ShownSite, ground_style
from layers.draw.drawing import PIXEL, Box, Drawing, circle, line
from layers.draw.ground import stroke_factor
from layers.draw.names import draw_area_names, draw_ground_names, name_area
from layers.draw.own_names import draw_own_names
from layers.draw.pdf_layer import PdfLayer, on_layer
from layers.draw.placement import place_symbol
from layers.draw.ways import name_ways
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.region import region
from layers.selection.shared_track import shared_tracks

RADIUS = 2.5
"""Radius in millimetres of the disc of a numbered site on A3."""

QUIET_RADIUS = 1.5

PART_RADIUS = 0.8
"""Radius in millimetres of the dot of a point that is part of a place."""


def draw_site_symbols(
    drawing: Drawing, plan: Plan, scene: Scene, content: Content, *, size: float, taken: Sequence[Box] = ()
) -> SiteSymbols:
    """Draw symbols and labels on the map of `drawing`; return what was placed where.

    `size` is the factor by which symbols and text are larger than on A3, and `taken` what stands on the map already.

    Raises
    ------
    PlanMapError
        A name has a character that cannot be printed.
    """
    place = region(plan)
    border = place.focus.geometry.boundary if place.focus is not None else None
    if border is not None:
        border = shapely.clip_by_rect(border, *content.extent)
    canvas = Canvas(drawing, content, scene.language, size, border=border)
    canvas.space.take(*taken)
    labels: list[Callable[[], object]] = []
    with drawing.on(PdfLayer.SITES):
        _draw_all_symbols(canvas, labels)
    with drawing.on(PdfLayer.SITE_NAMES):
        for place_label in labels:
            place_label()
    with drawing.on(PdfLayer.OWN):
        draw_own_names(canvas, plan, scene)
    with drawing.on(PdfLayer.NAMES):
        draw_area_names(canvas, place)
        draw_ground_names(canvas, place.focus, shared_tracks(plan))
        name_ways(canvas, plan, scene)
    return canvas.site_symbols


def _draw_all_symbols(canvas: Canvas, labels: list[Callable[[], object]]) -> None:
    """Draw the symbols of all sites; `labels` gets what will place their names."""
    content = canvas.content
    _draw_dots(canvas)
    numbered = [shown for shown in content.sites if shown.number is not None]
    numbered.sort(key=lambda shown: (not shown.lit, not shown.simple, -priority(shown), shown.number))
    for shown in numbered:
        with canvas.owned(shown):
            _draw_numbered_symbol(canvas, shown, labels)
    canvas.drawing.add(canvas.over)
    quiet = [shown for shown in content.sites if shown.number is None and not (shown.layer.ground or shown.part)]
    quiet.sort(key=lambda shown: (not shown.lit, -priority(shown), shown.site.id))
    for shown in quiet:
        _draw_quiet_symbol(canvas, shown, labels)


def _draw_dots(canvas: Canvas) -> None:
    """Draw points of the ground, such as stations, and those that are part of a place as dots.

    Labels may lie on them, because they are many and small.
    """
    unit = PIXEL * stroke_factor(canvas.content.zoom) * canvas.size
    for shown in canvas.content.sites:
        if not shown.simple or not (shown.layer.ground or shown.part):
            continue
        for x, y in shapely.get_coordinates(canvas.to_paper(shown.geometry)).tolist():
            if not shown.layer.ground:
                canvas.drawing.add(symbols.part_at(x, y, PART_RADIUS * canvas.size, lit=shown.lit))
                continue
            for look in ground_style(shown):
                canvas.drawing.add(
                    circle(
                        x,
                        y,
                        float(str(look.get("radius", 2.5))) * unit,
                        fill=str(look.get("fill", "")),
                        stroke=str(look.get("colour", "")),
                        line_width=float(str(look.get("width", 1.0))) * unit,
                        opacity=shown.opacity,
                    )
                )


def _draw_numbered_symbol(canvas: Canvas, shown: ShownSite, labels: list[Callable[[], object]]) -> None:
    if shown.state is None:
        raise ValueError("a number without a state")
    radius = RADIUS * canvas.size * (1.2 if shown.lit else 1.0)
    overdue = shown.state.overdue
    reach = symbols.marked_reach(radius, changed=bool(shown.mark), overdue=overdue)
    first: Box | None = None
    anchors = shapely.get_coordinates(canvas.to_paper(shapely.MultiPoint(anchor_points(shown))))
    for x, y in anchors.tolist():
        inside = into(canvas.room, x, y, reach)
        centre = place_symbol(canvas.space, *inside, reach, limit=14.0 * canvas.size if first is None else 0.0)
        if centre is None:
            # A further point of the same site that has no room for a symbol gets a dot.
            _draw_dot(canvas, shown, x, y)
            continue
        if centre != (x, y):
            _draw_leader(canvas, shown, (x, y), centre, radius)
        if shown.lit:
            glow = circle(*centre, radius * 1.45, fill=style.ACCENT, fill_opacity=0.18, layer=PdfLayer.SITES)
            canvas.over.append(glow)
        status, backed = shown.state.status, shown.state.backed
        symbol = symbols.site_at(shown.site.category, status, backed=backed, x=centre[0], y=centre[1], radius=radius)
        # On their layer now, and not when they are added: who owns them is noted by what they are.
        if shown.mark:
            symbol += symbols.change_beside(shown.mark, *centre, radius)
        elif shown.stands_back and not shown.lit:
            # What has not changed stands back behind what has, and can still be read.
            symbol.append(circle(*centre, reach[2] * 1.02, fill=style.WHITE, fill_opacity=0.6))
        if overdue:
            symbol += symbols.overdue_beside(*centre, radius)
        canvas.over += on_layer(PdfLayer.SITES, symbol)
        box = Box(centre[0] - reach[0], centre[1] - reach[1], centre[0] + reach[2], centre[1] + reach[3])
        canvas.keep(f"symbol {shown.site.id}", box)
        canvas.site_symbols.drawn.add(shown.site.id)
        first = first or box
    if first is None:
        canvas.site_symbols.unmarked += 1
        return
    own = first
    points = typeface.readable((8.6 if shown.lit else 7.6) * canvas.size)
    colour = style.ACCENT if shown.lit else style.INK

    def place_label() -> None:
        with canvas.owned(shown):
            name_symbol()

    def name_symbol() -> None:
        full = canvas.label(shown, points, number=True, name=True, colour=colour)
        if put(canvas, shown, full, own, reach=26.0 * canvas.size):
            return
        number = canvas.label(shown, points, number=True, name=False, colour=colour)
        if put(canvas, shown, number, own, reach=16.0 * canvas.size):
            canvas.site_symbols.unnamed += 1
        else:
            canvas.site_symbols.unnumbered += 1

    labels.append(place_label)


def _towards(start: tuple[float, float], end: tuple[float, float], by: float) -> tuple[float, float]:
    length = max(1e-9, ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5)
    return start[0] + (end[0] - start[0]) / length * by, start[1] + (end[1] - start[1]) / length * by


def _draw_leader(
    canvas: Canvas, shown: ShownSite, place: tuple[float, float], centre: tuple[float, float], radius: float
) -> None:
    """Draw a leader line from the true place of a site to its symbol, which was moved aside."""
    canvas.site_symbols.moved = True
    canvas.drawing.add(
        line([place, centre], stroke=style.WHITE, line_width=0.6 * canvas.size, opacity=0.8),
        line([place, centre], stroke=style.LEADER, line_width=0.22 * canvas.size),
    )
    _draw_dot(canvas, shown, *place)
    if shapely.Point(place).distance(shapely.Point(centre)) > radius:
        canvas.space.take_leader((place, _towards(centre, place, radius * 1.2)))


def _draw_dot(canvas: Canvas, shown: ShownSite, x: float, y: float) -> None:
    """Draw a dot at the true place of a symbol that was moved aside."""
    radius = 0.55 * canvas.size
    canvas.drawing.add(circle(x, y, radius, fill=style.LEADER, stroke=style.WHITE, line_width=0.2))
    canvas.space.take(Box(x - radius, y - radius, x + radius, y + radius))


def _draw_quiet_symbol(canvas: Canvas, shown: ShownSite, labels: list[Callable[[], object]]) -> None:
    category = style.CATEGORIES[shown.site.category]
    points = typeface.readable(6.2 * canvas.size)
    zoom = canvas.content.zoom + 0.6
    if not shown.quiet:
        # An area or line without tasks needs no symbol.
        if zoom >= category.label_zoom and not shown.linear:
            labels.append(lambda: name_area(canvas, shown, points))
        return
    radius = QUIET_RADIUS * canvas.size * (1.5 if shown.lit else 1.0)
    # What only a filter has made quiet stays on the map at any scale.
    if zoom < category.label_zoom - 2.0 and not (shown.lit or shown.filtered_out):
        return
    reach = symbols.site_reach(radius) if shown.filtered_out else (radius,) * 4
    named = False
    at = shown.geometry if shown.simple else shapely.MultiPoint(anchor_points(shown))
    for x, y in shapely.get_coordinates(canvas.to_paper(at)).tolist():
        centre = place_symbol(canvas.space, *into(canvas.room, x, y, reach), reach, limit=7.0 * canvas.size)
        if centre is None:
            continue
        if centre != (x, y):
            _draw_leader(canvas, shown, (x, y), centre, radius)
        box = Box(centre[0] - reach[0], centre[1] - reach[1], centre[0] + reach[2], centre[1] + reach[3])
        canvas.drawing.add(
            symbols.quiet_at(
                shown.site.category, filtered_out=shown.filtered_out, x=centre[0], y=centre[1], radius=radius
            )
        )
        canvas.keep(f"symbol {shown.site.id}", box)
        canvas.site_symbols.drawn.add(shown.site.id)
        if shown.linear or (named and shown.filtered_out):
            # The name of a line goes along it, and one that is only there to find the way by is said once.
            continue
        named = True
        label = canvas.label(shown, points, number=False, name=True, colour=style.MUTED)
        labels.append(partial(put, canvas, shown, label, box))
