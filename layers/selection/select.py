"""What a Scene selects from a plan: which tasks and sites are shown, how they stand, what is lit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from layers.plan.plan import Plan, Site, Task
from layers.plan.scene import Evidence, Scene
from layers.selection.changes import Change, changes
from layers.selection.due import Watch, state_of_site, waits_of
from layers.selection.find import Findings, find
from layers.selection.status import SiteState, TaskState, task_states


@dataclass(frozen=True, slots=True)
class Selection:
    """A Scene applied to a plan on one day."""

    as_of: date
    states: Mapping[str, TaskState]
    """State of every task on that day, filtered out or not."""
    tasks: tuple[Task, ...]
    """The tasks that pass the filters, in the report's order."""
    candidates: frozenset[str]
    """Ids of the tasks that pass every filter except those of the strip: by status, evidence and what they wait for."""
    sites: Mapping[str, SiteState | None]
    """State of every site by id, in the plan's order, from its tasks that pass; None if none of them has a status."""
    filtered_out: frozenset[str]
    """Ids of the sites that have tasks of which none passes: shown, but as what helps to find the way."""
    lit: tuple[str, ...]
    """Ids of the sites to highlight: all that are one place with a selected one, or with those of the task."""
    found: tuple[Site, ...]
    """Places that the search text finds, best match first."""
    findings: Findings | None
    """All that it finds; None without one."""
    current: tuple[Task, ...]
    """All tasks that are not retired, filtered out or not."""
    watch: Watch
    """By which tasks are overdue or stale."""

    since: date | None = None
    """The day after which changes are shown, where the Scene asks for them."""
    changes: tuple[Change, ...] = ()
    """What changed since, of the tasks that pass the filters, in the report's order."""
    gone: tuple[Change, ...] = ()
    """The tasks that were retired since, of those that would be candidates. They are in no list and no figure."""

    @property
    def changed(self) -> Mapping[str, Change]:
        """The changes by the id of their task."""
        return {change.task.id: change for change in self.changes}

    @property
    def current_states(self) -> list[TaskState]:
        """State of each task that is not retired."""
        return [self.states[task.id] for task in self.current]


def select(plan: Plan, scene: Scene, *, today: date) -> Selection:
    """Apply `scene` to `plan` on the Scene's day, or on `today` if it names none.

    Filters and the search choose among tasks. No place leaves the map for that: the river and the airport are what
    people find their way by, whichever tasks they look at.
    """
    as_of = scene.as_of or today
    states = task_states(plan, as_of)
    findings = find(plan, scene.search) if scene.search else None
    found = findings.places if findings else ()
    found_ids = {site_id for site in found for site_id in plan.place(site.id)}
    since = scene.since if scene.since and scene.since < as_of else None
    moved = changes(plan, since, as_of) if since else ()
    kept = {change.task.id for change in moved} if since and scene.only_changed else set(plan.tasks)
    candidates = [
        task
        for task in plan.current_tasks.values()
        if task.id in kept and _is_candidate(task, scene, findings, found_ids)
    ]
    watch = Watch.of(plan, scene, as_of)
    tasks = tuple(task for task in candidates if _passes(task, states[task.id], scene, watch))
    passing = {task.id for task in tasks}
    sites: dict[str, SiteState | None] = {}
    filtered_out = set()
    for site_id in plan.sites:
        linked = plan.tasks_by_site.get(site_id, ())
        chosen = [task for task in linked if task.id in passing]
        sites[site_id] = state_of_site(chosen, states, as_of)
        if linked and not chosen:
            filtered_out.add(site_id)
    return Selection(
        as_of=as_of,
        states=states,
        tasks=tasks,
        candidates=frozenset(task.id for task in candidates),
        sites=sites,
        filtered_out=frozenset(filtered_out),
        lit=lit_sites(plan, scene),
        found=found,
        findings=findings,
        since=since,
        changes=tuple(change for change in moved if change.task.id in passing),
        gone=tuple(
            change for change in moved if change.task.retired and _is_candidate(change.task, scene, findings, found_ids)
        ),
        current=tuple(plan.current_tasks.values()),
        watch=watch,
    )


def lit_sites(plan: Plan, scene: Scene) -> tuple[str, ...]:
    """Return the ids of the sites that the Scene's selection highlights; none for an unknown id."""
    chosen = plan.wholes(scene.sites)
    if chosen:
        return tuple(part for whole in chosen for part in plan.place(whole))
    task = plan.tasks.get(scene.task)
    return () if task is None else placed_sites(plan, plan.places_of(task))


def placed_sites(plan: Plan, places: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of all sites of `places`, the ids of wholes, that have a position."""
    return tuple(site_id for whole in places for site_id in plan.place(whole) if plan.sites[site_id].placed)


def _passes(task: Task, state: TaskState, scene: Scene, watch: Watch) -> bool:
    if scene.statuses and state.status not in scene.statuses:
        return False
    if scene.waits and not scene.waits & waits_of(task, state, watch):
        return False
    return not scene.evidence or state.has_evidence is (scene.evidence is Evidence.WITH)


def _is_candidate(task: Task, scene: Scene, findings: Findings | None, found_sites: set[str]) -> bool:
    if scene.themes and task.theme not in scene.themes:
        return False
    if scene.sections and task.section not in scene.sections:
        return False
    if scene.kinds and task.kind not in scene.kinds:
        return False
    return findings is None or task.id in findings.tasks or bool(found_sites.intersection(task.linked_sites))
