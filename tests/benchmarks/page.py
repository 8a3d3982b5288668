"""The page beside a plain streamlit-folium page, in one run, in a real browser."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from layers.store.base import read_plan
from layers.store.folder import check_folder
from layers.store.user_copy import open_user_plan
from tests.benchmarks.plans import write_large_plan
from tests.browser.conftest import CHROMIUM_FLAGS, MAP_FRAME, chromium_path
from tests.browser.server import free_port, serving

LEAFLET = Path("node_modules/leaflet/dist").resolve()
"""For the plain page: PlanMap's own server gives its files to its own pages only."""

MADE_UP_SITES = 2000
CLICKS = 12
STARTS = 3

NOW = "performance.timeOrigin + performance.now()"

# Both watchers note when the click came and when the frame after the change had been painted.
WATCH_PLANMAP = f"""() => {{
    const frame = document.querySelector('{MAP_FRAME}').contentWindow;
    document.addEventListener('click', () => {{
        window.clicked = {NOW};
        window.painted = null;
        const turn = frame.PlanMap.current.scene.turn;
        const look = () => frame.PlanMap.current.scene.turn === turn
            ? frame.requestAnimationFrame(look)
            : frame.requestAnimationFrame(() => frame.setTimeout(() => {{ window.painted = {NOW}; }}, 0));
        frame.requestAnimationFrame(look);
    }}, {{ capture: true }});
}}"""

WATCH_PLAIN = f"""() => {{
    const canvas = () => {{
        const frame = [...document.querySelectorAll('iframe')].find((f) => /folium/.test(f.src));
        return frame?.contentDocument?.querySelector('canvas.leaflet-zoom-animated');
    }};
    const sum = () => {{
        const found = canvas();
        if (!found?.width) return null;
        const pixels = found.getContext('2d').getImageData(0, 0, found.width, found.height).data;
        let total = 0;
        for (let i = 3; i < pixels.length; i += 28) total += pixels[i];
        return total;
    }};
    document.addEventListener('click', () => {{
        window.clicked = {NOW};
        window.painted = null;
        const before = sum();
        const look = () => {{
            const after = sum();
            if (after && after !== before) setTimeout(() => {{ window.painted = {NOW}; }}, 0);
            else requestAnimationFrame(look);
        }};
        requestAnimationFrame(look);
    }}, {{ capture: true }});
}}"""

MAP_PAINTED = f"""() => Boolean(document.querySelector('{MAP_FRAME}')
    ?.contentDocument?.querySelector('.leaflet-container[data-ready=yes]'))"""
"""Whether the map is there and can be moved; Streamlit may not be up yet."""

PAGE_USABLE = f"""() => !document.getElementById('planmap-opening')
    && Boolean(document.querySelector('.st-key-map {MAP_FRAME}') && document.querySelector('button.pm-pill'))
    && Boolean(document.querySelector('.st-key-panel button') && document.querySelector('.st-key-search input'))"""
"""Whether everything that is clicked and typed into is there; calendar and table come when the browser has time."""

PLAIN_READY = """() => {
    const frame = [...document.querySelectorAll('iframe')].find((f) => /folium/.test(f.src));
    return Boolean(frame?.contentDocument?.querySelector('canvas.leaflet-zoom-animated')?.width);
}"""


@contextmanager
def plain_page(plan: Path) -> Iterator[str]:
    """Start the peer on a free port and yield its address."""
    port = free_port()
    page = Path(__file__).with_name("plain_page.py")
    command = [sys.executable, "-m", "streamlit", "run", str(page), "--server.port", str(port)]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"]
    command += ["--server.address", "127.0.0.1"]
    with serving_folder(LEAFLET) as assets:
        environment = {**os.environ, "PLAIN_PAGE_PLAN": str(plan), "PLAIN_PAGE_ASSETS": assets, "PYTHONPATH": "."}
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


