"""The routes of large answers about own layers: where their tiles are, and the tiles, made when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import context
from app.static_files import FOREVER
from geo.errors import PlanMapError
from layers.browser.own_payload import answer_address, answer_source
from layers.own.asking import answer_state, selected
from layers.own.files import find_layer, is_of_file
from layers.own.own_layer import OwnLayer
from layers.own.tiles import LARGE
from layers.plan.layer_question import LayerQuestion, read_questions
from layers.plan.plan import Plan

if TYPE_CHECKING:
    from layers.own.answer_tiles import AnswerTiles
    from layers.own.live_answer import LiveAnswer


def source_answer(request: Request) -> Response:
    """Return where the tiles of the answer to `ask` are, and how they look; status 404 if there is no such answer.

    Of a table that cannot be read the status is 503, and `app.layer_route.own_state_answer` says why.
    """
    try:
        asked = _asked(request, request.query_params.get("state", ""))
    except PlanMapError:
        return Response(status_code=404)
    try:
        state, found = asked.answer()
    except PlanMapError as error:
        return asked.failed(error)
    source = answer_source(asked.layer, found, url=answer_address(asked.layer, state), question=asked.question)
    return JSONResponse(source, headers=asked.headers(state))


def answer_tile(request: Request) -> Response:
    """Return a tile of the answer to `ask`; status 204 where there is none, 404 and 503 likewise."""
    place = request.path_params
    try:
        asked = _asked(request, place["state"])
    except PlanMapError:
        return Response(status_code=404)
    try:
        state, found = asked.answer()
        tile = found.tile(place["zoom"], place["x"], place["y"])
    except PlanMapError as error:
        return asked.failed(error)
    asked.came()
    # Its address has the version of the layer, the question, and what is selected.
    headers = asked.headers(state)
    if tile is None:
        return Response(status_code=204, headers=headers)
    headers |= {"Content-Encoding": "gzip"}
    return Response(tile, media_type="application/vnd.mapbox-vector-tile", headers=headers)


@dataclass(frozen=True, slots=True)
class _Asked:
    layer: OwnLayer
    question: LayerQuestion
    plan: Plan
    version: str
    state: str
    """What the address says is selected."""

    def answer(self) -> tuple[str, AnswerTiles | LiveAnswer]:
        """Return the tiles, and what is selected now."""
        # Imported here, for the first page needs none of it.
        from layers.own.answer_tiles import tiles_of_answer

        state = answer_state(self.layer, self.question, self.plan)
        is_large = len(selected(self.layer, self.question, self.plan)) > LARGE
        # A table may have changed since the page was made, or have less of what is asked for; it is told as it is now.
        if not self.layer.is_live and (state != self.state or not is_large):
            raise PlanMapError("no-such-own-layer", name=self.layer.id, near="")
        return state, tiles_of_answer(self.layer, self.question, self.plan)

    def headers(self, state: str) -> dict[str, str]:
        """Return for how long what has been made may be kept, if `state` is selected now."""
        is_same = (self.layer.version, state) == (self.version, self.state)
        return {"Cache-Control": FOREVER if is_same else "no-store"}

    def failed(self, error: PlanMapError) -> Response:
        """Return what there is to say if it does not come."""
        if not self.layer.is_live or error.code == "layer-field":
            return Response(status_code=404)
        from layers.own.table.tiles import remember

        remember(self.layer, error)
        return Response(status_code=503, headers={"Cache-Control": "no-store"})

    def came(self) -> None:
        """Note that there is nothing to say of why it does not come."""
        if self.layer.is_live:
            from layers.own.table.tiles import remember

            remember(self.layer, None)


def _asked(request: Request, state: str) -> _Asked:
    wanted = request.path_params
    _, plan = context.current().plan()
    layer = find_layer(plan, wanted["layer"])
    question = read_questions(request.query_params.get("ask", ""))[0].get(layer.scene_id)
    is_there = layer.version == wanted["version"] or (layer.is_live and is_of_file(layer, wanted["version"]))
    if question is None or not is_there:
        raise PlanMapError("no-such-own-layer", name=wanted["layer"], near="")
    return _Asked(layer, question, plan, wanted["version"], state)
