"""What amendments set, checked against the plan they are part of; and one that is to be added, before it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from layers.plan.amend import amended
from layers.plan.amendment_row import AmendmentRow
from layers.plan.event_id import new_id
from layers.plan.fault import Fault
from layers.plan.plan import Amendment, Plan, Task
from layers.plan.rows import TaskRow
from layers.plan.terms import Subject
from layers.store.check_row import MAXIMUM_FAULTS, checked_row


class Known:
    """What tasks may name: the ids of sites, themes and sections; None where those are not known."""

    def __init__(
        self, sites: Collection[str | None], themes: Collection[str] | None, sections: Collection[str] | None
    ) -> None:
        self.sites, self.themes, self.sections = sites, themes, sections

    def faults(self, task: Task, file: str, place: str) -> list[Fault]:
        """Return a fault in the row at `place` for each thing that `task` names and that is not there."""
        found = [
            Fault(file, place, field, "unknown-site", {"id": site_id})
            for field, ids in (("sites", task.sites), ("context_sites", task.context_sites))
            for site_id in ids
            if site_id not in self.sites
        ]
        if self.themes is not None and task.theme not in self.themes:
            found.append(Fault(file, place, "theme", "unknown-theme", {"id": task.theme}))
        if self.sections is not None and task.section not in self.sections:
            found.append(Fault(file, place, "section", "unknown-section", {"id": task.section}))
        return found


def check_amendments(
    tasks: Mapping[str, Task],
    amendments: Sequence[tuple[str, Amendment]],
    file: str,
    known: Known,
    faults: list[Fault],
    *,
    broken: Collection[str] = (),
) -> dict[str, Task]:
    """Return `tasks` with the `amendments`, given with what faults call them; add every fault in them to `faults`.

    Those about tasks in `broken`, the ids of rows that have faults of their own, are not looked at.
    """
    places = {amendment.id: place for place, amendment in amendments}
    found = dict(tasks)

    def read(amendment: Amendment, row: dict[str, Any]) -> Task | None:
        if len(faults) >= MAXIMUM_FAULTS or amendment.subject_id in broken:
            return None
        place = places[amendment.id]
        refused = _refused(amendment, file, place, exists=amendment.subject_id in found)
        if refused is not None:
            faults.append(refused)
            return None
        checked = checked_row(TaskRow, row, file, place, faults)
        if checked is None:
            return None
        task = checked.value()
        # What the task named before is a fault of its own row.
        faults.extend(fault for fault in known.faults(task, file, place) if fault.field in amendment.values)
        found[task.id] = task
        return task

    for place, amendment in amendments:
        if amendment.about is Subject.SITE:
            faults.append(Fault(file, place, "about", "amendment-of-site"))
    return amended(tasks, [amendment for _, amendment in amendments], read=read)


def _refused(amendment: Amendment, file: str, place: str, *, exists: bool) -> Fault | None:
    """Return why an amendment cannot be about its subject, which `exists` or not; None if it can."""
    named = amendment.values.get("id", amendment.subject_id)
    if named != amendment.subject_id:
        return Fault(file, place, "values", "amended-id", {"id": named, "subject": amendment.subject_id})
    if amendment.adds and exists:
        return Fault(file, place, "subject_id", "task-exists", {"id": amendment.subject_id})
    if not amendment.adds and not exists:
        return Fault(file, place, "subject_id", "unknown-task", {"id": amendment.subject_id})
    return None


def check_amendment(plan: Plan, raw: Mapping[str, Any]) -> tuple[Amendment | None, list[Fault]]:
    """Return the amendment in `raw`, a row of `amendments.csv` that is to be added to `plan`, or None and its faults.

    It gets an id if it has none. A fault in what it sets has the name of that field.
    """
    faults: list[Fault] = []
    row = checked_row(AmendmentRow, {"id": new_id("a"), **raw}, "", "", faults)
    if row is None:
        return None, faults
    amendment = row.value()
    themes, sections = ({heading.id for heading in part} for part in (plan.info.themes, plan.info.sections))
    known = Known(plan.sites, themes, sections)
    after = check_amendments(plan.tasks, [("", amendment)], "", known, faults)
    if (
        not faults
        and amendment.about is Subject.TASK
        and after.get(amendment.subject_id) == plan.tasks.get(amendment.subject_id)
    ):
        faults.append(Fault("", "", "values", "amends-nothing", {"id": amendment.subject_id}))
    return (None, faults) if faults else (amendment, [])
