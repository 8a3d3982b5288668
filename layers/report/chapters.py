"""The chapters of a report that are tables: tasks, gaps, evidence, positions."""

from __future__ import annotations

from collections.abc import Sequence

from layers import style
from layers.draw.content import site_numbers
from layers.plan.event import Event
from layers.plan.plan import Plan, Site, Task
from layers.report.tables import Cell, Column, lines, table
from layers.report.writer import Writer, paragraph, run, status_runs
from layers.report.xml import Xml
from layers.selection.attachments import attachment_words
from layers.selection.due import status_due_words
from layers.selection.select import Selection
from layers.selection.statements import Statements, day_words, result_months, result_value, statements
from layers.selection.unplaced import Placing, placing, sites_without_position
from layers.selection.wording import target_words
from layers.translation import Translation

MOST_PLACES = 3
"""Most places that are named with a task; of more, the others are counted."""


def write_tasks(out: Writer, plan: Plan, selection: Selection, title: str, tasks: Sequence[Task]) -> None:
    """Write the table of `tasks` with target, result, status, evidence and its source."""
    text = out.text
    columns = (
        Column(text("column.title"), 42.0),
        Column(text("column.target"), 20.0),
        Column(text("column.result"), 17.0),
        Column(text("column.status"), 33.0),
        Column(text("report.evidence"), 48.0),
    )
    rows = [_task_row(out, plan, selection, task) for task in tasks]
    words = text("report.table-tasks", title=title, count=len(tasks), date=selection.as_of)
    out.table_caption(words)
    out.add(table(columns, rows, described=words))


def _task_row(out: Writer, plan: Plan, selection: Selection, task: Task) -> Sequence[Cell]:
    text = out.text
    state = selection.states[task.id]
    found = statements(task, state, plan.info.year)
    months = result_months(found)
    status = status_due_words(task, state, selection.watch, text)
    aside = [_place_words(plan, task, text)]
    if task.lead_unit:
        aside.append(text("panel.lead-unit", unit=task.lead_unit))
    return (
        lines([run(task.title.get(text.language))], *([run(words, ink=style.MUTED, points=7.5)] for words in aside)),
        target_words(task, text),
        lines([run(result_value(found, text))], [run(months, ink=style.MUTED, points=7.5)] if months else []),
        lines(status_runs(state.status, status, backed=state.backed)),
        _evidence(out, found),
    )


def _evidence(out: Writer, found: Statements) -> Sequence[Xml]:
    """Return the statement that is shown, and the one that the status rests on where that is another."""
    text = out.text
    parts = [paragraph(run(day_words(found, text), bold=found.shown is not None), style="TableText")]
    if found.shown is not None:
        parts += _source(out, found.shown)
    if found.rests_on is not None and found.rests_on is not found.shown:
        day = f"{text('panel.settled-by')} {found.rests_on.date}"
        parts += [paragraph(run(day, bold=True), style="TableText"), *_source(out, found.rests_on)]
    return parts


def _source(out: Writer, event: Event) -> Sequence[Xml]:
    """Return the title, and below it the publisher: after the title in one line a dot would often begin the next."""
    source = event.source
    publisher = [run(source.publisher, ink=style.MUTED, points=7.5)] if source.publisher and source.title else []
    return lines([out.link(source.title or source.publisher or source.url, source.url)], publisher, _files(out, event))


def _files(out: Writer, event: Event) -> list[Xml]:
    """Return the names of the files that go with a statement; nothing if there are none."""
    words = attachment_words(event.attachments, out.text)
    return [run(words, ink=style.MUTED, points=7.5)] if words else []


def _place_words(plan: Plan, task: Task, text: Translation) -> str:
    """Return the places of a task with their numbers on the maps, or why it has none."""
    how = placing(plan, task)
    if how is not Placing.PLACED:
        return text(f"placing.{how.value}")
    numbers = site_numbers(plan)
    named = [place for place in plan.places_of(task) if place in numbers]
    shown = [f"{numbers[place]} {plan.sites[place].name.get(text.language)}" for place in named[:MOST_PLACES]]
    more = text("report.more-places", count=len(named) - MOST_PLACES) if len(named) > MOST_PLACES else ""
    return f"{text('column.place')}{text('report.colon')}{text('sheet.comma').join(shown)}{more}"


