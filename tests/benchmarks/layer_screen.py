"""Large layers on the screen: PlanMap's tiles, tippecanoe's in the same page, and two maps of Folium with all of it.

The pages are bare: nothing but the layer, in a browser without a graphics processor and with an empty cache, from a
server on this machine. Leaflet comes from it too, so that the comparison is not one of networks.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import folium
import geopandas as gpd
import numpy as np
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as TooSlowError

from geo.feature_package import opened
from tests.benchmarks.parcels import LATITUDE, LONGITUDE
from tests.browser.tile_page import ROOT, serving_layer

ROUNDS = 5
START = 10.5
"""Zoom at which a district fills the page."""

STEPS = (12.5, 14.5, 16.0)
COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb"] * 3
PLAIN_UP_TO = 100_000
"""Most features that Folium is given: with a million the browser ends."""
PLAIN_S = 60
"""Seconds for which a page that has all features in it is waited for."""

CLICKS = 200
REACH_DEG = 1e-5

_ACT = """(act) => new Promise((done) => {
    const began = performance.now();
    told.length = 0;
    if (act === "filter") layer.filter([1]);
    else map.setView(map.getCenter(), act, { animate: false });
    const frame = (then) => requestAnimationFrame(then);
    const look = () => told.at(-1)?.complete ? frame(() => frame(() => done(performance.now() - began))) : frame(look);
    look();
})"""
"""Do something; the answer is after how many milliseconds all of it is on the screen."""

_PAINTED = """new Promise((done) => {
    const frame = (then) => requestAnimationFrame(then);
    const look = () => READY ? frame(() => frame(() => done(performance.now()))) : frame(look);
    look();
})"""
_OURS = _PAINTED.replace("READY", "window.told?.at(-1)?.complete")
_THEIRS = _PAINTED.replace(
    "READY", "document.readyState === 'complete' && document.querySelector('.leaflet-overlay-pane *')"
)

Row = list[str]


def screen_rows(browser: Browser, archives: dict[str, Path], folder: Path) -> dict[str, Row]:
    """Return what was measured of each archive of tiles: first view, three zooms, another filter."""
    found = {}
    for name, archive in archives.items():
        seconds: dict[str, list[float]] = {}
        sent: dict[str, list[int]] = {}
        for _ in range(ROUNDS):
            _look(browser, archive, folder, seconds, sent)
        found[name] = [f"{median(seconds[act]):.2f} s, {median(sent[act]) / 1e3:.0f} kB" for act in seconds]
    return found


def _look(
    browser: Browser, archive: Path, folder: Path, seconds: dict[str, list[float]], sent: dict[str, list[int]]
) -> None:
    setup = {"kind": "area", "colours": COLOURS, "centre": [LATITUDE, LONGITUDE], "zoom": START}
    with serving_layer(archive, folder, setup) as (url, asked):
        page = _page(browser)
        page.goto(url)
        acts: list[tuple[str, object]] = [
            ("first", None),
            *((f"{step:g}", step) for step in STEPS),
            ("filter", "filter"),
        ]
        before = 0
        for name, act in acts:
            took = page.evaluate(_OURS) if act is None else page.evaluate(_ACT, act)
            seconds.setdefault(name, []).append(took / 1000)
            page.wait_for_load_state("networkidle")
            total = sum(size for _, size in asked)
            sent.setdefault(name, []).append(total - before)
            before = total
        page.context.close()


def folium_rows(browser: Browser, source: Path, folder: Path) -> dict[str, Row]:
    """Return what was measured of a plain Folium GeoJson and of `GeoDataFrame.explore` with all features."""
    frame = gpd.read_parquet(source)
    scripts = ROOT / "node_modules" / "leaflet" / "dist"
    for file in ("leaflet.js", "leaflet.css"):
        shutil.copy(scripts / file, folder)
    before = folium.Map.default_js, folium.Map.default_css
    # Of two with one name, Folium takes the second.
    folium.Map.default_js, folium.Map.default_css = [("leaflet", "/leaflet.js")], [("leaflet_css", "/leaflet.css")]
    found = {}
    try:
        for name, make in (("Folium GeoJson", _plain), ("GeoDataFrame.explore", _explored)):
            began = time.monotonic()
            make(frame).save(str(folder / "plain.html"))
            made = time.monotonic() - began
            size = (folder / "plain.html").stat().st_size / 1e3
            with _serving(folder) as url:
                page = _page(browser)
                try:
                    page.goto(f"{url}plain.html", timeout=PLAIN_S * 1000)
                    shown = f"{page.evaluate(_THEIRS) / 1000:.2f} s"
                except TooSlowError:
                    shown = f"not within {PLAIN_S} s"
                page.context.close()
            found[name] = [f"{shown}, {size:.0f} kB (and {made:.1f} s to write the page)"]
    finally:
        folium.Map.default_js, folium.Map.default_css = before
    return found


def _plain(frame: gpd.GeoDataFrame) -> folium.Map:
    shown = folium.Map((LATITUDE, LONGITUDE), zoom_start=round(START), tiles=None, prefer_canvas=True)
    folium.GeoJson(frame[["use", "geometry"]].to_json()).add_to(shown)
    return shown


def _explored(frame: gpd.GeoDataFrame) -> folium.Map:
    view = {"location": (LATITUDE, LONGITUDE), "zoom_start": round(START), "prefer_canvas": True}
    made: folium.Map = frame.explore("use", tiles=None, **view)
    return made


def click_seconds(package: Path) -> float:
    """Return how long it takes until the features at a place are known with their values: the median of many places."""
    chance = np.random.default_rng(1)
    with opened(package) as file:
        fields = list(file.fields)
    found = []
    for longitude, latitude in np.array([LONGITUDE, LATITUDE]) + chance.uniform(-0.02, 0.02, (CLICKS, 2)):
        began = time.perf_counter()
        with opened(package) as file:
            box = (longitude - REACH_DEG, latitude - REACH_DEG, longitude + REACH_DEG, latitude + REACH_DEG)
            file.within(box, fields, most=2_000)
        found.append(time.perf_counter() - began)
    return median(found)


def _page(browser: Browser) -> Page:
    return browser.new_context(viewport={"width": 990, "height": 658}).new_page()


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
