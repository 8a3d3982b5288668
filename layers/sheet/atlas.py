"""An atlas: one sheet for each site, theme or section, with a cover at the front and the gaps at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from io import BytesIO

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
from layers.sheet.cover import IndexEntry, compose_cover
from layers.sheet.gaps import compose_elsewhere, compose_gaps
from layers.sheet.sheet import Order, compose, number_page, sheet_digest
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


Progress = Callable[[int, int], None]
"""Is told how many steps of how many are done; whatever it raises ends the work."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One sheet of an atlas before it is drawn."""

    name: str
    scene: Scene


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


def chapters(plan: Plan, scene: Scene, by: By, *, today: date) -> list[Chapter]:
    """Return what the sheets of an atlas of `scene` show, in the plan's order.

    Raises
    ------
    PlanMapError
        There would be no sheet, or more than `MAXIMUM_SHEETS`.
    """
    selection = select(plan, scene, today=today)
    if by is By.SITE:
        ids = [site_id for site_id in site_numbers(plan) if selection.sites.get(site_id) is not None]
        found = [
            Chapter(plan.sites[site_id].name.get(scene.language), replace(scene, site=site_id, task="", view=None))
            for site_id in ids
        ]
    else:
        headings = plan.info.themes if by is By.THEME else plan.info.sections
        used = {task.theme if by is By.THEME else task.section for task in selection.tasks}
        bare = replace(scene, site="", task="", view=None)
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


def atlas(
    plan: Plan,
    scene: Scene,
    order: Order,
    by: By,
    *,
    today: date,
    progress: Progress = lambda done, total: None,
) -> Atlas:
    """Return the atlas of `scene` as one PDF with bookmarks, page numbers and links from its index.

    Raises
    ------
    PlanMapError
        There would be no sheet or too many, or a sheet cannot be drawn; see `layers.sheet.sheet.compose`.
    """
    text = translation(scene.language)
    listed = chapters(plan, scene, by, today=today)
    selection = select(plan, scene, today=today)
    numbers = site_numbers(plan)
    steps = 2 * len(listed) + 3
    sheets = []
    for index, chapter in enumerate(listed):
        progress(index, steps)
        sheets.append(compose(plan, chapter.scene, order_of(order, chapter, by), today=today))
    named = {task_id for sheet in sheets for task_id in sheet.listed}
    others = [task for task in selection.tasks if task.id not in named]
    elsewhere = compose_elsewhere(plan, selection, others, order.paper, text)
    gaps = compose_gaps(plan, selection, order.paper, text)
    entries = [_entry(plan, chapter, by, selection, numbers, today) for chapter in listed]
    parts = [(text("sheet.off-map"), elsewhere), (text("sheet.gaps"), gaps)]
    tail = [IndexEntry(name, None, None, 0, pages=len(found)) for name, found in parts if found]
    whole = replace(scene, view=None, site="", task="")
    cover = compose_cover(plan, whole, order, [*entries, *tail], today=today)
    total = len(cover.pages) + len(sheets) + len(elsewhere) + len(gaps)
    pages: list[tuple[Drawing, float | None]] = [
        (page, cover.scale if number == 0 else None) for number, page in enumerate(cover.pages)
    ]
    for sheet in sheets:
        number_page(sheet.drawing, order.paper, text("sheet.page", page=len(pages) + 1, pages=total))
        pages.append((sheet.drawing, sheet.scale))
    bookmarks = [(text("sheet.cover"), 0)]
    bookmarks += [(entry.name, len(cover.pages) + index) for index, entry in enumerate(entries)]
    for name, found in parts:
        bookmarks += [(name, len(pages))] if found else []
        for page in found:
            page.number(text("sheet.page", page=len(pages) + 1, pages=total))
            pages.append((page.drawing, None))
    digest = sheet_digest(plan, replace(scene, as_of=selection.as_of), order, by.value)
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
    return Atlas(_with_bookmarks(document, bookmarks, cover.links, properties), total, digest, cut)


def cut_words(made: Atlas, text: Translation) -> list[str]:
    """Return the line that names the sheets of an atlas that do not show all that they should; none if all do."""
    if not made.cut:
        return []
    return [text("export.atlas-cut", count=len(made.cut), sheets=listed_words(made.cut, MOST_NAMED, text))]


def _entry(
    plan: Plan, chapter: Chapter, by: By, selection: Selection, numbers: Mapping[str, int], today: date
) -> IndexEntry:
    if by is By.SITE:
        site = chapter.scene.site
        state = selection.sites.get(site)
        return IndexEntry(chapter.name, numbers.get(site), state, state.tasks if state is not None else 0)
    # No badge: the tasks of a theme differ, and one badge for all would be read as the status of each.
    return IndexEntry(chapter.name, None, None, len(select(plan, chapter.scene, today=today).tasks))


def order_of(order: Order, chapter: Chapter, by: By) -> Order:
    """Return the order of the sheet of `chapter` in an atlas made to `order`."""
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
