"""What the tables themselves refuse, whatever program writes."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from geo.errors import PlanMapError
from geo.geopackage import geometry_from_blob
from layers.store.base import copy_plan, open_store, read_plan
from tests.examples import DECK
from tests.test_store import EVENT


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.slow)])
def home(request, tmp_path, plan):
    address = (
        str(tmp_path / "plan.gpkg") if request.param == "geopackage" else request.getfixturevalue("empty_database_url")
    )
    copy_plan(replace(plan, decks=()), address)
    return address


def run_elsewhere(home: str, statement: str) -> int:
    """Run a statement as another program would, and return how many rows it has changed."""
    if home.endswith(".gpkg"):
        with closing(sqlite3.connect(home)) as connection, connection:
            # Every GIS brings these, for the index of the geometries.
            for name, place in (("ST_MinX", 0), ("ST_MinY", 1), ("ST_MaxX", 2), ("ST_MaxY", 3)):
                connection.create_function(name, 1, lambda blob, place=place: geometry_from_blob(blob).bounds[place])
            connection.create_function("ST_IsEmpty", 1, lambda blob: geometry_from_blob(blob) is None)
            return connection.execute(statement).rowcount
    with psycopg.connect(home.replace("+psycopg", "")) as connection:
        return connection.execute(statement).rowcount


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO planmap_info (key, value) VALUES ('plan', '{}')",
        "INSERT INTO planmap_info (key) VALUES ('new')",
        "UPDATE planmap_tasks SET id = 'gdp-growth'",
        "UPDATE planmap_sites SET site_id = 'cauc'",
        "UPDATE planmap_events SET id = 'x'",
        "UPDATE planmap_events SET task_id = 'none' WHERE task_id = 'gdp-growth'",
        "INSERT INTO planmap_events (id, task_id) VALUES ('new', 'none')",
        "INSERT INTO planmap_events (task_id) VALUES ('gdp-growth')",
        "DELETE FROM planmap_tasks WHERE id = 'gdp-growth'",
        "UPDATE planmap_tasks SET id = 'renamed' WHERE id = 'gdp-growth'",
    ],
)
def test_rows_that_would_make_the_plan_unreadable_are_refused(home, statement):
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.IntegrityError)):
        run_elsewhere(home, statement)
    read_plan(open_store(home))


@pytest.mark.parametrize("table", ["info", "sites", "tasks", "events"])
def test_the_version_moves_whoever_writes(home, table):
    store = open_store(home)
    seen = {store.version()}
    column = {"info": "value", "sites": "note_zh", "tasks": "lead_unit", "events": "recorded_by"}[table]
    where = " WHERE key = 'origin'" if table == "info" else ""
    assert run_elsewhere(home, f"UPDATE planmap_{table} SET {column} = 'x'{where}") > 0  # noqa: S608
    assert store.version() not in seen


def test_an_event_is_recorded_once_and_for_a_task_that_exists(home):
    store = open_store(home)
    store.add_event(EVENT)
    for event, code in ((EVENT, "event-exists"), (replace(EVENT, id="other", task_id="none"), "unknown-task")):
        with pytest.raises(PlanMapError) as refused:
            store.add_event(event)
        assert refused.value.code == code


def test_an_event_without_an_id_gets_one(home):
    store = open_store(home)
    for _ in range(2):
        store.add_event(replace(EVENT, id=""))
    one, other = read_plan(store).events[-2:]
    assert one.id
    assert other.id
    assert one.id != other.id


def test_of_first_savers_at_the_same_moment_one_saves_and_the_others_are_told(home):
    decks = [replace(DECK, id=f"deck-{number}") for number in range(6)]

    def save(deck):
        try:
            open_store(home).save_decks((deck,), known=())
        except PlanMapError as error:
            return error.code
        return deck.id

    for _ in range(5):
        run_elsewhere(home, "DELETE FROM planmap_info WHERE key = 'decks'")
        with ThreadPoolExecutor(len(decks)) as pool:
            found = list(pool.map(save, decks))
        (saved,) = [name for name in found if name != "decks-changed"]
        assert [deck.id for deck in read_plan(open_store(home)).decks] == [saved]
