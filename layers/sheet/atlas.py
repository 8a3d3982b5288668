"""An atlas: one sheet for each site, theme or section, or those of a series, between a cover and the gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from io import BytesIO
from itertools import accumulate

from geo.errors import PlanMapError
from layers.draw import figure
from layers.draw.artists import POINT
from layers.draw.content import site_numbers
from layers.draw.drawing import Box, Drawing
from layers.draw.figure import Properties
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.select import Selection, select
from layers.selection.wording import listed_words
from layers.sheet import series
from layers.sheet.cover import IndexEntry, compose_cover
from layers.sheet.gaps import compose_elsewhere, compose_gaps
from layers.sheet.listing import compose_chapter
from layers.sheet.series_index import IndexFrame, compose_series_index
from layers.sheet.sheet import Order, Sheet, largest_frame, sheet_digest
from layers.sheet.sheet_list import Listed
from layers.sheet.title import number_page
from layers.translation import Translation, translation

MAXIMUM_SHEETS = 500
"""Most sheets of an atlas; a longer one would take an hour to draw, and nobody would turn its pages."""

MOST_NAMED = 6
"""Most sheets that the line about those that do not show everything names; it also says how many there are."""


class By(StrEnum):
    """What each sheet of an atlas stands for."""

    SITE = "site"
    THEME = "theme"
    SECTION = "section"
    GRID = "grid"
    """A tile of a grid over the district."""
    STREET = "street"
    """A street (街道) or town."""
    LIST = "list"
    """A line of a list, see `layers.sheet.sheet_list`."""


SERIES = (By.GRID, By.STREET, By.LIST)
"""Those with a page that shows where their sheets lie."""


Progress = Callable[[int, int], None]
"""Is told how many steps of how many are done; whatever it raises ends the work."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One sheet of an atlas before it is drawn."""

    name: str
    scene: Scene
    frame: series.Frame | None = None
    """What it is in a series; None if it is not in one."""


@dataclass(frozen=True, slots=True)
class Atlas:
    """A finished atlas."""

    document: bytes
    """The PDF."""
    pages: int
    digest: str
    """Ten characters of a hash of all that the atlas depends on."""
    cut: tuple[str, ...]
    """Names of the sheets that do not show all that they should, and say so."""
    left_out: tuple[str, ...] = ()
    """Names of what has no sheet, because it does not fit the paper at the scale that was asked for."""


def chapters(
    plan: Plan, scene: Scene, by: By, *, today: date, order: Order | None = None, places: Sequence[Listed] = ()
) -> list[Chapter]:
    """Return what the sheets of an atlas of `scene` show, in the plan's order.

    The sheets of a series depend on paper and scale of the `order`, those of a list on `places`.

    Raises
    ------
    PlanMapError
        There would be no sheet, or more than `MAXIMUM_SHEETS`; or a grid has no scale.
    """
    selection = select(plan, scene, today=today)
    if by in SERIES:
        frames = _frames(plan, scene, selection, by, order or Order(), places)
        found = [Chapter(frame.name, frame.scene, frame) for frame in frames]
    elif by is By.SITE:
        ids = [site_id for site_id in site_numbers(plan) if selection.sites[site_id] is not None]
        found = [
            Chapter(
                plan.sites[site_id].name.get(scene.language),
                replace(scene, site=site_id, task="", near=None, view=None),
            )
            for site_id in ids
        ]
    else:
        headings = plan.info.themes if by is By.THEME else plan.info.sections
        used = {task.theme if by is By.THEME else task.section for task in selection.tasks}
        bare = replace(scene, site="", task="", near=None, view=None)
        found = [
            Chapter(
                heading.title.get(scene.language),
                replace(bare, themes=frozenset({heading.id}))
                if by is By.THEME
                else replace(bare, sections=frozenset({heading.id})),
            )
            for heading in headings
            if heading.id in used
        ]
    if not found:
        raise PlanMapError("atlas-empty")
    if len(found) > MAXIMUM_SHEETS:
        raise PlanMapError("atlas-too-long", count=len(found), limit=MAXIMUM_SHEETS)
    return found


def _frames(
    plan: Plan, scene: Scene, selection: Selection, by: By, order: Order, places: Sequence[Listed]
) -> list[series.Frame]:
    text = translation(scene.language)
    whole = replace(scene, site="", task="", near=None, view=None)
    frame = largest_frame(plan, whole, order, today=selection.as_of)
    if by is By.GRID:
        title = order.title or plan.info.title.get(scene.language)
        return series.tiles(plan, scene, selection, frame, order.scale, text, title=title, limit=MAXIMUM_SHEETS)
    if by is By.STREET:
        return series.streets(plan, scene, text, title=order.title)
    return series.listed(plan, scene, places, frame, order.scale, text, title=order.title)


