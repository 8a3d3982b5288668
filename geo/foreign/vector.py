"""The work of the child process on a vector file: looking at what is in it, and bringing a layer of it in."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import PlanMapError
from geo.foreign.features.bringing import Bringing
from geo.foreign.features.findings import ACCEPTED, MUST, Doubles, Tally, examine, numbers_of
from geo.foreign.features.opened import opened
from geo.foreign.features.place import Place
from geo.foreign.features.shapes import read_shapes, single, types_of
from geo.foreign.features.source import MOST_FEATURES, Layer, Source
from geo.foreign.features.target import written
from geo.grid import BBox
from geo.ranking import sample

Progress = Callable[[float], None]

FIRST = 10
"""Rows that are shown."""

LONGEST_SHOWN = 200
"""Characters of a value that are shown."""

SHOWN_NUMBERS = 20
"""Numbers of features that a look names of each finding."""

SKETCHED = 400
"""Geometries that a look returns for a picture of the layer."""

SKETCHED_VERTICES = 20_000
"""Most vertices of all of these."""

PASS = 0.2
"""Share of the work that is finding out where the features are: the best way to WGS 84 depends on it."""

Extent = NDArray[np.float64]


def look(job: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Return what is in the file `source` of a job: its `kind`, and its `layers` with all that is odd in them.

    Each layer has some of its vertices and geometries, see `_Sketch.plain`: by them its reference system is found.

    The job has `kind` (`geo.foreign.vector_kind.VectorKind`), `name`, which is what errors call the file, and perhaps
    `crs` (see `geo.foreign.features.place.Place`), without which each layer's own is taken, and `encoding`.

    Raises
    ------
    PlanMapError
        The file cannot be read.
    """
    with opened(job) as source:
        layers = source.layers()
        total = sum(layer.count or 1 for layer in layers) or 1
        done, found = 0, []
        for layer in layers:
            found.append(_looked(source, layer, job, _from(done, total, progress)))
            done += layer.count or 1
    if not found:
        raise PlanMapError("vector-no-layer", file=job["name"])
    return {"kind": str(job["kind"]), "layers": found}


