"""A view: one slide of a deck applied to the plan, with the words and figures beside its map."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from geo.errors import PlanMapError
from geo.grid import Grid
from layers.plan.catalogue import Heading
from layers.plan.deck import Deck, Slide
from layers.plan.plan import Plan, Task
from layers.plan.scene import Scene
from layers.plan.terms import Status
from layers.region import region
from layers.selection.changes import Change, Mark
from layers.selection.comparison import Comparison, compared
from layers.selection.due import status_due_words
from layers.selection.event_words import last_told, mark_words, since_line, since_title, told_words
from layers.selection.extent import Extent, centred, wanted_extent
from layers.selection.select import Selection, placed_sites, select
from layers.selection.statements import Statements, result_months, result_value, share, statements
from layers.selection.statements import day_words as evidence_day
from layers.selection.status import Counts, TaskState, count, newest_day
from layers.selection.unplaced import Placing, placing
from layers.selection.vicinity import vicinity
from layers.selection.wording import target_words
from layers.translation import Translation, translation

LISTED = 12
"""Most tasks that are listed one by one; more cannot be read across a room, and are counted by theme."""


LARGEST_M = 150_000.0
"""Longest side in metres of the ground that a view shows, even if the Scene was zoomed out farther."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task as a row beside the map."""

    task: Task
    title: str
    status: Status | None
    backed: bool
    """Whether the status rests on evidence."""
    status_words: str
    evidence: str
    """Day of the newest statement, marked if it is about a later year, or that there is none."""
    target: str
    """The figure that the report names; empty without one."""
    result: str
    """The latest measured value of the plan's own year; empty without one."""
    months: str
    """The months that it is about; empty where that is not known."""
    share: float | None
    """What share of the target that is; None where that says nothing."""
    link: str
    """Web address of the evidence whose day stands here; empty without one."""


@dataclass(frozen=True, slots=True)
class View:
    """A slide on one day in one language."""

    number: int
    """Counted from 1."""
    title: str
    """With its figures filled in, as are `lines` and `notes`."""
    lines: tuple[str, ...]
    """The slide's text, without empty lines."""
    notes: str
    scene: Scene
    selection: Selection
    tasks: tuple[Task, ...]
    """The tasks beside the map: those near what the Scene asks about, else of the selected sites or task, else all that
    pass the filters. Of a Scene of changes only those that changed, where any did,
    and of more than can be listed those that need a look first.
    """
    counts: Counts
    """The counts of `tasks`."""
    grid: Grid
    extent: Extent
    """Least extent that the map must show, in metres of the grid."""
    placings: Mapping[Placing, int]
    """How many of `tasks` are on the map, and how many are not for which reason."""
    year: int
    """That of the plan."""
    latest: date | None
    """Day of the newest evidence in the whole plan by the view's day; None without evidence."""
    before: Comparison | None
    """The earlier day that it is compared with; None for a view of one day."""

    @property
    def listed(self) -> bool:
        """Whether the tasks are few enough to be listed one by one."""
        return len(self.tasks) <= LISTED

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """`extent` as a WGS 84 bbox (west, south, east, north) in degrees."""
        return self.grid.bbox(self.extent)


def views(plan: Plan, deck: Deck, *, language: str, today: date) -> tuple[View, ...]:
    """Return the views of `deck`; `today` is the day of Scenes that name none."""
    return tuple(
        view(plan, slide, number, language=language, today=today) for number, slide in enumerate(deck.slides, start=1)
    )


