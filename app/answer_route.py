"""The routes of large answers about own layers: where their tiles are, and the tiles, made when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import context
from app.static_files import FOREVER
from geo.errors import PlanMapError
from layers.browser.own_payload import answer_address, answer_source
from layers.own.asking import answer_state, selected
from layers.own.files import find_layer
from layers.own.own_layer import OwnLayer
from layers.own.tiles import LARGE
from layers.plan.layer_question import LayerQuestion, read_questions

if TYPE_CHECKING:
    from layers.own.answer_tiles import AnswerTiles


def source_answer(request: Request) -> Response:
    """Return where the tiles of the answer to `ask` are, and how they look; status 404 if there is no such answer."""
    try:
        layer, question, state, found = _asked(request, request.query_params.get("state", ""))
    except PlanMapError:
        return Response(status_code=404)
    source = answer_source(layer, found, url=answer_address(layer, state), question=question)
    return JSONResponse(source, headers={"Cache-Control": FOREVER})


def answer_tile(request: Request) -> Response:
    """Return a tile of the answer to `ask`; status 204 where there is none, 404 if there is no such answer."""
    place = request.path_params
    try:
        *_, found = _asked(request, place["state"])
        tile = found.tiles.tile(place["zoom"], place["x"], place["y"])
    except PlanMapError:
        return Response(status_code=404)
    # Its address has the version of the layer, the question, and what is selected.
    headers = {"Cache-Control": FOREVER}
    if tile is None:
        return Response(status_code=204, headers=headers)
    headers |= {"Content-Encoding": "gzip"}
    return Response(tile, media_type="application/vnd.mapbox-vector-tile", headers=headers)


def _asked(request: Request, state: str) -> tuple[OwnLayer, LayerQuestion, str, AnswerTiles]:
    # Imported here, for the first page needs none of it.
    from layers.own.answer_tiles import answer_tiles

    wanted = request.path_params
    _, plan = context.current().plan()
    layer = find_layer(plan, wanted["layer"])
    question = read_questions(request.query_params.get("ask", ""))[0].get(layer.scene_id)
    if (
        question is None
        or layer.version != wanted["version"]
        or answer_state(layer, question, plan) != state
        or len(selected(layer, question, plan)) <= LARGE
    ):
        raise PlanMapError("no-such-own-layer", name=wanted["layer"], near="")
    return layer, question, state, answer_tiles(layer, question, plan)
