"""A real Chromium on a real server, and a page that tolerates nothing."""

import os
import shutil
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Request, expect, sync_playwright

from tests.browser.server import serving

expect.set_options(timeout=15_000)


CHROMIUM_FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
if hasattr(os, "geteuid") and os.geteuid() == 0:
    # Chromium's sandbox refuses to run as root.
    CHROMIUM_FLAGS.append("--no-sandbox")


def chromium_path() -> str:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "Chromium is missing: make test installs it"
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server with the built-in plan."""
    with serving(tmp_path_factory.mktemp("server")) as url:
        yield url


class Watched:
    """A page with everything that went wrong in it."""

    def __init__(self, context: BrowserContext) -> None:
        self.page = context.new_page()
        self.problems: list[str] = []
        self.requests: list[str] = []
        self._pending: set[Request] = set()
        self._broken_off: set[Request] = set()
        self.page.on("request", self._requested)
        self.page.on("requestfinished", lambda request: self._pending.discard(request))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", lambda answer: self._answered(answer.status, answer.url))
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error.message} {error.stack}"))
        self.page.on("console", lambda line: line.type == "error" and self.problems.append(f"console: {line.text}"))
        self.page.on("dialog", lambda dialog: (self.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _requested(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            # A page that is left breaks off what it was still loading; that is no fault of the page.
            self._broken_off |= self._pending
        self._pending.add(request)
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.problems.append(f"request to another host: {request.url}")

    def _failed(self, request: Request) -> None:
        self._pending.discard(request)
        if request not in self._broken_off or request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed: {request.url} {request.failure}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.problems.append(f"{status}: {url}")

    def close(self) -> None:
        # Closed, it is left as well.
        found = list(self.problems)
        self.page.context.close()
        assert found == []


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    watched = Watched(browser.new_context(viewport={"width": 1400, "height": 900}))
    yield watched
    watched.close()


@pytest.fixture
def page(watched: Watched) -> Page:
    """A page that fails its test on any request to another host, failed request, console error or dialog."""
    return watched.page


def wait_until(frame: Frame | Page, expression: str, argument: object = None) -> None:
    """Wait until a JavaScript expression or function is true.

    Playwright's own way evaluates a string in the page, which the content policy forbids.
    """
    for _ in range(300):
        if frame.evaluate(expression, argument):
            return
        time.sleep(0.05)
    raise AssertionError(f"still not true after 15 s: {expression} {argument!r}")


def open_map(page: Page, address: str) -> Frame:
    """Open a page and return the frame of its map when the map has drawn the Scene."""
    page.goto(address)
    return ready_map(page)


def ready_map(page: Page) -> Frame:
    handle = page.wait_for_selector('iframe[title$=".map"]', timeout=30_000)
    frame = handle.content_frame()
    frame.wait_for_selector(".leaflet-container[data-ready=yes]", timeout=30_000)
    wait_until(frame, "document.fonts.status === 'loaded'")
    wait_until(page, "!document.querySelector('[data-testid=stStatusWidget]')")
    return frame


def look_at(frame: Frame, lat: float, lon: float, zoom: float) -> None:
    """Move the map there at once."""
    # Without "void" the map itself would be the answer, which takes seconds to write down.
    script = "([lat, lon, zoom]) => void PlanMap.current.map.setView([lat, lon], zoom, {animate: false})"
    frame.evaluate(script, [lat, lon, zoom])


def shown_sites(frame: Frame) -> list[str]:
    """Ids of the sites whose markers can be seen."""
    return frame.evaluate(
        "[...document.querySelectorAll('.pm-site')].filter(e => e.style.display !== 'none').map(e => e.dataset.site)"
    )
