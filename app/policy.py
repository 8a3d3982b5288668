"""The content policy and the other headers that every answer carries, and the middleware that sees to it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.origin import Authority, is_loopback

HEADER = "Content-Security-Policy"

STREAMLIT_SCRIPTS = ("'self'", "'wasm-unsafe-eval'", "blob:")
"""Where Streamlit's page takes scripts from: it loads those of components as blobs."""


def content_policy(scripts: Sequence[str]) -> str:
    """Return the policy of a document that takes scripts from the sources `scripts` alone.

    A script inside a document runs only if its hash is among them.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {' '.join(scripts)}",
            "style-src 'self' 'unsafe-inline'",
            # The online basemaps, which load only when chosen.
            "img-src 'self' data: blob: https://tile.openstreetmap.org https://*.is.autonavi.com "
            "https://*.tianditu.gov.cn",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-ancestors 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        )
    )


HEADERS = {
    HEADER: content_policy(("'none'",)),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # A page elsewhere cannot put an answer into itself.
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The headers of every answer. A document with scripts brings a content policy of its own."""

OPENER = {"Cross-Origin-Opener-Policy": "same-origin"}
"""So that a page elsewhere cannot hold on to a tab that it has opened.

Browsers heed it only where they take the address for a safe one, with https or on this machine, and complain of it
anywhere else.
"""

_STARTS = ("http.response.start", "websocket.http.response.start")


class SecurityHeaders:
    """ASGI middleware that puts the headers on every answer, also on one that refuses a WebSocket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the answer."""
        given = {**HEADERS, **OPENER} if _is_safe(scope) else HEADERS

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                headers = MutableHeaders(scope=message)
                for name, value in given.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _is_safe(scope: Scope) -> bool:
    host = Authority.parse(Headers(scope=scope).get("host", "")) if scope["type"] == "http" else None
    return host is not None and (scope["scheme"] == "https" or is_loopback(host.host))
