"""The web server: our own routes at once, and Streamlit behind them as soon as it has been imported."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected

from app import context, garbage, gone_sessions, streamlit_app
from app.opening import page_html
from app.origin import OwnOrigin
from app.pages import PAGES
from app.policy import SecurityHeaders
from app.routes import failed, missing, routes
from geo.errors import PlanMapError
from layers.translation import translation

HEAD_START_S = 0.6
"""Seconds that the first browser has to ask for the map before Streamlit is imported."""


class Behind:
    """Streamlit's application, which is imported while our own routes already answer.

    Until then its requests wait. If it cannot be imported, they fail and the server stops.
    """

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._ready = asyncio.Event()
        self._app: ASGIApp | None = None
        self._failure: BaseException | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as soon as Streamlit is up."""
        await self._ready.wait()
        if self._app is None:
            raise RuntimeError("Streamlit could not be started") from self._failure
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        # A browser that leaves while it is being sent something: Streamlit would close its connection, which has gone.
        with suppress(WebSocketDisconnected):
            await self._app(scope, receive, send)

    async def stand(self, stop: asyncio.Event) -> None:
        """Import and start Streamlit, and stop it when `stop` is set."""
        try:
            # Importing Streamlit keeps Python busy, which the first map is not to wait for.
            await asyncio.to_thread(context.current().map_given.wait, HEAD_START_S)
            app = await asyncio.to_thread(streamlit_app.make, *self._address)
            async with app.lifespan()(app):
                self._app = app
                garbage.look_for()
                self._ready.set()
                closing = asyncio.create_task(gone_sessions.keep_closing())
                await stop.wait()
                closing.cancel()
        except BaseException as error:
            self._failure = error
            self._ready.set()
            raise


def _warm() -> None:
    # The page itself tells about a plan with faults.
    with suppress(PlanMapError):
        page_html(PAGES[0], context.current().plan()[1], "", today=date.today())
        context.current().document()


def application(host: str, port: int, *, names: Iterable[str], announce: Callable[[], None]) -> ASGIApp:
    """Return the ASGI application for the current context on `host`, which is also reached by `names`.

    `announce` is called when it is up.
    """
    behind = Behind(host, port)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        standing = asyncio.create_task(behind.stand(stop))
        # Made while the browser is still loading the page around it.
        threading.Thread(target=_warm, daemon=True).start()
        announce()
        try:
            yield
        finally:
            # The server ends by the signal that it was sent, without whatever Python would do at its end.
            context.current().leave()
        stop.set()
        await standing

    # Around Starlette and not inside, where its own answer to an error would pass them by.
    refusals = {404: missing, Exception: failed}
    app: ASGIApp = Starlette(routes=routes(behind), exception_handlers=refusals, lifespan=lifespan)
    return SecurityHeaders(OwnOrigin(app, bound=host, names=names))


def check_port(host: str, port: int) -> None:
    """Raise `PlanMapError` unless the server can listen on `port`; Streamlit would silently take another."""
    if not host:
        raise PlanMapError("port-refused", host='""', port=port, reason="?")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # As the server does, so that a port that was closed a moment ago counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
                raise PlanMapError("port-in-use", port=port, other=port + 1) from error
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise PlanMapError("port-refused", host=host, port=port, reason=reason) from error


def serve(*, host: str, port: int, names: Iterable[str], language: str, open_browser: bool) -> None:
    """Serve the current context until stopped; `names` are those by which others reach it besides `host`.

    Raises
    ------
    PlanMapError
        The port cannot be used.
    """
    check_port(host, port)
    # What stands for every address of this machine is itself no address to open.
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    url = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
    # Streamlit obeys a settings file in the working folder, and one may have come with a plan.
    os.chdir(Path(__file__).parent)

    def announce() -> None:
        text = translation(language)
        print(text("cli.serving", url=url), flush=True)
        if context.current().settings.ogc:
            print(text("ogc.on", url=f"{url}/ogc"), flush=True)
        if open_browser:
            webbrowser.open(url)

    uvicorn.run(
        application(host, port, names=names, announce=announce),
        host=host,
        port=port,
        # As Streamlit itself sets them: its messages can be large, and the older protocol drops pings.
        ws="websockets-sansio",
        ws_max_size=200 * 1024 * 1024,
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
        server_header=False,
    )


def has_display() -> bool:
    """Whether a browser window can open on this machine."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
