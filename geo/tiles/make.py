"""The work of the child process: a file from outside becomes a ground archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from geo.foreign.kind import Kind
from geo.grid import BBox
from geo.tiles.extract import read_extract
from geo.tiles.schema import SCHEMA
from geo.tiles.tiling import write_tiles

READING = 0.35
"""Share of the work that is reading an extract."""


def work(job: dict[str, Any], progress: Callable[[float], None]) -> dict[str, Any]:
    """Make the archive that `job` asks for: `source`, `target`, `kind`, `bounds` and `metadata`.

    Raises
    ------
    PlanMapError
        The file cannot be used.
    """
    source, target = Path(job["source"]), Path(job["target"])
    west, south, east, north = job["bounds"]
    bounds: BBox = (west, south, east, north)
    metadata = job["metadata"]
    kind = Kind(job["kind"])
    if kind is Kind.EXTRACT:
        frames = read_extract(source, bounds, lambda share: progress(share * READING))
        thinned = write_tiles(
            frames,
            target,
            bounds=bounds,
            metadata={**metadata, "planmap": {**metadata["planmap"], "schema": SCHEMA}},
            progress=lambda share: progress(READING + share * (1 - READING)),
        )
        return {"thinned": {str(zoom): factor for zoom, factor in thinned.items()}}
    raise NotImplementedError(kind)
