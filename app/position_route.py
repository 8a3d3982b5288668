"""The route that reads a position as somebody types it, before anything is stored."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import context
from geo.errors import PlanMapError
from geo.position import Datum, home_meridian, read_position
from layers.selection.position_words import read_words
from layers.translation import translation


def position_answer(request: Request) -> Response:
    """Return as JSON where the position in `text`, of the `datum` and `zone`, is in WGS 84, with words on it.

    What cannot be read has only words, on what is wrong.
    """
    asked = request.query_params
    text = translation(asked.get("lang", ""))
    try:
        _, plan = context.current().plan()
        datum = Datum(asked.get("datum", "")) if asked.get("datum", "") in set(Datum) else Datum.WGS84
        position = read_position(
            asked.get("text", ""), datum, zone=asked.get("zone", ""), meridian=home_meridian(plan.grid)
        )
        words = read_words(plan, position, text)
        at = [position.longitude, position.latitude]
    except PlanMapError as error:
        at, words = [], text.explain(error)
    return JSONResponse({"at": at, "words": words}, headers={"Cache-Control": "no-store"})
