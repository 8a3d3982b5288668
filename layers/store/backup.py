"""A whole plan into one file, and back from it, without a moment at which it is neither the old nor the new one."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from geo.errors import PlanMapError
from geo.output import drafted
from layers.store import in_use, journal
from layers.store.base import Store, copy_plan, read_plan
from layers.store.driver_errors import explained
from layers.store.folder import FILES, FolderStore
from layers.store.geopackage import WAIT_S, GeoPackageStore
from layers.store.role_entry import KEY as ROLES
from layers.store.sql import SqlStore


def back_up(store: Store, path: Path) -> None:
    """Write all of `store` to the .gpkg file `path`, in place of what is there.

    A GeoPackage is copied as it is, with what other programs keep in it, and whether or not the plan has faults.

    Raises
    ------
    PlanMapError
        The plan cannot be read, or the file cannot be written.
    """
    if isinstance(store, GeoPackageStore) and path.resolve() == store.path.resolve():
        raise PlanMapError("backup-onto-itself", plan=store.name)
    with drafted(path) as draft:
        if isinstance(store, GeoPackageStore):
            with store.reading(), explained(store.name, "output-refused"):
                _copy(store.path, draft)
        else:
            copy_plan(read_plan(store, as_written=True), str(draft), contents=store.content)


def restore(store: Store, path: Path, *, beside: Path | None = None) -> Path:
    """Make `store` hold what the backup `path` does; return the file in which all of it before is set aside.

    That is beside the file of the plan; for a database it is beside the backup, or `beside` the file that is named.
    Who may do what stays as it is now, and not as it was when the backup was made.

    Raises
    ------
    PlanMapError
        The backup is no plan or has faults, or the store cannot be written.
    """
    if isinstance(store, FolderStore):
        raise PlanMapError("events-by-hand", file=store.folder / FILES["events"])
    if not path.is_file():
        raise PlanMapError("plan-not-found", plan=path)
    # Read whole first: what cannot be opened is not to take the place of what can.
    source = GeoPackageStore(path)
    plan = read_plan(source, as_written=True)
    if isinstance(store, SqlStore):
        with store.writing():
            # Whoever may not write is told before anything is set aside.
            pass
    aside = _aside(beside or (store.path if isinstance(store, GeoPackageStore) else path))
    back_up(store, aside)
    if isinstance(store, GeoPackageStore):
        with tempfile.TemporaryDirectory(prefix="planmap-") as folder, explained(store.name, "plan-not-writable"):
            draft = Path(folder) / "restored.gpkg"
            _copy(path, draft)
            _give_roles(draft, store.note(ROLES))
            with in_use.held(store.path), journal.recorded_save(store.path):
                _copy(draft, store.path)
    else:
        from layers.store.postgis import PostgisStore

        if isinstance(store, PostgisStore):
            store.refill(plan, source.content)
    return aside


def _give_roles(path: Path, roles: str) -> None:
    """Have the database at `path` hold these roles and no others."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM planmap_info WHERE key = ?", (ROLES,))
        if roles:
            connection.execute("INSERT INTO planmap_info (key, value) VALUES (?, ?)", (ROLES, roles))


def _copy(source: Path, target: Path) -> None:
    """Copy a database into another, whose readers see either the one or the other."""
    address = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=WAIT_S)) as one,
        closing(sqlite3.connect(target, timeout=WAIT_S)) as other,
    ):
        one.backup(other)


def _aside(path: Path) -> Path:
    return journal.free_name(path, f"before restore {datetime.now():%Y-%m-%d %H%M%S}")
