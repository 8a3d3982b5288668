"""The Plan, and what it holds besides events: sites, tasks, amendments."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from shapely.geometry.base import BaseGeometry

from geo.grid import BBox, Grid, grid_around, grid_of
from geo.measure import bounds
from layers.plan.beside import Beside
from layers.plan.catalogue import Catalogue, Heading
from layers.plan.deck import Deck
from layers.plan.event import Event
from layers.plan.event_log import EventLog
from layers.plan.template import Template
from layers.plan.terms import (
    DueDate,
    Kind,
    Moment,
    Precision,
    Source,
    Subject,
    Target,
    Text,
)

NO_TEXT = Text("", "")

CHINA: BBox = (73.5, 18.0, 135.1, 53.6)
"""West, south, east, north in degrees of what a map without anything on it shows."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place that the report names, or that helps to read where such a place lies."""

    id: str
    name: Text
    category: str
    """A key of `layers.style.CATEGORIES`; decides the symbol."""
    geometry: BaseGeometry | None
    """WGS 84 in degrees, longitude first, of any simple or multi type; None for a site without a position."""
    precision: Precision
    accuracy_m: float | None
    """Radius in metres within which the true position is expected; None where unknown."""
    source: Text
    """Where the position comes from."""
    licence: str
    """Licence of the position."""
    note: Text
    part_of: str = ""
    """Id of the site that this one is another point or shape of; empty for a place by itself. See `Plan.whole`."""

    @property
    def placed(self) -> bool:
        """Whether the site has a position."""
        return self.geometry is not None


@dataclass(frozen=True, slots=True)
class Task:
    """One commitment of the report."""

    id: str
    section: str
    title: Text
    kind: Kind
    theme: str
    verb: str
    """The report's verb, in Chinese."""
    lead_unit: str
    """The responsible unit, empty where the report names none."""
    target: Target | None
    sites: tuple[str, ...]
    """Ids of the sites that the clause names, or of the district for a district-wide task."""
    context_sites: tuple[str, ...]
    """Ids of sites that the surrounding text places the task at without naming them in the clause."""
    partners: tuple[str, ...]
    """Names of partners outside the district, who are not on the map."""
    anchor: str
    """The opening words of the clause."""
    clause: str
    """Id that the tasks of one clause share; empty without one."""
    due: DueDate | None = None
    """When it is to be done; None where nobody has said."""
    note: Text = NO_TEXT
    retired: bool = False
    """Whether it no longer counts: it stays in the plan with its history, and in no list, map or figure."""

    @property
    def linked_sites(self) -> tuple[str, ...]:
        """Ids of the named sites, then of the context sites."""
        return self.sites + self.context_sites


