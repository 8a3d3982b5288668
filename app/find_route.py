"""The route of the finder: suggestions for what is being typed into the search field, without a run of the page."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import context
from geo.errors import PlanMapError
from layers.selection.find import find
from layers.selection.suggestions import search_words, suggestions
from layers.translation import translation

_HEADERS = {"Cache-Control": "no-store"}


def suggestions_answer(request: Request) -> Response:
    """Return as JSON what the text `q` finds: `rows` of suggestions, best first, in the language `lang`.

    `note` says in words if there is nothing, or only what is spelt like it. There are no rows while the plan cannot be
    read, which the page itself says.
    """
    text = translation(request.query_params.get("lang", ""))
    try:
        _, plan = context.current().plan()
    except PlanMapError:
        return JSONResponse({"rows": [], "note": ""}, headers=_HEADERS)
    findings = find(plan, request.query_params.get("q", ""))
    rows = [asdict(row) for row in suggestions(plan, findings, text)]
    note = "" if findings.exact or not findings.typed else search_words(findings, tasks=0, text=text)
    return JSONResponse({"rows": rows, "note": note}, headers=_HEADERS)
