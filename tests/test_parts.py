"""One place that is several sites: its point, its extent, another point answer as one."""

import json
from dataclasses import replace
from datetime import date

import pytest

from layers.draw.content import content, site_numbers
from layers.plan.scene import Scene
from layers.plan.terms import Precision
from layers.selection.address import fitted, flight
from layers.selection.extent import wanted_extent
from layers.selection.find import find
from layers.selection.select import select
from layers.selection.site_names import with_sites
from layers.selection.unplaced import Placing, placing, sites_without_position
from layers.selection.wording import titles
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import check_folder
from layers.translation import LANGUAGES, translation
from tests.test_plan_folder import edit_csv, edit_sites, only_fault

TODAY = date(2026, 11, 22)
LAKE, EXTENT, GATE = "dongli-lake-centre", "dongli-lake-nominal-extent", "dongli-lake-poi"
STATION, NORTH, SOUTH = "junliangcheng-north", "jlcb-north-nominal", "jlcb-south-nominal"


def part(features, site_id, whole):
    next(one for one in features if one["id"] == site_id)["properties"]["part_of"] = whole


def test_the_lake_and_the_station_are_one_place_each(plan):
    assert [site.id for site in plan.parts[LAKE]] == [EXTENT, GATE]
    assert [site.id for site in plan.parts[STATION]] == [NORTH, SOUTH]
    assert {plan.whole(site_id) for site_id in (LAKE, EXTENT, GATE)} == {LAKE}
    assert plan.whole("tsn-airport") == "tsn-airport"
    assert plan.place(GATE) == (LAKE, EXTENT, GATE)


@pytest.mark.parametrize("whole", [LAKE, STATION])
def test_point_extent_and_park_answer_with_the_same_tasks(plan, whole):
    tasks = plan.tasks_by_site[whole]
    assert tasks
    assert len({task.id for task in tasks}) == len(tasks)
    selection = select(plan, Scene(), today=TODAY)
    for site in plan.parts[whole]:
        assert plan.tasks_by_site[site.id] == tasks
        assert selection.sites[site.id] == selection.sites[whole]


def test_a_task_of_a_part_is_one_of_the_whole_and_context_only_where_no_part_is_named(plan):
    task = plan.tasks["junliangcheng-north-replanning"]
    assert plan.places_of(task) == (STATION,)
    assert plan.names_place(task, NORTH)
    moved = replace(task, sites=(), context_sites=(SOUTH,))
    other = replace(plan, tasks={**plan.tasks, moved.id: moved})
    assert moved in other.tasks_by_site[STATION]
    assert not other.names_place(moved, STATION)


@pytest.mark.parametrize("selected", [LAKE, EXTENT, GATE])
def test_whichever_part_an_address_names_the_whole_place_opens(plan, selected):
    scene = Scene(site=selected)
    assert fitted(plan, scene, TODAY).site == LAKE
    assert select(plan, scene, today=TODAY).lit == (LAKE, EXTENT, GATE)
    assert flight(plan, scene) == flight(plan, Scene(site=LAKE))
    assert titles(plan, scene, translation("zh"))[0] == "东丽湖"
    assert with_sites(plan, Scene(), [selected]).scene.site == LAKE
    assert with_sites(plan, Scene(), [plan.sites[selected].name.zh]).scene.site == LAKE


def test_the_extent_of_a_place_holds_its_parts_and_little_more_than_its_own_surroundings(plan):
    scene = Scene(site=STATION)
    selection = select(plan, scene, today=TODAY)
    west, south, east, north = wanted_extent(plan, scene, selection)
    # Two kilometres around the station, and half a kilometre around what reaches a kilometre and a half.
    assert 4000 <= east - west < 4400
    assert 4000 <= north - south < 4400


def test_a_task_lights_the_whole_place(plan):
    assert set(select(plan, Scene(task="dongli-lake-integration-plan"), today=TODAY).lit) == {LAKE, EXTENT, GATE}


def test_a_search_by_the_name_of_a_part_finds_the_whole_once(plan):
    assert [site.id for site in find(plan, "东丽湖景区").places] == [LAKE]
    found = [site.id for site in find(plan, "东丽湖").places]
    assert found[0] == LAKE
    assert len(set(found)) == len(found)
    assert not {EXTENT, GATE} & set(found)
    # Filters leave all of it on the map.
    shown = select(plan, Scene(search="东丽湖景区"), today=TODAY)
    assert {LAKE, EXTENT, GATE} <= set(shown.sites)
    assert {task.id for task in shown.tasks} >= {task.id for task in plan.tasks_by_site[LAKE]}


