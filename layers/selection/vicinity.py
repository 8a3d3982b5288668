"""What lies within a radius of a site or a point, or inside an area: which sites, how far, and how surely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.surroundings import distances_from, surroundings
from layers.plan.near import Near
from layers.plan.plan import Plan, Site, Task
from layers.plan.scene import Scene
from layers.plan.terms import Precision
from layers.translation import Translation

UNKNOWN_M = 1000.0
"""Accuracy in metres that a position counts with where none is known."""

EXACT_M = 50.0
"""Accuracy in metres up to which a distance is given without one."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """A place inside."""

    site: Site
    """The whole of the place."""
    metres: float
    """Shortest distance from the centre, on the ellipsoid; 0 inside an area, and where it reaches over the centre.

    That of its nearest part, but of one that only stands in for the place only if there is no other inside.
    """
    accuracy_m: float
    """That of the same part, or of the centre, if that is known less well."""
    nominal: bool
    """Whether that part only stands in for the place."""
    centre: bool
    """Whether it is what is asked about itself."""


@dataclass(frozen=True, slots=True)
class Vicinity:
    """What a `Near` comes to in a plan."""

    near: Near
    area: BaseGeometry
    """Polygon or MultiPolygon, WGS 84 in degrees."""
    places: tuple[Nearby, ...]
    """Nearest first; of an area those with tasks first."""
    unplaced: tuple[Site, ...]
    """Places that have tasks but no position, so that nobody can say whether they are inside."""

    @property
    def by_site(self) -> Mapping[str, Nearby]:
        """The places inside by id."""
        return {nearby.site.id: nearby for nearby in self.places}

    def tasks(self, plan: Plan) -> frozenset[str]:
        """Return the ids of the tasks of all places inside."""
        return frozenset(task.id for nearby in self.places for task in plan.tasks_by_site.get(nearby.site.id, ()))


@lru_cache(maxsize=32)
def vicinity(plan: Plan, near: Near | None) -> Vicinity | None:
    """Return what lies near; None if nothing is asked for, or what is asked about has no position.

    A place that reaches in counts as inside. Districts are left out: what lies in a city lies in all of them.
    """
    if near is None:
        return None
    centre = _centre(plan, near)
    if centre is None:
        return None
    area = centre if near.area else surroundings(centre, near.radius_m)
    own = plan.whole(near.site) if near.site in plan.sites else ""
    own_accuracy = max((accuracy_m(site) for site in plan.standing(own)), default=0.0) if own else 0.0
    parts = [site for site in plan.sites.values() if site.geometry is not None and site.category != "district"]
    shapes = [site.geometry for site in parts if site.geometry is not None]
    if near.area:
        metres = [0.0 if hit else float("inf") for hit in shapely.intersects(centre, shapes)] if shapes else []
    else:
        metres = distances_from(centre, shapes).tolist() if shapes else []
    nearest: dict[str, Nearby] = {}
    for site, far in zip(parts, metres, strict=True):
        whole = plan.whole(site.id)
        nominal = site.precision is Precision.NOMINAL
        if far > near.radius_m or (
            whole in nearest and (nearest[whole].nominal, nearest[whole].metres) <= (nominal, far)
        ):
            continue
        accuracy = max(accuracy_m(site), own_accuracy)
        nearest[whole] = Nearby(plan.sites[whole], far, accuracy, nominal, whole == own)
    order = {site.id: number for number, site in enumerate(plan.places)}

    def rank(one: Nearby) -> tuple[float, ...]:
        tasks = bool(plan.tasks_by_site.get(one.site.id))
        return not one.centre, one.metres, not tasks, order[one.site.id]

    unplaced = tuple(
        site
        for site in plan.places
        if plan.tasks_by_site.get(site.id) and not any(plan.sites[one].placed for one in plan.place(site.id))
    )
    return Vicinity(near, area, tuple(sorted(nearest.values(), key=rank)), unplaced)


def _centre(plan: Plan, near: Near) -> BaseGeometry | None:
    """Return what is asked about, WGS 84 in degrees: all that is one place with a site, a point, or an area."""
    if near.area:
        corners = shapely.Polygon([(longitude, latitude) for latitude, longitude in near.area])
        areas = [part for part in shapely.get_parts(shapely.make_valid(corners)) if part.area > 0]
        return shapely.union_all(areas) if areas else None
    if near.point is not None:
        return shapely.Point(near.point[1], near.point[0])
    if near.site not in plan.sites:
        return None
    placed = [site.geometry for site in plan.standing(near.site) if site.geometry is not None]
    return shapely.union_all(placed) if placed else None


def accuracy_m(site: Site) -> float:
    """Return a site's accuracy in metres, `UNKNOWN_M` where it is not known; 0 for a site without a position."""
    if site.accuracy_m is not None:
        return site.accuracy_m
    return UNKNOWN_M if site.placed else 0.0


