"""The print sheets beside QGIS and beside a browser's screenshot, in one run.

All draw the built-in plan's whole district on A3 at 300 dots per inch; two more sheets are all ground: one of the
built-in plan at 1:50 000, and one of a ground from a file at 1:10 000. The peers' repetitions take turns, so that
whatever else the machine does hits all alike, and each ratio is between neighbours in time.
"""

from __future__ import annotations

import inspect
import json
import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import folium
from PIL import Image

from layers.font import Weight, font_file
from layers.plan.scene import Scene
from layers.resources import default_plan_folder
from layers.sheet.atlas import By, chapters
from layers.store.base import open_store, read_plan
from tests.benchmarks.plans import write_large_plan
from tests.benchmarks.qgis_input import write_qgis_input
from tests.browser.server import PLANMAP
from tests.plan_anywhere import write_plan_at
from tests.real_extract import EXTRACT, LATITUDE, LONGITUDE

SCALE, DPI = 125_000, 300
FORMATS = ("png", "pdf", "svg")
ROUNDS = 5
AGAIN = 2
"""Warm repetitions in each round, in one process."""
GROUND_ROUNDS = 3
ATLAS_SHEETS = 20
ATLAS_ROUNDS = 3

COLD_AIM = 1.5
FAR = 0.5
"""At most this share of the browser's seconds counts as far under them."""

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
"""The Python that a Debian package of QGIS belongs to."""

FOLIUM_WAITS = inspect.signature(folium.Map._to_png).parameters["delay"].default


@dataclass(frozen=True, slots=True)
class Case:
    """One sheet that is drawn."""

    name: str = ""
    """Of its files."""
    scale: int = SCALE
    site: str = ""
    """Id of the site that it is about; empty for the whole district."""
    plan: str = ""
    """Empty for the built-in one."""
    extract: Path | None = None
    """The file that its ground was made from."""


DISTRICT = Case()


@dataclass(frozen=True, slots=True)
class Run:
    """One process from its start to its end."""

    seconds: float
    cpu: float
    """Seconds of the processor, which other programs disturb less."""
    peak_mb: float
    said: dict[str, Any]
    """What it says of itself."""


@dataclass(slots=True)
class Peer:
    """One way to a sheet, with what was measured of it, by format."""

    name: str
    formats: tuple[str, ...]
    command: Callable[[str, int], list[str]]
    """The command for a format and a number of repetitions; none stands for a process with one sheet."""
    cold: dict[str, list[Run]] = field(default_factory=dict)
    warm: dict[str, list[Run]] = field(default_factory=dict)
    peak_mb: float | None = None
    """Of all its processes together, where it has several."""

    def cold_seconds(self, kind: str) -> list[float]:
        """Return the seconds of each whole process."""
        return [run.seconds for run in self.cold[kind]]

    def warm_seconds(self, kind: str) -> list[float]:
        """Return the median of each round."""
        return [statistics.median(run.said["warm"][kind]) for run in self.warm[kind]]

    def peaks(self, kind: str) -> tuple[float, float]:
        """Return the peak memory of one sheet and of the process that draws several."""
        if self.peak_mb is not None:
            return self.peak_mb, self.peak_mb
        cold, warm = (statistics.median(run.peak_mb for run in runs[kind]) for runs in (self.cold, self.warm))
        return cold, warm


def run_once(command: list[str], environment: dict[str, str]) -> Run:
    """Run `command` to its end."""
    launcher = [sys.executable, "-I", "-S", str(HERE / "launch.py"), *command]
    done = subprocess.run(launcher, env=environment, capture_output=True, text=True)
    *lines, last = done.stdout.splitlines() or ["{}"]
    found = json.loads(last)
    if found.get("code") != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    said = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return Run(found["seconds"], found["cpu"], found["peak_mb"], said)


def peak_of_family(command: list[str], environment: dict[str, str]) -> float:
    """Return the peak memory in megabytes of `command` and all it starts, what they share counted once."""
    peak = 0.0
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, sum(_share_mb(pid) for pid in _family(process.pid)))
            time.sleep(0.05)
    return peak


