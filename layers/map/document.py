"""The Scene as the map document of the browse page, which stays for as long as the page is open."""

from __future__ import annotations

from functools import lru_cache

from layers.browser.document import bundle_address, kept_document, put, script_hashes
from layers.browser.face import face_css, screen_characters
from layers.browser.payload import arguments, plan_payload
from layers.escape import script_json
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.select import Selection

_PLAN = "THE-PLAN-GOES-HERE"
"""Placeholder for the plan in the cached document. It need not be random: everything else there is ours or Folium's."""


def map_document(plan: Plan, scene: Scene, selection: Selection, *, tianditu_key: str = "") -> str:
    """Return the map of `plan` at `scene` as an HTML document; later Scenes are sent to it as `arguments`.

    The map is in Web Mercator (EPSG:3857); all data in the document is in WGS 84.
    """
    tools = [bundle_address(name) for name in ("placing.js", "placing.css")]
    payload = {**plan_payload(plan), "initial": arguments(plan, scene, selection), "tools": tools}
    document = _document_without_plan(tianditu_key)
    document = document.replace("</head>", f"<style>{face_css(screen_characters(plan))}</style></head>", 1)
    return put(document, _PLAN, script_json(payload))


def map_scripts(tianditu_key: str = "") -> tuple[str, ...]:
    """Return the sources of a content policy that let the scripts inside the map document run."""
    return script_hashes(_document_without_plan(tianditu_key))


@lru_cache(maxsize=1)
def _document_without_plan(tianditu_key: str) -> str:
    def made() -> str:
        # Folium takes most of a second to import, so only the first start waits for it.
        from layers.map.folium_map import folium_document

        return folium_document(_PLAN, tianditu_key)

    return kept_document("map", made, depends=tianditu_key)
