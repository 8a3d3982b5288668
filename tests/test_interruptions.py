"""Writes that are cut off, and writes of other programs that take a while: nothing is lost, nobody is misled."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from geo.errors import PlanMapError
from layers.store import geopackage, journal
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.geopackage import GeoPackageStore
from tests.command import call, one_line
from tests.test_attacks import hot_journal
from tests.test_store import EVENT, same

# Both leave the pages of a half-done change in the file, and what they were before in the journal beside it.
OURS = """
import os, sys
from layers.store.base import open_store
with open_store(sys.argv[1]).writing() as connection:
    connection.exec_driver_sql("PRAGMA cache_size = 1")
    connection.exec_driver_sql("UPDATE planmap_tasks SET clause = clause || ?", ("x" * 8000,))
    os.kill(os.getpid(), 9)
"""
ANOTHER_PROGRAM = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE planmap_tasks SET clause = clause || hex(randomblob(4000))")
os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    """A folder of its own for the records of saves, also in the processes that a test starts."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def path(plan, tmp_path):
    (tmp_path / "plans").mkdir()
    copy_plan(plan, str(tmp_path / "plans" / "plan.gpkg"))
    return tmp_path / "plans" / "plan.gpkg"


def interrupt(script: str, path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -9
    assert journal.journal_of(path).exists()


@contextmanager
def writing(path: Path, *, begin: str = "BEGIN EXCLUSIVE"):
    """Another program that is writing."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(begin)
        yield other


@pytest.mark.slow
def test_a_save_that_was_cut_off_is_undone_and_a_copy_is_kept(plan, path):
    interrupt(OURS, path)
    torn = path.read_bytes()
    assert same(read_plan(open_store(str(path))), plan)
    (copy,) = path.parent.glob("plan (before recovery *).gpkg")
    assert copy.read_bytes() == torn
    assert journal.journal_of(copy).exists()
    open_store(str(path)).add_event(EVENT)
    assert read_plan(open_store(str(path))).events == (*plan.events, EVENT)


@pytest.mark.slow
def test_the_first_to_open_it_after_that_may_be_somebody_who_saves(plan, path):
    store = open_store(str(path))
    interrupt(OURS, path)
    store.add_event(EVENT)
    assert read_plan(store).events == (*plan.events, EVENT)


@pytest.mark.slow
def test_what_another_program_left_half_done_is_undone_only_when_asked(plan, path, tmp_path):
    interrupt(ANOTHER_PROGRAM, path)
    before = path.read_bytes(), journal.journal_of(path).read_bytes()
    for attempt in (lambda: read_plan(open_store(str(path))), lambda: GeoPackageStore(path).add_event(EVENT)):
        with pytest.raises(PlanMapError) as refused:
            attempt()
        assert refused.value.code == "plan-has-journal"
    assert (path.read_bytes(), journal.journal_of(path).read_bytes()) == before
    done = call("recover", str(path), folder=tmp_path)
    assert done.returncode == 0, done
    assert "before recovery" in done.stdout
    assert same(read_plan(open_store(str(path))), plan)
    one_line(call("recover", str(path), folder=tmp_path))


def test_a_journal_that_names_another_file_is_not_replayed_even_when_asked(path, tmp_path):
    victim = tmp_path / "victim.txt"
    victim.write_text("mine", encoding="utf-8")
    hot_journal(path, victim)
    one_line(call("recover", str(path), folder=tmp_path))
    assert victim.read_text(encoding="utf-8") == "mine"


def test_a_lock_is_called_a_lock(path, monkeypatch):
    store = open_store(str(path))
    monkeypatch.setattr(geopackage, "WAIT_S", 0.1)
    with writing(path):
        for attempt in (lambda: read_plan(store), store.version, lambda: store.add_event(EVENT)):
            with pytest.raises(PlanMapError) as refused:
                attempt()
            assert refused.value.code == "plan-locked"
    store.add_event(EVENT)


@pytest.mark.slow
def test_an_ordinary_write_of_another_program_is_waited_for(plan, path):
    store = open_store(str(path))
    script = (
        "import sqlite3, sys, time\n"
        "other = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "other.execute('BEGIN EXCLUSIVE')\n"
        "print('locked', flush=True)\n"
        "time.sleep(2)\n"
        "other.execute(\"UPDATE planmap_tasks SET lead_unit = 'x' WHERE id = 'gdp-growth'\")\n"
        "other.execute('COMMIT')\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"locked\n"
        store.add_event(EVENT)
        assert other.wait(60) == 0
    found = read_plan(store)
    assert found.events[-1] == EVENT
    assert found.tasks["gdp-growth"].lead_unit == "x"


def test_what_another_program_commits_is_seen_while_it_keeps_the_file_open(plan, path):
    store = open_store(str(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        # As QGIS does while somebody edits.
        assert other.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        seen = {store.version()}
        for number in range(5):
            other.execute("UPDATE planmap_tasks SET lead_unit = ? WHERE id = 'gdp-growth'", (f"unit {number}",))
            assert store.version() not in seen
            seen.add(store.version())
            assert read_plan(store).tasks["gdp-growth"].lead_unit == f"unit {number}"
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        store.add_event(EVENT)
        assert read_plan(store).events[-1] == EVENT


def test_a_file_that_is_replaced_by_another_is_seen(plan, path, tmp_path):
    store = open_store(str(path))
    before = store.version()
    copy_plan(plan, str(tmp_path / "other.gpkg"))
    os.replace(tmp_path / "other.gpkg", path)
    assert store.version() != before


def test_a_transaction_that_began_earlier_and_ends_later_is_seen(plan, empty_database_url):
    store = copy_plan(plan, empty_database_url)
    other = open_store(empty_database_url)
    with other.engine.connect() as early:
        early.begin()
        early.exec_driver_sql("UPDATE planmap_tasks SET lead_unit = 'early' WHERE id = 'gdp-growth'")
        store.add_event(EVENT)
        before = store.version()
        assert read_plan(store).tasks["gdp-growth"].lead_unit != "early"
        early.commit()
    assert store.version() != before
    assert read_plan(store).tasks["gdp-growth"].lead_unit == "early"


def test_neither_writers_nor_readers_wait_for_a_writer_of_other_rows(plan, empty_database_url):
    store = copy_plan(plan, empty_database_url)
    with store.engine.connect() as slow:
        slow.begin()
        slow.exec_driver_sql("UPDATE planmap_tasks SET lead_unit = 'slow' WHERE id = 'gdp-growth'")
        store.add_event(EVENT)
        store.save_decks((), known=plan.decks)
        assert read_plan(store).decks == ()
        slow.commit()
