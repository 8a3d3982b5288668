"""One machine at a time: what the mark beside a GeoPackage refuses, and what it lets be."""

import json
import time
from dataclasses import replace

import pytest

from geo.errors import PlanMapError
from layers.store import in_use
from layers.store.backup import back_up, restore
from layers.store.base import copy_plan, open_store, read_plan
from tests.browser.server import serving
from tests.command import call, one_line
from tests.test_store import EVENT


@pytest.fixture
def path(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    return path


def mark(path, *, machine="another", age=0.0, **more):
    found = {"machine": machine, "host": "规划科-02", "at": time.time() - age, **more}
    in_use.mark_path(path).write_text(json.dumps(found), encoding="utf-8")


def test_a_file_that_another_machine_uses_is_neither_read_nor_written(path, tmp_path):
    store = open_store(str(path))
    back_up(store, tmp_path / "backup.gpkg")
    before = path.read_bytes()
    mark(path)
    for use in (
        lambda: read_plan(open_store(str(path))),
        store.version,
        lambda: store.add_event(EVENT),
        lambda: restore(store, tmp_path / "backup.gpkg"),
        lambda: in_use.keep(path),
    ):
        with pytest.raises(PlanMapError) as caught:
            use()
        assert (caught.value.code, caught.value.details["host"]) == ("plan-on-share", "规划科-02")
    assert path.read_bytes() == before
    line = one_line(call("export", "-o", str(tmp_path / "a.png"), "--plan", str(path), folder=tmp_path))
    assert "规划科-02" in line
    assert "PostGIS" in line
    assert "plan.gpkg.in-use" in line


@pytest.mark.parametrize("age", [in_use.STALE_S + 5, -in_use.STALE_S - 5])
def test_a_mark_that_was_left_behind_is_taken_over_and_goes_with_the_write(path, age):
    mark(path, age=age)
    open_store(str(path)).add_event(EVENT)
    assert not in_use.mark_path(path).exists()


def test_other_processes_of_this_machine_are_let_in_and_their_mark_stays(path):
    mark(path, machine=in_use.machine())
    store = open_store(str(path))
    store.add_event(EVENT)
    store.add_event(replace(EVENT, id="second"))
    assert in_use.mark_path(path).exists()


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[" * 100_000, b'{"machine": 1}', b'{"at": "x"}' * 9, b"null", b" " * 10**7]
)
def test_what_is_no_mark_is_none(path, content):
    in_use.mark_path(path).write_bytes(content)
    store = open_store(str(path))
    store.add_event(EVENT)
    assert store.version()


def test_a_mark_cannot_bring_in_markup_or_lines(path, tmp_path):
    mark(path, host="<b>x</b>\n" * 50)
    line = one_line(call("check", str(path), folder=tmp_path))
    assert len(line) < 600


def test_where_no_mark_can_be_written_the_plan_is_used_as_before(path):
    # As in a folder that nobody may write, also for root.
    in_use.mark_path(path).mkdir()
    store = open_store(str(path))
    store.add_event(EVENT)
    in_use.keep(path)
    assert read_plan(store).events[-1].id == EVENT.id
    in_use.mark_path(path).rmdir()


@pytest.mark.slow
def test_a_server_keeps_the_mark_for_as_long_as_it_runs(path, tmp_path):
    with serving(tmp_path, str(path)):
        found = json.loads(in_use.mark_path(path).read_text(encoding="utf-8"))
        assert found["machine"] == in_use.machine()
        # A command beside it leaves the mark where it is.
        open_store(str(path)).add_event(EVENT)
        assert in_use.mark_path(path).exists()
    assert not in_use.mark_path(path).exists()
    mark(path)
    with pytest.raises(RuntimeError, match="规划科-02"), serving(tmp_path, str(path)):
        pass