@dataclass(frozen=True, slots=True)
class Amendment:
    """What somebody has set of a task or a site after the plan was written. Amendments are only ever added.

    A later one about the same field wins.
    """

    id: str
    about: Subject
    subject_id: str
    """Id of the task or site; one that the plan lacks is added by an amendment that has its `id` among the values."""
    values: Mapping[str, str]
    """What is set, by field as in a row of `tasks.csv`, or of a site as in `layers.plan.site_amend`; an empty text
    takes away what was there."""
    reason: str
    source: Source | None
    """Where that can be looked up; None where nothing is named."""
    recorded_by: str
    recorded_at: Moment

    @property
    def adds(self) -> bool:
        """Whether it brings in something new."""
        return "id" in self.values


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """What is said once for the whole plan."""

    id: str
    title: Text
    subtitle: Text
    year: int
    """The year that the report plans; statements about later years are marked."""
    district_site: str
    """Id of the site that stands for the whole district."""
    attribution: Text
    disclaimer: Text
    report: Source
    report_title_en: str
    report_date: str
    """When the report was made, as far as that is known, such as `2024-01`."""
    themes: tuple[Heading, ...]
    sections: tuple[Heading, ...]
    grid: str = ""
    """Code of the grid, such as `EPSG:4548`; empty where it follows from where the plan lies."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A whole plan, read once and never changed. Two plans are equal only if they are the same object."""

    info: PlanInfo
    sites: dict[str, Site]
    tasks: dict[str, Task]
    """As they are with all amendments, those that are retired included."""
    events: EventLog
    """In the order they were recorded; any sequence of events will do."""
    catalogue: Catalogue = field(repr=False)
    decks: tuple[Deck, ...] = ()
    template: Template | None = None
    """What its sheets have besides the map; None without one."""
    beside: Beside = field(default=Beside(), repr=False)
    """Its grounds and its own layers; none for a plan in memory."""
    amendments: tuple[Amendment, ...] = ()
    """In the order they were recorded."""
    first_tasks: dict[str, Task] | None = None
    """The tasks as they were written before any amendment; None if they are `tasks`."""
    first_sites: dict[str, Site] | None = None
    """The sites as they were written before any amendment; None if they are `sites`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "events", EventLog.of(self.events))

    def with_event(self, event: Event) -> Plan:
        """Return the plan with an event more, which has been found sound, recorded after all others."""
        return replace(self, events=self.events.followed_by([event]))

    @property
    def tasks_as_written(self) -> dict[str, Task]:
        """The tasks without any amendment, for a copy of the plan that keeps both apart."""
        return self.tasks if self.first_tasks is None else self.first_tasks

    @property
    def sites_as_written(self) -> dict[str, Site]:
        """The sites without any amendment, likewise."""
        return self.sites if self.first_sites is None else self.first_sites

    @cached_property
    def current_tasks(self) -> dict[str, Task]:
        """The tasks that count: all that are not retired, in the plan's order."""
        return {task_id: task for task_id, task in self.tasks.items() if not task.retired}

    @cached_property
    def amendments_by_task(self) -> dict[str, tuple[Amendment, ...]]:
        """Amendments of each task by its id, in the order they were recorded."""
        return self._amendments_by_id(Subject.TASK)

    @cached_property
    def amendments_by_site(self) -> dict[str, tuple[Amendment, ...]]:
        """Amendments of each site by its id, in the order they were recorded."""
        return self._amendments_by_id(Subject.SITE)

    def _amendments_by_id(self, about: Subject) -> dict[str, tuple[Amendment, ...]]:
        grouped: dict[str, list[Amendment]] = defaultdict(list)
        for amendment in self.amendments:
            if amendment.about is about:
                grouped[amendment.subject_id].append(amendment)
        return {subject_id: tuple(found) for subject_id, found in grouped.items()}

    @property
    def district_area(self) -> BaseGeometry | None:
        """The area of the district, WGS 84 in degrees; None if the plan has none or only a point for it."""
        district = self.sites.get(self.info.district_site)
        geometry = district.geometry if district is not None else None
        return geometry if geometry is not None and geometry.area > 0 else None

    @cached_property
    def home(self) -> BBox:
        """What a map of the whole plan shows: bbox in degrees (WGS 84) of its district, else of all that is placed.

        China as a whole if nothing is placed.
        """
        if self.district_area is not None:
            return self.district_area.bounds
        return bounds([site.geometry for site in self.sites.values() if site.geometry is not None]) or CHINA

    @cached_property
    def grid(self) -> Grid:
        """The grid on which sheets and slides of this plan are drawn.

        Raises
        ------
        PlanMapError
            The plan names a grid that cannot be used.
        """
        return grid_of(self.info.grid) if self.info.grid else grid_around(self.home)

    @property
    def events_by_task(self) -> Mapping[str, tuple[Event, ...]]:
        """Events of each task by its id, in the order they were recorded."""
        return self.events.by_task

    @cached_property
    def parts(self) -> dict[str, tuple[Site, ...]]:
        """The other points and shapes of each place that has any, by the id of the whole, in the plan's order."""
        found: dict[str, list[Site]] = defaultdict(list)
        for site in self.sites.values():
            if site.part_of:
                found[site.part_of].append(site)
        return {whole: tuple(parts) for whole, parts in found.items()}

    @property
    def places(self) -> list[Site]:
        """The sites that are no part of another: each place of the plan once, in the plan's order."""
        return [site for site in self.sites.values() if not site.part_of]

    def whole(self, site_id: str) -> str:
        """Return the id of the place that answers for a site: the site that it is a part of, else the site itself."""
        return self.sites[site_id].part_of or site_id

    def wholes(self, site_ids: Iterable[str]) -> tuple[str, ...]:
        """Return the ids of the places that answer for `site_ids`, each once; ids that the plan lacks are left out."""
        return tuple(dict.fromkeys(self.whole(site_id) for site_id in site_ids if site_id in self.sites))

    def place(self, site_id: str) -> tuple[str, ...]:
        """Return the ids of all sites that are one place with this one, the whole first."""
        whole = self.whole(site_id)
        return whole, *(part.id for part in self.parts.get(whole, ()))

    def standing(self, site_id: str) -> list[Site]:
        """Return those sites of a place whose positions are no stand-ins, or all that are placed if all are."""
        placed = [self.sites[one] for one in self.place(site_id) if self.sites[one].placed]
        return [site for site in placed if site.precision is not Precision.NOMINAL] or placed

    def places_of(self, task: Task) -> tuple[str, ...]:
        """Return the ids of the places of a task, each once: those that its clause names, then those of context."""
        return tuple(dict.fromkeys(map(self.whole, task.linked_sites)))

    def names_place(self, task: Task, site_id: str) -> bool:
        """Whether a task's clause names the place that a site is or belongs to, and not only the text around it."""
        return not set(self.place(site_id)).isdisjoint(task.sites)

    @cached_property
    def tasks_by_site(self) -> dict[str, tuple[Task, ...]]:
        """Tasks of each site by its id: those that name its place, then those of context, each in the report's order.

        Retired ones are left out. All sites of one place have the same ones, so that it answers alike wherever it is
        asked.
        """
        named: dict[str, list[Task]] = defaultdict(list)
        context: dict[str, list[Task]] = defaultdict(list)
        for task in self.current_tasks.values():
            by_name = dict.fromkeys(map(self.whole, task.sites))
            for whole in by_name:
                named[whole].append(task)
            for whole in self.places_of(task):
                if whole not in by_name:
                    context[whole].append(task)
        return {
            site_id: tuple(named[whole] + context[whole])
            for whole in (*named, *(set(context) - set(named)))
            for site_id in self.place(whole)
        }

    @property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """The days by which the first and the last event were public; None without any event."""
        return self.events.days

    @property
    def first_day(self) -> dt.date:
        """The earliest useful as-of date: the day by which the first event was public.

        Without any event it is 31 January of the plan's year.
        """
        return self.days[0] if self.days else dt.date(self.info.year, 1, 31)
