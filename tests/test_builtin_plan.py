"""The built-in plan keeps what was collected, links it and labels what is not exact."""

from datetime import date

import pytest
import shapely

from geo.measure import distance_m
from layers.plan.terms import Basis, Precision, Status
from layers.selection.status import task_states
from layers.selection.unplaced import Placing, placing, sites_without_position, tasks_without_place


def test_every_task_begins_with_the_stage_that_the_report_states(plan):
    assert len(plan.tasks) == 78
    for task_id in plan.tasks:
        first = plan.events_by_task[task_id][0]
        assert first.basis is Basis.STATED
        assert str(first.date) == "2024-01"
        assert first.status in (Status.PLANNED, Status.SEEKING, Status.IN_PROGRESS)


def test_evidence_is_counted_and_has_a_source(plan):
    evidence = [event for event in plan.events if event.basis is Basis.EVIDENCE]
    assert len(evidence) == 38
    assert len({event.task_id for event in evidence}) == 24
    assert all(event.source.title and event.source.publisher for event in evidence)


def test_the_agreement_stays_signed(plan):
    states = task_states(plan, date(2024, 12, 31))
    assert states["binhai-deeper-agreement"].status is Status.DONE


@pytest.mark.parametrize(
    ("task_id", "site_id"),
    [
        ("junliangcheng-north-replanning", "junliangcheng-north"),
        ("dongli-lake-integration-plan", "dongli-lake-centre"),
        ("jinzhong-road-network", "jinzhong-centre"),
        ("airport-liaison-mechanism", "tsn-airport"),
        ("design-capital-creative-park", "creative-park"),
        ("haihe-green-steel-valley", "steel-valley-proxy"),
        ("gdp-growth", "district-东丽区"),
    ],
)
def test_tasks_are_linked_to_the_sites_they_name(plan, task_id, site_id):
    assert site_id in plan.tasks[task_id].sites


def test_every_task_has_a_site_or_partners(plan):
    assert all(task.linked_sites or task.partners for task in plan.tasks.values())


def test_partners_are_not_pinned(plan):
    partners = {name for task in plan.tasks.values() for name in task.partners}
    assert {"北京", "京冀", "滨海新区"} <= partners
    assert plan.tasks["beijing-noncapital-functions"].sites == ()


def test_what_is_nominal_says_so_in_its_name(plan):
    nominal = [site for site in plan.sites.values() if site.precision is Precision.NOMINAL]
    assert len(nominal) == 18
    for site in nominal:
        assert "名义" in site.name.zh or "代）" in site.name.zh, site.id
        assert "nominal" in site.name.en.lower() or "proxy" in site.name.en.lower(), site.id


def test_every_site_has_source_and_licence_in_both_languages(plan):
    for site in plan.sites.values():
        assert site.source.zh, site.id
        assert site.source.en, site.id
        assert site.licence, site.id
        assert bool(site.note.zh) == bool(site.note.en), site.id


def test_nothing_is_lost_between_map_and_trays(plan):
    trays = tasks_without_place(plan)
    placed = [task for task in plan.tasks.values() if placing(plan, task) is Placing.PLACED]
    assert len(placed) + sum(map(len, trays.values())) == len(plan.tasks)
    assert len(sites_without_position(plan)) == 17


def test_the_district_is_where_the_collected_facts_put_it(plan):
    # Bounds from the collected facts, in WGS 84. Read unshifted from its source it would lie 560 m off.
    west, south, east, north = plan.sites["district-东丽区"].geometry.bounds
    assert (west, south, east, north) == pytest.approx((117.2272, 38.9942, 117.5627, 39.2474), abs=1e-4)
    assert len(shapely.get_coordinates(plan.sites["district-东丽区"].geometry)) == 596


def test_the_river_runs_along_the_district(plan):
    edge = plan.sites["district-东丽区"].geometry.boundary
    river = plan.sites["haihe-dongli"].geometry
    middle = river.interpolate(0.5, normalized=True)
    assert distance_m(middle, edge) < 50


def test_the_station_lies_on_its_railway(plan):
    assert distance_m(plan.sites["junliangcheng-north"].geometry, plan.sites["rail-jinqin"].geometry) < 150
