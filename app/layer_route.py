"""The routes of own layers: their features, and what they have at a place."""

from __future__ import annotations

import gzip
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import context
from app.static_files import FOREVER
from geo.errors import PlanMapError
from layers.browser.own_payload import features_json
from layers.own.at import at_place
from layers.own.files import find_layer, own_layers
from layers.own.own_layer import OwnLayer
from layers.translation import translation

_LARGEST_REACH_DEG = 1.0
"""How far around a place is asked at most, in degrees: no map is that small."""


def features_answer(request: Request) -> Response:
    """Return the features of an own layer of the plan as GeoJSON; status 404 if there is none in that state."""
    wanted = request.path_params
    try:
        _, plan = context.current().plan()
        layer = find_layer(plan, wanted["layer"])
        if layer.version != wanted["version"]:
            raise PlanMapError("no-such-own-layer", name=wanted["layer"], near="")
        packed = _packed(layer)
    except PlanMapError:
        return Response(status_code=404)
    headers = {"Cache-Control": FOREVER, "Content-Encoding": "gzip"}
    return Response(packed, media_type="application/geo+json", headers=headers)


@lru_cache(maxsize=8)
def _packed(layer: OwnLayer) -> bytes:
    return gzip.compress(features_json(layer).encode(), 6, mtime=0)


def place_answer(request: Request) -> Response:
    """Return as JSON what the own layers `layers` have at the place `at` (longitude, latitude), within `reach` degrees.

    `found` has the features with their values, the uppermost first, and `more` says how many there are besides.
    """
    query = request.query_params
    text = translation(query.get("lang", ""))
    nothing = JSONResponse({"found": [], "more": ""}, headers={"Cache-Control": "no-store"})
    try:
        (x, y), (across, up) = (map(float, query.get(name, "").split(",")) for name in ("at", "reach"))
        across, up = (min(max(each, 0.0), _LARGEST_REACH_DEG) for each in (across, up))
        _, plan = context.current().plan()
        by_id = {layer.scene_id: layer for layer in own_layers(plan)}
        layers = [by_id[name] for name in dict.fromkeys(query.get("layers", "").split(",")) if name in by_id]
        found, count = at_place(layers, x, y, across, up, text.language)
    except (ValueError, PlanMapError):
        return nothing
    rest = count - len(found)
    answer = {
        "found": [
            {"layer": each.layer.scene_id, "name": each.layer.name, "title": each.title, "rows": each.rows}
            for each in found
        ],
        "more": text("own.more-here", count=rest) if rest else "",
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})
