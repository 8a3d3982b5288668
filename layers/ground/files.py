"""Ground that somebody has added to a plan from a file: one PMTiles archive for each, in the plan's ground folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.foreign import child
from geo.foreign.kind import Kind, kind_of_file
from geo.grid import BBox
from geo.tiles.archive import Archive
from geo.tiles.schema import SCHEMA
from layers.plan.beside_file import draft_folder, place_for, put
from layers.plan.plan import Plan
from layers.plan.scene import FROM_FILE, PLAIN
from layers.plan.terms import Text

SUFFIX = ".pmtiles"

MARGIN = 0.5
"""How much ground there is beyond the plan on each side, as a share of its own size."""

LEAST_MARGIN_DEG = 0.05

LONGEST_NAME = 60
"""Characters of a ground's name."""

OPENSTREETMAP = Text("© OpenStreetMap 贡献者（ODbL）", "© OpenStreetMap contributors (ODbL)")

NOT_STATED = Text("来源未注明", "source not stated")
"""The source of a file that does not name one."""

USABLE = tuple(Kind)
"""The kinds of files that ground can be made from."""


@dataclass(frozen=True, slots=True)
class GroundFile:
    """A ground of a plan."""

    id: str
    """Stem of its file's name: small letters, digits and hyphens."""
    path: Path
    name: str
    source: Text
    """Where its facts come from, and their licence."""
    file: str
    """Name of the file that it was made from."""
    added: str
    """Day on which it was added, as in 2026-11-25."""
    image_type: str
    """Media type of its tiles if they are pictures; empty for vector tiles."""
    tile_pixels: int
    """Side of a tile on the screen at its own zoom."""
    zooms: tuple[int, int]
    bounds: BBox
    """What it covers, in degrees (WGS 84)."""
    size: int
    """Bytes."""
    version: str
    """Changes with the file."""
    characters: str
    """The characters of its names."""
    thinned: tuple[int, ...]
    """Zooms at which small things are left out, since the tiles would be too large."""

    @property
    def is_picture(self) -> bool:
        """Whether it is an orthophoto or the like, and not features."""
        return bool(self.image_type)

    @property
    def has_names(self) -> bool:
        """Whether there are names in its tiles."""
        return not self.image_type


def ground_files(plan: Plan) -> tuple[GroundFile, ...]:
    """Return the grounds of `plan`, the one that was added last first; files that cannot be read are left out."""
    return _files(plan.beside.ground, plan.beside.ground_version) if plan.beside.ground is not None else ()


def damaged_files(plan: Plan) -> list[str]:
    """Return the names of the files in the plan's ground folder that should be grounds and cannot be read."""
    known = {ground.path.name for ground in ground_files(plan)}
    folder = plan.beside.ground
    if folder is None or not folder.is_dir():
        return []
    return sorted(path.name for path in folder.glob(f"[!.]*{SUFFIX}") if path.name not in known)


@lru_cache(maxsize=8)
def _files(folder: Path, version: str) -> tuple[GroundFile, ...]:
    found = []
    for path in sorted(folder.glob(f"[!.]*{SUFFIX}")) if folder.is_dir() else []:
        with suppress(PlanMapError, OSError):
            found.append((_described(path), path.stat().st_mtime_ns))
    found.sort(key=lambda each: (each[0].added, each[1]), reverse=True)
    return tuple(ground for ground, _ in found)


def _described(path: Path) -> GroundFile:
    """Return what a file of the folder says of itself.

    Raises
    ------
    PlanMapError
        It is damaged, or of a form that this version does not know.
    """
    with Archive(path) as archive:
        own = archive.metadata.get("planmap")
        if not isinstance(own, dict) or own.get("schema") != SCHEMA:
            raise PlanMapError("tiles-schema", file=path.name)
        state = path.stat()
        source, thinned = own.get("source"), own.get("thinned", [])
        if not isinstance(source, list) or not source or not isinstance(thinned, list):
            raise PlanMapError("tiles-damaged", file=path.name)
        return GroundFile(
            id=path.stem,
            path=path,
            name=str(own.get("name") or path.stem)[:LONGEST_NAME],
            source=Text(str(source[0]), str(source[-1])),
            file=str(own.get("file", "")),
            added=str(own.get("added", "")),
            image_type=archive.image_type,
            tile_pixels=256 if own.get("tile_pixels") == 256 else 512,
            zooms=archive.zooms,
            bounds=archive.bounds,
            size=state.st_size,
            version=f"{state.st_mtime_ns:x}-{state.st_size:x}",
            characters=str(own.get("characters", "")),
            thinned=tuple(zoom for zoom in thinned if isinstance(zoom, int)),
        )


