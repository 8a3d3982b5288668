"""The routes of own layers: their features, and what they have at a place."""

from __future__ import annotations

import gzip
from datetime import date
from functools import lru_cache
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from app import context
from app.faults import notice_page
from app.file_name import file_name
from app.layer_work import begin
from app.opening import ALL_SLICES
from app.static_files import FOREVER
from geo.errors import PlanMapError
from geo.tiles.archive import Archive
from layers.browser.own_payload import features_json, labels_within, tile_source
from layers.own.asking import selected
from layers.own.at import at_place
from layers.own.files import find_layer, is_of_file, own_layers, trouble
from layers.own.own_layer import OwnLayer
from layers.own.tiles import tiles_of
from layers.own.words import trouble_words
from layers.plan.layer_question import LayerQuestion, read_questions
from layers.plan.plan import Plan
from layers.translation import LANGUAGES, translation

_FRESH = {"Cache-Control": "no-store"}

_LARGEST_REACH_DEG = 1.0
"""How far around a place is asked at most, in degrees: no map is that small."""


def features_answer(request: Request) -> Response:
    """Return the features of an own layer of the plan as GeoJSON; status 404 if there is none in that state."""
    try:
        plan, layer = _layer_asked(request)
        is_same = layer.version == request.path_params["version"]
        question = read_questions(request.query_params.get("ask", ""))[0].get(layer.scene_id)
        packed = _packed(layer, plan, question) if question is not None else _packed(layer)
    except PlanMapError:
        return Response(status_code=404)
    # What stays elsewhere may have changed since the page was made; it is then told as it is now.
    headers = {**({"Cache-Control": FOREVER} if is_same else _FRESH), "Content-Encoding": "gzip"}
    return Response(packed, media_type="application/geo+json", headers=headers)


def tiles_answer(request: Request) -> Response:
    """Return where the tiles of a large own layer are, and how they look.

    While they are being made, which this begins, the status is 202 and `done` the share of it; 409 if that was
    cancelled or has failed, and 404 if there is no such layer in that state.
    """
    try:
        _, layer = _layer_asked(request)
        if layer.is_live:
            return _live_source(layer)
        work = begin(layer)
        tiles = tiles_of(layer) if work is None else None
    except PlanMapError:
        return Response(status_code=404)
    if tiles is not None:
        url = f"layer-tile/{quote(layer.id, safe='')}/{tiles.key}/"
        return JSONResponse(tile_source(layer, tiles, url=url), headers=_FRESH)
    if work is None:
        return Response(status_code=404)
    if work.cancelled or (work.over and (work.fault or work.failed)):
        return PlainTextResponse("cancelled" if work.cancelled else "failed", 409, headers=_FRESH)
    return JSONResponse({"done": work.share}, 202, headers=_FRESH)


def labels_answer(request: Request) -> Response:
    """Return as GeoJSON what is to be written of a large own layer in a `box` (west, south, east, north).

    Of a layer about which `ask` asks something, only features that it selects. `more` says that there are too many.
    Status 404 if there is no such layer in that state, 400 for no box.
    """
    try:
        west, south, east, north = map(float, request.query_params.get("box", "").split(","))
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError
        plan, layer = _layer_asked(request)
        question = read_questions(request.query_params.get("ask", ""))[0].get(layer.scene_id)
        ids = selected(layer, question, plan) if question else None
        found = labels_within(layer, (west, south, east, north), ids)
    except ValueError:
        return Response(status_code=400)
    except PlanMapError:
        return Response(status_code=404)
    return JSONResponse(found, headers=_FRESH)


def _live_source(layer: OwnLayer) -> Response:
    from layers.own.table.tiles import live_tiles

    tiles = live_tiles(layer)
    url = f"layer-tile/{quote(layer.id, safe='')}/{tiles.key}/"
    return JSONResponse(tile_source(layer, tiles, url=url), headers=_FRESH)


def _live_tile(layer: OwnLayer, key: str, at: tuple[int, int, int]) -> Response:
    """Return a tile of a table; status 503 if it does not come, and `own_state_answer` says why."""
    from layers.own.table.tiles import live_tile, live_tiles, remember

    tiles = live_tiles(layer)
    # By another style the numbers of categories mean something else.
    if key.partition("-")[0] != tiles.style_key or not 0 <= at[0] <= tiles.zooms[1]:
        return Response(status_code=404)
    try:
        tile = live_tile(layer, *at)
    except PlanMapError as error:
        remember(layer, error)
        return Response(status_code=503, headers=_FRESH)
    remember(layer, None)
    headers = {"Cache-Control": FOREVER} if key == tiles.key else _FRESH
    if not tile:
        return Response(status_code=204, headers=headers)
    return Response(
        tile, media_type="application/vnd.mapbox-vector-tile", headers={**headers, "Content-Encoding": "gzip"}
    )


