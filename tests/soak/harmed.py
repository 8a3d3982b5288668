"""Vector files of every kind, each cut off or with bits the other way round, given to what brings layers in."""

from __future__ import annotations

import random
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.soak.savers import Tally
from tests.test_vector_attacks import check_harmed, harmed, whole_files
from tests.vector_files import siblings

EACH = 40
"""Harmed files of each kind: more than 500 of all."""


def brought_in(folder: Path, seed: int) -> Tally:
    """Bring every harmed file in; each must be read with a whole report, or refused with a message and nothing left."""
    folder.mkdir()
    tally, slowest, ends = Tally(), 0.0, Counter[str]()
    for kind, good in whole_files(folder).items():
        for number in range(EACH):
            place = folder / f"{kind}-{number}"
            place.mkdir()
            for sibling in siblings(good).values():
                (place / sibling.name).write_bytes(sibling.read_bytes())
            path = place / good.name
            chance = random.Random(f"{seed} {kind} {number}")  # noqa: S311 - made again from its seed
            path.write_bytes(harmed(path.read_bytes(), chance))
            before = {each.name for each in place.iterdir()}
            began = time.monotonic()
            tally.tried += 1
            try:
                ends["read" if check_harmed(path, place / "target.gpkg") == "read" else "refused"] += 1
                assert {each.name for each in place.iterdir()} == before
                tally.survived += 1
            except Exception:
                # The row says how many; this says which, and what it was.
                print(f"seed {seed}: {kind} {number}")
                traceback.print_exc()
                tally.lost += 1
            slowest = max(slowest, time.monotonic() - began)
    tally.notes = f"{ends['refused']} refused with a message, {ends['read']} read all the same, slowest {slowest:.1f} s"
    return tally
