"""A database tells of changes: nobody asks it while nothing happens, and nothing that happens is missed."""

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy

from app.current_plan import FRESH_S, CurrentPlan
from geo.errors import PlanMapError
from layers.store.base import copy_plan, open_store
from layers.store.postgis import PostgisStore
from tests.old_schemas import write_version_2
from tests.postgis_server import stopped
from tests.test_store import EVENT

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


class Served:
    """A plan as a server has it, and how often its database has been asked."""

    def __init__(self, url: str) -> None:
        self.store = PostgisStore(url)
        self.asked = 0
        sqlalchemy.event.listen(self.store.engine, "before_cursor_execute", self._count)
        self.store.listen()
        self.current = CurrentPlan(lambda: self.store)

    def _count(self, *_: object) -> None:
        self.asked += 1

    def events(self) -> int:
        return len(self.current.get()[1].events)

    def hears(self) -> bool:
        return self.store.quiet_since(time.monotonic())


@contextmanager
def serving(url: str):
    served = Served(url)
    try:
        yield served
    finally:
        served.store.stop_listening()


def test_a_change_is_heard_of_and_silence_costs_nothing(plan, empty_database_url):
    copy_plan(plan, empty_database_url)
    with serving(empty_database_url) as served:
        until(served.hears)
        assert served.events() == len(plan.events)
        asked, end = served.asked, time.monotonic() + 3 * FRESH_S
        while time.monotonic() < end:
            assert served.events() == len(plan.events)
        assert served.asked == asked
        for number in range(3):
            open_store(empty_database_url).add_event(replace(EVENT, id=f"n{number}"))
            until(lambda wanted=number + 1: served.events() == len(plan.events) + wanted)


def test_tables_of_an_older_release_tell_too_once_they_are_brought_up_to_date(plan, empty_database_url):
    write_version_2(plan, empty_database_url)
    with serving(empty_database_url) as served:
        until(served.hears)
        before = served.events()
        asked = served.asked
        open_store(empty_database_url).add_event(EVENT)
        until(lambda: served.events() == before + 1)
        assert served.asked > asked


def test_a_database_that_is_started_anew_is_heard_again(plan, empty_database_url):
    copy_plan(plan, empty_database_url)
    with serving(empty_database_url) as served:
        until(served.hears)
        assert served.events() == len(plan.events)
        # The server of the tests keeps nothing that it has not been told to.
        with open_store(empty_database_url).engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(sqlalchemy.text("CHECKPOINT"))
        with stopped(empty_database_url):
            until(lambda: not served.hears())
            with pytest.raises(PlanMapError, match="database-unreachable"):
                until(lambda: served.current.get() is None)
        open_store(empty_database_url).add_event(EVENT)
        until(lambda: served.events() == len(plan.events) + 1)
        until(served.hears)
