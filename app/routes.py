"""The routes of the server: the first HTML of pages, the map, briefings, badges, files, and the way to Streamlit."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from app import context
from app.answer_route import answer_tile, source_answer
from app.attachment_address import ATTACHMENT
from app.attachment_route import attachment_answer
from app.data.given_files import GIVEN, given_answer
from app.faults import fault_page, notice_page
from app.file_name import file_name
from app.find_route import suggestions_answer
from app.layer_route import (
    answer_table,
    features_answer,
    labels_answer,
    own_state_answer,
    place_answer,
    tile_answer,
    tiles_answer,
)
from app.opening import ALL_SLICES, page_html, page_scripts, standing_scene
from app.pages import PAGES, Page
from app.policy import HEADER, STREAMLIT_SCRIPTS, content_policy
from app.position_route import position_answer
from app.service_route import service_tile_answer, state_answer
from app.sign_in import BEGIN, PATHS
from app.static_files import A_DAY, FOREVER, StandingFiles, streamlit_folder
from app.upload_route import upload_answer
from app.version_route import version_answer
from geo.errors import PlanMapError
from geo.tiles.archive import Archive
from layers import style
from layers.browser.face import face_bytes
from layers.ground.files import find_ground
from layers.map.document import map_scripts
from layers.plan.fault import PlanFaultsError
from layers.plan.terms import Status
from layers.present.deck_choice import chosen_deck
from layers.resources import BROWSER_FOLDER
from layers.translation import LANGUAGES, translation

STREAMLIT_PATHS = (
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/bidi-components/{rest:path}",
    "/_stcore/upload_file/{rest:path}",
    "/component/{rest:path}",
    "/media/{rest:path}",
)
"""What our pages ask of Streamlit. It would answer any other path with its own page, which is none of ours."""

STREAMLIT_SOCKET = "/_stcore/stream"


def routes(streamlit: ASGIApp) -> list[BaseRoute]:
    """Return the routes, those of the pages first; `streamlit` answers what is Streamlit's."""
    return [
        *(Route(f"/{page.path}", partial(_page, page)) for page in PAGES),
        Route("/map", _map),
        Route("/find", suggestions_answer),
        Route("/version", version_answer),
        Route("/position", position_answer),
        Route("/briefing", _briefing),
        Route("/list/{kind}", listed),
        Route("/workbook", _workbook),
        Route(f"{ATTACHMENT}{{id}}", attachment_answer),
        Route("/upload/{key}", upload_answer, methods=["POST"]),
        Route("/badges/{name}.svg", _badge),
        Route("/icon.svg", _icon),
        # Which browsers ask for beside a document that names no icon.
        Route("/favicon.ico", _icon),
        Route("/faces/{name}", _face),
        Route("/ground/{ground}/{version}/{zoom:int}/{x:int}/{y:int}", _ground_tile),
        Route("/layer/{layer}/{version}/features.json", features_answer),
        Route("/layer/{layer}/{version}/tiles.json", tiles_answer),
        Route("/layer/{layer}/{version}/answer.json", source_answer),
        Route("/layer-answer/{layer}/{version}/{state}/{zoom:int}/{x:int}/{y:int}", answer_tile),
        Route("/layer/{layer}/{version}/labels.json", labels_answer),
        Route("/layer/{layer}/state", own_state_answer),
        Route("/layer-tile/{layer}/{key}/{zoom:int}/{x:int}/{y:int}", tile_answer),
        Route("/layer-at", place_answer),
        Route(f"{GIVEN}{{token}}", given_answer),
        Route("/service/{layer}/{version}/state", state_answer),
        Route("/service/{layer}/{version}/{zoom:int}/{x:int}/{y:int}", service_tile_answer),
        Route("/layer-table/{layer}.csv", answer_table),
        Mount("/static", StandingFiles(streamlit_folder() / "static", cache=FOREVER)),
        Mount("/assets/dist", StandingFiles(BROWSER_FOLDER / "dist", cache=FOREVER)),
        Mount("/assets/vendor", StandingFiles(BROWSER_FOLDER / "vendor", cache=A_DAY)),
        *(Route(path, streamlit) for path in STREAMLIT_PATHS),
        *(_ogc() if context.current().settings.ogc else ()),
        *([Route(BEGIN, _begin), *(Route(path, streamlit) for path in PATHS)] if context.current().sign_in else ()),
        WebSocketRoute(STREAMLIT_SOCKET, streamlit),
    ]


