"""Whether tasks are on the map, and if not, why: district-wide, with partners only, or at sites without a position."""

from __future__ import annotations

from enum import StrEnum

from layers.plan.plan import Plan, Site, Task


class Placing(StrEnum):
    """Whether the map can show a task, and if not, why."""

    PLACED = "placed"
    """At a site with a position."""
    DISTRICT = "district"
    """For the whole district."""
    PARTNERS = "partners"
    """At no site: with partners outside the district."""
    UNPLACED = "unplaced"
    """Only at sites without a position."""


def placing(plan: Plan, task: Task) -> Placing:
    """Return how `task` is placed; one named or context site with a position is enough for the map."""
    own = [whole for whole in plan.places_of(task) if whole != plan.info.district_site]
    if any(plan.sites[site_id].placed for site_id in own):
        return Placing.PLACED
    if own:
        return Placing.UNPLACED
    return Placing.DISTRICT if task.linked_sites else Placing.PARTNERS


def tasks_without_place(plan: Plan) -> dict[Placing, tuple[Task, ...]]:
    """Return the tasks without a place of their own on the map, by reason, in the report's order."""
    found: dict[Placing, list[Task]] = {Placing.DISTRICT: [], Placing.PARTNERS: [], Placing.UNPLACED: []}
    for task in plan.current_tasks.values():
        how = placing(plan, task)
        if how is not Placing.PLACED:
            found[how].append(task)
    return {how: tuple(tasks) for how, tasks in found.items()}


def sites_without_position(plan: Plan) -> tuple[Site, ...]:
    """Return the places that have no position, in the plan's order."""
    return tuple(site for site in plan.places if not site.placed)
