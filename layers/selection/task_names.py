"""Tasks by what people call them: an id, a title, or enough words that only one task has them."""

from __future__ import annotations

from geo.errors import PlanMapError
from layers.plan.plan import Plan, Task
from layers.selection.find import Found, find
from layers.selection.site_names import sites_named

MOST_CANDIDATES = 5
"""Most tasks that are named where a text stands for several."""


def task_named(plan: Plan, text: str) -> str:
    """Return the id of the task that `text` names.

    Raises
    ------
    PlanMapError
        There is none, or there are several.
    """
    wanted = text.strip()
    if wanted in plan.tasks:
        return wanted
    findings = find(plan, wanted)
    found = [entry.id for entry in findings.entries if entry.found is Found.TASK]
    if findings.exact and len(found) == 1:
        return found[0]
    titled = [task.id for task in plan.current_tasks.values() if wanted in (task.title.zh, task.title.en)]
    if len(titled) == 1:
        return titled[0]
    if not found:
        raise PlanMapError("no-task-named", name=wanted)
    raise PlanMapError("which-task", name=wanted, tasks=", ".join(found[:MOST_CANDIDATES]))


def sites_in(plan: Plan, text: str) -> list[str]:
    """Return the ids of the sites, each with its parts, that `text` names if it names no task; may raise likewise."""
    if text.strip() in plan.tasks:
        return []
    return [site_id for whole in sites_named(plan, text) for site_id in plan.place(whole)]


def tasks_named(plan: Plan, text: str) -> list[Task]:
    """Return the task that `text` names, or else the tasks of the sites that it names.

    Raises
    ------
    PlanMapError
        It names no task and no site, or several tasks.
    """
    if text.strip() not in plan.tasks:
        sites = sites_named(plan, text)
        if sites:
            tasks = dict.fromkeys(task.id for site in sites for task in plan.tasks_by_site.get(site, ()))
            return [plan.tasks[task_id] for task_id in tasks]
    return [plan.tasks[task_named(plan, text)]]