def bring_in(job: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Write one layer of the file `source` of a job as the GeoPackage `target`, and return what was done.

    Beside what `look` takes, the job has `layer` (its number in the file), `crs`, and `repairs`: whether each kind of
    `geo.foreign.features.findings.ACCEPTED` is accepted; what is not named there is as it is here. The table is called
    `features`, its geometry is in WGS 84, and the column `source_fid` has the number of each feature in the file.

    Raises
    ------
    PlanMapError
        The file cannot be read, or the target cannot be written, which is then as it was before.
    """
    place = Place(job.get("crs"), job["name"])
    with opened(job) as source:
        layer = _layer(source.layers(), job)
        bounds, count, mixed = _extent(source, layer, job["name"], lambda share: progress(PASS * share))
        place.choose(bounds)
        with written(Path(job["target"]), layer.fields) as target:
            bringing = Bringing(place, job.get("repairs") or {}, target, mixed=mixed)
            for batch in source.batches(layer):
                bringing.take(batch)
                progress(min(1.0, PASS + (1 - PASS) * bringing.read / max(1, count)))
            about = target.finish(layer.name[:200])
            return {**bringing.report(layer), **about}


def _from(done: int, total: int, progress: Progress) -> Callable[[int], None]:
    return lambda number: progress(min(1.0, (done + number) / total))


def _layer(layers: Sequence[Layer], job: Mapping[str, Any]) -> Layer:
    wanted = job.get("layer", 0)
    found = [layer for layer in layers if wanted in (layer.index, layer.name)]
    if not found:
        raise PlanMapError("vector-no-layer", file=job["name"])
    return found[0]


def _extent(source: Source, layer: Layer, name: str, progress: Progress) -> tuple[BBox | None, int, bool]:
    """Return the bounds of a layer in its own units, how many features it has, and whether of several types."""
    count, extent, types = 0, _NOWHERE, Counter[str]()
    for batch in source.batches(layer):
        count += len(batch.numbers)
        _check_count(count, name)
        geometries = read_shapes(batch.wkb).geometries
        extent = _wider(extent, geometries)
        types.update(types_of(geometries))
        progress(min(1.0, count / (layer.count or 10 * count)))
    return _bounds(extent), count, len(types) > 1


def _looked(source: Source, layer: Layer, job: Mapping[str, Any], progress: Callable[[int], None]) -> dict[str, Any]:
    decided = job.get("crs")
    if decided is None and layer.crs is not None and layer.crs["understood"]:
        decided = {"epsg": layer.crs["epsg"]} if layer.crs["epsg"] else {"wkt": layer.crs["wkt"]}
    place = Place(decided, job["name"]) if decided is not None else None
    tally, types, doubles = Tally(SHOWN_NUMBERS), Counter[str](), Doubles()
    rows: list[list[str | None]] = []
    singles: list[int] = []
    count, extent = 0, _NOWHERE
    undecodable, sketch = Tally(SHOWN_NUMBERS), _Sketch()
    for batch in source.batches(layer):
        count += len(batch.numbers)
        _check_count(count, job["name"])
        shapes = read_shapes(batch.wkb)
        for kind, mask in examine(shapes, place).items():
            tally.add(kind, numbers_of(batch, mask))
        tally.add("double", numbers_of(batch, doubles.of(batch)))
        undecodable.add("text", batch.undecodable)
        types.update(types_of(shapes.geometries))
        singles += numbers_of(batch, single(shapes.geometries))
        extent = _wider(extent, shapes.geometries)
        sketch.take(shapes.geometries)
        for row in list(zip(*batch.columns, strict=True))[: FIRST - len(rows)]:
            rows.append([_shown(value) for value in row])
        progress(count)
    if len(types) > 1:
        tally.add("mixed", singles)
    found = tally.plain()
    repairs = [
        {"kind": kind, **found[kind], "accepted": yes, "must": kind in MUST}
        for kind, yes in ACCEPTED.items()
        if kind in found
    ]
    return {
        "index": layer.index,
        "name": layer.name,
        "count": count,
        "types": dict(types),
        "fields": [{"name": field.name, "type": field.type} for field in layer.fields],
        "crs": layer.crs,
        "encoding": {**layer.encoding, "undecodable": undecodable.plain().get("text", {"count": 0, "numbers": []})},
        "bounds": _bounds(extent),
        **sketch.plain(place),
        "rows": rows,
        "repairs": repairs,
        "notes": list(layer.notes),
        "transformation": place.plain() if place is not None else None,
    }


class _Sketch:
    """Takes some vertices and geometries of all parts of a layer, in the coordinates of the file."""

    def __init__(self) -> None:
        self._vertices: list[NDArray[np.float64]] = []
        self._geometries: list[NDArray[np.object_]] = []

    def take(self, geometries: NDArray[np.object_]) -> None:
        """Take some of a batch."""
        self._vertices.append(sample(shapely.get_coordinates(geometries)))
        whole = geometries[np.isfinite(shapely.bounds(geometries)).all(axis=1)]
        small = whole[shapely.get_num_coordinates(whole) <= SKETCHED_VERTICES // 10]
        self._geometries.append(_evenly(small, SKETCHED))

    def plain(self, place: Place | None) -> dict[str, Any]:
        """Return `vertices`, pairs of figures, and `sketch`, geometries as WKB in hexadecimal.

        `placed` has the same geometries in degrees (WGS 84), without those that lie nowhere: a definition of a system
        from a file is read in this process only. It is empty where no system is known.
        """
        geometries = _evenly(np.concatenate([*self._geometries, np.array([], dtype=object)]), SKETCHED)
        chosen = geometries[np.cumsum(shapely.get_num_coordinates(geometries)) <= SKETCHED_VERTICES]
        vertices = sample(np.concatenate([*self._vertices, np.empty((0, 2))]))
        flat = shapely.force_2d(chosen)
        placed = np.array([], dtype=object) if place is None else shapely.transform(flat, place.to_degrees)
        placed = placed[np.isfinite(shapely.bounds(placed)).all(axis=1)] if len(placed) else placed
        return {
            "vertices": vertices.tolist(),
            "sketch": shapely.to_wkb(flat, hex=True).tolist(),
            "placed": shapely.to_wkb(placed, hex=True).tolist(),
        }


def _evenly(found: NDArray[np.object_], most: int) -> NDArray[np.object_]:
    """Return `most` of these, or all, evenly chosen in their order."""
    if len(found) <= most:
        return found
    chosen: NDArray[np.object_] = found[((np.arange(most) + 0.5) * len(found) / most).astype(int)]
    return chosen


_NOWHERE = np.full(4, np.nan)


def _wider(extent: Extent, geometries: NDArray[np.object_]) -> Extent:
    """Return the bounds of `extent` and of the geometries whose positions are numbers."""
    bounds = np.concatenate([extent[None], shapely.bounds(geometries)])
    bounds[~np.isfinite(bounds).all(axis=1)] = np.nan
    low, high = np.fmin.reduce(bounds[:, :2]), np.fmax.reduce(bounds[:, 2:])
    return np.concatenate([low, high])


def _bounds(extent: Extent) -> BBox | None:
    if np.isnan(extent).any():
        return None
    west, south, east, north = extent.tolist()
    return west, south, east, north


def _check_count(count: int, name: str) -> None:
    if count > MOST_FEATURES:
        raise PlanMapError("vector-features", file=name, limit=MOST_FEATURES)


def _shown(value: object) -> str | None:
    """Return a value as text that is not too long."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return text[:LONGEST_SHOWN]
