"""A deck as a PowerPoint file: a cover, a slide for each view, and slides with the sources."""

from __future__ import annotations

from collections.abc import Callable, Container
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.slide import Slide

from layers.draw.drawing import Box
from layers.draw.legible_names import with_legible_names
from layers.escape import safe_address
from layers.plan.deck import Deck
from layers.plan.plan import Plan
from layers.present.pptx import layouts, tables
from layers.present.pptx import sources as slide_sources
from layers.present.pptx.cover_map import cover_map
from layers.present.pptx.file import describe, name_notes_master, packed
from layers.present.pptx.layouts import CONTENT, GAP, MAP_WIDTH, MARGIN
from layers.present.pptx.master import presentation_on
from layers.present.pptx.shapes import Link, SlidePosition, group
from layers.present.pptx.slide_page import (
    COVER_ROLES,
    ROLES,
    SlidePage,
    add_number,
    add_picture,
    new_page,
    write_head,
    write_source,
)
from layers.present.pptx.sources import SourcePage, evidence_at
from layers.present.pptx.text import (
    Run,
    fitted,
    line_count,
    line_height,
    paragraph,
    width_of,
)
from layers.present.pptx.two_maps import SIDE_MM, TwoMaps, fill_two_maps, moves_grid, two_maps
from layers.present.pptx.view_map import SlideMap, legend_height, reduced, slide_map
from layers.present.pptx.xml import elements
from layers.present.view import View, day_words, task_lines, views
from layers.selection.changes import site_marks
from layers.translation import Translation, translation
from layers.words import keeping_names

if TYPE_CHECKING:
    from PIL import Image

ASIDE_POINTS = (12.0, 11.0)
"""Type sizes of the table, in points, at which the legend may go below it, to leave more room for the map."""
SIDES_MM = (150.0, 165.0, 180.0, 195.0)
"""Widths in millimetres beside the map that are tried if a list of tasks does not fit the usual one."""
FEW = 4
"""Most tasks that leave room beside the map for more lines of text."""
ROOM_MM = 5.0
"""Distance in millimetres between table and legend."""


