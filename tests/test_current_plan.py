"""The plan in memory: whoever writes makes nobody else wait."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from app import current_plan
from app.context import Context
from app.settings import Settings
from geo.errors import PlanMapError
from layers.plan.digest import map_digest
from layers.store import geopackage
from layers.store.base import copy_plan, open_store
from tests.examples import DECK
from tests.test_store import EVENT


@pytest.fixture
def served(plan, tmp_path, serve):
    copy_plan(plan, str(tmp_path / "plan.gpkg"))
    used = serve(tmp_path / "plan.gpkg")
    used.plan()
    return used


@pytest.fixture
def locked(served, tmp_path):
    """The file of the plan, locked by another program that does not end."""
    with closing(sqlite3.connect(tmp_path / "plan.gpkg", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield other


def test_readers_go_on_with_the_plan_as_it_was_while_another_program_writes(served, locked, monkeypatch):
    monkeypatch.setattr(current_plan, "PATIENCE_S", 0.05)
    before = served.plan()
    assert all(served.plan() is before or served.plan() == before for _ in range(20))
    locked.execute("UPDATE planmap_tasks SET lead_unit = 'theirs' WHERE id = 'gdp-growth'")
    locked.execute("COMMIT")
    monkeypatch.setattr(current_plan, "PATIENCE_S", 60)
    served.plan()
    assert served.plan()[1].tasks["gdp-growth"].lead_unit == "theirs"


def test_readers_go_on_when_the_lock_outlasts_all_patience(served, locked, monkeypatch):
    monkeypatch.setattr(geopackage, "WAIT_S", 0.01)
    before = served.plan()
    assert served.plan() == before


def test_a_reader_does_not_wait_for_a_save_that_waits(plan, served, locked, monkeypatch):
    monkeypatch.setattr(current_plan, "PATIENCE_S", 0.05)
    saving = threading.Thread(target=served.save_decks, args=((DECK,),), kwargs={"known": plan.decks})
    saving.start()
    assert served.plan()[1].decks == plan.decks
    assert saving.is_alive()
    locked.execute("COMMIT")
    saving.join(60)
    assert served.plan()[1].decks == (DECK,)


def test_what_was_saved_is_shown_though_the_store_cannot_be_read_just_then(plan, served, tmp_path, monkeypatch):
    served.save_decks((DECK,), known=plan.decks)
    monkeypatch.setattr(current_plan, "PATIENCE_S", 0.05)
    with closing(sqlite3.connect(tmp_path / "plan.gpkg", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert served.plan()[1].decks == (DECK,)


def test_whoever_has_no_plan_yet_waits_and_is_told_of_a_lock(plan, tmp_path, monkeypatch):
    copy_plan(plan, str(tmp_path / "plan.gpkg"))
    monkeypatch.setattr(geopackage, "WAIT_S", 0.01)
    with closing(sqlite3.connect(tmp_path / "plan.gpkg", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(PlanMapError) as refused:
            Context(Settings(plan=str(tmp_path / "plan.gpkg"))).plan()
    assert refused.value.code == "plan-locked"


def test_a_plan_that_goes_away_is_told_and_comes_back(served, tmp_path):
    path = tmp_path / "plan.gpkg"
    path.rename(tmp_path / "away.gpkg")
    with pytest.raises(PlanMapError) as refused:
        served.plan()
    assert refused.value.code == "plan-not-found"
    (tmp_path / "away.gpkg").rename(path)
    served.plan()


def test_neither_an_event_nor_a_deck_reloads_an_open_map(plan, served, tmp_path):
    digest, document = served.document()
    store = open_store(str(tmp_path / "plan.gpkg"))
    store.add_event(EVENT)
    served.save_decks((), known=plan.decks)
    assert served.plan()[1].events[-1] == EVENT
    assert served.document() == (digest, document)


def test_a_site_a_layer_or_a_task_does_reload_it(plan):
    site, task = next(iter(plan.sites.values())), next(iter(plan.tasks.values()))
    layer = plan.catalogue.layers[0]
    for changed in (
        replace(plan, sites={**plan.sites, site.id: replace(site, geometry=None)}),
        replace(plan, tasks={**plan.tasks, task.id: replace(task, sites=(site.id,))}),
        replace(
            plan, catalogue=replace(plan.catalogue, layers=(replace(layer, opacity=0.5), *plan.catalogue.layers[1:]))
        ),
    ):
        assert map_digest(changed) != map_digest(plan)
