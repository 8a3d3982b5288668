"""Recording and looking back in a large plan, on both homes, beside a plain rewrite of the file by GeoPandas.

The plan is the built-in one with 10,000 made-up tasks at one site, and as many statements as a plan may have. The peer
is what a script does that keeps its statements in a GeoPackage: read the table, add a row, write the file anew.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import geopandas
import pandas
import psutil
import pyogrio
from playwright.sync_api import sync_playwright

from layers.plan.event_id import new_id
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.resources import default_plan_folder
from layers.selection.select import select
from layers.store.base import Store, open_store, read_plan
from layers.store.folder import check_folder
from layers.store.limits import ROWS
from tests.benchmarks.made_up_history import write_history
from tests.benchmarks.page import MAP_PAINTED
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path
from tests.browser.server import serving
from tests.postgis_server import fresh_database, postgis_server

_Found = TypeVar("_Found")

TASKS = 10_000
SITE = "cauc"
APPENDS = 40
LOOKS = 5
PAGES = 3
REWRITES = 3


def run() -> None:
    """Measure both homes and print the figures."""
    with tempfile.TemporaryDirectory(prefix="planmap-bench-") as name:
        folder = Path(name)
        plan, faults = check_folder(default_plan_folder())
        if plan is None:
            raise RuntimeError(faults)
        # A hundred fewer than there may be, for those that are added here.
        events = ROWS["events"] - len(plan.events) - 100
        print(f"\nRecording: {TASKS} tasks, {events} statements")
        path = folder / "large.gpkg"
        write_history(plan, str(path), tasks=TASKS, events=events, site=SITE)
        rewrite = rewrites(path, folder)
        print(f"  GeoPandas reads the table and writes it with a row more: {rewrite:.2f} s")
        _measure("GeoPackage", open_store(str(path)), rewrite)
        _pages(folder, str(path))
        with postgis_server() as url, fresh_database(url) as database:
            write_history(plan, database, tasks=TASKS, events=events, site=SITE)
            _measure("PostGIS", open_store(database), rewrite)
            _pages(folder, database)


def _measure(home: str, store: Store, rewrite: float) -> None:
    before = psutil.Process().memory_info().rss
    plan, first = _timed(lambda: read_plan(store))
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    print(f"  {home}: first reading {first:.2f} s, {grown:.0f} MB more")
    appends, again = [], []
    tasks = list(plan.tasks)[-APPENDS:]
    for task_id in tasks:
        known = plan.events_by_task[task_id][-1]
        event = replace(known, id=new_id())
        _, seconds = _timed(lambda event=event, known=known: store.add_event(event, known=known.id))  # type: ignore[misc]
        appends.append(seconds)
        plan, seconds = _timed(lambda: read_plan(store))
        again.append(seconds)
    _print("append", appends, rewrite)
    _print("reading on after it", again, rewrite)
    folds = [_timed(lambda day=day: _fold(plan, day))[1] for day in _days(plan)]  # type: ignore[misc]
    print(f"    status of all on a day: the first {folds[0] * 1000:.0f} ms")
    _print("any other day", folds[1:], rewrite)


def _days(plan: Plan) -> list[date]:
    return [date(plan.info.year, 6, 1) + timedelta(days=30 * number) for number in range(LOOKS + 1)]


def _fold(plan: Plan, day: date) -> None:
    select(plan, Scene(as_of=day), today=day)


def _print(what: str, seconds: list[float], rewrite: float) -> None:
    middle, worst = statistics.median(seconds), max(seconds)
    print(
        f"    {what}: {middle * 1000:.1f} ms, at worst {worst * 1000:.1f} ms; rewrite to it {rewrite / middle:.0f} : 1"
    )


def rewrites(path: Path, folder: Path) -> float:
    """Return how long GeoPandas takes, at the median, to add a row by reading and writing the table of the events."""

    def once() -> None:
        table = pyogrio.read_dataframe(path, layer="planmap_events", read_geometry=False)
        longer = pandas.concat([table, table.tail(1)], ignore_index=True)
        frame = geopandas.GeoDataFrame(longer, geometry=[None] * len(longer), crs="EPSG:4326")
        frame.to_file(folder / "rewritten.gpkg", layer="planmap_events", driver="GPKG")

    return statistics.median(_timed(once)[1] for _ in range(REWRITES))


def _pages(folder: Path, home: str) -> None:
    """Print how long the map and the Tasks page of the plan at `home` take to be there in a browser."""
    with serving(folder, home) as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        for what, address, there in (
            ("map", url, MAP_PAINTED),
            ("Tasks page", f"{url}/tasks", "() => document.querySelector('table.pm-list tbody tr')"),
        ):
            seconds = []
            for _ in range(PAGES):
                page = chromium.new_page(viewport={"width": 1400, "height": 900})

                def opened(page=page, address=address, there=there) -> None:  # type: ignore[no-untyped-def]
                    page.goto(address)
                    page.wait_for_function(there, timeout=120_000)

                seconds.append(_timed(opened)[1])
                page.close()
            shown = ", ".join(f"{one:.1f}" for one in seconds)
            print(f"    {what} in a browser: {shown} s (the first after the server has read the plan)")
        chromium.close()


def _timed(action: Callable[[], _Found]) -> tuple[_Found, float]:
    began = time.perf_counter()
    found = action()
    return found, time.perf_counter() - began
