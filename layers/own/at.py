"""What own layers have at a place: asked of the spatial index of their files, however many features they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.own.popup import heading_fields, popup_rows
from layers.plan.fault import printable

MOST_FOUND = 8
"""Most features that are shown of a place."""

MOST_LOOKED_AT = 2_000
"""Most features of a layer whose shapes are looked at."""

LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class FoundFeature:
    """A feature at a place."""

    layer: OwnLayer
    fid: int
    title: str
    """What it is called; empty if none of its fields seems to hold a name."""
    rows: list[tuple[str, str]]
    """Its fields with their values as text."""


def at_place(
    layers: Sequence[OwnLayer],
    x: float,
    y: float,
    across: float,
    up: float,
    asked: Mapping[OwnLayer, NDArray[np.int64]] = MappingProxyType({}),
    language: str = "zh",
) -> tuple[list[FoundFeature], int]:
    """Return the first features of `layers` within an ellipse around x, y, and how many there are altogether.

    x and y are WGS 84 degrees, as are the radii `across` and `up`. Of one layer the smallest feature comes first: it
    lies in the others. Of a layer that is in `asked`, only features that have one of the numbers there.
    The style of a layer says which fields are shown, with titles in `language`.

    Raises
    ------
    PlanMapError
        A file is damaged.
    """

    def in_radii(at: NDArray[np.float64]) -> NDArray[np.float64]:
        """In units of the radii the ellipse is a circle."""
        return (at - (x, y)) / (max(across, 1e-12), max(up, 1e-12))

    found: list[FoundFeature] = []
    count = 0
    for layer in layers:
        shown, headings = popup_rows(layer, language), heading_fields(layer)
        names = list(dict.fromkeys((*(name for name, _ in shown), *headings)))
        with opened(layer) as package:
            features = package.within(
                (x - across, y - up, x + across, y + up), names, most=MOST_LOOKED_AT, ids=asked.get(layer)
            )
        moved = shapely.transform(features.geometries, in_radii)
        near = np.flatnonzero(shapely.distance(moved, shapely.Point(0, 0)) <= 1)
        sizes = shapely.area(moved[near]) + shapely.length(moved[near]) * 1e-9
        count += len(near)
        for index in near[np.argsort(sizes, kind="stable")][: MOST_FOUND - len(found)]:
            values = {name: _shown(features.values[name][index]) for name in names}
            heading = next((values[name] for name in headings if values.get(name)), "")
            rows = [(title, values[name]) for name, title in shown if values[name]]
            found.append(FoundFeature(layer, int(features.ids[index]), heading, rows))
    return found, count


def _shown(value: object) -> str:
    if value is None:
        return ""
    return printable(f"{value:.12g}" if isinstance(value, float) else value, limit=LONGEST_VALUE)
