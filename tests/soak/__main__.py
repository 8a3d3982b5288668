"""Print the table of docs/reliability.md anew: each trial as tried, survived and lost.

`python -m tests.soak [SEED] [KILLS]`; another seed, another moment for each kill.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from tests.browser.server import pid_of, serving
from tests.postgis_server import postgis_server
from tests.soak import clicks, evil, harmed
from tests.soak.savers import Tally, kills, locks, writers
from tests.soak.together import together
from tests.test_store import EVENT

KEPT_S = 150.0
"""Seconds after which Streamlit keeps no session whose browser has gone, and PlanMap has closed it."""


def main(seed: int, times: int) -> None:
    """Run all trials and print their rows."""
    began = time.monotonic()
    plan = read_plan(FolderStore(default_plan_folder()))
    print(f"seed {seed}\n\n| Trial | Tried | Survived | Lost | |\n|---|---|---|---|---|", flush=True)

    def show(name: str, tally: Tally) -> None:
        print(tally.row(name), flush=True)

    with tempfile.TemporaryDirectory(prefix="planmap-soak-") as name:
        folder = Path(name)
        os.environ["XDG_STATE_HOME"] = str(folder / "state")
        own = folder / "own"
        show("Kills: the user's copy", kills("own", str(own), times=times, seed=seed))
        path = folder / "plan.gpkg"
        copy_plan(plan, str(path))
        show(
            "Kills: another GeoPackage",
            kills("other", str(path), times=times, seed=seed + 1),
        )
        with postgis_server() as url:
            show("Eight processes, 100 statements each: PostGIS", together(plan, url))
            show("Kills: PostGIS", kills("database", url, times=times, seed=seed + 2))
            show("Writers at the same time: PostGIS", writers(url, processes=4, seconds=10))
        path = folder / "writers.gpkg"
        copy_plan(plan, str(path))
        show("Writers at the same time: GeoPackage", writers(str(path), processes=4, seconds=10))
        show("Eight processes, 100 statements each: GeoPackage", together(plan, str(folder / "eight.gpkg")))
        store = open_store(str(path))

        def save(number: int) -> None:
            store.add_event(replace(EVENT, id=f"lock-{number}"))

        show("Saves while another program writes", locks(path, save, times=4, seconds=5))
        show("Harmed vector files of every kind", harmed.brought_in(folder / "harmed", seed))
        show("Hostile files: checked in 5 s and 500 MB", evil.checked(plan, folder))
        _sessions(folder, show)
    print(f"\n{(time.monotonic() - began) / 60:.0f} minutes")


def _sessions(folder: Path, show) -> None:
    data = folder / "sessions"
    data.mkdir()
    with serving(data) as url:
        recording = clicks.recorded(url)
        answers = asyncio.run(clicks.many(url, recording, sessions=30, clicks=20))
        good = sum(seconds <= 1.5 for seconds in answers.seconds)
        show("Clicks of 30 people, one a second", Tally(len(answers.seconds), good, answers.failed, answers.figures()))
        pid = pid_of(url)
        before = len(os.listdir(f"/proc/{pid}/fd"))
        for _ in range(50):
            asyncio.run(clicks.many(url, recording, sessions=20, clicks=0, pause_s=0.0))
        deadline = time.monotonic() + KEPT_S
        while (left := len(os.listdir(f"/proc/{pid}/fd")) - before) > 0 and time.monotonic() < deadline:
            time.sleep(1)
        show("Sessions opened and closed", Tally(1000, 1000, 0, f"{max(left, 0)} descriptors left"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1, int(sys.argv[2]) if len(sys.argv) > 2 else 200)
