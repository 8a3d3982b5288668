"""The plan as data for the scripts in the browser, and what a Scene changes on a map that is already there."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geo.grid import BBox, in_china
from geo.measure import anchors
from layers import style
from layers.browser.detail import shown_geometries
from layers.browser.names_payload import names_payload
from layers.browser.own_payload import asked_payload, own_entries, own_groups, own_payload
from layers.browser.service_payload import service_entries, service_groups, service_payload
from layers.browser.ways_payload import ways_payload
from layers.ground import look
from layers.ground.files import GroundFile, ground_files
from layers.ground.ways import ways
from layers.own.files import own_layers
from layers.plan.catalogue import LayerEntry
from layers.plan.digest import map_digest
from layers.plan.layer_question import questions_text
from layers.plan.plan import Plan, Site, Task
from layers.plan.scene import BASEMAPS, FROM_FILE, GRID_LAYER, IN_CHINA, OWN, WAYS_LAYER, Scene, Wait
from layers.plan.terms import Text
from layers.region import region
from layers.selection.changes import site_marks
from layers.selection.due import waits_of
from layers.selection.select import Selection
from layers.selection.status import ATTENTION, SiteState, TaskState
from layers.selection.vicinity import area_words, vicinity
from layers.selection.wording import grid_words, land_sources
from layers.service.files import service_layers
from layers.translation import LANGUAGES, translation

_LETTERS = {"planned": "p", "seeking": "s", "in_progress": "i", "done": "d", "delayed": "l", "stopped": "x"}
"""The letter that stands for each status in `arguments`; upper case if evidence backs the status."""


NO_TASK = "-"
"""The letter of a task without a status, and of a site without tasks or with none that has a status."""


HIDDEN = "."
"""The letter of a task that the Scene does not show."""


FILTERED_OUT = "~"
"""The letter of a site that has tasks of which none passes the Scene's filters."""


WAITS = {Wait.OVERDUE: 1, Wait.STALE: 2}
"""What stands for each thing that a task waits for in the digits of `arguments`, which are sums of these."""


_TEXT_SECTIONS = ("map.", "legend.", "basemap.", "category.", "precision.", "status.", "mark.")


def arguments(plan: Plan, scene: Scene, selection: Selection) -> dict[str, Any]:
    """Return what `scene` changes on a map of `plan`: a letter for each site and task, layers, view and language."""
    return {
        "digest": map_digest(plan),
        "language": scene.language,
        "all": "".join(_letter(selection.states[task_id]) for task_id in plan.tasks),
        "evidence": "".join("1" if selection.states[task_id].has_evidence else "0" for task_id in plan.tasks),
        "waits": "".join(_wait_digit(plan.tasks[task_id], selection) for task_id in plan.tasks),
        "candidates": "".join("1" if task_id in selection.candidates else "0" for task_id in plan.tasks),
        **letters(plan, selection),
        "lit": list(selection.lit),
        "changes": _change_letters(plan, selection),
        "order": list(scene.order),
        "near": _near_payload(plan, scene),
        "ask": questions_text(scene.questions),
        "asked": {
            layer: {name: each[name] for name in ("url", "words", "large")}
            for layer, each in asked_payload(plan, scene).items()
        },
        "basemap": scene.basemap,
        "view": list(scene.view) if scene.view else None,
        "layers": {
            layer.id: {
                "visible": scene.visible.get(layer.id, layer.visible),
                "opacity": scene.opacity.get(layer.id, layer.opacity),
            }
            for layer in _layers(plan)
        },
    }


def _wait_digit(task: Task, selection: Selection) -> str:
    """Return what a task waits for as the sum of `WAITS`, which the browser knows too."""
    return str(sum(WAITS[wait] for wait in waits_of(task, selection.states[task.id], selection.watch)))


def letters(plan: Plan, selection: Selection) -> dict[str, str]:
    """Return a letter for each site and each task of `plan`, as `selection` shows them, and which sites are overdue."""
    passing = {task.id for task in selection.tasks}
    return {
        "sites": "".join(_site_letter(selection, site_id) for site_id in plan.sites),
        "overdue": "".join("1" if state is not None and state.overdue else "0" for state in selection.sites.values()),
        "tasks": "".join(
            _letter(selection.states[task_id]) if task_id in passing else HIDDEN for task_id in plan.tasks
        ),
    }


