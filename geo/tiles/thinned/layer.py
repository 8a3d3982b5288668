"""The features of a layer that has been brought in, as arrays in units of the web map's world, near ones together."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import GeometryError, PlanMapError
from geo.geopackage import read_blob
from geo.tiles.thinned.rings import AREA, LINE, POINT, Rings, Whole, spans, starts_of
from geo.tiles.thinned.world import TOP, WORLD, Numbers, homes, projected, turns_of

BATCH = 20_000
"""Rows that are read at a time."""

RUNS_AT_ONCE = 100_000

MOST_CATEGORIES = 128
"""Most categories of a layer: a number of one takes one byte in a tile."""

NAMED = 20
"""Ids of features that are told of each thing that could not be done in full."""

_HEAD, _HEAD_BYTES = b"GP\0\3", 40
"""How the geometries that we write ourselves begin, and after how many bytes their WKB does."""

_DIMENSIONS = {0: POINT, 4: POINT, 1: LINE, 2: LINE, 5: LINE, 3: AREA, 6: AREA}


@dataclass(slots=True)
class Odd:
    """Features that cannot be shown as they are, by what is odd about them: how many, and the ids of the first.

    `empty`, `broken` (no geometry can be read of it) and `outside` (wholly nearer to a pole than the web map goes) are
    in no tile; `cut` lose what is nearer to a pole, `antimeridian` are in two parts, and `wide`, over more than half of
    the world, are drawn the way round that their positions go.
    """

    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, kind: str, fids: Whole) -> None:
        """Add features."""
        if len(fids):
            so_far = self.found.setdefault(kind, {"count": 0, "fids": []})
            so_far["count"] += len(fids)
            so_far["fids"] += fids[: NAMED - len(so_far["fids"])].tolist()


@dataclass(frozen=True, slots=True)
class Layer:
    """The features that can be shown, in the order of their `home`."""

    fid: Whole
    category: NDArray[np.uint8]
    categories: int
    """How many there are; each feature's is below that."""
    home: Whole
    """Where the middle of each feature's extent is, as a number of `geo.tiles.thinned.cells.morton`."""
    size: Whole
    """The longer side of each feature's extent, in units of the world."""
    cover: Numbers
    """Area of each feature in square units, or length of a line in units; 0 of points."""
    dimension: NDArray[np.uint8]
    """The highest of each feature's kinds."""
    rings: Rings
    """Their runs, by the number of a piece: what a feature has of one kind on one side of the antimeridian."""
    piece_feature: Whole
    """For each piece the number of its feature, never falling."""
    odd: Odd
    total: int
    """Features of the layer, with those that cannot be shown."""
    undrawn: int = 0
    """How many have no category, so that they are not shown."""


def read_layer(
    path: Path,
    *,
    numbers: NDArray[np.uint8] | None = None,
    categories: int = 1,
    progress: Callable[[float], None] = lambda share: None,
) -> Layer:
    """Return the features of the GeoPackage at `path`, which `geo.foreign.vector_files.bring_in` has made.

    `numbers` has the category of each feature by rising id, below `categories`; those with another number are not
    shown. Without it all are of category 0.

    Raises
    ------
    PlanMapError
        It cannot be read, or has other than so many features.
    """
    odd, parts, total, undrawn = Odd(), list[_Part](), 0, 0
    found: list[NDArray[np.uint8]] = []
    for fids, blobs, share in rows_of(path):
        here = np.zeros(len(fids), np.uint8) if numbers is None else numbers[total : total + len(fids)]
        total += len(fids)
        if len(here) != len(fids):
            break
        wanted = here < categories
        undrawn += int((~wanted).sum())
        ids = np.array(fids, dtype=np.int64)[wanted]
        made, there = _batch(ids, [blobs[n] for n in np.flatnonzero(wanted)], odd)
        parts.append(made)
        found.append(here[wanted][there])
        progress(share)
    if numbers is not None and total != len(numbers):
        raise PlanMapError("vector-damaged", file=path.name, reason=f"{total} != {len(numbers)}")
    return _joined(parts, np.concatenate([*found, np.zeros(0, np.uint8)]), categories, odd, total, undrawn)