def _ogc() -> list[BaseRoute]:
    # Imported here, for where it is switched off nobody needs it.
    from app.ogc.routes import ogc_routes

    return ogc_routes()


def missing(request: Request, _: HTTPException | Exception) -> Response:
    """Return the page for an address under which there is none."""
    error = PlanMapError("page-missing", path=request.url.path)
    document = notice_page(error, *map(translation, LANGUAGES), back=True, typeface=ALL_SLICES)
    return HTMLResponse(document, status_code=404)


def failed(_: Request, __: Exception) -> Response:
    """Return the page for an error of PlanMap's own; the server's window tells the details."""
    document = notice_page(PlanMapError("server-failed"), *map(translation, LANGUAGES), typeface=ALL_SLICES)
    return HTMLResponse(document, status_code=500)


def _page(page: Page, request: Request) -> Response:
    """Return a page. If the plan cannot be read, the page itself says so once Streamlit is up."""
    try:
        _, plan = context.current().plan()
    except PlanMapError:
        plan = None
    stale = context.current().settings.stale_days
    document = page_html(page, plan, request.url.query, today=date.today(), stale_days=stale)
    policy = content_policy((*STREAMLIT_SCRIPTS, *page_scripts()))
    return _answer(request, document, {HEADER: policy, "Cache-Control": "no-cache"})


def _map(request: Request) -> Response:
    """Return the map document, or a page that says what is wrong with the plan."""
    try:
        _, document = context.current().document()
    except PlanMapError as error:
        return HTMLResponse(fault_page(error, translation("zh")), status_code=500)
    context.current().map_given.set()
    return _tagged(request, document, ("'self'", *map_scripts(context.current().settings.tianditu_key)))


def _briefing(request: Request) -> Response:
    """Return the briefing of the deck `deck`, or of the plan's first, in the language `lang`, or in Chinese."""
    name, language = (request.query_params.get(key, "") for key in ("deck", "lang"))
    # Imported here like the briefing itself, for the first page needs neither.
    from layers.present.frame import briefing_scripts

    text = translation(language)
    try:
        if language not in ("", *LANGUAGES):
            raise PlanMapError("no-such-language", name=language, near="、".join(LANGUAGES))
        _, plan = context.current().plan()
        document = context.current().briefing(chosen_deck(plan, name), text.language, date.today())
    except PlanFaultsError as error:
        return HTMLResponse(fault_page(error, text), status_code=500)
    except PlanMapError as error:
        return HTMLResponse(notice_page(error, text, typeface=ALL_SLICES), status_code=404)
    return _tagged(request, document, briefing_scripts())


def listed(request: Request) -> Response:
    """Return the tasks that pass the filters of the address as a file of the kind that its path names."""
    # Imported here like a briefing, for the first page needs none of it.
    from layers.listing.files import MEDIA_TYPES, listing_file
    from layers.listing.listing import listing

    kind = request.path_params["kind"]
    if kind not in MEDIA_TYPES:
        raise HTTPException(404)
    today = date.today()
    try:
        _, plan = context.current().plan()
    except PlanMapError as error:
        text = translation(request.query_params.get("lang", ""))
        return HTMLResponse(notice_page(error, text, back=True, typeface=ALL_SLICES), status_code=503)
    scene = standing_scene(plan, request.url.query, today, context.current().settings.stale_days)
    made = listing(plan, scene, today=today)
    name = quote(file_name([made.title, made.text("page.list"), made.filters, str(made.as_of)], kind))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(listing_file(made, kind), media_type=MEDIA_TYPES[kind], headers=headers)


