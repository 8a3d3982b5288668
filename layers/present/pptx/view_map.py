"""The map of a view for a slide: a picture of the ground, and separately the numbered sites and the legend."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops

from geo.grid import Grid
from layers import style
from layers.draw import figure, typeface
from layers.draw.canvas import SiteSymbols
from layers.draw.content import Content, ShownSite, content
from layers.draw.coverage import coverage_notes
from layers.draw.drawing import Box, Drawing, Item, Shape, rectangle
from layers.draw.furniture import draw_scale_bar
from layers.draw.ground import HALOS, draw_ground, halos_in
from layers.draw.legend import Entry, brief_entries, slots
from layers.draw.paper import round_scale, scale_text
from layers.draw.service import service_notes
from layers.draw.site_symbols import draw_site_symbols
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.plan import Plan
from layers.present.pptx.text import lines_of, width_of
from layers.present.view import View
from layers.selection.extent import centred, least_scale
from layers.selection.wording import asked_of_layers, grid_words
from layers.translation import Translation

DPI = 300.0
SIZE = 1.35
"""Factor by which type and symbols are larger than on an A3 sheet: a slide is read from farther away."""

NATIVE = 150
"""Most sites that become native shapes on one slide; more make PowerPoint slow, and nobody edits so many."""

STRIP_MM = 8.0
"""Height in millimetres of the strip for the scale bar below the map's frame; part of the picture."""

LEAST_BAR_MM = 16.0
"""Least width in millimetres for the scale bar."""

NARROW_MM = 120.0
"""Width in millimetres up to which a map has its grid named in smaller type."""

