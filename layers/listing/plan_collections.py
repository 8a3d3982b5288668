"""A plan as collections of features: its places, its tasks at their places, and the statements about these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache

import numpy
from numpy.typing import NDArray

from layers.listing.collection import (
    SHAPES,
    About,
    Collection,
    Feature,
    FeaturePage,
    FeatureQuery,
    FieldKind,
    HeldCollection,
    Shape,
    feature_of,
    in_days,
)
from layers.listing.flat import (
    NO_SITE,
    Row,
    TaskAtSite,
    at_site_row,
    at_sites,
    event_row,
    site_row,
    status_words,
    task_row,
)
from layers.listing.listing import Listing, listing, symbol_positions
from layers.plan.event import Event
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene
from layers.plan.terms import Precision
from layers.selection.statements import period_words
from layers.selection.status import TaskState, standing

PLACES, TASKS, STATEMENTS = "places", "tasks", "statements"

COLLECTION_IDS = (
    PLACES,
    *(f"{PLACES}-{shape}" for shape in SHAPES),
    TASKS,
    *(f"{TASKS}-{shape}" for shape in SHAPES),
    STATEMENTS,
)
"""Ids of the collections that a plan can have."""

KINDS = {
    **dict.fromkeys(("accuracy_m", "longitude", "latitude", "target_value", "result_value", "value"), FieldKind.NUMBER),
    **dict.fromkeys(("tasks", "site_no", "overdue_days", "stale_days"), FieldKind.WHOLE),
    **dict.fromkeys(("status_backed", "site_named", "overdue", "counts"), FieldKind.TRUTH),
    **dict.fromkeys(("due_last_day", "latest_day", "public_day", "as_of"), FieldKind.DAY),
}
"""Kinds of the fields that are no text."""

_PLACE_QUERYABLES = (
    "site",
    "site_category",
    "site_part_of",
    "status",
    "status_backed",
    "overdue",
    "precision",
    "geometry_type",
    "site_licence",
)
_TASK_QUERYABLES = (
    "task",
    "status",
    "status_backed",
    "kind",
    "theme",
    "section",
    "clause",
    "lead_unit",
    "site",
    "site_no",
    "site_category",
    "precision",
)


@lru_cache(maxsize=4)
def plan_collections(plan: Plan, language: str, as_of: date, stale_days: int) -> Mapping[str, Collection]:
    """Return the collections of `plan` by id, in `language`, as of a day.

    A task is stale after `stale_days` days without a new statement. Sorts of geometry that no place has are left out.
    """
    made = listing(plan, Scene(language=language, stale_days=stale_days), today=as_of)
    made = replace(made, positions=symbol_positions(plan.sites.values()))
    sites = list(plan.sites.values())
    entries = [one for listed in made.tasks for one in at_sites(made, listed)]
    found: list[Collection] = [_places(made, sites, Shape.ANY)]
    for shape in SHAPES:
        if some := [site for site in sites if _is(site, shape)]:
            found.append(_places(made, some, shape))
    found.append(_tasks(made, entries, Shape.ANY))
    for shape in SHAPES:
        if at := [one for one in entries if _is(one.site, shape)]:
            found.append(_tasks(made, at, shape))
    found.append(StatementCollection(made))
    return {collection.about.id: collection for collection in found}


def _is(site: Site | None, shape: Shape) -> bool:
    return site is not None and shape.takes(site.geometry)


def _places(made: Listing, sites: Sequence[Site], shape: Shape) -> Collection:
    about = _about(
        made,
        PLACES,
        shape,
        sites,
        fields=place_row(made, None),
        queryables=_PLACE_QUERYABLES,
        shown=("site_name", "status_label", "tasks", "precision_label", "accuracy_m", "latest_day"),
    )
    return HeldCollection(
        about,
        [site.id for site in sites],
        [site.geometry for site in sites],
        [_latest(made, site) for site in sites],
        lambda number: place_row(made, sites[number]),
    )


def _latest(made: Listing, site: Site) -> date | None:
    """Return the day of the statement about any task of a site that was published last; None without one."""
    tasks = made.plan.tasks_by_site.get(site.id, ())
    return max((day for task in tasks if (day := _day(made.selection.states[task.id]))), default=None)


def _day(state: TaskState) -> date | None:
    return state.newest.date.last_day if state.newest else None


def place_row(made: Listing, site: Site | None) -> Row:
    """Return what is said of a site and how its tasks stand; with None the names of the fields alone."""
    state = made.selection.sites[site.id] if site else None
    row = NO_SITE if site is None else site_row(made, site, named=False)
    tasks = made.plan.tasks_by_site.get(site.id, ()) if site else ()
    return {
        **_worded(made, {name: cell for name, cell in row.items() if name != "site_named"}),
        "status": state.status.value if state else "",
        "status_label": status_words(state.status, made.text) if state else "",
        "status_backed": state.backed if state else None,
        "overdue": state.overdue if state else None,
        "tasks": float(len(tasks)),
        "task_ids": "; ".join(task.id for task in tasks),
        "latest_day": _latest(made, site) if site else None,
        "as_of": made.as_of,
    }


def _worded(made: Listing, row: Row) -> Row:
    """Return the row of a site with its precision also in words, which say of a nominal position that it is none."""
    found: Row = {}
    for name, cell in row.items():
        found[name] = cell
        if name == "precision":
            found["precision_label"] = made.text(f"precision.{cell}") if cell else ""
    return found


def _tasks(made: Listing, entries: Sequence[TaskAtSite], shape: Shape) -> Collection:
    about = _about(
        made,
        TASKS,
        shape,
        [one.site for one in entries if one.site],
        fields=_task_at_site_row(made, None),
        queryables=_TASK_QUERYABLES,
        shown=("title", "status_label", "lead_unit", "due", "site_name", "precision_label", "latest_day"),
    )
    return HeldCollection(
        about,
        # No id has a colon.
        [f"{one.listed.task.id}:{one.site.id}" if one.site else one.listed.task.id for one in entries],
        [one.site.geometry if one.site else None for one in entries],
        [_day(one.listed.state) for one in entries],
        lambda number: _task_at_site_row(made, entries[number]),
    )


def _task_at_site_row(made: Listing, one: TaskAtSite | None) -> Row:
    """Return what is said of a task at one of its sites; with None the names of the fields alone."""
    return {
        **task_row(made, one.listed if one else None),
        **_worded(made, at_site_row(made, one) if one else {"site_no": None, **NO_SITE}),
        "latest_day": _day(one.listed.state) if one else None,
        "as_of": made.as_of,
    }


def _about(
    made: Listing,
    kind: str,
    shape: Shape,
    sites: Sequence[Site],
    *,
    fields: Row,
    queryables: tuple[str, ...],
    shown: tuple[str, ...],
) -> About:
    """Return what is said of a collection of a `kind`, whose features are at `sites`."""
    collection_id = kind if shape in (Shape.ANY, Shape.NONE) else f"{kind}-{shape}"
    different = {site.id: site for site in sites}.values()
    words = [made.text(f"ogc-about.{collection_id}")]
    if different:
        words.append(made.text("ogc.positions", count=len(different)))
        if nominal := sum(site.precision is Precision.NOMINAL for site in different):
            words.append(made.text("ogc.nominal", count=nominal))
        if unplaced := sum(not site.placed for site in different):
            words.append(made.text("ogc.unplaced", count=unplaced))
    return About(
        collection_id,
        made.text(f"ogc-title.{collection_id}"),
        made.text("ogc.gap").join([*words, made.disclaimer]).strip(),
        made.plan.info.attribution.get(made.text.language),
        tuple(dict.fromkeys(site.licence for site in different if site.licence)),
        {name: KINDS.get(name, FieldKind.TEXT) for name in fields},
        queryables,
        shown,
        shape,
    )


class StatementCollection:
    """All statements about tasks, in the order they were recorded; there may be a million, so few are ever made."""

    box = None

    def __init__(self, made: Listing) -> None:
        self._made = made
        self._log = made.plan.events
        self.about = _about(
            made,
            STATEMENTS,
            Shape.NONE,
            (),
            fields=_statement_row(made, None),
            queryables=("task", "status", "basis"),
            shown=("public_day", "task_title", "status_label", "summary", "source"),
        )

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day by which a statement was public."""
        return self._log.days

    def find(self, asked: FeatureQuery) -> FeaturePage:
        """Return the statements that are asked for."""
        # What has no position lies in no box.
        rows = numpy.flatnonzero(self._passing(asked)) if not asked.boxes else numpy.zeros(0, numpy.intp)
        wanted = rows[asked.offset : asked.offset + asked.limit].tolist()
        return FeaturePage([self._feature(self._log[row]) for row in wanted], len(rows))

    def feature(self, feature_id: str) -> Feature | None:
        """Return the statement with this id."""
        event = self._log.find(feature_id)
        return None if event is None else self._feature(event)

    def _passing(self, asked: FeatureQuery) -> NDArray[numpy.bool_]:
        passing = in_days(self._days, asked)
        held = len(self._log.columns)
        for name, value in asked.values.items():
            field = {"task": "task_id"}.get(name, name)
            has = numpy.zeros(len(passing), dtype=bool)
            has[self._log.columns.texts[field].rows_of(str(value))] = True
            has[held:] = [str(getattr(event, field) or "") == value for event in self._log.loose]
            passing &= has
        return passing

    @cached_property
    def _days(self) -> NDArray[numpy.int32]:
        loose = [event.date.last_day.toordinal() for event in self._log.loose]
        return numpy.concatenate([self._log.columns.public_days, numpy.array(loose, dtype=numpy.int32)])

    def _feature(self, event: Event) -> Feature:
        return feature_of(self.about, event.id, _statement_row(self._made, event), None)


