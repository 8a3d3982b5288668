"""A plan that is read on holds what one that is read afresh does, whatever happened in between."""

from dataclasses import replace

import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.plan.beside import Beside
from layers.store import sql
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.tables import EVENTS, TASKS
from tests.test_store import EVENT, same

FEW = settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
LAST = sqlalchemy.select(sqlalchemy.func.max(EVENTS.c.fid)).scalar_subquery()
FIRST = sqlalchemy.select(sqlalchemy.func.min(EVENTS.c.fid)).scalar_subquery()
# So that the plan stays sound.
UNNAMED = [EVENTS.c.id.not_in(sqlalchemy.select(named)) for named in (EVENTS.c.withdraws, EVENTS.c.corrects)]
NAMES_NONE = [EVENTS.c.withdraws == "", EVENTS.c.corrects == ""]
CHANGES = {
    "an old event": EVENTS.update().where(EVENTS.c.fid == FIRST).values(summary_en="changed"),
    "the first gone": EVENTS.delete().where(EVENTS.c.fid == FIRST, *UNNAMED),
    "the last gone": EVENTS.delete().where(EVENTS.c.fid == LAST),
    "numbered anew": EVENTS.update().where(EVENTS.c.fid == LAST, *NAMES_NONE).values(fid=FIRST - 1),
    "a task": TASKS.update().where(TASKS.c.id == "gdp-growth").values(lead_unit="theirs"),
}


@pytest.fixture
def once(plan, home):
    """A store that is made once, and read on from one example to the next."""
    return copy_plan(plan, home)


@FEW
@given(steps=st.lists(st.sampled_from(["add", "add", "withdraw", "correct", "read", *CHANGES]), max_size=6))
def test_reading_on_gives_what_reading_afresh_does(once, home, steps):
    read_plan(once)
    for step in [*steps, "read"]:
        if step in CHANGES:
            with once.connect_to_write() as connection:
                connection.execute(CHANGES[step])
        elif step == "read":
            known, fresh = read_plan(once), read_plan(open_store(home))
            assert same(known, fresh)
            assert (known.events_by_task, known.days) == (fresh.events_by_task, fresh.days)
        else:
            there = read_plan(open_store(home)).events
            earlier = [event.id for event in there if event.task_id == EVENT.task_id]
            link = {"withdraw": "withdraws", "correct": "corrects"}.get(step) if earlier else None
            added = replace(EVENT, id="", **({link: earlier[-1]} if link else {}))
            once.add_event(replace(added, status=None, measured=None) if link == "withdraws" else added)


def test_where_nothing_has_happened_nothing_is_read(plan, home, tmp_path, monkeypatch):
    store = copy_plan(plan, home)
    store.beside = Beside(tmp_path / "ground")
    before = read_plan(store)
    monkeypatch.setattr(sql, "check_plan", lambda _: pytest.fail("the whole plan was read"))
    assert read_plan(store) is before
    store.beside.ground.mkdir()
    (store.beside.ground / "new.pmtiles").write_bytes(b"x")
    after = read_plan(store)
    assert after.beside != before.beside
    assert after.events is before.events


def test_after_an_event_only_that_one_is_read(plan, home, monkeypatch):
    store = copy_plan(plan, home)
    before = read_plan(store)
    monkeypatch.setattr(sql, "check_plan", lambda _: pytest.fail("the whole plan was read"))
    open_store(home).add_event(EVENT)
    after = read_plan(store)
    assert after.events == (*before.events, EVENT)
    untouched = next(task for task in before.events_by_task if task != EVENT.task_id)
    assert after.events_by_task[untouched] is before.events_by_task[untouched]
    assert after.events.columns is before.events.columns
