"""One interface to every store of a plan: a folder of text files, a GeoPackage file, a PostGIS database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from geo.errors import PlanMapError
from layers.ground.outlines import with_outlines
from layers.plan.attachment import Attachment, Contents
from layers.plan.beside import Beside
from layers.plan.deck import Deck
from layers.plan.event import Event
from layers.plan.fault import Fault, PlanFaultsError
from layers.plan.plan import Amendment, Plan
from layers.store.folder import FILES, FolderStore
from layers.store.roles import Given, Role, Roles, Signature

if TYPE_CHECKING:
    from layers.store.sql import SqlStore


class Store(Protocol):
    """Where a plan lives."""

    name: str
    """What messages call the store; never holds a password."""
    beside: Beside
    """The folders for what belongs to the plan and is no part of it."""

    def file_for_hand(self, part: str) -> Path | None:
        """Return the file in which people edit a part of the plan, such as `decks`, by hand, since PlanMap does not.

        None for a store that PlanMap writes to.
        """

    def check(self) -> tuple[Plan | None, list[Fault]]:
        """Read everything; return the plan and no fault, or None and every fault found.

        Raises
        ------
        PlanMapError
            The store cannot be read at all.
        """

    def version(self) -> str:
        """Return a text that changes whenever the plan does; cheap enough to ask at every page view.

        Raises
        ------
        PlanMapError
            The store cannot be reached.
        """

    def content(self, attachment: Attachment) -> bytes:
        """Return the content of an attachment.

        Raises
        ------
        PlanMapError
            It is missing or is not what was attached, or the store cannot be reached.
        """

    def quiet_since(self, moment: float) -> bool:
        """Whether the plan has certainly not changed since `moment`, on the monotonic clock.

        Only a store that is told of changes knows.
        """

    def add_event(self, event: Event, *, known: str | None = None, contents: Contents | None = None) -> None:
        """Add one event with its attachments, whose `contents` are given. There is no way to change or remove one.

        `known` is the id of the latest event about the task that whoever adds this one has seen, empty if there was
        none; None does not ask.

        Raises
        ------
        PlanMapError
            Somebody else has added one since, or the store cannot be written.
        """

    def add_amendment(self, amendment: Amendment, *, known: str | None = None) -> None:
        """Add one amendment, which `check_amendment` has found sound. There is no way to change or remove one.

        `known` is the id of the latest amendment about the same task or site that whoever adds this one has seen, empty
        if there was none; None does not ask.

        Raises
        ------
        PlanMapError
            Somebody else has added one since, what it adds is there already, or the store cannot be written.
        """

    def add_all(
        self,
        events: Sequence[Event],
        amendments: Sequence[Amendment] = (),
        *,
        known: Mapping[str, str] | None = None,
        amended: Mapping[str, str] | None = None,
        contents: Contents | None = None,
    ) -> None:
        """Add all of `amendments` and `events` or none, with the attachments of these, whose `contents` are given.

        `known` is, for each task of the events, what it is for `add_event`, and `amended`, for each task or site of
        the amendments, what `known` is for `add_amendment`.

        Raises
        ------
        PlanMapError
            As for these two.
        """

    def save_decks(self, decks: Sequence[Deck], *, known: Sequence[Deck]) -> None:
        """Replace all decks of the plan by `decks`, if they still are the `known` ones.

        Raises
        ------
        PlanMapError
            Somebody has changed the decks in the meantime, or the store cannot be written.
        """

    def on_behalf(self, signature: Signature) -> Self:
        """Return this store for somebody who has signed in: each write asks for their role and writes their name."""

    def roles(self) -> Roles:
        """Return who may do what where people sign in; may raise `PlanMapError`."""

    def give_role(self, who: str, role: Role, *, by: str) -> Given:
        """Give somebody a role; `who` is an e-mail address or `sub:` and a subject, `by` is who gives it.

        Raises
        ------
        PlanMapError
            `who` is neither, somebody else is changing a role, or the store cannot be written.
        """


def open_store(where: str) -> Store:
    """Return the store at `where`: a folder, a `.gpkg` file or a `postgresql://` address.

    Raises
    ------
    PlanMapError
        Nothing is there, or nothing that can hold a plan.
    """
    if is_address(where):
        # Imported only where needed: importing a database driver takes longer than reading most plans.
        from layers.store.postgis import PostgisStore

        return _up_to_date(PostgisStore(where.strip()))
    try:
        path = Path(where).expanduser()
        exists = path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        # A name that is too long, the home of an unknown user, or a NUL character.
        raise PlanMapError("plan-not-found", plan=where) from error
    if not exists:
        raise PlanMapError("plan-not-found", plan=where)
    if path.is_dir():
        if not any((path / name).exists() for name in FILES.values()):
            raise PlanMapError("plan-kind", plan=where)
        return FolderStore(path)
    if path.suffix.lower() == ".gpkg" and path.is_file():
        from layers.store.geopackage import GeoPackageStore

        return _up_to_date(GeoPackageStore(path))
    raise PlanMapError("plan-kind", plan=where)


def _up_to_date(store: SqlStore) -> Store:
    # A plan of an older version can be read even where it cannot be changed, and whoever writes to it is told then.
    with suppress(PlanMapError):
        store.migrate()
    return store


def is_address(where: str) -> bool:
    """Whether `where` is an address, which may hold a password, and not a path."""
    return "://" in where


def read_plan(store: Store, *, as_written: bool = False) -> Plan:
    """Return the plan in `store`, with the true outlines that have been taken for its nominal extents.

    `as_written` leaves those out, for a copy of the plan.

    Raises
    ------
    PlanFaultsError
        The plan has faults; the error holds all of them.
    PlanMapError
        The store cannot be read at all.
    """
    plan, faults = store.check()
    if plan is None:
        raise PlanFaultsError(store.name, faults)
    return plan if as_written else with_outlines(plan)


def copy_plan(plan: Plan, where: str, *, origin: str = "", contents: Contents | None = None) -> Store:
    """Write `plan` to a new `.gpkg` file or an empty database and return its store.

    `contents` gives what its attachments hold, such as `Store.content` of the store that it was read from.

    Raises
    ------
    PlanMapError
        Something is there already, or `where` cannot be written.
    """
    from layers.store.geopackage import GeoPackageStore

    if is_address(where):
        from layers.store.postgis import PostgisStore

        return PostgisStore.create(plan, where.strip(), contents=contents)
    try:
        path = Path(where).expanduser()
    except RuntimeError as error:
        raise PlanMapError("target-kind", target=where) from error
    if path.suffix.lower() != ".gpkg":
        raise PlanMapError("target-kind", target=where)
    return GeoPackageStore.create(plan, path, origin=origin, contents=contents)