def _statement_row(made: Listing, event: Event | None) -> Row:
    """Return what is said of a statement and the task that it is about; with None the names of the fields alone.

    Who has recorded it is not said: that is for those who keep the plan, and may be an e-mail address.
    """
    language = made.text.language
    task = made.plan.tasks[event.task_id] if event else None
    measured = event.measured if event else None
    return {
        "statement": event.id if event else "",
        "task": task.id if task else "",
        "task_title": task.title.get(language) if task else "",
        "public_day": event.date.last_day if event else None,
        **event_row(event, language),
        "basis": event.basis.value if event else "",
        "basis_label": made.text(f"basis.{event.basis.value}") if event else "",
        "status": event.status.value if event and event.status else "",
        "status_label": status_words(event.status, made.text) if event and event.status else "",
        "value": measured.value if measured else None,
        "unit": measured.unit if measured else "",
        "period": period_words(event.period) if event and event.period else "",
        "confidence": event.confidence.value if event else "",
        "withdraws": event.withdraws if event else "",
        "corrects": event.corrects if event else "",
        "counts": _counts(made.plan, event) if event else None,
    }


def _counts(plan: Plan, event: Event) -> bool:
    """Whether no later statement takes this one back."""
    if event.task_id not in plan.events.unsorted_tasks:
        return True
    return any(other.id == event.id for other in standing(plan.events_by_task[event.task_id]))
