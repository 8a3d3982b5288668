"""What taking in a file would change: every row that is new or refused, and why, before anything is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from layers.exchange.columns import COLUMNS, Column, Holds, Part, values_by_words
from layers.exchange.tables import Line, Table, Tables
from layers.plan.amend import amend, amended
from layers.plan.event import Event
from layers.plan.event_id import newer_than
from layers.plan.event_row import event_row
from layers.plan.fault import Fault, printable
from layers.plan.plan import Amendment, Plan, Task
from layers.plan.rows import site_row, task_row
from layers.plan.terms import Moment, Subject
from layers.store.base import Store
from layers.store.check_amendments import check_amendment
from layers.store.check_events import check_event
from layers.store.limits import ROWS

MOST_ADDED = 50_000
"""Most statements that one file adds; more come in several files."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A statement that would be added."""

    place: str
    event: Event


@dataclass(frozen=True, slots=True)
class Change:
    """What would be set of a task, or a task that would be added."""

    place: str
    amendment: Amendment


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row about a task about which others have recorded something that the file does not know."""

    place: str
    task_id: str
    newer: tuple[Event | Amendment, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file would do to a plan."""

    added: tuple[Addition, ...]
    changed: tuple[Change, ...]
    faults: tuple[Fault, ...]
    """Rows that are refused, each with the cell and why. With any of them nothing is taken in."""
    conflicts: tuple[Conflict, ...]
    notes: tuple[Fault, ...]
    unchanged: int
    """Number of rows that say what the plan says."""
    known: Mapping[str, str]
    """For each task with additions, the id of the latest statement that whoever takes this in has been shown."""
    amended: Mapping[str, str]
    """For each task with changes, the id of the latest amendment that whoever takes this in has been shown."""
    after: Plan
    """The plan as it would be with the changes."""

    @property
    def count(self) -> int:
        """Number of statements and changes that would be taken in."""
        return len(self.added) + len(self.changed)

    @property
    def refused(self) -> bool:
        """Whether nothing can be taken in."""
        return bool(self.faults)


def propose(plan: Plan, tables: Tables, *, file: str, by: str, today: date) -> Proposal:
    """Return what the `tables` of a `file` would change in `plan`; `by` stands where a row names no recorder."""
    reader = _Reader(plan, tables, file, by, today)
    # New tasks before the statements about them.
    for table in sorted(tables.tables, key=lambda each: list(Part).index(each.part)):
        reader.take(table)
    return reader.proposal()


