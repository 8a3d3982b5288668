"""The work of the child process: a file from outside becomes a ground archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import PlanMapError
from geo.foreign.kind import Kind
from geo.grid import BBox
from geo.tiles.names import characters_of
from geo.tiles.schema import SCHEMA

if TYPE_CHECKING:
    from geo.tiles.osm_kinds import Frames

Progress = Callable[[float], None]

READING = 0.35
"""Share of the work that is reading features."""


def work(job: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the archive that `job` asks for: `source`, its `kind`, `target`, `bounds`, `metadata` and `not_stated`.

    `kind` is one of `geo.foreign.kind.Kind`, `not_stated` the words in Chinese and English for a file that does not
    say where it comes from.

    Raises
    ------
    PlanMapError
        The file cannot be used.
    """
    # Each kind needs libraries of its own, and the process of one does without those of the others.
    makers = {
        Kind.EXTRACT: _from_extract,
        Kind.GEOPACKAGE: _from_package,
        Kind.PMTILES: _from_tiles,
        Kind.MBTILES: _from_database,
        Kind.TIFF: _from_picture,
    }
    makers[Kind(job["kind"])](job, progress)
    return {}


def _from_extract(job: dict[str, Any], progress: Progress) -> None:
    from geo.tiles.extract import read_extract

    frames = read_extract(Path(job["source"]), _bounds(job), lambda share: progress(share * READING))
    _write(frames, job, job["metadata"]["planmap"]["source"], progress)


def _from_package(job: dict[str, Any], progress: Progress) -> None:
    from geo.tiles.geopackage import read_package, source_of_package

    source = Path(job["source"])
    frames = read_package(source, _bounds(job), lambda share: progress(share * READING))
    zh, en = job["metadata"]["planmap"]["source"]
    _write(frames, job, source_of_package(source, (zh, en), tuple(job["not_stated"])), progress)


def _from_database(job: dict[str, Any], progress: Progress) -> None:
    from geo.foreign.package import opened

    # Not every program marks a GeoPackage as one.
    source = Path(job["source"])
    with opened(source) as database:
        is_package, has_tiles = database.holds("gpkg_contents"), database.holds("tiles")
    if not is_package and not has_tiles:
        raise PlanMapError("foreign-kind", file=source.name, expected=[f".{kind}" for kind in Kind])
    maker = _from_package if is_package else _from_tiles
    maker(job, progress)


def _from_tiles(job: dict[str, Any], progress: Progress) -> None:
    from geo.tiles.ready import rewrite, source_of

    source, kind = Path(job["source"]), Kind(job["kind"])
    metadata = _described(job, source_of(source, kind) or job["not_stated"])
    rewrite(source, kind, Path(job["target"]), bounds=_bounds(job), metadata=metadata, progress=progress)


def _from_picture(job: dict[str, Any], progress: Progress) -> None:
    from geo.tiles.picture import picture_tiles
    from geo.tiles.raster import attribution_of_picture

    source = Path(job["source"])
    named = attribution_of_picture(source)
    metadata = _described(job, (named, named) if named else job["not_stated"])
    picture_tiles(source, Path(job["target"]), bounds=_bounds(job), metadata=metadata, progress=progress)


def _write(frames: Frames, job: dict[str, Any], stated: tuple[str, str] | list[str], progress: Progress) -> None:
    from geo.tiles.tiling import write_tiles

    names = (name for frame in frames.values() for column in ("zh", "en") for name in frame[column].unique())
    write_tiles(
        frames,
        Path(job["target"]),
        bounds=_bounds(job),
        metadata=_described(job, stated, characters=characters_of(names)),
        progress=lambda share: progress(READING + share * (1 - READING)),
    )


def _bounds(job: dict[str, Any]) -> BBox:
    west, south, east, north = job["bounds"]
    return west, south, east, north


def _described(job: dict[str, Any], stated: tuple[str, str] | list[str], **more: object) -> dict[str, Any]:
    """Return the archive's metadata, with where it comes from in Chinese and English."""
    metadata: dict[str, Any] = job["metadata"]
    own = {**metadata["planmap"], "schema": SCHEMA, "source": list(stated), **more}
    return {**metadata, "attribution": stated[1], "planmap": own}
