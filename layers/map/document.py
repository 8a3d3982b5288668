"""The Scene as a Folium map: one document that stands, and scripts that apply each new Scene to it."""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import folium
import shapely
from branca.element import MacroElement
from folium.template import Template
from shapely.geometry import mapping

from geo.crs import GAUSS_KRUGER_117E_PROJ
from geo.measure import anchors, bounds
from layers import style
from layers.escape import html, script_json
from layers.plan.digest import content_digest
from layers.plan.plan import LayerEntry, Plan, Site, Text
from layers.plan.scene import BASEMAPS, GRID_LAYER, Scene
from layers.resources import data_folder
from layers.selection.select import Selection
from layers.selection.status import ATTENTION, SiteState, TaskState
from layers.translation import LANGUAGES, translation

ASSETS = "assets"
"""Folder, as the browser sees it, of our scripts and of `vendor/`."""

BROWSE_SCRIPTS = (
    "symbols",
    "geodesy",
    "ground",
    "grid",
    "labels",
    "crowding",
    "sites",
    "stage",
    "panels",
    "measure",
    "bridge",
    "map",
)
"""Our own scripts of the browse page in loading order."""

_VENDOR_SCRIPTS = (
    ("leaflet", "leaflet/leaflet.js"),
    ("full-screen", "leaflet.fullscreen/Control.FullScreen.umd.js"),
    ("proj4", "proj4/proj4.js"),
    ("geodesic", "geographiclib-geodesic/geographiclib-geodesic.min.js"),
)
_VENDOR_STYLES = (
    ("leaflet-css", "leaflet/leaflet.css"),
    ("full-screen-css", "leaflet.fullscreen/Control.FullScreen.css"),
    ("noto-css", "noto-sans-sc/index.css"),
)

_LETTERS = {"planned": "p", "seeking": "s", "in_progress": "i", "done": "d", "delayed": "l", "stopped": "x"}
"""One letter a status on the way to the browser; upper case where evidence backs it."""
NO_TASK = "-"
HIDDEN = "."

_TEXT_SECTIONS = ("map.", "legend.", "basemap.", "category.", "precision.", "status.")


class _Online(folium.TileLayer):
    """An online basemap that stays off the map, and off the network, until someone asks for it."""

    def __init__(self, url: str, attribution: str, **options: Any) -> None:
        # Attribution is HTML to Leaflet, and goes into a script here.
        super().__init__(tiles=url, attr=str(html(attribution)), show=False, control=False, **options)


