"""Ground on the screen: PlanMap's own page beside pictures as tiles, protomaps-leaflet and maplibre-gl, on one ground.

All show the same place in a map of the same size, in a browser without a graphics processor and with an empty cache.
The peers have nothing but the ground; PlanMap's page also places its names among those of sites, and draws its legend.
"""

from __future__ import annotations

import io
import math
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from PIL import Image
from playwright.sync_api import Browser, Frame, Page, Playwright, Request

from geo.tiles.schema import LAYERS
from tests.benchmarks.page import MAP_PAINTED, PAGE_USABLE, go, wait
from tests.benchmarks.tile_server import serving_tiles
from tests.browser.conftest import CHROMIUM_FLAGS, WINDOW, chromium_path
from tests.browser.server import serving

ROUNDS = 5
ZOOMS = (12, 14, 16)
START_ZOOM = 10
"""The pages begin there, and have no tiles of what is looked at later."""
PAN = 600

TILE = re.compile(r"/\d+/\d+/\d+$")
"""How the addresses of tiles end."""

SOFTWARE_WEBGL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PEERS = {"raster": "pictures", "protomaps": "protomaps-leaflet", "maplibre": "maplibre-gl"}
"""The peers' scripts, and what the tables call them."""

PICTURE_FRAME = (2560, 1536)

BARE = (
    ".leaflet-control-container, .leaflet-marker-pane, .leaflet-pm-mask-pane, .leaflet-pm-boundary-pane, .pm-pane, "
    ".leaflet-pm-grid-pane { display: none !important }"
)
"""Of a map of PlanMap this leaves land, ways, and names."""

# The canvas has been drawn by the time that all tiles are there; two frames later that is on the screen.
_THEN_PAINTED = """
    return new Promise((done) => {
        const { map, stage } = PlanMap.current;
        const began = performance.now();
        act(map);
        const frame = (then) => requestAnimationFrame(then);
        const end = () => done(performance.now() - began);
        const look = () => stage.ways.tiles.complete ? frame(() => frame(end)) : frame(look);
        look();
    });"""

OURS = {
    "look": "([lat, lon, zoom]) => { const act = (map) => map.setView([lat, lon], zoom, { animate: false });"
    + _THEN_PAINTED
    + "}",
    "pan": "(x) => { const act = (map) => map.panBy([x, 0], { animate: false });" + _THEN_PAINTED + "}",
}
THEIRS = {"look": "(where) => window.look(where)", "pan": "(x) => window.pan(x)"}

HAS_TILES = "Boolean(PlanMap.current.stage.ways.tiles?.complete)"


@dataclass(slots=True)
class Seen:
    """What was measured of one way to show the ground."""

    times: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    """Milliseconds by what was done and the zoom."""
    sent: dict[tuple[str, int], list[tuple[int, int]]] = field(default_factory=dict)
    """Bytes of the answers, for the same, and of those that are tiles."""


def bundle(folder: Path) -> None:
    """Install the peers from their lock file and bundle their pages into `folder`."""
    source = HERE / "renderers"
    # npm and node of the machine, else those that make has put beside Python.
    path = f"{os.environ['PATH']}{os.pathsep}{Path(sys.executable).parent}"
    environment = {**os.environ, "PATH": path}
    npm = shutil.which("npm", path=path) or "npm"
    installed, lock = source / "node_modules" / ".package-lock.json", source / "package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True)
        installed.touch()
    options = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=error", f"--outdir={folder}"]
    scripts = [str(source / f"{name}.js") for name in PEERS]
    subprocess.run([str(ROOT / "node_modules" / ".bin" / "esbuild"), *options, *scripts], env=environment, check=True)
    packages = source / "node_modules"
    # The worker is a file of its own, which maplibre-gl looks for beside its script.
    for file in ("maplibre-gl-worker.mjs", "maplibre-gl-shared.mjs"):
        shutil.copy(packages / "maplibre-gl" / "dist" / file, folder)
    shutil.copy(packages / "leaflet" / "dist" / "leaflet.css", folder)


class Watch:
    """A page whose answers are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._done: list[Request] = []
        page.on("requestfinished", lambda request: self._done.append(request))

    def bytes_since(self) -> tuple[int, int]:
        """Return the bytes of the answers since this was last asked, and of the tiles among them."""
        self.page.wait_for_timeout(300)
        done, self._done[:] = list(self._done), []
        sizes = [(request.url, request.sizes()) for request in done]
        sent = [(url, size["responseBodySize"] + size["responseHeadersSize"]) for url, size in sizes]
        return sum(size for _, size in sent), sum(size for url, size in sent if TILE.search(url))


def _visit(watch: Watch, where: Page | Frame, acts: dict[str, str], at: tuple[float, float], seen: Seen) -> None:
    """Look at each zoom and pan there."""
    watch.page.wait_for_timeout(1500)
    watch.bytes_since()
    for zoom in ZOOMS:
        for act, told in (("look", [*at, zoom]), ("pan", PAN)):
            taken = where.evaluate(acts[act], told)
            seen.times.setdefault((act, zoom), []).append(taken)
            seen.sent.setdefault((act, zoom), []).append(watch.bytes_since())


def ours(browser: Browser, url: str, at: tuple[float, float], seen: Seen) -> None:
    """Measure PlanMap's page once."""
    page = browser.new_context(viewport=WINDOW).new_page()
    watch = Watch(page)
    go(page, f"{url}/?at={at[0]},{at[1]},{START_ZOOM}", PAGE_USABLE)
    frame = map_frame(page)
    wait(frame, HAS_TILES)
    # Calendar and table come after the page.
    page.wait_for_timeout(2500)
    _visit(watch, frame, OURS, at, seen)
    page.context.close()


