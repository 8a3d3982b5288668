"""The colours of own layers: a palette for kinds of things, and ramps for amounts.

All values are our own, except `cividis`: five of the colours of Nuñez, Anderton and Renslow ("Optimizing colormaps with
consideration for color vision deficiency", PLOS ONE 13, 2018), which are in the public domain (CC0). The others were
searched in OKLab (Ottosson, 2020): colours of the palette are at least 0.09 apart for normal sight, protanopia and
deuteranopia alike (Machado, Oliveira and Fernandes, 2009), and keep away from those of statuses and waters. Ramps go
steadily from light to dark, or from dark over light to dark, so that they can also be read in grey print.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

PALETTE = (
    "#49A9AE",
    "#9F536C",
    "#EBBC69",
    "#442C71",
    "#A46D1A",
    "#ADA5F6",
    "#682408",
    "#7CD7CB",
    "#837AC7",
    "#D17F6F",
    "#8A4011",
    "#5F4890",
)
"""Of categories in turn; the first ones differ most."""

DEFAULTS = ("#24757B", "#9F536C", "#A46D1A", "#5F4890", "#8A4011", "#442C71")
"""Of whole layers in turn: the darker colours, which also lines and small points can have."""

OTHER = "#B8B5AE"
"""Of all values without a category."""

NO_VALUE = "#DAD7D0"
"""Of features without a value."""

EDGE = "#FFFFFF"
"""Around points."""

STRONG = "#C2136B"
"""Of a layer whose place is being decided: no road, water or status has it."""

LABEL = "#33373D"
HALO = "#FFFFFF"

RAMPS = {
    "teal": ("#E4F1EC", "#7FBDB8", "#175F6B"),
    "plum": ("#F3E6EC", "#C391AC", "#5E2A54"),
    "ochre": ("#FAF0D7", "#D9A95A", "#6E3F0C"),
    "slate": ("#ECEDEE", "#9FA6B2", "#363E52"),
    "cividis": ("#FEE838", "#BCAE6C", "#7D7C78", "#434E6C", "#00224E"),
    "teal-ochre": ("#175F6B", "#7FBDB8", "#F4F1EA", "#D9A95A", "#6E3F0C"),
    "indigo-ochre": ("#2F3F7F", "#8E9BC9", "#F4F1EA", "#D9A95A", "#6E3F0C"),
}
"""From low to high, by name; those with two names lead away from a middle."""

DIVERGING = ("teal-ochre", "indigo-ochre")
"""For amounts that lie on two sides of a middle, such as growth and decline."""

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
"""From linear sRGB to the cones' answers, and from their cube roots to OKLab."""


@lru_cache(maxsize=128)
def ramp(name: str, count: int) -> tuple[str, ...]:
    """Return `count` colours of the ramp `name`, evenly along it, from low to high.

    A ramp of one colour has its darkest, or for a diverging one its middle.
    """
    anchors = RAMPS[name]
    if count == 1:
        return (anchors[len(anchors) // 2 if name in DIVERGING else -1],)
    known = np.array([oklab(colour) for colour in anchors])
    at = np.linspace(0, len(anchors) - 1, count)
    parts = [np.interp(at, np.arange(len(anchors)), known[:, part]) for part in range(3)]
    return tuple(_hexadecimal(lab) for lab in np.column_stack(parts))


def oklab(colour: str) -> NDArray[np.float64]:
    """Return lightness, and the two axes of colour, of `#RRGGBB` in OKLab."""
    lms = _TO_LMS @ linear(colour)
    lab: NDArray[np.float64] = _TO_LAB @ np.cbrt(lms)
    return lab


def linear(colour: str) -> NDArray[np.float64]:
    """Return red, green and blue of `#RRGGBB` from 0 to 1, in proportion to light (IEC 61966-2-1)."""
    values = np.array(list(bytes.fromhex(colour[1:]))) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _hexadecimal(lab: NDArray[np.float64]) -> str:
    light = np.clip(np.linalg.solve(_TO_LMS, np.linalg.solve(_TO_LAB, lab) ** 3), 0, 1)
    values = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(value * 255):02X}" for value in values.tolist())
