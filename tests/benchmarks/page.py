"""The page beside a plain streamlit-folium page, in one run, in a real browser."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from layers.store.base import read_plan
from layers.store.folder import check_folder
from layers.store.user_copy import open_user_plan
from tests.benchmarks.plans import write_large_plan
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path
from tests.browser.server import free_port, serving

MADE_UP_SITES = 2000
CLICKS = 12
STARTS = 3

NOW = "performance.timeOrigin + performance.now()"

# Both watchers note when the click came and when the frame after the change had been painted.
WATCH_PLANMAP = f"""() => {{
    const frame = [...document.querySelectorAll('iframe')].find((f) => f.title.endsWith('.map')).contentWindow;
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

PLANMAP_READY = """() => {
    const frame = [...document.querySelectorAll('iframe')].find((f) => f.title.endsWith('.map'));
    return Boolean(frame?.contentDocument?.querySelector('.leaflet-container[data-ready=yes]'));
}"""
PLAIN_READY = """() => {
    const frame = [...document.querySelectorAll('iframe')].find((f) => /folium/.test(f.src));
    return Boolean(frame?.contentDocument?.querySelector('canvas.leaflet-zoom-animated')?.width);
}"""


@contextmanager
def plain_page(plan: Path, assets: str) -> Iterator[str]:
    """Start the peer on a free port and yield its address."""
    port = free_port()
    page = Path(__file__).with_name("plain_page.py")
    command = [sys.executable, "-m", "streamlit", "run", str(page), "--server.port", str(port)]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"]
    command += ["--server.address", "127.0.0.1"]
    environment = {**os.environ, "PLAIN_PAGE_PLAN": str(plan), "PLAIN_PAGE_ASSETS": assets, "PYTHONPATH": "."}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


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
    with serving(folder, str(plan)) as url, plain_page(plan, f"{url}/assets") as plain:
        statuses = ("seeking", "seeking", "planned", "planned")
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        go(page, url, PLANMAP_READY)
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
    """From the command to a map that can be used: first start, later starts, and the plain page."""
    plan = folder / "small"
    write_large_plan(plan, sites=0)
    cold, warm, plain = [], [], []
    with serving(folder) as assets_from:
        for number in range(STARTS):
            data = folder / f"start-{number}"
            data.mkdir()
            for times in (cold, warm):
                times.append(_start(browser, lambda data=data: serving(data), PLANMAP_READY))
            plain.append(_start(browser, lambda: plain_page(plan, f"{assets_from}/assets"), PLAIN_READY))
    show("serve to first interactive map, first start", cold, plain, "s")
    show("serve to first interactive map, later start", warm, plain, "s")


def _start(browser: Browser, server: Callable, ready: str) -> float:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    began = time.monotonic()
    with server() as url:
        go(page, url, ready)
        taken = time.monotonic() - began
        page.close()
    return taken


def sent_bytes(browser: Browser, folder: Path) -> None:
    """Bytes over the wire for a first view with an empty browser cache."""
    plan = folder / "small"
    with serving(folder) as url, plain_page(plan, f"{url}/assets") as plain:
        for name, address, ready in (("PlanMap", url, PLANMAP_READY), ("plain page", plain, PLAIN_READY)):
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            page = context.new_page()
            total = {"all": 0.0, "map": 0.0, "fonts": 0.0}
            urls: dict[str, str] = {}
            network = context.new_cdp_session(page)
            network.send("Network.enable")
            network.on("Network.requestWillBeSent", lambda e: urls.update({e["requestId"]: e["request"]["url"]}))  # noqa: B023

            def finished(event: dict) -> None:
                address = urls.get(event["requestId"], "")  # noqa: B023
                size = event["encodedDataLength"]
                total["all"] += size  # noqa: B023
                total["fonts"] += size if address.endswith(".woff2") else 0  # noqa: B023
                total["map"] += size if "/map" in address or "/assets/" in address else 0  # noqa: B023

            network.on("Network.loadingFinished", finished)
            go(page, address, ready)
            page.wait_for_timeout(3000)
            print(
                f"bytes sent for the first view, {name}: {total['all'] / 1e6:.2f} MB, of these fonts "
                f"{total['fonts'] / 1e6:.2f} MB, map document and its files {total['map'] / 1e6:.2f} MB"
            )
            context.close()


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