def view(plan: Plan, slide: Slide, number: int, *, language: str, today: date) -> View:
    """Return one slide as a view; `number` is the slide's, and `today` the day of a Scene that names none."""
    scene = replace(slide.scene, language=language)
    selection = _lit(plan, scene, select(plan, scene, today=today))
    scene = replace(scene, as_of=selection.as_of)
    whole = _tasks(plan, scene, selection)
    tasks = _changed(selection, whole)
    counts = count(selection.states[task.id] for task in tasks)
    figures = _figures(plan, selection, tasks, counts)
    lines = fill(slide.text.get(language), figures).splitlines()
    if not tasks:
        lines.append(translation(language)("map.no-tasks"))
    before = slide.before if slide.before is not None and slide.before < selection.as_of else None
    if slide.before is not None and before is None:
        lines.append(translation(language)("present.not-before", before=slide.before, date=selection.as_of))
    comparison = compared(plan, selection, tasks, before) if before is not None else None
    lines += _since(comparison, translation(language))
    if selection.since is not None:
        changed = tuple(change for change in selection.changes if change.task in whole)
        lines.append(since_line(changed, translation(language)))
        if len(changed) > LISTED:
            lines.append(translation(language)("since.more", count=len(changed) - LISTED))
    return View(
        number=number,
        title=fill(slide.title.get(language), figures),
        lines=tuple(line.strip() for line in lines if line.strip()),
        notes=fill(slide.notes.get(language), figures),
        scene=scene,
        selection=selection,
        tasks=tasks,
        counts=counts,
        grid=plan.grid,
        extent=_extent(plan, scene, selection),
        placings=Counter(placing(plan, task) for task in tasks),
        year=plan.info.year,
        latest=newest_day(selection.current_states),
        before=comparison,
    )


def _since(comparison: Comparison | None, text: Translation) -> list[str]:
    """Return what the list of what moved does not say: that nothing has, and how many tasks have evidence now."""
    if comparison is None:
        return []
    nothing = [] if comparison.moves else [text("present.nothing-moved")]
    return [*nothing, *([text("present.proven", count=comparison.proven)] if comparison.proven else [])]


def day_words(view: View, text: Translation) -> str:
    """Return the words for a view's day and the day of the newest evidence."""
    if view.selection.since is not None:
        day = since_title(view.selection.since, view.selection.as_of, text)
    elif view.before is not None:
        day = text("present.two-days", before=view.before.day, date=view.selection.as_of)
    else:
        day = text("sheet.as-of", date=view.selection.as_of)
    return f"{day} · {text('present.latest', date=view.latest)}" if view.latest else day


def coverage_words(view: View, text: Translation) -> str:
    """Return how many of a view's tasks are on the map and why the others are not, in words; empty if all are."""
    if view.placings[Placing.PLACED] == len(view.tasks):
        return ""
    return " · ".join(f"{text(f'placing.{how.value}')} {view.placings[how]}" for how in Placing if view.placings[how])


def became_words(before: Status | None, after: Status | None, text: Translation) -> str:
    """Return which status became which, in words."""
    words = [text(f"status.{status.value}" if status else "status.none") for status in (before, after)]
    return text("present.became", before=words[0], after=words[1])


def task_lines(view: View) -> list[TaskLine]:
    """Return a row for each task of `view`, in the report's order."""
    text = translation(view.scene.language)
    return [_task_line(view, task, text) for task in view.tasks]


def by_theme(plan: Plan, view: View) -> list[tuple[Heading, Counts]]:
    """Return the themes of a view's tasks, each with the counts of its tasks, in the plan's order."""
    found: dict[str, list[TaskState]] = {}
    for task in view.tasks:
        found.setdefault(task.theme, []).append(view.selection.states[task.id])
    return [(theme, count(found[theme.id])) for theme in plan.info.themes if theme.id in found]


def fill(words: str, figures: Mapping[str, str]) -> str:
    """Return `words` with each `{name}` of a figure replaced by the figure; any other stays as it is."""
    return re.sub(r"\{(\w+)\}", lambda found: figures.get(found[1], found[0]), words)


def _lit(plan: Plan, scene: Scene, selection: Selection) -> Selection:
    """Return `selection` with only those sites highlighted that the selected task's clause names, if it names any.

    On a screen in a room, a whole river or ring road that only gives context would outshine the site itself.
    """
    task = plan.tasks.get(scene.task)
    named = placed_sites(plan, dict.fromkeys(map(plan.whole, task.sites))) if task else ()
    return replace(selection, lit=named) if named and not scene.site else selection


