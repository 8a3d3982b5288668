"""Which of the systems that a layer may be in brings it nearest to the ground's own lines, and how far that tells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.candidate import Candidate
from geo.grid import DATUM_M, BBox
from geo.line_index import LineIndex
from geo.reference_frame import UNKNOWN_SHIFT_M

SAMPLE = 2000
"""Most vertices of a layer that are looked at."""

NEAR_M = 100.0
"""Distance in metres up to which a vertex is said to be near a line."""

FAR_M = 500.0
"""Median distance in metres from which on a layer lies far from any line; the offset frames are shifted as far."""

FOLLOWED_M = 10.0
"""Median distance in metres up to which a layer follows the lines themselves, as it would not with a wrong datum."""

_MOVES = 24
"""How often the layer is moved elsewhere, to see how near to a line it lies by chance."""

_MOVED_M = (400.0, 800.0, 1600.0)
"""How far; near enough for as many lines to be there."""

_MOVED_SAMPLE = 300
"""Most vertices that are looked at when it is moved."""

_CHANCE = 1.25
"""By how much the median of the nearest of these moves must be farther away than that of the layer in its place."""


class TieReason(StrEnum):
    """Why two systems tie, or why the lines cannot tell between them."""

    SAME_DATUM = "same-datum"
    """WGS 84 and CGCS2000 agree to decimetres."""
    SAME_MERIDIAN = "same-meridian"
    """A zone of 3 and one of 6 degrees have one central meridian, and so the same figures."""
    NO_WAY = "no-way"
    """No way is known from one of the two, so that its figures pass for those of the other."""
    INDISTINCT = "indistinct"
    """They differ, but by no more than the distances to the lines can tell."""


class Verdict(StrEnum):
    """What the whole ranking tells. Never more than a proposal: the user decides."""

    FIRST = "first"
    """One system, or several that tie, is nearest to the lines."""
    CHANCE = "chance"
    """Nothing is decided: moved elsewhere, the layer would lie as near to some line."""
    FAR = "far"
    """Nothing is decided: the layer lies far from any line in every system."""
    EXTENT = "extent"
    """Nothing is decided: there are no lines, so the systems are those that its extent allows, and no more."""
    NONE = "none"
    """There is no system in which the figures are possible, or there are no figures."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a layer lies if it is in a system."""

    candidate: Candidate
    median_m: float | None
    """Median distance of the vertices to the nearest line in metres; None without lines."""
    ninety_m: float | None
    """The 90th percentile of the same."""
    near: float | None
    """Share of the vertices within `NEAR_M` of a line; None without lines."""
    inside: float
    """Share of the vertices within the bbox of the lines, or without lines in the region."""
    apart_m: float | None
    """Median distance in metres from where the first of the ranking puts the same vertices; None without lines."""
    ties: tuple[TieReason, ...] = ()
    """Why it ties with the first; empty if it does not, and for the first itself."""
    open: bool = False
    """Whether it does not tie, but cannot be ruled out either: no way is known from it, and with that it might lie
    nearer to the lines than the first, which does not follow them. Only control points can tell."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The systems in which a layer may be, the nearest to the ground's lines first."""

    verdict: Verdict
    standings: tuple[Standing, ...]
    points: int
    """How many vertices were looked at."""
    chance_m: float | None = None
    """Median distance to the nearest line, in metres, at the nearest to which the layer comes if it is moved elsewhere
    in the system of the first; None without lines."""

    @property
    def first(self) -> tuple[Standing, ...]:
        """The first and those that tie with it; empty if nothing is decided."""
        if self.verdict is not Verdict.FIRST:
            return ()
        return tuple(one for number, one in enumerate(self.standings) if number == 0 or one.ties)

    @property
    def runner_up(self) -> Standing | None:
        """The next that does not tie with the first; None if nothing is decided, or if there is none."""
        if self.verdict is not Verdict.FIRST:
            return None
        return next((one for one in self.standings[1:] if not one.ties), None)

    @property
    def open(self) -> tuple[Standing, ...]:
        """Those that do not tie with the first but cannot be ruled out without control points."""
        return tuple(one for one in self.standings if one.open)

    @property
    def needs_control(self) -> bool:
        """Whether only control points can tell.

        The first does not follow the lines, and a system without a known way ties with it or cannot be ruled out.
        """
        told = self.standings[0].median_m if self.first else None
        unsure = any(one.candidate.ballpark for one in (*self.first, *self.open))
        return told is not None and told > FOLLOWED_M and unsure


def sample(vertices: NDArray[np.float64], at_most: int = SAMPLE) -> NDArray[np.float64]:
    """Return vertices of shape (n, 2) evenly chosen from `vertices` in their order, and the same ones each time.

    Those that are not finite are left out before.
    """
    usable = vertices[np.isfinite(vertices).all(axis=1)]
    if len(usable) <= at_most:
        return usable
    # In the middle of as many equal stretches: neither the first nor the last vertex is special.
    chosen = ((np.arange(at_most) + 0.5) * len(usable) / at_most).astype(int)
    return np.asarray(usable[chosen])