def theirs(browser: Browser, url: str, at: tuple[float, float], seen: Seen) -> None:
    """Measure the page of a peer once."""
    page = browser.new_context(viewport=WINDOW).new_page()
    watch = Watch(page)
    go(page, url, "Boolean(window.ready)")
    _visit(watch, page, THEIRS, at, seen)
    page.context.close()


def map_frame(page: Page) -> Frame:
    """Return the frame of PlanMap's map."""
    return next(frame for frame in page.frames if "/map" in frame.url)


def map_size(browser: Browser, url: str) -> tuple[int, int]:
    """Return width and height of PlanMap's map in the window."""
    page = browser.new_context(viewport=WINDOW).new_page()
    go(page, url, PAGE_USABLE)
    width, height = map_frame(page).evaluate("[innerWidth, innerHeight]")
    page.context.close()
    return width, height


def photograph(browser: Browser, url: str, folder: Path, at: tuple[float, float], size: tuple[int, int]) -> int:
    """Write what the peer of pictures shows as tiles of 256 pixels, from PlanMap's own map; return how many."""
    folder.mkdir()
    width, height = PICTURE_FRAME
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    page = context.new_page()
    go(page, f"{url}/map", "Boolean(window.PlanMap?.current)")
    page.add_style_tag(content=BARE)
    written = 0
    for zoom in (START_ZOOM, *ZOOMS):
        x, y = pixel_at(at, zoom)
        reach = PAN if zoom in ZOOMS else 0
        first = math.floor((x - size[0] / 2) / 256), math.floor((y - size[1] / 2) / 256)
        last = math.floor((x + size[0] / 2 + reach) / 256), math.floor((y + size[1] / 2) / 256)
        if (last[0] - first[0] + 1) * 256 > width or (last[1] - first[1] + 1) * 256 > height:
            raise SystemExit("the map is larger than the picture of it")
        middle = position_of((first[0] * 256 + width / 2, first[1] * 256 + height / 2), zoom)
        page.evaluate(OURS["look"], [*middle, zoom])
        page.wait_for_timeout(1500)
        whole = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        for column in range(first[0], last[0] + 1):
            for row in range(first[1], last[1] + 1):
                left, top = (column - first[0]) * 256, (row - first[1]) * 256
                tile = whole.crop((left, top, left + 256, top + 256))
                # As servers of tiles keep them: in as few colours as it takes.
                tile.quantize(256).save(folder / f"{zoom}-{column}-{row}", "PNG", optimize=True)
                written += 1
    context.close()
    return written


def pixel_at(at: tuple[float, float], zoom: int) -> tuple[float, float]:
    """Return the pixel of the world at a latitude and longitude."""
    side = 256 * 2**zoom
    sine = math.sin(math.radians(at[0]))
    return (at[1] / 360 + 0.5) * side, (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * side


def position_of(pixel: tuple[float, float], zoom: int) -> tuple[float, float]:
    """Return latitude and longitude of a pixel of the world."""
    side = 256 * 2**zoom
    latitude = math.degrees(2 * math.atan(math.exp(math.pi * (1 - 2 * pixel[1] / side))) - math.pi / 2)
    return latitude, (pixel[0] / side - 0.5) * 360


@contextmanager
def software_webgl(playwright: Playwright) -> Iterator[Browser | None]:
    """Yield a browser that draws WebGL by its processor, None where there is none."""
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*CHROMIUM_FLAGS, *SOFTWARE_WEBGL])
    page = browser.new_page()
    there = page.evaluate("Boolean(document.createElement('canvas').getContext('webgl2'))")
    page.close()
    yield browser if there else None
    browser.close()


