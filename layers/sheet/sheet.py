"""A sheet: one Scene on one page of paper, with everything that an official map needs around it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from geo.errors import PlanMapError
from layers import style
from layers.draw import legend, typeface
from layers.draw.canvas import SiteSymbols
from layers.draw.content import Content, content
from layers.draw.coverage import coverage_notes
from layers.draw.drawing import Box, Drawing, line
from layers.draw.figure import Properties
from layers.draw.furniture import QR_BYTES, draw_inset, draw_north, draw_qr, draw_scale_bar, paragraph
from layers.draw.graticule import draw_graticule, true_north_degrees
from layers.draw.ground import draw_ground, halos_in
from layers.draw.legend import Entry
from layers.draw.paper import SIZES, Paper, scale_text
from layers.draw.site_symbols import draw_site_symbols
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.digest import content_digest
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.region import region
from layers.selection.extent import centred, least_scale, wanted_extent
from layers.selection.omission import Omission, omission_lines, omissions
from layers.selection.select import Selection, select
from layers.selection.wording import grid_words, sources, titles
from layers.sheet.framing import fitting_scale, framing
from layers.sheet.layout import SHARES, Layout, lay_out
from layers.sheet.table import FORMS, Table
from layers.translation import Translation, translation

EDITION = 2
"""Raised when the look of sheets changes, so that sheets with the same hash look the same."""

A3 = Paper("A3", *SIZES["A3"])
"""The default paper."""

LEGEND_SIZES = (1.0, 0.92, 0.84, 0.76)
"""Sizes in which the legend is tried, as shares of the sheet's own size."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a sheet."""

    paper: Paper = A3
    scale: int | None = None
    """The scale's number; None for the largest round scale that shows everything."""
    title: str = ""
    """Empty for a title made from the Scene."""
    close: bool = False
    """Whether to show only as much ground as the sites of the Scene's tasks need, and not the whole district."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished sheet and what is known about it."""

    drawing: Drawing
    scale: int
    """The scale's number."""
    properties: Properties
    digest: str
    """Ten characters of a hash of all that the sheet depends on."""
    content: Content
    site_symbols: SiteSymbols
    listed: frozenset[str]
    """Ids of the tasks that the table names."""
    omissions: tuple[Omission, ...]
    """What of the selected sites or the view is not, or not wholly, on the map; its notes say so."""
    fits: int
    """The number of the largest round scale at which nothing would be cut at the frame."""


def compose(plan: Plan, scene: Scene, order: Order, *, today: date) -> Sheet:
    """Draw `scene` to `order`; `today` is the day of a Scene that names none.

    Raises
    ------
    PlanMapError
        There is nothing to show, the paper is too small for the scale or the legend, or a text of the plan has
        a character that cannot be printed.
    """
    selection = select(plan, scene, today=today)
    dated = replace(scene, as_of=selection.as_of)
    text = translation(scene.language)
    arranged = arrange(plan, scene, selection, order, text)
    layout, scale, shown = arranged.layout, arranged.scale, arranged.content
    extent = shown.extent
    drawing = Drawing(order.paper.width, order.paper.height, layout.frame, extent, plan.grid)
    title, subtitle = titles(plan, scene, text)
    title = typeface.check(order.title or title, Weight.BOLD)
    digest = sheet_digest(plan, dated, order, scale)
    drawing.ground += draw_ground(plan, scene, shown, size=layout.size)
    halos = halos_in(drawing.ground)
    site_symbols = draw_site_symbols(drawing, plan, scene, shown, size=layout.size)
    draw_graticule(drawing, size=layout.size, names=[box for _, box in site_symbols.boxes])
    _draw_title(drawing, layout, title, subtitle, selection, text)
    omitted = omissions(plan, scene, selection, extent)
    notes = omission_lines(plan, omitted, text) + coverage_notes(plan, selection.tasks, shown, site_symbols, text)
    listed = _draw_side(drawing, arranged, plan, scene, site_symbols, halos, notes, text)
    draw_inset(drawing, layout.inset, region(plan), extent=extent, size=layout.size)
    _draw_code(drawing, layout, plan, dated, digest, text)
    _draw_foot(drawing, layout, plan, scene, shown, scale, text)
    properties = Properties(
        title=f"{title} {scale_text(scale)}",
        subject=" · ".join(
            (subtitle, text("sheet.as-of", date=selection.as_of), plan.info.disclaimer.get(scene.language))
        ),
        keywords=f"{plan.info.title.get(scene.language)} {digest}",
        language=scene.language,
    )
    return Sheet(drawing, scale, properties, digest, shown, site_symbols, listed, omitted, arranged.fits)


@dataclass(frozen=True, slots=True)
class Arranged:
    """How a sheet is divided, and what was measured for that."""

    layout: Layout
    scale: int
    """The scale's number."""
    fits: int
    """The number of the largest round scale at which all that is wanted is on the map."""
    content: Content
    entries: Sequence[Entry]
    """The legend before symbols have been placed."""
    table: Table


