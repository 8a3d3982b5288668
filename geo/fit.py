"""A layer fitted to the ground on control points that somebody has set, with what is left over at each of them.

The figures are turned, scaled and moved into the local grid: by a similarity, which keeps angles, or by an affinity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlanMapError
from geo.grid import BBox, Grid, grid_around, grid_of

MOST = 1000
"""Most control points of a fit."""

LARGEST = 1e9
"""Largest figures of a control point; a zone's number and an easting make eight digits."""

_THIN = 1e-3
"""Share of their spread in length that points must have in width, or they lie on one line."""

_SAME = 1e-6
"""Share of their whole spread within which two points are one."""

_ALIKE = 1.01
"""By how much the worst point must stand out from the second, or nothing tells which of them is wrong."""


class Control(NamedTuple):
    """A point whose figures in the file and whose place on the ground are both known."""

    x: float
    """In the figures of the file; `y` likewise."""
    y: float
    longitude: float
    """Degrees, WGS 84; `latitude` likewise."""
    latitude: float


class FitKind(StrEnum):
    """What may be done to the figures."""

    SIMILARITY = "similarity"
    """Turned, scaled, moved, and turned over if the axes are swapped: two points or more."""
    AFFINE = "affine"
    """Each axis by itself as well: three points or more, and four to know how well it fits."""


_LEAST = {FitKind.SIMILARITY: 2, FitKind.AFFINE: 3}


