"""Events in columns are the same events, and what is found in columns is what is found by going through them."""

import datetime as dt
import hashlib
import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.plan.attachment import Attachment
from layers.plan.event import Event
from layers.plan.event_columns import EventColumns
from layers.plan.event_digest import digest_of, drawn
from layers.plan.event_id import with_ids
from layers.plan.event_log import MOST_LOOSE, EventLog
from layers.plan.event_row import EventRow, event_row
from layers.plan.fault import Fault
from layers.plan.scene import Scene
from layers.plan.terms import Basis, Confidence, Measurement, Moment, PartialDate, Period, Source, Status, Text
from layers.selection.changes import Known, changes
from layers.selection.contradictions import contradicting, contradictions, task_contradictions
from layers.selection.select import select
from layers.selection.status import standing, task_state, task_states
from layers.selection.timeline import timeline
from layers.store import event_rows as rows_module
from layers.store.check_row import MAXIMUM_FAULTS, checked_row
from layers.store.event_rows import checked_events, in_batches

TASKS = ("gdp-growth", "district-committee-goals", "budget-revenue-growth")
PERIODS = [None, Period.parse("2024-01/2024-02"), Period.parse("2023-10/2023-12"), Period.parse("2024-03/2024-03")]
DAYS = st.dates(dt.date(2023, 12, 25), dt.date(2024, 4, 10))
DATES = st.one_of(
    st.integers(1, 4).map(lambda month: PartialDate(2024, month)),
    DAYS.map(lambda day: PartialDate(day.year, day.month, day.day)),
)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5).map(str.strip).filter(bool)
EVENTS = st.builds(
    Event,
    task_id=st.sampled_from(TASKS),
    date=DATES,
    basis=st.sampled_from(Basis),
    status=st.sampled_from([None, *Status]),
    measured=st.one_of(st.none(), st.builds(Measurement, st.floats(-1e6, 1e6), st.sampled_from(["", "%", "亿元"]))),
    period=st.sampled_from(PERIODS),
    summary=st.builds(Text, WORDS, st.sampled_from(["", "said"])),
    source=st.builds(Source, WORDS, st.sampled_from(["", "office"]), st.sampled_from(["", "https://example.org/a"])),
    confidence=st.sampled_from(Confidence),
    recorded_by=st.sampled_from(["", "规划科"]),
    recorded_at=DAYS.map(lambda day: Moment.parse(day.isoformat())),
)


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Events with ids, some of which take back an earlier one about the same task."""
    made = [replace(event, id=f"e{number}") for number, event in enumerate(draw(st.lists(EVENTS, max_size=14)))]
    for number, event in enumerate(made):
        earlier = [other.id for other in made[:number] if other.task_id == event.task_id]
        if earlier and draw(st.integers(0, 9)) == 0:
            link = draw(st.sampled_from(["withdraws", "corrects"]))
            silent = {"status": None, "measured": None} if link == "withdraws" else {}
            made[number] = replace(event, **{link: draw(st.sampled_from(earlier))}, **silent)
    return made


def held(events: list[Event]) -> EventLog:
    """The events in columns alone, none of which has been made yet."""
    return EventLog(replace(EventColumns.of(events), made={}))


@settings(deadline=None, max_examples=120)
@given(logs(), st.integers(0, 14))
def test_a_log_holds_the_events_that_it_was_made_of(events, split):
    before, after = events[:split], events[split:]
    for log in (held(events), held(before).followed_by(after), EventLog(held(before).columns.followed_by(after))):
        assert list(log) == events
        assert log == tuple(events)
        assert [log[place] for place in range(len(events))] == events
        assert log[1:-1] == tuple(events[1:-1])
        assert [log.find(event.id) for event in events] == events
        assert log.find("e99") is None
        grouped = {task: tuple(event for event in events if event.task_id == task) for task in TASKS}
        assert log.by_task == {task: found for task, found in grouped.items() if found}
        assert log.latest == {task: found[-1].id for task, found in grouped.items() if found}
        days = [event.date.last_day for event in events]
        assert log.days == ((min(days), max(days)) if days else None)
        assert log.evidence_count == sum(event.basis is Basis.EVIDENCE for event in events)
        texts = [value for event in events for value in event_row(event).values() if isinstance(value, str)]
        assert log.characters >= set("".join(texts))


def test_a_log_takes_many_events_one_after_the_other(plan):
    log = EventLog.of(plan.events)
    event = plan.events[-1]
    for number in range(2 * MOST_LOOSE + 10):
        log = log.followed_by([replace(event, id=f"more-{number}")])
    assert [one.id for one in log[len(plan.events) :]] == [f"more-{number}" for number in range(2 * MOST_LOOSE + 10)]
    assert log[: len(plan.events)] == plan.events[:]
    with pytest.raises(IndexError):
        log[len(log)]


@settings(deadline=None, max_examples=120)
@given(logs(), st.integers(0, 14))
def test_the_state_on_a_day_is_that_of_all_statements_known_by_then(plan, events, split):
    for log in (held(events), held(events[:split]).followed_by(events[split:])):
        grown = replace(plan, events=log)
        for number in range(0, 125, 9):
            day = dt.date(2023, 12, 20) + dt.timedelta(days=number)
            found = task_states(grown, day)
            for task in grown.tasks:
                assert found[task] == task_state([event for event in events if event.task_id == task], day)


@settings(deadline=None, max_examples=80)
@given(logs(), st.integers(0, 14), DAYS, DAYS, st.sampled_from(Known))
def test_changes_are_what_going_through_all_statements_finds(plan, events, split, one, other, known):
    since, until = min(one, other), max(one, other)
    grown = replace(plan, events=held(events[:split]).followed_by(events[split:]), amendments=())
    expected = []
    for task in grown.tasks:
        own = [event for event in events if event.task_id == task]
        recorded = known is Known.RECORDED
        days = [max(e.date.last_day, e.recorded_at.day) if recorded else e.date.last_day for e in own]
        new = tuple(event for event, day in zip(own, days, strict=True) if since < day <= until)
        before = task_state([e for e in own if not recorded or e.recorded_at.day <= since], since)
        after = task_state([e for e in own if not recorded or e.recorded_at.day <= until], until)
        if new or before.status is not after.status:
            expected.append((task, before, after, new))
    found = changes(grown, since, until, known=known)
    assert [(change.task.id, change.before, change.after, change.new) for change in found] == expected


@settings(deadline=None, max_examples=120)
@given(logs(), st.integers(0, 14), DAYS)
def test_the_tasks_with_contradictions_are_those_in_which_one_is_found(plan, events, split, day):
    grown = replace(plan, events=held(events[:split]).followed_by(events[split:]), amendments=())
    whole = select(grown, Scene(as_of=day), today=day)
    found = {
        task.id: task_contradictions(task, [one for one in events if one.task_id == task.id], whole)
        for task in whole.tasks
    }
    assert [task.id for task in contradicting(grown, whole)] == [task_id for task_id, pairs in found.items() if pairs]
    assert list(contradictions(grown, whole)) == [pair for pairs in found.values() for pair in pairs]


@settings(deadline=None, max_examples=60)
@given(logs())
def test_the_timeline_has_each_piece_of_evidence_once(plan, events):
    whole = select(replace(plan, events=held(events)), Scene(), today=dt.date(2024, 12, 31))
    months = timeline(whole)
    listed = [entry for month in months for entry in month.entries]
    evidence = [e for task in TASKS for e in standing([one for one in events if one.task_id == task])]
    evidence = [event for event in evidence if event.basis is Basis.EVIDENCE]
    assert sorted(entry.event.id for entry in listed) == sorted(event.id for event in evidence)
    days = [entry.event.date.last_day for entry in listed]
    assert days == sorted(days, reverse=True)
    assert all(entry.task.id == entry.event.task_id for entry in listed)
    for month in months:
        assert all((e.event.date.year, e.event.date.month) == (month.year, month.number) for e in month.entries)
        assert month.by_status == Counter(entry.event.status for entry in month.entries)


ODD = st.one_of(
    st.none(),
    st.sampled_from(["", " ", " gdp-growth ", "2024-02-30", "2024-13", "evidence", "done", "x y", "http://", "\x07"]),
    st.sampled_from(["4.7", "nan", "z" * 501, "z" * 4001, "2024-01/2023-01", "2024-05-01T25:00:00Z", "e0"]),
    st.integers(-3, 3),
    st.floats(),
    st.binary(max_size=3),
    st.just("half \ud800"),
)


@settings(deadline=None, max_examples=250)
@given(st.lists(EVENTS, max_size=6), st.data())
def test_columns_are_checked_as_rows_are(events, data):
    fields = [*EventRow.model_fields, "someone_elses"]
    raw = []
    for number, event in enumerate(events):
        row = {name: value for name, value in event_row(event).items() if value not in (None, "")}
        row["id"] = f"e{number}"
        if data.draw(st.booleans()):
            for name in data.draw(st.lists(st.sampled_from(fields), max_size=2)):
                row[name] = data.draw(ODD)
        raw.append((str(number + 1), {name: value for name, value in row.items() if value is not None}))
    faults: list[Fault] = []
    sound = [
        (place, row.value()) for place, values in raw if (row := checked_row(EventRow, values, "f", place, faults))
    ]
    found = checked_events(in_batches(raw), "f")
    assert repr(found.faults) == repr(faults)
    assert list(found.places) == [place for place, _ in sound]
    assert list(EventLog(found.columns)) == [event for _, event in sound]


def test_rows_in_many_batches_are_all_there_in_their_order(plan, monkeypatch):
    monkeypatch.setattr(rows_module, "BATCH", 7)
    rows = [(str(number), event_row(event)) for number, event in enumerate(plan.events)]
    rows[3][1]["date"] = "sometime"
    found = checked_events(in_batches(rows), "events.csv")
    assert [fault.row for fault in found.faults] == ["3"]
    assert list(EventLog(found.columns)) == [event for number, event in enumerate(plan.events) if number != 3]


def test_faults_have_an_end(plan):
    rows = [(str(number), {**event_row(plan.events[0]), "status": "sleeping"}) for number in range(MAXIMUM_FAULTS + 50)]
    assert len(checked_events(in_batches(rows), "events.csv").faults) == MAXIMUM_FAULTS


def test_a_row_without_an_id_gets_one_from_what_it_says(plan):
    nameless = [replace(event, id="") for event in plan.events[:4]]
    once, again = (list(EventLog(with_ids(EventColumns.of([*nameless, nameless[0]])))) for _ in range(2))
    assert once == again
    assert len({event.id for event in once}) == 5
    assert [replace(event, id="") for event in once] == [*nameless, nameless[0]]


@settings(deadline=None, max_examples=80)
@given(logs(), st.integers(0, 14), st.booleans())
def test_the_digest_of_columns_is_that_of_the_events_as_json(events, split, filed):
    if filed and events:
        file = Attachment("f", "公报.pdf", "application/pdf", "0" * 64, 3, "规划科", events[0].recorded_at)
        events[0] = replace(events[0], attachments=(file,))
    parts = [json.dumps(part, sort_keys=True) for part in ([1, {"b": "文"}], [drawn(event) for event in events])]
    expected = hashlib.sha256(f"{parts[0]}, {parts[1]}]".encode()).hexdigest()
    for log in (held(events), held(events[:split]).followed_by(events[split:])):
        for _ in range(2):
            assert digest_of(f"{parts[0]}, ", log, "]") == expected
