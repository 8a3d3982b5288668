"""The web server: Streamlit's application with our own routes and headers around it."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import sys
import threading
import traceback
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import context, session
from app.faults import fault_page, notice_page
from app.pages import PAGES
from geo.errors import PlanMapError
from layers import escape, style
from layers.plan.fault import PlanFaultsError
from layers.plan.terms import Status
from layers.present.deck_choice import chosen_deck
from layers.resources import BROWSER_FOLDER
from layers.translation import LANGUAGES, translation

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Streamlit's page and Folium's document both start from inline scripts. Text of the plan does
        # not reach them but as JSON, see layers.escape. Streamlit loads scripts of components as blobs.
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        # The online basemaps, asked for only when chosen.
        "img-src 'self' data: blob: https://tile.openstreetmap.org https://*.is.autonavi.com https://*.tianditu.gov.cn",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-ancestors 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)


class SecurityHeaders:
    """ASGI middleware that puts the content policy on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add headers to the answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CONTENT_POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def map_page(request: Request) -> Response:
    """Answer with the map document, or with what is wrong with the plan."""
    try:
        _, document = context.current().document()
    except PlanMapError as error:
        return HTMLResponse(fault_page(error, translation("zh")), status_code=500)
    return _tagged(request, document)


def _tagged(request: Request, document: str) -> Response:
    """Answer with a document, or that it is still the one which the browser has."""
    # Of the document and not of the plan: another version of PlanMap may draw the same plan otherwise.
    tag = f'"{hashlib.sha256(document.encode()).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=headers)
    return HTMLResponse(document, headers=headers)


def briefing_page(request: Request) -> Response:
    """Answer with a deck as a briefing: by its id, or the plan's first; in Chinese unless asked otherwise."""
    name, language = (request.query_params.get(key, "") for key in ("deck", "lang"))
    text = translation(language)
    try:
        if language not in ("", *LANGUAGES):
            raise PlanMapError("no-such-language", name=language, near="、".join(LANGUAGES))
        _, plan = context.current().plan()
        document = context.current().briefing(chosen_deck(plan, name), text.language, date.today())
    except PlanFaultsError as error:
        return HTMLResponse(fault_page(error, text), status_code=500)
    except PlanMapError as error:
        return HTMLResponse(notice_page(error, text), status_code=404)
    return _tagged(request, document)


def badge(request: Request) -> Response:
    """Answer with the badge of a status as SVG."""
    name, _, tint = request.path_params["name"].partition("-")
    if name not in {status.value for status in Status} or tint not in ("", "pale"):
        return Response(status_code=404)
    margin = 4 if request.query_params.get("margin") else 0
    svg = style.badge_svg(Status(name), backed=not tint, margin=margin)
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


_ROOT = "<script>window.__streamlit = { BACKEND_BASE_URL: window.location.origin }</script>"


def below_root(request: Request) -> Response:
    """Answer with Streamlit's page for an address below the root, which tells it where the server is.

    Without that it looks for one at `/export/_stcore` first, and the browser reports what is not there as errors.
    """
    document = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    return HTMLResponse(document.replace("<head>", f"<head>{_ROOT}", 1), headers={"Cache-Control": "no-cache"})


def unexpected(error: Exception) -> bool:
    """Show one sentence for an error of our own making, and put the details where whoever runs the server looks."""
    traceback.print_exception(error)
    language = session.state().get("language") or "zh"
    st.html(f"<p role='alert' class='pm-warn'>{escape.html(translation(language)('page.unexpected'))}</p>")
    return True


def _warm() -> None:
    # A plan at fault is told on the page itself.
    with suppress(PlanMapError):
        context.current().document()


def application(url: str, *, hosts: list[str], language: str, open_browser: bool) -> st.App:
    """Return the ASGI application for the current context; `url` is where people find it, under one of `hosts`."""

    @asynccontextmanager
    async def announce(_: st.App) -> AsyncIterator[dict[str, Any]]:
        print(translation(language)("cli.serving", url=url), flush=True)
        # Made while the browser is still loading the page around it.
        threading.Thread(target=_warm, daemon=True).start()
        if open_browser:
            webbrowser.open(url)
        yield {}

    return st.App(
        Path(__file__).with_name("entry.py"),
        lifespan=announce,
        on_script_error=unexpected,
        routes=[
            Route("/map", map_page),
            Route("/briefing", briefing_page),
            Route("/badges/{name}.svg", badge),
            *(Route(f"/{page.path}", below_root) for page in PAGES if page.path),
            *(Mount(f"/assets/{name}", StaticFiles(directory=BROWSER_FOLDER / name)) for name in ("dist", "vendor")),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts), Middleware(SecurityHeaders)],
    )


def check_port(host: str, port: int) -> None:
    """Raise `PlanMapError` unless `port` can be listened on; the server itself would go on to another."""
    if not host:
        raise PlanMapError("port-refused", host='""', port=port, reason="?")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # As the server does: a port that was closed a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
                raise PlanMapError("port-in-use", port=port, other=port + 1) from error
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise PlanMapError("port-refused", host=host, port=port, reason=reason) from error


def serve(*, host: str, port: int, language: str, open_browser: bool) -> None:
    """Serve the current context until stopped; raise `PlanMapError` if the port cannot be had."""
    check_port(host, port)
    shown = "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104 - compared, not bound
    # A page elsewhere can make its own name point to this machine; only this machine's names are answered.
    hosts = ["127.0.0.1", "localhost", "[::1]"] if is_loopback(host) else ["*"]
    # Streamlit obeys a settings file in the working folder, which may have come with a plan.
    os.chdir(Path(__file__).parent)
    application(f"http://{shown}:{port}", hosts=hosts, language=language, open_browser=open_browser).run(
        config={
            "server.address": host,
            "server.port": port,
            "server.headless": True,
            "server.baseUrlPath": "",
            "server.enableStaticServing": False,
            "server.enableCORS": True,
            "server.enableXsrfProtection": True,
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": False,
            "client.showErrorDetails": "none",
            "client.toolbarMode": "minimal",
            # A page that shows what stands alone on a line would show docstrings.
            "runner.magicEnabled": False,
            "client.showSidebarNavigation": False,
            "logger.hideWelcomeMessage": True,
            "theme.base": "light",
            "theme.primaryColor": style.ACCENT,
            "theme.backgroundColor": style.WHITE,
            "theme.secondaryBackgroundColor": style.INTERFACE["card"],
            "theme.textColor": style.INK,
            "theme.borderColor": style.INTERFACE["border"],
            "theme.baseRadius": "0.5rem",
            "theme.baseFontSize": 15,
            "theme.font": ", ".join(f"'{name}'" for name in style.FONT_FAMILIES) + ", sans-serif",
        }
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    return host in ("127.0.0.1", "localhost", "::1")


def has_display() -> bool:
    """Whether a browser window can open on this machine."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