class _ShiftedOnline(_Online):
    """The same for pictures drawn in GCJ-02."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = new PlanMap.Gcj02TileLayer("
        "{{ this.tiles|tojson }}, {{ this.options|tojavascript }});"
        "{% endmacro %}"
    )


class PlanElement(MacroElement):
    """Calls the function `call` of our scripts with the map, and leaves a place for the plan.

    The plan must not go through Folium: it renders what it has rendered once more, as a Jinja template, and
    would run `{{ }}` in any name. `put` puts the plan into the finished document.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "PlanMap.{{ this.call }}({{ this._parent.get_name() }}, {{ this.place }}, { "
        "{% for choice, layers in this.online.items() %}"
        "{{ choice|tojson }}: [{% for layer in layers %}{{ layer.get_name() }},{% endfor %}],"
        "{% endfor %}"
        "});"
        "{% endmacro %}"
    )

    def __init__(self, call: str, place: str, online: Mapping[str, list[_Online]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "Plan"
        self.call = call
        self.place = place
        self.online = online


class _Map(folium.Map):
    """A Folium map whose scripts and styles come from our own server."""

    default_js = [(name, f"{ASSETS}/vendor/{path}") for name, path in _VENDOR_SCRIPTS] + [
        (f"planmap-{name}", f"{ASSETS}/{name}.js") for name in BROWSE_SCRIPTS
    ]
    default_css = [(name, f"{ASSETS}/vendor/{path}") for name, path in _VENDOR_STYLES] + [
        ("planmap-css", f"{ASSETS}/map.css")
    ]


def map_document(plan: Plan, scene: Scene, selection: Selection, *, tianditu_key: str = "") -> str:
    """Return the HTML document of the map of `plan` at `scene`; later Scenes are sent to it as `arguments`.

    Web Mercator on screen; all data is handed over in WGS 84.
    """
    place = new_place()
    document = str(_folium_map(place, tianditu_key).get_root().render())
    return put(document, place, script_json({**plan_payload(plan), "initial": arguments(plan, scene, selection)}))


def new_place() -> str:
    """Return a word that stands for the plan in a document until the plan is put there; no plan holds it."""
    return f"PLAN{secrets.token_hex(16)}"


def put(document: str, place: str, text: str) -> str:
    """Return `document` with `text` in the one place left for it."""
    before, found, after = document.partition(place)
    if not found:
        raise RuntimeError("the place for the plan is not in the document")
    return f"{before}{text}{after}"


def _folium_map(place: str, tianditu_key: str) -> folium.Map:
    """Return the Folium map with the basemaps and our scripts, and `place` where the plan goes."""
    result = _Map(tiles=None, zoom_control=False, zoom_start=11, zoom_snap=0.25, zoom_delta=0.5, max_zoom=19)
    online = _online_basemaps(tianditu_key)
    for layer in itertools.chain.from_iterable(online.values()):
        result.add_child(layer)
    result.add_child(PlanElement("start", place, online))
    head = result.get_root().header  # type: ignore[attr-defined]
    head.add_child(folium.Element("<title>PlanMap</title>"), name="planmap-title")
    head.add_child(folium.Element(f"<style>{custom_properties(style.FONT_FAMILIES)}</style>"), name="planmap-colours")
    return result


def arguments(plan: Plan, scene: Scene, selection: Selection) -> dict[str, Any]:
    """Return what a Scene changes on a map that stands: a letter for each site and task, not the sites."""
    passing = {task.id for task in selection.tasks}
    without_strip = replace(scene, statuses=frozenset(), evidence=None)
    return {
        "digest": content_digest(plan),
        "language": scene.language,
        "all": "".join(_letter(selection.states[task_id]) for task_id in plan.tasks),
        "evidence": "".join("1" if selection.states[task_id].has_evidence else "0" for task_id in plan.tasks),
        "candidates": "".join("1" if task_id in selection.candidates else "0" for task_id in plan.tasks),
        "filtered": without_strip.filtered,
        "found": [site.id for site in selection.found],
        "sites": "".join(_site_letter(selection.sites, site_id) for site_id in plan.sites),
        "tasks": "".join(
            _letter(selection.states[task_id]) if task_id in passing else HIDDEN for task_id in plan.tasks
        ),
        "lit": list(selection.lit),
        "basemap": scene.basemap,
        "view": list(scene.view) if scene.view else None,
        "layers": {
            layer.id: {
                "visible": scene.visible.get(layer.id, layer.visible),
                "opacity": scene.opacity.get(layer.id, layer.opacity),
            }
            for layer in (*plan.catalogue.layers, _grid_layer(plan))
        },
    }


def _letter(state: TaskState | SiteState) -> str:
    if state.status is None:
        return NO_TASK
    letter = _LETTERS[state.status.value]
    return letter.upper() if state.backed else letter


def _site_letter(sites: Mapping[str, SiteState | None], site_id: str) -> str:
    if site_id not in sites:
        return HIDDEN
    state = sites[site_id]
    return NO_TASK if state is None else _letter(state)


def plan_payload(plan: Plan) -> dict[str, Any]:
    """Return what every map of `plan` is drawn from, whatever the Scene: sites, layers, words, style, ground."""
    layer_of = plan.catalogue.layer_of()
    task_number = {task_id: number for number, task_id in enumerate(plan.tasks)}
    district = plan.sites.get(plan.info.district_site)
    focus = _focus_code(district)
    ground = _basemap()
    placed = [site.geometry for site in plan.sites.values() if site.geometry is not None]
    home = bounds([district.geometry] if district and district.geometry else placed) or (
        115.0,
        38.0,
        119.0,
        41.0,
    )
    return {
        "digest": content_digest(plan),
        "sites": [
            {
                **_site_payload(site),
                "layer": layer_of[site.id],
                "tasks": [task_number[task.id] for task in plan.tasks_by_site.get(site.id, ())],
            }
            for site in plan.sites.values()
        ],
        "tasks": [{"zh": task.title.zh, "en": task.title.en} for task in plan.tasks.values()],
        "groups": [{"id": group.id, "zh": group.title.zh, "en": group.title.en} for group in plan.catalogue.groups],
        "layers": [
            {
                "id": layer.id,
                "group": layer.group,
                "zh": layer.title.zh,
                "en": layer.title.en,
                "visible": layer.visible,
                "opacity": layer.opacity,
                "ground": layer.ground,
            }
            for layer in (*plan.catalogue.layers, _grid_layer(plan))
        ],
        "gridLayer": GRID_LAYER,
        "texts": {language: _texts(plan, language) for language in LANGUAGES},
        "style": style.tokens(),
        "basemaps": list(BASEMAPS),
        "attention": [_LETTERS[status.value] for status in ATTENTION],
        "letters": _LETTERS,
        "grid": GAUSS_KRUGER_117E_PROJ,
        "home": _leaflet_bounds(home),
        "focus": focus,
        "districtLayer": layer_of.get(plan.info.district_site),
        "waterLayer": next((layer_of[site.id] for site in plan.sites.values() if site.category == "river"), None),
        **ground,
    }


def _grid_layer(plan: Plan) -> LayerEntry:
    """Return the catalogue entry of the grid, last in the last group; every plan has it."""
    title = Text(*(translation(language)("page.grid") for language in LANGUAGES))
    return LayerEntry(GRID_LAYER, plan.catalogue.groups[-1].id, title, (), visible=True, opacity=1.0, ground=True)


def _site_payload(site: Site) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "id": site.id,
        "zh": site.name.zh,
        "en": site.name.en,
        "category": site.category,
        "precision": site.precision.value,
        "accuracy": site.accuracy_m,
        "geometry": None,
    }
    if site.geometry is None or (site.category == "district" and site.geometry.geom_type == "Point"):
        # District points are places for a name, and the basemap names the districts.
        return payload
    geometry = site.geometry
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
    source = f"{plan.info.attribution.get(language)} | {plan.info.disclaimer.get(language)}"
    return texts | {"map.attribution": source}


@lru_cache(maxsize=1)
def _basemap() -> dict[str, Any]:
    folder = data_folder() / "basemap"
    return {
        name: json.loads((folder / f"{name}.geojson").read_text(encoding="utf-8")) for name in ("land", "districts")
    }


def _focus_code(district: Site | None) -> str | None:
    """Return the basemap's code of the plan's district, so that it stands out."""
    if district is None:
        return None
    names = {feature["properties"]["name_zh"]: feature["id"] for feature in _basemap()["districts"]["features"]}
    code = names.get(district.name.zh)
    return str(code) if code else None


def _online_basemaps(tianditu_key: str) -> dict[str, list[_Online]]:
    """Return the layers of each online basemap, the lowest first."""
    found: dict[str, list[_Online]] = {
        "osm": [_Online("https://tile.openstreetmap.org/{z}/{x}/{y}.png", "© OpenStreetMap contributors", max_zoom=19)],
        "amap": [
            _ShiftedOnline(
                "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",
                "© 高德地图",
                subdomains="1234",
                max_zoom=18,
            )
        ],
    }
    if tianditu_key:
        # 天地图 keeps the names in a layer of their own. It is drawn in CGCS2000, so nothing is shifted.
        found["tianditu"] = [
            _Online(
                f"https://t{{s}}.tianditu.gov.cn/{name}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={name}"
                "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILECOL={x}&TILEROW={y}&TILEMATRIX={z}"
                f"&tk={tianditu_key}",
                "© 天地图",
                subdomains="01234567",
                max_zoom=18,
            )
            for name in ("vec", "cva")
        ]
    return found


def custom_properties(families: Sequence[str]) -> str:
    """Return the colours and the typefaces for our style sheets; `families` in order."""
    fonts = ",".join(f'"{name}"' for name in families)
    return (
        f":root{{--pm-accent:{style.ACCENT};--pm-ink:{style.INK};--pm-water:{style.WATER};"
        f"--pm-font:{fonts},sans-serif}}"
    )
