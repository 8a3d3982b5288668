"""What amendments set, checked against the plan they are part of; and one that is to be added, before it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from geo.detail import Detail
from geo.errors import GeometryError
from geo.wkt import read_wkt
from layers.plan.amend import amended
from layers.plan.amendment_row import AmendmentRow
from layers.plan.event_id import new_id
from layers.plan.fault import Fault
from layers.plan.plan import Amendment, Plan, Site, Task
from layers.plan.rows import SiteRow, TaskRow
from layers.plan.site_amend import FIELDS, amended_site_row, amended_sites
from layers.plan.terms import Precision, Subject
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
            for site_id in dict.fromkeys(ids)
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

    return amended(tasks, [amendment for _, amendment in amendments], read=read)


def check_site_amendments(
    sites: Mapping[str, Site],
    amendments: Sequence[tuple[str, Amendment]],
    file: str,
    faults: list[Fault],
    *,
    broken: Collection[str | None] = (),
) -> dict[str, Site]:
    """Return `sites` with the `amendments` about sites, as `check_amendments` does for tasks."""
    places = {amendment.id: place for place, amendment in amendments}
    found = dict(sites)
    detail = Detail()

    def read(amendment: Amendment, site: Site | None) -> Site | None:
        if len(faults) >= MAXIMUM_FAULTS or amendment.subject_id in broken:
            return None
        place = places[amendment.id]
        if site is None:
            faults.append(Fault(file, place, "subject_id", "unknown-site", {"id": amendment.subject_id}))
            return None
        before = len(faults)
        for name in sorted(set(amendment.values) - set(FIELDS)):
            faults.append(Fault(file, place, name, "field-unknown", {"value": amendment.values[name]}))
        row = checked_row(SiteRow, amended_site_row(site, amendment), file, place, faults)
        geometry = site.geometry
        if "geometry" in amendment.values:
            try:
                geometry = read_wkt(amendment.values["geometry"], detail)
            except GeometryError as error:
                faults.append(Fault(file, place, "geometry", error.code, error.details))
        if row is None or len(faults) > before:
            return None
        after = row.value(site.id, geometry)
        if (after.precision is Precision.UNPLACED) == after.placed:
            faults.append(Fault(file, place, "precision", "precision-mismatch", {"value": after.precision.value}))
            return None
        whole = found.get(after.part_of)
        if after.placed and whole is not None and not whole.placed:
            faults.append(Fault(file, place, "geometry", "whole-unplaced", {"id": whole.id}))
            return None
        parts = [other.id for other in found.values() if other.part_of == after.id and other.placed]
        if parts and not after.placed:
            faults.append(Fault(file, place, "geometry", "parts-placed", {"id": after.id, "part": parts[0]}))
            return None
        found[after.id] = after
        return after

    return amended_sites(sites, [amendment for _, amendment in amendments], read=read)


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
    before: Mapping[str, Task | Site]
    after: Mapping[str, Task | Site]
    if amendment.about is Subject.TASK:
        before, after = plan.tasks, check_amendments(plan.tasks, [("", amendment)], "", known, faults)
    else:
        before, after = plan.sites, check_site_amendments(plan.sites, [("", amendment)], "", faults)
    if not faults and after.get(amendment.subject_id) == before.get(amendment.subject_id):
        faults.append(Fault("", "", "values", "amends-nothing", {"id": amendment.subject_id}))
    return (None, faults) if faults else (amendment, [])
