"""The first pages of an atlas: a map of the whole district with every number, and the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from layers import style
from layers.draw import symbols, typeface
from layers.draw.content import content
from layers.draw.drawing import Box, Drawing, line
from layers.draw.furniture import draw_north, draw_scale_bar, paragraph
from layers.draw.graticule import draw_graticule, true_north_degrees
from layers.draw.ground import draw_ground
from layers.draw.label import draw_number
from layers.draw.legend import heading
from layers.draw.paper import Paper, scale_text
from layers.draw.pdf_layer import PdfLayer
from layers.draw.site_symbols import draw_site_symbols
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.event_words import since_line, since_title
from layers.selection.extent import centred, wanted_extent
from layers.selection.select import Selection, select
from layers.selection.status import SiteState, count
from layers.selection.wording import sources
from layers.sheet.framing import fitting_scale
from layers.sheet.layout import size_factor
from layers.sheet.sheet import Order
from layers.translation import Translation, translation

_ROW_MM = 6.2

INDEX_MM = 60.0
"""Least width of a column of the index in millimetres."""

LEAST_MM = 190.0
"""Least width in millimetres on A3 of landscape paper for an index beside the overview; of portrait, 0.7 of it."""

LEAST_MAP_MM = 18.0
"""Least height in millimetres of the overview."""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One line of the index."""

    name: str
    number: int | None
    """Number of the site; None for an entry that is no site."""
    state: SiteState | None
    """State of the site; None for an entry that is no site."""
    tasks: int
    """How many tasks its sheet is about; 0 is not shown."""
    pages: int = 1
    """How many pages of the atlas it takes."""


@dataclass(slots=True)
class Cover:
    """The first pages of an atlas."""

    pages: list[Drawing]
    scale: int | None
    """The scale's number of the overview on the first page; None on paper without room for one."""
    links: list[tuple[int, Box, int]] = field(default_factory=list)
    """Page, place in millimetres, and the page that a click leads to; pages count from 0."""


def compose_cover(plan: Plan, scene: Scene, order: Order, entries: Sequence[IndexEntry], *, today: date) -> Cover:
    """Draw title, counts and overview, as much of the index as fits beside them, and more pages for the rest of it.

    Raises
    ------
    PlanMapError
        There is nothing to show, or a text of the plan has a character that cannot be printed.
    """
    text = translation(scene.language)
    selection = select(plan, scene, today=today)
    paper = order.paper
    k = size_factor(paper)
    margin = 12.0 * k
    drawing = Drawing(paper.width, paper.height, layer=PdfLayer.FURNITURE)
    top = _draw_head(drawing, plan, order, selection, text, margin, k)
    disclaimer, credits = plan.info.disclaimer.get(scene.language), sources(plan, text, scene)
    bold, small = typeface.readable(6.6 * k), typeface.readable(6.0 * k)
    width = paper.width - 2 * margin
    # Sources and licences are never cut: what is above them goes up.
    foot = MM_PER_POINT * 1.38 * bold * len(typeface.wrap(disclaimer, width, bold, Weight.BOLD))
    foot += MM_PER_POINT * 1.38 * small * len(typeface.wrap(credits, width, small))
    bottom = margin + max(foot + 6.0 * k, 16.0 * k)
    index_boxes = _index_boxes(paper, margin, bottom, top, k)
    low = bottom + 13.0 * k if not (index_boxes and paper.portrait) else index_boxes[0].top + 26.0 * k
    right = paper.width - margin - 5 * k if paper.portrait or not index_boxes else index_boxes[0].left - 12.0 * k
    frame = Box(margin + 5 * k, low, right, top - 6 * k)
    scale = _draw_overview(drawing, plan, scene, selection, frame, k, text) if frame.height >= LEAST_MAP_MM else None
    box = Box(margin, margin, paper.width - margin, margin + foot)
    used = paragraph(drawing, disclaimer, box, bold, colour=style.INK, weight=Weight.BOLD)
    paragraph(drawing, credits, box._replace(top=box.top - used), small)
    return _with_index(drawing, scale, entries, index_boxes, paper, margin, k, text)


