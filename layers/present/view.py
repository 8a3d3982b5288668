"""A view: one slide of a deck applied to the plan, with the words and figures beside its map."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from geo.errors import PlanMapError
from geo.grid import Grid
from layers.plan.deck import Deck, Slide
from layers.plan.plan import Heading, Plan, Task
from layers.plan.scene import Scene
from layers.plan.terms import Status
from layers.region import region
from layers.selection.extent import Extent, centred, wanted_extent
from layers.selection.select import Selection, placed_sites, select
from layers.selection.statements import day_words as evidence_day
from layers.selection.statements import result_months, result_value, share, statements, status_words
from layers.selection.status import Counts, TaskState, count, newest_day
from layers.selection.unplaced import Placing, placing
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
    """The tasks beside the map: those of the selected sites or task, else all that pass the filters."""
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
    tasks = _tasks(plan, scene, selection)
    counts = count(selection.states[task.id] for task in tasks)
    figures = _figures(plan, selection, tasks, counts)
    lines = fill(slide.text.get(language), figures).splitlines()
    if not tasks:
        lines.append(translation(language)("map.no-tasks"))
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
        latest=newest_day(selection.states.values()),
    )


def day_words(view: View, text: Translation) -> str:
    """Return the words for a view's day and the day of the newest evidence."""
    day = text("sheet.as-of", date=view.selection.as_of)
    return f"{day} · {text('present.latest', date=view.latest)}" if view.latest else day


def coverage_words(view: View, text: Translation) -> str:
    """Return how many of a view's tasks are on the map and why the others are not, in words; empty if all are."""
    if view.placings[Placing.PLACED] == len(view.tasks):
        return ""
    return " · ".join(f"{text(f'placing.{how.value}')} {view.placings[how]}" for how in Placing if view.placings[how])


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
    chosen = [site_id for site_id in scene.sites if site_id in plan.sites]
    if chosen and plan.info.district_site not in chosen:
        of_sites = {task.id for site_id in chosen for task in plan.tasks_by_site.get(site_id, ())}
        return tuple(task for task in selection.tasks if task.id in of_sites)
    if scene.task in plan.tasks:
        return (plan.tasks[scene.task],)
    return selection.tasks


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
    return TaskLine(
        task=task,
        title=task.title.get(view.scene.language),
        status=state.status,
        backed=state.backed,
        status_words=status_words(state, text),
        evidence=evidence_day(found, text),
        target=target_words(task, text),
        result=result_value(found, text),
        months=result_months(found),
        share=share(task, found),
        link=found.shown.source.url if found.shown is not None else "",
    )


def _extent(plan: Plan, scene: Scene, selection: Selection) -> Extent:
    """Return the extent that a Scene asks for, or that of the whole district or the city if it cannot be drawn."""
    whole = replace(scene, site="", task="", view=None)
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
