"""The Scene as a Folium map: one document that stays, and scripts that apply each new Scene to it."""

from __future__ import annotations

import itertools
from typing import Any

import folium
from folium.template import Template

from layers import style
from layers.browser.document import ASSETS, custom_properties, new_place, put
from layers.browser.element import PlanElement
from layers.browser.face import face_css, screen_characters
from layers.browser.payload import arguments, plan_payload
from layers.escape import html, script_json
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.select import Selection

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
"""Our own scripts of the browse page, in loading order."""

_VENDOR_SCRIPTS = (
    ("leaflet", "leaflet/leaflet.js"),
    ("full-screen", "leaflet.fullscreen/Control.FullScreen.umd.js"),
    ("proj4", "proj4/proj4.js"),
    ("geodesic", "geographiclib-geodesic/geographiclib-geodesic.min.js"),
)
_VENDOR_STYLES = (
    ("leaflet-css", "leaflet/leaflet.css"),
    ("full-screen-css", "leaflet.fullscreen/Control.FullScreen.css"),
)


class _Online(folium.TileLayer):
    """An online basemap, which is not on the map and loads nothing until somebody chooses it."""

    def __init__(self, url: str, attribution: str, **options: Any) -> None:
        # Leaflet takes the attribution as HTML, and here it goes into a script.
        super().__init__(tiles=url, attr=str(html(attribution)), show=False, control=False, **options)


class _ShiftedOnline(_Online):
    """An online basemap whose pictures are drawn in GCJ-02; see docs/decisions/0005."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = new PlanMap.Gcj02TileLayer("
        "{{ this.tiles|tojson }}, {{ this.options|tojavascript }});"
        "{% endmacro %}"
    )


class _Map(folium.Map):
    """A Folium map whose scripts and styles come from our own server."""

    default_js = [(name, f"{ASSETS}/vendor/{path}") for name, path in _VENDOR_SCRIPTS] + [
        (f"planmap-{name}", f"{ASSETS}/src/{name}.js") for name in BROWSE_SCRIPTS
    ]
    default_css = [(name, f"{ASSETS}/vendor/{path}") for name, path in _VENDOR_STYLES] + [
        ("planmap-css", f"{ASSETS}/src/map.css")
    ]


def map_document(plan: Plan, scene: Scene, selection: Selection, *, tianditu_key: str = "") -> str:
    """Return the map of `plan` at `scene` as an HTML document; later Scenes are sent to it as `arguments`.

    The map is in Web Mercator (EPSG:3857); all data is handed to it in WGS 84.
    """
    place = new_place()
    document = str(_folium_map(place, tianditu_key).get_root().render())
    document = document.replace("</head>", f"<style>{face_css(screen_characters(plan))}</style></head>", 1)
    return put(document, place, script_json({**plan_payload(plan), "initial": arguments(plan, scene, selection)}))


def _folium_map(place: str, tianditu_key: str) -> folium.Map:
    """Return the Folium map with the basemaps and our scripts, and with the placeholder `place` for the plan."""
    result = _Map(tiles=None, zoom_control=False, zoom_start=11, zoom_snap=0.25, zoom_delta=0.5, max_zoom=19)
    online = _online_basemaps(tianditu_key)
    for layer in itertools.chain.from_iterable(online.values()):
        result.add_child(layer)
    result.add_child(PlanElement("start", place, online))
    head = result.get_root().header  # type: ignore[attr-defined]
    head.add_child(folium.Element("<title>PlanMap</title>"), name="planmap-title")
    head.add_child(folium.Element(f"<style>{custom_properties(style.FONT_FAMILIES)}</style>"), name="planmap-colours")
    return result


def _online_basemaps(tianditu_key: str) -> dict[str, list[_Online]]:
    """Return the tile layers of each online basemap by its id, the lowest first."""
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
        # 天地图 has the names in a separate layer. It is drawn in CGCS2000, so nothing is shifted.
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
