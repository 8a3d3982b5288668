"""A real Chromium on a real server, and a page that tolerates nothing.

Loading a page of Streamlit costs some seconds of work, and a third of that is for a process of Chromium that has not
seen the scripts before. A test that leaves a page as it was therefore uses the one that stands for its file
(`standing`). A test that needs an address or a window of its own has `page`, and one with several people has as many
more as it wants from `lend`: pages that other tests have used, and that have forgotten all of it (`Watched.forget`).
A test that changes a page for good makes one with `Watched(new_context(browser))`.
"""

import os
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Locator, Page, Request, expect, sync_playwright

from tests.browser.server import serving
from tests.hostile_plan import write_hostile_plan

PATIENCE_S = 90
"""Nothing takes as long, but on a machine that does much else at the same time it may."""

expect.set_options(timeout=PATIENCE_S * 1000)

WINDOW = {"width": 1400, "height": 900}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

MAP_FRAME = "#planmap-map"
"""Selector of the frame that the map of the browse page stands in."""

CHROMIUM_FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
if hasattr(os, "geteuid") and os.geteuid() == 0:
    # Chromium's sandbox refuses to run as root.
    CHROMIUM_FLAGS.append("--no-sandbox")


def chromium_path() -> str:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "Chromium is missing: make test installs it"
    return path


def headless_path() -> str:
    """Return the path of the Chromium without windows: it draws the same and takes a third less of the processor."""
    return shutil.which("chromium-headless-shell") or chromium_path()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=headless_path(), args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server with the built-in plan."""
    with serving(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(scope="session")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server whose plan says ATTACK wherever a plan can say anything."""
    folder = tmp_path_factory.mktemp("hostile")
    with serving(folder, str(write_hostile_plan(folder / "plan"))) as url:
        yield url


def new_context(browser: Browser, **options: object) -> BrowserContext:
    """Return a context of somebody who wants no motion, unless `options` say otherwise.

    Without a graphics card a fifth of the work of a page that loads is for what moves meanwhile.
    """
    context = browser.new_context(**{"viewport": WINDOW, "reduced_motion": "reduce", **options})
    context.set_default_timeout(PATIENCE_S * 1000)
    return context


NOTHING = "<!doctype html><link rel=icon href=data:,>"
"""A page that asks for nothing."""

KEEP_NOTHING = "() => { localStorage.clear(); sessionStorage.clear(); }"


