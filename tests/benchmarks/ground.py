"""Ground from a file: made beside tippecanoe, and shown beside other ways to draw tiles in a browser.

The extract is made up (`tests.benchmarks.extract`). PlanMap's import is a whole process from the extract to the ground;
tippecanoe gets the same features ready as lines of GeoJSON, each with the zoom from which it is wanted.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import psutil
import shapely
from playwright.sync_api import sync_playwright

from geo.tiles.archive import Archive
from geo.tiles.extract import read_extract
from geo.tiles.schema import LAYERS, MAX_ZOOM, MIN_ZOOM, MORE_FIELDS, MOST_BYTES
from layers.ground.files import around
from layers.store.base import open_store, read_plan
from tests.benchmarks.extract import write_extract
from tests.benchmarks.ground_screen import screen, start
from tests.benchmarks.sheets import environment_in
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path
from tests.command import PLANMAP
from tests.plan_anywhere import write_plan_at

LONGITUDE, LATITUDE = 117.4, 39.1
PLACE = (39.118, 117.36)
"""Latitude and longitude of what is looked at: in the city, away from the plan's sites."""
TIMES = 2.0
"""So large a plan, with its surroundings, takes all of the extract."""

ROUNDS = 3
AIM_S = 30.0
LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Made:
    """One run of a process that makes tiles."""

    seconds: float
    cpu: float
    """Seconds of the processor, which other programs disturb less."""
    peak_mb: float
    """Of the process and all that it started, pages that they share counted once."""


def watched(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> Made:
    """Run `command` to its end and return its seconds and its peak memory."""
    began, used, peak = time.monotonic(), _cpu(), 0
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, env=environment, stdout=said, stderr=said) as process:
            family = psutil.Process(process.pid)
            while process.poll() is None:
                with suppress(psutil.Error):
                    peak = max(peak, sum(map(_memory, [family, *family.children(recursive=True)])))
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LOOK_S)
            taken = time.monotonic() - began
        if process.returncode:
            said.seek(0)
            raise SystemExit(said.read().decode(errors="replace"))
    return Made(taken, _cpu() - used, peak / 1e6)


def _cpu() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


def _memory(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        state = process.memory_full_info()
        return int(getattr(state, "pss", state.uss))
    return 0


def write_lines(frames: dict[str, gpd.GeoDataFrame], folder: Path) -> list[str]:
    """Write each layer as lines of GeoJSON; return what tippecanoe is to be told of them."""
    folder.mkdir()
    named = []
    for layer, form in LAYERS.items():
        if layer not in frames or frames[layer].empty:
            continue
        frame = frames[layer]
        fields = ["kind", "zh", "en", *MORE_FIELDS.get(layer, ())]
        first = frame["kind"].map(form.kinds).to_numpy(dtype=float)
        if "from_zoom" in frame:
            first = np.fmax(first, np.ceil(frame["from_zoom"].to_numpy(dtype=float)))
        shapes = shapely.to_geojson(frame.geometry.to_numpy())
        rows = frame[fields].to_dict("records")
        file = folder / f"{layer}.geojsonl"
        with file.open("w", encoding="utf-8") as output:
            for shape, row, zoom in zip(shapes, rows, first, strict=True):
                if zoom <= MAX_ZOOM:
                    about = json.dumps({"properties": row, "tippecanoe": {"minzoom": int(zoom)}}, ensure_ascii=False)
                    output.write(f'{{"type":"Feature","geometry":{shape},{about[1:]}\n')
        named += ["-L", f"{layer}:{file}"]
    return named


def largest_tile(path: Path) -> int:
    """Return the bytes of the largest tile, as it is stored."""
    with Archive(path) as archive:
        return max(len(archive.stored(*at) or b"") for at in archive.places())


def import_times(folder: Path, extract: Path, plan: Path) -> Path:
    """Make tiles of the extract both ways, print a table, and return our archive."""
    bounds = around(read_plan(open_store(str(plan))))
    began = time.monotonic()
    frames = read_extract(extract, bounds, lambda share: None)
    reading = time.monotonic() - began
    layers = write_lines(frames, folder / "lines")
    lines_mb = sum(file.stat().st_size for file in (folder / "lines").iterdir()) / 1e6
    features = sum(map(len, frames.values()))
    del frames
    made, other = plan / "ground" / "city.pmtiles", folder / "tippecanoe.pmtiles"
    environment = environment_in(folder)
    command = [Path(sys.executable).with_name("tippecanoe"), "-o", other, "--force", "--quiet", "--read-parallel"]
    command += [f"-Z{MIN_ZOOM}", f"-z{MAX_ZOOM}", "--drop-densest-as-needed", f"--maximum-tile-bytes={MOST_BYTES}"]
    commands = {
        "PlanMap": [PLANMAP, "ground", "add", extract, "--name", "city", "--plan", plan],
        "tippecanoe": [*command, "-t", folder, *layers],
    }
    runs: dict[str, list[Made]] = {name: [] for name in commands}
    for number in range(ROUNDS):
        for name in commands if number % 2 else reversed(commands):
            runs[name].append(watched(commands[name], environment))
    print(
        f"\nGround of an extract of {extract.stat().st_size / 1e6:.1f} MB, {features} features, whole processes, "
        f"{ROUNDS} rounds taking turns; medians. tippecanoe begins with {lines_mb:.0f} MB of GeoJSON, written before; "
        f"reading the extract alone takes {reading:.1f} s\n"
    )
    print("| | PlanMap | tippecanoe | ratio (range) |")
    print("|---|---|---|---|")
    for words, unit, of in (
        ("time", "s", "seconds"),
        ("time of the processor", "s", "cpu"),
        ("peak memory", "MB", "peak_mb"),
    ):
        own, theirs = ([getattr(run, of) for run in runs[name]] for name in commands)
        ratios = [a / b for a, b in zip(own, theirs, strict=True)]
        print(
            f"| {words} | {statistics.median(own):.0f} {unit} | {statistics.median(theirs):.0f} {unit} "
            f"| {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}) |"
        )
    largest = largest_tile(made), largest_tile(other)
    sizes = made.stat().st_size, other.stat().st_size
    for words, (one, two), per, unit in (("largest tile", largest, 1e3, "kB"), ("archive", sizes, 1e6, "MB")):
        print(f"| {words} | {one / per:.1f} {unit} | {two / per:.1f} {unit} | {one / two:.2f} |")
    seconds = statistics.median(run.seconds for run in runs["PlanMap"])
    verdicts = ["met" if good else "MISSED" for good in (seconds < AIM_S, largest[0] <= MOST_BYTES)]
    print(f"\nat most {AIM_S:.0f} s: {verdicts[0]}; no tile over {MOST_BYTES / 1e3:.0f} kB: {verdicts[1]}", flush=True)
    return made


def run() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="planmap-bench-") as name, sync_playwright() as playwright:
        folder = Path(name)
        plan, without = (write_plan_at(folder / each, LONGITUDE, LATITUDE, times=TIMES) for each in ("plan", "without"))
        extract = folder / "city.osm.pbf"
        write_extract(extract, LONGITUDE, LATITUDE)
        made = import_times(folder, extract, plan)
        shutil.rmtree(folder / "lines")
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        screen(playwright, browser, folder, plan, made, PLACE)
        start(browser, folder, {"with": plan, "without": without})
        browser.close()
