"""A report on a plan: what was promised, how it stands, on what evidence, where, and what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from docx.opc.constants import RELATIONSHIP_TYPE

from geo.errors import PlanMapError
from layers.draw.legible_names import with_legible_names
from layers.own.files import shown_digest
from layers.plan.digest import content_digest
from layers.plan.plan import Plan, Task
from layers.plan.scene import Scene
from layers.plan.terms import Status
from layers.report import chapters
from layers.report.file import describe, empty_document, packed, section
from layers.report.maps import ReportMap, report_map
from layers.report.tables import Column, table
from layers.report.writer import Writer, page_break, paragraph, run, simple_field, status_runs
from layers.report.xml import Xml, elements, rooted
from layers.selection.event_words import since_line, since_title
from layers.selection.select import Selection, select
from layers.selection.status import count, newest_day
from layers.selection.unplaced import Placing, placing
from layers.selection.wording import grid_words, sources, titles
from layers.service.files import services_digest
from layers.translation import Translation, translation
from layers.words import keeping_names

EDITION = 3
"""Raised when reports change, so that reports with the same hash say the same."""

Progress = Callable[[int, int], None]
"""Told how many maps of how many are drawn."""


class By(StrEnum):
    """What a chapter of a report is about."""

    SECTION = "section"
    THEME = "theme"


@dataclass(frozen=True, slots=True)
class Report:
    """A finished report."""

    document: bytes
    """The .docx file."""
    maps: int
    """How many maps it has."""
    tasks: int
    """How many tasks it lists."""
    digest: str
    """Ten characters of a hash of all that the report depends on."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The tasks of one section or theme."""

    title: str
    tasks: tuple[Task, ...]
    scene: Scene


@keeping_names
def report(
    plan: Plan,
    scene: Scene,
    by: By = By.SECTION,
    *,
    today: date,
    title: str = "",
    progress: Progress = lambda done, total: None,
) -> Report:
    """Return the report on the tasks of `scene`; `today` is the day of a Scene that names none.

    Raises
    ------
    PlanMapError
        No task passes the filters, or a name on a map has a character that cannot be drawn.
    """
    text = translation(scene.language)
    plan = with_legible_names(plan)
    whole = select(plan, scene, today=today)
    tasks = _tasks(plan, scene, whole)
    if not tasks:
        raise PlanMapError("report-empty")
    scene = replace(scene, as_of=whole.as_of)
    listed = _chapters(plan, scene, by, tasks)
    digest = _digest(plan, scene, by, title)
    own, subtitle = titles(plan, scene, text)
    title = title or own
    out = Writer(empty_document(scene.language), text)
    total = len(listed) + 1
    progress(0, total)
    overview = _drawn(plan, scene, text, close=False)
    _write_overview(out, plan, whole, tasks, overview, title)
    drawn = [overview] if overview is not None else []
    out.heading(1, text("report.progress"))
    for number, chapter in enumerate(listed, start=1):
        progress(number, total)
        found = _chapter_map(plan, chapter, text)
        again = found is not None and _is_repeated(found, overview, drawn)
        _write_chapter(out, plan, whole, chapter, None if again else found, elsewhere=again)
        drawn += [] if again or found is None else [found]
    chapters.write_gaps(out, plan, whole, tasks)
    chapters.write_sources(out, plan, whole, tasks, _places(plan, tasks))
    _write_licences(out, plan, scene)
    front = _front(out, plan, whole, tasks, title, subtitle, digest)
    out.made.element.body.extend(elements(*front, *out.parts, section(_footer(out, title, whole))))
    describe(out.made, title, plan.info.title.get(scene.language), digest, scene.language)
    return Report(packed(out.made), len(drawn), len(tasks), digest)


def _tasks(plan: Plan, scene: Scene, selection: Selection) -> tuple[Task, ...]:
    """Return the tasks that pass the filters, of selected sites or a selected task only theirs."""
    chosen = [site_id for site_id in scene.sites if site_id in plan.sites and site_id != plan.info.district_site]
    if chosen:
        own = {task.id for site_id in chosen for task in plan.tasks_by_site.get(site_id, ())}
        return tuple(task for task in selection.tasks if task.id in own)
    return tuple(task for task in selection.tasks if scene.task not in plan.tasks or task.id == scene.task)