def around(plan: Plan) -> BBox:
    """Return the part of the world for which ground is taken from a file: the plan with a margin, in degrees."""
    west, south, east, north = plan.home
    x, y = max(LEAST_MARGIN_DEG, MARGIN * (east - west)), max(LEAST_MARGIN_DEG, MARGIN * (north - south))
    return max(-180.0, west - x), max(-85.0, south - y), min(180.0, east + x), min(85.0, north + y)


def add_ground(
    plan: Plan,
    source: Path,
    *,
    name: str = "",
    today: date,
    progress: Callable[[float], None] = lambda share: None,
    limits: child.Limits | None = None,
) -> GroundFile:
    """Make a ground of the file `source` and put it beside the plan; one of the same name is replaced when it is done.

    `progress` is told what share is done; whatever it raises ends the work and leaves everything as it was.

    Raises
    ------
    PlanMapError
        The file cannot be used, or the folder cannot be written. The plan keeps the ground that it had.
    """
    folder = plan.beside.ground
    if folder is None:
        raise PlanMapError("ground-homeless", plan=plan.info.title.zh)
    kind = kind_of_file(source)
    shown = " ".join(name.split())[:LONGEST_NAME] or stem_of(source.name)
    stated = [OPENSTREETMAP.zh, OPENSTREETMAP.en]
    own = {"schema": SCHEMA, "name": shown, "source": stated, "file": source.name, "added": today.isoformat()}
    with draft_folder(folder) as draft:
        made = draft / f"made{SUFFIX}"
        job: dict[str, Any] = {
            "kind": kind.value,
            "source": str(source.resolve()),
            "target": str(made),
            "bounds": around(plan),
            "not_stated": [NOT_STATED.zh, NOT_STATED.en],
            "metadata": {"name": shown, "attribution": stated[1], "planmap": own},
        }
        child.run("tiles.make:work", job, draft, progress=progress, limits=limits)
        _described(made)
        return _described(put(made, _place(folder, shown)))


def _place(folder: Path, shown: str) -> Path:
    """Return where the ground called `shown` belongs: in place of one of the same name, and of no other."""

    def is_same(path: Path) -> bool:
        with suppress(PlanMapError, OSError):
            return _described(path).name == shown
        # What cannot be read is nothing that anybody would miss.
        return True

    return place_for(shown, folder, SUFFIX, default="ground", is_same=is_same)


def remove_ground(plan: Plan, name: str) -> GroundFile:
    """Delete the ground with the id or the name `name`, and return what it was.

    Raises
    ------
    PlanMapError
        There is no such ground, or it cannot be deleted.
    """
    ground = find_ground(plan, name)
    try:
        ground.path.unlink()
    except OSError as error:
        raise PlanMapError("output-refused", path=ground.path, reason=error.strerror or "") from error
    return ground


def find_ground(plan: Plan, name: str) -> GroundFile:
    """Return the ground with the id or the name `name`.

    Raises
    ------
    PlanMapError
        There is none.
    """
    grounds = ground_files(plan)
    # A copy of a ground's file has its name, too, but an id of its own.
    for called in ([ground.id for ground in grounds], [ground.path.name for ground in grounds]):
        if name in called:
            return grounds[called.index(name)]
    named = [ground for ground in grounds if ground.name == name]
    if len(named) == 1:
        return named[0]
    raise PlanMapError("no-such-ground", name=name, near="、".join(ground.id for ground in named or grounds) or "-")


def ground_of(plan: Plan, basemap: str) -> GroundFile | None:
    """Return the ground from a file that a map of `plan` has, whose Scene names `basemap`; None for the plan's own.

    Pictures of the web lie over the same ground as is drawn without them. A ground that is not here, because it was
    removed or the Scene comes from another machine, gives way to the one in use.
    """
    grounds = [ground for ground in ground_files(plan) if not ground.is_picture]
    if basemap == PLAIN or not grounds:
        return None
    return next((ground for ground in grounds if basemap == FROM_FILE + ground.id), grounds[0])


def picture_of(plan: Plan, basemap: str) -> GroundFile | None:
    """Return the picture that lies over the ground of a map whose Scene names `basemap`; None for most."""
    found = (ground for ground in ground_files(plan) if ground.is_picture)
    return next((ground for ground in found if basemap == FROM_FILE + ground.id), None)


def stem_of(file: str) -> str:
    """Return what a ground is called that is made from a file of this name and is given none."""
    stem = re.sub(r"\.(osm\.pbf|pbf|gpkg|mbtiles|pmtiles|tiff?)$", "", file, flags=re.IGNORECASE)
    return (stem or file)[:LONGEST_NAME]
