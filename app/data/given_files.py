"""Files that were made for somebody, until they leave the page: each has an address that nobody else can guess."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from app.data.held_files import HeldFiles

GIVEN = "/given/"
"""How the addresses of these files begin; the token follows."""

_files: dict[str, tuple[HeldFiles, str]] = {}


def offer(held: HeldFiles, name: str) -> str:
    """Return the address of the file called `name` in a folder, for as long as the folder is there."""
    for token, (each, _) in list(_files.items()):
        if each.gone:
            _files.pop(token, None)
    token = secrets.token_urlsafe(24)
    _files[token] = (held, name)
    return GIVEN + token


def given_answer(request: Request) -> Response:
    """Return a file that was made; status 404 where there is none, or no more."""
    held, name = _files.get(request.path_params["token"], (None, ""))
    path = held.path / name if held is not None and not held.gone else Path()
    if not path.is_file():
        return Response(status_code=404)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)