def _chapters(plan: Plan, scene: Scene, by: By, tasks: Sequence[Task]) -> list[Chapter]:
    headings = plan.info.themes if by is By.THEME else plan.info.sections
    names = {heading.id: heading.title.get(scene.language) for heading in headings}
    groups: dict[str, list[Task]] = {key: [] for key in names}
    for task in tasks:
        groups.setdefault(task.theme if by is By.THEME else task.section, []).append(task)
    bare = replace(scene, view=None)
    return [
        Chapter(
            names.get(key, key),
            tuple(found),
            replace(bare, themes=frozenset({key})) if by is By.THEME else replace(bare, sections=frozenset({key})),
        )
        for key, found in groups.items()
        if found
    ]


def _digest(plan: Plan, scene: Scene, by: By, title: str) -> str:
    parts = [str(EDITION), content_digest(plan), scene.to_query(), by.value, title]
    # Added only if there is any, so that the hashes of reports that have been handed in stay the same.
    parts += [own] if (own := shown_digest(plan, scene)) else []
    parts += [services] if (services := services_digest(plan, scene)) else []
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


def _drawn(plan: Plan, scene: Scene, text: Translation, *, close: bool) -> ReportMap | None:
    """Return the map of a Scene; None where there is nothing to show, which the report says in words."""
    try:
        return report_map(plan, scene, text, today=scene.as_of or date.today(), close=close)
    except PlanMapError as error:
        if error.code in ("nothing-placed", "extent-off-grid"):
            return None
        raise


def _chapter_map(plan: Plan, chapter: Chapter, text: Translation) -> ReportMap | None:
    """Return the map around the sites of a chapter's tasks; None if none of them has a place on the map."""
    if not any(placing(plan, task) is Placing.PLACED for task in chapter.tasks):
        return None
    if chapter.scene.site or chapter.scene.task:
        # Then the overview is already about what is selected.
        return None
    return _drawn(plan, chapter.scene, text, close=True)


def _is_repeated(found: ReportMap, overview: ReportMap | None, drawn: Sequence[ReportMap]) -> bool:
    """Whether a map shows no more than the overview does, or the ground of another one."""
    coarse = overview is not None and found.scale >= overview.scale
    return coarse or any(found.extent == other.extent for other in drawn)


def _places(plan: Plan, tasks: Sequence[Task]) -> list[str]:
    """Return the ids of the places of `tasks`, each once."""
    return list(dict.fromkeys(place for task in tasks for place in plan.places_of(task)))


def _front(
    out: Writer, plan: Plan, selection: Selection, tasks: Sequence[Task], title: str, subtitle: str, digest: str
) -> Iterator[Xml]:
    """Return title, day or days, how to read the report, and the table of contents."""
    text = out.text
    yield paragraph(run(title), style="Title")
    if subtitle and subtitle != title:
        yield paragraph(run(subtitle), style="Subtitle")
    latest = newest_day(selection.current_states)
    day = since_title(selection.since, selection.as_of, text) or text("sheet.as-of", date=selection.as_of)
    yield paragraph(run(f"{day} · {text('present.latest', date=latest)}" if latest else day), style="Subtitle")
    if selection.since:
        changed = tuple(change for change in selection.changes if change.task in tasks)
        yield paragraph(run(since_line(changed, text)), style="Subtitle")
    yield paragraph(run(plan.info.disclaimer.get(text.language), bold=True), style="Small")
    yield paragraph(run(text("report.read")), style="Label")
    marks: list[Xml] = []
    for status in Status:
        marks += [*status_runs(status, text(f"status.{status.value}"), backed=True), run("   ")]
    yield paragraph(*marks)
    for key in ("report.read-status", "report.read-evidence", "report.read-map", "report.read-gaps"):
        yield paragraph(run(text(key)))
    yield paragraph(run(text("sheet.digest", digest=digest)), style="Small")
    yield paragraph(run(text("report.contents")), style="Label")
    yield from out.contents()
    yield paragraph(run(text("report.contents-hint")), style="Small")
    yield page_break()


