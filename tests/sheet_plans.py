"""Tiny plans for the tests of sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shapely

from geo.measure import bounds
from layers.plan.plan import Plan, Site
from layers.plan.terms import Precision, Text


def plan_with_sites(plan: Plan, points: Sequence[tuple[float, float]], *, task: str, names: Sequence[str] = ()) -> Plan:
    """Return `plan` with nothing but its district and sites at `points` (WGS 84), all of them of one task."""
    district = plan.sites[plan.info.district_site]
    sites = {district.id: district}
    for number, (longitude, latitude) in enumerate(points):
        name = names[number] if names else f"点位{number}"
        site = Site(
            id=f"point-{number}",
            name=Text(name, f"Point {number}"),
            category="place",
            geometry=shapely.Point(longitude, latitude),
            precision=Precision.MAPPED,
            accuracy_m=None,
            source=Text("试验", "test"),
            licence="facts-only",
            note=Text("", ""),
        )
        sites[site.id] = site
    linked = replace(plan.tasks[task], sites=tuple(key for key in sites if key != district.id), context_sites=())
    layer = next(layer for layer in plan.catalogue.layers if layer.group == "report")
    layers = (
        replace(layer, sites=linked.sites),
        *(replace(other, sites=(district.id,)) for other in plan.catalogue.layers if district.id in other.sites),
    )
    assert bounds([site.geometry for site in sites.values() if site.geometry is not None])
    return Plan(
        info=plan.info,
        sites=sites,
        tasks={task: linked},
        events=tuple(event for event in plan.events if event.task_id == task),
        catalogue=replace(plan.catalogue, layers=layers),
    )