class _Reader:
    """Goes through the tables of a file."""

    def __init__(self, plan: Plan, tables: Tables, file: str, by: str, today: date) -> None:
        self.plan = plan
        self.tables = tables
        self.file = file
        self.by = by
        self.today = today
        self.moment = Moment.now()
        self.added: list[Addition] = []
        self.changed: list[Change] = []
        self.after = plan
        self.faults: list[Fault] = []
        self.unchanged = 0
        self.events = {event.id: event for event in plan.events}
        self.said = {_content(event) for event in plan.events}
        if tables.origin is not None and tables.origin.plan != plan.info.id:
            self.faults.append(
                Fault(file, "", "", "table-other-plan", {"other": tables.origin.plan, "plan": plan.info.id})
            )

    def take(self, table: Table) -> None:
        """Take the rows of a table."""
        columns = {column.field: column for column in COLUMNS[table.part]}
        words = {name: values_by_words(self.plan, column) for name, column in columns.items()}
        seen: set[str] = set()
        for line in table.lines():
            if self._too_many:
                # Nothing of the file will be written, so that more of it need not be looked at.
                return
            faults: list[Fault] = []
            values = {
                name: self._value(table, line, columns[name], cell, words[name], faults)
                for name, cell in line.cells.items()
                if columns[name].holds is not Holds.READING
            }
            row_id = str(values.get("id", ""))
            if row_id and row_id in seen:
                faults.append(Fault(self.file, _at(table, line, "id"), "", "row-twice", {"id": printable(row_id)}))
            seen.add(row_id)
            if faults:
                self.faults += faults
            elif table.part is Part.EVENTS:
                self._take_event(table, line, values)
            elif table.part is Part.TASKS:
                self._take_task(table, line, values)
            else:
                self._compare_site(table, line, values)

    def _value(
        self, table: Table, line: Line, column: Column, cell: Any, words: Mapping[str, str], faults: list[Fault]
    ) -> str:
        """Return a cell as a row of a text file has it."""
        name = column.field
        if f"{table.letters[name]}{line.number}" in table.formulas:
            faults.append(Fault(self.file, _at(table, line, name), "", "cell-formula", {}))
            return ""
        if isinstance(cell, dict):
            return str(cell["day"])
        if isinstance(cell, bool):
            faults.append(Fault(self.file, _at(table, line, name), "", "cell-truth", {"value": str(cell).upper()}))
            return ""
        if isinstance(cell, int | float):
            # Excel has one kind of numbers; 4 is 4.0 there, and a text such as 2024 or an id of digits is one too.
            return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
        text = str(cell).strip()
        if column.holds is Holds.CHOICE:
            found = words.get(text.casefold())
            if found is None:
                faults.append(Fault(self.file, _at(table, line, name), "", "cell-choice", {"value": printable(text)}))
                return ""
            return found
        return text

    def _take_event(self, table: Table, line: Line, values: dict[str, str]) -> None:
        row_id = values.pop("id", "")
        values.pop("recorded_at", "")
        if row_id:
            event = self.events.get(row_id)
            if event is None:
                self.faults.append(
                    Fault(self.file, _at(table, line, "id"), "", "row-unknown", {"id": printable(row_id)})
                )
            else:
                self._unchanged_event(table, line, values, event)
            return
        values.setdefault("recorded_by", self.by)
        raw = {name: value for name, value in values.items() if value}
        event, faults = check_event(self.after, {**raw, "recorded_at": str(self.moment)}, today=self.today)
        if event is None:
            self.faults += [
                Fault(self.file, _at(table, line, fault.field), "", fault.code, fault.details) for fault in faults
            ]
        elif _content(event) in self.said:
            # A file that is taken in a second time says nothing new.
            self.unchanged += 1
        else:
            self.said.add(_content(event))
            self.added.append(Addition(line.place, event))

    def _unchanged_event(self, table: Table, line: Line, values: Mapping[str, str], event: Event) -> None:
        row = {name: "" if value is None else str(value) for name, value in event_row(event).items()}
        changed = [
            column.field
            for column in COLUMNS[Part.EVENTS]
            if column.field in table.letters
            and column.holds not in (Holds.NAME, Holds.READING)
            and not _same(values.get(column.field, ""), row.get(column.field, ""))
        ]
        if changed:
            self.faults += [
                Fault(self.file, _at(table, line, name), "", "statement-changed", {"id": event.id}) for name in changed
            ]
        else:
            self.unchanged += 1

    def _take_task(self, table: Table, line: Line, values: Mapping[str, str]) -> None:
        """Take what a row sets of a task, compared with what the file came from, or the new task that it is."""
        row_id, by = values.get("id", ""), self.by
        fields = [
            column.field
            for column in COLUMNS[Part.TASKS]
            if column.field in table.letters and column.field not in ("id", "reason")
        ]
        # Of a task that has been added since the file was made, the file knows nothing.
        base = self._as_exported(row_id)
        row = {} if base is None else task_row(base)
        was = {name: "" if row.get(name) is None else str(row[name]) for name in fields}
        sets = {name: values.get(name, "") for name in fields if not _same(values.get(name, ""), was[name])}
        if base is not None and not sets:
            self.unchanged += 1
            return
        there = self.plan.tasks.get(row_id)
        if base is None and there is not None:
            now = {name: "" if value is None else str(value) for name, value in task_row(there).items()}
            if all(_same(values.get(name, ""), now[name]) for name in fields):
                # Added from this very file.
                self.unchanged += 1
                return
        if base is None:
            sets = {"id": row_id, **{name: value for name, value in sets.items() if value}}
        raw = {
            "about": Subject.TASK.value,
            "subject_id": row_id,
            "values": json.dumps(sets, ensure_ascii=False),
            "reason": values.get("reason", ""),
            "recorded_by": by,
            "recorded_at": str(self.moment),
        }
        amendment, faults = check_amendment(self.after, raw)
        if amendment is None and [fault.code for fault in faults] == ["amends-nothing"]:
            # Somebody else has set the same meanwhile.
            self.unchanged += 1
        elif amendment is None:
            names = {"subject_id": "id", "values": "id"}
            self.faults += [
                Fault(self.file, _at(table, line, names.get(fault.field, fault.field)), "", fault.code, fault.details)
                for fault in faults
            ]
        else:
            self.changed.append(Change(line.place, amendment))
            self.after = amend(self.after, amendment)

    def _as_exported(self, task_id: str) -> Task | None:
        """Return a task as it was when the file was made; None if there was none."""
        origin = self.tables.origin
        if origin is None:
            return self.plan.tasks.get(task_id)
        first = self.plan.tasks_as_written.get(task_id)
        until = origin.amended.get(task_id, "")
        known = []
        for amendment in self.plan.amendments_by_task.get(task_id, ()) if until else ():
            known.append(amendment)
            if amendment.id == until:
                break
        return amended({} if first is None else {task_id: first}, known).get(task_id)

    def _compare_site(self, table: Table, line: Line, values: Mapping[str, str]) -> None:
        """Refuse what a row of sites changes, for these are changed in the plan itself."""
        row_id = values.get("id", "")
        there = self.plan.sites.get(row_id)
        if there is None:
            self.faults.append(Fault(self.file, _at(table, line, "id"), "", "row-new", {"id": printable(row_id)}))
            return
        row = {"id": there.id, **site_row(there)}
        names = [column.field for column in COLUMNS[Part.SITES] if column.field in table.letters]
        changed = [
            name for name in names if not _same(values.get(name, ""), "" if row[name] is None else str(row[name]))
        ]
        self.faults += [
            Fault(self.file, _at(table, line, name), "", "row-changed", {"id": printable(row_id)}) for name in changed
        ]
        self.unchanged += not changed

    @property
    def _most(self) -> int:
        """How many statements can be added: a preview holds all of them."""
        return min(MOST_ADDED, ROWS["events"] - len(self.plan.events))

    @property
    def _too_many(self) -> bool:
        return len(self.added) > self._most

    def proposal(self) -> Proposal:
        """Return what all tables together would do."""
        if self._too_many:
            self.faults.append(Fault(self.file, "", "", "too-many-rows", {"file": self.file, "limit": self._most}))
        latest = self.plan.events.latest
        set_last = {task_id: found[-1].id for task_id, found in self.plan.amendments_by_task.items()}
        origin = self.tables.origin
        conflicts: list[Conflict] = []
        if origin is not None:
            for addition in self.added:
                task_id = addition.event.task_id
                events: Sequence[Event] = self.plan.events_by_task.get(task_id, ())
                conflicts += _conflict(addition.place, task_id, events, origin.latest)
            for change in self.changed:
                task_id = change.amendment.subject_id
                amendments: Sequence[Amendment] = self.plan.amendments_by_task.get(task_id, ())
                conflicts += _conflict(change.place, task_id, amendments, origin.amended)
        return Proposal(
            added=tuple(self.added),
            changed=tuple(self.changed),
            faults=tuple(self.faults),
            conflicts=tuple(conflicts),
            notes=self.tables.notes,
            unchanged=self.unchanged,
            known={addition.event.task_id: latest.get(addition.event.task_id, "") for addition in self.added},
            amended={
                change.amendment.subject_id: set_last.get(change.amendment.subject_id, "") for change in self.changed
            },
            after=self.after,
        )