def passing(plan: Plan, found: Vicinity, tasks: tuple[Task, ...]) -> list[tuple[Nearby, list[Task]]]:
    """Return the places inside, each with those of its tasks that are among `tasks`."""
    ids = {task.id for task in tasks}
    return [
        (nearby, [task for task in plan.tasks_by_site.get(nearby.site.id, ()) if task.id in ids])
        for nearby in found.places
    ]


def radius_words(near: Near) -> str:
    """Return a radius such as `2 km` or `500 m`."""
    return f"{near.radius_m / 1000:g} km" if near.radius_m >= 1000 else f"{near.radius_m} m"


def area_words(near: Near, text: Translation) -> str:
    """Return what the circle or area on a map is, in words."""
    return text("near.area") if near.area else text("near.within", radius=radius_words(near))


def near_words(plan: Plan, scene: Scene, text: Translation) -> str:
    """Return what a Scene asks about, in words; empty if about nothing, or a site that the plan lacks."""
    near = scene.near
    if near is None or (near.site and near.site not in plan.sites):
        return ""
    if near.area:
        return text("near.in-area")
    if near.point is None:
        name = plan.sites[plan.whole(near.site)].name.get(text.language)
    else:
        latitude, longitude = near.point
        north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
        name = f"{abs(latitude):.4f}°{north} {abs(longitude):.4f}°{east}"
    return text("near.around", name=name, radius=radius_words(near))


def far_words(nearby: Nearby, near: Near, text: Translation) -> str:
    """Return how far a place is, with how surely that is known; empty in an area.

    What is not known to `EXACT_M` is rounded to what the accuracy allows and given with it.
    """
    accuracy = nearby.accuracy_m
    said = ""
    if accuracy > EXACT_M or nearby.nominal:
        kind = text("near.nominal") if nearby.nominal else ""
        said = text("near.give-or-take", kind=kind, accuracy=f"±{accuracy:.0f} m").strip()
    if near.area:
        return said
    if nearby.centre:
        return text("near.centre")
    far = distance_words(nearby.metres, accuracy) if nearby.metres else "0 m"
    return f"{far} {said}".strip()


def distance_words(metres: float, accuracy_m: float) -> str:
    """Return a distance rounded to what an accuracy in metres allows, such as `≈ 2.3 km` or `≈ 450 m`."""
    step = next((step for limit, step in ((50, 10.0), (200, 100.0), (500, 500.0)) if accuracy_m <= limit), 1000.0)
    rounded = round(metres / step) * step
    if rounded < 1000:
        return f"≈ {max(rounded, step):.0f} m"
    return f"≈ {rounded / 1000:.{2 if step < 100 else 1 if step < 1000 else 0}f} km"


def near_notes(plan: Plan, scene: Scene, tasks: tuple[Task, ...], text: Translation) -> list[str]:
    """Return lines on what surroundings hold, and what nobody can say of them; `tasks` are those that pass filters."""
    found = vicinity(plan, scene.near)
    if found is None:
        return []
    inside = passing(plan, found, tasks)
    ids = {task.id for _, own in inside for task in own}
    places = sum(bool(own) for _, own in inside)
    lines = [text("near.counts", tasks=len(ids), places=places, others=len(inside) - places)]
    if not found.near.area:
        lines[0] += text("near.measured")
    if found.unplaced:
        lines.append(text("near.unplaced", count=len(found.unplaced)))
    return lines