@dataclass(frozen=True, slots=True)
class Fit:
    """How figures of a file become positions, found from control points, and how well it fits them.

    The vector from `origin` to the figures, times `matrix`, is the vector from `centre` to the position in metres.
    """

    kind: FitKind
    grid: str
    """The code of the local grid, such as `EPSG:4548`."""
    origin: tuple[float, float]
    """The middle of the control points in figures of the file."""
    centre: tuple[float, float]
    """Easting and northing of their middle on the ground, in metres of the grid."""
    matrix: tuple[float, float, float, float]
    """What a step in x and one in y adds to the easting, and then what they add to the northing, in metres."""
    control: tuple[Control, ...]
    residuals_m: tuple[float, ...]
    """How far the fit puts each control point from its place, in metres."""
    left_out_m: tuple[float | None, ...]
    """The same for each point if the fit is made without it, which says more; None where too few would be left."""
    worst: int | None
    """Which control point, from 0, fits worst for the weight that it has; None if nothing tells: the points are too
    few, or several fit as badly."""

    @property
    def rms_m(self) -> float | None:
        """The root mean square of the residuals in metres; None if there are no more points than the fit takes."""
        return math.sqrt(sum(one**2 for one in self.residuals_m) / len(self.residuals_m)) if self._is_tested else None

    @property
    def largest_m(self) -> float | None:
        """The largest residual in metres, which is the layer's accuracy; None likewise, and then that is unknown."""
        return max(self.residuals_m) if self._is_tested else None

    @property
    def _is_tested(self) -> bool:
        return len(self.control) > _LEAST[self.kind]

    @property
    def scale(self) -> float:
        """Metres of the grid for one unit of the figures: the root of what the fit makes of an area of one."""
        a, b, c, d = self.matrix
        return math.sqrt(abs(a * d - b * c))

    @property
    def mirrored(self) -> bool:
        """Whether the figures are turned over, as they are if their axes are swapped."""
        a, b, c, d = self.matrix
        return a * d - b * c < 0

    def to_wgs84(self, figures: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return figures of the file, of shape (n, 2), as longitude and latitude (WGS 84, degrees)."""
        metres = (figures - self.origin) @ np.reshape(self.matrix, (2, 2)).T + self.centre
        return grid_of(self.grid).degrees(metres)

    def from_wgs84(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return longitudes and latitudes of shape (n, 2) (WGS 84, degrees) in figures of the file."""
        a, b, c, d = self.matrix
        inverse = np.array(((d, -b), (-c, a))) / (a * d - b * c)
        found: NDArray[np.float64] = (grid_of(self.grid).metres(positions) - self.centre) @ inverse.T + self.origin
        return found

    def as_json(self) -> dict[str, object]:
        """Return all of it in plain values of JSON, from which `fit_of` makes the very same fit."""
        return asdict(self) | {"kind": self.kind.value}


def fit(control: Sequence[Control], kind: FitKind = FitKind.SIMILARITY, grid: Grid | None = None) -> Fit:
    """Return the fit of least squares on `control`, in metres of `grid`, else of the grid around the points.

    Of a similarity on three points or more, the figures are turned over if that fits better.

    Raises
    ------
    PlanMapError
        There are too few points, or too many; one has figures that are none, or lies nowhere; two are the same in the
        file or on the ground; or all lie on one line, which does not hold an affinity.
    """
    points = tuple(Control(*(float(value) for value in one)) for one in control)
    if len(points) < _LEAST[kind]:
        raise PlanMapError("control-few", kind=kind.value, count=len(points), least=_LEAST[kind])
    if len(points) > MOST:
        raise PlanMapError("control-many", count=len(points), limit=MOST)
    for number, one in enumerate(points, start=1):
        if (
            not all(map(math.isfinite, one))
            or abs(one.longitude) > 180
            or abs(one.latitude) > 90
            or abs(one.x) + abs(one.y) > LARGEST
        ):
            raise PlanMapError("control-nowhere", number=number)
    at = np.array(points)
    local = grid or grid_around(_bounds(at[:, 2:]))
    figures, places = at[:, :2], local.metres(at[:, 2:])
    if not np.isfinite(places).all():
        raise PlanMapError("control-nowhere", number=int(np.flatnonzero(~np.isfinite(places).all(axis=1))[0]) + 1)
    for side in (figures, places):
        _check(side, kind)
    origin, centre = figures.mean(axis=0), places.mean(axis=0)
    matrix, misses, weights = _solved(figures - origin, places - centre, kind)
    if _is_flat(matrix, figures - origin, places - centre):
        raise PlanMapError("control-contrary")
    residuals = np.hypot(*misses.T)
    spare = len(points) > _LEAST[kind]
    # What a point misses by without itself follows from the weight that it has in the fit.
    left_out = tuple(
        float(miss / (1 - weight)) if spare and weight < 1 - 1e-9 else None
        for miss, weight in zip(residuals, weights, strict=True)
    )
    return Fit(
        kind=kind,
        grid=local.crs,
        origin=(float(origin[0]), float(origin[1])),
        centre=(float(centre[0]), float(centre[1])),
        matrix=(float(matrix[0, 0]), float(matrix[0, 1]), float(matrix[1, 0]), float(matrix[1, 1])),
        control=points,
        residuals_m=tuple(float(one) for one in residuals),
        left_out_m=left_out,
        worst=_worst(residuals, weights) if spare else None,
    )


def fit_of(data: Mapping[str, Any]) -> Fit:
    """Return the fit that `Fit.as_json` has written, digit by digit.

    Raises
    ------
    PlanMapError
        It is no such text, or it is not what follows from its control points, such as residuals that are too good.
    """
    try:
        read = Fit(
            kind=FitKind(data["kind"]),
            grid=str(data["grid"]),
            origin=_floats(data["origin"], 2),
            centre=_floats(data["centre"], 2),
            matrix=_floats(data["matrix"], 4),
            control=tuple(Control(*_floats(one, 4)) for one in data["control"]),
            residuals_m=tuple(float(one) for one in data["residuals_m"]),
            left_out_m=tuple(None if one is None else float(one) for one in data["left_out_m"]),
            worst=None if data["worst"] is None else int(data["worst"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise PlanMapError("fit-unread") from None
    again = fit(read.control, read.kind, grid_of(read.grid))
    # Another computer may round another way: what was written counts.
    if not _agree(read, again):
        raise PlanMapError("fit-unread")
    return read


def _floats(values: Sequence[float], count: int) -> Any:
    found = tuple(float(value) for value in values)
    if len(found) != count:
        raise ValueError(count)
    return found


def _agree(one: Fit, other: Fit) -> bool:
    """Whether two fits of the same points put each of them in the same place to a millimetre, and claim the same."""
    figures = np.array(one.control)[:, :2]
    there = [(figures - each.origin) @ np.reshape(each.matrix, (2, 2)).T + each.centre for each in (one, other)]
    claims = [np.array([*each.residuals_m, *(miss or 0.0 for miss in each.left_out_m)]) for each in (one, other)]
    known = [[miss is None for miss in each.left_out_m] for each in (one, other)]
    return (
        bool(np.allclose(there[0], there[1], rtol=0, atol=1e-3))
        and len(claims[0]) == len(claims[1])
        and bool(np.allclose(claims[0], claims[1], rtol=1e-6, atol=1e-3))
        and known[0] == known[1]
        and (one.worst is None or 0 <= one.worst < len(one.control))
    )


def _bounds(positions: NDArray[np.float64]) -> BBox:
    (west, south), (east, north) = positions.min(axis=0), positions.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _check(side: NDArray[np.float64], kind: FitKind) -> None:
    """Raise an error if these points, in figures or in metres, are one or lie on one line."""
    apart = np.hypot(*(side[:, None] - side[None]).transpose(2, 0, 1))
    spread = float(apart.max())
    apart[np.tril_indices(len(side))] = np.inf
    first, second = np.unravel_index(int(apart.argmin()), apart.shape)
    # Figures of seven digits before the point have nine behind it left: less than that is rounding.
    if apart[first, second] <= max(_SAME * spread, 1e-12 * float(np.abs(side).max())):
        raise PlanMapError("control-same", first=int(first) + 1, second=int(second) + 1)
    if kind is FitKind.AFFINE:
        length, width = np.linalg.svd(side - side.mean(axis=0), compute_uv=False)
        if width <= _THIN * length:
            raise PlanMapError("control-line")


def _solved(
    figures: NDArray[np.float64], places: NDArray[np.float64], kind: FitKind
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the matrix, what it misses each place by, and the weight of each point; both sides are centred."""
    count = len(figures)
    if kind is FitKind.AFFINE:
        # Scaled, so that figures in degrees and in metres are solved equally well.
        left, size, right = np.linalg.svd(figures, full_matrices=False)
        matrix = (right.T @ ((left.T @ places) / size[:, None])).T
        return matrix, figures @ matrix.T - places, 1 / count + (left**2).sum(axis=1)
    squares = (figures**2).sum(axis=1)
    found: list[tuple[float, NDArray[np.float64], NDArray[np.float64]]] = []
    for turned_over in (1.0, -1.0):
        x, y = figures[:, 0], figures[:, 1] * turned_over
        # A similarity is a product of complex numbers.
        cosine = float((x * places[:, 0] + y * places[:, 1]).sum() / squares.sum())
        sine = float((x * places[:, 1] - y * places[:, 0]).sum() / squares.sum())
        matrix = np.array(((cosine, -sine * turned_over), (sine, cosine * turned_over)))
        misses = figures @ matrix.T - places
        found.append((float((misses**2).sum()), matrix, misses))
    # Two points fit either way, and points on a line nearly so: then nothing says that they are turned over.
    _, matrix, misses = found[1] if count > 2 and found[1][0] < 0.5 * found[0][0] and _is_wide(places) else found[0]
    return matrix, misses, 1 / count + squares / squares.sum()


def _is_flat(matrix: NDArray[np.float64], figures: NDArray[np.float64], places: NDArray[np.float64]) -> bool:
    """Whether a fit makes a line or a point of the figures, as it does if they have nothing to do with the places."""
    sizes = np.linalg.svd(matrix, compute_uv=False)
    return bool(sizes[1] <= _THIN * sizes[0] or sizes[0] * np.abs(figures).max() <= _THIN * np.abs(places).max())


def _is_wide(centred: NDArray[np.float64]) -> bool:
    length, width = np.linalg.svd(centred, compute_uv=False)
    return bool(width > _THIN * length)


def _worst(residuals: NDArray[np.float64], weights: NDArray[np.float64]) -> int | None:
    """Return the point with the largest residual for its weight, since a fit bends to the points that weigh most."""
    free = np.maximum(1 - weights, 1e-12)
    told = np.where(free > 1e-9, residuals / np.sqrt(free), 0.0)
    second, first = np.sort(told)[-2:]
    # A micrometre is rounding.
    return int(told.argmax()) if first > max(_ALIKE * second, 1e-6) else None
