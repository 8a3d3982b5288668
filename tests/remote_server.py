"""Real servers on this machine that stand for those of the network, kind or not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

from PIL import Image

Body = bytes | Iterator[bytes]


@dataclass
class Reply:
    """What a server says."""

    body: Body = b""
    media_type: str = "text/plain"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Served:
    """A server that runs."""

    port: int
    asked: list[str]
    """Paths with queries, in the order in which they came."""
    headers: list[dict[str, str]]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def at(self, target: str) -> str:
        return f"http://{self.host}{target}"


@contextmanager
def served(answer: Callable[[str, dict[str, str]], Reply]) -> Iterator[Served]:
    """Yield a server that answers a path and the parameters of its query, names in small letters."""
    asked: list[str] = []
    headers: list[dict[str, str]] = []
    connections: list[socket.socket] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            headers.append({name.lower(): value for name, value in self.headers.items()})
            found = urlsplit(self.path)
            reply = answer(found.path, {name.lower(): value for name, value in parse_qsl(found.query)})
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.media_type)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if isinstance(reply.body, bytes):
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
                return
            self.close_connection = True
            self.end_headers()
            try:
                for part in reply.body:
                    self.wfile.write(part)
            except OSError:
                # Whoever asked has had enough.
                pass

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_INET

        def handle_error(self, *_: object) -> None:
            pass

        def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
            connections.append(request)
            super().process_request(request, client_address)  # type: ignore[arg-type]

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Served(server.server_port, asked, headers)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        # Gone for good, also for whoever has kept a connection.
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def png(colour: tuple[int, ...], side: int = 256) -> bytes:
    """Return a picture of one colour."""
    file = BytesIO()
    Image.new("RGBA" if len(colour) == 4 else "RGB", (side, side), colour).save(file, "PNG")
    return file.getvalue()
