"""Plans made to take all time and memory, each given to `planmap check`."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from layers.plan.plan import Plan
from layers.resources import default_plan_folder
from layers.store.base import copy_plan
from tests.soak.savers import Tally
from tests.test_limits import DATABASES, FOLDERS, check

SECONDS, MEGABYTES = 5, 500
"""What a check may take, of the processor's time and of the memory."""


def checked(plan: Plan, folder: Path) -> Tally:
    """Check every hostile plan of the tests once; each must end by itself, without a traceback, within the limits."""
    tally, slowest, largest = Tally(), 0.0, 0.0
    for where in (*_folders(folder), *_databases(plan, folder)):
        code, said, seconds, megabytes = check(where, folder / "data")
        slowest, largest = max(slowest, seconds), max(largest, megabytes)
        tally.tried += 1
        good = code in (0, 1, 2) and "Traceback" not in said and seconds < SECONDS and megabytes < MEGABYTES
        tally.survived += good
        tally.lost += not good
    tally.notes = f"slowest {slowest:.1f} s, largest {largest:.0f} MB"
    return tally


def _folders(folder: Path) -> list[Path]:
    found = []
    for name, (write, _) in FOLDERS.items():
        target = folder / f"folder {name}"
        shutil.copytree(default_plan_folder(), target)
        write(target)
        found.append(target)
    return found


def _databases(plan: Plan, folder: Path) -> list[Path]:
    found = []
    for attack in DATABASES:
        target = folder / f"{attack.__name__}.gpkg"
        copy_plan(plan, str(target))
        with closing(sqlite3.connect(target)) as connection:
            attack(connection)
            connection.commit()
        found.append(target)
    return found