def take_in(store: Store, proposal: Proposal) -> None:
    """Add all of a proposal to `store`, or nothing; may raise `PlanMapError`, as `Store.add_all` does."""
    store.add_all(
        [addition.event for addition in proposal.added],
        [change.amendment for change in proposal.changed],
        known=proposal.known,
        amended=proposal.amended,
    )


def _conflict(place: str, task_id: str, there: Sequence[Event | Amendment], known: Mapping[str, str]) -> list[Conflict]:
    """Return a conflict if the last of what is `there` about a task is not the one that is `known`."""
    newer = newer_than(there, known.get(task_id, ""))
    return [Conflict(place, task_id, tuple(newer))] if newer else []


def _at(table: Table, line: Line, name: str) -> str:
    """Return the place of a cell, or that of the row if the table has no such column."""
    return table.cell(line.number, name) if name in table.letters else line.place


def _content(event: Event) -> tuple[tuple[str, Any], ...]:
    """Return what a statement says, without its id and who recorded it when."""
    apart = ("id", "recorded_by", "recorded_at")
    return tuple((name, value) for name, value in event_row(event).items() if name not in apart)


def _same(one: str, other: str) -> bool:
    """Whether two cells say the same: Excel knows no difference between 4 and 4.0, or of line ends."""
    if one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip():
        return True
    try:
        return float(one) == float(other)
    except ValueError:
        return False
