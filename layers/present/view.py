"""A view: one slide of a deck applied to the plan, with all that is said beside its map."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from geo.errors import PlanMapError
from layers.deck import Deck, Slide
from layers.extent import Extent, geographic, wanted_extent
from layers.model import Heading, Plan, Status, Task
from layers.scene import Scene
from layers.selection import Selection, select
from layers.status import Counts, count
from layers.translation import Translation, translation
from layers.wording import status_words, target_words

LISTED = 12
"""Tasks that are listed one by one; more could not be read from the far end of a room and are counted by theme."""


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
    """Day of the latest evidence, or that there is none."""
    target: str
    """The figure that the report gives, empty without one."""
    link: str
    """Address of the latest evidence that has one, else empty."""


@dataclass(frozen=True, slots=True)
class View:
    """A slide on one day in one language."""

    number: int
    """From 1."""
    title: str
    lines: tuple[str, ...]
    notes: str
    scene: Scene
    selection: Selection
    tasks: tuple[Task, ...]
    """What the words beside the map are about: those of the selected site or task, else all that pass the filters."""
    counts: Counts
    """Of `tasks`."""
    extent: Extent
    """What the map must show at least, in metres of `geo.crs.GAUSS_KRUGER_117E`."""

    @property
    def listed(self) -> bool:
        """Whether the tasks are few enough to be listed one by one."""
        return len(self.tasks) <= LISTED

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """`extent` as a bbox (west, south, east, north) in degrees."""
        return geographic(self.extent)


def views(plan: Plan, deck: Deck, *, language: str, today: date) -> tuple[View, ...]:
    """Return the views of `deck`; `today` stands in where a Scene names no day.

    Raises
    ------
    PlanMapError
        The plan has nothing that could be drawn.
    """
    return tuple(
        view(plan, slide, number, language=language, today=today) for number, slide in enumerate(deck.slides, start=1)
    )


def view(plan: Plan, slide: Slide, number: int, *, language: str, today: date) -> View:
    """Return one slide as a view; raises as `views` does."""
    scene = replace(slide.scene, language=language)
    selection = select(plan, scene, today=today)
    scene = replace(scene, as_of=selection.as_of)
    tasks = _tasks(plan, scene, selection)
    counts = count(selection.states[task.id] for task in tasks)
    figures = _figures(plan, selection, tasks, counts)
    return View(
        number=number,
        title=fill(slide.title.get(language), figures),
        lines=tuple(line.strip() for line in fill(slide.text.get(language), figures).splitlines() if line.strip()),
        notes=fill(slide.notes.get(language), figures),
        scene=scene,
        selection=selection,
        tasks=tasks,
        counts=counts,
        extent=_extent(plan, scene, selection),
    )


def task_lines(view: View) -> list[TaskLine]:
    """Return a row for each task of `view`, in the report's order."""
    text = translation(view.scene.language)
    return [_task_line(view, task, text) for task in view.tasks]


def by_theme(plan: Plan, view: View) -> list[tuple[Heading, Counts]]:
    """Return the themes of a view's tasks with how their tasks stand, in the plan's order."""
    rows = []
    for theme in plan.info.themes:
        states = [view.selection.states[task.id] for task in view.tasks if task.theme == theme.id]
        if states:
            rows.append((theme, count(states)))
    return rows


def fill(words: str, figures: Mapping[str, str]) -> str:
    """Return `words` with each `{figure}` put in; what is in no figure's name stays as it is."""
    return re.sub(r"\{(\w+)\}", lambda found: figures.get(found[1], found[0]), words)


def _tasks(plan: Plan, scene: Scene, selection: Selection) -> tuple[Task, ...]:
    if scene.site in plan.sites and scene.site != plan.info.district_site:
        of_site = {task.id for task in plan.tasks_by_site.get(scene.site, ())}
        return tuple(task for task in selection.tasks if task.id in of_site)
    if scene.task in plan.tasks:
        return (plan.tasks[scene.task],)
    return selection.tasks


def _figures(plan: Plan, selection: Selection, tasks: tuple[Task, ...], counts: Counts) -> dict[str, str]:
    named = {site_id for task in tasks for site_id in task.linked_sites} - {plan.info.district_site}
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
    status, evidence = status_words(state, text)
    return TaskLine(
        task=task,
        title=task.title.get(view.scene.language),
        status=state.status,
        backed=state.backed,
        status_words=status,
        evidence=evidence,
        target=target_words(task, text),
        link=next((event.source.url for event in state.evidence if event.source.url), ""),
    )


def _extent(plan: Plan, scene: Scene, selection: Selection) -> Extent:
    try:
        return wanted_extent(plan, scene, selection, close=scene.filtered)
    except PlanMapError as error:
        if error.code != "nothing-placed":
            raise
        # What has no position is spoken of over the whole district.
        whole = replace(scene, site="", task="")
        return wanted_extent(plan, whole, select(plan, whole, today=selection.as_of))