def _write_overview(
    out: Writer, plan: Plan, selection: Selection, tasks: Sequence[Task], found: ReportMap | None, title: str
) -> None:
    text = out.text
    out.heading(1, text("report.overview"))
    counts = count(selection.states[task.id] for task in tasks)
    out.say(
        text(
            "report.counts",
            tasks=counts.tasks,
            evidence=counts.with_evidence,
            backed=sum(counts.backed.values()),
            none=counts.without_evidence,
        ),
        "Lead",
    )
    _write_map(out, plan, selection, found, title)
    rows: list[Sequence[Sequence[Xml] | str]] = [
        (
            [paragraph(*status_runs(status, text(f"status.{status.value}"), backed=True), style="TableText")],
            str(number),
            str(counts.backed[status]),
            str(number - counts.backed[status]),
        )
        for status, number in counts.by_status.items()
        if number
    ]
    unknown = counts.tasks - sum(counts.by_status.values())
    if unknown:
        rows.append((text("status.none"), str(unknown), "0", "0"))
    backed = sum(counts.backed.values())
    stated = sum(counts.by_status.values()) - backed
    rows.append((text("slides.total"), str(counts.tasks), str(backed), str(stated)))
    columns = (
        Column(text("column.status"), 52.0),
        Column(text("slides.tasks"), 36.0, right=True),
        Column(text("report.backed"), 36.0, right=True),
        Column(text("report.only-stated"), 36.0, right=True),
    )
    words = text("report.table-status", date=selection.as_of)
    out.table_caption(words)
    out.add(table(columns, rows, described=words, total=True))


def _write_map(out: Writer, plan: Plan, selection: Selection, found: ReportMap | None, title: str) -> None:
    text = out.text
    if found is None:
        out.say(text("report.no-map"), "SmallLead")
        return
    described = text(
        "slides.map",
        title=title,
        scale=found.ratio,
        date=selection.as_of,
        sites=len(found.places),
        disclaimer=plan.info.disclaimer.get(text.language),
    )
    words = text("report.map", title=title, scale=found.ratio, date=selection.as_of)
    drawing = found.drawing
    out.figure(found.png(title, text.language), drawing.width, drawing.height, words, described)
    for note in found.notes:
        out.say(note, "Small")


def _write_chapter(
    out: Writer, plan: Plan, selection: Selection, chapter: Chapter, found: ReportMap | None, *, elsewhere: bool
) -> None:
    text = out.text
    out.heading(2, chapter.title)
    counts = count(selection.states[task.id] for task in chapter.tasks)
    parts = [
        text("sheet.status-count", status=text(f"status.{status.value}"), count=number, backed=counts.backed[status])
        for status, number in counts.by_status.items()
        if number
    ]
    out.say(text("report.section-counts", tasks=counts.tasks, parts=text("sheet.comma").join(parts)), "Lead")
    if found is not None:
        _write_map(out, plan, selection, found, chapter.title)
    elif elsewhere:
        out.say(text("report.see-overview"), "SmallLead")
    chapters.write_tasks(out, plan, selection, chapter.title, chapter.tasks)


def _write_licences(out: Writer, plan: Plan, scene: Scene) -> None:
    text = out.text
    out.heading(1, text("report.licences"))
    out.say(sources(plan, text, scene))
    out.say(text("report.grid", grid=grid_words(plan.grid, text)))
    out.say(plan.info.disclaimer.get(text.language))


def _footer(out: Writer, title: str, selection: Selection) -> str:
    """Add a footer with title, day and the number of the page; return the id of its relationship."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import XmlPart

    text = out.text
    before, middle, after = text("report.page").split("|")
    words = f"{title} · {text('sheet.as-of', date=selection.as_of)}"
    line = paragraph(
        run(words),
        Xml("<w:r><w:tab/></w:r>"),
        run(before),
        simple_field("PAGE", "1"),
        run(middle),
        simple_field("NUMPAGES", "1"),
        run(after),
        style="Footer",
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
    part = XmlPart.load(PackURI("/word/footer1.xml"), kind, rooted("ftr", line), out.made.part.package)
    return out.made.part.relate_to(part, RELATIONSHIP_TYPE.FOOTER)