def arrange(plan: Plan, scene: Scene, selection: Selection, order: Order, text: Translation) -> Arranged:
    """Return how a sheet is divided.

    Legend and table get more of the paper only if they need it and the map keeps its scale.

    Raises
    ------
    PlanMapError
        There is nothing to show, or the paper is too small for the whole district at the scale.
    """
    wanted = wanted_extent(plan, scene, selection, close=order.close)
    largest = lay_out(order.paper, SHARES[0]).frame
    framed = framing(plan, scene, selection, wanted, largest, scale=order.scale, paper=order.paper.name)
    scale, kept, fits = framed.scale, framed.kept, fitting_scale(wanted, largest)
    arranged: list[tuple[int, Arranged]] = []
    for share in SHARES:
        layout = lay_out(order.paper, share)
        frame = layout.frame
        if share != SHARES[0] and least_scale(_with_margin(kept, order.paper), frame.width, frame.height) > scale:
            break
        shown = content(plan, scene, selection, centred(plan.grid, kept, frame.width, frame.height, scale), scale)
        entries = legend.entries(plan, scene, shown, text)
        used = legend.height(entries, layout.legend.width, size=layout.size, columns=layout.legend_columns, text=text)
        table = Table(plan, selection, shown.numbered, text, width=layout.table.width, size=layout.size)
        # The notes go below the table if there is no place beside the inset.
        room = layout.table.height - (2.5 if layout.notes else 8.0) * layout.size
        room -= used if layout.table == layout.legend else 0.0
        form = table.form(room) if used <= layout.legend.height else len(FORMS)
        arranged.append((form, Arranged(layout, scale, fits, shown, entries, table)))
        if form == 0:
            break
    # The most detailed form of the table and, of the layouts with room for it, the first, which has the largest map.
    return min(arranged, key=lambda pair: pair[0])[1]


def _with_margin(kept: tuple[float, float, float, float], paper: Paper) -> tuple[float, float, float, float]:
    """Return `kept` with a margin of 2 % on the sides where legend and table could take more room."""
    across = 0.0 if paper.portrait else 0.02 * (kept[2] - kept[0])
    up = 0.02 * (kept[3] - kept[1]) if paper.portrait else 0.0
    return kept[0] - across, kept[1] - up, kept[2] + across, kept[3] + up


def sheet_digest(plan: Plan, scene: Scene, order: Order, form: int | str) -> str:
    """Return ten characters of a hash of all that a sheet depends on; `form` is its scale, or an atlas's kind."""
    parts = (str(EDITION), content_digest(plan), scene.to_query(), repr(order.paper), str(form), order.title)
    # Added only if set, so that the hashes of sheets that have been handed in stay the same.
    closer = ("close",) if order.close else ()
    return hashlib.sha256("\n".join((*parts, *closer)).encode()).hexdigest()[:10]


def scene_code(plan: Plan, scene: Scene) -> str:
    """Return the text of the QR code, which `--scene` takes: the plan's id and the Scene."""
    return f"planmap:{plan.info.id}?{scene.to_query()}"


def number_page(drawing: Drawing, paper: Paper, words: str) -> None:
    """Write a page's number below the day; the number of pages is known only when all are made."""
    layout = lay_out(paper, SHARES[0])
    box, k = layout.title, layout.size
    drawing.write(words, box.right, box.bottom + 2.6 * k, 7.0 * k, colour=style.MUTED, align="right")


def _draw_title(
    drawing: Drawing, layout: Layout, title: str, subtitle: str, selection: Selection, text: Translation
) -> None:
    k, box = layout.size, layout.title
    as_of = text("sheet.as-of", date=selection.as_of)
    aside = typeface.width(as_of, 10.0 * k, Weight.BOLD) + 4.0 * k
    points = 21.0 * k
    while points > 9.0 * k and typeface.width(title, points, Weight.BOLD) > box.width - aside:
        points -= 0.5 * k
    title = typeface.shorten(title, box.width - aside, points, Weight.BOLD)
    drawing.write(title, box.left, box.top - 6.9 * k, points, weight=Weight.BOLD, colour=style.INK)
    subtitle = typeface.shorten(subtitle, box.width - aside, 9.4 * k)
    drawing.write(subtitle, box.left, box.bottom + 2.6 * k, 9.4 * k, colour=style.MUTED)
    drawing.write(as_of, box.right, box.top - 6.0 * k, 10.0 * k, weight=Weight.BOLD, colour=style.INK, align="right")
    drawing.add(line([(box.left, box.bottom), (box.right, box.bottom)], stroke=style.INK, line_width=0.35 * k))


