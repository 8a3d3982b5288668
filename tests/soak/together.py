"""Many processes that record statements at the same moment."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

from layers.plan.plan import Plan
from layers.store.base import copy_plan, open_store, read_plan
from tests.soak.savers import Tally

PROCESSES = 8

RECORD = """
import sys
from dataclasses import replace
from layers.store.base import open_store
from tests.test_store import EVENT
where, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = open_store(where)
for number in range(count):
    store.add_event(replace(EVENT, id=f"{name}-{number}"))
"""


def record_at_once(where: str, *, each: int) -> list[str]:
    """Have `PROCESSES` record `each` statements in the plan at `where`; return what each has said of errors."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", RECORD, where, f"p{number}", str(each)], stderr=subprocess.PIPE, text=True
        )
        for number in range(PROCESSES)
    ]
    return [process.communicate(timeout=600)[1] for process in started]


def recorded(plan: Plan, where: str) -> Counter[str]:
    """Return how often the plan at `where` has each statement that its copy `plan` has not."""
    return Counter(event.id for event in read_plan(open_store(where)).events[len(plan.events) :])


def expected(each: int) -> Counter[str]:
    """Return what `recorded` should find."""
    return Counter(f"p{process}-{number}" for process in range(PROCESSES) for number in range(each))


def together(plan: Plan, where: str, *, each: int = 100) -> Tally:
    """Copy `plan` to `where`, record at once, and count what is there once and only once."""
    copy_plan(plan, where)
    said = [words for words in record_at_once(where, each=each) if words]
    wanted, found = expected(each), recorded(plan, where)
    there = sum(1 for name in wanted if found[name] == 1)
    return Tally(len(wanted), there, len(wanted) - there, "; ".join(words.splitlines()[-1] for words in said))
