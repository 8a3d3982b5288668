"""The work of the child process: a file from outside becomes a ground archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from geo.grid import BBox
from geo.tiles.extract import read_extract
from geo.tiles.names import characters_of
from geo.tiles.osm_kinds import Frames
from geo.tiles.ready import rewrite, source_of
from geo.tiles.schema import SCHEMA
from geo.tiles.tiling import write_tiles

READING = 0.35
"""Share of the work that is reading an extract."""


def work(job: dict[str, Any], progress: Callable[[float], None]) -> dict[str, Any]:
    """Make the archive that `job` asks for: `source`, its `kind`, `target`, `bounds` and `metadata`.

    Raises
    ------
    PlanMapError
        The file cannot be used.
    """
    source, target = Path(job["source"]), Path(job["target"])
    west, south, east, north = job["bounds"]
    bounds: BBox = (west, south, east, north)
    metadata = job["metadata"]
    kind = job.get("kind", "osm.pbf")
    if kind in ("pmtiles", "mbtiles"):
        rewrite(source, kind, target, bounds=bounds, metadata=_credited(metadata, source, kind), progress=progress)
        return {}
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


def _credited(metadata: dict[str, Any], source: Path, kind: str) -> dict[str, Any]:
    """Return `metadata` with what an archive says of its source, in Chinese and in English."""
    zh, en = source_of(source, kind)
    return {**metadata, "attribution": en, "planmap": {**metadata["planmap"], "source": [zh, en]}}


def _characters(frames: Frames) -> str:
    """Return every character of the names, for a typeface that has just those."""
    return characters_of(
        name for frame in frames.values() for column in ("zh", "en") for name in frame[column].unique()
    )
