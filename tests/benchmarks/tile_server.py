"""A small server on this machine for the peers of the map: their pages, vector tiles, pictures as tiles."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from geo.tiles.archive import Archive
from layers.ground import look

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>{name}</title>
<link rel="stylesheet" href="/leaflet.css">
<style>body {{ margin: 0 }} #map {{ width: {width}px; height: {height}px; background: #fcfbf9 }}</style>
<div id="map"></div>
<script>window.setup = {setup};</script>
<script type="module" src="/{name}.js"></script>
"""

TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css"}


@contextmanager
def serving_tiles(scripts: Path, archive: Path, pictures: Path, setup: dict[str, object]) -> Iterator[str]:
    """Serve the pages of the bundles in `scripts`, and `archive` and `pictures` as tiles; yield the address.

    `setup` is what each page is told, with `width` and `height` of the map in it.
    """
    with Archive(archive) as tiles:
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in one piece, or the second waits for the browser to have acknowledged the first.
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                kind, _, rest = self.path.partition("?")[0].strip("/").partition("/")
                if kind == "page":
                    told = json.dumps({**setup, "look": look.tokens()}, ensure_ascii=False)
                    page = PAGE.format(name=rest, width=setup["width"], height=setup["height"], setup=told)
                    return self.answer(page.encode(), "text/html; charset=utf-8")
                if kind == "tiles":
                    zoom, x, y = map(int, rest.split("/"))
                    with lock:
                        tile = tiles.stored(zoom, x, y)
                    return self.answer(tile, "application/x-protobuf", packed=True)
                if kind == "pictures":
                    file = pictures / rest.replace("/", "-")
                    return self.answer(file.read_bytes() if file.is_file() else None, "image/png")
                file = scripts / kind
                return self.answer(file.read_bytes() if file.is_file() else None, TYPES.get(file.suffix, "text/plain"))

            def answer(self, body: bytes | None, media: str, *, packed: bool = False) -> None:
                # Nothing there is no error: the map goes on beyond the ground.
                self.send_response(200 if body is not None else 204)
                if body is not None:
                    self.send_header("Content-Type", media)
                    self.send_header("Content-Length", str(len(body)))
                    self.send_header("Cache-Control", "max-age=86400, immutable")
                    if packed:
                        self.send_header("Content-Encoding", "gzip")
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
