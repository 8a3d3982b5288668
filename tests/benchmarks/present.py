"""Briefing and slides: seconds, memory and size, beside what one writes with the same libraries in an hour.

Whole processes from start to file, for the built-in plan and for one of 1,000 sites and 10,000 tasks more.
PlanMap and its peer take turns, so that whatever else the machine does hits both alike.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from layers.resources import default_plan_folder
from tests.benchmarks.plans import write_large_plan
from tests.benchmarks.sheets import Run, environment_in, run_once
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path
from tests.browser.server import PLANMAP

ROUNDS = 3
SITES, TASKS_EACH = 1000, 10
LARGEST_BRIEFING = 3_000_000
"""Bytes that the briefing of the default deck may have."""


@contextmanager
def plans() -> Iterator[dict[str, Path]]:
    """Yield the folders of both plans by name."""
    with tempfile.TemporaryDirectory(prefix="planmap-bench-") as name:
        large = Path(name) / "large"
        write_large_plan(large, sites=SITES, tasks_each=TASKS_EACH)
        yield {"built-in": default_plan_folder(), f"{SITES} sites, {SITES * TASKS_EACH} tasks more": large}


def commands(plan: Path, kind: str, folder: Path) -> dict[str, tuple[list[str], Path]]:
    """Return each peer's command with the file that it writes."""
    verb = {"html": "brief", "pptx": "slides"}[kind]
    own, plain = folder / f"planmap.{kind}", folder / f"plain.{kind}"
    return {
        "PlanMap": ([str(PLANMAP), verb, "-o", str(own), "--plan", str(plan)], own),
        "plain": ([sys.executable, "-m", "tests.benchmarks.plain_deck", str(plan), str(plain)], plain),
    }


def measure(plan: Path, kind: str, folder: Path) -> dict[str, tuple[list[Run], int]]:
    """Return each peer's runs, in rounds taking turns, and the bytes of its file."""
    peers = commands(plan, kind, folder)
    environment = environment_in(folder)
    runs: dict[str, list[Run]] = {name: [] for name in peers}
    for round_number in range(ROUNDS + 1):
        for name in peers if round_number % 2 else reversed(peers):
            run = run_once(peers[name][0], environment)
            # The first fills the disk's cache and the folder of subset fonts.
            if round_number:
                runs[name].append(run)
    return {name: (runs[name], peers[name][1].stat().st_size) for name in peers}


def first_view_seconds(path: Path) -> float:
    """Return how long a browser takes from the double click to the first view that can be walked on from."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        taken = []
        for _ in range(3):
            page = chromium.new_context(viewport={"width": 1400, "height": 900}, offline=True).new_page()
            page.goto(path.as_uri())
            page.wait_for_selector(".folium-map[data-ready=yes]", timeout=120_000)
            taken.append(page.evaluate("performance.now()") / 1000)
            page.context.close()
        chromium.close()
    return statistics.median(taken)


def run() -> None:
    """Measure and print."""
    print(f"\nBriefing and slides, whole processes, {ROUNDS} rounds taking turns; medians\n")
    print("| plan | file | PlanMap | plain | ratio (range) | peak MB | size MB | plain MB |")
    print("|---|---|---|---|---|---|---|---|")
    with plans() as folders:
        for name, plan in folders.items():
            for kind in ("html", "pptx"):
                with tempfile.TemporaryDirectory(prefix="planmap-bench-") as folder:
                    found = measure(plan, kind, Path(folder))
                    (own, own_bytes), (plain, plain_bytes) = found["PlanMap"], found["plain"]
                    ratios = [a.seconds / b.seconds for a, b in zip(own, plain, strict=True)]
                    print(
                        f"| {name} | {kind} | {statistics.median(run.seconds for run in own):.2f} s "
                        f"| {statistics.median(run.seconds for run in plain):.2f} s "
                        f"| {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}) "
                        f"| {statistics.median(run.peak_mb for run in own):.0f} "
                        f"| {own_bytes / 1e6:.2f} | {plain_bytes / 1e6:.2f} |",
                        flush=True,
                    )
                    if kind == "html":
                        opened = first_view_seconds(Path(folder) / "planmap.html")
                        print(f"| | opened in a browser | {opened:.2f} s | | | | | |", flush=True)
                        if name == "built-in":
                            verdict = "met" if own_bytes < LARGEST_BRIEFING else "MISSED"
                            print(f"| | at most {LARGEST_BRIEFING / 1e6:.0f} MB: {verdict} | | | | | | |")
