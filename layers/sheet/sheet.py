"""A sheet: one Scene on paper, with everything that an official map needs around it.

Most sheets have one page. Where its table, or on small paper its legend, has no room beside the map, it has more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from layers import style
from layers.draw import legend, typeface
from layers.draw.canvas import SiteSymbols
from layers.draw.content import Content, content
from layers.draw.coverage import coverage_notes
from layers.draw.drawing import Box, Drawing
from layers.draw.figure import Properties
from layers.draw.furniture import draw_inset
from layers.draw.graticule import draw_graticule, true_north_degrees
from layers.draw.ground import draw_ground, halos_in
from layers.draw.legend import Entry
from layers.draw.paper import SIZES, Paper, scale_text
from layers.draw.pdf_layer import PdfLayer
from layers.draw.service import service_notes
from layers.draw.site_symbols import draw_site_symbols
from layers.font import Weight
from layers.own.files import shown_digest
from layers.plan.digest import content_digest
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.template import NO_TEMPLATE, Template
from layers.region import region
from layers.selection.due import year_words
from layers.selection.event_words import since_line, since_title
from layers.selection.extent import Extent, centred, least_scale, wanted_extent
from layers.selection.omission import Omission, omission_lines, omissions
from layers.selection.select import Selection, select
from layers.selection.vicinity import near_notes, vicinity
from layers.selection.wording import asked_of_layers, grid_words, sources, titles
from layers.service.files import services_digest
from layers.sheet.foot import Foot, FootWords
from layers.sheet.framing import fitting_scale, framing
from layers.sheet.layout import SHARES, HeightOf, Layout, Parts, lay_out, size_factor
from layers.sheet.side import Side, draw_code, scene_code
from layers.sheet.table import Table
from layers.sheet.task_pages import SIZES as TABLE_SIZES
from layers.sheet.task_pages import TaskGroup, TaskPages
from layers.sheet.title import Title, number_page
from layers.sheet.title_block import draw_title_block
from layers.translation import Translation, translation
from layers.words import keeping_names

EDITION = 6
"""Raised when the look of sheets changes, so that sheets with the same hash look the same."""

A3 = Paper("A3", *SIZES["A3"])
"""The default paper."""


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
    bare: bool = False
    """Whether to have the map alone with its scale, north arrow and credits, and no title, legend and table."""
    address: str = ""
    """Address of the browse page, without a slash at its end, where the QR code leads; empty for none."""
    extent: Extent | None = None
    """What the map must show, in metres of the grid; None for what the Scene asks for."""
    template: Template = NO_TEMPLATE
    """The office's title block, and where parts stand."""


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
    unfetched: tuple[str, ...] = ()
    """Which map services are not, or not wholly, on the map, and why; its notes say so."""
    more: tuple[Drawing, ...] = ()
    """Further pages, for what has no room beside the map."""
    listing: bool = False
    """Whether it is a table of tasks that no map can show, see `layers.sheet.listing`."""

    @property
    def pages(self) -> tuple[Drawing, ...]:
        """All pages."""
        return (self.drawing, *self.more)


