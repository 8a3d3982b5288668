"""What the Tasks page is made of: contradictions, gaps, the matrix and the timeline, and the page without a browser."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tasks.matrix import matrix_html
from layers.plan.event import Event
from layers.plan.scene import Evidence, Scene, ViewState
from layers.plan.terms import Basis, Confidence, Kind, Moment, PartialDate, Period, Source, Status, Text
from layers.resources import default_plan_folder
from layers.selection.address import OWN_KEYS, map_query, own_parts
from layers.selection.contradictions import Conflict, contradictions, task_contradictions
from layers.selection.gaps import Gap, gaps
from layers.selection.matrix import matrix
from layers.selection.select import select
from layers.selection.statements import age_days, statements
from layers.selection.timeline import timeline
from layers.selection.unplaced import Placing, placing
from layers.translation import translation
from tests.app_page import AppPage, tasks

TODAY = dt.date(2026, 11, 22)
AGREEMENT = "binhai-deeper-agreement"


def event(day: str, status: Status | None, **more: object) -> Event:
    made = Event(
        id=f"{day}-{status}",
        task_id=AGREEMENT,
        date=PartialDate.parse(day),
        basis=Basis.EVIDENCE,
        status=status,
        measured=None,
        period=None,
        summary=Text(day, day),
        source=Source("", "局", ""),
        confidence=Confidence.HIGH,
        recorded_by="test",
        recorded_at=Moment(dt.date(2026, 1, 1)),
    )
    return replace(made, **more)


@pytest.fixture
def whole(plan):
    return select(plan, Scene(), today=TODAY)


@pytest.fixture
def conflicts(plan, whole):
    """Return how the statements among some events contradict each other."""
    return lambda *events: [one.conflict for one in task_contradictions(plan.tasks[AGREEMENT], events, whole)]


def test_the_agreement_with_binhai_is_listed_with_both_statements(plan, whole):
    found = {one.task.id: one for one in contradictions(plan, whole)}
    one = found[AGREEMENT]
    assert one.conflict is Conflict.BACK
    assert (str(one.first.date), one.first.status) == ("2024-08-21", Status.DONE)
    assert (str(one.second.date), one.second.status) == ("2024-08-28", Status.IN_PROGRESS)


def test_it_is_not_listed_before_the_second_statement_was_public(plan):
    before = select(plan, Scene(as_of=dt.date(2024, 8, 27)), today=TODAY)
    assert AGREEMENT not in {one.task.id for one in contradictions(plan, before)}


def test_progress_and_falling_behind_contradict_nothing(conflicts):
    assert conflicts(event("2024-03-01", Status.PLANNED), event("2024-03-04", Status.IN_PROGRESS)) == []
    assert conflicts(event("2024-03-01", Status.IN_PROGRESS), event("2024-09-01", Status.DELAYED)) == []
    assert conflicts(event("2024-03-01", Status.IN_PROGRESS), event("2024-03-01", Status.IN_PROGRESS)) == []
    assert conflicts(event("2024-03-01", Status.IN_PROGRESS), event("2024-03-01", None)) == []


def test_two_statuses_for_one_day_contradict_each_other_whichever_was_public_first(conflicts):
    june = Period.parse("2024-01/2024-06")
    assert conflicts(
        event("2024-08-01", Status.IN_PROGRESS, period=june), event("2024-09-01", Status.DONE, period=june)
    ) == [Conflict.SAME_DAY]


def test_close_days_contradict_each_other_where_the_later_one_says_less(conflicts):
    about_earlier = event("2024-07-20", Status.DONE, period=Period.parse("2024-01/2024-06"))
    assert conflicts(event("2024-07-03", Status.IN_PROGRESS), about_earlier) == [Conflict.CLOSE]


def test_done_and_then_delayed_is_listed_once(conflicts):
    found = conflicts(
        event("2024-03-01", Status.DONE), event("2024-08-01", Status.DELAYED), event("2024-11-01", Status.DELAYED)
    )
    assert found == [Conflict.BACK]


def test_what_has_been_taken_back_and_what_the_report_says_contradict_nothing(conflicts):
    done, less = event("2024-08-21", Status.DONE), event("2024-08-28", Status.IN_PROGRESS)
    assert conflicts(done, less) == [Conflict.CLOSE]
    assert conflicts(done, less, event("2024-09-01", None, withdraws=less.id)) == []
    assert conflicts(replace(done, basis=Basis.STATED), less) == []


@given(st.lists(st.tuples(st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31)), st.sampled_from(list(Status)))))
def test_statements_that_only_go_forward_never_contradict_each_other(plan, said):
    ladder = (Status.PLANNED, Status.SEEKING, Status.IN_PROGRESS, Status.DONE)
    events = [event(day.isoformat(), status, id=str(n)) for n, (day, status) in enumerate(sorted(said))]
    found = task_contradictions(plan.tasks[AGREEMENT], events, select(plan, Scene(), today=TODAY))
    forward = all(
        a.status in ladder
        and b.status in ladder
        and ladder.index(a.status) <= ladder.index(b.status)
        and (a.effective_day < b.effective_day or a.status is b.status)
        for a, b in pairwise(events)
    )
    if forward:
        assert found == []
    assert all(one.first.status is not one.second.status for one in found)


def test_gaps_are_those_of_the_tasks_that_pass(plan, whole):
    found = gaps(plan, whole)
    assert {task.id for task in found.tasks[Gap.EVIDENCE]} == {
        task.id for task in plan.tasks.values() if not whole.states[task.id].evidence
    }
    assert all(placing(plan, task) is not Placing.PLACED for task in found.tasks[Gap.PLACE])
    assert [task.id for task in found.tasks[Gap.CONTRADICTION]] == [AGREEMENT]
    assert found.count == len({task.id for tasks in found.tasks.values() for task in tasks})
    none = gaps(plan, select(plan, Scene(evidence=Evidence.WITH, statuses=frozenset({Status.PLANNED})), today=TODAY))
    assert none.tasks[Gap.EVIDENCE] == ()


def test_the_matrix_counts_each_task_once_and_as_the_map_would_show_them(plan, whole):
    found = matrix(plan, whole)
    assert found.total.tasks == len(plan.tasks) == sum(row.tasks for row in found.rows)
    for row in found.rows:
        for status, count in row.by_status.items():
            scene = Scene(themes=frozenset({row.theme.id}), statuses=frozenset({status}))
            assert len(select(plan, scene, today=TODAY).tasks) == count
        scene = Scene(themes=frozenset({row.theme.id}), evidence=Evidence.WITHOUT)
        assert len(select(plan, scene, today=TODAY).tasks) == row.without_evidence


def test_the_timeline_has_each_statement_once_in_every_month_newest_first(whole):
    months = timeline(whole)
    days = [entry.event.date.last_day for month in months for entry in month.entries]
    assert days == sorted(days, reverse=True)
    assert len(days) == sum(len(state.evidence) for state in whole.states.values())
    assert all((b.year, b.number) == ((a.year, a.number - 1) if a.number > 1 else (a.year - 1, 12))
               for a, b in pairwise(months))  # fmt: skip
    assert all(sum(month.by_status.values()) == len(month.entries) for month in months)


def test_a_plan_without_evidence_has_no_timeline(plan):
    assert timeline(select(plan, Scene(as_of=dt.date(2024, 1, 1)), today=TODAY)) == ()


def test_the_age_is_that_of_the_statement_that_is_shown(plan, whole):
    task = plan.tasks[AGREEMENT]
    said = statements(task, whole.states[AGREEMENT], plan.info.year)
    assert age_days(said, dt.date(2024, 8, 30)) == 2
    nothing = statements(task, replace(whole.states[AGREEMENT], evidence=(), settled_by=None), plan.info.year)
    assert age_days(nothing, TODAY) is None


def test_the_parts_of_an_address_are_all_that_the_page_itself_writes():
    scene = Scene(
        language="en",
        as_of=TODAY,
        statuses=frozenset(Status),
        themes=frozenset({"t"}),
        sections=frozenset({"s"}),
        kinds=frozenset(Kind),
        evidence=Evidence.WITH,
        search="湖 & 山",
        site="a,b",
        task="t",
        view=ViewState(39, 117, 12),
    )
    parts = own_parts(scene)
    assert set(parts) == {*OWN_KEYS}
    assert Scene.from_query({key: value for key, value in parts.items() if value}) == replace(scene, view=None)
    assert set(own_parts(Scene()).values()) == {None}


def test_a_link_to_the_map_keeps_filters_and_basemap_and_lets_the_map_fly():
    scene = Scene(themes=frozenset({"t"}), basemap="osm", site="a", view=ViewState(39, 117, 12))
    assert map_query(scene, "x") == "theme=t&task=x&base=osm"


# The page


@pytest.fixture
def built_in(serve):
    return serve(default_plan_folder())


@pytest.fixture
def page(built_in):
    return AppPage(tasks, f"task={AGREEMENT}&theme=integration")


def links(page):
    return [part.split('"')[0] for body in page.markup for part in body.split('href="/?')[1:]]


def test_the_page_opens_with_the_filters_and_the_task_of_the_address(page):
    table = page.sent("list_table")
    assert table["selected"] == AGREEMENT
    assert dict(parse_qsl(table["query"])) == {"theme": "integration"}
    assert "签订两区深化合作协议" in page.headings(3)
    assert page.sent("tasks_address") == {**dict.fromkeys(OWN_KEYS), "theme": "integration", "task": AGREEMENT,
                                          "tab": None}  # fmt: skip


def test_each_count_of_the_matrix_leads_to_the_map_with_its_theme_and_status(page):
    page.choose("tab", "matrix")
    found = [dict(parse_qsl(query.replace("&amp;", "&"))) for query in links(page)]
    assert {"theme": "integration", "status": "done"} in found
    assert {"theme": "integration", "evidence": "without"} in found


def test_each_statement_of_the_timeline_leads_to_its_task_on_the_map(page):
    page.choose("tab", "timeline")
    assert f"theme=integration&amp;task={AGREEMENT}" in links(page)
    assert "2024-08" in "".join(page.headings(3))


def test_the_gaps_are_counted_and_say_what_to_do(page):
    page.choose("tab", "gaps")
    page.choose("gap", Gap.CONTRADICTION)
    assert "后公布的一条比先公布的倒退。" in page.words
    assert "更正或撤回" in page.words
    page.choose("gap", Gap.PLACE)
    assert page.sent("list_table")["columns"][1]["key"] == "placing"


def test_a_tab_is_opened_by_the_address_and_an_unknown_one_is_the_list(built_in):
    assert AppPage(tasks, "tab=timeline").at.segmented_control(key="tab").value == "timeline"
    assert AppPage(tasks, "tab=nothing").at.segmented_control(key="tab").value == "table"


def test_the_link_of_the_detail_goes_to_the_map(built_in):
    page = AppPage(tasks, f"task={AGREEMENT}&lang=en")
    addresses = [part.split("'")[0] for body in page.markup for part in body.split("href='")[1:]]
    assert dict(parse_qsl(urlsplit(addresses[0].replace("&amp;", "&")).query)) == {"lang": "en", "task": AGREEMENT}


def test_a_matrix_escapes_the_names_of_themes(plan):
    attack = "<img src=x onerror=alert(1)>${7*7}{{7*7}}"
    themes = tuple(replace(theme, title=Text(attack, attack)) for theme in plan.info.themes)
    hostile = type(plan)(replace(plan.info, themes=themes), plan.sites, plan.tasks, plan.events, plan.catalogue)
    shown = matrix_html(hostile, Scene(), select(hostile, Scene(), today=TODAY), translation("zh"))
    assert "<img src=x" not in shown
    assert "${" not in shown
    assert "&lt;img src=x" in shown


def test_a_gap_that_no_task_has_says_so(built_in):
    page = AppPage(tasks, "tab=gaps&theme=manufacturing&lang=en").choose("gap", Gap.CONTRADICTION)
    assert "There are no gaps of this kind." in page.words
