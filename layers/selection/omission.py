"""What a map leaves out of the sites that were asked for, so that nothing is dropped without a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import shapely
from shapely.geometry.base import BaseGeometry

from layers.plan.catalogue import LayerEntry
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene
from layers.selection.extent import Extent, wanted_extent
from layers.selection.select import Selection
from layers.selection.site_shape import site_shape
from layers.selection.wording import listed_words
from layers.translation import Translation

MOST_LISTED = 6
"""Most sites that one line names; of more it names as many and counts them."""

SLACK_M = 0.01
"""Distance in metres by which a shape may reach out of the frame: less than any line is wide, and rounding."""


class Why(StrEnum):
    """Why something that was asked for is not, or not wholly, on a map."""

    PART = "part"
    """Part of its shape lies outside the frame."""
    OUTSIDE = "outside"
    """All of it does."""
    CIRCLE = "circle"
    """Part of the circle in which its true position is expected does."""
    SWITCHED_OFF = "switched-off"
    """Its layer is switched off."""
    UNPLACED = "unplaced"
    """It has no position."""
    GROUND = "ground"
    """Not a site, but part of the view that was asked for lies outside the frame."""


_CUT = (Why.PART, Why.OUTSIDE, Why.CIRCLE)


@dataclass(frozen=True, slots=True)
class Omission:
    """One thing that a map leaves out."""

    site: str
    """Id of the site; empty for the view."""
    why: Why


def omissions(plan: Plan, scene: Scene, selection: Selection, extent: Extent) -> tuple[Omission, ...]:
    """Return what a map of `extent`, in metres of the grid, leaves out of what `scene` asks for."""
    layer_of = {site_id: layer for layer in plan.catalogue.layers for site_id in layer.sites}
    found: list[Omission] = []
    # The whole of a place comes first; what is so of a part as well is said once.
    told: set[tuple[str, Why]] = set()
    for site_id in selection.lit:
        whole = plan.whole(site_id)
        for why in _why(plan, scene, site_id, layer_of[site_id], extent):
            if (whole, why) not in told:
                found.append(Omission(site_id, why))
            if site_id == whole:
                told.add((whole, why))
    if scene.view is not None and not _holds(extent, shapely.box(*wanted_extent(plan, scene, selection))):
        found.append(Omission("", Why.GROUND))
    return tuple(found)


def _why(plan: Plan, scene: Scene, site_id: str, layer: LayerEntry, extent: Extent) -> Iterator[Why]:
    site = plan.sites[site_id]
    if not site.placed:
        yield Why.UNPLACED
        return
    # The basemap draws the districts, whatever layers say.
    if site.category != "district" and not scene.visible.get(layer.id, layer.visible):
        yield Why.SWITCHED_OFF
    cut = _cut(plan, site, extent)
    if cut is not None:
        yield cut


def _cut(plan: Plan, site: Site, extent: Extent) -> Why | None:
    shape = site_shape(plan, site)
    if not _holds(extent, shape):
        return Why.PART if shape.intersects(shapely.box(*extent)) else Why.OUTSIDE
    # Only points have a circle; of a line or an area the accuracy is that of its course.
    point = shape.geom_type in ("Point", "MultiPoint")
    return Why.CIRCLE if point and not _holds(extent, shape.buffer(site.accuracy_m or 0.0)) else None


def _holds(extent: Extent, shape: BaseGeometry) -> bool:
    west, south, east, north = extent
    box = west - SLACK_M, south - SLACK_M, east + SLACK_M, north + SLACK_M
    return shape.is_empty or bool(shapely.box(*box).covers(shapely.box(*shape.bounds)))


def omission_lines(plan: Plan, omitted: Sequence[Omission], text: Translation, *, fits: int | None = None) -> list[str]:
    """Return `omitted` in words: a line for what the frame cuts, one for what is not drawn, one for the view.

    With `fits`, the number of a scale at which nothing is cut, the first of them that is about a cut names that too.
    """
    cut = [_words(plan, one, text) for one in omitted if one.why in _CUT]
    hidden = [_words(plan, one, text) for one in omitted if one.why not in (*_CUT, Why.GROUND)]
    lines = [text("sheet.not-wholly", sites=listed_words(cut, MOST_LISTED, text))] if cut else []
    lines += [text("sheet.not-drawn", sites=listed_words(hidden, MOST_LISTED, text))] if hidden else []
    lines = [text("omission.ground") for one in omitted if one.why is Why.GROUND] + lines
    if fits is not None and len(hidden) < len(omitted):
        lines[0] += text("sheet.all-at", scale=f"1:{fits}")
    return lines


def _words(plan: Plan, omission: Omission, text: Translation) -> str:
    site = plan.sites[omission.site]
    why = text(f"omission.{omission.why.value}", metres=f"{site.accuracy_m or 0:g}")
    return text("sheet.omitted", name=site.name.get(text.language), why=why)