def _tasks(plan: Plan, scene: Scene, selection: Selection) -> tuple[Task, ...]:
    around = vicinity(plan, scene.near)
    if around is not None:
        inside = around.tasks(plan)
        return tuple(task for task in selection.tasks if task.id in inside)
    chosen = [site_id for site_id in scene.sites if site_id in plan.sites]
    if chosen and plan.info.district_site not in chosen:
        of_sites = {task.id for site_id in chosen for task in plan.tasks_by_site.get(site_id, ())}
        return tuple(task for task in selection.tasks if task.id in of_sites)
    if scene.task in plan.tasks:
        return (plan.tasks[scene.task],)
    return selection.tasks


def _changed(selection: Selection, tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """Return those of `tasks` that changed, where the Scene shows changes and there are any; else all."""
    found = [change for change in selection.changes if change.task in tasks]
    first = {change.task.id for change in sorted(found, key=lambda change: list(Mark).index(change.mark))[:LISTED]}
    return tuple(task for task in tasks if task.id in first) or tasks


def _figures(plan: Plan, selection: Selection, tasks: tuple[Task, ...], counts: Counts) -> dict[str, str]:
    named = {whole for task in tasks for whole in plan.places_of(task)} - {plan.info.district_site}
    figures: dict[str, object] = {
        "tasks": counts.tasks,
        "sites": len(named),
        **{status.value: number for status, number in counts.by_status.items()},
        "with_evidence": counts.with_evidence,
        "without_evidence": counts.without_evidence,
        "backed": sum(counts.backed.values()),
        "date": selection.as_of,
    }
    return {name: str(value) for name, value in figures.items()}


def _task_line(view: View, task: Task, text: Translation) -> TaskLine:
    state = view.selection.states[task.id]
    found = statements(task, state, view.year)
    change = view.selection.changed.get(task.id)
    return TaskLine(
        task=task,
        title=task.title.get(view.scene.language),
        status=state.status,
        backed=state.backed,
        status_words=mark_words(change, text) if change else status_due_words(task, state, view.selection.watch, text),
        evidence=(told_words(change, text) if change else "") or evidence_day(found, text),
        # Beside what changed there is no room for them.
        target="" if change else target_words(task, text),
        result="" if change else result_value(found, text),
        months="" if change else result_months(found),
        share=None if change else share(task, found),
        link=_link(change, found),
    )


def _link(change: Change | None, found: Statements) -> str:
    """Return the address of what a change rests on, else of the statement that is shown; empty without one."""
    told = found.shown if change is None or not change.told else last_told(change)
    return told.source.url if told is not None and told.source is not None else ""


def _extent(plan: Plan, scene: Scene, selection: Selection) -> Extent:
    """Return the extent that a Scene asks for, or that of the whole district or the city if it cannot be drawn."""
    whole = replace(scene, site="", task="", near=None, view=None)
    for wanted in (scene, whole):
        chosen = selection if wanted is scene else select(plan, whole, today=selection.as_of)
        try:
            extent = wanted_extent(plan, wanted, chosen, close=wanted.filtered, largest=LARGEST_M)
            side = max(extent[2] - extent[0], extent[3] - extent[1])
            # Raises if a frame twice as wide as high, around this extent, would reach where the grid is not true.
            centred(plan.grid, extent, 2 * side, side, scale=1000)
        except PlanMapError as error:
            # What has no position or lies too far off is shown with the next larger extent.
            if error.code not in ("nothing-placed", "extent-off-grid"):
                raise
        else:
            return extent
    west, south, east, north = region(plan).city.bounds
    # A plan that places nothing has no city either, and no grid is true over all of China.
    x, y, half = (west + east) / 2, (south + north) / 2, LARGEST_M / 2
    return max(west, x - half), max(south, y - half), min(east, x + half), min(north, y + half)
