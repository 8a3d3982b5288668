"""Statements are checked before they are added, never over somebody else's unseen, and can be looked up."""

import datetime as dt
import getpass
import re
import threading
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.record_cli import KNOWN
from geo.errors import PlanMapError
from layers.plan.event import Event
from layers.plan.event_id import new_id
from layers.plan.event_row import EventRow, event_row
from layers.plan.terms import Basis, Confidence, Moment, PartialDate, Source, Status, Text
from layers.resources import default_plan_folder
from layers.selection.changes import Direction, Known, changes, direction
from layers.selection.status import task_state
from layers.selection.task_names import task_named, tasks_named
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.check_events import check_event
from layers.store.folder import FolderStore
from tests.command import call

TODAY = dt.date(2026, 11, 25)
TASK = "gdp-growth"
SAID = {
    "task_id": TASK,
    "date": "2026-11-20",
    "basis": "evidence",
    "status": "done",
    "summary_zh": "全年增长。",
    "source_title": "公报",
    "source_publisher": "统计局",
    "confidence": "high",
    "recorded_by": "规划科",
    "recorded_at": "2026-11-25T09:30:00+08:00",
}


def statement(day, status=None, *, recorded=dt.date(2026, 1, 1), task=TASK, **more):
    return Event(
        id=new_id(),
        task_id=task,
        date=PartialDate.parse(day),
        basis=Basis.EVIDENCE,
        status=status,
        measured=None,
        period=None,
        summary=Text("摘要", ""),
        source=Source("标题", "发布者", ""),
        confidence=Confidence.HIGH,
        recorded_by="某人",
        recorded_at=Moment(recorded),
        **more,
    )


# Moments


@given(st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2999, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_moment_is_read_as_it_is_written(at, minutes):
    at = at.replace(microsecond=0, tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
    for moment in (Moment(at.date(), at), Moment(at.date())):
        assert Moment.parse(str(moment)) == moment
        event = replace(statement("2024-01"), recorded_at=moment)
        assert EventRow.model_validate(event_row(event)).value() == event


@pytest.mark.parametrize(
    "words",
    ["", "2024-1-1", "2024-02-30", "2024-01-01T10:00", "2024-01-01T10:00:00", "2024-01-01 10:00:00Z", "20240101"],
)
def test_what_is_no_moment_is_refused(words):
    with pytest.raises(ValueError):  # noqa: PT011 - the one that Pydantic turns into a fault
        Moment.parse(words)


# Checked before it is written


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"task_id": "nothing"}, "task_id", "unknown-task"),
        ({"status": "finished"}, "status", "field-choice"),
        ({"date": "2026-11-26"}, "date", "date-to-come"),
        ({"date": "2026-12"}, "date", "date-to-come"),
        ({"source_publisher": ""}, "source_publisher", "evidence-without-source"),
        ({"withdraws": "e-nothing", "status": ""}, "withdraws", "unknown-event"),
        ({"summary_zh": ""}, "summary_zh", "field-empty"),
        ({"source_url": "javascript:alert(1)"}, "source_url", "field-address"),
        ({"measured_value": "many"}, "measured_value", "field-number"),
    ],
)
def test_a_statement_that_cannot_be_is_refused_by_field(plan, change, field, code):
    event, faults = check_event(plan, {**SAID, **change}, today=TODAY)
    assert event is None
    assert [(fault.field, fault.code) for fault in faults] == [(field, code)]


def test_a_statement_takes_back_only_one_of_its_own_task(plan):
    own, other = plan.events_by_task[TASK][-1], next(event for event in plan.events if event.task_id != TASK)
    event, faults = check_event(plan, {**SAID, "corrects": own.id}, today=TODAY)
    assert not faults
    assert event.corrects == own.id
    _, faults = check_event(plan, {**SAID, "corrects": other.id}, today=TODAY)
    assert [(fault.field, fault.code) for fault in faults] == [("corrects", "event-of-another-task")]


# Into the store