def _draw_overview(
    drawing: Drawing, plan: Plan, scene: Scene, selection: Selection, frame: Box, k: float, text: Translation
) -> int:
    """Draw the map with every number in `frame`, and its scale below it; return the scale's number."""
    wanted = wanted_extent(plan, scene, selection)
    scale = fitting_scale(wanted, frame)
    extent = centred(plan.grid, wanted, frame.width, frame.height, scale)
    drawing.frame, drawing.extent, drawing.grid = frame, extent, plan.grid
    shown = content(plan, scene, selection, extent, scale)
    drawing.ground += draw_ground(plan, scene, shown, size=k)
    site_symbols = draw_site_symbols(drawing, plan, scene, shown, size=k)
    with drawing.on(PdfLayer.GRID):
        draw_graticule(drawing, size=k, names=[box for _, box in site_symbols.boxes])
    low = frame.bottom - 10.0 * k
    drawing.write(scale_text(scale), frame.left, low, 11.0 * k, weight=Weight.BOLD, colour=style.INK)
    room = min(50.0 * k, frame.width - 52.0 * k)
    draw_scale_bar(drawing, frame.left + 34.0 * k, low, scale=scale, room=room, size=k)
    turn = true_north_degrees(plan.grid, extent)
    draw_north(drawing, frame.right - 6.0 * k, low, true_north=turn, letter=text("sheet.north"), size=k * 0.7)
    return scale


def _draw_head(
    drawing: Drawing, plan: Plan, order: Order, selection: Selection, text: Translation, margin: float, k: float
) -> float:
    """Draw title, day and counts; return the y of their lower edge in millimetres."""
    width = drawing.width - 2 * margin
    y = drawing.height - margin
    title = order.title or plan.info.title.get(text.language)
    points = 30.0 * k
    while points > 12.0 * k and typeface.width(title, points, Weight.BOLD) > width:
        points -= 1.0 * k
    title = typeface.shorten(title, width, points, Weight.BOLD)
    drawing.write(title, margin, y - 10.0 * k, points, weight=Weight.BOLD, colour=style.INK)
    as_of = text("sheet.as-of", date=selection.as_of)
    if selection.since:
        as_of = f"{since_title(selection.since, selection.as_of, text)} · {since_line(selection.changes, text)}"
    subtitle = f"{plan.info.subtitle.get(text.language)} · {text('sheet.atlas')} · {as_of}"
    drawing.write(typeface.shorten(subtitle, width, 11.5 * k), margin, y - 18.0 * k, 11.5 * k, colour=style.MUTED)
    counts = count([selection.states[task.id] for task in selection.tasks])
    x, middle, size = margin, y - 25.5 * k, 9.6 * k
    baseline = middle - typeface.IDEOGRAPH_MIDDLE * size * MM_PER_POINT
    for status, number in counts.by_status.items():
        if not number:
            continue
        words = text(
            "sheet.status-count", status=text(f"status.{status.value}"), count=number, backed=counts.backed[status]
        )
        if x > margin and x + 5.6 * k + typeface.width(words, size) > margin + width:
            x, middle = margin, middle - size * MM_PER_POINT * 1.7
            baseline = middle - typeface.IDEOGRAPH_MIDDLE * size * MM_PER_POINT
        drawing.add(symbols.badge_at(status, backed=True, x=x + 2.2 * k, y=middle, size=4.6 * k))
        x += 5.6 * k
        x += drawing.write(words, x, baseline, size, colour=style.INK) + 6.0 * k
    edge = middle - 5.0 * k
    drawing.add(line([(margin, edge), (drawing.width - margin, edge)], stroke=style.INK, line_width=0.35 * k))
    return edge


