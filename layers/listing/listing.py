"""What a file with the list of tasks holds, whatever its kind: the tasks as filtered, and what is said of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from geo.measure import anchors
from layers.plan.plan import Plan, Site, Task
from layers.plan.scene import Scene
from layers.plan.terms import PartialDate
from layers.selection.due import overdue_days, stale_days
from layers.selection.select import Selection, select
from layers.selection.statements import Statements, statements
from layers.selection.status import TaskState
from layers.selection.wording import filter_words, sources
from layers.translation import Translation, translation

Cell = str | float | bool | date | None
"""A value of a table: text, a figure, yes or no, a day; None where there is nothing."""

DEGREE_DIGITS = 6
"""Decimals of a longitude or latitude in degrees: a tenth of a metre, finer than any site is known."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One task of the list, with how it stands and what the evidence says."""

    task: Task
    state: TaskState
    said: Statements
    overdue: int | None
    """For how many days it has been overdue; None if it is not."""
    stale: int | None
    """For how many days nothing new has been said about it; None if that is not long. Also after the plan's year."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The tasks that pass the filters of a Scene, on its day and in its language, in the report's order."""

    plan: Plan
    scene: Scene
    selection: Selection
    text: Translation
    tasks: tuple[Listed, ...]
    positions: Mapping[str, tuple[float, float]]
    """Where the symbol of each site with a position stands: longitude and latitude, WGS 84 in degrees, by its id."""

    @property
    def as_of(self) -> date:
        """The day as of which everything in the file is."""
        return self.selection.as_of

    @property
    def source(self) -> str:
        """The line that names the sources of commitments and positions."""
        return sources(self.plan, self.text)

    @property
    def disclaimer(self) -> str:
        """What the plan says of its own reliability; empty if it says nothing."""
        return self.plan.info.disclaimer.get(self.text.language)

    def position(self, site: Site) -> tuple[float | None, float | None]:
        """Return longitude and latitude of a site of the list; None for each if it has no position."""
        return self.positions.get(site.id, (None, None))

    @property
    def title(self) -> str:
        """The title of the plan, whatever is filtered."""
        return self.plan.info.title.get(self.text.language)

    @property
    def filters(self) -> str:
        """What is filtered by, in one line; what is selected does not count. Empty for the whole list."""
        return filter_words(self.plan, self.scene, self.text)

    def section_title(self, task: Task) -> str:
        """Return the title of a task's section of the report."""
        return next(one.title.get(self.text.language) for one in self.plan.info.sections if one.id == task.section)

    def theme_title(self, task: Task) -> str:
        """Return the title of a task's theme."""
        return next(one.title.get(self.text.language) for one in self.plan.info.themes if one.id == task.theme)

    def sites_of(self, task: Task) -> Iterator[tuple[Site, bool]]:
        """Yield each site of a task, with all parts of its places, and whether the clause names its place."""
        for whole in self.plan.places_of(task):
            named = self.plan.names_place(task, whole)
            for site_id in self.plan.place(whole):
                yield self.plan.sites[site_id], named


def listing(plan: Plan, scene: Scene, *, today: date) -> Listing:
    """Return the list of the tasks that pass the filters of `scene`, on its day or on `today`."""
    selection = select(plan, scene, today=today)
    tasks = []
    for task in selection.tasks:
        state = selection.states[task.id]
        overdue = overdue_days(task, state, selection.as_of) or None
        stale = stale_days(state, selection.as_of, scene.stale_days) or None
        tasks.append(Listed(task, state, statements(task, state, plan.info.year), overdue, stale))
    shown = {site_id for task in selection.tasks for whole in plan.places_of(task) for site_id in plan.place(whole)}
    positions = symbol_positions(plan.sites[site_id] for site_id in shown)
    return Listing(plan, scene, selection, translation(scene.language), tuple(tasks), positions)


def symbol_positions(sites: Iterable[Site]) -> dict[str, tuple[float, float]]:
    """Return where the symbol of each of `sites` that has a position stands, as `Listing.positions`."""
    found = {}
    for site in sites:
        if site.geometry is not None:
            point = anchors(site.geometry)[0]
            found[site.id] = (round(point.x, DEGREE_DIGITS), round(point.y, DEGREE_DIGITS))
    return found


def day_cell(day: PartialDate) -> date | str:
    """Return a day as a day. A month whose day is not known stays text, for any day of it would be invented."""
    return day.last_day if day.day is not None else str(day)
