"""The route that takes a file for a statement which somebody is about to record."""

from __future__ import annotations

import tempfile

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from app import context
from geo.errors import PlanMapError
from layers.plan.attachment import FILE_BYTES
from layers.translation import translation


async def upload_answer(request: Request) -> Response:
    """Take the body as a file called `name`, and return the `id` under which it waits, and its safe name, as JSON.

    The path has the key that the page has given to its browser. What is refused is explained in `words`, in the
    language `lang`.
    """
    key, name = request.path_params["key"], request.query_params.get("name", "")
    uploads = context.current().uploads
    try:
        if not uploads.knows(key):
            raise PlanMapError("upload-closed")
        # Never more than is taken, whatever the request says of its length.
        file, size = tempfile.TemporaryFile(), 0  # noqa: SIM115 - closed below, or when its statement is recorded
        try:
            async for chunk in request.stream():
                size += len(chunk)
                if size > FILE_BYTES:
                    raise PlanMapError("attachment-too-large", name=name, limit=FILE_BYTES // 2**20)
                file.write(chunk)
            held = await run_in_threadpool(uploads.hold, key, name, file)
        except BaseException:
            file.close()
            raise
        if held is None:
            raise PlanMapError("upload-closed")
    except ClientDisconnect:
        return Response(status_code=400)
    except OSError as error:
        refusal = PlanMapError("folder-not-writable", folder=tempfile.gettempdir(), reason=error.strerror)
        return _refused(request, refusal)
    except PlanMapError as error:
        return _refused(request, error)
    return JSONResponse({"id": held.id, "name": held.name, "size": held.size}, headers={"Cache-Control": "no-store"})


def _refused(request: Request, error: PlanMapError) -> Response:
    # With a status that says so, browsers would complain of an error where there is only a file of another kind.
    words = translation(request.query_params.get("lang", "")).explain(error)
    return JSONResponse({"words": words}, headers={"Cache-Control": "no-store"})