def _change_letters(plan: Plan, selection: Selection) -> str:
    """Return a digit for each site, its place in `style.CHANGE_MARKS`; empty where no changes are shown."""
    if selection.since is None:
        return ""
    marks = site_marks(plan, selection.changes)
    digits = {site_id: str(style.CHANGE_MARKS.index(mark.value)) for site_id, mark in marks.items()}
    return "".join(digits.get(site_id, HIDDEN) for site_id in plan.sites)


def _near_payload(plan: Plan, scene: Scene) -> dict[str, Any] | None:
    """Return the surroundings that a Scene asks about: rings of Leaflet positions, and words for the legend."""
    found = vicinity(plan, scene.near)
    if found is None:
        return None
    polygons = [part for part in shapely.get_parts(found.area) if part.geom_type == "Polygon"]
    return {
        "polygons": [[_positions(ring) for ring in (part.exterior, *part.interiors)] for part in polygons],
        "radius": found.near.radius_m,
        "words": area_words(found.near, translation(scene.language)),
    }


def _positions(ring: BaseGeometry) -> list[list[float]]:
    """Return the vertices of a ring as Leaflet has them, rounded to 10 cm."""
    return [[round(y, 6), round(x, 6)] for x, y in ring.coords]


def _letter(state: TaskState | SiteState) -> str:
    if state.status is None:
        return NO_TASK
    letter = _LETTERS[state.status.value]
    return letter.upper() if state.backed else letter


def _site_letter(selection: Selection, site_id: str) -> str:
    if site_id in selection.filtered_out:
        return FILTERED_OUT
    state = selection.sites[site_id]
    return NO_TASK if state is None else _letter(state)


def plan_payload(plan: Plan, *, within: BBox | None = None) -> dict[str, Any]:
    """Return what every map of `plan` needs whatever the Scene: sites, layers, texts, style, basemap.

    Geometries are WGS 84 in degrees: GeoJSON with longitude first, but Leaflet's latitude first in `anchors`, `bounds`,
    `lines` and `home`. With `within`, a bbox in degrees, roads and places of the ground are only those that reach
    into it.
    """
    layer_of = plan.catalogue.layer_of()
    task_number = {task_id: number for number, task_id in enumerate(plan.tasks)}
    place = region(plan)
    placed = {site.id: site.geometry for site in plan.sites.values() if site.geometry is not None}
    shown = shown_geometries(placed)
    return {
        "digest": map_digest(plan),
        "sites": [
            {
                **_site_payload(site, shown.get(site.id)),
                "layer": layer_of[site.id],
                "tasks": [task_number[task.id] for task in plan.tasks_by_site.get(site.id, ())],
            }
            for site in plan.sites.values()
        ],
        "tasks": [{"zh": task.title.zh, "en": task.title.en} for task in plan.tasks.values()],
        "groups": [
            {"id": group.id, "zh": group.title.zh, "en": group.title.en}
            for group in (*service_groups(plan, own_groups(plan)), *plan.catalogue.groups)
        ],
        "layers": [
            {
                "id": layer.id,
                "group": layer.group,
                "zh": layer.title.zh,
                "en": layer.title.en,
                "visible": layer.visible,
                "opacity": layer.opacity,
                "ground": layer.ground,
                "own": layer.id.startswith(OWN),
            }
            for layer in _layers(plan)
        ],
        "gridLayer": GRID_LAYER,
        "waysLayer": WAYS_LAYER,
        "ways": ways_payload(plan, within),
        "grounds": [_ground_payload(ground) for ground in ground_files(plan) if not ground.is_picture],
        "pictures": [_picture_payload(ground) for ground in ground_files(plan) if ground.is_picture],
        "own": [own_payload(layer) for layer in own_layers(plan)],
        "services": [service_payload(layer) for layer in service_layers(plan)],
        "texts": {language: _texts(plan, language) for language in LANGUAGES},
        "style": {**style.tokens(), "ways": look.tokens()},
        "basemaps": [name for name in BASEMAPS if name not in IN_CHINA or in_china(plan.home)],
        "attention": [_LETTERS[status.value] for status in ATTENTION],
        "letters": _LETTERS,
        "waits": {wait.value: digit for wait, digit in WAITS.items()},
        "grid": plan.grid.proj,
        "home": _leaflet_bounds(plan.home),
        "reach": _leaflet_bounds(place.bounds),
        "focus": place.focus_code,
        **names_payload(plan),
        "districtLayer": layer_of.get(plan.info.district_site),
        "waterLayer": next((layer_of[site.id] for site in plan.sites.values() if site.category == "river"), None),
        "land": place.collection("land"),
        "districts": place.collection("districts"),
    }