GAP_MM = 2.0
"""Distance in millimetres between picture and legend."""
COLUMN_MM = 29.0
"""Width in millimetres of a column of the legend in type of 6.8 points."""
LEGEND_POINTS = (10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
"""Type sizes in points that are tried for the legend."""
LEGEND_SHARE = 0.24
"""Share of the height that the legend below a map may take before its type gets smaller."""

_TITLES = {
    "legend.site-status": "legend.status",
    "legend.changes": "legend.changes",
    "legend.category": "legend.category",
    "legend.lines": "legend.lines",
    "legend.own": "legend.own",
    "legend.services": "legend.services",
}
"""Short titles for the legend's groups."""


@dataclass(frozen=True, slots=True)
class NativeSite:
    """A numbered site as native shapes over the picture."""

    shown: ShownSite
    items: tuple[Item, ...]
    """Its shapes and text in millimetres of the picture, the lowest first."""


@dataclass(frozen=True, slots=True)
class SlideMap:
    """A view's map, ready for a slide."""

    width: float
    """Width of the picture in millimetres."""
    height: float
    """Height of the picture in millimetres."""
    frame: Box
    """The map's frame in the picture."""
    scale: int
    """The scale's number."""
    content: Content
    sites: tuple[NativeSite, ...]
    """The lowest first."""
    standing: frozenset[str]
    """Ids of all numbered sites whose symbol is visible, native or in the picture."""
    legend: Drawing
    entries: tuple[Entry, ...]
    """What the legend lists."""
    notes: tuple[str, ...]
    """Notes about what the map cannot show."""
    soft: bool
    """Whether anything on it fades out."""


def legend_height(
    plan: Plan, view: View, width: float, height: float, aside: tuple[float, float], text: Translation
) -> float:
    """Return the height of the legend of a map of this size, in the largest type that fits the room `aside`.

    `aside` is width and height; all lengths are in millimetres.
    """
    return legend_size(legend_entries(plan, view, width, height, text), *aside, text)[1]


def legend_entries(plan: Plan, view: View, width: float, height: float, text: Translation) -> list[Entry]:
    """Return what is likely to be in the legend of a map for a room of this size, in millimetres."""
    extent, scale = _arranged(view, width, height - STRIP_MM)
    shown = content(plan, view.scene, view.selection, extent, scale)
    return _entries(plan, view, shown, text)


def slide_map(
    plan: Plan, view: View, width: float, height: float, text: Translation, *, aside: tuple[float, float] | None = None
) -> tuple[SlideMap, Image.Image]:
    """Draw the map of `view` for a room of `width` by `height` millimetres, and return it with its picture.

    The legend is below the map, or in a room of its own, `aside`, given as width and height.
    """
    tall = height - STRIP_MM if aside else 0.8 * height
    # The legend depends on what is in the frame, and the height of the frame on the legend.
    for _ in range(0 if aside else 3):
        extent, scale = _arranged(view, width, tall)
        shown = content(plan, view.scene, view.selection, extent, scale)
        _, needed = legend_size(_entries(plan, view, shown, text), width, LEGEND_SHARE * height, text)
        tall = height - STRIP_MM - GAP_MM - needed
    extent, scale = _arranged(view, width, tall)
    shown = content(plan, view.scene, view.selection, extent, scale)
    frame = Box(0.0, STRIP_MM, width, STRIP_MM + tall)
    drawing = Drawing(width, STRIP_MM + tall, frame, extent, plan.grid)
    drawing.ground += draw_ground(plan, view.scene, shown, size=SIZE)
    halos = halos_in(drawing.ground)
    site_symbols = draw_site_symbols(drawing, plan, view.scene, shown, size=SIZE)
    # A site without room for its symbol has only a dot, which belongs to the picture.
    standing = {name.removeprefix("symbol ") for name, _ in site_symbols.boxes if name.startswith("symbol ")}
    native = _native(shown, site_symbols, standing)
    taken = {id(item) for site in native for item in site.items}
    drawing.items = [item for item in drawing.items if id(item) not in taken]
    _draw_foot(drawing, plan.grid, frame, scale, text)
    drawing.add(rectangle(frame.grown(-0.15), stroke=style.INK, line_width=0.3))
    found = _entries(plan, view, shown, text, site_symbols=site_symbols, halos=halos)
    legend = Drawing(*(aside or (width, height - STRIP_MM - GAP_MM - tall)))
    size, _ = legend_size(found, legend.width, legend.height, text)
    draw_strip(legend, found, size, text)
    made = SlideMap(
        width=width,
        height=drawing.height,
        frame=frame,
        scale=scale,
        content=shown,
        sites=native,
        standing=frozenset(standing & set(site_symbols.items)),
        legend=legend,
        entries=tuple(found),
        notes=tuple(
            _notes(plan, view, shown, site_symbols, len(standing & set(site_symbols.items)) - len(native), text)
        ),
        soft=any(shape.name.startswith("soft") for shape in drawing.ground),
    )
    return made, figure.picture(drawing, dpi=DPI, scale=scale)


def _entries(
    plan: Plan,
    view: View,
    shown: Content,
    text: Translation,
    *,
    site_symbols: SiteSymbols | None = None,
    halos: frozenset[str] = HALOS,
) -> list[Entry]:
    """Return the legend: of the map, and of the statuses in the table beside it."""
    listed = [view.selection.states[task.id] for task in view.tasks]
    return brief_entries(plan, view.scene, shown, text, listed=listed, site_symbols=site_symbols, halos=halos)


def _arranged(view: View, width: float, height: float) -> tuple[tuple[float, float, float, float], int]:
    """Return the extent of a frame, and the number of the largest round scale at which it shows the view's extent."""
    scale = round_scale(least_scale(view.extent, width, height))
    return centred(view.grid, view.extent, width, height, scale), scale


def _native(shown: Content, site_symbols: SiteSymbols, standing: set[str]) -> tuple[NativeSite, ...]:
    by_id = {site.site.id: site for site in shown.numbered}
    chosen = [site_id for site_id in site_symbols.items if site_id in by_id and site_id in standing][:NATIVE]
    # The first item of a symbol that was moved aside is its leader line, which must be below all other symbols.
    return tuple(
        sorted(
            (NativeSite(by_id[site_id], tuple(site_symbols.items[site_id])) for site_id in chosen),
            key=lambda site: (not _is_line(site.items[0]), site.shown.number or 0),
        )
    )


def _is_line(item: Item) -> bool:
    return isinstance(item, Shape) and not item.fill


def _notes(
    plan: Plan, view: View, shown: Content, site_symbols: SiteSymbols, painted: int, text: Translation
) -> list[str]:
    notes = coverage_notes(plan, view.tasks, shown, site_symbols, text)
    notes += service_notes(plan, view.scene, shown, text)
    notes += asked_of_layers(plan, view.scene, text)
    if painted:
        notes.append(text("slides.in-picture", count=painted))
    return notes


def _draw_foot(drawing: Drawing, grid: Grid, frame: Box, scale: int, text: Translation) -> None:
    """Draw the scale below the map, as a number and as a bar, and name the grid."""
    middle = STRIP_MM / 2 - 0.8
    points = 12.0
    wide = drawing.write(scale_text(scale), 0.0, middle - 1.4, points, weight=Weight.BOLD, colour=style.INK)
    words = text("slides.grid", grid=grid_words(grid, text, short=True), crs=grid.crs)
    # Where a map is narrow the bar is shorter; the last figure at it reaches beyond its end.
    named = 8.0 if frame.width > NARROW_MM else 7.0
    left = frame.width - wide - 8.0 - typeface.width(words, named) - 11.0
    room = min(58.0, frame.width * 0.36, max(left, LEAST_BAR_MM))
    draw_scale_bar(drawing, wide + 8.0, middle - 1.2, scale=scale, room=room, size=1.25)
    drawing.write(words, frame.right, middle - 1.0, named, colour=style.MUTED, align="right")


def reduced(picture: Image.Image, *, soft: bool = False) -> bytes:
    """Return a picture as PNG with 256 colours, which are enough for such maps, at a fraction of the size.

    They are not enough for what fades out: in a `soft` picture neighbouring pixels share the colours between them.
    """
    # The palette is chosen from every third pixel: just as good, and nine times as fast.
    palette = picture.resize((picture.width // 3, picture.height // 3), Image.Resampling.NEAREST)
    chosen = palette.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    buffer = BytesIO()
    small = picture.quantize(palette=chosen, dither=Image.Dither.NONE)
    if soft:
        # Only where no colour of the palette is right: speckles in plain areas would double the file.
        off = ImageChops.difference(picture.convert("RGB"), small.convert("RGB")).convert("L")
        small.paste(
            picture.quantize(palette=chosen, dither=Image.Dither.FLOYDSTEINBERG), mask=off.point([0, 0, *[255] * 254])
        )
    # White must stay white, but the palette's nearest colour may be a shade off.
    white = Image.new("RGB", (1, 1), style.WHITE).quantize(palette=chosen, dither=Image.Dither.NONE).getpixel((0, 0))
    colours = list(small.getpalette() or [])
    if isinstance(white, int):
        colours[3 * white : 3 * white + 3] = [255, 255, 255]
    small.putpalette(colours)
    # Above level 6 the file hardly shrinks, and each level takes longer.
    small.save(buffer, "PNG", dpi=(DPI, DPI), compress_level=6)
    return buffer.getvalue()


def legend_size(found: Sequence[Entry], width: float, room: float, text: Translation) -> tuple[float, float]:
    """Return the largest type size at which the legend's height fits `room`, else the smallest, and that height.

    Sizes are in points, lengths in millimetres.
    """
    height = 0.0
    for points in LEGEND_POINTS:
        height = draw_strip(Drawing(width, 0.0), found, points, text)
        if height <= room:
            return points, height
    return LEGEND_POINTS[-1], height


def draw_strip(drawing: Drawing, found: Sequence[Entry], points: float, text: Translation) -> float:
    """Draw the legend from the top of `drawing` down, with the groups' titles at the left; return its height.

    The height is in millimetres, and may be more than the drawing's.
    """
    k = points / 6.8
    row = points * MM_PER_POINT * 1.5
    groups: dict[str, list[Entry]] = {}
    for entry in found:
        groups.setdefault(entry.group, []).append(entry)
    titles = {group: text(_TITLES[group]) for group in groups}
    aside = max((width_of(words, points, bold=True) for words in titles.values()), default=0.0) + 2.0
    columns = max(1, round((drawing.width - aside) / (COLUMN_MM * k)))
    column = (drawing.width - aside) / columns
    y = drawing.height
    for group, members in groups.items():
        down = typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
        drawing.write(titles[group], 0.0, y - row / 2 - down, points, weight=Weight.BOLD, colour=style.MUTED)
        words = [entry.text if entry.count is None else f"{entry.text} {entry.count}" for entry in members]
        places = slots([typeface.width(said, points) + 8.8 * k for said in words], column, columns)
        starts = [aside + across * column + 6.2 * k for _, across in places]
        # Not even all columns together hold some entries, which then take more lines.
        lines = [lines_of(said, drawing.width - start, points) for said, start in zip(words, starts, strict=True)]
        placed = zip(members, places, starts, lines, strict=True)
        for _, in_row in itertools.groupby(placed, lambda one: one[1][0]):
            most = 1
            for entry, _, start, broken in in_row:
                drawing.add(entry.picture(start - 3.5 * k, y - row / 2, 3.3 * k))
                for index, line in enumerate(broken):
                    drawing.write(line.rstrip(), start, y - (index + 0.5) * row - down, points, colour=style.INK)
                most = max(most, len(broken))
            y -= most * row
        y -= 1.0 * k
    return drawing.height - y
