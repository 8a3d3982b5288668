"""Sites by what people call them: an id, a name in either language, or a name as the map prints it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geo.crs import zoom_of
from geo.errors import PlanMapError
from layers.plan.fault import printable
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene, ViewState
from layers.plan.scene_text import near
from layers.plan.terms import printed_name
from layers.region import Area, region
from layers.selection.extent import SCREEN

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

    Each text is the id or the name of a site, in either language, with or without what the name has in brackets; or
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
        return Asked(replace(scene, site="", task="", view=_view_of(plan, areas[0])), areas[0].name(scene.language))
    if not found:
        return Asked(scene, "")
    chosen = ",".join(plan.wholes(str(site_id) for site_id in found))
    return Asked(replace(scene, site=chosen, task="", view=None), "")


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
            raise PlanMapError("no-such-site", name=part.strip(), near=near(part.strip(), _all_names(plan)))
    return [one for one in found if one is not None]


def _found(plan: Plan, text: str) -> str | Area | None:
    """Return the id of the site that `text` names, or the district of the basemap; None if it names nothing."""
    wanted = text.strip()
    if wanted in plan.sites:
        return wanted
    plain = _plain(wanted)
    for reading in (_plain, _without_bracket):
        named = [site for site in plan.sites.values() if plain and plain in {reading(name) for name in site.name}]
        # Of two with the same name only one that has a position can be on a map.
        named = [site for site in named if site.placed] or named
        # All that are one place answer as one.
        named = [plan.sites[whole] for whole in plan.wholes(site.id for site in named)]
        if len(named) > 1:
            raise _ambiguous(wanted, named)
        if named:
            return named[0].id
    for area in region(plan).districts:
        if plain in (_plain(area.name_zh), _plain(area.name_en)):
            return area
    for area in region(plan).land:
        if plain in (_plain(area.name_zh), _plain(area.name_en)):
            raise PlanMapError("only-the-edge", name=wanted)
    return None


def _ambiguous(name: str, named: Sequence[Site]) -> PlanMapError:
    listed = [f"{printable(site.name.zh or site.name.en, limit=60)} = {site.id}" for site in named]
    more = ("…",) if len(listed) > MOST_CANDIDATES else ()
    return PlanMapError("site-ambiguous", name=name, count=len(named), expected=(*listed[:MOST_CANDIDATES], *more))


def _plain(name: str) -> str:
    """Return a name without differences that nobody means: width and case of letters, spaces, kinds of dashes."""
    return " ".join(unicodedata.normalize("NFKC", name).replace("–", "-").casefold().split())


def _without_bracket(name: str) -> str:
    """Return a plain name up to its bracket, as the map prints it."""
    return printed_name(_plain(name))


def _all_names(plan: Plan) -> list[str]:
    """Return all that is accepted, names before ids, as they are written in the plan."""
    names = [name for site in plan.sites.values() for name in site.name if name]
    short = [printed_name(name) for name in names]
    districts = [area.name_zh for area in region(plan).districts]
    return [*dict.fromkeys(name for name in (*short, *names, *districts, *plan.sites) if name)]


def _view_of(plan: Plan, area: Area) -> ViewState:
    """Return the view in which a window of the size of `SCREEN` just shows an area."""
    west, south, east, north = area.geometry.bounds
    left, bottom, right, top = plan.grid.bbox((west, south, east, north))
    latitude = round((bottom + top) / 2, 5)
    pixel = 1.02 * max((east - west) / SCREEN[0], (north - south) / SCREEN[1])
    zoom = zoom_of(latitude, pixel)
    # As an address writes it, so that the sheet of its QR code is this one.
    return ViewState(latitude, round((left + right) / 2, 5), math.floor(zoom * 100) / 100)