def rank(
    points: NDArray[np.float64],
    candidates: Sequence[Candidate],
    lines: Sequence[BaseGeometry] | LineIndex,
    region: BBox | None = None,
) -> Ranking:
    """Return how near to `lines` the vertices of a layer lie in each of `candidates`.

    Parameters
    ----------
    points
        Vertices of shape (n, 2), in the figures and the order of the file; of more than `SAMPLE` a sample is taken.
    lines
        The ground's own lines, WGS 84, or an index of them.
    region
        Degrees (WGS 84). Without lines it orders the candidates by what share of the layer lies in it.
    """
    figures = sample(points)
    if not len(figures) or not candidates:
        return Ranking(Verdict.NONE, (), len(figures))
    index = lines if isinstance(lines, LineIndex) else LineIndex(lines)
    found = [one.to_wgs84(figures) for one in candidates]
    inside = [_share_inside(positions, index.bounds or region) for positions in found]
    if not len(index):
        order = sorted(range(len(found)), key=lambda number: -inside[number])
        bare = tuple(Standing(candidates[number], None, None, None, inside[number], None) for number in order)
        return Ranking(Verdict.EXTENT, bare, len(figures))
    places = [index.metres(positions) for positions in found]
    # What is the same to the millimetre, such as zones of 3 and of 6 degrees, is measured once.
    same = {place.round(3).tobytes(): place for place in places}
    measured = dict(
        zip(same, index.distances_m(np.concatenate(list(same.values()))).reshape(len(same), -1), strict=True)
    )
    distances = np.stack([measured[place.round(3).tobytes()] for place in places])
    medians = np.median(distances, axis=1)
    # Sorted by what a thousandth of a metre tells, so that rounding does not order what is the same.
    order = sorted(range(len(found)), key=lambda number: round(float(medians[number]), 3))
    best = order[0]
    told = _told_m(distances[best])
    chance = _chance_m(index, places[best])
    verdict = _verdict(float(medians[best]), chance)
    standings = []
    for number in order:
        apart = _apart_m(places[number], places[best])
        behind = float(medians[number] - medians[best])
        ties = () if number == best else _ties(candidates[number], candidates[best], apart, behind <= told)
        may_be = candidates[number].ballpark and behind <= UNKNOWN_SHIFT_M and medians[best] > FOLLOWED_M
        standings.append(
            Standing(
                candidates[number],
                median_m=float(medians[number]),
                ninety_m=float(np.percentile(distances[number], 90, method="higher")),
                near=float((distances[number] <= NEAR_M).mean()),
                inside=inside[number],
                apart_m=apart,
                ties=ties,
                open=bool(may_be) and not ties and number != best and verdict is Verdict.FIRST,
            )
        )
    return Ranking(verdict, tuple(standings), len(figures), chance)


def _apart_m(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    usable = np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)
    return float(np.median(np.hypot(*(one[usable] - other[usable]).T))) if usable.any() else math.inf


def _ties(one: Candidate, first: Candidate, apart_m: float, indistinct: bool) -> tuple[TieReason, ...]:
    if apart_m <= DATUM_M:
        reasons = [TieReason.INDISTINCT]
        if one.frame is not first.frame:
            reasons = [TieReason.NO_WAY if one.ballpark or first.ballpark else TieReason.SAME_DATUM]
        if one.meridian == first.meridian and one.zone_width != first.zone_width:
            reasons = [*(reason for reason in reasons if reason is not TieReason.INDISTINCT), TieReason.SAME_MERIDIAN]
        return tuple(reasons)
    if not indistinct:
        return ()
    return (TieReason.INDISTINCT, TieReason.NO_WAY) if one.ballpark or first.ballpark else (TieReason.INDISTINCT,)


def _verdict(median_m: float, chance_m: float) -> Verdict:
    if median_m > FAR_M:
        return Verdict.FAR
    return Verdict.FIRST if median_m * _CHANCE <= chance_m else Verdict.CHANCE


def _told_m(distances: NDArray[np.float64]) -> float:
    """Return the difference in metres between two medians up to which these distances cannot tell them apart.

    That is a metre, by which datums pass for the same, and twice the standard error of the median (1.25 σ/√n, with σ
    from the median deviation, which a few vertices far away do not change).
    """
    near = distances[np.isfinite(distances)]
    if not len(near):
        return DATUM_M
    deviation = float(np.median(np.abs(near - np.median(near))))
    return DATUM_M + 2 * 1.2533 * 1.4826 * deviation / math.sqrt(len(near))


def _chance_m(index: LineIndex, metres: NDArray[np.float64]) -> float:
    """Return the smallest median distance of a layer that is moved in all directions."""
    figures = sample(metres, _MOVED_SAMPLE)
    if not len(figures):
        return math.inf
    angles = 2 * math.pi * np.arange(_MOVES) / _MOVES
    # One distance after another: neighbouring directions get different ones.
    lengths = np.resize(_MOVED_M, _MOVES)
    moves = np.column_stack((lengths * np.cos(angles), lengths * np.sin(angles)))
    moved = (figures[None] + moves[:, None]).reshape(-1, 2)
    return float(np.median(index.distances_m(moved).reshape(_MOVES, -1), axis=1).min())


def _share_inside(positions: NDArray[np.float64], box: BBox | None) -> float:
    if box is None:
        return 0.0
    return float(((positions >= box[:2]) & (positions <= box[2:])).all(axis=1).mean())