def write_gaps(out: Writer, plan: Plan, selection: Selection, tasks: Sequence[Task]) -> None:
    """Write the tasks without evidence, those that no map shows by reason, and the places without a position."""
    text = out.text
    out.heading(1, text("sheet.gaps"))
    out.say(text("report.gaps-note"))
    unproven = [task for task in tasks if not selection.states[task.id].has_evidence]
    out.heading(2, text("sheet.gap-tasks", count=len(unproven), of=len(tasks)))
    _write_list(out, plan, selection, unproven, text("sheet.gap-tasks", count=len(unproven), of=len(tasks)))
    reasons = {
        how: [task for task in tasks if placing(plan, task) is how] for how in Placing if how is not Placing.PLACED
    }
    off = sum(map(len, reasons.values()))
    out.heading(2, text("report.off-map", count=off, of=len(tasks)))
    if not off:
        out.say(text("report.none"))
    for how, found in reasons.items():
        if found:
            words = f"{text(f'placing.{how.value}')} {len(found)}"
            out.heading(3, words)
            _write_list(out, plan, selection, found, words)
    sites = _unplaced(plan, selection, tasks)
    out.heading(2, text("sheet.gap-sites", count=len(sites)))
    if not sites:
        out.say(text("report.none"))
        return
    columns = (
        Column(text("column.place"), 42.0),
        Column(text("slides.tasks"), 48.0),
        Column(text("panel.note"), 70.0),
    )
    own = {task.id for task in tasks}
    rows = [
        (
            site.name.get(text.language),
            text("sheet.comma").join(
                task.title.get(text.language) for task in plan.tasks_by_site.get(site.id, ()) if task.id in own
            )
            or text("report.no-task"),
            site.note.get(text.language),
        )
        for site in sites
    ]
    words = text("sheet.gap-sites", count=len(sites))
    out.table_caption(words)
    out.add(table(columns, rows, described=words))


def _unplaced(plan: Plan, selection: Selection, tasks: Sequence[Task]) -> list[Site]:
    """Return the places without a position that `tasks` have, or, if these are all of the plan, that no task has."""
    own = {place for task in tasks for place in plan.places_of(task)}
    whole = len(tasks) == len(plan.current_tasks)
    return [
        site
        for site in sites_without_position(plan)
        if site.id in selection.sites and (site.id in own or (whole and site.id not in plan.tasks_by_site))
    ]


def _write_list(out: Writer, plan: Plan, selection: Selection, tasks: Sequence[Task], words: str) -> None:
    """Write a short table of tasks."""
    text = out.text
    if not tasks:
        out.say(text("report.none"))
        return
    names = {section.id: section.title.get(text.language) for section in plan.info.sections}
    columns = (
        Column(text("column.section"), 46.0),
        Column(text("column.title"), 74.0),
        Column(text("column.status"), 40.0),
    )
    rows: list[Sequence[Cell]] = []
    for task in tasks:
        state = selection.states[task.id]
        words_of = status_due_words(task, state, selection.watch, text)
        status = lines(status_runs(state.status, words_of, backed=state.backed))
        rows.append((names.get(task.section, task.section), task.title.get(text.language), status))
    out.table_caption(words)
    out.add(table(columns, rows, described=words))


def write_sources(out: Writer, plan: Plan, selection: Selection, tasks: Sequence[Task], places: Sequence[str]) -> None:
    """Write where every statement about `tasks` and every position of `places` comes from."""
    text = out.text
    out.heading(1, text("slides.sources"))
    found: dict[tuple[object, ...], tuple[Event, list[str]]] = {}
    for task in tasks:
        for event in selection.states[task.id].evidence:
            named = found.setdefault((event.date, event.source, event.attachments), (event, []))[1]
            named.append(task.title.get(text.language))
    ordered = sorted(found.values(), key=lambda pair: (pair[0].date.last_day, pair[0].source.title), reverse=True)
    out.heading(2, text("report.all-evidence", count=len(ordered)))
    if ordered:
        columns = (
            Column(text("slides.day"), 21.0),
            Column(text("panel.source"), 62.0),
            Column(text("slides.publisher"), 32.0),
            Column(text("slides.tasks"), 45.0),
        )
        rows: list[Sequence[Cell]] = []
        for event, named in ordered:
            source = event.source
            link = out.link(source.title or source.publisher or source.url, source.url)
            titles = text("sheet.comma").join(dict.fromkeys(named))
            rows.append((str(event.date), lines([link], _files(out, event)), source.publisher, titles))
        words = text("report.all-evidence", count=len(ordered))
        out.table_caption(words)
        out.add(table(columns, rows, described=words))
    else:
        out.say(text("report.none"))
    _write_positions(out, plan, places)


def _write_positions(out: Writer, plan: Plan, places: Sequence[str]) -> None:
    text = out.text
    numbers = site_numbers(plan)
    numbered = sorted((place for place in places if place in numbers), key=lambda place: numbers[place])
    out.heading(2, text("report.positions", count=len(numbered)))
    if not numbered:
        out.say(text("report.none"))
        return
    columns = (
        Column(text("slides.number"), 11.0),
        Column(text("column.place"), 38.0),
        Column(text("panel.precision"), 36.0),
        Column(text("panel.source"), 46.0),
        Column(text("panel.licence"), 29.0),
    )
    rows: list[Sequence[Cell]] = []
    for place in numbered:
        for part in plan.place(place):
            site = plan.sites[part]
            if not site.placed:
                continue
            precision = text(f"precision.{site.precision.value}")
            if site.accuracy_m:
                precision += text("slides.within", metres=f"{site.accuracy_m:.0f}")
            number = str(numbers[place]) if part == place else ""
            name = site.name.get(text.language)
            rows.append((number, name, precision, site.source.get(text.language), site.licence))
    words = text("report.positions", count=len(numbered))
    out.table_caption(words)
    out.add(table(columns, rows, described=words))
