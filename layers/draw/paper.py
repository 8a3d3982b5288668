"""Paper and scale, read from what people type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from geo.errors import PlanMapError

SIZES = {
    "A4": (297.0, 210.0),
    "A3": (420.0, 297.0),
    "A2": (594.0, 420.0),
    "A1": (841.0, 594.0),
    "16:9": (338.67, 190.5),
}
"""Width and height in millimetres, in landscape; `16:9` is PowerPoint's slide."""

ORIENTATIONS = ("landscape", "portrait")

MINIMUM_MM = 100.0
MAXIMUM_MM = 2000.0

_STEPS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5)
"""The numbers of round scales, up to a power of ten."""

SMALLEST_NUMBER = 100
LARGEST_NUMBER = 10_000_000


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of paper."""

    name: str
    width: float
    """Millimetres."""
    height: float
    """Millimetres."""

    @classmethod
    def parse(cls, text: str, orientation: str = "") -> Paper:
        """Read `A4`, `A3`, `A2`, `A1`, `16:9` or `WIDTHxHEIGHTmm`.

        Without an `orientation`, a named size is in landscape and any other is as given.

        Raises
        ------
        PlanMapError
            `text` is none of these, or smaller than `MINIMUM_MM` or larger than `MAXIMUM_MM`.
        """
        wanted = text.strip()
        size = SIZES.get(wanted.upper())
        if size is None:
            found = re.fullmatch(
                r"(\d{1,5}(?:\.\d{1,2})?)\s*[x×*]\s*(\d{1,5}(?:\.\d{1,2})?)\s*(?:mm)?", wanted, re.I | re.A
            )
            if not found:
                raise PlanMapError("paper-unknown", paper=text, expected=(*SIZES, "420x297mm"))
            size = float(found[1]), float(found[2])
        if min(size) < MINIMUM_MM or max(size) > MAXIMUM_MM:
            raise PlanMapError("paper-range", paper=text, low=f"{MINIMUM_MM:g}", high=f"{MAXIMUM_MM:g}")
        longer, shorter = max(size), min(size)
        if orientation == "portrait":
            size = shorter, longer
        elif orientation == "landscape":
            size = longer, shorter
        return cls(wanted.upper() if wanted.upper() in SIZES else f"{size[0]:g}×{size[1]:g} mm", *size)

    @property
    def portrait(self) -> bool:
        """Whether the paper is higher than wide."""
        return self.height > self.width


def parse_scale(text: str) -> int | None:
    """Return the number of a scale such as `1:50000`, `1/50 000` or `1:5万`, or None for `auto`.

    Raises
    ------
    PlanMapError
        `text` is not a scale, or not between `SMALLEST_NUMBER` and `LARGEST_NUMBER`.
    """
    # As typed on a Chinese keyboard, too: a wide colon or the sign for a ratio, 万 for ten thousand.
    wanted = re.sub(r"[\s,]", "", text).replace("：", ":").replace("∶", ":")
    if wanted.lower() == "auto":
        return None
    found = re.fullmatch(r"(?:1[:/])?(\d{1,9})(\.\d{1,4})?(万?)", wanted, re.ASCII)
    number = 0
    if found and (found[3] or not found[2]):
        exact = Decimal(found[1] + (found[2] or "")) * (10_000 if found[3] else 1)
        number = int(exact) if exact == int(exact) else 0
    if not SMALLEST_NUMBER <= number <= LARGEST_NUMBER:
        raise PlanMapError("scale-unknown", scale=text, low=f"1:{SMALLEST_NUMBER}", high=f"1:{LARGEST_NUMBER}")
    return number


def round_scale(number: float) -> int:
    """Return the smallest round scale number that is not below `number`, so that the map shows at least as much."""
    power = 1.0
    while power * 10 <= number:
        power *= 10
    # A tiny excess is ignored, because it comes from rounding of binary fractions.
    fitting = [step * power for step in (*_STEPS, 10.0) if step * power >= number * (1 - 1e-9)]
    return max(SMALLEST_NUMBER, round(fitting[0]))


def scale_text(number: int) -> str:
    """Return a scale as maps write it, such as `1:50 000`."""
    return "1:" + f"{number:,}".replace(",", " ")