@keeping_names
def slides(
    plan: Plan,
    deck: Deck,
    *,
    language: str,
    today: date,
    master: bytes = b"",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> bytes:
    """Return `deck` as the bytes of a .pptx file; `today` is the day of Scenes that name none.

    `master` is what `layers.present.pptx.master.office_master` returns, which the slides stand on; empty for our own.
    `progress` is told how many maps of how many are drawn, which takes nearly all of the time.

    Raises
    ------
    PlanMapError
        A site's name has a character that cannot be drawn.
    """
    text = translation(language)
    plan = with_legible_names(plan)
    shown = views(plan, deck, language=language, today=today)
    maps: list[SlideMap | TwoMaps] = []
    packing: list[tuple[Future[bytes], ...]] = []
    # Pillow packs a picture without keeping Python busy, which draws the next map in the meantime.
    with ThreadPoolExecutor(1) as packer:
        for view in shown:
            progress(len(maps), len(shown))
            drawn, painted = _map(plan, view, text) if view.before is None else two_maps(plan, view, text)
            maps.append(drawn)
            packing.append(
                tuple(
                    packer.submit(reduced, picture, soft=one.soft)
                    for one, picture in zip(_each(drawn), painted, strict=True)
                )
            )
    made = presentation_on(master) if master else layouts.empty_presentation()
    cover = new_page(made, 0, text)
    pages = [new_page(made, 1, text) for _ in shown]
    standing = frozenset[str]().union(*(one.standing for drawn in maps for one in _each(drawn)))

    def plain(words: str, address: str) -> Run:
        # A relationship belongs to a slide, and it is not known yet on which slide a row will be.
        return Run(words, tooltip=safe_address(address))

    listed = slide_sources.pages(
        plan, shown, standing, plain, width=CONTENT.right - MARGIN, height=CONTENT[3] - CONTENT[1], text=text
    )
    source_pages = [new_page(made, 1, text) for _ in listed]
    targets = {
        site: page.slide for found, page in zip(listed, source_pages, strict=True) for site in sorted(found.sites)
    }
    _fill_cover(cover, plan, deck, today)
    for page, view, drawn, packed_pictures in zip(pages, shown, maps, packing, strict=True):
        files = [packing_picture.result() for packing_picture in packed_pictures]
        if isinstance(drawn, TwoMaps):
            _fill_two_days(page, plan, view, drawn, files, targets)
        else:
            _fill_view(page, plan, view, drawn, files[0], targets)
    for number, (page, found) in enumerate(zip(source_pages, listed, strict=True), start=1):
        _fill_sources(page, plan, found, number, len(listed), today)
    for page in (cover, *pages, *source_pages):
        page.finish()
    describe(made, plan, deck, text)
    name_notes_master(made)
    return packed(made)


def _each(drawn: SlideMap | TwoMaps) -> tuple[SlideMap, ...]:
    return drawn.maps if isinstance(drawn, TwoMaps) else (drawn,)


def _side_width(plan: Plan, view: View, text: Translation) -> float:
    """Return the width in millimetres of the column beside the map."""
    if view.before is not None:
        return SIDE_MM
    usual = CONTENT.right - MARGIN - MAP_WIDTH - GAP
    if not view.listed:
        return min(190.0, max(usual, tables.theme_width(view, text)))
    for width in (usual, *SIDES_MM):
        room = CONTENT[3] - _lines(view, width)[2]
        if tables.height_at(_maker(plan, view, width, room, _unlinked, text), tables.SIZES[-1]) <= room:
            break
    return width


def _map(plan: Plan, view: View, text: Translation) -> tuple[SlideMap, tuple[Image.Image]]:
    """Draw the map; its legend goes below the table if there is room, because then the map is larger."""
    side, height = _side_width(plan, view, text), CONTENT[3] - CONTENT[1]
    width = CONTENT.right - MARGIN - GAP - side
    _, _, top = _lines(view, side)
    maker = _maker(plan, view, side, height, _unlinked, text)
    for points in ASIDE_POINTS:
        used = tables.height_at(maker, points) if view.tasks else 0.0
        room = CONTENT[3] - top - used - ROOM_MM
        wanted = legend_height(plan, view, width, height, (side, room), text)
        if wanted <= room:
            drawn, picture = slide_map(plan, view, width, height, text, aside=(side, wanted))
            return drawn, (picture,)
    drawn, picture = slide_map(plan, view, width, height, text)
    return drawn, (picture,)


def _unlinked(words: str, _: str) -> Run:
    return Run(words)


def _lines(view: View, width: float) -> tuple[float, list[str], float]:
    """Return the type size and the texts of the lines beside the map, and the y at which the table begins."""
    if not view.lines:
        return 16.0, [], CONTENT[1]
    # A short table leaves more room for the lines.
    few = len(view.tasks) <= FEW
    room = layouts.LINES_HEIGHT * (2.2 if few else 1.0)
    # Beside two maps the table needs the room.
    sizes = (13, 12, 11) if view.before else (*[18] * few, 16, 15, 14, 13, 12, 11)
    points, lines = fitted(view.lines, width, room, sizes)
    used = sum(line_count(words, width, points) for words in lines) * line_height(points)
    return points, lines, CONTENT[1] + used + 3.0


def _maker(
    plan: Plan, view: View, width: float, room: float, link: Callable[[str, str], Run], text: Translation
) -> tables.Maker:
    if view.listed:
        return lambda points: tables.task_grid(view, points, width, link, text)
    return lambda points: tables.theme_grid(plan, view, points, width, room, text)


def _fill_cover(page: SlidePage, plan: Plan, deck: Deck, today: date) -> None:
    text, language = page.text, page.text.language
    box = layouts.COVER_TITLE
    title = deck.title.get(language)
    # A title with a colon breaks after it.
    parts = [part.strip() for part in title.replace("：", "：\n").replace(": ", ":\n").splitlines()]
    sizes = [size for size in (40, 36, 34, 32) if all(width_of(part, size, bold=True) <= box.width for part in parts)]
    whole = parts if sizes and len(parts) < 4 else [title]
    points, lines = fitted(whole, box.width, box[3] - box[1], sizes or (40, 36, 32, 28, 24, 20), bold=True)
    page.write(COVER_ROLES["Title"], lines, points)
    box = layouts.COVER_WORDS
    words = [plan.info.title.get(language), plan.info.subtitle.get(language), text("sheet.as-of", date=today)]
    points, lines = fitted([line for line in words if line], box.width, box[3] - box[1], (18, 16, 14, 12))
    page.write(COVER_ROLES["Subtitle"], lines, points, after=6.0)
    drawing = cover_map(plan, 118.0, 130.0)
    if drawing is not None:
        place = SlidePosition(layouts.WIDTH - MARGIN - drawing.width, 30.0, drawing.height)
        name = text("slides.cover-map", name=plan.info.title.get(language))
        page.add(
            group(drawing.items, place, page.identities, name=text("sheet.inset"), description=name, language=language)
        )
    write_source(page, plan, COVER_ROLES["Source"])


def _fill_view(
    page: SlidePage, plan: Plan, view: View, drawn: SlideMap, picture: bytes, targets: dict[str, Slide]
) -> None:
    text, language = page.text, page.text.language
    write_head(page, view.title, day_words(view, text))
    add_picture(page, plan, view, drawn, picture)
    _add_sites(page, plan, view, drawn, SlidePosition(MARGIN, CONTENT[1], drawn.height), targets)
    left = MARGIN if drawn.legend.width == drawn.width else CONTENT.right - drawn.legend.width
    under = SlidePosition(left, CONTENT[3] - drawn.legend.height, drawn.legend.height)
    legend = text("map.legend")
    if drawn.legend.items:
        page.add(
            group(
                drawn.legend.items,
                under,
                page.identities,
                name=legend,
                description=text("slides.legend", words="; ".join(drawn.legend.texts())),
                language=language,
            )
        )
    _add_side(page, plan, view, drawn)
    write_source(page, plan, ROLES["Source"], drawn.notes, scene=view.scene)
    add_number(page)
    _add_notes(page, plan, view, drawn)


def _fill_two_days(
    page: SlidePage, plan: Plan, view: View, drawn: TwoMaps, pictures: list[bytes], targets: dict[str, Slide]
) -> None:
    def add_sites(side: View, one: SlideMap, place: SlidePosition) -> None:
        _add_sites(page, plan, side, one, place, targets)

    fill_two_maps(page, plan, view, drawn, pictures, add_sites)
    points, lines, top = _lines(view, SIDE_MM)
    if lines:
        left = CONTENT.right - SIDE_MM
        page.write(ROLES["Lines"], lines, points, Box(left, CONTENT[1] - 1.0, left + SIDE_MM, top - 3.0))
    moved, room = view.before, CONTENT[3] - top
    listed = _maker(plan, view, SIDE_MM, room, page.link, page.text)
    # Where nothing has moved the tasks stand as on any slide.
    maker = (lambda size: moves_grid(moved, size, SIDE_MM, page.text)) if moved and moved.moves else listed
    if view.tasks:
        grid, points = tables.fit(maker, room)
        box = Box(CONTENT.right - SIDE_MM, top, CONTENT.right, CONTENT[3])
        name = page.text("slides.part-table")
        said = page.text("slides.table", count=len(view.tasks), date=view.selection.as_of)
        page.add(*tables.table(grid, points, box, page.identities, name=name, description=said, text=page.text))
    _add_notes(page, plan, view, drawn.maps[1])


def _add_sites(
    page: SlidePage, plan: Plan, view: View, drawn: SlideMap, place: SlidePosition, targets: dict[str, Slide]
) -> None:
    """Add the sites of a map as native shapes; `place` is where its picture is."""
    text, language = page.text, page.text.language
    passing = {task.id for task in view.selection.tasks}
    for site in drawn.sites:
        shown = site.shown
        page.add(
            group(
                site.items,
                place,
                page.identities,
                name=f"{shown.number} {shown.site.name.get(language)}",
                description=site_words(plan, view, shown.site.id, text),
                language=language,
                link=_site_link(page, plan, view, shown.site.id, passing, targets),
            )
        )


def site_words(plan: Plan, view: View, site_id: str, text: Translation) -> str:
    """Return the alternative text of a site's symbol: name, status, precision."""
    site = plan.sites[site_id]
    state = view.selection.sites[site_id]
    words = [site.name.get(text.language)]
    if state is not None:
        backed = text("sheet.backed" if state.backed else "sheet.only-stated")
        words.append(text(f"status.{state.status.value}") + backed)
        words.append(text("page.tasks", count=state.tasks))
        words += [text("legend.overdue")] if state.overdue else []
    mark = site_marks(plan, view.selection.changes).get(site_id)
    if mark is not None:
        words.append(text(f"mark.{mark.value}"))
    precision = text(f"precision.{site.precision.value}")
    if site.accuracy_m:
        precision += text("slides.within", metres=f"{site.accuracy_m:.0f}")
    return "; ".join([*words, f"{text('panel.precision')}: {precision}"])


def _site_link(
    page: SlidePage, plan: Plan, view: View, site_id: str, passing: Container[str], targets: dict[str, Slide]
) -> Link | None:
    """Return a link to the newest evidence at a site, else to the slide with the source of its position, else None."""
    event = evidence_at(plan, view, site_id, passing)
    if event is not None:
        tip = page.text("slides.open-evidence", date=event.date, title=event.source.title or event.source.publisher)
        return Link(page.relation(safe_address(event.source.url)), tip, jump=False)
    if site_id not in targets:
        return None
    target = page.slide.part.relate_to(targets[site_id].part, RELATIONSHIP_TYPE.SLIDE)
    return Link(target, page.text("slides.open-sources"), jump=True)


def _add_side(page: SlidePage, plan: Plan, view: View, drawn: SlideMap) -> None:
    """Add lines and table beside the map."""
    text = page.text
    width = _side_width(plan, view, text)
    left = CONTENT.right - width
    points, lines, top = _lines(view, width)
    if lines:
        page.write(ROLES["Lines"], lines, points, Box(left, CONTENT[1] - 1.0, left + width, top - 3.0))
    room = CONTENT[3] - top - (0.0 if drawn.legend.width == drawn.width else drawn.legend.height + ROOM_MM)
    if not view.tasks:
        return
    grid, points = tables.fit(_maker(plan, view, width, room, page.link, text), room)
    box = Box(left, top, left + width, CONTENT[3])
    name = text("slides.part-table")
    description = text("slides.table", count=len(view.tasks), date=view.selection.as_of)
    page.add(tables.table(grid, points, box, page.identities, name=name, description=description, text=text))


def _add_notes(page: SlidePage, plan: Plan, view: View, drawn: SlideMap) -> None:
    """Write the presenter's notes, and with them what the slide has no room for."""
    words = [*view.notes.splitlines(), *drawn.notes]
    if _lines(view, _side_width(plan, view, page.text))[1] != list(view.lines):
        # Lines that had to be cut on the slide are here in full.
        words += ["", *view.lines]
    if not view.listed:
        words += ["", page.text("slides.all-tasks", count=len(view.tasks))]
        words += [
            " · ".join(part for part in (line.title, line.status_words, tables.aim(line), line.evidence) if part)
            for line in task_lines(view)
        ]
    frame = page.slide.notes_slide.notes_text_frame
    if frame is None:
        return
    body = frame._txBody
    for old in body.findall(qn("a:p")):
        body.remove(old)
    runs = [[Run(line, "tx1")] if line else [] for line in words or [""]]
    body.extend(elements(*(paragraph(said, 12.0, page.text.language, exact=False) for said in runs)))


def _fill_sources(page: SlidePage, plan: Plan, found: SourcePage, number: int, count: int, today: date) -> None:
    text = page.text
    title = text("slides.sources") if count == 1 else f"{text('slides.sources')} {number}/{count}"
    write_head(page, title, text("sheet.as-of", date=today))
    rows = [
        [tables.Cell(page.link(cell.run.words, cell.run.tooltip), cell.align) if cell.run.tooltip else cell
         for cell in row]
        for row in found.grid.rows
    ]  # fmt: skip
    grid = tables.TableRows(found.grid.widths, rows)
    name = text("slides.sources")
    page.add(
        tables.table(grid, slide_sources.POINTS, CONTENT, page.identities, name=name, description=title, text=text)
    )
    write_source(page, plan, ROLES["Source"])
    add_number(page)
