"""The plan that this process serves, read again whenever it changes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from app.current_plan import CurrentPlan
from app.documents import Documents
from app.settings import Settings, read_settings
from app.sign_in import SignIn
from app.uploads import Uploads
from geo.errors import PlanMapError
from layers.exchange.proposal import Proposal, take_in
from layers.plan.amend import amend
from layers.plan.attachment import Attachment
from layers.plan.beside import Beside
from layers.plan.deck import Deck
from layers.plan.event import Event
from layers.plan.fault import Fault
from layers.plan.plan import Amendment, Plan
from layers.plan.rows import decks_row
from layers.plan.terms import Subject
from layers.selection.attachments import attachment_named
from layers.store import in_use
from layers.store.attached_files import with_files
from layers.store.base import Store, is_address, open_store
from layers.store.check import check_decks
from layers.store.check_amendments import check_amendment
from layers.store.check_events import check_event
from layers.store.roles import Given, Person, Role, Roles, Signature


def store_at(settings: Settings) -> Store:
    """Return the store that the settings name, or the user's copy of the built-in plan; may raise `PlanMapError`."""
    if settings.plan:
        store = open_store(settings.plan)
        if store.beside.ground is None:
            # Nothing lies beside a database; each user has ground and layers on the own machine.
            name = hashlib.sha256(store.name.encode()).hexdigest()[:16]
            store.beside = Beside(settings.data_dir / "ground" / name, settings.data_dir / "layers" / name)
        return store
    from layers.store.user_copy import open_user_plan

    return open_user_plan(settings.data_dir)