def _index_boxes(paper: Paper, margin: float, bottom: float, top: float, k: float) -> list[Box]:
    """Return the columns of the index on the first page, in millimetres."""
    if paper.width < LEAST_MM * (0.7 if paper.portrait else 1.0) * k or top - bottom < 60.0 * k:
        return []
    if paper.portrait:
        high = bottom + (top - bottom) * 0.3
        gap = 6.0 * k
        width = (paper.width - 2 * margin - gap) / 2
        return [Box(margin + n * (width + gap), bottom, margin + n * (width + gap) + width, high) for n in range(2)]
    width = max(78.0 * k, paper.width * 0.24)
    return [Box(paper.width - margin - width, bottom, paper.width - margin, top - 4.0 * k)]


def _with_index(
    drawing: Drawing,
    scale: int | None,
    entries: Sequence[IndexEntry],
    boxes: list[Box],
    paper: Paper,
    margin: float,
    k: float,
    text: Translation,
) -> Cover:
    row = _ROW_MM * k
    slots: list[tuple[int, Box]] = []
    heads: list[tuple[int, Box]] = [(0, boxes[0])] if boxes else []
    lines = len(entries)
    page, columns = 0, boxes
    while len(slots) < lines:
        for box in columns:
            top = box.top - 8.0 * k
            rows = int((top - box.bottom) / row)
            slots += [
                (page, Box(box.left, top - (n + 1) * row, box.right, top - n * row))
                for n in range(min(rows, lines - len(slots)))
            ]
        page += 1
        gap = 8.0 * k
        count = max(1, min(3, int((paper.width - 2 * margin) / INDEX_MM)))
        width = (paper.width - 2 * margin - (count - 1) * gap) / count
        columns = [
            Box(margin + n * (width + gap), margin, margin + n * (width + gap) + width, paper.height - margin)
            for n in range(count)
        ]
    pages = [drawing, *(Drawing(paper.width, paper.height) for _ in range(slots[-1][0] if slots else 0))]
    heads += [(n, Box(margin, margin, paper.width - margin, paper.height - margin)) for n in range(1, len(pages))]
    for number, box in heads:
        heading(pages[number], text("sheet.index"), box.left, box.top, size=k)
        if number == 0:
            words = text("sheet.index-columns")
            pages[0].write(
                words, box.right, box.top - 3.3 * k, typeface.readable(6.4 * k), colour=style.MUTED, align="right"
            )
    found = Cover(pages, scale)
    page = len(pages)
    for entry, (number, box) in zip(entries, slots, strict=True):
        _draw_entry(pages[number], entry, box, page + 1, k)
        found.links.append((number, box, page))
        page += entry.pages
    return found


def _draw_entry(drawing: Drawing, entry: IndexEntry, box: Box, page: int, k: float) -> None:
    points = typeface.readable(8.0 * k)
    middle = box.centre[1]
    baseline = middle - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
    drawing.add(line([(box.left, box.bottom), (box.right, box.bottom)], stroke=style.RULE, line_width=0.12 * k))
    left = box.left
    if entry.number is not None:
        draw_number(drawing, str(entry.number), left, middle, 7.4 * k)
    left += 6.4 * k if entry.number is not None else 0.0
    drawing.write(str(page), box.right, baseline, points, weight=Weight.BOLD, colour=style.INK, align="right")
    right = box.right - 9.0 * k
    if entry.tasks:
        right -= drawing.write(str(entry.tasks), right, baseline, points, colour=style.MUTED, align="right") + 1.0 * k
    if entry.state is not None:
        right -= 2.0 * k
        drawing.add(symbols.badge_at(entry.state.status, backed=entry.state.backed, x=right, y=middle, size=3.8 * k))
        right -= 3.0 * k
    drawing.write(typeface.shorten(entry.name, right - left, points), left, baseline, points, colour=style.INK)
