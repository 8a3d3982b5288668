"""A plan in SQL tables, the same in a GeoPackage and in PostGIS.

Plain SELECTs read them, which is fast and keeps GDAL away from files that come from elsewhere. QGIS and any other GIS
can open and edit the tables; what keys, constraints and triggers guard holds for them too.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlalchemy
from shapely.geometry.base import BaseGeometry
from sqlalchemy.exc import IntegrityError

from geo.detail import Detail
from geo.errors import GeometryError, PlanMapError
from geo.geojson import check_geometry
from layers.plan.amendment_row import amendment_row
from layers.plan.attachment import Attachment, Contents
from layers.plan.beside import Beside
from layers.plan.deck import Deck
from layers.plan.digest import whole_digest
from layers.plan.event import Event
from layers.plan.event_id import new_id
from layers.plan.event_row import event_row
from layers.plan.fault import Fault
from layers.plan.plan import Amendment, Plan
from layers.plan.rows import catalogue_row, decks_row, info_row, task_row
from layers.plan.template_row import template_row
from layers.plan.terms import Moment, Subject
from layers.store.attachments import add_files, attachment_rows, stored_content
from layers.store.check import RawPlan, RawSite, check_plan
from layers.store.driver_errors import explained
from layers.store.event_rows import checked_events
from layers.store.event_table import event_rows
from layers.store.growth import Watermark, grown_plan, has_room
from layers.store.limits import ENTRY_BYTES, MIB, ROWS, check_columns, counted
from layers.store.role_entry import add_given, check_role, roles_on
from layers.store.roles import Given, Role, Roles, Signature, person_id
from layers.store.tables import AMENDMENTS, EVENTS, INFO, SCHEMA_VERSION, SITES, TABLE_NAMES, TABLES, TASKS

_Entry = TypeVar("_Entry", Event, Amendment)


class SqlStore:
    """What both SQL stores share: reading the tables, adding an event or an amendment, saving decks."""

    name: str
    """What messages call the store; never holds a password."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self.engine = engine
        self.beside = Beside()
        """The folders for what belongs to the plan; a database has them only if somebody sets them."""
        self._current = False
        """Whether the tables are known to be those of this version."""
        self._read: tuple[Plan, Watermark] | None = None
        """What was read last, which is read on from where only events have been added since."""
        self._signature: Signature | None = None
        """On whose behalf it is written; None where nobody signs in."""

    def geometry(self) -> sqlalchemy.ColumnElement[Any]:
        """Return the SQL expression for the geometry as bytes."""
        raise AssertionError("each home has its own")

    def decode(self, value: Any) -> BaseGeometry | None:
        """Return the WGS 84 geometry in a value of the geometry column; None for NULL or an empty one."""
        raise AssertionError("each home has its own")

    def mark(self, connection: sqlalchemy.Connection, upto: int | None = None) -> Watermark | None:
        """Return how far the plan can be read, or the part of it up to the event with the number `upto`.

        None where it cannot be told whether only events have been added since.
        """
        raise AssertionError("each home has its own")

    @contextmanager
    def reading(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection that cannot write and sees one state of all tables."""
        with self.engine.connect() as connection:
            yield connection

    def file_for_hand(self, part: str) -> Path | None:
        """Return the file in which people edit a part of the plan by hand: none, since PlanMap itself can write."""
        return None

    def check(self) -> tuple[Plan | None, list[Fault]]:
        """Read everything; return the plan and no fault, or None and every fault found."""
        detail = Detail()
        shape = self.geometry().label("shape")
        try:
            with self.reading() as connection:
                held = self._read
                grown = None if held is None else grown_plan(connection, *held, self.mark, self.beside)
                if grown is not None:
                    self._read = grown
                    return grown[0], []
                mark = self.mark(connection)
                info = self._info(connection)
                sites = [self._site(row, detail) for row in self._rows(connection, "sites", shape)]
                tasks = [(str(row.pop("fid", "?")), row) for row in self._rows(connection, "tasks")]
                # Checked while they are read, so that a large table is never held as rows.
                events = checked_events(event_rows(connection), str(EVENTS.name))
                amendments = []
                # Tables of an older version that cannot be brought up to date have none.
                if sqlalchemy.inspect(connection).has_table(AMENDMENTS.name):
                    amendments = [(str(row.pop("fid", "?")), row) for row in self._rows(connection, "amendments")]
                attachments = attachment_rows(connection)
        except GeometryError as error:
            # A table that holds too much is not read to its end.
            return None, [Fault(str(error.details.get("file", "")), "", "", error.code, error.details)]
        names = {**TABLE_NAMES, **dict.fromkeys(("catalogue", "decks", "template"), TABLE_NAMES["info"])}
        parts = (info["plan"], info["catalogue"], sites, tasks, events, info["decks"])
        plan, faults = check_plan(RawPlan(*parts, names, info["template"], self.beside, amendments, attachments))
        self._read = None if plan is None or mark is None else (plan, mark)
        return plan, faults

    def _info(self, connection: sqlalchemy.Connection) -> Mapping[str, Any]:
        version = schema_version(connection, self.name)
        if version > SCHEMA_VERSION:
            raise PlanMapError("plan-newer", plan=self.name, version=version)
        found = {key: self._entry(connection, key) for key in ("plan", "catalogue", "decks", "template")}
        try:
            parts = {key: dict(json.loads(str(found[key]))) for key in ("plan", "catalogue")}
        except (ValueError, TypeError, RecursionError) as error:
            raise PlanMapError("plan-not-a-database", plan=self.name) from error
        # A plan made before there were decks has no such entry. An entry that cannot be read is passed on as
        # it is, so that the check reports it as one fault.
        decks = _decks_of("{}" if found["decks"] is None else str(found["decks"]))
        template = None if found["template"] is None else _template_of(found["template"])
        return {**parts, "decks": {"decks": found["decks"] if decks is None else decks}, "template": template}

    def _entry(self, connection: sqlalchemy.Connection, key: str) -> str | None:
        """Return the entry `key` of the info table, of several the last one; None if there is none.

        Raises
        ------
        GeometryError
            It is larger than any that PlanMap writes.
        """
        value = note_of(connection, key)
        if value is not None and len(value) > ENTRY_BYTES:
            raise GeometryError("file-too-large", file=INFO.name, limit=ENTRY_BYTES // MIB)
        return value

    def _rows(
        self, connection: sqlalchemy.Connection, part: str, *more: sqlalchemy.ColumnElement[Any]
    ) -> Iterator[dict[str, Any]]:
        # All columns, also those that somebody else has added: the check tells of them. One row more than there may be
        # tells that there are more.
        table = TABLES[part]
        query = sqlalchemy.select(sqlalchemy.literal_column("*"), *more).select_from(table)
        query = query.order_by(table.c.fid).limit(ROWS[part] + 1)
        result = connection.execution_options(stream_results=True).execute(query).mappings()
        check_columns(list(result.keys()), table.name)
        for row in counted(result, part, table.name):
            yield {key: value for key, value in row.items() if value is not None}

    def _site(self, row: dict[str, Any], detail: Detail) -> RawSite:
        properties = {key: value for key, value in row.items() if key not in ("fid", "geom", "site_id", "shape")}
        geometry, fault = None, None
        try:
            geometry = self.decode(row.get("shape"))
            if geometry is not None:
                check_geometry(geometry, detail)
        except GeometryError as error:
            fault = error
        site_id = str(row["site_id"]) if "site_id" in row else None
        return RawSite(site_id or f"fid {row.get('fid')}", site_id, properties, geometry, fault)

    def connect_to_write(self) -> Any:
        """Return a context manager that yields a connection whose changes are kept only if nothing raises."""
        return self.engine.begin()

    def is_older(self) -> bool:
        """Whether the tables are those of an older version."""
        if not self._current:
            with self.reading() as connection:
                self._current = schema_version(connection, self.name) >= SCHEMA_VERSION
        return not self._current

    def version(self) -> str:
        """Return a text that changes whenever the plan does."""
        raise AssertionError("each home has its own")

    def quiet_since(self, _: float) -> bool:
        """Whether the plan has certainly not changed since a moment on the monotonic clock; no file can tell."""
        return False

    def migrate(self) -> None:
        """Bring the tables of an older version up to date, after setting aside a copy; do nothing if they are.

        Raises
        ------
        PlanMapError
            The store cannot be read or written, or its rows break the rules of the new tables.
        """
        raise AssertionError("each home has its own")

    @contextmanager
    def writing(self) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection whose changes are kept only if nothing raises."""
        # What could not be done when the store was opened is tried again, and now says why it cannot be done.
        self.migrate()
        with explained(self.name, "plan-not-writable"), self.connect_to_write() as connection:
            if self._signature is not None:
                check_role(connection, self._signature, self.name)
            yield connection

    def on_behalf(self, signature: Signature) -> Self:
        """Return this store for somebody who has signed in.

        Each write asks in its own transaction whether they still have the role that it takes, and statements get
        their name whoever is named as recorder.
        """
        theirs = copy.copy(self)
        theirs._signature = signature
        return theirs

    def _signed(self, entry: _Entry) -> _Entry:
        signature = self._signature
        if signature is None:
            return entry
        signed = replace(entry, recorded_by=signature.signed(entry.recorded_by))
        if isinstance(signed, Event) and signed.attachments:
            by = signed.recorded_by
            return replace(signed, attachments=tuple(replace(one, recorded_by=by) for one in signed.attachments))
        return signed

    def roles(self) -> Roles:
        """Return who may do what where people sign in; may raise `PlanMapError`."""
        with self.reading() as connection:
            return roles_on(connection, self.name)

    def _held(self, connection: sqlalchemy.Connection) -> Collection[Role]:
        return roles_on(connection, self.name, hold=True).current.values()

    def give_role(self, who: str, role: Role, *, by: str) -> Given:
        """Give somebody a role and return what has been noted of it; `who` is an e-mail address or `sub:…`.

        Raises
        ------
        PlanMapError
            It is neither, somebody else is changing a role, or the store cannot be written.
        """
        person = self._signature.person if self._signature else None
        given = Given(person_id(who), role, person.name if person else by, str(Moment.now()))
        with self.writing() as connection:
            if person is not None and given.who != person.who and Role.ADMIN not in self._held(connection):
                # Whoever was admin because there was none stays so beside whoever they make one.
                add_given(connection, replace(given, who=person.who, role=Role.ADMIN), self.name)
            add_given(connection, given, self.name)
        return given

    def add_event(self, event: Event, *, known: str | None = None, contents: Contents | None = None) -> None:
        """Add one event, which gets an id if it has none, with its attachments, whose `contents` are given.

        `known` is the id of the latest event about the task that whoever adds this one has seen, empty if there was
        none; None does not ask.

        Raises
        ------
        PlanMapError
            Somebody else has added one since, the store cannot be written, or it holds an event with this id or no
            such task.
        """
        self.add_all([event], known=None if known is None else {event.task_id: known}, contents=contents)

    def add_all(
        self,
        events: Sequence[Event],
        amendments: Sequence[Amendment] = (),
        *,
        known: Mapping[str, str] | None = None,
        amended: Mapping[str, str] | None = None,
        contents: Contents | None = None,
    ) -> None:
        """Add all of `amendments` and `events` or none; each event gets an id if it has none.

        `contents` gives what the attachments of the events hold.

        `known` is, for each task of the events, what it is for `add_event`, and `amended`, for each task or site of
        the amendments, what `known` is for `add_amendment`; None does not ask.

        Raises
        ------
        PlanMapError
            As for these two.
        """
        with self.writing() as connection:
            # In one order for everybody, so that no two wait for each other.
            tasks = {event.task_id for event in events}
            changed = {(amendment.subject_id, amendment.about) for amendment in amendments}
            for subject_id in sorted(tasks | {subject_id for subject_id, _ in changed}):
                self.hold_task(connection, subject_id)
            if known is not None:
                for task_id in tasks:
                    self._check_latest(connection, EVENTS, task_id, EVENTS.c.task_id == task_id, known)
            if amended is not None:
                for subject_id, about in changed:
                    its = sqlalchemy.and_(AMENDMENTS.c.subject_id == subject_id, AMENDMENTS.c.about == about.value)
                    self._check_latest(connection, AMENDMENTS, subject_id, its, amended)
            for amendment in map(self._signed, amendments):
                self._insert_amendment(connection, amendment)
            for event in map(self._signed, events):
                event = event if event.id else replace(event, id=new_id())
                try:
                    connection.execute(EVENTS.insert(), event_row(event))
                except IntegrityError as error:
                    raise self._refused(connection, event) from error
                add_files(connection, event, contents)
            # A plan with more than is read could not be opened any more.
            for table, part in ((EVENTS, "events"), (AMENDMENTS, "amendments")):
                if not has_room(connection, table, ROWS[part]):
                    raise GeometryError("too-many-rows", file=table.name, limit=ROWS[part])

    def hold_task(self, connection: sqlalchemy.Connection, task_id: str) -> None:
        """Keep everybody else from adding events about a task until this transaction ends."""
        raise AssertionError("each home has its own")

    @staticmethod
    def _check_latest(
        connection: sqlalchemy.Connection,
        table: sqlalchemy.Table,
        subject_id: str,
        its: sqlalchemy.ColumnElement[bool],
        known: Mapping[str, str],
    ) -> None:
        columns = (table.c.id, table.c.recorded_by, table.c.recorded_at)
        latest = connection.execute(
            sqlalchemy.select(*columns).where(its).order_by(table.c.fid.desc()).limit(1)
        ).first()
        if latest is not None and latest.id != known.get(subject_id, ""):
            raise PlanMapError("task-recorded", id=subject_id, by=latest.recorded_by, at=latest.recorded_at)

    def _refused(self, connection: sqlalchemy.Connection, event: Event) -> PlanMapError:
        """Return what is wrong with an event that the database has refused."""
        connection.rollback()
        with self.reading() as again:
            if not self._has_task(again, event.task_id):
                return PlanMapError("unknown-task", id=event.task_id)
        return PlanMapError("event-exists", id=event.id)

    def add_amendment(self, amendment: Amendment, *, known: str | None = None) -> None:
        """Add one amendment, which `check_amendment` has found sound.

        `known` is the id of the latest amendment about the same task or site that whoever adds this one has seen, empty
        if there was none; None does not ask.

        Raises
        ------
        PlanMapError
            Somebody else has added one since, the store cannot be written, it holds an amendment with this id, what it
            adds is there already, or what it is about is not.
        """
        self.add_all([], [amendment], amended=None if known is None else {amendment.subject_id: known})

    def _insert_amendment(self, connection: sqlalchemy.Connection, amendment: Amendment) -> None:
        if amendment.about is Subject.TASK and self._has_task(connection, amendment.subject_id) is amendment.adds:
            raise PlanMapError("task-exists" if amendment.adds else "unknown-task", id=amendment.subject_id)
        if amendment.about is Subject.SITE:
            site = sqlalchemy.select(SITES.c.site_id).where(SITES.c.site_id == amendment.subject_id).limit(1)
            if connection.execute(site).first() is None:
                raise PlanMapError("unknown-site", id=amendment.subject_id)
        try:
            connection.execute(AMENDMENTS.insert(), amendment_row(amendment))
        except IntegrityError as error:
            raise PlanMapError("event-exists", id=amendment.id) from error

    @staticmethod
    def _has_task(connection: sqlalchemy.Connection, task_id: str) -> bool:
        """Whether there is such a task, written with the plan or added by an amendment."""
        added = sqlalchemy.and_(AMENDMENTS.c.subject_id == task_id, AMENDMENTS.c.about == Subject.TASK.value)
        for table, found in ((TASKS, TASKS.c.id == task_id), (AMENDMENTS, added)):
            if connection.execute(sqlalchemy.select(table.c.id).where(found).limit(1)).first() is not None:
                return True
        return False

    def save_decks(self, decks: Sequence[Deck], *, known: Sequence[Deck]) -> None:
        """Replace all decks of the plan by `decks`, if they still are the `known` ones.

        Raises
        ------
        PlanMapError
            Somebody has changed the decks in the meantime, or the store cannot be written.
        """
        with self.writing() as connection:
            found = note_of(connection, "decks")
            before = "{}" if found is None else found
            if _decks_of(before) != decks_row(known)["decks"]:
                raise PlanMapError("decks-changed", plan=self.name)
            # Only if the row still is what was read above: another process may be saving too.
            try:
                if found is None:
                    connection.execute(INFO.insert().values(key="decks", value=decks_json(decks)))
                    return
            except IntegrityError as error:
                raise PlanMapError("decks-changed", plan=self.name) from error
            change = INFO.update().where(INFO.c.key == "decks", INFO.c.value == before).values(value=decks_json(decks))
            if connection.execute(change).rowcount != 1:
                raise PlanMapError("decks-changed", plan=self.name)

    def content(self, attachment: Attachment) -> bytes:
        """Return the content of an attachment; raise `PlanMapError` if it is missing or is not what was attached."""
        with self.reading() as connection:
            return stored_content(connection, attachment)

    def note(self, key: str) -> str:
        """Return the entry `key` of the info table; empty if there is none."""
        with self.reading() as connection:
            return note_of(connection, key) or ""


def note_of(connection: sqlalchemy.Connection, key: str) -> str | None:
    """Return the entry `key` of the info table, of several the last one; None if there is none."""
    query = sqlalchemy.select(INFO.c.value).where(INFO.c.key == key).order_by(INFO.c.fid.desc()).limit(1)
    value = connection.execute(query).scalar()
    return None if value is None else str(value)


def schema_version(connection: sqlalchemy.Connection, name: str) -> int:
    """Return the version of the tables of the plan that messages call `name`.

    Raises
    ------
    PlanMapError
        There is none.
    """
    version = note_of(connection, "schema_version") or ""
    if not re.fullmatch(r"[0-9]{1,9}", version):
        raise PlanMapError("plan-not-a-database", plan=name)
    return int(version)


def fill(connection: sqlalchemy.Connection, plan: Plan, *, origin: str, contents: Contents | None = None) -> None:
    """Write all of `plan` but its sites into tables that are empty; `contents` gives what its attachments hold."""
    entries = {
        "schema_version": str(SCHEMA_VERSION),
        "revision": "0",
        "origin": origin,
        "content": whole_digest(plan),
        "plan": json.dumps(info_row(plan.info), ensure_ascii=False),
        "catalogue": json.dumps(catalogue_row(plan.catalogue), ensure_ascii=False),
        "decks": decks_json(plan.decks),
    }
    if plan.template is not None:
        entries["template"] = json.dumps(template_row(plan.template), ensure_ascii=False)
    connection.execute(INFO.insert(), [{"key": key, "value": value} for key, value in entries.items()])
    connection.execute(TASKS.insert(), [task_row(task) for task in plan.tasks_as_written.values()])
    # Before the events, which may be about a task that an amendment adds.
    if plan.amendments:
        connection.execute(AMENDMENTS.insert(), [amendment_row(amendment) for amendment in plan.amendments])
    if plan.events:
        connection.execute(EVENTS.insert(), [event_row(event) for event in plan.events])
    for event in plan.events:
        if event.attachments:
            add_files(connection, event, contents)


def decks_json(decks: Sequence[Deck]) -> str:
    """Return the entry of the info table for `decks`."""
    return json.dumps(decks_row(decks), ensure_ascii=False)


def _template_of(text: str) -> dict[str, Any]:
    """Return the row of the template stored as `text`; one with a fault if it cannot be read."""
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return {"template": text}


def _decks_of(text: str) -> Any:
    """Return the rows of the decks stored as `text`; None if it cannot be read."""
    try:
        return dict(json.loads(text)).get("decks", [])
    except (ValueError, TypeError, RecursionError):
        return None
