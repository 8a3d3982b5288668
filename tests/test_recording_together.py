"""Many who record at once, on both homes: all of it is there, once, and nobody is told of a lock."""

import resource
import signal
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from layers.store.base import copy_plan, open_store, read_plan
from tests.command import PLANMAP, environment, one_line
from tests.soak.together import expected, record_at_once, recorded
from tests.test_store import EVENT

pytestmark = pytest.mark.slow

EACH = 10
"""`make soak` has each process record a hundred statements."""


@contextmanager
def a_reader(where):
    """Another program that has the file open as QGIS does: it turns on the log beside the file, and goes on reading."""
    with closing(sqlite3.connect(where, isolation_level=None)) as other:
        assert other.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM planmap_events").fetchone()
        yield
        other.execute("COMMIT")


def test_eight_processes_record_at_once(plan, home):
    copy_plan(plan, home)
    assert not any(record_at_once(home, each=EACH))
    all_are_there(plan, home)


def test_a_reader_that_holds_the_file_as_qgis_does_stops_nobody(plan, tmp_path):
    path = str(tmp_path / "plan.gpkg")
    copy_plan(plan, path)
    with a_reader(path):
        assert not any(record_at_once(path, each=EACH))
    all_are_there(plan, path)


def all_are_there(plan, home):
    assert recorded(plan, home) == expected(EACH)
    # In the order in which each has recorded them.
    order = [event.id for event in read_plan(open_store(home)).events if event.id.startswith("p0-")]
    assert order == [f"p0-{number}" for number in range(EACH)]


def test_a_full_disk_is_said_in_a_line_and_costs_nothing(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    before = read_plan(open_store(str(path))).events
    size = path.stat().st_size

    def full():
        # No file may grow any more, which a full disk comes to.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    words = ["--status", "done", "--summary", "长" * 400, "--source", "公报", "--publisher", "统计局", "--by", "某人"]
    command = [PLANMAP, "record", EVENT.task_id, *words, "--plan", str(path)]
    refused = 0
    for _ in range(40):
        result = subprocess.run(
            command,
            env=environment(tmp_path / "user"),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            preexec_fn=full,
        )
        if result.returncode:
            one_line(result)
            refused += 1
            break
    assert refused
    kept = read_plan(open_store(str(path))).events
    assert kept[: len(before)] == before
    # With room again, work goes on.
    open_store(str(path)).add_event(replace(EVENT, id="afterwards"))
    assert read_plan(open_store(str(path))).events == (*kept, replace(EVENT, id="afterwards"))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
