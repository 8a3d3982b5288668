"""Sites by what people call them: an id, a name in either language, or a name as the map prints it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geo.errors import PlanMapError
from layers.plan.fault import printable
from layers.plan.near import Near, read_position
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene
from layers.region import Area, region
from layers.selection.extent import view_of
from layers.selection.find import Found, index_of
from layers.selection.spelling import plain, without_bracket
from layers.selection.suggestions import likely_names

SEPARATORS = ",，、;；"
"""Between several names in one text. Names may hold them too, so a whole text that is a name is taken as one."""

MOST_CANDIDATES = 8
"""Most sites that are listed where a name stands for several."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for by names."""

    scene: Scene
    title: str
    """Name of a district that only the basemap has, in the Scene's language; empty for sites, which have names."""


def with_sites(plan: Plan, scene: Scene, wanted: Sequence[str]) -> Asked:
    """Return `scene` with those sites selected that `wanted` names, instead of its selection and view.

    Each text is the id or the name of a site, in either language or in pinyin, with or without what the name has in
    brackets; or
    several of them with `SEPARATORS` between them. Empty texts are ignored. A district that only the basemap has
    becomes a view of all of it.

    Raises
    ------
    PlanMapError
        There is no such site, a name stands for several, or a district is asked for together with something else.
    """
    found: list[str | Area] = []
    for text in wanted:
        found += _named(plan, text)
    areas = [area for area in found if isinstance(area, Area)]
    if areas and len(set(found)) > 1:
        raise PlanMapError("district-alone", name=areas[0].name(scene.language))
    if areas:
        shown = replace(scene, site="", task="", near=None, view=view_of(plan, areas[0].geometry.bounds))
        return Asked(shown, areas[0].name(scene.language))
    if not found:
        return Asked(scene, "")
    chosen = ",".join(plan.wholes(str(site_id) for site_id in found))
    return Asked(replace(scene, site=chosen, task="", near=None, view=None), "")


def with_near(plan: Plan, scene: Scene, wanted: str, radius_m: int) -> Scene:
    """Return `scene` with the question what lies within `radius_m` metres of a place, instead of its view.

    `wanted` is the id or the name of one site, which is then selected, or latitude and longitude in degrees.

    Raises
    ------
    PlanMapError
        There is no such site, the name stands for several, or it has no position.
    """
    point = read_position(wanted)
    if point is not None:
        return replace(scene, near=Near(point=point, radius_m=radius_m), view=None)
    found = _found(plan, wanted)
    if not isinstance(found, str):
        raise PlanMapError("no-such-site", name=wanted.strip(), near="、".join(likely_names(plan, wanted)) or "-")
    if not any(plan.sites[one].placed for one in plan.place(found)):
        raise PlanMapError("nothing-placed", name=plan.sites[found].name.get(scene.language))
    site_id = plan.whole(found)
    return replace(scene, site=site_id, task="", near=Near(site=site_id, radius_m=radius_m), view=None)


def sites_named(plan: Plan, text: str) -> tuple[str, ...]:
    """Return the ids of the places that `text` names, as `with_sites` reads it; none where it names none.

    Raises
    ------
    PlanMapError
        A name stands for several.
    """
    try:
        found = _named(plan, text)
    except PlanMapError as error:
        if error.code == "no-such-site":
            return ()
        raise
    return plan.wholes(str(site_id) for site_id in found if not isinstance(site_id, Area))


def site_named(plan: Plan, text: str) -> str:
    """Return the id of the site that `text` names; a part of a place goes by its id.

    Raises
    ------
    PlanMapError
        There is none, a name stands for several, or several are named.
    """
    found = _named(plan, text)
    sites = [site_id for site_id in found if not isinstance(site_id, Area)]
    if len(sites) != 1 or len(found) != 1:
        raise PlanMapError("no-such-site", name=text.strip(), near="、".join(likely_names(plan, text)) or "-")
    return sites[0]


def _named(plan: Plan, text: str) -> list[str | Area]:
    """Return what one text names: the text as a whole, or else each of its parts."""
    if not text.strip():
        return []
    whole = _found(plan, text)
    if whole is not None:
        return [whole]
    parts = [part for part in re.split(f"[{SEPARATORS}]", text) if part.strip()]
    found = [_found(plan, part) for part in parts] if len(parts) > 1 else [None]
    for part, one in zip(parts or [text], found, strict=True):
        if one is None:
            raise PlanMapError("no-such-site", name=part.strip(), near="、".join(likely_names(plan, part)) or "-")
    return [one for one in found if one is not None]


def _found(plan: Plan, text: str) -> str | Area | None:
    """Return the id of the site that `text` names, or the district of the basemap; None if it names nothing."""
    wanted = text.strip()
    if wanted in plan.sites:
        return wanted
    called = plain(wanted)
    for reading in (plain, without_bracket):
        named = [site.id for site in plan.sites.values() if called and called in {reading(name) for name in site.name}]
        if named:
            return _the_one(plan, wanted, named)
    for area in region(plan).districts:
        if called in (plain(area.name_zh), plain(area.name_en)):
            return area
    for area in region(plan).land:
        if called in (plain(area.name_zh), plain(area.name_en)):
            raise PlanMapError("only-the-edge", name=wanted)
    spelt = [entry.id for entry in index_of(plan).entries if entry.found is Found.PLACE and called in entry.pinyin]
    return _the_one(plan, wanted, spelt) if spelt else None


def _the_one(plan: Plan, wanted: str, ids: Sequence[str]) -> str:
    """Return the id of the place that all sites with `ids`, which have one name, are; raise if they are several."""
    # Of two with the same name only one that has a position can be on a map.
    placed = [site_id for site_id in ids if plan.sites[site_id].placed] or ids
    # All that are one place answer as one.
    places = [plan.sites[whole] for whole in plan.wholes(placed)]
    if len(places) > 1:
        raise _ambiguous(wanted, places)
    return places[0].id


def _ambiguous(name: str, named: Sequence[Site]) -> PlanMapError:
    listed = [f"{printable(site.name.zh or site.name.en, limit=60)} = {site.id}" for site in named]
    more = ("…",) if len(listed) > MOST_CANDIDATES else ()
    return PlanMapError("site-ambiguous", name=name, count=len(named), expected=(*listed[:MOST_CANDIDATES], *more))