def test_a_place_has_one_number_and_one_symbol(plan):
    numbers = site_numbers(plan)
    assert LAKE in numbers
    assert not {EXTENT, GATE, NORTH, SOUTH} & set(numbers)
    scene = Scene(site=LAKE)
    selection = select(plan, scene, today=TODAY)
    shown = content(plan, scene, selection, wanted_extent(plan, scene, selection), 50_000)
    of_lake = {one.site.id: one for one in shown.sites if plan.whole(one.site.id) == LAKE}
    assert set(of_lake) == {LAKE, EXTENT, GATE}
    assert [one.site.id for one in of_lake.values() if one.number is not None] == [LAKE]
    assert not any(of_lake[key].quiet for key in (EXTENT, GATE))
    assert all(one.lit for one in of_lake.values())


def test_what_is_unplaced_is_a_place_and_not_a_part(plan):
    lost = replace(plan.sites[GATE], geometry=None, precision=Precision.UNPLACED)
    other = replace(plan, sites={**plan.sites, GATE: lost})
    assert [site.id for site in sites_without_position(other)] == [site.id for site in sites_without_position(plan)]
    task = replace(plan.tasks["dongli-lake-integration-plan"], sites=(GATE,), context_sites=())
    assert placing(other, task) is Placing.PLACED


@pytest.mark.parametrize(
    ("site_id", "whole", "code"),
    [
        (GATE, "nowhere", "unknown-site"),
        (GATE, GATE, "part-of-itself"),
        ("happy-valley-tianjin", EXTENT, "part-of-part"),
        ("happy-valley-tianjin", "district-东丽区", "part-of-district"),
        ("happy-valley-tianjin", "donghu-scenic", "whole-unplaced"),
        (GATE, "no id", "field-identifier"),
    ],
)
def test_what_a_part_may_not_be_part_of(plan_folder, site_id, whole, code):
    edit_sites(plan_folder, lambda features: part(features, site_id, whole))
    fault = only_fault(plan_folder)
    assert (fault.file, fault.row, fault.field, fault.code) == ("sites.geojson", site_id, "part_of", code)


def test_the_district_is_no_part(plan_folder):
    edit_sites(plan_folder, lambda features: part(features, "district-东丽区", LAKE))
    fault = only_fault(plan_folder)
    assert (fault.row, fault.code) == ("district-东丽区", "part-of-district")


def test_all_faults_of_parts_are_told_at_once_with_all_others(plan_folder):
    def spoil(features):
        part(features, "happy-valley-tianjin", EXTENT)
        part(features, "donglihu-lizhong", "donglihu-lizhong")
        part(features, "cauc", "nowhere")

    edit_sites(plan_folder, spoil)
    edit_csv(plan_folder / "tasks.csv", lambda rows: rows[0].update(theme="nonsense"))
    _, faults = check_folder(plan_folder)
    assert sorted(fault.code for fault in faults) == ["part-of-itself", "part-of-part", "unknown-site", "unknown-theme"]
    for fault in faults:
        for language in LANGUAGES:
            assert " → " in translation(language).explain(fault)


def test_a_part_comes_back_from_a_file(plan, tmp_path):
    copy_plan(plan, str(tmp_path / "plan.gpkg"))
    found = read_plan(open_store(str(tmp_path / "plan.gpkg")))
    assert found.sites[EXTENT].part_of == LAKE
    assert found.sites[LAKE].part_of == ""


def test_a_plan_without_parts_keeps_the_hash_of_its_sheets(plan):
    from layers.plan.digest import content_digest
    from layers.plan.rows import site_row

    assert "part_of" in site_row(plan.sites[LAKE])
    alone = replace(plan, sites={key: replace(site, part_of="") for key, site in plan.sites.items()})
    assert content_digest(alone) != content_digest(plan)
    assert '"part_of"' not in json.dumps(_standing_rows(alone))


def _standing_rows(plan):
    from layers.plan.digest import _standing

    return _standing(plan)