def _sheets(
    plan: Plan, listed: Sequence[Chapter], order: Order, by: By, progress: Callable[[int], None], today: date
) -> tuple[list[tuple[Chapter, Sheet]], tuple[str, ...]]:
    """Return each chapter with its sheet, and the names of those that do not fit the paper at the scale.

    Raises
    ------
    PlanMapError
        None of them fits, or a sheet cannot be drawn for another reason.
    """
    drawn: list[tuple[Chapter, Sheet]] = []
    left_out: list[str] = []
    for index, chapter in enumerate(listed):
        progress(index)
        try:
            own = order_of(order, chapter, by)
            drawn.append((chapter, compose_chapter(plan, chapter.scene, own, today=today, numbered=False)))
        except PlanMapError as error:
            if error.code != "paper-too-small" or (chapter is listed[-1] and not drawn):
                raise
            left_out.append(chapter.name)
    return drawn, tuple(left_out)


def atlas(
    plan: Plan,
    scene: Scene,
    order: Order,
    by: By,
    *,
    today: date,
    places: Sequence[Listed] = (),
    progress: Progress = lambda done, total: None,
) -> Atlas:
    """Return the atlas of `scene` as one PDF with bookmarks, page numbers and links from its index.

    What does not fit the paper at the scale of the order is left out and named; `places` is what a list names.

    Raises
    ------
    PlanMapError
        There would be no sheet or too many, or a sheet cannot be drawn; see `layers.sheet.sheet.compose`.
    """
    text = translation(scene.language)
    listed = chapters(plan, scene, by, today=today, order=order, places=places)
    selection = select(plan, scene, today=today)
    numbers = site_numbers(plan)
    steps = 2 * len(listed) + 3
    drawn, left_out = _sheets(plan, listed, order, by, lambda index: progress(index, steps), today)
    sheets = [sheet for _, sheet in drawn]
    listed = [chapter for chapter, _ in drawn]
    named = {task_id for sheet in sheets for task_id in sheet.listed}
    others = [task for task in selection.tasks if task.id not in named]
    elsewhere = compose_elsewhere(plan, selection, others, order.paper, text)
    gaps = compose_gaps(plan, selection, order.paper, text)
    entries = [
        replace(_entry(plan, chapter, by, selection, numbers, today), pages=len(sheet.pages))
        for chapter, sheet in zip(listed, sheets, strict=True)
    ]
    if by in SERIES:
        counted = zip(entries, sheets, strict=True)
        entries = [replace(entry, tasks=_tasks_on(plan, selection, sheet)) for entry, sheet in counted]
    front = [IndexEntry(text("series.index"), None, None, 0)] if by in SERIES or order.scale else []
    parts = [(text("sheet.off-map"), elsewhere), (text("sheet.gaps"), gaps)]
    tail = [IndexEntry(name, None, None, 0, pages=len(found)) for name, found in parts if found]
    whole = replace(scene, view=None, site="", task="", near=None)
    cover = compose_cover(plan, whole, order, [*front, *entries, *tail], today=today)
    # A sheet may go on over further pages.
    starts = list(accumulate((len(sheet.pages) for sheet in sheets), initial=len(cover.pages) + len(front)))
    total = starts[-1] + len(elsewhere) + len(gaps)
    pages: list[tuple[Drawing, float | None]] = [
        (page, cover.scale if number == 0 else None) for number, page in enumerate(cover.pages)
    ]
    links = list(cover.links)
    bookmarks = [(text("sheet.cover"), 0)]
    if front:
        labels = [
            chapter.name if by is By.GRID else str(start + 1) for chapter, start in zip(listed, starts, strict=False)
        ]
        shown = [
            IndexFrame(label, sheet.content.extent, start)
            for label, sheet, start in zip(labels, sheets, starts, strict=False)
            if not sheet.listing
        ]
        notes = [] if by is By.GRID else [text("series.numbers")]
        index = compose_series_index(plan, whole, order, shown, [*notes, *_left_out_words(left_out, text)], today=today)
        links += [(len(pages), box, page) for box, page in index.links]
        bookmarks.append((front[0].name, len(pages)))
        pages.append((index.drawing, index.scale))
    numbered = {chapter.name: start for chapter, start in zip(listed, starts, strict=False)}
    for entry, (chapter, sheet) in zip(entries, drawn, strict=True):
        bookmarks.append((entry.name, len(pages)))
        if chapter.frame is not None and chapter.frame.neighbours:
            near = series.draw_neighbours(sheet.drawing, order.paper, chapter.frame.neighbours, numbered, text)
            links += [(len(pages), box, page) for box, page in near]
        for number, drawing in enumerate(sheet.pages):
            number_page(drawing, order.paper, text("sheet.page", page=len(pages) + 1, pages=total))
            pages.append((drawing, sheet.scale if number == 0 else None))
    for name, found in parts:
        bookmarks += [(name, len(pages))] if found else []
        for page in found:
            page.number(text("sheet.page", page=len(pages) + 1, pages=total))
            pages.append((page.drawing, None))
    form = f"{by.value} {places}" if places else by.value
    digest = sheet_digest(plan, replace(scene, as_of=selection.as_of), order, form)
    title = order.title or plan.info.title.get(scene.language)
    properties = Properties(
        title=f"{title} · {text('sheet.atlas')}",
        subject=f"{text('sheet.as-of', date=selection.as_of)} · {plan.info.disclaimer.get(scene.language)}",
        keywords=f"{plan.info.title.get(scene.language)} {digest}",
        language=scene.language,
    )
    document = figure.pdf(
        pages, properties=properties, progress=lambda done: progress(min(len(listed) + done, steps - 1), steps)
    )
    cut = tuple(chapter.name for chapter, sheet in zip(listed, sheets, strict=True) if sheet.omissions)
    return Atlas(_with_bookmarks(document, bookmarks, links, properties), total, digest, cut, left_out)


