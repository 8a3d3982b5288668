"""The page that shows where the sheets of a series lie: the district, small, with all their frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from layers import style
from layers.draw import typeface
from layers.draw.content import content
from layers.draw.drawing import Box, Drawing, line, rectangle
from layers.draw.furniture import draw_north, draw_scale_bar, paragraph
from layers.draw.graticule import draw_graticule, true_north_degrees
from layers.draw.ground import draw_ground
from layers.draw.paper import scale_text
from layers.draw.pdf_layer import PdfLayer
from layers.draw.site_symbols import draw_site_symbols
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.extent import Extent, centred, wanted_extent
from layers.selection.select import select
from layers.selection.wording import sources
from layers.sheet.framing import fitting_scale
from layers.sheet.layout import size_factor
from layers.sheet.sheet import Order
from layers.translation import translation

_PLACES = (0.5, 0.3, 0.7, 0.15, 0.85)
"""Where in a frame its name is tried, as shares of its width and height."""


@dataclass(frozen=True, slots=True)
class IndexFrame:
    """One sheet on the page."""

    label: str
    """What is written in its frame."""
    extent: Extent
    """In metres of the grid."""
    page: int
    """Its page in the atlas, from 0."""


@dataclass(frozen=True, slots=True)
class SeriesIndex:
    """The finished page."""

    drawing: Drawing
    scale: int
    """The scale's number."""
    links: tuple[tuple[Box, int], ...]
    """Places in millimetres, and the pages that a click leads to, from 0."""


def compose_series_index(
    plan: Plan, scene: Scene, order: Order, frames: Sequence[IndexFrame], notes: Sequence[str], *, today: date
) -> SeriesIndex:
    """Draw the page; `notes` are lines below its map.

    Raises
    ------
    PlanMapError
        Part of a frame lies where the grid is not true.
    """
    text = translation(scene.language)
    paper = order.paper
    k = size_factor(paper)
    margin = 12.0 * k
    whole = replace(scene, site="", task="", view=None)
    selection = select(plan, whole, today=today)
    drawing = Drawing(paper.width, paper.height, layer=PdfLayer.FURNITURE)
    top = paper.height - margin
    title = order.title or plan.info.title.get(scene.language)
    heading = typeface.shorten(f"{title} · {text('series.index')}", paper.width - 2 * margin, 21.0 * k, Weight.BOLD)
    drawing.write(heading, margin, top - 7.0 * k, 21.0 * k, weight=Weight.BOLD, colour=style.INK)
    edge = top - 11.0 * k
    drawing.add(line([(margin, edge), (paper.width - margin, edge)], stroke=style.INK, line_width=0.35 * k))
    words = [(plan.info.disclaimer.get(scene.language), style.INK), *((note, style.INK) for note in notes)]
    words.append((sources(plan, text, scene), style.MUTED))
    lines = sum(len(typeface.wrap(said, paper.width - 2 * margin, 6.6 * k)) for said, _ in words)
    foot = margin + lines * 6.6 * k * MM_PER_POINT * 1.38
    frame = Box(margin + 5.4 * k, foot + 20.0 * k, paper.width - margin - 5.4 * k, edge - 7.0 * k)
    district = wanted_extent(plan, whole, selection)
    boxes = [district, *(one.extent for one in frames)]
    wanted: Extent = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    scale = fitting_scale(_grown(wanted, 0.01), frame)
    extent = centred(plan.grid, wanted, frame.width, frame.height, scale)
    drawing.frame, drawing.extent, drawing.grid = frame, extent, plan.grid
    shown = content(plan, whole, selection, extent, scale)
    # The ground alone, without numbers: where the sites are, the sheets themselves show.
    ground = (replace(site, number=None, state=None) for site in shown.sites if site.layer.ground)
    shown = replace(shown, sites=tuple(ground))
    drawing.ground += draw_ground(plan, whole, shown, size=k)
    with drawing.on(PdfLayer.FRAMES):
        links = _draw_frames(drawing, frames, k)
    names = draw_site_symbols(drawing, plan, whole, shown, size=k, taken=[box for box, _ in links])
    with drawing.on(PdfLayer.GRID):
        draw_graticule(drawing, size=k, names=[*(box for _, box in names.boxes), *(box for box, _ in links)])
    base = frame.bottom - 11.0 * k
    drawing.write(scale_text(scale), frame.left, base, 11.0 * k, weight=Weight.BOLD, colour=style.INK)
    draw_scale_bar(drawing, frame.left + 34.0 * k, base, scale=scale, room=50.0 * k, size=k)
    turn = true_north_degrees(plan.grid, extent)
    draw_north(drawing, frame.right - 6.0 * k, base, true_north=turn, letter=text("sheet.north"), size=k * 0.7)
    low = foot
    for said, colour in words:
        box = Box(margin, margin, paper.width - margin, low)
        low -= paragraph(drawing, said, box, 6.6 * k, colour=colour)
    return SeriesIndex(drawing, scale, tuple(links))


def _grown(extent: Extent, share: float) -> Extent:
    across, up = share * (extent[2] - extent[0]), share * (extent[3] - extent[1])
    return extent[0] - across, extent[1] - up, extent[2] + across, extent[3] + up


def _draw_frames(drawing: Drawing, frames: Sequence[IndexFrame], k: float) -> list[tuple[Box, int]]:
    """Draw the frames with their labels; return where each label stands, in millimetres, and its page.

    A label for which there is no room in its frame is left out: another one stands there already.
    """
    if drawing.frame is None or drawing.extent is None:
        raise ValueError("frames need a map")
    factor = drawing.frame.width / (drawing.extent[2] - drawing.extent[0])
    outlines = []
    for one in frames:
        west, south, east, north = (
            edge * factor + offset
            for edge, offset in zip(
                (value - drawing.extent[n % 2] for n, value in enumerate(one.extent)),
                (drawing.frame.left, drawing.frame.bottom) * 2,
                strict=True,
            )
        )
        outlines.append(Box(west, south, east, north))
    # All white edges first, so that none lies over a neighbour's line.
    drawing.add(rectangle(box, stroke=style.WHITE, line_width=1.1 * k, opacity=0.7) for box in outlines)
    drawing.add(rectangle(box, stroke=style.ACCENT, line_width=0.35 * k) for box in outlines)
    placed: list[tuple[Box, int]] = []
    for one, outline in zip(frames, outlines, strict=True):
        points = max(7.0 * k, min(15.0 * k, outline.height * 0.22 / MM_PER_POINT))
        half = typeface.width(one.label, points, Weight.BOLD) / 2
        cap = typeface.CAP_HEIGHT * points * MM_PER_POINT
        for up in _PLACES:
            for across in _PLACES:
                x = outline.left + across * outline.width
                y = outline.bottom + up * outline.height
                box = Box(x - half, y - cap / 2, x + half, y + cap / 2).grown(0.6 * k)
                if not any(box.overlaps(other) for other, _ in placed):
                    break
            else:
                continue
            drawing.write(
                one.label,
                x,
                y - cap / 2,
                points,
                weight=Weight.BOLD,
                colour=style.ACCENT,
                align="center",
                halo=0.55,
            )
            placed.append((box, one.page))
            break
    return placed
