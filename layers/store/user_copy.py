"""The user's own copy of the built-in plan, made at the first start and opened at every later one."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from geo.errors import PlanMapError
from geo.private import FILE, FOLDER, make_all_private, make_private
from layers.plan.amendment_row import AmendmentRow
from layers.plan.attachment_row import AttachmentRow
from layers.plan.digest import whole_digest
from layers.plan.event_row import EventRow
from layers.plan.rows import (
    CatalogueRow,
    DeckRow,
    DecksRow,
    HeadingRow,
    InfoRow,
    LayerRow,
    ReportRow,
    SiteRow,
    SlideRow,
    TaskRow,
)
from layers.plan.template_row import TemplateRow
from layers.resources import default_plan_folder
from layers.store.base import Store, copy_plan, read_plan
from layers.store.folder import FILES, FolderStore
from layers.store.geopackage import GeoPackageStore
from layers.store.role_entry import KEY as ROLES


def open_user_plan(folder: Path) -> Store:
    """Return the store of the plan file in the user's data `folder`, made from `data/` if it is missing.

    Only the user may read the file, and the folder if it is the usual one or made here.

    Any number of processes may start at once: one makes the file, the others wait for it. When the plan that
    ships has changed, a file that nobody has changed is made anew, and any other stays as it is.

    Raises
    ------
    PlanMapError
        The folder cannot be written, or the file in it is no plan.
    """
    built_in = default_plan_folder()
    path = folder / f"{built_in.name}.gpkg"
    # A folder that the user has named may be meant for others too; it stays as wide as it is.
    if folder == Path(platformdirs.user_data_dir("PlanMap", appauthor=False)):
        make_all_private(folder)
    origin = _digest(built_in)
    if _current(path, origin):
        return GeoPackageStore(path, own=True)
    try:
        folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        with FileLock(folder / f"{built_in.name}.lock", timeout=60, mode=FILE):
            if _current(path, origin):
                return GeoPackageStore(path, own=True)
            draft = folder / f"{built_in.name}.new.gpkg"
            draft.unlink(missing_ok=True)
            # Left behind by a start that was cut off; nobody else writes here while the lock is held.
            for leftover in folder.glob(".planmap-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            shipped = FolderStore(built_in)
            plan = read_plan(shipped, as_written=True)
            copy_plan(plan, str(draft), origin=origin, contents=shipped.content)
            make_private(draft)
            draft.replace(path)
    except (OSError, Timeout) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise PlanMapError("folder-not-writable", folder=folder, reason=reason) from error
    return GeoPackageStore(path, own=True)


def _current(path: Path, origin: str) -> bool:
    if not path.exists():
        return False
    store = GeoPackageStore(path, own=True)
    if store.note("origin") == origin:
        return True
    # The plan that ships has changed. A file that somebody has changed, here or in a GIS, or that is
    # damaged, is not ours to replace; nor is one in which somebody has given roles.
    plan, _ = store.check()
    return plan is None or whole_digest(plan) != store.note("content") or bool(store.note(ROLES))


_ROWS = (
    InfoRow,
    ReportRow,
    HeadingRow,
    CatalogueRow,
    LayerRow,
    SiteRow,
    TaskRow,
    EventRow,
    AmendmentRow,
    AttachmentRow,
    DecksRow,
    DeckRow,
    SlideRow,
    TemplateRow,
)

FORM = ";".join(f"{row.__name__}:{','.join(row.model_fields)}" for row in _ROWS)
"""Names of the row models and their fields; part of the digest, so that a copy without a new field is made anew."""


def _digest(folder: Path) -> str:
    digest = hashlib.sha256(FORM.encode())
    for name in FILES.values():
        # The plan that ships may do without the files that may be missing.
        digest.update((folder / name).read_bytes() if (folder / name).exists() else b"")
    return digest.hexdigest()