@keeping_names
def compose(plan: Plan, scene: Scene, order: Order, *, today: date, numbered: bool = True) -> Sheet:
    """Draw `scene` to `order`; `today` is the day of a Scene that names none.

    With `numbered`, the pages of a sheet that has several say which they are; an atlas numbers its pages itself.

    Raises
    ------
    PlanMapError
        There is nothing to show, the paper is too small for the scale, or a text of the plan has a character that
        cannot be printed.
    """
    selection = select(plan, scene, today=today)
    text = translation(scene.language)
    arranged = arrange(plan, scene, selection, order, text)
    layout, scale, shown = arranged.layout, arranged.scale, arranged.content
    extent = shown.extent
    drawing = Drawing(order.paper.width, order.paper.height, layout.frame, extent, plan.grid, layer=PdfLayer.FURNITURE)
    title = title_of(plan, scene, order, selection, text)
    digest = dated_digest(plan, scene, order, selection, scale)
    drawing.ground += draw_ground(plan, scene, shown, size=layout.size)
    halos = halos_in(drawing.ground)
    site_symbols = draw_site_symbols(drawing, plan, scene, shown, size=layout.size)
    with drawing.on(PdfLayer.GRID):
        draw_graticule(drawing, size=layout.size, names=[box for _, box in site_symbols.boxes])
    if layout.title is not None:
        title.draw(drawing, order.paper)
    omitted = omissions(plan, scene, selection, extent)
    notes = omission_lines(plan, omitted, text) + coverage_notes(plan, selection.tasks, shown, site_symbols, text)
    unfetched = service_notes(plan, scene, shown, text)
    notes += unfetched
    notes += near_notes(plan, scene, selection.tasks, text) + asked_of_layers(plan, scene, text)
    entries = legend.entries(
        plan,
        scene,
        shown,
        text,
        listed=arranged.table.states,
        site_symbols=site_symbols,
        halos=halos,
        before=arranged.entries,
    )
    side = Side(layout, entries, arranged.table, notes, text)
    listed = side.draw(drawing)
    if layout.title_block is not None:
        draw_title_block(drawing, order.template, layout.title_block, size=layout.size, text=text)
    if layout.inset is not None:
        draw_inset(drawing, layout.inset, region(plan), extent=extent, size=layout.size)
    asked = scene_code(plan, replace(scene, as_of=selection.as_of), order.address)
    draw_code(drawing, layout, asked, digest, text, leads=bool(order.address))
    foot = foot_of(plan, scene, shown, order, selection, layout, digest, text)
    turn = true_north_degrees(plan.grid, extent)
    foot.draw(drawing, layout.foot, left=layout.frame.left, scale=scale, true_north=turn, text=text)
    more: list[Drawing] = []
    if layout.parts is not Parts.BARE and (
        layout.parts is Parts.MAP or not side.legend_drawn or (layout.has_table and not arranged.table.chosen <= listed)
    ):
        more = _further_pages(plan, selection, order.paper, title, digest, arranged.table, side, text)
        listed |= arranged.table.wanted
    if numbered and more:
        for number, page in enumerate((drawing, *more), start=1):
            number_page(page, order.paper, text("sheet.page", page=number, pages=len(more) + 1))
    properties = properties_of(plan, scene, selection, title, scale, digest, text)
    fits = arranged.fits
    return Sheet(
        drawing, scale, properties, digest, shown, site_symbols, listed, omitted, fits, tuple(unfetched), tuple(more)
    )


def title_of(plan: Plan, scene: Scene, order: Order, selection: Selection, text: Translation) -> Title:
    """Return what stands at the top of each page of a sheet."""
    title, subtitle = titles(plan, scene, text)
    title = typeface.check(order.title or title, Weight.BOLD)
    if selection.since is None:
        return Title(title, subtitle, text("sheet.as-of", date=selection.as_of))
    counted = f"{since_line(selection.changes, text)} · {subtitle}"
    return Title(title, counted, since_title(selection.since, selection.as_of, text))


def properties_of(
    plan: Plan, scene: Scene, selection: Selection, title: Title, scale: int, digest: str, text: Translation
) -> Properties:
    """Return the metadata of a sheet's file."""
    return Properties(
        title=f"{title.title} {scale_text(scale)}",
        subject=" · ".join((title.subtitle, title.as_of, plan.info.disclaimer.get(scene.language))),
        keywords=f"{plan.info.title.get(scene.language)} {digest}",
        language=scene.language,
    )


