"""The route that gives the file that goes with a statement: to be saved, never shown by the browser itself."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app import context
from app.faults import notice_page
from app.opening import ALL_SLICES
from app.policy import HEADER
from geo.errors import PlanMapError
from layers.translation import translation

_POLICY = "sandbox; default-src 'none'"
"""Also where a browser shows the file nevertheless, nothing in it runs or is fetched."""


def attachment_answer(request: Request) -> Response:
    """Return the file of the open plan with the id in the path."""
    text = translation(request.query_params.get("lang", ""))
    try:
        found, content = context.current().attachment(request.path_params["id"])
    except PlanMapError as error:
        status = 404 if error.code == "no-such-attachment" else 503
        return HTMLResponse(notice_page(error, text, back=True, typeface=ALL_SLICES), status_code=status)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
        "X-Content-Type-Options": "nosniff",
        HEADER: _POLICY,
        # Who may see it is asked each time.
        "Cache-Control": "no-store",
    }
    # A charset would be a guess.
    return Response(content, headers={**headers, "Content-Type": found.media_type})
