"""A page of its own kind for tasks that no map can show: their table, with a small map of the district.

The chapters of an atlas whose tasks have no place on the map would otherwise all have the same map.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from layers import style
from layers.draw import symbols, typeface
from layers.draw.canvas import Canvas, SiteSymbols
from layers.draw.content import Content, content, site_numbers
from layers.draw.drawing import Box, Drawing, rectangle
from layers.draw.furniture import draw_scale_bar, paragraph
from layers.draw.ground import draw_ground
from layers.draw.names import draw_area_names
from layers.draw.paper import scale_text
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.region import region
from layers.selection.extent import centred, wanted_extent
from layers.selection.select import Selection, select
from layers.selection.status import count
from layers.selection.unplaced import Placing, placing
from layers.selection.wording import sources
from layers.sheet.framing import fitting_scale
from layers.sheet.sheet import Order, Sheet, compose, dated_digest, properties_of, title_of
from layers.sheet.task_pages import SIZES, TaskGroup, TaskPages
from layers.sheet.title import number_page
from layers.translation import Translation, translation

MAP_MM = 62.0
"""Height in millimetres on A3 of the small map."""


def has_subject(plan: Plan, scene: Scene, selection: Selection) -> bool:
    """Whether a map of `scene` shows the place of any of its tasks."""
    return any(
        scene.visible.get(layer.id, layer.visible) and selection.sites.get(site_id) is not None
        for layer in plan.catalogue.layers
        for site_id in layer.sites
        if site_id in _numbered(plan)
    )


def _numbered(plan: Plan) -> frozenset[str]:
    return frozenset(part for whole in site_numbers(plan) for part in plan.place(whole))


def compose_chapter(plan: Plan, scene: Scene, order: Order, *, today: date, numbered: bool = True) -> Sheet:
    """Return a sheet of `scene`, or its tasks as a table if a map would show none of their places.

    With `numbered`, the pages of a sheet that has several say which they are.

    Raises
    ------
    PlanMapError
        It cannot be drawn; see `layers.sheet.sheet.compose`.
    """
    selection = select(plan, scene, today=today)
    if scene.site or scene.task or scene.view is not None or has_subject(plan, scene, selection):
        return compose(plan, scene, order, today=today, numbered=numbered)
    return compose_listing(plan, scene, order, today=today, numbered=numbered)


def compose_listing(plan: Plan, scene: Scene, order: Order, *, today: date, numbered: bool = True) -> Sheet:
    """Return the tasks of `scene` as a table over the whole width, with a small map of the district.

    Raises
    ------
    PlanMapError
        The plan has neither a district nor a place, or a text has a character that cannot be printed.
    """
    text = translation(scene.language)
    selection = select(plan, scene, today=today)
    title = title_of(plan, scene, order, selection, text)
    digest = dated_digest(plan, scene, order, selection, "listing")
    note = " · ".join(
        (
            plan.info.disclaimer.get(text.language),
            text("sheet.digest", digest=digest),
            sources(plan, text, scene),
        )
    )
    groups = [
        TaskGroup(f"{_reason(how, text)} {len(tasks)}", tasks)
        for how in Placing
        if (tasks := [task for task in selection.tasks if placing(plan, task) is how])
    ]
    for larger in SIZES:
        pages = TaskPages(plan, selection, order.paper, title, text, note=note, larger=larger)
        drawing = pages.page()
        k = pages.size
        tall = min(MAP_MM * k, (pages.top - pages.bottom) * 0.34)
        right = pages.margin + pages.width
        frame = Box(right - min(tall * 1.25, pages.width * 0.42), pages.top - tall, right, pages.top)
        scale, shown = _draw_map(drawing, plan, scene, selection, frame, k)
        left = Box(pages.margin, frame.bottom - 8.0 * k, frame.left - 8.0 * k, pages.top)
        low = _draw_summary(drawing, selection, left, k, text)
        made = pages.draw(groups, first=drawing, top=min(frame.bottom - 9.0 * k, low) - 2.0 * k)
        if len(made) == 1:
            break
    if numbered and len(made) > 1:
        for number, page in enumerate(made, start=1):
            number_page(page, order.paper, text("sheet.page", page=number, pages=len(made)))
    listed = frozenset(task.id for task in selection.tasks)
    properties = properties_of(plan, scene, selection, title, scale, digest, text)
    return Sheet(
        made[0], scale, properties, digest, shown, SiteSymbols(), listed, (), scale, (), tuple(made[1:]), listing=True
    )


def _reason(how: Placing, text: Translation) -> str:
    """Return why a map does not show tasks; one with a place is missing only if its layer is off."""
    return text("omission.switched-off") if how is Placing.PLACED else text(f"placing.{how.value}")


def _draw_map(
    drawing: Drawing, plan: Plan, scene: Scene, selection: Selection, frame: Box, k: float
) -> tuple[int, Content]:
    """Draw the district without sites in `frame`; return the scale's number and what is shown."""
    wanted = wanted_extent(plan, scene, selection)
    scale = fitting_scale(wanted, frame)
    extent = centred(plan.grid, wanted, frame.width, frame.height, scale)
    drawing.frame, drawing.extent, drawing.grid = frame, extent, plan.grid
    whole = content(plan, scene, selection, extent, scale)
    # Only the ground: places of other tasks are not what this page is about.
    shown = replace(whole, sites=tuple(found for found in whole.sites if found.layer.ground and not found.simple))
    drawing.ground += draw_ground(plan, scene, shown, size=k * 0.7)
    draw_area_names(Canvas(drawing, shown, scene.language, k * 0.8), region(plan))
    drawing.add(rectangle(frame, stroke=style.INK, line_width=0.3 * k))
    points = typeface.readable(7.6 * k)
    line_up = frame.bottom - 6.0 * k
    wide = drawing.write(scale_text(scale), frame.left, line_up, points, weight=Weight.BOLD, colour=style.INK)
    room = frame.width - wide - 12.0 * k
    draw_scale_bar(drawing, frame.left + wide + 5.0 * k, line_up, scale=scale, room=room, size=k * 0.8)
    return scale, shown


def _draw_summary(drawing: Drawing, selection: Selection, box: Box, k: float, text: Translation) -> float:
    """Write why there is no map of these tasks, and how they stand; return the y of its lower edge in millimetres."""
    points = typeface.readable(9.0 * k)
    used = paragraph(
        drawing, text("sheet.listing", count=len(selection.tasks)), box, points, colour=style.INK, weight=Weight.BOLD
    )
    small = typeface.readable(7.0 * k)
    y = box.top - used - 1.5 * k
    y -= paragraph(drawing, text("sheet.listing-note"), box._replace(top=y), small) + 3.0 * k
    counts = count([selection.states[task.id] for task in selection.tasks])
    tall = small * MM_PER_POINT * 1.75
    for status, number in counts.by_status.items():
        if not number:
            continue
        middle = y - tall / 2
        drawing.add(symbols.badge_at(status, backed=True, x=box.left + 2.0 * k, y=middle, size=3.6 * k))
        words = text(
            "sheet.status-count", status=text(f"status.{status.value}"), count=number, backed=counts.backed[status]
        )
        baseline = middle - typeface.IDEOGRAPH_MIDDLE * small * MM_PER_POINT
        for part in typeface.wrap(words, box.width - 5.0 * k, small):
            drawing.write(part, box.left + 5.0 * k, baseline, small, colour=style.INK)
            baseline -= small * MM_PER_POINT * 1.38
            y -= small * MM_PER_POINT * 1.38
        y -= tall - small * MM_PER_POINT * 1.38
    return y
