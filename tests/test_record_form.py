"""What the form for recording sends, and what it is answered; the form itself is in tests/browser/test_record.py."""

import datetime as dt
import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import session
from app.context import Context
from app.record.amending import amend
from app.record.recording import FIELDS, record
from app.settings import Settings
from layers.plan.event_id import new_id
from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from layers.translation import translation
from tests.hostile_plan import ATTACK

TODAY = dt.date(2026, 11, 25)
TASK = "gdp-growth"
ZH = translation("zh")
FILLED = {
    "date": "2026-11-20",
    "basis": "evidence",
    "status": "done",
    "measured_value": "4.9",
    "measured_unit": "%",
    "period": "2024-01/2024-12",
    "summary_zh": "全年增长。",
    "source_title": "公报",
    "source_publisher": "统计局",
    "confidence": "high",
    "recorded_by": "规划科",
}


def written(home):
    copy_plan(read_plan(FolderStore(default_plan_folder())), home)
    return Context(Settings(plan=home)), open_store(home)


def events(store):
    return read_plan(store).events_by_task[TASK]


def message(known, sent=1, **changed):
    return {"id": new_id(), "task": TASK, "known": known, "sent": sent, "fields": {**FILLED, **changed}}


def said(context, sent, language="zh", **more):
    return record(context, sent, translation(language), today=TODAY, **more)


def test_what_is_filled_in_is_recorded_once_however_often_it_is_sent(home):
    context, store = written(home)
    before = events(store)
    sent = message(before[-1].id, sent=7)
    answer = said(context, sent)
    assert (answer.sent, answer.done, answer.faults) == (7, True, {})
    assert answer.words == "已记录（2026-11-20）。 推进中 → 已完成"
    # The answer is lost, and it is sent again; also to a server that has been started anew.
    assert said(context, {**sent, "sent": 8}).done
    assert said(Context(Settings(plan=home)), sent).done
    after = events(store)
    assert after[:-1] == before
    assert after[-1].id == sent["id"]
    assert (after[-1].measured.value, str(after[-1].period)) == (4.9, "2024-01/2024-12")
    # The context's own plan has it too, once.
    assert [event.id for event in context.plan()[1].events_by_task[TASK]] == [event.id for event in after]


def test_what_somebody_else_has_recorded_meanwhile_is_shown_and_decided_on(home):
    context, store = written(home)
    known = events(store)[-1].id
    first, second = message(known, recorded_by="甲"), message(known, status="delayed", recorded_by="乙")
    assert said(context, first).done
    answer = said(Context(Settings(plan=home)), second)
    assert not answer.done
    assert answer.known == first["id"]
    assert len(answer.newer) == 1
    assert "甲 记录于" in answer.newer[0]
    assert events(store)[-1].id == first["id"]
    assert said(context, {**second, "known": answer.known}).done
    assert [event.id for event in events(store)[-2:]] == [first["id"], second["id"]]


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"date": ""}, {"date"}),
        ({"date": "2024-13-01"}, {"date"}),
        ({"date": "2026-11-26"}, {"date"}),
        ({"measured_value": "viel"}, {"measured_value"}),
        ({"period": "2024-06/2024-01"}, {"period"}),
        ({"summary_zh": " ", "source_title": ""}, {"summary_zh", "source_title"}),
        ({"source_publisher": ""}, {"source_publisher"}),
        ({"source_url": "javascript:alert(1)"}, {"source_url"}),
        ({"status": "perfect", "confidence": "total"}, {"status", "confidence"}),
        ({"recorded_by": "  "}, {"recorded_by"}),
        ({"withdraws": "e-0"}, {"which", "status", "measured_value"}),
        ({"corrects": "e-0"}, {"which"}),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(tmp_path, changed, fields, language):
    context, store = written(str(tmp_path / "plan.gpkg"))
    before = events(store)
    answer = said(context, message(before[-1].id, **changed), language)
    assert not answer.done
    assert set(answer.faults) <= fields
    assert answer.faults
    # In words, and not in the names of a file's columns.
    assert not any(name in words for words in answer.faults.values() for name in FIELDS if "_" in name)
    assert events(store) == before


