"""The symbols on the map with their labels: numbered sites first, then what helps to find the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import shapely

from layers import style
from layers.basemap import focus
from layers.draw import symbols
from layers.draw.canvas import LEADER, Chart, Marks, anchor_points, into, priority, put
from layers.draw.content import Content, ShownSite, ground_style
from layers.draw.drawing import PIXEL, Box, Drawing, circle, line
from layers.draw.ground import stroke_factor
from layers.draw.names import QUIET_TEXT, draw_area_names, draw_ground_names, name_area
from layers.draw.placement import place_symbol
from layers.plan.plan import Plan

RADIUS = 2.5
"""Radius in millimetres of the disc of a numbered site on A3."""

QUIET_RADIUS = 1.5


def draw_marks(drawing: Drawing, plan: Plan, content: Content, *, language: str, size: float) -> Marks:
    """Put symbols and labels on the map and return what was put where."""
    chart = Chart(drawing, content, language, size)
    _draw_dots(chart)
    labels: list[Callable[[], object]] = []
    numbered = [shown for shown in content.sites if shown.number is not None]
    numbered.sort(key=lambda shown: (not shown.lit, not shown.simple, -priority(shown), shown.number))
    for shown in numbered:
        with chart.owned(shown):
            _draw_numbered_symbol(chart, shown, labels)
    drawing.add(chart.over)
    quiet = [shown for shown in content.sites if shown.number is None and not shown.layer.ground]
    quiet.sort(key=lambda shown: (not shown.lit, -priority(shown), shown.site.id))
    for shown in quiet:
        _draw_quiet_symbol(chart, shown, labels)
    for place_label in labels:
        place_label()
    draw_area_names(chart, plan)
    draw_ground_names(chart, focus(plan))
    return chart.marks


def _draw_dots(chart: Chart) -> None:
    """Draw stations and the like of the ground; labels may touch them, for they are many and small."""
    unit = PIXEL * stroke_factor(chart.content.zoom) * chart.size
    for shown in chart.content.sites:
        if not (shown.layer.ground and shown.simple):
            continue
        for x, y in shapely.get_coordinates(chart.to_paper(shown.geometry)).tolist():
            for look in ground_style(shown):
                chart.drawing.add(
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


def _draw_numbered_symbol(chart: Chart, shown: ShownSite, labels: list[Callable[[], object]]) -> None:
    if shown.state is None:
        raise ValueError("a number without a state")
    radius = RADIUS * chart.size * (1.2 if shown.lit else 1.0)
    reach = symbols.site_reach(radius)
    first: Box | None = None
    anchors = shapely.get_coordinates(chart.to_paper(shapely.MultiPoint(anchor_points(shown))))
    for x, y in anchors.tolist():
        inside = into(chart.room, x, y, reach)
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
        with chart.owned(shown):
            name_symbol()

    def name_symbol() -> None:
        full = chart.block(shown, points, number=True, name=True, colour=colour)
        if put(chart, shown, full, own, reach=26.0 * chart.size):
            return
        number = chart.block(shown, points, number=True, name=False, colour=colour)
        if put(chart, shown, number, own, reach=16.0 * chart.size):
            chart.marks.unnamed += 1
        else:
            chart.marks.unnumbered += 1

    labels.append(place_label)


def _towards(start: tuple[float, float], end: tuple[float, float], by: float) -> tuple[float, float]:
    length = max(1e-9, ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5)
    return start[0] + (end[0] - start[0]) / length * by, start[1] + (end[1] - start[1]) / length * by


def _draw_leader(
    chart: Chart, shown: ShownSite, place: tuple[float, float], centre: tuple[float, float], radius: float
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


def _draw_dot(chart: Chart, shown: ShownSite, x: float, y: float) -> None:
    """Mark the true place of a symbol that stands aside."""
    radius = 0.55 * chart.size
    chart.drawing.add(circle(x, y, radius, fill=LEADER, stroke="#FFFFFF", line_width=0.2))
    chart.space.take(Box(x - radius, y - radius, x + radius, y + radius))


def _draw_quiet_symbol(chart: Chart, shown: ShownSite, labels: list[Callable[[], object]]) -> None:
    category = style.CATEGORIES[shown.site.category]
    points = 6.2 * chart.size
    zoom = chart.content.zoom + 0.6
    if not shown.simple:
        # An area or line that no commitment hangs on is its own symbol.
        if zoom >= category.label_zoom and not shown.linear:
            labels.append(lambda: name_area(chart, shown, points))
        return
    radius = QUIET_RADIUS * chart.size * (1.5 if shown.lit else 1.0)
    if zoom < category.label_zoom - 2.0 and not shown.lit:
        return
    reach = (radius,) * 4
    for x, y in shapely.get_coordinates(chart.to_paper(shown.geometry)).tolist():
        centre = place_symbol(chart.space, *into(chart.room, x, y, reach), reach, limit=7.0 * chart.size)
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
        labels.append(partial(put, chart, shown, block, box))