def foot_of(
    plan: Plan,
    scene: Scene,
    shown: Content,
    order: Order,
    selection: Selection,
    layout: Layout,
    digest: str,
    text: Translation,
) -> Foot:
    """Return the foot of a sheet: what its map may be used for, how it is projected, and where all comes from."""
    said = (plan.info.disclaimer.get(text.language), year_words(plan, selection.as_of, text))
    disclaimer = FootWords(" · ".join(part for part in said if part), Weight.BOLD, style.INK)
    credits = sources(plan, text, scene)
    if order.bare:
        # Always on a plan with nominal things: they may be anywhere on the map, as the ground is too.
        credits = f"{text('sheet.as-of', date=selection.as_of)} · {credits}"
        return Foot((disclaimer, FootWords(credits)), layout.size)
    turn = true_north_degrees(plan.grid, shown.extent)
    minutes = round(abs(turn) * 60)
    angle = f"{minutes // 60}°{minutes % 60:02}′"
    side = text("sheet.west" if turn < 0 else "sheet.east")
    projection = text("sheet.projection", grid=grid_words(plan.grid, text), angle=angle, side=side)
    words = [disclaimer, FootWords(projection), FootWords(credits)]
    if layout.code is None:
        words.append(FootWords(text("sheet.digest", digest=digest)))
    return Foot(tuple(words), layout.size)