def _family(first: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = [first]
    for pid in found:
        found += children.get(pid, [])
    return found


def _share_mb(pid: int) -> float:
    with suppress(OSError):
        for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if row.startswith("Pss:"):
                return int(row.split()[1]) / 1024
    return 0.0


def environment_in(folder: Path) -> dict[str, str]:
    """Return an environment whose settings, caches and user data all stand in `folder`."""
    others = ("PLANMAP_", "MPL", "QGIS_", "XDG_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(others)}
    names = ("PLANMAP_DATA_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
    made = {name: str(folder / name.lower()) for name in names}
    Path(made["XDG_RUNTIME_DIR"]).mkdir(mode=0o700)
    return {**kept, **made, "QT_QPA_PLATFORM": "offscreen"}


def has_qgis() -> bool:
    """Return whether the system's Python can import QGIS."""
    try:
        return not subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True).returncode
    except OSError:
        return False


def planmap(folder: Path, case: Case = DISTRICT) -> Peer:
    """Return PlanMap itself."""
    about = ["--scale", str(case.scale), "--dpi", str(DPI)]
    about += (["--site", case.site] if case.site else []) + (["--plan", case.plan] if case.plan else [])

    def command(kind: str, repeat: int) -> list[str]:
        output = str(folder / f"planmap{case.name}.{kind}")
        if not repeat:
            return [str(PLANMAP), "export", "-o", output, *about]
        again = [sys.executable, "-m", "tests.benchmarks.sheet_again", kind, output, "--repeat", str(repeat)]
        return [*again, *about]

    return Peer("PlanMap", FORMATS, command)


def qgis(folder: Path, case: Case = DISTRICT) -> Peer:
    """Return QGIS, with its input written."""
    source = folder / f"qgis-input{case.name}"
    plan = read_plan(open_store(case.plan or str(default_plan_folder())))
    fonts = [font_file(Weight.REGULAR), font_file(Weight.BOLD)]
    write_qgis_input(plan, source, date.today(), fonts=fonts, site=case.site, scale=case.scale, extract=case.extract)

    def command(kind: str, repeat: int) -> list[str]:
        sheet = [SYSTEM_PYTHON, str(HERE / "qgis_sheet.py"), str(source), str(folder / f"qgis{case.name}")]
        return [*sheet, "--scale", str(case.scale), "--dpi", str(DPI), "--formats", kind, "--repeat", str(repeat)]

    return Peer("QGIS", FORMATS, command)


def screenshot(folder: Path) -> Peer:
    """Return the browser's screenshot of a Folium map."""

    def command(kind: str, repeat: int) -> list[str]:
        output = str(folder / f"screenshot.{kind}")
        return [sys.executable, "-m", "tests.benchmarks.browser_shot", output, "--repeat", str(repeat)]

    return Peer("screenshot", ("png",), command)


def measure(peers: list[Peer], environment: dict[str, str]) -> None:
    """Run every peer in every format, in turns."""
    for turn in range(ROUNDS):
        for kind in FORMATS:
            # Who goes first changes, for the first of two finds the machine otherwise than the second.
            taking = [peer for peer in (peers if turn % 2 == 0 else peers[::-1]) if kind in peer.formats]
            for peer in taking:
                peer.cold.setdefault(kind, []).append(run_once(peer.command(kind, 0), environment))
            for peer in taking:
                peer.warm.setdefault(kind, []).append(run_once(peer.command(kind, AGAIN), environment))


def spread(values: list[float]) -> str:
    """Return median and range."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def ratios(ours: list[float], theirs: list[float]) -> list[float]:
    """Return the ratio of each round."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def row(*cells: str) -> None:
    """Print one row of the table."""
    print("  {:<44}{:<22}{:<14}{:<22}{}".format(*cells), flush=True)


def table(peers: list[Peer]) -> None:
    """Print seconds, memory and ratios of each format."""
    for kind in FORMATS:
        one_table(peers, kind, f"{kind.upper()}, A3, 1:{SCALE}")


def one_table(peers: list[Peer], kind: str, title: str) -> None:
    """Print seconds, memory and ratios of one format; the first of `peers` is PlanMap."""
    own, *others = peers
    print()
    row(title, "cold s", "of it CPU s", "warm s", "peak MB cold / warm")
    for peer in (peer for peer in peers if kind in peer.formats):
        warm = [seconds for run in peer.warm[kind] for seconds in run.said["warm"][kind]]
        peaks = "{:.0f} / {:.0f}".format(*peer.peaks(kind))
        # What a browser's many processes took does not all reach the one that started them.
        cpu = "" if peer.peak_mb else f"{statistics.median(run.cpu for run in peer.cold[kind]):.2f}"
        row(peer.name, spread(peer.cold_seconds(kind)), cpu, spread(warm), peaks)
    for peer in (peer for peer in others if kind in peer.formats):
        cold, warm = compared(own, peer, kind)
        memory = [one / other for one, other in zip(own.peaks(kind), peer.peaks(kind), strict=True)]
        cpu = ""
        if not peer.peak_mb:
            pairs = zip(own.cold[kind], peer.cold[kind], strict=True)
            cpu = f"{statistics.median(one.cpu / other.cpu for one, other in pairs):.2f}"
        row(f"PlanMap / {peer.name}", spread(cold), cpu, spread(warm), "{:.2f} / {:.2f}".format(*memory))


def compared(own: Peer, other: Peer, kind: str, *, waiting: float = 0.0) -> tuple[list[float], list[float]]:
    """Return the ratios of the cold and of the warm seconds, with `waiting` seconds more on the other's side."""
    cold = ratios(own.cold_seconds(kind), [seconds + waiting for seconds in other.cold_seconds(kind)])
    warm = ratios(own.warm_seconds(kind), [seconds + waiting for seconds in other.warm_seconds(kind)])
    return cold, warm


def aim(name: str, found: list[float], limit: float) -> None:
    """Print whether an aim is met, by the median of the rounds, and how many of them agree."""
    met = statistics.median(found) <= limit
    agreeing = sum((ratio <= limit) == met for ratio in found)
    print(f"aim: {name}: {'yes' if met else 'NO'}, {spread(found)}, in {agreeing} of {len(found)} rounds", flush=True)


def aims(own: Peer, beside: Peer | None, browser: Peer) -> None:
    """Print the aims one by one."""
    print()
    if beside is not None:
        cold, warm = compared(own, beside, "png")
        aim("warm PNG at or under QGIS", warm, 1.0)
        aim(f"cold PNG at most {COLD_AIM:g} times QGIS", cold, COLD_AIM)
    for name, waiting in ((f"with Folium's wait of {FOLIUM_WAITS} s", FOLIUM_WAITS), ("without that wait", 0.0)):
        cold, warm = compared(own, browser, "png", waiting=waiting)
        aim(f"cold PNG far under (at most {FAR:g} of) the browser screenshot, {name}", cold, FAR)
        aim(f"warm PNG far under (at most {FAR:g} of) the browser screenshot, {name}", warm, FAR)


def first_starts(peers: list[Peer], environment: dict[str, str]) -> None:
    """Run each peer once in each format in an empty environment, which the later runs then find made."""
    for peer in peers:
        runs = [run_once(peer.command(kind, 0), environment) for kind in peer.formats]
        times = [f"{kind.upper()} {run.seconds:.2f} s" for kind, run in zip(peer.formats, runs, strict=True)]
        print(f"true first start, {peer.name}, one after the other: {', '.join(times)}", flush=True)


def ground_cases(folder: Path, environment: dict[str, str]) -> list[Case]:
    """Return the sheets that are all ground, that of a file only where the extract is installed."""
    found = [Case("-50000", 50_000, "dongli-lake-centre")]
    if EXTRACT.is_file():
        plan = write_plan_at(folder / "helsinki", LONGITUDE, LATITUDE)
        run_once([str(PLANMAP), "ground", "add", str(EXTRACT), "--plan", str(plan)], environment)
        found.append(Case("-file-10000", 10_000, "station", str(plan), EXTRACT))
    return found


def ground_times(folder: Path, environment: dict[str, str]) -> None:
    """Measure the sheets that are all ground, as PNG, beside QGIS with the same data where it is there."""
    beside = has_qgis()
    for case in ground_cases(folder, environment):
        peers = [planmap(folder, case), *([qgis(folder, case)] if beside else [])]
        first_starts([Peer(peer.name, ("png",), peer.command) for peer in peers], environment)
        for turn in range(GROUND_ROUNDS):
            taking = peers if turn % 2 == 0 else peers[::-1]
            for peer in taking:
                peer.cold.setdefault("png", []).append(run_once(peer.command("png", 0), environment))
            for peer in taking:
                peer.warm.setdefault("png", []).append(run_once(peer.command("png", AGAIN), environment))
        ground = "ground from a file" if case.extract else "built-in ground"
        one_table(peers, "png", f"PNG, A3, 1:{case.scale}, {ground}")
        if beside:
            _, warm = compared(*peers, "png")
            aim(f"warm PNG at or under QGIS, {ground}", warm, 1.0)


def atlas_times(folder: Path, environment: dict[str, str]) -> None:
    """Measure an atlas: the built-in plan with as many made-up sites as it takes."""
    today = date.today()
    built_in = read_plan(open_store(str(default_plan_folder())))
    more = ATLAS_SHEETS - len(chapters(built_in, Scene(), By.SITE, today=today))
    plan, output = folder / "atlas-plan", str(folder / "atlas.pdf")
    write_large_plan(plan, sites=more)
    command = [str(PLANMAP), "atlas", "-o", output, "--plan", str(plan)]
    cold = [run_once(command, environment) for _ in range(ATLAS_ROUNDS)]
    again = [sys.executable, "-m", "tests.benchmarks.sheet_again", "atlas", output, "--plan", str(plan)]
    warm = run_once([*again, "--repeat", str(ATLAS_ROUNDS)], environment)
    times, pages = warm.said["warm"]["atlas"], warm.said["pages"]
    print()
    row(f"Atlas PDF, {ATLAS_SHEETS} sheets, A3", "cold s", "of it CPU s", "warm s", "peak MB cold / warm")
    cpu, peak = (statistics.median(values) for values in ([run.cpu for run in cold], [run.peak_mb for run in cold]))
    peaks = f"{peak:.0f} / {warm.peak_mb:.0f}"
    row("PlanMap", spread([run.seconds for run in cold]), f"{cpu:.2f}", spread(times), peaks)
    each = statistics.median(times) / pages
    print(
        f"  {pages} pages with cover and gaps, {each:.2f} s each when warm; {more} of the sites are made up, "
        "each sheet has the scale that fits"
    )


def explain(beside: Peer | None) -> None:
    """Say what is counted and what is not."""
    remarks = [
        "cold: a whole process, from its start to its end, with one sheet; its folder of user data and its caches made "
        "already, its files in the machine's memory.",
        f"warm: in one process, after a first sheet; {ROUNDS} such processes, {AGAIN} sheets timed in each. PlanMap "
        "composes the sheet anew, QGIS exports a layout that stands. A ratio is the median of the rounds' ratios, "
        "with its range.",
        "screenshot: a plain Folium map by Playwright and Chromium, standing in for Folium's own Selenium and Firefox; "
        f"without the {FOLIUM_WAITS} s that Folium waits before each, and warm also without the start of a browser "
        "that Folium makes each time. Not a sheet: no scale, no names, no legend. Its memory is that of all its "
        "processes, in a run of its own; the others' is that of their one.",
    ]
    if beside is not None:
        remarks.append("QGIS: its input was written beforehand and is not counted.")
    print()
    for remark in remarks:
        print(textwrap.fill(remark, 110, subsequent_indent="  "))


def run() -> None:
    """Measure the sheets and their peers."""
    # The load of the machine tells how far the seconds can be trusted.
    print("load before: {:.2f} {:.2f} {:.2f}".format(*os.getloadavg()), flush=True)
    with tempfile.TemporaryDirectory(prefix="planmap-bench-sheets-") as name:
        folder = Path(name)
        environment = environment_in(folder)
        own, browser = planmap(folder), screenshot(folder)
        beside = qgis(folder) if has_qgis() else None
        peers = [own, *([beside] if beside else []), browser]
        if beside is None:
            print(f"QGIS is not measured, {SYSTEM_PYTHON} cannot import it; in Debian: apt-get install python3-qgis")
        first_starts(peers, environment)
        measure(peers, environment)
        if beside is not None:
            beside.name = f"QGIS {beside.warm['png'][0].said['qgis'].split('-')[0]}"
        browser.peak_mb = peak_of_family(browser.command("png", AGAIN), environment)
        sizes = [f"{path.stem} {'x'.join(map(str, Image.open(path).size))}" for path in sorted(folder.glob("*.png"))]
        print(f"pixels of the PNG: {', '.join(sizes)}")
        table(peers)
        ground_times(folder, environment)
        atlas_times(folder, environment)
        aims(own, beside, browser)
        explain(beside)
    print("load after: {:.2f} {:.2f} {:.2f}".format(*os.getloadavg()))