def screen(
    playwright: Playwright, browser: Browser, folder: Path, plan: Path, ground: Path, at: tuple[float, float]
) -> None:
    """Measure all and print two tables."""
    scripts, pictures = folder / "scripts", folder / "pictures"
    bundle(scripts)
    found: dict[str, Seen] = {name: Seen() for name in ("PlanMap", *PEERS)}
    with serving(folder, str(plan)) as url, software_webgl(playwright) as webgl:
        size = map_size(browser, url)
        count = photograph(browser, url, pictures, at, size)
        kinds = {layer: list(form.kinds) for layer, form in LAYERS.items() if form.shape != "point"}
        setup = {"width": size[0], "height": size[1], "start": [*at, START_ZOOM], "kinds": kinds}
        with serving_tiles(scripts, ground, pictures, setup) as peers:
            turns: dict[str, Callable[[], None]] = {"PlanMap": lambda: ours(browser, url, at, found["PlanMap"])}
            for name in PEERS:
                drawer = webgl if name == "maplibre" else browser
                if drawer is not None:
                    turns[name] = lambda name=name, drawer=drawer: theirs(
                        drawer, f"{peers}/page/{name}", at, found[name]
                    )
            for number in range(ROUNDS):
                for name in turns if number % 2 else reversed(turns):
                    turns[name]()
    _print(found, size, count)


def _print(found: dict[str, Seen], size: tuple[int, int], count: int) -> None:
    print(
        f"\nGround on the screen, a map of {size[0]} x {size[1]} in a window of {WINDOW['width']} x {WINDOW['height']}"
        f", no graphics processor; {ROUNDS} rounds taking turns; medians of the time until all is painted, and of the "
        f"ratios of neighbours. {count} pictures were made beforehand. maplibre-gl draws no names.\n"
    )
    names = [name for name in PEERS if found[name].times]
    if "maplibre" not in names:
        print("maplibre-gl: this browser has no WebGL without a graphics processor\n")
    heads = " | ".join(f"{PEERS[name]} | ratio" for name in names)
    print(f"| | PlanMap | {heads} |")
    print("|" + "---|" * (2 + 2 * len(names)))
    words = {"look": "new place", "pan": f"pan by {PAN}"}
    for act, word in words.items():
        for zoom in ZOOMS:
            own = found["PlanMap"].times[act, zoom]
            cells = [f"{word}, zoom {zoom}", _range(own, "ms")]
            for name in names:
                other = found[name].times[act, zoom]
                ratios = [a / b for a, b in zip(own, other, strict=True)]
                cells += [_range(other, "ms"), _range(ratios, "", 2)]
            print(f"| {' | '.join(cells)} |")
    for act, word in words.items():
        for zoom in ZOOMS:
            own_kb, tiles_kb = (median(each) / 1000 for each in zip(*found["PlanMap"].sent[act, zoom], strict=True))
            cells = [f"sent, {word}, zoom {zoom}", f"{own_kb:.0f} kB, {tiles_kb:.0f} of them tiles"]
            for name in names:
                other_kb = median(total for total, _ in found[name].sent[act, zoom]) / 1000
                cells += [f"{other_kb:.0f} kB", f"{own_kb / other_kb:.2f}" if other_kb else ""]
            print(f"| {' | '.join(cells)} |", flush=True)


def _range(values: list[float], unit: str, digits: int = 0) -> str:
    middle, low, high = median(values), min(values), max(values)
    return f"{middle:.{digits}f}{' ' * bool(unit)}{unit} ({low:.{digits}f}-{high:.{digits}f})"


def start(browser: Browser, folder: Path, plans: dict[str, Path]) -> None:
    """Measure how long the page takes with and without a ground from a file, from an address with an empty cache."""
    found: dict[str, dict[str, list[float]]] = {name: {"map": [], "ground": [], "page": []} for name in plans}
    urls = {}
    with serving(folder, str(plans["with"])) as first, serving(folder, str(plans["without"])) as second:
        urls = {"with": first, "without": second}
        for number in range(ROUNDS + 1):
            for name in urls if number % 2 else reversed(urls):
                times = _start_once(browser, urls[name], has_ground=name == "with")
                # The first warms the server.
                for part, taken in times.items() if number else ():
                    found[name][part].append(taken)
    print("\nThe page's start, from its address with an empty cache, with and without a ground from a file\n")
    print("| | with | without | ratio |")
    print("|---|---|---|---|")
    for part, words in (("map", "map painted and movable"), ("page", "whole page")):
        ratios = [a / b for a, b in zip(found["with"][part], found["without"][part], strict=True)]
        own, other = (_range(found[name][part], "s", 2) for name in ("with", "without"))
        print(f"| {words} | {own} | {other} | {_range(ratios, '', 2)} |")
    print(f"| all tiles of the first view painted | {_range(found['with']['ground'], 's', 2)} | | |", flush=True)


def _start_once(browser: Browser, url: str, *, has_ground: bool) -> dict[str, float]:
    page = browser.new_context(viewport=WINDOW).new_page()
    began = time.monotonic()
    times = {}
    go(page, url, MAP_PAINTED)
    times["map"] = time.monotonic() - began
    if has_ground:
        wait(map_frame(page), HAS_TILES)
        times["ground"] = time.monotonic() - began
    wait(page, PAGE_USABLE)
    times["page"] = time.monotonic() - began
    page.context.close()
    return times