def _tasks_on(plan: Plan, selection: Selection, sheet: Sheet) -> int:
    """Return how many of the selected tasks have a place on a sheet."""
    asked = {task.id for task in selection.tasks}
    found = (task for shown in sheet.content.numbered for task in plan.tasks_by_site.get(shown.site.id, ()))
    return len({task.id for task in found} & asked)


def _left_out_words(names: Sequence[str], text: Translation) -> list[str]:
    """Return the line that names what has no sheet because it does not fit; none if all fits."""
    if not names:
        return []
    return [text("export.atlas-left-out", count=len(names), sheets=listed_words(names, MOST_NAMED, text))]


def cut_words(made: Atlas, text: Translation) -> list[str]:
    """Return the lines that name what has no sheet in an atlas, and which sheets do not show all that they should."""
    lines = _left_out_words(made.left_out, text)
    if not made.cut:
        return lines
    return [*lines, text("export.atlas-cut", count=len(made.cut), sheets=listed_words(made.cut, MOST_NAMED, text))]


def _entry(
    plan: Plan, chapter: Chapter, by: By, selection: Selection, numbers: Mapping[str, int], today: date
) -> IndexEntry:
    if chapter.frame is not None:
        return IndexEntry(chapter.name, None, None, 0)
    if by is By.SITE:
        site = chapter.scene.site
        state = selection.sites[site]
        return IndexEntry(chapter.name, numbers.get(site), state, state.tasks if state is not None else 0)
    # No badge: the tasks of a theme differ, and one badge for all would be read as the status of each.
    return IndexEntry(chapter.name, None, None, len(select(plan, chapter.scene, today=today).tasks))


def order_of(order: Order, chapter: Chapter, by: By) -> Order:
    """Return the order of the sheet of `chapter` in an atlas made to `order`."""
    if chapter.frame is not None:
        return replace(order, title=chapter.frame.title, extent=chapter.frame.extent)
    close = by is not By.SITE
    title = f"{order.title} · {chapter.name}" if order.title and close else chapter.name
    return replace(order, title=title, close=close)


def _with_bookmarks(
    document: bytes,
    bookmarks: list[tuple[str, int]],
    links: list[tuple[int, Box, int]],
    properties: Properties,
) -> bytes:
    """Return the PDF with bookmarks and links, which Matplotlib cannot write.

    `bookmarks` are names and pages, `links` pages, places in millimetres and target pages; pages count from 0.
    """
    from pypdf import PdfWriter
    from pypdf.annotations import Link
    from pypdf.generic import BooleanObject, Fit, NameObject, TextStringObject

    writer = PdfWriter(clone_from=BytesIO(document))
    for name, page in bookmarks:
        writer.add_outline_item(title=name, page_number=page, fit=Fit.fit())
    for page, box, target in links:
        edges = tuple(edge * POINT for edge in box)
        writer.add_annotation(page, Link(rect=edges, target_page_index=target, border=[0, 0, 0]))  # type: ignore[arg-type]
    writer.add_metadata(
        {
            "/Title": properties.title,
            "/Subject": properties.subject,
            "/Keywords": properties.keywords,
            "/Creator": "PlanMap",
            "/Producer": "PlanMap",
        }
    )
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject("zh-CN" if properties.language == "zh" else "en")
    writer.create_viewer_preferences()
    if writer.viewer_preferences is not None:
        writer.viewer_preferences[NameObject("/DisplayDocTitle")] = BooleanObject(True)
    root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
