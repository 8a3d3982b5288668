"""The routes below `/ogc`: read only, for programs that ask page by page and for people who look."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import date
from functools import partial
from importlib.metadata import version
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from app import context
from app.faults import notice_page
from app.ogc import documents
from app.ogc.address import JSON_TYPE, ROOT, Address, outer_address
from app.ogc.asked import COMMON, HTML, JSON, check_limit, check_names, features_asked, form_of, language_of
from app.ogc.documents import Document, Served
from app.ogc.view import page
from app.opening import ALL_SLICES
from geo.errors import PlanMapError
from layers.listing.plan_collections import plan_collections
from layers.translation import Translation, translation

_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Language, Accept-Encoding"}

_MISSING = ("ogc-no-collection", "ogc-no-feature", "page-missing")

Work = Callable[[Request, Served], Document]


def ogc_routes() -> list[BaseRoute]:
    """Return the routes; each answers GET and HEAD alone."""
    return [
        # With a slash at the end too, as people paste addresses.
        *(Route(path, partial(_answer, _plain(documents.landing))) for path in (ROOT, f"{ROOT}/")),
        Route(f"{ROOT}/conformance", partial(_answer, _plain(documents.conformance))),
        Route(f"{ROOT}/api", partial(_answer, _plain(documents.api))),
        Route(f"{ROOT}/collections", partial(_answer, _collections)),
        Route(f"{ROOT}/collections/{{collection}}", partial(_answer, _collection)),
        Route(f"{ROOT}/collections/{{collection}}/schema", partial(_answer, _schema)),
        Route(f"{ROOT}/collections/{{collection}}/items", partial(_answer, _items)),
        Route(f"{ROOT}/collections/{{collection}}/items/{{feature}}", partial(_answer, _item)),
        Route(f"{ROOT}/{{rest:path}}", partial(_answer, _nowhere)),
    ]


def _plain(work: Callable[[Served], Document]) -> Work:
    def found(request: Request, served: Served) -> Document:
        check_names(request.query_params, COMMON)
        return work(served)

    return found


def _collections(request: Request, served: Served) -> Document:
    # Programs ask for many; there are few.
    check_names(request.query_params, (*COMMON, "limit"))
    check_limit(request.query_params)
    return documents.collections(served)


def _collection(request: Request, served: Served) -> Document:
    check_names(request.query_params, COMMON)
    return documents.collection(served, request.path_params["collection"])


def _schema(request: Request, served: Served) -> Document:
    check_names(request.query_params, COMMON)
    return documents.schema(served, request.path_params["collection"])


def _items(request: Request, served: Served) -> Document:
    collection_id = request.path_params["collection"]
    asked = features_asked(request.query_params, served.collection(collection_id).about)
    return documents.items(served, collection_id, asked)


def _item(request: Request, served: Served) -> Document:
    check_names(request.query_params, COMMON)
    return documents.item(served, request.path_params["collection"], request.path_params["feature"])


def _nowhere(request: Request, _: Served) -> Document:
    raise PlanMapError("page-missing", path=request.url.path)


def _answer(work: Work, request: Request) -> Response:
    """Return the document that `work` makes, in the form and language asked for, or what is wrong with the question."""
    form, text = JSON, translation("")
    try:
        text = translation(language_of(request.query_params, request.headers))
        form = form_of(request.query_params, request.headers)
    except PlanMapError as error:
        return _refused(error, 400, form, text)
    served = context.current()
    try:
        plan_version, plan = served.plan()
    except PlanMapError as error:
        return _refused(error, 503, form, text)
    today = date.today()
    path = quote(request.scope["path"].removeprefix(request.scope.get("root_path", "")).removeprefix(ROOT).rstrip("/"))
    address = Address(outer_address(request), path, dict(request.query_params))
    stale = served.settings.stale_days
    tag = _tag(plan_version, plan.beside.version, today, stale, address.here(), form, text.language)
    if tag.removeprefix("W/") in _tags(request):
        return Response(status_code=304, headers={**_HEADERS, "ETag": tag})
    collections = plan_collections(plan, text.language, today, stale)
    try:
        document = work(request, Served(address, form, text, plan, collections, str(today)))
    except PlanMapError as error:
        return _refused(error, 404 if error.code in _MISSING else 400, form, text)
    if form == HTML:
        return _packed(request, page(document.view, address, text).encode(), "text/html; charset=utf-8", tag)
    content = json.dumps(document.data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _packed(request, content.encode(), document.media_type, tag)


def _tag(*parts: object) -> str:
    """Return the tag of an answer that follows from `parts` and from what this version of PlanMap makes of them."""
    # A weak one: the time in an answer and its compression differ.
    words = chr(0).join(map(str, (version("planmap"), *parts)))
    return f'W/"{hashlib.sha256(words.encode()).hexdigest()[:16]}"'


def _tags(request: Request) -> set[str]:
    named = request.headers.get("if-none-match", "").split(",")
    return {tag.strip().removeprefix("W/") for tag in named}


def _packed(request: Request, content: bytes, media_type: str, tag: str) -> Response:
    """Return content, compressed if the program accepts that."""
    headers = {**_HEADERS, "ETag": tag, "Content-Type": media_type}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(content, headers=headers)
    return Response(gzip.compress(content, 4, mtime=0), headers={**headers, "Content-Encoding": "gzip"})


def _refused(error: PlanMapError, status: int, form: str, text: Translation) -> Response:
    """Return what is wrong and what to do about it."""
    headers = {**_HEADERS, "Cache-Control": "no-store"}
    if form == HTML:
        document = notice_page(error, text, back=True, typeface=ALL_SLICES)
        return HTMLResponse(document, status_code=status, headers=headers)
    content = json.dumps({"code": error.code, "description": text.explain(error)}, ensure_ascii=False)
    return Response(content, status_code=status, headers=headers, media_type=JSON_TYPE)
