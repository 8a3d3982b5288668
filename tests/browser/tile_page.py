"""A bare page with the tiles of a layer, on a small server of its own."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from geo.tiles.archive import Archive

ROOT = Path(__file__).parents[2]

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>tiles</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<style>body {{ margin: 0 }} #map {{ width: 990px; height: 658px; background: #fff }}</style>
<div id="map"></div>
<script>window.setup = {setup};</script>
<script src="/page.js"></script>
"""


@contextmanager
def serving_layer(archive: Path, folder: Path, setup: dict[str, object]) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Serve a page with `archive` as its layer; yield the address, and the tiles asked for so far with their bytes.

    `folder` takes the page's bundle. `setup` is what the page is told, without the source of the tiles.
    """
    bundle = [
        ROOT / "node_modules/.bin/esbuild",
        ROOT / "tests/browser/own_tiles_page.js",
        "--bundle",
        "--log-level=error",
    ]
    subprocess.run([*bundle, "--loader:.png=dataurl", f"--outfile={folder / 'page.js'}"], check=True, cwd=ROOT)
    with Archive(archive) as tiles:
        source = {"url": "/tiles/", "zooms": tiles.zooms, "bounds": tiles.bounds}
        page = PAGE.format(setup=json.dumps({**setup, "source": source})).encode()
    files = {"/page.js": "text/javascript", "/page.css": "text/css"}
    asked: list[tuple[str, int]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one piece, or the second waits for the browser to have acknowledged the first.
        wbufsize = -1

        def do_GET(self) -> None:
            if self.path == "/":
                self._answer(page, "text/html")
            elif self.path in files:
                self._answer((folder / self.path[1:]).read_bytes(), files[self.path])
            else:
                zoom, x, y = map(int, self.path.removeprefix("/tiles/").split("/"))
                with Archive(archive) as tiles:
                    tile = tiles.stored(zoom, x, y)
                asked.append((f"{zoom}/{x}/{y}", len(tile or b"")))
                self._answer(tile, "application/x-protobuf", encoding="gzip")

        def _answer(self, body: bytes | None, kind: str, encoding: str = "") -> None:
            self.send_response(200 if body is not None else 204)
            if body is not None:
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if encoding:
                    self.send_header("Content-Encoding", encoding)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", asked
        finally:
            server.shutdown()
