"""The fold of events into a status."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from layers.plan.event import Event
from layers.plan.terms import Basis, Confidence, Moment, PartialDate, Period, Source, Status, Text
from layers.selection.status import ATTENTION, TaskState, count, site_state, standing, task_state, task_states


def event(day, status=None, *, basis=Basis.EVIDENCE, period=None, **names):
    return Event(
        **names,
        task_id="task",
        date=PartialDate.parse(day),
        basis=basis,
        status=status,
        measured=None,
        period=Period.parse(period) if period else None,
        summary=Text("摘要", "summary"),
        source=Source("标题", "发布者", ""),
        confidence=Confidence.HIGH,
        recorded_by="test",
        recorded_at=Moment(date(2026, 1, 1)),
    )


STATED = event("2024-01", Status.PLANNED, basis=Basis.STATED)


def test_before_the_report_there_is_no_status():
    assert task_state([STATED], date(2024, 1, 30)).status is None


def test_the_reports_wording_is_a_status_but_no_evidence():
    state = task_state([STATED], date(2024, 1, 31))
    assert state.status is Status.PLANNED
    assert not state.has_evidence
    assert not state.backed


def test_a_remark_is_evidence_that_settles_nothing():
    state = task_state([STATED, event("2024-05-20")], date(2024, 6, 1))
    assert state.status is Status.PLANNED
    assert state.has_evidence
    assert not state.backed


def test_a_half_year_report_does_not_undo_what_was_signed_before_it_came_out():
    signed = event("2024-08-21", Status.DONE)
    half_year = event("2024-08-28", Status.IN_PROGRESS, period="2024-01/2024-06")
    assert task_state([STATED, signed, half_year], date(2024, 12, 31)).status is Status.DONE
    assert task_state([STATED, half_year], date(2024, 12, 31)).status is Status.IN_PROGRESS


def test_of_one_day_the_later_recorded_counts():
    first, second = event("2024-08-21", Status.IN_PROGRESS), event("2024-08-21", Status.DELAYED)
    assert task_state([STATED, first, second], date(2025, 1, 1)).status is Status.DELAYED


def test_the_evidence_comes_newest_first():
    state = task_state([STATED, event("2024-03-01"), event("2025-03-01"), event("2024-09-01")], date(2026, 1, 1))
    assert [str(item.date) for item in state.evidence] == ["2025-03-01", "2024-09-01", "2024-03-01"]


events = st.builds(
    event,
    st.dates(date(2024, 2, 1), date(2026, 1, 1)).map(date.isoformat),
    st.none() | st.sampled_from(Status),
)


@given(st.lists(events, max_size=8), st.dates(date(2024, 2, 1), date(2026, 6, 1)))
def test_what_is_published_later_does_not_change_an_earlier_day(listed, as_of):
    known = [item for item in listed if item.date.last_day <= as_of]
    assert task_state([STATED, *listed], as_of) == task_state([STATED, *known], as_of)


@given(st.lists(st.sampled_from(Status), min_size=1, max_size=6), st.lists(st.booleans(), min_size=6, max_size=6))
def test_a_site_shows_what_needs_a_look_first(statuses, backed):
    states = [
        TaskState(status, event("2024-03-01", status, basis=Basis.EVIDENCE if proof else Basis.STATED), ())
        for status, proof in zip(statuses, backed, strict=False)
    ]
    found = site_state(states)
    assert found is not None
    assert found.status is min(statuses, key=ATTENTION.index)
    assert found.tasks == len(statuses)
    assert found.backed == any(state.backed for state in states if state.status is found.status)


def test_a_site_without_tasks_has_no_status():
    assert site_state([]) is None


def test_counts_add_up(plan):
    counts = count(task_states(plan, date(2026, 11, 22)).values())
    assert sum(counts.by_status.values()) == counts.tasks == 78
    assert counts.with_evidence + counts.without_evidence == 78


def test_a_withdrawn_event_counts_until_the_day_on_which_it_is_withdrawn():
    wrong = event("2024-08-21", Status.DONE, id="wrong")
    withdrawal = event("2024-10-01", id="withdrawal", withdraws="wrong")
    events = [STATED, wrong, withdrawal]
    assert task_state(events, date(2024, 9, 30)).status is Status.DONE
    later = task_state(events, date(2024, 10, 1))
    assert (later.status, later.evidence) == (Status.PLANNED, ())


def test_a_corrected_event_gives_way_to_its_correction():
    wrong = event("2024-08-21", Status.DONE, id="wrong")
    correction = event("2024-10-01", Status.IN_PROGRESS, id="right", period="2024-01/2024-06", corrects="wrong")
    state = task_state([STATED, wrong, correction], date(2025, 1, 1))
    assert (state.status, state.evidence) == (Status.IN_PROGRESS, (correction,))


def test_a_withdrawal_can_be_withdrawn():
    events = [
        STATED,
        event("2024-08-21", Status.DONE, id="right"),
        event("2024-09-01", id="mistaken", withdraws="right"),
        event("2024-10-01", id="again", withdraws="mistaken"),
    ]
    assert task_state(events, date(2024, 9, 30)).status is Status.PLANNED
    assert task_state(events, date(2024, 10, 1)).status is Status.DONE


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=10))
def test_of_any_chain_of_withdrawals_and_corrections_those_count_that_nothing_that_counts_takes_back(links):
    events = []
    for number, (withdraws, other) in enumerate(links):
        named = f"e{other}" if other < number else ""
        links_of = {"withdraws" if withdraws else "corrects": named}
        events.append(event("2024-08-21", None if withdraws and named else Status.DONE, id=f"e{number}", **links_of))
    found = standing(events)
    # Worked out anew by asking of each event whether one that holds takes it back.
    holds = {}
    for one in reversed(events):
        holds[one.id] = not any(
            holds[later.id] for later in events if later.id in holds and one.id in (later.withdraws, later.corrects)
        )
    assert [one.id for one in found] == [one.id for one in events if holds[one.id] and not one.withdraws]
