"""A vector file from outside, looked at and brought in by a child process: what everybody else calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geo.foreign import child
from geo.foreign.vector_kind import drivers_for, kind_of_vector

LIMITS = child.Limits(memory=4 * 2**30, seconds=1800.0, disk=8 * 2**30)

Progress = Callable[[float], None]


def look_at(
    source: Path,
    folder: Path,
    *,
    name: str = "",
    crs: Mapping[str, Any] | None = None,
    encoding: str = "",
    columns: Mapping[str, str] | None = None,
    progress: Progress = lambda share: None,
    limits: child.Limits = LIMITS,
) -> dict[str, Any]:
    """Return what is in the file `source`, as `geo.foreign.vector.look` does; `folder` is empty, and to be deleted.

    `name` is what errors call the file, `crs` the reference system that is assumed (see
    `geo.foreign.features.place.Place`), `columns` the names of those of a table that are `x` and `y`, or `wkt`.

    Raises
    ------
    PlanMapError
        The file cannot be read.
    """
    job = {"crs": crs, "encoding": encoding, "columns": columns}
    return _run("look", source, folder, name, job, progress, limits)


def bring_in(
    source: Path,
    target: Path,
    folder: Path,
    *,
    layer: int | str = 0,
    crs: Mapping[str, Any] | None,
    repairs: Mapping[str, bool] | None = None,
    name: str = "",
    encoding: str = "",
    columns: Mapping[str, str] | None = None,
    progress: Progress = lambda share: None,
    limits: child.Limits = LIMITS,
) -> dict[str, Any]:
    """Write a layer of `source` as the GeoPackage `target`, and return what `geo.foreign.vector.bring_in` does.

    `target` should be in `folder` too, so that nothing is left of it when the process is ended.

    Raises
    ------
    PlanMapError
        The file cannot be read, or the target cannot be written, which is then as it was before.
    """
    job = {
        "target": str(target.resolve()),
        "layer": layer,
        "crs": crs,
        "repairs": repairs,
        "encoding": encoding,
        "columns": columns,
    }
    return _run("bring_in", source, folder, name, job, progress, limits)


def _run(
    work: str,
    source: Path,
    folder: Path,
    name: str,
    job: dict[str, Any],
    progress: Progress,
    limits: child.Limits,
) -> dict[str, Any]:
    kind = kind_of_vector(source)
    whole = {**job, "source": str(source.resolve()), "name": name or source.name, "kind": kind.value}
    return child.run(
        f"foreign.vector:{work}", whole, folder, progress=progress, limits=limits, drivers=drivers_for(kind)
    )
