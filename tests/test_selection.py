"""What filters, search and selection leave on the map."""

from datetime import date

import pytest

from layers.plan.scene import Evidence, Scene
from layers.plan.terms import Kind, Status
from layers.selection.find import find
from layers.selection.select import select
from layers.selection.status import task_states

TODAY = date(2026, 11, 22)


def chosen(plan, **filters):
    return select(plan, Scene(**filters), today=TODAY)


def test_without_filters_everything_shows(plan):
    selection = chosen(plan)
    assert len(selection.tasks) == len(plan.tasks)
    assert set(selection.sites) == set(plan.sites)


@pytest.mark.parametrize("status", Status)
def test_a_status_filter_shows_the_tasks_that_have_it_and_their_sites(plan, status):
    selection = chosen(plan, statuses=frozenset({status}))
    states = task_states(plan, TODAY)
    assert {task.id for task in selection.tasks} == {key for key, state in states.items() if state.status is status}
    for site_id, state in selection.sites.items():
        assert state is None or state.status is status, site_id


def test_filters_narrow_each_other(plan):
    both = chosen(plan, kinds=frozenset({Kind.PROJECT}), themes=frozenset({"culture-tourism"}))
    assert both.tasks
    assert all(task.kind is Kind.PROJECT and task.theme == "culture-tourism" for task in both.tasks)


def test_evidence_filters_split_the_tasks(plan):
    parts = [chosen(plan, evidence=evidence) for evidence in Evidence]
    assert [len(part.tasks) for part in parts] == [24, 54]


@pytest.mark.parametrize("scene", [{"statuses": frozenset({Status.STOPPED})}, {"search": "没有这样的地方"}])
def test_no_filter_takes_a_place_away_nor_makes_it_one_without_tasks(plan, scene):
    selection = chosen(plan, **scene)
    assert selection.tasks == ()
    assert set(selection.sites) == set(plan.sites)
    assert not any(selection.sites.values())
    assert selection.filtered_out == {key for key in plan.sites if plan.tasks_by_site.get(key)}
    assert {"tsn-airport", "dongli-lake-centre", "haihe-dongli"} < selection.filtered_out
    assert chosen(plan).filtered_out == frozenset()


def test_an_earlier_day_has_less_evidence(plan):
    early = select(plan, Scene(as_of=date(2024, 2, 1)), today=TODAY)
    assert not any(state.has_evidence for state in early.states.values())


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("军粮城", "junliangcheng-north"),
        ("东丽湖", "dongli-lake-centre"),
        ("机场", "tsn-airport"),
        ("junliangcheng north", "junliangcheng-north"),
        ("欢乐谷", "happy-valley-tianjin"),
    ],
)
def test_search_finds_the_place_that_is_meant_first(plan, text, first):
    assert find(plan, text).places[0].id == first


def test_search_finds_tasks_by_title_and_by_their_sites(plan):
    titles = {task.id for task in chosen(plan, search="粗钢").tasks}
    assert titles == {"crude-steel-cut"}
    assert "transport-hub-industry-drive" in {task.id for task in chosen(plan, search="军粮城").tasks}


def test_a_task_lights_its_sites_that_have_a_position(plan):
    lit = chosen(plan, task="tourism-node-chain").lit
    assert lit == ("happy-valley-tianjin",)


def test_unknown_selections_light_nothing(plan):
    assert chosen(plan, site="nowhere", task="nothing").lit == ()