def layer_of(fids: Whole, blobs: list[object], category: NDArray[np.uint8], categories: int) -> Layer:
    """Return some features as a layer of their own: their ids, geometries as the file has them, and categories."""
    odd = Odd()
    made, there = _batch(fids, blobs, odd)
    return _joined([made], category[there], categories, odd, len(fids), 0)


def rows_of(path: Path) -> Iterator[tuple[list[int], list[object], float]]:
    """Yield ids, geometries as the file has them, and the share that has been read.

    Raises
    ------
    PlanMapError
        It cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            count = connection.execute("SELECT max(fid) FROM features").fetchone()[0] or 1
            cursor = connection.execute("SELECT fid, geom FROM features ORDER BY fid")
            while rows := cursor.fetchmany(BATCH):
                fids, blobs = (list(column) for column in zip(*rows, strict=True))
                yield fids, blobs, min(1.0, max(0.0, fids[-1] / count))
    except sqlite3.Error as error:
        raise PlanMapError("vector-damaged", file=path.name, reason=str(error)[:100]) from error


@dataclass(frozen=True, slots=True)
class _Part:
    """What one batch of rows has become; pieces and features are numbered within it."""

    fid: Whole
    home: Whole
    size: Whole
    cover: Numbers
    dimension: NDArray[np.uint8]
    points: NDArray[np.int32]
    lengths: Whole
    owner: Whole
    kind: NDArray[np.uint8]
    piece_feature: Whole


def _batch(fids: Whole, blobs: list[object], odd: Odd) -> tuple[_Part, NDArray[np.bool_]]:
    """Return what can be shown of some rows, and of which rows that is."""
    geometries, bounds, there = usable(fids, blobs, odd)
    geometries, bounds, fids = geometries[there], bounds[there], fids[there]
    geometries, of, bounds = _turned(geometries, bounds, fids, odd)
    return _measured(fids, geometries, of, bounds), there


def usable(fids: Whole, blobs: list[object], odd: Odd) -> tuple[NDArray[np.object_], Numbers, NDArray[np.bool_]]:
    """Return the geometries of some rows, their bounds in degrees, and which of them can be shown."""
    geometries = shapely.from_wkb([_wkb(blob) for blob in blobs], on_invalid="ignore")
    absent = np.array([blob is None for blob in blobs], dtype=bool)
    broken = shapely.is_missing(geometries) & ~absent
    empty: NDArray[np.bool_] = absent | (~broken & shapely.is_empty(geometries))
    bounds = shapely.bounds(geometries)
    broken |= ~empty & ~_finite(geometries, bounds)
    there = ~(broken | empty)
    outside = there & ((bounds[:, 1] >= TOP) | (bounds[:, 3] <= -TOP))
    for kind, mask in {"broken": broken, "empty": empty, "outside": outside}.items():
        odd.add(kind, fids[mask])
    there &= ~outside
    odd.add("cut", fids[there & ((bounds[:, 3] > TOP) | (bounds[:, 1] < -TOP))])
    return geometries, bounds, there


def _wkb(blob: object) -> bytes | None:
    if blob is None:
        return None
    if isinstance(blob, bytes) and blob[:4] == _HEAD:
        return blob[_HEAD_BYTES:]
    try:
        return read_blob(blob).wkb
    except GeometryError:
        return b""


def _finite(geometries: NDArray[np.object_], bounds: Numbers) -> NDArray[np.bool_]:
    """Return whether all positions of each are numbers, and such as degrees can be."""
    positions, of = shapely.get_coordinates(geometries, return_index=True)
    good = np.asarray(np.isfinite(bounds).all(axis=1) & (np.abs(np.nan_to_num(bounds)) < 1e6).all(axis=1))
    good[of[~np.isfinite(positions).all(axis=1)]] = False
    return good


def _turned(
    geometries: NDArray[np.object_], bounds: Numbers, fids: Whole, odd: Odd
) -> tuple[NDArray[np.object_], Whole, Numbers]:
    """Return geometries between 180° west and east, for each the number of its feature, and the features' extents.

    What crosses the antimeridian becomes two.
    """
    of = np.arange(len(geometries))
    odd.add("wide", fids[bounds[:, 2] - bounds[:, 0] > 180])
    turns, beyond = turns_of(bounds)
    if not beyond.any():
        return geometries, of, bounds
    bounds = bounds + turns[:, None] * [1, 0, 1, 0]
    crosses = beyond & (bounds[:, 2] > 180)
    odd.add("antimeridian", fids[crosses])
    moved = geometries.copy()
    for n in np.flatnonzero(beyond):
        moved[n] = _shifted(geometries[n], turns[n])
    # Cut as rings further on, which takes broken ones too; here each goes into both halves.
    second = np.array([_shifted(one, -360) for one in moved[crosses]], dtype=object)
    return np.concatenate([moved, second]), np.concatenate([of, of[crosses]]), bounds


def _shifted(geometry: object, degrees: float) -> object:
    return shapely.transform(geometry, lambda positions: positions + np.array([degrees, 0.0]))  # type: ignore[call-overload]


def _measured(fids: Whole, geometries: NDArray[np.object_], of: Whole, bounds: Numbers) -> _Part:
    count = len(fids)
    home, size, _ = homes(bounds)
    points, lengths, owner, kind = _runs(geometries)
    # Runs are in the order of these.
    is_first = np.diff(owner * 4 + kind, prepend=-1) != 0
    piece_feature, piece_kind = of[owner[is_first]], kind[is_first]
    owner = np.cumsum(is_first) - 1
    rings = Rings(points, starts_of(lengths), owner, kind)
    dimension = np.zeros(count, dtype=np.uint8)
    for each in (POINT, LINE, AREA):
        dimension[piece_feature[piece_kind == each]] = each
    cover = np.bincount(piece_feature[owner], weights=_covered(rings), minlength=count)
    return _Part(
        fids,
        home,
        size,
        np.abs(cover),
        dimension,
        # Half as large, and a layer can have a hundred million positions.
        np.clip(points, -2 * WORLD, 2 * WORLD - 1).astype(np.int32),
        lengths,
        owner,
        kind.astype(np.uint8),
        piece_feature,
    )


def _runs(geometries: NDArray[np.object_]) -> tuple[Whole, Whole, Whole, Whole]:
    """Return positions in units of the world, and of each run its length, the number of its geometry and its kind."""
    of = np.arange(len(geometries))
    collected = shapely.get_type_id(geometries) == 7
    while collected.any():
        parts, index = shapely.get_parts(geometries[collected], return_index=True)
        geometries = np.concatenate([geometries[~collected], parts])
        of = np.concatenate([of[~collected], of[collected][index]])
        collected = shapely.get_type_id(geometries) == 7
    parts, index = shapely.get_parts(geometries, return_index=True)
    of = of[index]
    kind = np.array([_DIMENSIONS[number] for number in range(7)])[shapely.get_type_id(parts)]
    area = kind == AREA
    rings, ring_of = shapely.get_rings(parts[area], return_index=True)
    shapes = np.concatenate([parts[~area], rings])
    owner = np.concatenate([of[~area], of[area][ring_of]])
    kind = np.concatenate([kind[~area], np.full(len(rings), AREA)])
    # The first ring of an area is its outline, the others are holes.
    is_hole = np.zeros(len(shapes), dtype=bool)
    is_hole[len(shapes) - len(rings) + 1 :] = ring_of[1:] == ring_of[:-1]
    order = np.argsort(owner * 4 + kind, kind="stable")
    shapes, owner, kind, is_hole = shapes[order], owner[order], kind[order], is_hole[order]
    positions, run = shapely.get_coordinates(shapes, return_index=True)
    points = projected(positions)
    lengths = np.bincount(run, minlength=len(shapes)).astype(np.int64)
    some = lengths > 0
    owner, kind, is_hole, lengths = owner[some], kind[some], is_hole[some], lengths[some]
    # A ring does without its last position, which is its first.
    last = np.cumsum(lengths) - 1
    left = np.ones(len(points), dtype=bool)
    left[last[kind == AREA]] = False
    points, lengths = points[left], lengths - (kind == AREA)
    points = _wound(points, lengths, kind, is_hole)
    return _clouds(points, lengths, owner, kind)


def _wound(points: Whole, lengths: Whole, kind: Whole, is_hole: NDArray[np.bool_]) -> Whole:
    """Return the positions with outlines turning to the right as seen on the map, and holes to the left."""
    rings = Rings(points, starts_of(lengths), np.arange(len(lengths)), kind)
    area = _covered(rings)
    turned = (kind == AREA) & ((area < 0) != is_hole)
    if not turned.any():
        return points
    at = np.arange(len(points))
    where = spans(rings.starts[:-1][turned], lengths[turned])
    mirrored = np.repeat(2 * rings.starts[:-1][turned] + lengths[turned] - 1, lengths[turned])
    at[where] = mirrored - where
    return points[at]


def _clouds(points: Whole, lengths: Whole, owner: Whole, kind: Whole) -> tuple[Whole, Whole, Whole, Whole]:
    """Return runs with all points of a geometry as one."""
    follows = np.zeros(len(owner), dtype=bool)
    follows[1:] = (owner[1:] == owner[:-1]) & (kind[1:] == POINT) & (kind[:-1] == POINT)
    if not follows.any():
        return points, lengths, owner, kind
    first = np.flatnonzero(~follows)
    return points, np.add.reduceat(lengths, first), owner[first], kind[first]


def _covered(rings: Rings) -> Numbers:
    """Return the area within each ring (below 0 if it turns to the left), the length of each line, 0 for points."""
    if not len(rings):
        return np.zeros(0)
    first = rings.starts[:-1]
    follows = np.arange(1, len(rings.points) + 1)
    follows[rings.starts[1:] - 1] = first
    # From each ring's own first position: squares of the world's units have more digits than numbers do.
    at = (rings.points - np.repeat(rings.points[first], rings.lengths, axis=0)).astype(np.float64)
    after = at[follows]
    area = np.add.reduceat(at[:, 0] * after[:, 1] - after[:, 0] * at[:, 1], first) / 2
    step = np.hypot(*(after - at).T)
    step[rings.starts[1:] - 1] = 0
    return np.choose(rings.kind - 1, [0 * area, np.add.reduceat(step, first), area])


def _joined(
    parts: list[_Part], category: NDArray[np.uint8], categories: int, odd: Odd, total: int, undrawn: int
) -> Layer:
    """Return all batches as one layer, ordered."""
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        rings = Rings(none.reshape(0, 2), np.zeros(1, dtype=np.int64), none, none)
        cover = none.astype(float)
        return Layer(none, category, categories, none, none, cover, category, rings, none, odd, total, undrawn)
    features = starts_of(np.array([len(part.fid) for part in parts]))[:-1]
    pieces = starts_of(np.array([len(part.piece_feature) for part in parts]))[:-1]
    home = np.concatenate([part.home for part in parts])
    order = np.argsort(home, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    piece_feature = rank[np.concatenate([part.piece_feature + n for part, n in zip(parts, features, strict=True)])]
    piece_order = np.argsort(piece_feature, kind="stable")
    owner = np.concatenate([part.owner + n for part, n in zip(parts, pieces, strict=True)])
    piece_rank = np.empty(len(piece_order), dtype=np.int64)
    piece_rank[piece_order] = np.arange(len(piece_order))
    owner = piece_rank[owner]
    run_order = np.argsort(owner, kind="stable")
    lengths = np.concatenate([part.lengths for part in parts])
    kind = np.concatenate([part.kind for part in parts])[run_order].astype(np.int64)
    points = _ordered(np.concatenate([part.points for part in parts]), lengths, run_order)
    rings = Rings(points, starts_of(lengths[run_order]), owner[run_order], kind)
    fid, size = (np.concatenate([getattr(part, name) for part in parts])[order] for name in ("fid", "size"))
    cover = np.concatenate([part.cover for part in parts])[order]
    dimension = np.concatenate([part.dimension for part in parts])[order]
    return Layer(
        fid,
        category[order],
        categories,
        home[order],
        size,
        cover,
        dimension,
        rings,
        piece_feature[piece_order],
        odd,
        total,
        undrawn,
    )


def _ordered(points: NDArray[np.int32], lengths: Whole, order: Whole) -> Whole:
    """Return the positions of runs in another order of these; some at a time, since there may be very many."""
    starts, made = starts_of(lengths)[:-1], np.empty_like(points)
    ends = np.cumsum(lengths[order])
    for first in range(0, len(order), RUNS_AT_ONCE):
        runs = order[first : first + RUNS_AT_ONCE]
        begin = ends[first] - lengths[order[first]]
        made[begin : ends[first + len(runs) - 1]] = points[spans(starts[runs], lengths[runs])]
    return made  # type: ignore[return-value]
