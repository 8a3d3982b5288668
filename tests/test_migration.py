"""Plans of older releases, opened by this one: brought up to date, and never at the cost of what they held."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy

from geo.errors import PlanMapError
from layers.store.base import open_store, read_plan
from layers.store.tables import SCHEMA_VERSION
from tests.old_schemas import without_parts, write_geopackage, write_postgis, write_version_2
from tests.test_constraints import run_elsewhere
from tests.test_store import EVENT, same


@pytest.fixture(scope="module")
def plan(plan):
    """The built-in plan as an older release can hold it."""
    return without_parts(plan)


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.slow)])
def home(request, tmp_path):
    """Where a plan can be written: a new file, or an empty database."""
    if request.param == "geopackage":
        return str(tmp_path / "plan.gpkg")
    return request.getfixturevalue("empty_database_url")


@pytest.fixture(params=[1, 2])
def older(request, plan, home):
    """Address of a plan of an older release."""
    if request.param == 2:
        write_version_2(plan, home)
    elif home.endswith(".gpkg"):
        write_geopackage(plan, Path(home))
    else:
        write_postgis(plan, home)
    return home


def test_it_is_read_as_it_was_and_events_get_ids_that_stay(plan, older):
    found = read_plan(open_store(older))
    assert same(found, plan)
    assert found.decks == plan.decks
    assert len({event.id for event in found.events}) == len(plan.events)
    assert [event.id for event in read_plan(open_store(older)).events] == [event.id for event in found.events]


def test_it_can_be_written_and_an_event_can_withdraw_an_older_one(plan, older):
    store = open_store(older)
    wrong = read_plan(store).events[0]
    store.add_event(replace(EVENT, task_id=wrong.task_id, status=None, measured=None, withdraws=wrong.id))
    assert read_plan(open_store(older)).events[-1].withdraws == wrong.id


def test_opened_twice_it_is_brought_up_to_date_once(older):
    one = open_store(older)
    before = one.version()
    other = open_store(older)
    assert other.version() == before
    assert other.note("schema_version") == str(SCHEMA_VERSION)


def test_a_copy_of_the_file_is_set_aside(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    write_geopackage(plan, path)
    open_store(str(path))
    open_store(str(path))
    assert sorted(os.listdir(tmp_path)) == ["plan (schema 1).gpkg", "plan.gpkg"]
    with closing(sqlite3.connect(tmp_path / "plan (schema 1).gpkg")) as copy:
        assert copy.execute("SELECT value FROM planmap_info WHERE key = 'schema_version'").fetchall() == [("1",)]
        assert copy.execute("SELECT count(*) FROM planmap_events").fetchone() == (len(plan.events),)


def test_a_part_can_be_written_into_it_afterwards(older):
    open_store(older)
    changed = "UPDATE planmap_sites SET part_of = 'dongli-lake-centre' WHERE site_id = 'dongli-lake-poi'"
    assert run_elsewhere(older, changed) == 1
    assert read_plan(open_store(older)).sites["dongli-lake-poi"].part_of == "dongli-lake-centre"


def test_a_column_that_somebody_has_added_before_is_taken_over(plan, home):
    gate = replace(plan.sites["dongli-lake-poi"], part_of="dongli-lake-centre")
    write_version_2(replace(plan, sites={**plan.sites, gate.id: gate}), home, column=True)
    again = open_store(home)
    assert again.note("schema_version") == str(SCHEMA_VERSION)
    assert read_plan(again).sites["dongli-lake-poi"].part_of == "dongli-lake-centre"


def test_the_copy_is_named_after_its_version(plan, tmp_path):
    write_version_2(plan, str(tmp_path / "plan.gpkg"))
    open_store(str(tmp_path / "plan.gpkg"))
    assert sorted(os.listdir(tmp_path)) == ["plan (schema 2).gpkg", "plan.gpkg"]


def test_a_copy_of_the_tables_is_set_aside_in_a_database(plan, empty_database_url):
    write_postgis(plan, empty_database_url)
    with open_store(empty_database_url).reading() as connection:
        count = sqlalchemy.select(sqlalchemy.func.count()).select_from(sqlalchemy.table("planmap_events_schema_1"))
        assert connection.execute(count).scalar() == len(plan.events)


def test_what_a_race_of_the_first_release_had_written_twice_is_kept_once_the_last(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    write_geopackage(plan, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO planmap_info (key, value) VALUES ('decks', '{\"decks\": []}')")
        connection.commit()
    assert read_plan(open_store(str(path))).decks == ()


def test_a_file_that_cannot_be_written_is_read_as_it_is_and_whoever_writes_is_told(plan, tmp_path, monkeypatch):
    path = tmp_path / "plan.gpkg"
    write_geopackage(plan, path)
    # Where the copy would go lies a folder that nobody can write into: a place that does not exist.
    monkeypatch.setattr("layers.store.geopackage_schema.free_name", lambda path, _: path.parent / "none" / "copy.gpkg")
    store = open_store(str(path))
    assert same(read_plan(store), plan)
    with pytest.raises(PlanMapError) as refused:
        store.add_event(EVENT)
    assert refused.value.code == "plan-older"
    assert os.listdir(tmp_path) == ["plan.gpkg"]


def test_rows_that_break_the_new_rules_stay_and_are_told_as_faults(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    write_geopackage(plan, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE planmap_events SET task_id = 'no-such-task' WHERE fid = 1")
        connection.execute("UPDATE planmap_tasks SET id = 'gdp-growth' WHERE fid = 2")
        connection.commit()
    before = path.read_bytes()
    _, faults = open_store(str(path)).check()
    assert {fault.code for fault in faults} >= {"unknown-task", "duplicate-id"}
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["plan.gpkg"]


@pytest.mark.slow
def test_a_migration_that_is_killed_leaves_the_old_plan_or_the_new_one(plan, tmp_path):
    source = tmp_path / "source.gpkg"
    write_geopackage(plan, source)
    script = (
        "import os, sys\n"
        "from layers.store import geopackage_schema as schema\n"
        "from layers.store.base import open_store\n"
        "inner, step = schema.run, int(sys.argv[2])\n"
        "def run(connection, words, **names):\n"
        "    global step\n"
        "    step -= 1\n"
        "    if step == 0:\n"
        "        connection.exec_driver_sql('PRAGMA cache_spill = 1')\n"
        "        os.kill(os.getpid(), 9)\n"
        "    inner(connection, words, **names)\n"
        "schema.run = run\n"
        "open_store(sys.argv[1])\n"
    )
    for step in (1, 7, 14):
        folder = tmp_path / str(step)
        folder.mkdir()
        path = folder / "plan.gpkg"
        shutil.copy(source, path)
        done = subprocess.run([sys.executable, "-c", script, str(path), str(step)], check=False)
        assert done.returncode == -9
        assert same(read_plan(open_store(str(path))), plan)
        open_store(str(path)).add_event(EVENT)