def _further_pages(
    plan: Plan,
    selection: Selection,
    paper: Paper,
    title: Title,
    digest: str,
    table: Table,
    side: Side,
    text: Translation,
) -> list[Drawing]:
    """Return the pages with what has no room beside the map: the legend, the notes and the whole table."""
    note = f"{plan.info.disclaimer.get(text.language)} · {text('sheet.digest', digest=digest)}"
    groups = [
        TaskGroup(
            shown.site.name.get(text.language),
            linked,
            number=shown.number,
            aside=table.exactness(shown),
            context=frozenset(task.id for task in linked if not plan.names_place(task, shown.site.id)),
        )
        for shown, linked in table.linked()
    ]
    rest = table.off_map
    if rest:
        groups.append(TaskGroup(text("sheet.elsewhere", count=len(rest)), rest))
    made: list[Drawing] = []
    for larger in TABLE_SIZES:
        pages = TaskPages(plan, selection, paper, title, text, note=note, larger=larger)
        before = side.draw_rest(pages, pages.page())
        first, top = before[-1]
        full = [page for page, _ in before[:-1]]
        made = [*full, *(pages.draw(groups, first=first, top=top) if groups else [first])]
        if len(made) == 1:
            break
    return made


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

    Legend and table get more of the paper only if they need it and the map keeps its scale. On paper without room
    for the legend, inset and code go first, and then legend and table go to a page of their own.

    Raises
    ------
    PlanMapError
        There is nothing to show, or the paper is too small for the whole district at the scale.
    """
    if not order.bare:
        for parts in (Parts.ALL, Parts.STACKED, Parts.LEGEND):
            found = _arranged(plan, scene, selection, order, text, parts)
            if found is not None:
                return found
    last = _arranged(plan, scene, selection, order, text, Parts.BARE if order.bare else Parts.MAP)
    if last is None:
        raise ValueError("a map alone always has a layout")
    return last


def _arranged(
    plan: Plan, scene: Scene, selection: Selection, order: Order, text: Translation, parts: Parts
) -> Arranged | None:
    """Return how a sheet with `parts` is divided; None if the map or the legend has no room."""
    wanted = order.extent or wanted_extent(plan, scene, selection, close=order.close)
    around = vicinity(plan, scene.near)
    foot_height = _foot_height(plan, scene, selection, order, text, parts, wanted)
    least = lay_out(order.paper, SHARES[0], foot=foot_height, parts=parts, template=order.template)
    if least is None:
        return None
    largest = least.frame
    framed = framing(plan, scene, selection, wanted, largest, scale=order.scale, paper=order.paper.name)
    scale, kept, fits = framed.scale, framed.kept, fitting_scale(wanted, largest)
    arranged: list[tuple[int, Arranged]] = []
    for share in SHARES if parts < Parts.MAP else SHARES[:1]:
        layout = lay_out(order.paper, share, foot=foot_height, parts=parts, template=order.template)
        if layout is None:
            break
        frame = layout.frame
        if share != SHARES[0] and least_scale(_with_margin(kept, order.paper), frame.width, frame.height) > scale:
            break
        shown = content(plan, scene, selection, centred(plan.grid, kept, frame.width, frame.height, scale), scale)
        width = layout.table.width if layout.table is not None else frame.width
        table = Table(plan, selection, shown.numbered, text, width=width, size=layout.size, near=around)
        entries = legend.entries(plan, scene, shown, text, listed=table.states)
        made = Arranged(layout, scale, fits, shown, entries, table)
        form = Side(layout, entries, table, (), text).form()
        if form is not None:
            arranged.append((form, made))
        if form == 0:
            break
    if not arranged:
        return None
    # The most detailed form of the table and, of the layouts with room for it, the first, which has the largest map.
    return min(arranged, key=lambda pair: pair[0])[1]


_NOWHERE = Box(0, 0, 0, 0)


def _foot_height(
    plan: Plan, scene: Scene, selection: Selection, order: Order, text: Translation, parts: Parts, wanted: Extent
) -> HeightOf:
    """Return what tells the height of the foot at a width, for a map that shows about `wanted`."""
    # The words are the same at every scale, but for the angle, whose width hardly differs.
    box = Content(plan.grid, wanted, 1.0, ())
    bare = Layout(size_factor(order.paper), 0, 0, parts, None, _NOWHERE, _NOWHERE)
    return foot_of(plan, scene, box, order, selection, bare, "0" * 10, text).height


def largest_frame(plan: Plan, scene: Scene, order: Order, *, today: date) -> Box:
    """Return the frame of the map on a sheet of `scene` where legend and table take the least room.

    Raises
    ------
    PlanMapError
        There is nothing to show.
    """
    selection, text = select(plan, scene, today=today), translation(scene.language)
    wanted = order.extent or wanted_extent(plan, scene, selection, close=order.close)
    for parts in (Parts.BARE,) if order.bare else (Parts.ALL, Parts.STACKED, Parts.LEGEND, Parts.MAP):
        foot = _foot_height(plan, scene, selection, order, text, parts, wanted)
        layout = lay_out(order.paper, SHARES[0], foot=foot, parts=parts, template=order.template)
        if layout is not None:
            return layout.frame
    raise ValueError("a map alone always has a layout")


def _with_margin(kept: tuple[float, float, float, float], paper: Paper) -> tuple[float, float, float, float]:
    """Return `kept` with a margin of 2 % on the sides where legend and table could take more room."""
    across = 0.0 if paper.portrait else 0.02 * (kept[2] - kept[0])
    up = 0.02 * (kept[3] - kept[1]) if paper.portrait else 0.0
    return kept[0] - across, kept[1] - up, kept[2] + across, kept[3] + up


def sheet_digest(plan: Plan, scene: Scene, order: Order, form: int | str) -> str:
    """Return ten characters of a hash of all that a sheet depends on; `form` is its scale, or an atlas's kind."""
    parts = (str(EDITION), content_digest(plan), scene.to_query(), repr(order.paper), str(form), order.title)
    own = shown_digest(plan, scene)
    services = services_digest(plan, scene)
    # Added only if set, so that the hashes of sheets that have been handed in stay the same.
    more = [
        ("close", order.close),
        ("bare", order.bare),
        (f"address {order.address}", order.address),
        (f"extent {order.extent}", order.extent),
        (f"template {order.template}", order.template != NO_TEMPLATE),
        (f"own {own}", own != ""),
        (f"services {services}", services != ""),
    ]
    named = [words for words, is_set in more if is_set]
    return hashlib.sha256("\n".join((*parts, *named)).encode()).hexdigest()[:10]


def dated_digest(plan: Plan, scene: Scene, order: Order, selection: Selection, form: int | str) -> str:
    """Return the digest of a sheet of `scene` on the day of `selection`."""
    return sheet_digest(plan, replace(scene, as_of=selection.as_of), order, form)
