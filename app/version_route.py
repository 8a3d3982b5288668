"""The route that tells open pages which version of the plan there is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import context
from geo.errors import PlanMapError


def version_answer(_: Request) -> Response:
    """Return as JSON the plan's `version`; an empty one while the plan cannot be read, which the page itself says."""
    try:
        version, _plan = context.current().plan()
    except PlanMapError:
        version = ""
    return JSONResponse({"version": version}, headers={"Cache-Control": "no-store"})