def _draw_side(
    drawing: Drawing,
    arranged: Arranged,
    plan: Plan,
    scene: Scene,
    site_symbols: SiteSymbols,
    halos: frozenset[str],
    notes: Sequence[str],
    text: Translation,
) -> frozenset[str]:
    """Draw legend, table and notes; return the ids of the tasks that the table names."""
    layout, shown = arranged.layout, arranged.content
    k = layout.size
    entries = legend.entries(plan, scene, shown, text, site_symbols=site_symbols, halos=halos, before=arranged.entries)
    columns, box = layout.legend_columns, layout.legend
    # On small paper the legend is set smaller, and then says less of the ground, before the sheet is refused.
    fitting = next(
        (
            (chosen, share * k)
            for chosen in (entries, legend.shortened(entries))
            for share in LEGEND_SIZES
            if legend.height(chosen, box.width, size=share * k, columns=columns, text=text) <= box.height
        ),
        None,
    )
    if fitting is None:
        raise PlanMapError("paper-crowded", paper=f"{drawing.width:g}×{drawing.height:g} mm")
    used = legend.draw_legend(drawing, fitting[0], box, size=fitting[1], columns=columns, text=text)
    table_box = layout.table
    if table_box == layout.legend:
        table_box = table_box._replace(top=table_box.top - used - 2.0 * k)
    step = 6.0 * k * MM_PER_POINT * 1.38
    notes_box = layout.notes or table_box
    height = sum(len(typeface.wrap(note, notes_box.width, 6.0 * k)) for note in notes) * step
    if layout.notes is not None and height > layout.notes.height:
        notes_box = table_box
        height = sum(len(typeface.wrap(note, notes_box.width, 6.0 * k)) for note in notes) * step
    under = height + 1.0 * k if notes_box is table_box else 0.0
    listed = arranged.table.draw(drawing, table_box._replace(bottom=table_box.bottom + under))
    top = table_box.bottom + height if notes_box is table_box else notes_box.top
    for note in notes:
        top -= paragraph(drawing, note, notes_box._replace(top=top), 6.0 * k)
    return listed


def _draw_code(drawing: Drawing, layout: Layout, plan: Plan, scene: Scene, digest: str, text: Translation) -> None:
    k, box = layout.size, layout.code
    side = min(box.width, 25.0 * k, box.height - 8.0 * k)
    points = 6.0 * k
    step = points * MM_PER_POINT * 1.4
    code = Box(box.right - side, box.bottom + 2 * step, box.right, box.bottom + 2 * step + side)
    asked = scene_code(plan, scene)
    # A Scene of very many sites is in no code, but its sheet is as good as any other.
    fits = len(asked.encode()) <= QR_BYTES
    if fits:
        draw_qr(drawing, asked, code)
    said = text("sheet.scene-code") if fits else text("sheet.no-scene-code")
    drawing.write(said, box.right, box.bottom + step + 0.7 * k, points, colour=style.MUTED, align="right")
    words = text("sheet.digest", digest=digest)
    drawing.write(words, box.right, box.bottom + 0.7 * k, points, colour=style.MUTED, align="right")
    label = text("sheet.inset")
    drawing.write(label, layout.inset.left + 1.2 * k, layout.inset.top - 3.0 * k, points, colour=style.INK, halo=0.4)


def _draw_foot(
    drawing: Drawing, layout: Layout, plan: Plan, scene: Scene, shown: Content, scale: int, text: Translation
) -> None:
    k, box = layout.size, layout.foot
    frame = layout.frame
    number = scale_text(scale)
    points = 12.5 * k
    left = frame.left
    drawing.write(number, left, box.top - 4.6 * k, points, weight=Weight.BOLD, colour=style.INK)
    drawing.write(
        text("sheet.ratio", metres=f"{scale / 100:,.0f}"), left, box.top - 8.2 * k, 6.2 * k, colour=style.MUTED
    )
    bar_left = left + max(30.0 * k, typeface.width(number, points, Weight.BOLD) + 6.0 * k)
    room = min(62.0 * k, box.width * 0.3)
    bar = draw_scale_bar(drawing, bar_left, box.top - 5.4 * k, scale=scale, room=room, size=k)
    turn = true_north_degrees(plan.grid, shown.extent)
    arrow_x = bar_left + bar + 13.0 * k
    draw_north(drawing, arrow_x, box.top - 5.6 * k, true_north=turn, letter=text("sheet.north"), size=k * 0.9)
    right = Box(arrow_x + 9.0 * k, box.bottom, box.right, box.top)
    minutes = round(abs(turn) * 60)
    angle = f"{minutes // 60}°{minutes % 60:02}′"
    side = text("sheet.west" if turn < 0 else "sheet.east")
    lines = [
        (plan.info.disclaimer.get(text.language), Weight.BOLD, style.INK),
        (
            text("sheet.projection", grid=grid_words(plan.grid, text), angle=angle, side=side),
            Weight.REGULAR,
            style.MUTED,
        ),
        (sources(plan, text, scene.basemap), Weight.REGULAR, style.MUTED),
    ]
    small = 6.0 * k
    used = 0.0
    while small > 4.0 * k:
        used = sum(len(typeface.wrap(words, right.width, small, weight)) for words, weight, _ in lines)
        if used * small * MM_PER_POINT * 1.38 <= right.height + 2.0 * k:
            break
        small -= 0.2 * k
    top = right.top + 1.0 * k
    for words, weight, colour in lines:
        top -= paragraph(drawing, words, right._replace(top=top), small, colour=colour, weight=weight)