class _Files(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving_folder(folder: Path) -> Iterator[str]:
    """Serve the files of `folder` and yield the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def wait(page: Page, expression: str) -> None:
    """Poll, for Playwright's own waiting needs an eval that the content policy forbids."""
    for _ in range(3000):
        if page.evaluate(expression):
            return
        time.sleep(0.02)
    raise TimeoutError(expression)


def go(page: Page, url: str, ready: str) -> None:
    """Open `url` as soon as the server answers and wait until its map stands."""
    for _ in range(600):
        try:
            page.goto(url)
            break
        except Exception:
            time.sleep(0.05)
    wait(page, ready)


def clicks(page: Page, watch: str, click: Callable[[int], None]) -> list[float]:
    """Return the milliseconds from each click to the painted change."""
    page.wait_for_timeout(3000)
    page.evaluate(watch)
    found = []
    for number in range(CLICKS + 2):
        click(number)
        wait(page, "Boolean(window.painted)")
        if number >= 2:  # The first two warm the caches of both.
            found.append(page.evaluate("window.painted - window.clicked"))
        page.wait_for_timeout(1200)
    return found


def show(name: str, ours: list[float], theirs: list[float], unit: str) -> None:
    """Print medians with their ranges, and the ratio of the medians."""
    one, other = statistics.median(ours), statistics.median(theirs)
    print(
        f"{name}: PlanMap {one:.3g} {unit} ({min(ours):.3g}-{max(ours):.3g}), "
        f"plain page {other:.3g} {unit} ({min(theirs):.3g}-{max(theirs):.3g}), ratio {one / other:.2f}",
        flush=True,
    )


def filter_times(browser: Browser, folder: Path) -> None:
    """Click on a status filter: both pages with the built-in plan and `MADE_UP_SITES` sites more."""
    plan = folder / "large"
    write_large_plan(plan, sites=MADE_UP_SITES)
    with serving(folder, str(plan)) as url, plain_page(plan) as plain:
        statuses = ("seeking", "seeking", "planned", "planned")
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        go(page, url, PAGE_USABLE)
        frame = next(frame for frame in page.frames if "/map" in frame.url)
        frame.evaluate("document.mark = 'the same'")
        ours = clicks(
            page, WATCH_PLANMAP, lambda n: page.click(f'.pm-pill[data-value="{statuses[n % 4]}"]', no_wait_after=True)
        )
        same = frame.evaluate("document.mark") == "the same"
        page.close()
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        go(page, plain, PLAIN_READY)
        theirs = clicks(page, WATCH_PLAIN, lambda n: page.get_by_role("button", name=statuses[n % 4]).click())
        page.close()
    show(f"status filter, click to paint, {MADE_UP_SITES} sites more (set)", ours[0::2], theirs[0::2], "ms")
    show(f"status filter, click to paint, {MADE_UP_SITES} sites more (clear)", ours[1::2], theirs[1::2], "ms")
    show("status filter, both", ours, theirs, "ms")
    print(f"the map's document is the same before and after: {'yes' if same else 'NO'}")


def start_times(browser: Browser, folder: Path) -> None:
    """From the command, and from the address of a server that is up, to the map and to the whole page."""
    plan = folder / "small"
    write_large_plan(plan, sites=0)
    found: dict[str, list[float]] = {}
    with serving(folder) as standing, plain_page(plan) as plain_standing:
        for address, ready in ((standing, PAGE_USABLE), (plain_standing, PLAIN_READY)):
            _opened(browser, address, (ready,))
        for number in range(STARTS):
            data = folder / f"start-{number}"
            data.mkdir()
            for name in ("first start", "later start"):
                times = _started(browser, lambda data=data: serving(data), (MAP_PAINTED, PAGE_USABLE))
                for part, taken in zip(("map", "page"), times, strict=True):
                    found.setdefault(f"{name}, {part}", []).append(taken)
            found.setdefault("start, plain", []).extend(_started(browser, lambda: plain_page(plan), (PLAIN_READY,)))
            for part, taken in zip(
                ("map", "page"), _opened(browser, standing, (MAP_PAINTED, PAGE_USABLE)), strict=True
            ):
                found.setdefault(f"opened, {part}", []).append(taken)
            found.setdefault("opened, plain", []).extend(_opened(browser, plain_standing, (PLAIN_READY,)))
    for name in ("first start", "later start"):
        show(f"command to map painted and movable, {name}", found[f"{name}, map"], found["start, plain"], "s")
        show(f"command to whole page, {name}", found[f"{name}, page"], found["start, plain"], "s")
    show("address to map painted and movable, empty cache", found["opened, map"], found["opened, plain"], "s")
    show("address to whole page, empty cache", found["opened, page"], found["opened, plain"], "s")


def _started(browser: Browser, server: Callable, states: tuple[str, ...]) -> list[float]:
    """Return the seconds from the command of a server to each state of its page, in a browser that is open."""
    page = _empty_page(browser)
    began = time.monotonic()
    with server() as url:
        return _states(page, url, states, began)


def _opened(browser: Browser, url: str, states: tuple[str, ...]) -> list[float]:
    """Return the seconds from asking for a page with an empty cache to each of its states."""
    return _states(_empty_page(browser), url, states, time.monotonic())


def _empty_page(browser: Browser) -> Page:
    return browser.new_context(viewport={"width": 1400, "height": 900}).new_page()


def _states(page: Page, url: str, states: tuple[str, ...], began: float) -> list[float]:
    found = []
    for number, state in enumerate(states):
        if number:
            wait(page, state)
        else:
            go(page, url, state)
        found.append(time.monotonic() - began)
    page.context.close()
    return found


def sent_bytes(browser: Browser, folder: Path) -> None:
    """Bytes over the wire for a first view with an empty cache, and for a second one right after it."""
    plan = folder / "small"
    with serving(folder) as url, plain_page(plan) as plain:
        for name, address, ready in (("PlanMap", url, PAGE_USABLE), ("plain page", plain, PLAIN_READY)):
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            first, second = (_bytes_of_view(context, address, ready) for _ in range(2))
            print(f"bytes sent, {name}: first view {first / 1e6:.2f} MB, second view {second / 1e3:.0f} kB", flush=True)
            context.close()


def _bytes_of_view(context: BrowserContext, address: str, ready: str) -> float:
    page = context.new_page()
    sizes: list[float] = []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    go(page, address, ready)
    # Calendar and table come after the page.
    page.wait_for_timeout(4000)
    page.close()
    return sum(sizes)


def open_times(folder: Path) -> None:
    """Seconds to make the user's plan file at a first start and to open it at a later one."""
    data = folder / "open"
    for name in ("first start, made from data/", "later start", "later start"):
        began = time.monotonic()
        plan = read_plan(open_user_plan(data))
        print(f"plan opened, {name}: {time.monotonic() - began:.3f} s ({len(plan.tasks)} tasks)")
    began = time.monotonic()
    check_folder(folder / "large")
    print(f"plan folder with {MADE_UP_SITES} sites more, read and checked: {time.monotonic() - began:.3f} s")


def run() -> None:
    """Measure the page and its peer."""
    with tempfile.TemporaryDirectory(prefix="planmap-bench-") as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        filter_times(browser, folder)
        open_times(folder)
        start_times(browser, folder)
        sent_bytes(browser, folder)
        browser.close()