def test_nobody_adds_over_a_statement_that_they_have_not_seen(plan, home):
    store = copy_plan(plan, home)
    seen = plan.events_by_task[TASK][-1].id
    mine, theirs = statement("2026-11-19", Status.DONE), statement("2026-11-20", Status.DELAYED)
    store.add_event(theirs, known=seen)
    with pytest.raises(PlanMapError) as caught:
        store.add_event(mine, known=seen)
    assert caught.value.code == "task-recorded"
    assert caught.value.details["by"] == "某人"
    assert [event.id for event in read_plan(store).events][-1] == theirs.id
    # Having seen it, they may.
    store.add_event(mine, known=theirs.id)
    # Another task is another matter.
    other = "budget-revenue-growth"
    store.add_event(statement("2026-11-20", task=other), known=plan.events_by_task[other][-1].id)
    assert len(read_plan(store).events) == len(plan.events) + 3


@pytest.mark.slow
def test_of_many_at_once_one_adds_and_all_others_are_told(plan, home):
    copy_plan(plan, home)
    seen = plan.events_by_task[TASK][-1].id
    told, ready = [], threading.Barrier(6)

    def add():
        store = open_store(home)
        ready.wait()
        try:
            store.add_event(statement("2026-11-20", Status.DONE), known=seen)
        except PlanMapError as error:
            told.append(error.code)

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["task-recorded"] * 5
    assert len(read_plan(open_store(home)).events) == len(plan.events) + 1


# Changes


@given(st.sampled_from([None, *Status]), st.sampled_from([None, *Status]))
def test_a_status_that_went_forward_goes_back_the_other_way(one, other):
    there, back = direction(one, other), direction(other, one)
    if one is other:
        assert there is back is Direction.NONE
    else:
        assert {there, back} in ({Direction.FORWARD, Direction.BACK}, {Direction.FIRST, Direction.BACK})


DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
EVENTS = st.lists(
    st.builds(
        lambda day, recorded, status: statement(day.isoformat(), status, recorded=recorded),
        DAYS,
        DAYS,
        st.sampled_from([None, *Status]),
    ),
    max_size=6,
)


@lru_cache(maxsize=1)
def one_task():
    """Return the built-in plan with one task only: what Hypothesis shows of a plan is to stay short."""
    plan = read_plan(FolderStore(default_plan_folder()))
    return replace(plan, tasks={TASK: plan.tasks[TASK]}, events=())


@given(EVENTS, DAYS, DAYS, DAYS)
def test_changes_of_two_spans_add_up_to_those_of_both(events, one, two, three):
    first, middle, last = sorted((one, two, three))
    of_task = replace(one_task(), events=tuple(events))
    for known in Known:
        whole, early, late = (
            {change.task.id: change for change in changes(of_task, *span, known=known)}
            for span in ((first, last), (first, middle), (middle, last))
        )
        told = [event.id for part in (early, late) for change in part.values() for event in change.new]
        assert sorted(told) == sorted(event.id for change in whole.values() for event in change.new)
        for task_id, change in whole.items():
            start = early[task_id].before if task_id in early else change.before
            end = late[task_id].after if task_id in late else change.after
            assert (start.status, end.status) == (change.before.status, change.after.status)
        assert set(whole) <= set(early) | set(late)


def test_a_statement_found_later_about_an_old_day_is_new_by_the_day_of_recording(plan):
    old = statement("2024-03-01", Status.DONE, recorded=dt.date(2026, 11, 20))
    of_task = replace(plan, events=(*plan.events, old))
    days = (dt.date(2026, 11, 22), dt.date(2026, 11, 25))
    assert changes(of_task, *days) == ()
    earlier = (dt.date(2026, 11, 19), dt.date(2026, 11, 21))
    (change,) = changes(of_task, *earlier, known=Known.RECORDED)
    assert change.new == (old,)
    assert change.after.status == task_state([old], earlier[1]).status


# Commands


