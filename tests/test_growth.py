"""A plan that is read on holds what one that is read afresh does, whatever happened in between."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.plan.plan import TaskEvents
from layers.plan.terms import Basis, PartialDate, Period, Status
from layers.selection.status import TaskState, _state, task_state
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


def test_after_an_event_only_that_one_is_read(plan, home, monkeypatch):
    store = copy_plan(plan, home)
    before = read_plan(store)
    monkeypatch.setattr(sql, "check_plan", lambda _: pytest.fail("the whole plan was read"))
    open_store(home).add_event(EVENT)
    after = read_plan(store)
    assert after.events == (*before.events, EVENT)
    untouched = next(task for task in before.events_by_task if task != EVENT.task_id)
    assert after.events_by_task[untouched] is before.events_by_task[untouched]


DAYS = st.dates(date(2024, 1, 1), date(2024, 4, 30))
MONTHS = st.integers(1, 4).map(lambda month: PartialDate(2024, month))
DATES = st.one_of(MONTHS, DAYS.map(lambda day: PartialDate(day.year, day.month, day.day)))
STATEMENTS = st.builds(
    lambda date, period, status, basis: replace(EVENT, date=date, period=period, status=status, basis=basis),
    DATES,
    st.sampled_from([None, Period.parse("2024-01/2024-02"), Period.parse("2023-10/2023-12")]),
    st.sampled_from([None, *Status]),
    st.sampled_from(Basis),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(STATEMENTS, max_size=12), st.integers(-1, 11))
def test_a_history_gives_for_each_day_what_all_statements_do(events, taken_back):
    events = [replace(event, id=f"e{number}") for number, event in enumerate(events)]
    if 0 <= taken_back < len(events) - 1:
        events[-1] = replace(events[-1], corrects=f"e{taken_back}")
    statements = TaskEvents(events)
    for number in range(0, 125, 6):
        day = date(2023, 12, 31) + timedelta(days=number)
        found: TaskState = _state(statements, day)
        assert found == task_state(events, day)
        if found.newest is not None:
            assert found.newest.id == task_state(events, day).newest.id
