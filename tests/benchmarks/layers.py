"""Large layers: made-up parcels brought in and made tiles, beside tippecanoe and freestiler; answers about them.

Import and tiles are what the application starts: a child process that a parent watches. tippecanoe gets the same
parcels as lines of GeoJSON and freestiler as a frame, both ready before; neither counts what it leaves out.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import shapely
from playwright.sync_api import sync_playwright

from geo.tiles.archive import Archive
from geo.tiles.thinned.zoom import MOST_BYTES
from tests.benchmarks.answers import answer_rows
from tests.benchmarks.ground import Made, largest_tile, watched
from tests.benchmarks.layer_screen import PLAIN_UP_TO, STEPS, click_seconds, folium_rows, screen_rows
from tests.benchmarks.parcels import FORMS, write_parcels
from tests.benchmarks.sheets import environment_in
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path

COUNTS = (10_000, 100_000, 1_000_000)
AIM_S, AIM_MB = 20.0, 2_000.0
"""For the tiles of a million even parcels."""

FIELD = "use"


def run() -> None:
    """Measure and print."""
    print(
        "\nMade-up parcels, whole processes: seconds (of the processor), peak memory with the parent, "
        "largest tile as stored\n"
    )
    print("| parcels | step | seconds | memory | archive | largest tile | zooms |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for form in FORMS:
        for count in COUNTS:
            with tempfile.TemporaryDirectory(prefix="planmap-bench-") as name:
                _measure(Path(name), form, count)
                _screen(Path(name), form, count)


def _measure(folder: Path, form: str, count: int) -> None:
    source = folder / "parcels.parquet"
    write_parcels(source, form, count)
    environment = environment_in(folder)
    itself = [sys.executable, "-m", "tests.benchmarks.layer_steps"]
    package, own = folder / "parcels.gpkg", folder / "parcels.pmtiles"
    _row(form, count, "import", watched([*itself, "import", source, package], environment))
    made = watched([*itself, "tiles", package, own], environment)
    _row(form, count, "tiles", made, own)
    _cells(own)
    answer_rows(package, form, count)
    lines, theirs = folder / "parcels.geojsonl", folder / "tippecanoe.pmtiles"
    write_lines(source, lines)
    with Archive(own) as archive:
        zooms = archive.zooms
    command = [Path(sys.executable).with_name("tippecanoe"), "-o", theirs, "--force", "--quiet", "--read-parallel"]
    command += [f"-Z{zooms[0]}", f"-z{zooms[1]}", "--drop-densest-as-needed", f"--maximum-tile-bytes={MOST_BYTES}"]
    _row(form, count, "tippecanoe", watched([*command, "-t", folder, "-L", f"parcels:{lines}"], environment), theirs)
    lines.unlink()
    other = folder / "freestiler.pmtiles"
    zoom = [str(each) for each in zooms]
    _row(form, count, "freestiler", watched([*itself, "freestiler", source, other, *zoom], environment), other)
    if form == "even" and count == COUNTS[-1]:
        good = (made.seconds <= AIM_S, made.peak_mb <= AIM_MB, largest_tile(own) <= MOST_BYTES)
        verdicts = ["met" if each else "MISSED" for each in good]
        print(
            f"\nat most {AIM_S:.0f} s: {verdicts[0]}; {AIM_MB / 1000:.0f} GB: {verdicts[1]}; "
            f"no tile over {MOST_BYTES / 1000:.0f} kB: {verdicts[2]}\n",
            flush=True,
        )


def _screen(folder: Path, form: str, count: int) -> None:
    """Measure the same tiles in a browser, and print the rows."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        archives = {"PlanMap": folder / "parcels.pmtiles", "tippecanoe": folder / "tippecanoe.pmtiles"}
        rows = screen_rows(browser, archives, folder)
        if form == "even" and count <= PLAIN_UP_TO:
            rows |= folium_rows(browser, folder / "parcels.parquet", folder)
        browser.close()
    steps = ", ".join(f"zoom {step:g}" for step in STEPS)
    print(f"\n{form} {count:,} on the screen: first view; {steps}; another filter\n")
    for name, found in rows.items():
        print(f"- {name}: {'; '.join(found)}")
    print(f"- a click: {click_seconds(folder / 'parcels.gpkg') * 1000:.1f} ms\n", flush=True)


def _row(form: str, count: int, step: str, made: Made, archive: Path | None = None) -> None:
    about = "| | | "
    if archive is not None:
        with Archive(archive) as opened:
            zooms = opened.zooms
        size, largest = archive.stat().st_size / 1e6, largest_tile(archive) / 1e3
        about = f"| {size:.1f} MB | {largest:.0f} kB | {zooms[0]}-{zooms[1]} "
    seconds = f"{made.seconds:.1f} ({made.cpu:.1f})"
    print(f"| {form} {count:,} | {step} | {seconds} | {made.peak_mb:.0f} MB {about}|", flush=True)


def _cells(path: Path) -> None:
    with Archive(path) as archive:
        zooms = archive.metadata["planmap"]["zooms"]
    told = (
        f"zoom {zoom}: {each['cells']:,} cells for {each['features']:,}"
        for zoom, each in zooms.items()
        if each["cells"]
    )
    print(f"| | {'; '.join(told)} | | | | | |")


def write_lines(source: Path, target: Path) -> None:
    """Write the parcels as lines of GeoJSON with nothing but what our own tiles carry: a number and the use."""
    frame = gpd.read_parquet(source)
    shapes = shapely.to_geojson(frame.geometry.to_numpy())
    with target.open("w", encoding="utf-8") as output:
        for number, (shape, use) in enumerate(zip(shapes, frame[FIELD], strict=True), 1):
            about = json.dumps({FIELD: use}, ensure_ascii=False)
            output.write(f'{{"type":"Feature","id":{number},"geometry":{shape},"properties":{about}}}\n')