def _ground_payload(ground: GroundFile) -> dict[str, Any]:
    return {
        "id": FROM_FILE + ground.id,
        "zh": ground.name,
        "en": ground.name,
        "url": ground_address(ground),
        "zooms": list(ground.zooms),
        "bounds": list(ground.bounds),
        "credit": {"zh": ground.source.zh, "en": ground.source.en},
    }


def _picture_payload(ground: GroundFile) -> dict[str, Any]:
    return {**_ground_payload(ground), "pixels": ground.tile_pixels, "type": ground.image_type}


def ground_address(ground: GroundFile) -> str:
    """Return what `zoom/column/row` is added to for the address of a tile; it changes with the file."""
    return f"ground/{quote(ground.id, safe='')}/{ground.version}/"


def _layers(plan: Plan) -> tuple[LayerEntry, ...]:
    """Return the entries of all layers that a map of `plan` has, the uppermost first."""
    return (*plan.catalogue.layers, *own_entries(plan), *service_entries(plan), *_siteless_layers(plan))


def _siteless_layers(plan: Plan) -> tuple[LayerEntry, ...]:
    """Return the catalogue entries of the layers without sites, which every plan has last in its last group."""
    titles = {WAYS_LAYER: "page.streets", GRID_LAYER: "page.grid"}
    texts = [translation(language) for language in LANGUAGES]
    group = plan.catalogue.groups[-1].id
    found = []
    for layer, key in titles.items():
        title = Text(*(text(key, grid=grid_words(plan.grid, text, short=True)) for text in texts))
        if layer != WAYS_LAYER or ways(plan) or ground_files(plan):
            found.append(LayerEntry(layer, group, title, (), visible=True, opacity=1.0, ground=True))
    return tuple(found)


def _site_payload(site: Site, geometry: BaseGeometry | None) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "id": site.id,
        "zh": site.name.zh,
        "en": site.name.en,
        "category": site.category,
        "precision": site.precision.value,
        "accuracy": site.accuracy_m,
        "geometry": None,
    }
    if site.part_of:
        payload["whole"] = site.part_of
    if geometry is None or (site.category == "district" and geometry.geom_type == "Point"):
        # A district that is a point only marks a name, and the basemap already names the districts.
        return payload
    payload["geometry"] = mapping(shapely.set_precision(geometry, 1e-6, mode="pointwise"))
    payload["anchors"] = [[point.y, point.x] for point in anchors(geometry)]
    payload["bounds"] = _leaflet_bounds(geometry.bounds)
    if "LineString" in geometry.geom_type:
        lines = getattr(geometry, "geoms", [geometry])
        payload["lines"] = [[[y, x] for x, y in line.coords] for line in lines]
    return payload


def _leaflet_bounds(bbox: tuple[float, ...]) -> list[list[float]]:
    west, south, east, north = bbox
    return [[south, west], [north, east]]


def _texts(plan: Plan, language: str) -> dict[str, str]:
    words = translation(language)
    texts = {key: text for key, text in words.texts.items() if key.startswith(_TEXT_SECTIONS)}
    named = {"map.attribution": True, "map.attribution-land": False}
    credits = {
        key: f"{land_sources(plan, language, ways=ways)} | {plan.info.disclaimer.get(language)}"
        for key, ways in named.items()
    }
    grid = grid_words(plan.grid, words, short=True)
    return texts | credits | {"map.grid": grid, "legend.grid": words("legend.grid", grid=grid)}
