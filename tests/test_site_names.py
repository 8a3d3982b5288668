"""What people call a place: ids, names in both languages, names as the map prints them, several at once."""

from contextlib import suppress
from dataclasses import replace

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers.plan.scene import Scene, ViewState
from layers.plan.terms import Text
from layers.region import region
from layers.selection.extent import wanted_extent
from layers.selection.select import select
from layers.selection.site_names import with_sites
from tests.test_sheet import DAY


@pytest.mark.parametrize(
    ("name", "site"),
    [
        ("junliangcheng-north", "junliangcheng-north"),
        (" Junliangcheng North railway station ", "junliangcheng-north"),
        ("junliangcheng  NORTH railway station", "junliangcheng-north"),
        ("军粮城北站", "junliangcheng-north"),
        # With the bracket cut off, as the map prints it.
        ("金钟街道", "jinzhong-centre"),
        ("外环线", "road-outer-ring-east"),
        ("海河", "haihe-dongli"),
        ("Haihe River", "haihe-dongli"),
        ("地铁2号线", "metro-2-1904"),
        ("Metro Line 2", "metro-2-1904"),
        ("地铁2号线(名义走向)", "metro-2-1904"),
        ("军粮城", "junliangcheng-town"),
        # A whole name goes before one with its bracket cut off.
        ("东丽湖", "dongli-lake-centre"),
        # A part answers as the place.
        ("东丽湖（名义范围）", "dongli-lake-centre"),
        # Commas that belong to the name.
        ("Metro Line 6, south-east part (nominal)", "metro-6-5252"),
        ("外环线（东南、东、东北段）", "road-outer-ring-east"),
        ("Beijing-Tianjin intercity railway, extension", "rail-jingjin-ext"),
        ("津南区", "district-津南区"),
    ],
)
def test_a_site_is_found_by_whatever_it_is_called(plan, name, site):
    scene = Scene.from_query("at=39.1,117.4,12&task=x&hide=grid")
    asked = with_sites(plan, scene, [name])
    assert asked.scene == Scene(site=site, visible={"grid": False})
    assert asked.title == ""


@pytest.mark.parametrize(
    "names",
    [
        ["东丽湖", "军粮城北站"],
        ["东丽湖,军粮城北站"],
        ["东丽湖，军粮城北站，东丽湖"],
        ["东丽湖、junliangcheng-north"],
        ["Dongli Lake; 军粮城北站", ""],
    ],
)
def test_several_sites_at_once(plan, names):
    assert with_sites(plan, Scene(), names).scene.sites == ("dongli-lake-centre", "junliangcheng-north")


def test_no_name_changes_nothing(plan):
    scene = Scene(task="x", view=ViewState(39, 117, 12))
    for names in ([], [""], [" "]):
        assert with_sites(plan, scene, names).scene == scene


@pytest.mark.parametrize(
    ("name", "like"),
    [("东丽", "东丽湖"), ("军粮城北", "军粮城北站"), ("海河东路", "海河东路站"), ("欢乐谷", "天津欢乐谷"),
     ("Dongli Lak", "Dongli Lake"), ("tsn-airprt", "tsn-airport"), ("南开", "南开区"), ("，", "")],
)  # fmt: skip
def test_a_name_that_is_none_brings_those_like_it(plan, name, like):
    with pytest.raises(PlanMapError, match="no-such-site") as caught:
        with_sites(plan, Scene(), [name])
    assert like in str(caught.value.details["near"])


def test_the_one_that_is_wrong_among_several_is_named(plan):
    with pytest.raises(PlanMapError, match="no-such-site") as caught:
        with_sites(plan, Scene(), ["东丽湖", "军粮城北站,海何"])
    assert caught.value.details["name"] == "海何"


def test_a_name_of_several_sites_lists_their_ids(plan):
    with pytest.raises(PlanMapError, match="site-ambiguous") as caught:
        with_sites(plan, Scene(), ["未命名车站"])
    assert caught.value.details["count"] == 4
    assert "未命名车站（张贵庄附近） = rail-station-zhangguizhuang" in caught.value.details["expected"]


def test_of_two_with_one_name_the_one_with_a_position_is_meant(plan):
    lake, other = plan.sites["dongli-lake-centre"], plan.sites["hightech-zone"]
    named = {**plan.sites, other.id: replace(other, name=lake.name)}
    assert with_sites(replace(plan, sites=named), Scene(), ["东丽湖"]).scene.site == lake.id
    both = {**plan.sites, "cauc": replace(plan.sites["cauc"], name=Text("东丽湖", ""))}
    with pytest.raises(PlanMapError, match="site-ambiguous"):
        with_sites(replace(plan, sites=both), Scene(), ["东丽湖"])


@pytest.mark.parametrize(
    ("name", "language", "title"),
    [("南开区", "zh", "南开区"), ("wuqing district", "zh", "武清区"), ("宝坻区", "en", "Baodi District")],
)
def test_a_district_that_only_the_basemap_has_is_a_view_of_all_of_it(plan, name, language, title):
    asked = with_sites(plan, Scene(language=language, site="cauc"), [name])
    assert (asked.title, asked.scene.site) == (title, "")
    # What an address can hold.
    assert Scene.from_query(asked.scene.to_query()) == asked.scene
    shown = wanted_extent(plan, asked.scene, select(plan, asked.scene, today=DAY))
    area = next(area for area in region(plan).districts if title in (area.name_zh, area.name_en)).geometry.bounds
    assert shapely.box(*shown).covers(shapely.box(*area))
    assert (shown[2] - shown[0]) < 2.2 * max(area[2] - area[0], area[3] - area[1])


def test_a_district_of_the_basemap_stands_alone(plan):
    with pytest.raises(PlanMapError, match="district-alone"):
        with_sites(plan, Scene(), ["南开区", "东丽湖"])


def test_a_province_of_which_the_map_has_only_the_edge_says_so(plan):
    with pytest.raises(PlanMapError, match="only-the-edge"):
        with_sites(plan, Scene(), ["河北省"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        st.text(max_size=20) | st.sampled_from(["东丽湖", "海河", "南开区", "(", "（", "\udcff"]), max_size=3
    )
)
def test_any_names_are_sites_or_a_clear_error(plan, names):
    with suppress(PlanMapError):
        asked = with_sites(plan, Scene(), names)
        assert set(asked.scene.sites) <= set(plan.sites)