def _workbook(request: Request) -> Response:
    """Return the workbook of the plan in the language `lang`."""
    from layers.exchange.book import book_bytes
    from layers.listing.files import MEDIA_TYPES

    text = translation(request.query_params.get("lang", ""))
    try:
        _, plan = context.current().plan()
    except PlanMapError as error:
        return HTMLResponse(notice_page(error, text, back=True, typeface=ALL_SLICES), status_code=503)
    made = datetime.now().astimezone()
    name = quote(file_name([plan.info.title.get(text.language), f"{made:%Y-%m-%d}"], "xlsx"))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(book_bytes(plan, text, made=made), media_type=MEDIA_TYPES["xlsx"], headers=headers)


def _tagged(request: Request, document: str, scripts: Sequence[str]) -> Response:
    """Return a document that takes scripts from the sources `scripts`, or status 304 if the browser already has it."""
    # A digest of the document and not of the plan: another version of PlanMap may draw the plan differently.
    tag = f'"{hashlib.sha256(document.encode()).hexdigest()[:16]}"'
    # With status 304 too: what comes then takes the place of the policy that the browser has kept.
    headers = {HEADER: content_policy(scripts), "ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=headers)
    return _answer(request, document, headers)


def _answer(request: Request, document: str, headers: dict[str, str]) -> Response:
    """Return HTML, compressed if the browser accepts that."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HTMLResponse(document, headers=headers)
    return HTMLResponse(_packed(document), headers={**headers, "Content-Encoding": "gzip"})


@lru_cache(maxsize=16)
def _packed(document: str) -> bytes:
    return gzip.compress(document.encode(), 6, mtime=0)


def _badge(request: Request) -> Response:
    """Return a badge as SVG: `planned`, `planned-pale` without evidence, or of a change `change-forward`."""
    name, _, tint = request.path_params["name"].partition("-")
    if name == "change" and tint in style.CHANGE_MARKS:
        return Response(style.change_svg(tint), media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})
    if name not in {status.value for status in Status} or tint not in ("", "pale"):
        return Response(status_code=404)
    margin = 4 if request.query_params.get("margin") else 0
    svg = style.badge_svg(Status(name), backed=not tint, margin=margin)
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


def _face(request: Request) -> Response:
    """Return the file of one weight of the screen's typeface."""
    face = face_bytes(request.path_params["name"])
    if face is None:
        return Response(status_code=404)
    return Response(face, media_type="font/woff", headers={"Cache-Control": FOREVER})


def _ground_tile(request: Request) -> Response:
    """Return a tile of a ground of the plan as it is stored; status 204 where the ground has none."""
    place = request.path_params
    try:
        _, plan = context.current().plan()
        ground = find_ground(plan, place["ground"])
        if ground.version != place["version"]:
            raise PlanMapError("no-such-ground", name=place["ground"], near="")
        with Archive(ground.path) as archive:
            tile = archive.stored(place["zoom"], place["x"], place["y"])
    except PlanMapError:
        return Response(status_code=404)
    if tile is None:
        return Response(status_code=204, headers={"Cache-Control": FOREVER})
    headers = {"Cache-Control": FOREVER} | ({} if ground.is_picture else {"Content-Encoding": "gzip"})
    return Response(tile, media_type=ground.image_type or "application/vnd.mapbox-vector-tile", headers=headers)


def _begin(_: Request) -> Response:
    """Send the browser to the provider by way of Streamlit, which wants a token of a few minutes for that."""
    from streamlit.user_info import generate_login_redirect_url

    return RedirectResponse(generate_login_redirect_url("default"), headers={"Cache-Control": "no-store"})


def _icon(_: Request) -> Response:
    """Return the icon of the application."""
    return FileResponse(Path(__file__).with_name("icon.svg"), headers={"Cache-Control": "max-age=86400"})
