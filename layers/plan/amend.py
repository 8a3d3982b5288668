"""A plan as it is after all that has been set of its tasks and sites since it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from layers.plan.plan import Amendment, Plan, Task
from layers.plan.rows import TaskRow, task_row
from layers.plan.site_amend import amended_sites
from layers.plan.terms import Subject

Read = Callable[[Amendment, dict[str, Any]], Task | None]
"""Reads the row of an amended task; None if it is not sound."""


def amended(tasks: Mapping[str, Task], amendments: Iterable[Amendment], *, read: Read | None = None) -> dict[str, Task]:
    """Return `tasks` with all `amendments` about tasks, in the order they were recorded; new ones stand last.

    `read` is what becomes of each row, and leaves a task as it was by None.

    Raises
    ------
    ValidationError
        Without `read`: an amendment sets what a task cannot have.
    """
    found = dict(tasks)
    reads = read or (lambda _, row: TaskRow.model_validate(row).value())
    for amendment in amendments:
        if amendment.about is Subject.TASK:
            task = reads(amendment, amended_row(found.get(amendment.subject_id), amendment))
            if task is not None:
                found[amendment.subject_id] = task
    return found


def amended_row(task: Task | None, amendment: Amendment) -> dict[str, Any]:
    """Return the row of a `task`, None for a new one, with what an amendment sets; empty fields are left out."""
    row = task_row(task) if task is not None else {"id": amendment.subject_id}
    return {name: value for name, value in {**row, **amendment.values}.items() if value not in ("", None)}


def amend(plan: Plan, amendment: Amendment) -> Plan:
    """Return `plan` with one more amendment, which has been found sound."""
    return replace(
        plan,
        sites=amended_sites(plan.sites, [amendment]),
        tasks=amended(plan.tasks, [amendment]),
        amendments=(*plan.amendments, amendment),
        first_sites=plan.sites_as_written,
        first_tasks=plan.tasks_as_written,
    )
