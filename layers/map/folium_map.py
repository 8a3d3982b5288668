"""The Folium map of the browse page without a plan: basemaps, our scripts, and a placeholder for the plan."""

from __future__ import annotations

import itertools
from typing import Any

import folium
from folium.template import Template

from layers import style
from layers.browser.document import bundle_address
from layers.browser.plan_element import PlanElement
from layers.escape import html


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

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # The names must differ, because a later file replaces an earlier one with the same name.
        self.default_js = [("browse.js", bundle_address("browse.js"))]
        self.default_css = [
            ("browse.css", bundle_address("browse.css")),
        ]


def folium_document(place: str, tianditu_key: str) -> str:
    """Return the document with the basemaps and our scripts, and with the placeholder `place` for the plan."""
    result = _Map(tiles=None, zoom_control=False, zoom_start=11, zoom_snap=0.25, zoom_delta=0.5, max_zoom=19)
    online = _online_basemaps(tianditu_key)
    for layer in itertools.chain.from_iterable(online.values()):
        result.add_child(layer)
    result.add_child(PlanElement("start", place, online))
    head = result.get_root().header  # type: ignore[attr-defined]
    head.add_child(folium.Element("<title>PlanMap</title>"), name="planmap-title")
    head.add_child(folium.Element(f"<style>{style.custom_properties()}</style>"), name="planmap-colours")
    return str(result.get_root().render())


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
