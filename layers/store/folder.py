"""A plan as a folder of text files, TOML, CSV and GeoJSON, that people can read, edit and compare."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Self

from geo.errors import GeometryError, PlanMapError
from geo.files import read_text
from geo.geojson import read_features
from layers.plan.attachment import Attachment, Contents
from layers.plan.beside import Beside
from layers.plan.deck import Deck
from layers.plan.event import Event
from layers.plan.fault import Fault
from layers.plan.plan import Amendment, Plan
from layers.store.attached_files import checked_content
from layers.store.check import RawPlan, RawSite, check_plan
from layers.store.check_row import MAXIMUM_FAULTS
from layers.store.event_rows import checked_events, in_batches
from layers.store.limits import ROWS, SIZES, check_columns, check_lines, check_toml
from layers.store.roles import Role, Roles, Signature
from layers.store.template_file import raw_template

FILES = {
    "info": "plan.toml",
    "catalogue": "layers.toml",
    "sites": "sites.geojson",
    "tasks": "tasks.csv",
    "events": "events.csv",
    "amendments": "amendments.csv",
    "attachments": "attachments.csv",
    "decks": "decks.toml",
    "template": "template.toml",
}
"""The files of a plan folder by part; only those of amendments, attachments, decks and template may be missing."""

GROUND = "ground"
"""The folder in it for the ground that belongs to the plan."""

LAYERS = "layers"
"""The folder in it for its own layers."""

ATTACHED = "attachments"
"""The folder in it with the files of statements, each called by its id and its name, as in `f-1a2b_公报.pdf`."""


def check_folder(folder: Path) -> tuple[Plan | None, list[Fault]]:
    """Read the plan in `folder`; return the plan and no fault, or None and every fault found."""
    faults: list[Fault] = []
    info = _toml(folder, "info", faults)
    catalogue = _toml(folder, "catalogue", faults)
    sites = _features(folder / FILES["sites"], faults)
    tasks = list(_csv(folder, "tasks", faults))
    events = checked_events(in_batches(_csv(folder, "events", faults)), FILES["events"])
    amendments = list(_csv(folder, "amendments", faults)) if (folder / FILES["amendments"]).exists() else []
    attachments = list(_csv(folder, "attachments", faults)) if (folder / FILES["attachments"]).exists() else []
    decks = _toml(folder, "decks", faults) if (folder / FILES["decks"]).exists() else {}
    path = folder / FILES["template"]
    template = raw_template(path, faults) if path.exists() else None
    if faults:
        # References between files cannot be checked while one of the files cannot be read.
        return None, faults
    beside = Beside(folder / GROUND, folder / LAYERS)
    return check_plan(
        RawPlan(info, catalogue, sites, tasks, events, decks, FILES, template, beside, amendments, attachments)
    )


def _toml(folder: Path, part: str, faults: list[Fault]) -> dict[str, Any]:
    path = folder / FILES[part]
    try:
        text = read_text(path, limit=SIZES[part])
        check_toml(text, path.name)
        return tomllib.loads(text)
    except GeometryError as error:
        faults.append(Fault(path.name, "", "", error.code, error.details))
    except (ValueError, RecursionError) as error:
        faults.append(Fault(path.name, "", "", "not-toml", {"reason": str(error)[:200]}))
    return {}


def _features(path: Path, faults: list[Fault]) -> list[RawSite]:
    try:
        return [
            RawSite(
                feature.id or f"#{feature.number}",
                feature.id,
                feature.properties,
                feature.geometry,
                feature.fault,
            )
            for feature in read_features(path, limit=SIZES["sites"], most=ROWS["sites"])
        ]
    except GeometryError as error:
        faults.append(Fault(path.name, "", "", error.code, error.details))
        return []


def _csv(folder: Path, part: str, faults: list[Fault]) -> Iterator[tuple[str, dict[str, Any]]]:
    path = folder / FILES[part]
    try:
        text = read_text(path, limit=SIZES[part])
        check_lines(text, part, path.name)
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        columns = reader.fieldnames or []
        check_columns(columns, path.name)
        for name in {name for name in columns if not name or columns.count(name) > 1}:
            faults.append(Fault(path.name, "1", name, "column-name"))
        for number, row in enumerate(reader, start=1):
            if len(faults) >= MAXIMUM_FAULTS:
                return
            if number > ROWS[part]:
                raise GeometryError("too-many-rows", file=path.name, limit=ROWS[part])
            place = str(reader.line_num)
            if None in row or None in row.values():
                faults.append(Fault(path.name, place, "", "row-length", {"columns": len(reader.fieldnames or ())}))
            elif any(row.values()):
                yield place, {key: value for key, value in row.items() if value != ""}
    except GeometryError as error:
        faults.append(Fault(path.name, "", "", error.code, error.details))
    except csv.Error as error:
        faults.append(Fault(path.name, str(reader.line_num), "", "not-csv", {"reason": str(error)}))


def _state(path: Path) -> str:
    try:
        state = path.stat()
    except OSError:
        return ""
    return f"{state.st_mtime_ns}:{state.st_size}"


class FolderStore:
    """A plan folder, which people edit by hand and PlanMap only reads. See `layers.store.base.Store`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = str(folder)
        self.beside = Beside(folder / GROUND, folder / LAYERS)

    def file_for_hand(self, part: str) -> Path | None:
        """Return the file in which people edit a part of the plan by hand."""
        return self.folder / FILES[part]

    def check(self) -> tuple[Plan | None, list[Fault]]:
        """Read everything; return the plan and no fault, or None and every fault found."""
        return check_folder(self.folder)

    def version(self) -> str:
        """Return a text made of the files' sizes and modification times; a file that is missing counts as none."""
        states = [_state(self.folder / name) for name in FILES.values()]
        return ";".join([*states, self.beside.now().version])

    def content(self, attachment: Attachment) -> bytes:
        """Return the content of an attachment; raise `PlanMapError` if it is missing or is not what was attached."""
        path = self.folder / ATTACHED / f"{attachment.id}_{attachment.name}"
        content = None
        with suppress(OSError):
            if path.is_file() and path.stat().st_size == attachment.size:
                with path.open("rb") as file:
                    content = file.read(attachment.size + 1)
        return checked_content(attachment, content)

    def quiet_since(self, _: float) -> bool:
        """Return False: nobody tells of changes of files."""
        return False

    def add_event(self, event: Event, *, known: str | None = None, contents: Contents | None = None) -> None:
        """Raise `PlanMapError`: a folder is edited by hand."""
        raise PlanMapError("events-by-hand", file=self.folder / FILES["events"])

    def add_amendment(self, amendment: Amendment, *, known: str | None = None) -> None:
        """Raise `PlanMapError`: a folder is edited by hand."""
        raise PlanMapError("events-by-hand", file=self.folder / FILES["amendments"])

    def add_all(
        self,
        events: Sequence[Event],
        amendments: Sequence[Amendment] = (),
        *,
        known: Mapping[str, str] | None = None,
        amended: Mapping[str, str] | None = None,
        contents: Contents | None = None,
    ) -> None:
        """Raise `PlanMapError`: a folder is edited by hand."""
        raise PlanMapError("events-by-hand", file=self.folder / FILES["events"])

    def save_decks(self, decks: Sequence[Deck], *, known: Sequence[Deck]) -> None:
        """Raise `PlanMapError`: a folder is edited by hand."""
        raise PlanMapError("decks-by-hand", file=self.folder / FILES["decks"])

    def on_behalf(self, signature: Signature) -> Self:
        """Return this store, which nobody writes."""
        return self

    def roles(self) -> Roles:
        """Return none."""
        return Roles()

    def give_role(self, who: str, role: Role, *, by: str) -> NoReturn:
        """Raise `PlanMapError`: a folder is edited by hand, and whoever can do so may do everything."""
        raise PlanMapError("roles-by-hand", plan=self.name)