@pytest.fixture
def own_plan(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    return path


def run(path, *words):
    return call(*words, "--plan", str(path), folder=path.parent / "data")


SOURCE = ("--source", "公报", "--publisher", "统计局", "--date", "2026-11-20")
WORDS = ("--status", "done", "--summary", "全年增长。", *SOURCE)


def test_a_statement_is_recorded_looked_up_and_withdrawn(own_plan):
    made = run(own_plan, "record", TASK, *WORDS, "--by", "规划科")
    assert made.returncode == 0
    assert "推进中 → 已完成" in made.stdout
    (event_id,) = re.findall(r"已记录 (e-[0-9a-f]{16})：", made.stdout)
    stored = read_plan(open_store(str(own_plan))).events[-1]
    assert (stored.id, stored.recorded_by, stored.status) == (event_id, "规划科", Status.DONE)
    assert stored.recorded_at.at is not None
    log = run(own_plan, "log", "--limit", "1")
    assert log.stdout.startswith(f"{stored.recorded_at}  规划科  {TASK}")
    shown = run(own_plan, "changes", "--since", "2026-11-19", "--until", "2026-11-20").stdout
    assert "前进 1 项" in shown
    assert "全年增长。" in shown
    withdrawal = ("--withdraws", event_id, "--summary", "记错了。", "--source", "更正", "--basis", "stated")
    back = run(own_plan, "record", TASK, *withdrawal)
    assert "已完成 → 推进中" in back.stdout
    history = run(own_plan, "history", TASK).stdout
    assert f"{event_id}（已被撤回或更正）" in history
    assert f"撤回 {event_id}" in history


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("record", "nothing-at-all", *WORDS), "没有找到任务“nothing-at-all”"),
        (("record", "经济", *WORDS), "对应不止一项任务"),
        (("record", TASK, "--status", "done"), "--summary: 缺少必填内容"),
        (("record", TASK, *WORDS, "--url", "ftp://x"), "--url: "),
        (("record", TASK, *WORDS, "--withdraws", "e-1"), "--withdraws: "),
        (("changes", "--since", "2024-05-01", "--until", "2024-05-01"), "2024-05-01 不在 2024-05-01 之后"),
        (("changes", "--since", "yesterday"), "“yesterday”不是日期"),
        (("history", "nothing-at-all"), "没有找到任务“nothing-at-all”"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(own_plan, plan, words, line):
    made = run(own_plan, *words)
    assert made.returncode == 2
    assert line in made.stderr
    assert "Traceback" not in made.stderr
    assert len(read_plan(open_store(str(own_plan))).events) == len(plan.events)


def test_the_command_offers_the_ways_to_count_that_there_are():
    assert tuple(Known) == KNOWN


def test_a_computer_without_a_name_for_its_user_asks_who_records(own_plan, monkeypatch):
    def nobody():
        raise KeyError("USER")

    monkeypatch.setattr(getpass, "getuser", nobody)
    made = run(own_plan, "record", TASK, *WORDS)
    assert made.returncode == 2
    assert made.stderr.startswith("--by: ")
    assert run(own_plan, "record", TASK, *WORDS, "--by", "规划科").returncode == 0


def test_a_plan_in_a_folder_is_named_as_one_that_is_edited_by_hand(plan_folder):
    made = call("record", TASK, *WORDS, "--plan", str(plan_folder), folder=plan_folder.parent / "data")
    assert made.returncode == 2
    assert "events.csv" in made.stderr


def test_control_characters_reach_no_terminal(own_plan):
    made = run(own_plan, "record", TASK, *WORDS[:3], "a\tb\nc", *WORDS[4:])
    assert made.returncode == 0
    assert "a\\tb\\nc" in run(own_plan, "history", TASK).stdout


def test_tasks_are_found_by_id_title_and_words_and_by_their_site(plan):
    task = plan.tasks[TASK]
    assert task_named(plan, TASK) == task_named(plan, task.title.zh) == task_named(plan, task.title.en) == TASK
    station = tasks_named(plan, "军粮城北站")
    assert len(station) > 1
    assert all("军粮城北站" in {plan.sites[place].name.zh for place in plan.places_of(found)} for found in station)
