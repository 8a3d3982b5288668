"""Static files: compressed once, and kept by browsers for a day, or for good if their names change with the content.

Streamlit serves its scripts, 3 MB of them, without compression. Here they are compressed, and served even before
Streamlit's Python has been imported.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from layers.cache import kept_bytes

FOREVER = "public, max-age=31536000, immutable"
"""`Cache-Control` of files whose names change with their content."""

A_DAY = "public, max-age=86400"

_COMPRESSIBLE = (".js", ".css", ".json", ".svg", ".html", ".map", ".txt")
_LEVEL = 9
_SMALLEST = 600
"""Size in bytes below which compressing saves nothing."""


def streamlit_folder() -> Path:
    """Return the folder with Streamlit's page, without importing Streamlit."""
    spec = find_spec("streamlit")
    if spec is None or spec.origin is None:
        raise RuntimeError("Streamlit is not installed")
    return Path(spec.origin).parent / "static"


class StandingFiles(StaticFiles):
    """A folder of files, served compressed and with `cache` as `Cache-Control`."""

    def __init__(self, directory: Path, *, cache: str) -> None:
        super().__init__(directory=directory)
        self._cache = cache

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file, compressed if that is worth it and the browser accepts it."""
        path = Path(full_path)
        headers = {"Cache-Control": self._cache, "Vary": "Accept-Encoding"}
        accepted = Headers(scope=scope).get("accept-encoding", "")
        if path.suffix not in _COMPRESSIBLE or stat_result.st_size < _SMALLEST or "gzip" not in accepted:
            response = super().file_response(full_path, stat_result, scope, status_code)
            response.headers.update(headers)
            return response
        media_type = mimetypes.guess_type(path.name)[0] or "text/plain"
        # From memory: a page has two hundred small files, and opening each would take longer.
        packed = _packed(path, stat_result.st_size, stat_result.st_mtime_ns)
        return Response(packed, status_code, {**headers, "Content-Encoding": "gzip"}, media_type)


@lru_cache(maxsize=1024)
def _packed(path: Path, size: int, changed: int) -> bytes:
    """Return a file compressed; it is compressed once and kept between runs."""
    digest = hashlib.sha256(f"{path}:{size}:{changed}".encode()).hexdigest()[:20]
    name = f"{path.stem[:40]}-{digest}.gz"
    return kept_bytes(name, lambda: gzip.compress(path.read_bytes(), _LEVEL, mtime=0))
