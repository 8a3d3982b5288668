"""What of the ground can be seen inside the frame of a map on paper: what a legend lists, and nothing else.

A map is drawn a little beyond its frame, and by tiles that reach beyond it: so all is cut at the frame first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely

from layers.draw.content import Content, ShownSite, ground_style
from layers.draw.drawing import Positions
from layers.draw.ground import boundaries_shown, is_under_picture
from layers.draw.ways import seen_areas, seen_ways
from layers.plan.plan import Plan
from layers.plan.scene import WAYS_LAYER, Scene
from layers.region import region

LINE_MM = 0.5
"""How near to each other on the paper two lines are one: the boundary of the plan's district hides its neighbour's."""

LEAST_MM2 = 0.5
"""Least area in square millimetres on the paper of sea: slivers between land and district are none."""


def seen_shapes(content: Content) -> list[ShownSite]:
    """Return the sites of which a line, an area or a point of the ground is drawn in the frame."""
    return [
        shown
        for shown in content.sites
        if (shown.layer.ground or not shown.simple) and shown.opacity > 0 and _is_seen(shown, content)
    ]


def _is_seen(shown: ShownSite, content: Content) -> bool:
    if shown.geometry.is_empty:
        return False
    if "Polygon" not in shown.geometry.geom_type or any(look.get("fill") for look in ground_style(shown)):
        return True
    # Of an area without a fill only the outline is seen, and where the frame cuts it there is none.
    inside = shapely.box(*content.extent).buffer(-1e-3 * content.scale / 1000)
    return bool(shown.geometry.boundary.intersects(inside))


def sees_boundary(plan: Plan, scene: Scene, content: Content) -> bool:
    """Whether the boundary of the plan's district crosses the frame."""
    home = region(plan).focus
    if home is None or not boundaries_shown(plan, scene):
        return False
    return bool(home.geometry.boundary.intersects(shapely.box(*content.extent)))


def sees_other_boundary(plan: Plan, scene: Scene, content: Content) -> bool:
    """Whether a boundary between other districts crosses the frame, other than beneath that of the plan's own."""
    if not boundaries_shown(plan, scene) or is_under_picture(plan, scene, content):
        return False
    place, frame = region(plan), shapely.box(*content.extent)
    lines = [area.geometry.boundary for area in place.districts if area is not place.focus]
    inside = [shapely.intersection(line, frame) for line in lines if line.intersects(frame)]
    if not inside or place.focus is None:
        return bool(inside)
    near = shapely.clip_by_rect(place.focus.geometry.boundary, *content.extent).buffer(LINE_MM * content.scale / 1000)
    return any(not near.covers(line) for line in inside)


def sees_sea(plan: Plan, scene: Scene, content: Content) -> bool:
    """Whether there is sea in the frame."""
    place, frame = region(plan), shapely.box(*content.extent)
    if is_under_picture(plan, scene, content) or place.dry_land.contains(frame):
        return False
    wet = frame.difference(place.dry_land).area * (1000 / content.scale) ** 2
    return bool(wet > LEAST_MM2)


def ground_kinds(plan: Plan, scene: Scene, content: Content) -> tuple[set[str], set[str]]:
    """Return the kinds of lines and those of areas of the ground that are drawn in the frame."""
    if is_under_picture(plan, scene, content) or scene.opacity.get(WAYS_LAYER, 1.0) <= 0:
        return set(), set()
    frame = shapely.box(*content.extent)
    shapely.prepare(frame)
    lines: set[str] = set()
    for seen in seen_ways(plan, scene, content):
        if seen.kind not in lines and frame.intersects(seen.geometry):
            lines.add(seen.kind)
    areas = seen_areas(plan, scene, content)
    return lines, {kind for kind, rings in areas.items() if _fills(rings, frame)}


def _fills(rings: Sequence[Positions], frame: shapely.Polygon) -> bool:
    """Whether areas, by the rings that go round them, reach into `frame`: a ring crosses it, or it lies inside."""
    whole = [shapely.LinearRing(ring) for ring in rings if len(ring) > 2]
    if any(frame.intersects(ring) for ring in whole):
        return True
    middle = frame.centroid
    # Holes run the other way round than outlines, as they are filled.
    turns = (math.copysign(1, 0.5 - (not ring.is_ccw)) for ring in whole if shapely.Polygon(ring).contains(middle))
    return sum(turns) != 0
