"""What a Scene selects from a plan: which tasks and sites are shown, how they stand, what is lit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from layers.plan.plan import Plan, Site, Task
from layers.plan.scene import Evidence, Scene
from layers.selection.status import SiteState, TaskState, site_state, task_states


@dataclass(frozen=True, slots=True)
class Selection:
    """A Scene applied to a plan on one day."""

    as_of: date
    states: Mapping[str, TaskState]
    """State of every task on that day, filtered out or not."""
    tasks: tuple[Task, ...]
    """The tasks that pass the filters, in the report's order."""
    candidates: frozenset[str]
    """Ids of the tasks that pass every filter except those by status and evidence."""
    sites: Mapping[str, SiteState | None]
    """State of each site to show, by id, in the plan's order; None for a site without tasks that pass."""
    lit: tuple[str, ...]
    """Ids of the sites to highlight: all that are one place with a selected one, or with those of the task."""
    found: tuple[Site, ...]
    """Places whose name, or that of a part, holds the search text, best match first."""


def select(plan: Plan, scene: Scene, *, today: date) -> Selection:
    """Apply `scene` to `plan` on the Scene's day, or on `today` if it names none."""
    as_of = scene.as_of or today
    states = task_states(plan, as_of)
    found = search_sites(plan, scene.search) if scene.search else ()
    found_ids = {site_id for site in found for site_id in plan.place(site.id)}
    candidates = [task for task in plan.tasks.values() if _is_candidate(task, scene, found_ids)]
    tasks = tuple(task for task in candidates if _passes(states[task.id], scene))
    passing = {task.id for task in tasks}
    sites: dict[str, SiteState | None] = {}
    for site_id in plan.sites:
        linked = plan.tasks_by_site.get(site_id, ())
        chosen = [states[task.id] for task in linked if task.id in passing]
        if chosen or not linked or not scene.filtered or site_id in found_ids:
            sites[site_id] = site_state(chosen)
    return Selection(
        as_of, states, tasks, frozenset(task.id for task in candidates), sites, lit_sites(plan, scene), found
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


def _passes(state: TaskState, scene: Scene) -> bool:
    if scene.statuses and state.status not in scene.statuses:
        return False
    return not scene.evidence or state.has_evidence is (scene.evidence is Evidence.WITH)


def _is_candidate(task: Task, scene: Scene, found_sites: set[str]) -> bool:
    if scene.themes and task.theme not in scene.themes:
        return False
    if scene.sections and task.section not in scene.sections:
        return False
    if scene.kinds and task.kind not in scene.kinds:
        return False
    return not scene.search or _names(task, scene.search) or bool(found_sites.intersection(task.linked_sites))


def _names(task: Task, text: str) -> bool:
    wanted = text.casefold()
    words = (task.title.zh, task.title.en, task.anchor, task.id, task.lead_unit, *task.partners)
    return any(wanted in word.casefold() for word in words)


def search_sites(plan: Plan, text: str) -> tuple[Site, ...]:
    """Return the places of which a name in either language holds `text`, best match first.

    The name of a part finds the whole, which stands for it. A place with tasks comes before one that only helps
    to find the way, so that 军粮城 finds the railway station of the report and not the metro stop of the same name.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return ()
    ranked = []
    for order, site in enumerate(plan.places):
        own = [plan.sites[site_id].name for site_id in plan.place(site.id)]
        names = [name.casefold() for both in own for name in (both.zh, both.en) if name]
        hits = [name for name in names if wanted in name]
        if not hits:
            continue
        exact = wanted in names
        starts = any(name.startswith(wanted) for name in hits)
        tasks = len(plan.tasks_by_site.get(site.id, ()))
        ranked.append(((not exact, not site.placed, not tasks, not starts, -tasks, order), site))
    return tuple(site for _, site in sorted(ranked, key=lambda pair: pair[0]))
