"""Fixtures that every test can use."""

import gc
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from app import context, current_plan
from app.context import Context
from app.settings import Settings
from layers.own.table import state as table_state
from layers.plan.plan import Plan
from layers.resources import default_plan_folder
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from tests.postgis_server import fresh_database, postgis_server

# Machines are noisy: how long an example takes says nothing about the code. CI judges a change, so it tries the same
# examples each time; the search for new ones is for whoever runs the tests by hand, most with
# `pytest --hypothesis-profile=search`.
settings.register_profile("planmap", deadline=None)
settings.register_profile("planmap-ci", deadline=None, derandomize=True, database=None)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("planmap-ci" if os.environ.get("CI") else "planmap")


BROWSER_TESTS = Path(__file__).with_name("browser")
SLOW_FIXTURES = {"postgis_url", "by_site"}
"""Whoever uses one of these is slow, without being marked so: a database, a whole atlas."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what needs a browser or a database; what starts processes of its own says so itself."""
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS) or SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Have Python look for no garbage in what all tests were made of: that took a fifth of their time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Refuse processes to what a quick test needs; see `without_processes`."""
    with without_processes(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Refuse processes to a quick test; what lasts for a whole run may end them after the last one."""
    with without_processes(item):
        return (yield)


@contextmanager
def without_processes(item: pytest.Item) -> Iterator[None]:
    """Refuse processes to tests that are not marked as slow, so that `make check` stays quick."""

    class Refused(subprocess.Popen):
        def __init__(self, command: object, *_: object, **__: object) -> None:
            raise RuntimeError(f"A test that starts a process is to be marked as slow: {command}")

    with pytest.MonkeyPatch.context() as patch:
        if item.get_closest_marker("slow") is None:
            patch.setattr(subprocess, "Popen", Refused)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse connections that leave this machine: PlanMap is used where there is no internet."""

    def guarded(connect: Any) -> Any:
        def guard(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
                raise RuntimeError(f"Tests must not use the network, but something connects to {address}.")
            return connect(self, address)

        return guard

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
        yield


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # Any other name would have to be looked up outside.
        return False


@pytest.fixture(scope="session")
def postgis_url() -> Iterator[str]:
    """URL of a PostGIS database, one server for each test worker, started by the first test that asks."""
    with postgis_server() as url:
        yield url


@pytest.fixture
def empty_database_url(postgis_url: str) -> Iterator[str]:
    """URL of a PostGIS database that no other test has seen."""
    with fresh_database(postgis_url) as url:
        yield url


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The built-in plan."""
    return read_plan(FolderStore(default_plan_folder()))


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Context]:
    """A function that makes a plan that of the pages, as a server for it does, for the length of a test."""

    def use(where: Path) -> Context:
        # A change is seen at once and not after the time for which a look at the plan holds.
        monkeypatch.setattr(current_plan, "FRESH_S", 0.0)
        monkeypatch.setattr(context, "_current", Context(Settings(plan=str(where))))
        return context.current()

    return use


@pytest.fixture
def plan_folder(tmp_path: Path) -> Path:
    """A copy of the built-in plan that a test may spoil."""
    return shutil.copytree(default_plan_folder(), tmp_path / "plan")


@pytest.fixture
def tables_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a test settings and a cache of its own, and have every look at a table of a layer be a new one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(table_state, "FRESH_S", 0.0)
    monkeypatch.setattr(table_state, "AWAY_S", 0.0)


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.slow)])
def home(request, tmp_path):
    """Where a plan can be written: a new file, or an empty database."""
    if request.param == "geopackage":
        return str(tmp_path / "plan.gpkg")
    return request.getfixturevalue("empty_database_url")