def test_a_statement_is_corrected_and_withdrawn_and_stays(home):
    context, store = written(home)
    wrong = message(events(store)[-1].id)
    assert said(context, wrong).done
    right = message(wrong["id"], corrects=wrong["id"], measured_value="5.1")
    assert said(context, right).done
    nothing = {"status": "", "measured_value": "", "measured_unit": "", "period": ""}
    back = message(right["id"], withdraws=right["id"], **nothing)
    answer = said(context, back)
    assert answer.done
    assert [event.id for event in events(store)[-3:]] == [wrong["id"], right["id"], back["id"]]


def test_a_plan_that_refuses_to_be_written_says_so_and_takes_it_later(tmp_path):
    path = tmp_path / "plan.gpkg"
    context, store = written(str(path))
    before = events(store)
    sent = message(before[-1].id)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TRIGGER closed BEFORE INSERT ON planmap_events BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    answer = said(context, sent)
    assert not answer.done
    assert "→" in answer.words
    assert events(store) == before
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER closed")
    assert said(context, sent).done
    assert events(store)[-1].id == sent["id"]


# What is given of a task


def change(known, **fields):
    return {
        "what": "amend",
        "id": new_id("a"),
        "task": TASK,
        "known": known,
        "sent": 3,
        "fields": {"due_date": "2024-12", "summary_zh": "附件写明。", "recorded_by": "规划科", **fields},
    }


def test_an_amendment_is_recorded_once_and_over_none_that_was_not_seen(home):
    context, store = written(home)
    first, second = change("", recorded_by="甲"), change("", lead_unit="区发改委")
    assert amend(context, first, ZH).done
    assert amend(Context(Settings(plan=home)), first, ZH).done
    answer = amend(Context(Settings(plan=home)), second, ZH)
    assert not answer.done
    assert answer.known == first["id"]
    assert "甲 记录于" in answer.newer[0]
    assert amend(context, {**second, "known": answer.known}, ZH).done
    plan = read_plan(store)
    assert [one.id for one in plan.amendments] == [first["id"], second["id"]]
    # Only what differs is set.
    assert dict(plan.amendments[1].values) == {"lead_unit": "区发改委"}


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"due_date": "2024-13"}, {"due_date"}),
        ({"due_date": "Q4"}, {"due_date"}),
        ({"sites": "no-such"}, {"sites"}),
        ({"retired": "perhaps"}, {"retired"}),
        ({"summary_zh": ""}, {"summary_zh"}),
        ({"source_url": "ftp://x"}, {"source_url"}),
        ({"recorded_by": ""}, {"recorded_by"}),
    ],
)
def test_what_is_wrong_in_an_amendment_is_said_at_its_field(tmp_path, changed, fields):
    context, store = written(str(tmp_path / "plan.gpkg"))
    answer = amend(context, change("", **changed), ZH)
    assert not answer.done
    assert set(answer.faults) == fields
    assert read_plan(store).amendments == ()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([ATTACK, TASK, "\x00", "😀"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return written(str(tmp_path_factory.mktemp("small") / "plan.gpkg"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(["id", "task", "known", "sent"]), ANYTHING),
    st.dictionaries(st.sampled_from(FIELDS), ANYTHING),
)
def test_whatever_a_browser_sends_is_answered(small, sent, fields):
    context, _ = small
    answer = said(context, {**sent, "fields": fields})
    assert answer.done or answer.words or answer.faults
    said(context, sent)
    assert amend(context, {**sent, "fields": fields}, ZH).words


def test_what_a_part_sends_that_streamlit_has_forgotten_is_nothing(monkeypatch):
    """As when somebody sends a form at the moment in which the page is drawn without it."""
    monkeypatch.setattr(session, "state", dict)
    assert session.value_from("record", "sent") is None
    monkeypatch.setattr(session, "state", lambda: {"record": {"sent": {"id": "e-1"}}})
    assert session.value_from("record", "sent") == {"id": "e-1"}
    assert session.value_from("record", "left") is None
