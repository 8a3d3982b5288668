"""Where to cut numbers into classes.

The methods are those of mapclassify, which is not used: it brings scikit-learn, SciPy and NetworkX along (215 MB) and
takes 2.6 s for the natural breaks of a thousand numbers, which take 0.1 s here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

MOST_CLASSES = 12
"""Most classes that are made; nobody tells more shades apart."""

SAMPLE = 1_000
"""Different numbers that natural breaks are looked for among; of more, as many are taken evenly by rank."""

NEAR = 0.01
"""How far a limit may be moved to have fewer digits, as a share of what all values cover."""

_DEVIATIONS = (-2.0, -1.0, 1.0, 2.0)

Numbers = NDArray[np.float64]


class Method(StrEnum):
    """How the limits of classes were found. Once found they stay, whatever becomes of the features."""

    EQUAL = "equal"
    """Classes of the same width."""
    QUANTILES = "quantiles"
    """Classes of the same number of features."""
    NATURAL = "natural"
    """Classes whose numbers lie close to each other (Fisher, 1958; Jenks, 1977)."""
    PRETTY = "pretty"
    """Round limits, about as many as were asked for."""
    DEVIATION = "deviation"
    """Two, one and no standard deviation around the mean: at most five classes."""
    HAND = "hand"


def breaks(values: Numbers, method: Method, count: int) -> tuple[float, ...]:
    """Return the limits between at most `count` classes, ascending; a number that is one belongs to the class below.

    There are fewer where the values do not fill so many. What is not finite is passed over. Each limit has as few
    digits as it can have close by without a value changing its class. `HAND` has none: they are somebody's own.
    """
    finite = np.sort(values[np.isfinite(values)])
    if not len(finite) or method is Method.HAND:
        return ()
    wanted = max(1, min(count, MOST_CLASSES))
    found = _FINDERS[method](finite, wanted)
    low, high = finite[0], finite[-1]
    inside = sorted(
        {short for limit in found if low <= limit < high and (short := _short(float(limit), finite)) < high}
    )
    return tuple(inside)


def _equal(finite: Numbers, count: int) -> Sequence[float]:
    # By weights, since the difference of two numbers may be more than there is room for.
    shares = np.arange(1, count) / count
    return list(finite[0] * (1 - shares) + finite[-1] * shares)


def _quantiles(finite: Numbers, count: int) -> Sequence[float]:
    # Values that there are, and not between two: that could overflow, and the shortest limit is found anyway.
    return list(np.quantile(finite, np.arange(1, count) / count, method="lower"))


def _natural(finite: Numbers, count: int) -> Sequence[float]:
    """Return the limits for which the squares of distances to the mean of one's own class are least in sum."""
    different, weights = np.unique(finite, return_counts=True)
    if len(different) > SAMPLE:
        # The first and the last are among them, so that classes reach over all.
        finite = finite[np.linspace(0, len(finite) - 1, SAMPLE).round().astype(int)]
        different, weights = np.unique(finite, return_counts=True)
    count = min(count, len(different))
    # Around the middle and in a unit of their own, since squares lose digits and may overflow.
    middle = different[len(different) // 2]
    unit = max(abs(different[0] / 2 - middle / 2), abs(different[-1] / 2 - middle / 2)) or 1.0
    scaled = (different / 2 - middle / 2) / unit
    zero = np.zeros(1)
    number = np.concatenate([zero, np.cumsum(weights)])
    total = np.concatenate([zero, np.cumsum(weights * scaled)])
    square = np.concatenate([zero, np.cumsum(weights * scaled**2)])

    def spread(first: NDArray[np.intp], last: int) -> Numbers:
        """Return the sum of squares of each class from `first` to before `last`."""
        sums = total[last] - total[first]
        squares = square[last] - square[first] - sums**2 / (number[last] - number[first])
        return np.asarray(np.maximum(0.0, squares), dtype=np.float64)

    size = len(different)
    best = np.array([np.inf, *(spread(np.array([0]), last)[0] for last in range(1, size + 1))])
    starts = []
    for classes in range(2, count + 1):
        next_best, start = np.full(size + 1, np.inf), np.zeros(size + 1, dtype=int)
        for last in range(classes, size + 1):
            first = np.arange(classes - 1, last)
            sums = best[first] + spread(first, last)
            least = int(sums.argmin())
            next_best[last], start[last] = sums[least], first[least]
        best = next_best
        starts.append(start)
    limits, last = [], size
    for start in reversed(starts):
        last = int(start[last])
        limits.append(float(different[last - 1]))
    return limits[::-1]


def _pretty(finite: Numbers, count: int) -> Sequence[float]:
    """Return multiples of 1, 2, 2.5 or 5 times a power of ten."""
    low, high = float(finite[0]), float(finite[-1])
    rough = high / count - low / count
    if rough <= 0:
        return []
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= rough * 0.9), 10 * power)
    if not math.isfinite(step) or step <= 0 or (high - low) / step > 4 * MOST_CLASSES:
        return []
    first = math.floor(low / step) + 1
    return [number * step for number in range(first, math.ceil(high / step))]


def _deviation(finite: Numbers, count: int) -> Sequence[float]:
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = float(np.mean(finite)), float(np.std(finite, ddof=1)) if len(finite) > 1 else 0.0
    return [limit for times in _DEVIATIONS if math.isfinite(limit := mean + times * deviation)]


_FINDERS = {
    Method.EQUAL: _equal,
    Method.QUANTILES: _quantiles,
    Method.NATURAL: _natural,
    Method.PRETTY: _pretty,
    Method.DEVIATION: _deviation,
}


def _short(limit: float, finite: Numbers) -> float:
    """Return the number with the fewest digits near `limit` that has the same values below it, and the same above."""
    place = int(np.searchsorted(finite, limit, side="right"))
    low, high = float(finite[place - 1]), float(finite[place])
    near = NEAR * (float(finite[-1]) / 2 - float(finite[0]) / 2) * 2
    if near <= 0 or high / 2 - low / 2 <= 0:
        return limit
    first = max(-math.floor(math.log10(near)) - 1, -300)
    for digits in range(first, first + 20):
        short = round(limit, digits)
        for number in (short, round(short + 10.0**-digits, digits), round(short - 10.0**-digits, digits)):
            if low <= number < high and abs(number - limit) <= near:
                return number + 0.0
    return limit