class Context:
    """Settings, the store and the plan in memory, shared by all sessions of a server."""

    def __init__(self, settings: Settings, *, looking_only: bool = False, sign_in: SignIn | None = None) -> None:
        self.settings = settings
        self.sign_in = sign_in
        """How people sign in; None where nobody does."""
        self.looking_only = looking_only
        """Whether the pages change nothing, as where everybody on a network reaches them."""
        self.uploads = Uploads()
        self._current = CurrentPlan(lambda: store_at(settings))
        self._documents = Documents(settings.tianditu_key)
        self.map_given = threading.Event()
        """Set when a browser has been given the map document for the first time."""

    def plan(self) -> tuple[str, Plan]:
        """Return the plan's version and the plan; a page view costs one look at the store's version.

        Raises
        ------
        PlanMapError
            The plan cannot be read or has faults.
        """
        return self._current.get()

    def look_again(self) -> None:
        """Note that something beside the plan, such as its ground, has just been changed."""
        self._current.forget()

    def role(self, person: Person | None) -> Role | None:
        """Return what `person`, or whoever has not signed in, may do now; None where nobody signs in.

        Raises
        ------
        PlanMapError
            The store cannot be read.
        """
        return None if self.sign_in is None else self._current.store().roles().of(person)

    def roles(self) -> Roles:
        """Return who may do what; may raise `PlanMapError`."""
        return self._current.store().roles()

    def give_role(self, who: str, role: Role, *, person: Person | None) -> Given:
        """Give somebody a role, which takes an admin.

        Raises
        ------
        PlanMapError
            As for the store, or `person` is no admin.
        """
        store = self._writable(person, Role.ADMIN)
        if person is None:
            raise PlanMapError("not-signed-in")
        try:
            return store.give_role(who, role, by=person.name)
        finally:
            self._current.forget()

    def allow_change(self, person: Person | None = None, needed: Role = Role.EDITOR) -> None:
        """Raise `PlanMapError` if the pages are for looking only, or `person` may not do what takes the role `needed`.

        For what is changed beside the store, which asks by itself.
        """
        if self.looking_only:
            raise PlanMapError("looking-only")
        role = self.role(person)
        if role is None:
            return
        if person is None:
            raise PlanMapError("not-signed-in")
        if not role.includes(needed):
            raise PlanMapError("role-missing", who=person.who, role=role, needed=needed)

    def _writable(self, person: Person | None, needed: Role = Role.EDITOR, *, keeps_recorder: bool = False) -> Store:
        """Return the store as `person` may write it; raise `PlanMapError` if they may not."""
        self.allow_change(person, needed)
        store = self._current.store()
        if self.sign_in is None or person is None:
            return store
        return store.on_behalf(Signature(person, needed, keeps_recorder))

    def _signed(self, raw: Mapping[str, Any], person: Person | None) -> Mapping[str, Any]:
        """Return a row with the name of whoever has signed in as its recorder."""
        return raw if self.sign_in is None or person is None else {**raw, "recorded_by": person.name}

    @contextmanager
    def _looking_again_if_refused(self) -> Iterator[None]:
        try:
            yield
        except PlanMapError:
            # A refusal may mean that the stored plan has changed.
            self._current.forget()
            raise

    def decks_file(self) -> Path | None:
        """Return the file in which people edit the decks by hand; None for a plan that PlanMap itself can write."""
        return self._current.store().file_for_hand("decks")

    def save_decks(
        self, decks: Sequence[Deck], *, known: Sequence[Deck], person: Person | None = None
    ) -> tuple[Deck, ...]:
        """Replace all decks of the plan by `decks`, if they still are the `known` ones, and return them as checked.

        Nobody else waits while another program keeps this from being stored.

        Raises
        ------
        PlanMapError
            Somebody has changed the decks in the meantime, they cannot be written, `person`, who has signed in, may
            not, or they have a fault. A saved deck with a fault would make the whole plan unreadable.
        """
        store = self._writable(person)
        _, plan = self.plan()
        again, faults = check_decks(plan, decks_row(decks))
        if faults:
            # The first fault is enough, because the form has already checked each field.
            raise PlanMapError(faults[0].code, **faults[0].details)
        with self._looking_again_if_refused():
            store.save_decks(again, known=known)
        self._current.changed(lambda plan: replace(plan, decks=again))
        return again

    def record(
        self,
        raw: Mapping[str, Any],
        *,
        known: str,
        today: date,
        person: Person | None = None,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> tuple[Event | None, list[Fault]]:
        """Add the statement in `raw`, a row of `events.csv`, and return it, or None and every fault in it.

        `files` go with it, each a name and a content.

        `known` is the id of the latest statement about the task that whoever records this one has seen, empty if there
        was none. Where people sign in, it is recorded by `person`, whatever `raw` says.

        Raises
        ------
        PlanMapError
            Somebody else has recorded one since, `person` may not, a file is not taken, or the plan cannot be read or
            written.
        """
        store = self._writable(person)
        raw = self._signed(raw, person)
        _, plan = self.plan()
        event, faults = check_event(plan, raw, today=today)
        if event is None:
            return None, faults
        event, contents = with_files(event, files)
        with self._looking_again_if_refused():
            store.add_event(event, known=known, contents=contents)
        # A look at the store that has just ended may know of it already.
        self._current.changed(lambda plan: plan if plan.events.find(event.id) is not None else plan.with_event(event))
        return event, []

    def amend(
        self, raw: Mapping[str, Any], *, known: str, person: Person | None = None
    ) -> tuple[Amendment | None, list[Fault]]:
        """Add the amendment in `raw`, a row of `amendments.csv`, and return it, or None and every fault in it.

        `known` is the id of the latest amendment about the same task that whoever adds this one has seen, empty if
        there was none. Where people sign in, it is recorded by `person`, whatever `raw` says.

        Raises
        ------
        PlanMapError
            Somebody else has added one since, `person` may not, or the plan cannot be read or written.
        """
        store = self._writable(person)
        raw = self._signed(raw, person)
        _, plan = self.plan()
        amendment, faults = check_amendment(plan, raw)
        if amendment is None:
            return None, faults
        with self._looking_again_if_refused():
            store.add_amendment(amendment, known=known)
        if amendment.about is Subject.SITE:
            # Outlines that were taken from the ground lie over the plan's sites; what is drawn now is over them.
            self._current.forget()
            return amendment, []
        # A look at the store that has just ended may know of it already.
        self._current.changed(
            lambda plan: plan if any(other.id == amendment.id for other in plan.amendments) else amend(plan, amendment)
        )
        return amendment, []

    def attachment(self, attachment_id: str) -> tuple[Attachment, bytes]:
        """Return an attachment of the plan, and its content.

        Raises
        ------
        PlanMapError
            The plan has none with this id, its content is damaged, or the plan cannot be read.
        """
        found = attachment_named(self.plan()[1], attachment_id)
        return found, self._current.store().content(found)

    def take_in(self, proposal: Proposal, *, person: Person | None = None) -> None:
        """Add all that a file brings in, or nothing.

        Where people sign in, this takes an admin, whose name goes before that of the recorder.

        Raises
        ------
        PlanMapError
            Somebody else has recorded something about one of the tasks since it was read, or the plan cannot be
            written.
        """
        store = self._writable(person, Role.ADMIN, keeps_recorder=True)
        try:
            take_in(store, proposal)
        finally:
            self._current.forget()

    def back_up(self, path: Path, *, person: Person | None = None) -> None:
        """Write all of the plan to the .gpkg file `path`, which takes an admin where people sign in.

        Raises
        ------
        PlanMapError
            `person` is no admin, the plan cannot be read, or the file cannot be written.
        """
        from layers.store.backup import back_up

        self.allow_change(person, Role.ADMIN)
        back_up(self._current.store(), path)

    @staticmethod
    def look_into(path: Path) -> Plan:
        """Return the plan in a backup; may raise `PlanMapError`."""
        from layers.store.base import read_plan
        from layers.store.geopackage import GeoPackageStore

        return read_plan(GeoPackageStore(path), as_written=True)

    def restore(self, path: Path, *, person: Person | None = None) -> Path:
        """Make the plan what it is in the backup `path`, and return the file in which what was there is set aside.

        Raises
        ------
        PlanMapError
            `person`, who has signed in, is no admin, the backup has faults, or the plan cannot be written.
        """
        from layers.store.backup import restore

        store = self._writable(person, Role.ADMIN)
        beside = None
        if is_address(self.settings.plan):
            # The backup itself lies in a folder that is about to go.
            beside = self.settings.data_dir / "plan.gpkg"
            beside.parent.mkdir(parents=True, exist_ok=True)
        try:
            return restore(store, path, beside=beside)
        finally:
            self._current.forget()

    def keep(self) -> None:
        """Have no other machine use the plan's file while this process serves it; have a database tell of changes.

        Raises
        ------
        PlanMapError
            One uses it already, or the plan cannot be read.
        """
        from layers.store.geopackage import GeoPackageStore

        store = self._current.store()
        if isinstance(store, GeoPackageStore):
            in_use.keep(store.path)
        elif is_address(self.settings.plan):
            # Imported only where needed, as in `open_store`.
            from layers.store.postgis import PostgisStore

            if isinstance(store, PostgisStore):
                store.listen()

    @staticmethod
    def leave() -> None:
        """Let other machines use the plan's file again."""
        in_use.leave()

    def document(self) -> tuple[str, str]:
        """Return the digest of what a map needs of the plan, and the map document drawn from it.

        Raises
        ------
        PlanMapError
            The plan cannot be read or has faults.
        """
        return self._documents.map(self.plan()[1])

    def briefing(self, deck: Deck, language: str, today: date) -> str:
        """Return the briefing of `deck`, see `Documents.briefing`; likewise."""
        return self._documents.briefing(self.plan()[1], deck, language, today)

    def briefing_cut(self, deck: Deck, language: str, today: date) -> list[str]:
        """Return the words on what a briefing of `deck` has no room for, see `Documents.briefing_cut`; likewise."""
        return self._documents.briefing_cut(self.plan()[1], deck, language, today)


_current: Context | None = None


def use(context: Context) -> None:
    """Make `context` the one that pages get."""
    global _current
    _current = context


def current() -> Context:
    """Return the process's context, made from the environment if `use` has not been called."""
    global _current
    if _current is None:
        _current = Context(read_settings())
    return _current
