"""What an address opens in a plan: its Scene without anything that the plan lacks, and where the map flies to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qsl

from geo.measure import buffered_bounds
from layers.plan.layer_question import LayerQuestion
from layers.plan.near import Near
from layers.plan.plan import Plan, Site
from layers.plan.scene import OWN, SITELESS_LAYERS, Scene
from layers.selection.select import lit_sites
from layers.selection.vicinity import vicinity

FIT_RADIUS_M = 400.0
"""Least radius in metres around a site that the map flies to."""


def day_range(plan: Plan, today: date) -> tuple[date, date]:
    """Return the days that can be chosen: 1 January of the plan's year to the later of `today` and the last event."""
    first = date(plan.info.year, 1, 1)
    last = plan.days[1] if plan.days else today
    return first, max(first, today, last)


def usual_day(plan: Plan, today: date) -> date:
    """Return the day that stands where none is chosen: `today`, or before the plan's year its first day."""
    return max(day_range(plan, today)[0], today)


def fitted(plan: Plan, scene: Scene, today: date) -> Scene:
    """Return `scene` without anything that the plan lacks; a day outside the plan becomes the nearest one in it.

    An address may name a part of a place, as older ones do; the whole opens.
    """
    first, last = day_range(plan, today)
    as_of = min(max(scene.as_of, first), last) if scene.as_of else None
    own = (OWN + name for name in plan.beside.layer_ids)
    layers = {*SITELESS_LAYERS, *own, *(layer.id for layer in plan.catalogue.layers)}
    since = fitted_since(plan, scene.since, as_of or usual_day(plan, today))
    return replace(
        scene,
        as_of=as_of,
        since=since,
        only_changed=scene.only_changed and since is not None,
        themes=scene.themes & {theme.id for theme in plan.info.themes},
        sections=scene.sections & {section.id for section in plan.info.sections},
        site=",".join(plan.wholes(scene.sites)),
        task=scene.task if scene.task in plan.tasks else "",
        near=known_near(plan, scene.near),
        questions=known_questions(plan, scene.questions),
        visible={key: on for key, on in scene.visible.items() if key in layers},
        opacity={key: value for key, value in scene.opacity.items() if key in layers},
        order=tuple(key for key in scene.order if key in layers),
    )


def fitted_since(plan: Plan, since: date | None, as_of: date) -> date | None:
    """Return `since`, at the earliest the day before the plan's year; None unless it is before `as_of`."""
    before = date(plan.info.year, 1, 1) - timedelta(days=1)
    found = max(since, before) if since else None
    return found if found and found < as_of else None


def known_near(plan: Plan, near: Near | None) -> Near | None:
    """Return `near`, of a part of a place that of the whole; None if it is about a site that the plan lacks."""
    if near is None or not near.site:
        return near
    return replace(near, site=plan.whole(near.site)) if near.site in plan.sites else None


def known_questions(plan: Plan, questions: Mapping[str, LayerQuestion]) -> dict[str, LayerQuestion]:
    """Return the questions about layers that there are, without conditions on sites that the plan lacks."""
    layers = {OWN + name for name in plan.beside.layer_ids}
    found = {}
    for layer, question in questions.items():
        place = question.place
        if place is not None:
            sites = plan.wholes(place.sites)
            place = replace(place, sites=sites) if sites else None
        known = replace(question, place=place)
        if layer in layers and known:
            found[layer] = known
    return found


def own_query(scene: Scene) -> str:
    """Return the page's part of the address; the map adds its own part."""
    return replace(scene, view=None, basemap="offline", visible={}, opacity={}, order=()).to_query()


OWN_KEYS = (
    "lang",
    "date",
    "since",
    "changed",
    "status",
    "theme",
    "section",
    "kind",
    "evidence",
    "waits",
    "stale",
    "q",
    "site",
    "task",
    "near",
    "ask",
)
"""Names in an address of the page's part of it."""


def own_parts(scene: Scene) -> dict[str, str | None]:
    """Return the page's part of the address by name, None for what is not in it."""
    found = dict(parse_qsl(own_query(scene)))
    return {key: found.get(key) for key in OWN_KEYS}


def map_query(scene: Scene, task: str = "", *, site: str = "") -> str:
    """Return the query of the map as `scene` has it, with a task or sites selected, or nothing.

    Without its view, so that the map flies to what is selected.
    """
    return replace(scene, site=site, task=task, near=None, view=None).to_query()


def _radius_m(site: Site) -> float:
    """Return how much around a site must be seen; a part is itself what lies around the place."""
    return 0.0 if site.part_of else max(FIT_RADIUS_M, site.accuracy_m or 0.0)


def flight(plan: Plan, scene: Scene) -> tuple[float, float, float, float] | None:
    """Return the WGS 84 bbox (west, south, east, north) in degrees that shows what is selected; None if not placed."""
    around = vicinity(plan, scene.near)
    if around is not None:
        return around.area.bounds
    sites = [plan.sites[site_id] for site_id in lit_sites(plan, scene)]
    boxes = [buffered_bounds(site.geometry, radius_m=_radius_m(site)) for site in sites if site.geometry is not None]
    if not boxes:
        return None
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return west, south, east, north
