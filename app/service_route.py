"""The routes of map services: their tiles, fetched by this server within its limits, and why they do not come."""

from __future__ import annotations

import base64

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import context
from geo.errors import PlanMapError
from layers.service.files import service_layers
from layers.service.service_layer import ServiceLayer
from layers.translation import translation

_NOTHING = base64.b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")
"""A picture with nothing in it."""

_AN_HOUR = "private, max-age=3600"
_NOT_KEPT = {"Cache-Control": "no-store"}


def service_tile_answer(request: Request) -> Response:
    """Return a tile of a service of the plan; status 502 if it does not come, 403 if its host is not allowed."""
    # What asks the network is loaded only where a plan has a service.
    from layers.service.tiles import is_empty, tile

    place = request.path_params
    layer = _layer(place["layer"], place["version"])
    if layer is None:
        return Response(status_code=404, headers=_NOT_KEPT)
    try:
        content, form = tile(layer, place["zoom"], place["x"], place["y"])
    except PlanMapError as error:
        if is_empty(error):
            return Response(_NOTHING, media_type="image/gif", headers={"Cache-Control": _AN_HOUR})
        status = {"remote-not-allowed": 403, "service-tile": 404}.get(error.code, 502)
        return Response(status_code=status, headers=_NOT_KEPT)
    return Response(content, media_type=form, headers={"Cache-Control": _AN_HOUR})


def state_answer(request: Request) -> Response:
    """Return as JSON the `words` that say why a service does not come, and what to do; empty if it does."""
    from layers.service.tiles import failure_of
    from layers.service.words import trouble

    text = translation(request.query_params.get("lang", ""))
    layer = _layer(request.path_params["layer"], request.path_params["version"])
    if layer is None:
        return Response(status_code=404, headers=_NOT_KEPT)
    error = trouble(layer) or failure_of(layer)
    words = "" if error is None else text("service.waits", name=layer.row.name, why=text.explain(error))
    return JSONResponse({"words": words}, headers=_NOT_KEPT)


def _layer(name: str, version: str) -> ServiceLayer | None:
    """Return the service of the plan with that id in that state; None if there is none."""
    try:
        _, plan = context.current().plan()
    except PlanMapError:
        return None
    return next((each for each in service_layers(plan) if (each.id, each.version) == (name, version)), None)