def own_state_answer(request: Request) -> Response:
    """Return as JSON, by language, why the features of a layer that stay elsewhere do not come; empty if they do."""
    try:
        _, plan = context.current().plan()
        layer = find_layer(plan, request.path_params["layer"])
    except PlanMapError:
        return Response(status_code=404)
    return JSONResponse(
        {language: trouble_words(layer, translation(language)) for language in LANGUAGES}, headers=_FRESH
    )


def tile_answer(request: Request) -> Response:
    """Return a tile of an own layer as it is stored; status 204 where there is none, 404 if there are none such."""
    place = request.path_params
    try:
        _, plan = context.current().plan()
        layer = find_layer(plan, place["layer"])
        if layer.is_live:
            return _live_tile(layer, place["key"], (place["zoom"], place["x"], place["y"]))
        tiles = tiles_of(layer)
        if tiles is None or tiles.key != place["key"]:
            return Response(status_code=404)
        with Archive(tiles.path) as archive:
            tile = archive.stored(place["zoom"], place["x"], place["y"])
    except PlanMapError:
        return Response(status_code=404)
    headers = {"Cache-Control": FOREVER}
    if tile is None:
        return Response(status_code=204, headers=headers)
    return Response(
        tile, media_type="application/vnd.mapbox-vector-tile", headers={**headers, "Content-Encoding": "gzip"}
    )


def answer_table(request: Request) -> Response:
    """Return what the question `ask` selects of an own layer as CSV, in the language `lang`; 404 if there is none."""
    from layers.listing.answer_file import answer_csv
    from layers.listing.files import MEDIA_TYPES
    from layers.own.answer import answer

    text = translation(request.query_params.get("lang", ""))
    try:
        _, plan = context.current().plan()
        layer = find_layer(plan, request.path_params["layer"])
        question = read_questions(request.query_params.get("ask", ""))[0].get(layer.scene_id, LayerQuestion())
        made = answer_csv(answer(plan, layer, question), text)
    except PlanMapError as error:
        return HTMLResponse(notice_page(error, text, back=True, typeface=ALL_SLICES), status_code=404)
    name = quote(file_name([layer.name, str(date.today())], "csv"))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(made, media_type=MEDIA_TYPES["csv"], headers=headers)


def _layer_asked(request: Request) -> tuple[Plan, OwnLayer]:
    wanted = request.path_params
    _, plan = context.current().plan()
    layer = find_layer(plan, wanted["layer"])
    if layer.version != wanted["version"] and not (layer.is_live and is_of_file(layer, wanted["version"])):
        raise PlanMapError("no-such-own-layer", name=wanted["layer"], near="")
    return plan, layer


@lru_cache(maxsize=8)
def _packed(layer: OwnLayer, plan: Plan | None = None, question: LayerQuestion | None = None) -> bytes:
    return gzip.compress(features_json(layer, plan, question).encode(), 6, mtime=0)


def place_answer(request: Request) -> Response:
    """Return as JSON what the own layers `layers` have at the place `at` (longitude, latitude), within `reach` degrees.

    Of a layer about which `ask` asks something, only features that it selects.

    `found` has the features with their values, the uppermost first, and `more` says how many there are besides.
    """
    query = request.query_params
    text = translation(query.get("lang", ""))
    nothing = JSONResponse({"found": [], "more": ""}, headers=_FRESH)
    try:
        (x, y), (across, up) = (map(float, query.get(name, "").split(",")) for name in ("at", "reach"))
        across, up = (min(max(each, 0.0), _LARGEST_REACH_DEG) for each in (across, up))
        _, plan = context.current().plan()
        # What cannot be reached is told where it is listed, and the others are asked all the same.
        by_id = {layer.scene_id: layer for layer in own_layers(plan) if trouble(layer) is None}
        layers = [by_id[name] for name in dict.fromkeys(query.get("layers", "").split(",")) if name in by_id]
        questions = read_questions(query.get("ask", ""))[0]
        asked = {
            layer: selected(layer, questions[layer.scene_id], plan) for layer in layers if layer.scene_id in questions
        }
        found, count = at_place(layers, x, y, across, up, asked, text.language)
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
    return JSONResponse(answer, headers=_FRESH)
