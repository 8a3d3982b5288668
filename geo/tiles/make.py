"""The work of the child process: a file from outside becomes a ground archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from geo.foreign.kind import Kind
from geo.grid import BBox
from geo.tiles.extract import read_extract
from geo.tiles.geopackage import read_package, source_of_package
from geo.tiles.osm_kinds import Frames
from geo.tiles.schema import SCHEMA
from geo.tiles.tiling import write_tiles

READING = 0.35
"""Share of the work that is reading an extract."""

NOT_STATED = ("来源未注明", "source not stated")
"""The source of a file that names none, in Chinese and English."""

MOST_CHARACTERS = 12_000
"""Different characters of names that are kept; no typeface has many more."""


def work(job: dict[str, Any], progress: Callable[[float], None]) -> dict[str, Any]:
    """Make the archive that `job` asks for: `source`, `target`, `bounds` and `metadata`.

    `kind` is that of the source, one of `geo.foreign.kind.Kind`.

    Raises
    ------
    PlanMapError
        The file cannot be used.
    """
    source, target = Path(job["source"]), Path(job["target"])
    west, south, east, north = job["bounds"]
    bounds: BBox = (west, south, east, north)
    metadata = job["metadata"]
    if job.get("kind") == Kind.GEOPACKAGE:
        frames = read_package(source, bounds, lambda share: progress(share * READING))
        zh, en = metadata["planmap"]["source"]
        stated = source_of_package(source, (zh, en), NOT_STATED)
        metadata = {**metadata, "attribution": stated[1], "planmap": {**metadata["planmap"], "source": list(stated)}}
    else:
        frames = read_extract(source, bounds, lambda share: progress(share * READING))
    own = {**metadata["planmap"], "schema": SCHEMA, "characters": _characters(frames)}
    thinned = write_tiles(
        frames,
        target,
        bounds=bounds,
        metadata={**metadata, "planmap": own},
        progress=lambda share: progress(READING + share * (1 - READING)),
    )
    return {"thinned": {str(zoom): factor for zoom, factor in thinned.items()}}


def _characters(frames: Frames) -> str:
    """Return every character of the names, for a typeface that has just those."""
    names = (name for frame in frames.values() for column in ("zh", "en") for name in frame[column].unique())
    return "".join(sorted(set("".join(names))))[:MOST_CHARACTERS]