class Watched:
    """A page with everything that went wrong in it."""

    def __init__(self, context: BrowserContext) -> None:
        self.page = context.new_page()
        self._size = self.page.viewport_size
        self._start()
        self.page.on("request", self._requested)
        self.page.on("framenavigated", self._arrived)
        self.page.on("requestfinished", lambda request: self._pending.discard(request))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", lambda answer: self._answered(answer.status, answer.url))
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error.message} {error.stack}"))
        self.page.on("console", lambda line: line.type == "error" and self.problems.append(f"console: {line.text}"))
        self.page.on("dialog", lambda dialog: (self.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _start(self) -> None:
        """Begin with nothing that went wrong."""
        self.problems: list[str] = []
        self.requests: list[str] = []
        self._pending: set[Request] = set()
        self._broken_off: set[Request] = set()
        self._asked: dict[Request, int] = {}
        """How many requests there were with each one."""
        self.given_up: list[Request] = []
        """Documents of the map that were broken off."""
        self._next_page: Request | None = None
        """The request for the page that is to take the place of this one; None while nobody leaves."""

    def _requested(self, request: Request) -> None:
        # A page that is left breaks off what it was still loading, and what it asks for until the next one has come;
        # that is no fault of the page.
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self._broken_off |= self._pending
            self._next_page = request
        elif self._next_page:
            self._broken_off.add(request)
        self._pending.add(request)
        self.requests.append(request.url)
        self._asked[request] = len(self.requests)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.problems.append(f"request to another host: {request.url}")

    def _arrived(self, frame: Frame) -> None:
        # A page that is left may still write an address of its own.
        if self._next_page and frame == self.page.main_frame and frame.url.split("#")[0] == self._next_page.url:
            self._next_page = None

    def _failed(self, request: Request) -> None:
        self._pending.discard(request)
        if request in self._broken_off and request.failure == "net::ERR_ABORTED":
            return
        if request.is_navigation_request() and request.failure == "net::ERR_ABORTED" and request.url.endswith("/map"):
            # The map of a plan that has just changed again gives way to the next one, if there is one: `found` looks.
            self.given_up.append(request)
        else:
            self.problems.append(f"failed: {request.url} {request.failure}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.problems.append(f"{status}: {url}")

    def found(self) -> list[str]:
        """Return what went wrong, with each document of the map that was broken off and not asked for again."""
        alone = [one for one in self.given_up if one.url not in self.requests[self._asked[one] :]]
        return [*self.problems, *(f"failed: {one.url} {one.failure}" for one in alone)]

    def look(self) -> None:
        """Fail on what went wrong since the last look."""
        # An answer from the page comes after whatever it has told before.
        self.page.evaluate("0")
        found = self.found()
        self.problems.clear()
        self.given_up.clear()
        assert found == []

    def leave(self) -> None:
        """Fail on what went wrong, then show nothing: what was still loading is broken off, which is no fault."""
        self.look()
        self.page.goto("about:blank")
        self.page.evaluate("0")
        self.problems.clear()
        self.given_up.clear()

    def forget(self) -> None:
        """Make the page what a new one is, but for the scripts that its process knows and the files that it has."""
        page = self.page
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.unroute_all(behavior="ignoreErrors")
        if page.url.startswith("file:"):
            page.evaluate(KEEP_NOTHING)
        page.context.clear_cookies()
        origins = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, self.requests)}
        # Wherever it has been there may be words that it keeps, also where no server answers any more.
        page.route("**", lambda route: route.fulfill(content_type="text/html", body=NOTHING))
        for origin in sorted(origin for origin in origins if origin.startswith("http")):
            page.goto(f"{origin}/forget")
            page.evaluate(KEEP_NOTHING)
        page.goto("about:blank")
        page.unroute_all()
        page.mouse.move(0, 0)
        if self._size and page.viewport_size != self._size:
            page.set_viewport_size(self._size)
        # An answer from the page comes after whatever it has told before.
        page.evaluate("0")
        self._start()

    def close(self) -> None:
        # Closed, it is left as well.
        found = self.found()
        self.page.context.close()
        assert found == []


@pytest.fixture(scope="module")
def window() -> dict[str, object]:
    """What the pages of a file are opened with; a file may have its own."""
    return {}


class Lent:
    """The pages of a worker that tests borrow one after the other."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[tuple[type[Watched], str], list[Watched]] = {}
        """Pages that nobody has, each under its kind and what its context was made with."""

    def take(self, kind: type[Watched] = Watched, **options: object) -> Watched:
        free = self._free.setdefault((kind, repr(sorted(options.items()))), [])
        return free.pop() if free else kind(new_context(self._browser, **options))

    def give_back(self, watched: Watched, **options: object) -> None:
        watched.forget()
        self._free[type(watched), repr(sorted(options.items()))].append(watched)

    def close(self) -> None:
        for watched in (one for free in self._free.values() for one in free):
            watched.page.context.close()


@pytest.fixture(scope="session")
def lent(browser: Browser) -> Iterator[Lent]:
    lent = Lent(browser)
    yield lent
    lent.close()


Lend = Callable[..., Watched]


@pytest.fixture
def lend(request: pytest.FixtureRequest, lent: Lent, window: dict[str, object]) -> Iterator[Lend]:
    """A function that gives a page of a browser of its own, as a person has one who has never been here.

    It is of the `kind` that is asked for; with `tolerant` it may have problems, and whatever else it is given is an
    option of the context. All pages are given back at the end of the test, which fails on what went wrong in them.
    """
    taken: list[tuple[Watched, bool, dict[str, object]]] = []

    def take(kind: type[Watched] = Watched, *, tolerant: bool = False, **options: object) -> Watched:
        watched = lent.take(kind, **{**window, **options})
        taken.append((watched, tolerant, {**window, **options}))
        return watched

    yield take
    found = []
    for watched, tolerant, options in taken:
        found += [] if tolerant else watched.found()
        if request.node.stash.get(FAILED, False):
            # Whatever it has left behind is not to fail the others.
            watched.page.context.close()
        else:
            lent.give_back(watched, **options)
    assert found == []


@pytest.fixture
def watched(lend: Lend) -> Watched:
    return lend()


@pytest.fixture
def page(watched: Watched) -> Page:
    """A page that fails its test on any request to another host, failed request, console error or dialog."""
    return watched.page


@pytest.fixture
def phone(lend: Lend) -> Page:
    """A page as `page`, on a telephone."""
    return lend(**PHONE).page


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def in_turn(request: pytest.FixtureRequest, watched: Watched) -> Iterator[Watched]:
    """Lend a page that stands for many tests to one of them, and look what went wrong in that one."""
    yield watched
    if request.node.stash.get(FAILED, False):
        # Whatever it has left behind is not to fail the others.
        watched.page.goto("about:blank")
        watched.problems.clear()
        watched.given_up.clear()
    watched.look()


@pytest.fixture(scope="module")
def page_of_file(lent: Lent, window: dict[str, object]) -> Iterator[Watched]:
    watched = lent.take(**window)
    yield watched
    found = watched.found()
    lent.give_back(watched, **window)
    assert found == []


@pytest.fixture
def standing(request: pytest.FixtureRequest, page_of_file: Watched) -> Iterator[Watched]:
    """The page that stands for all tests of a file; as `page`, it fails the test in which something goes wrong."""
    yield from in_turn(request, page_of_file)


def wait_until(where: Frame | Page, expression: str, argument: object = None) -> None:
    """Wait until a JavaScript expression or function is true.

    Playwright's own way evaluates a string in the page, which the content policy forbids.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not (found := where.evaluate(expression, argument)):
        if time.monotonic() > deadline:
            raise AssertionError(
                f"after {PATIENCE_S} s this is still {found!r}: {expression} with {argument!r}, at {where.url}"
            )
        time.sleep(0.05)


RUNNING = """document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'running'
    || document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')
    || document.fonts.status !== 'loaded'"""
"""Whether the page's script runs, or the page has not yet taken over what came of it."""


def wait_until_calm(page: Page, busy: str = "false") -> None:
    """Wait until the script has run and what is `busy` in the page has come to an end."""
    expression = f"Boolean({RUNNING} || ({busy}))"
    deadline = time.monotonic() + PATIENCE_S
    calm = 0
    # A run begins a moment after what it is for.
    while calm < 8:
        calm = 0 if page.evaluate(expression) else calm + 1
        if time.monotonic() > deadline:
            shown = page.locator("body").inner_text()[:500]
            raise AssertionError(f"still busy after {PATIENCE_S} s, at {page.url}: {expression}\n{shown}")
        page.wait_for_timeout(50)


COMING = ", ".join(
    (
        "#planmap-opening",
        ".pm-table-to-come",
        "[data-testid=stSkeleton]",
        ".pm-list-host:not(:has(tbody tr))",
    )
)
"""What stands for a part of the browse page that is still to come."""


def open_map(page: Page, address: str) -> Frame:
    """Open a page and return the frame of its map when the map has drawn the Scene."""
    page.goto(address)
    return ready_map(page)


def ready_map(page: Page) -> Frame:
    """Return the frame of the map when that has drawn the Scene and the page has nothing left to do."""
    # The map stands before the page does, and is moved into it.
    page.wait_for_selector(f".st-key-map {MAP_FRAME}")
    wait_until(page, f"!document.querySelector('{COMING}') && !({RUNNING})")
    frame = page.wait_for_selector(MAP_FRAME).content_frame()
    frame.wait_for_selector(".leaflet-container[data-ready=yes]")
    wait_until(frame, "document.fonts.status === 'loaded'")
    return frame


def open_layers(frame: Frame, name: str = "图层") -> None:
    """Open the layer tree, which shares its room with the legend; `name` is that of its button."""
    button = frame.get_by_role("button", name=name, exact=True)
    if button.get_attribute("aria-expanded") == "false":
        button.click()


def map_element(page: Page) -> Locator:
    """Return the map as an element of the page."""
    return page.locator(MAP_FRAME)


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
