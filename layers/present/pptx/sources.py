"""The sources of a deck: a row for each site shown and for each piece of evidence."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

from layers import style
from layers.draw.content import site_numbers
from layers.escape import safe_address
from layers.plan.attachment import Attachment
from layers.plan.event import Event
from layers.plan.plan import Plan
from layers.plan.terms import PartialDate, Source
from layers.present.pptx.tables import SIZES, Cell, Row, TableRows
from layers.present.pptx.text import Run
from layers.present.view import View
from layers.selection.attachments import attachment_words
from layers.translation import Translation

POINTS = SIZES[-1]
MOST_LINES = 3
MOST_EVIDENCE = 600
"""Most rows of evidence; a deck with more says how many it leaves out."""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """The table of one slide of sources."""

    grid: TableRows
    sites: frozenset[str]
    """Ids of the sites in it."""


def evidence_at(plan: Plan, view: View, site_id: str, passing: Container[str]) -> Event | None:
    """Return the newest evidence with a safe web address about the tasks of `view` at a site; None without any.

    `passing` are the ids of the tasks that pass the view's filters.
    """
    found = [
        event
        for task in plan.tasks_by_site.get(site_id, ())
        if task.id in passing
        for event in view.selection.states[task.id].evidence
        if safe_address(event.source.url)
    ]
    return max(found, key=lambda event: event.date.last_day, default=None)


def pages(
    plan: Plan,
    views: Sequence[View],
    sites: Iterable[str],
    link: Callable[[str, str], Run],
    *,
    width: float,
    height: float,
    text: Translation,
) -> list[SourcePage]:
    """Return the pages of sources: first the sites by number, then the evidence, the newest first.

    `link` makes a run from words and the address that they lead to. `width` and `height` are those of a page in
    millimetres.
    """
    found = _paged(_site_grid(plan, sites, width, text), _in_order(plan, sites), height)
    evidence = _evidence_grid(plan, views, width, link, text)
    if len(evidence.rows) > 1:
        found += _paged(evidence, [], height)
    return found


def _in_order(plan: Plan, sites: Iterable[str]) -> list[str]:
    """Return the numbered ones of `sites` by number, each with the parts of its place after it."""
    numbers = site_numbers(plan)
    numbered = sorted((site for site in sites if site in numbers), key=lambda site: numbers[site])
    return [part for site in numbered for part in plan.place(site) if plan.sites[part].placed]


def _site_grid(plan: Plan, sites: Iterable[str], width: float, text: Translation) -> TableRows:
    numbers = site_numbers(plan)
    names = ("slides.number", "column.place", "panel.precision", "panel.source", "panel.licence")
    widths = (14.0, 78.0, 50.0, width - 14.0 - 78.0 - 50.0 - 48.0, 48.0)
    rows: list[Row] = [[Cell(Run(text(name), bold=True)) for name in names]]
    for site_id in _in_order(plan, sites):
        site = plan.sites[site_id]
        precision = text(f"precision.{site.precision.value}")
        if site.accuracy_m:
            precision += text("slides.within", metres=f"{site.accuracy_m:.0f}")
        name, source = site.name.get(text.language), site.source.get(text.language)
        # A part has a source of its own, and no number.
        words = (str(numbers.get(site_id, "")), name, precision, source, site.licence)
        rows.append([Cell(Run(part, bold=index == 0)) for index, part in enumerate(words)])
    return TableRows(widths, rows).shortened(POINTS, MOST_LINES)


def _evidence_grid(
    plan: Plan, views: Sequence[View], width: float, link: Callable[[str, str], Run], text: Translation
) -> TableRows:
    widths = (26.0, 100.0, width - 26.0 - 100.0 - 70.0, 70.0)
    names = ("slides.day", "column.title", "panel.source", "slides.publisher")
    tasks = {task.id: task for view in views for task in view.tasks}
    found: dict[tuple[PartialDate, Source, tuple[Attachment, ...]], list[str]] = {}
    for task in tasks.values():
        for event in {event for view in views for event in view.selection.states[task.id].evidence}:
            found.setdefault((event.date, event.source, event.attachments), []).append(task.title.get(text.language))
    ordered = sorted(found, key=lambda key: (key[0].last_day, key[1].title, key[1].url), reverse=True)
    rows: list[Row] = [[Cell(Run(text(name), bold=True)) for name in names]]
    for day, source, files in ordered[:MOST_EVIDENCE]:
        title = source.title or source.publisher or source.url
        rows.append(
            [
                Cell(Run(str(day))),
                Cell(Run(text("sheet.comma").join(dict.fromkeys(found[day, source, files])))),
                Cell(link(title, source.url)),
                Cell(Run(" · ".join(part for part in (source.publisher, attachment_words(files, text)) if part))),
            ]
        )
    if len(ordered) > MOST_EVIDENCE:
        more = text("slides.more-evidence", count=len(ordered) - MOST_EVIDENCE)
        rows.append([Cell(Run("")), Cell(Run(more, style.MUTED)), Cell(Run("")), Cell(Run(""))])
    return TableRows(widths, rows).shortened(POINTS, MOST_LINES)


def _paged(grid: TableRows, sites: Sequence[str], height: float) -> list[SourcePage]:
    """Cut a table into pages of at most `height` millimetres, each with the table's head."""
    heights = grid.heights(POINTS)
    found: list[SourcePage] = []
    first = 1
    while first < len(grid.rows):
        last, used = first, heights[0]
        while last < len(grid.rows) and (last == first or used + heights[last] <= height):
            used += heights[last]
            last += 1
        listed = frozenset(sites[first - 1 : last - 1])
        found.append(SourcePage(TableRows(grid.widths, [grid.rows[0], *grid.rows[first:last]]), listed))
        first = last
    return found
