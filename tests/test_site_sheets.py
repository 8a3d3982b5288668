"""Sheets of sites: the scale that was asked for, and what does not fit said on the sheet."""

from dataclasses import replace

import pytest
import shapely

from geo.errors import PlanMapError
from layers.draw.paper import Paper, scale_text
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.region import region
from layers.selection.omission import omission_lines
from layers.selection.site_shape import site_shape
from layers.sheet.atlas import By, atlas, cut_words
from layers.sheet.sheet import Order
from layers.translation import translation
from tests.test_sheet import DAY, sheet_of


def lines_of(plan, sheet, language="zh"):
    return omission_lines(plan, sheet.omissions, translation(language))


def on_it(sheet):
    """Return what is written on a sheet as one text, whatever lines it is broken into."""
    return "".join(sheet.drawing.texts())


@pytest.mark.parametrize("scale", [500, 5000, 10_000, 25_000, 50_000])
@pytest.mark.parametrize(
    "site", ["dongli-lake-centre", "junliangcheng-north", "haihe-dongli", "road-outer-ring-east", "jinzhong-centre",
             "steel-valley-proxy", "dongli-lake-nominal-extent", "metro-2-1904"]
)  # fmt: skip
def test_the_scale_that_was_asked_for_is_that_of_the_sheet(plan, site, scale):
    sheet = sheet_of(plan, f"site={site}", "A4", scale=scale)
    assert sheet.scale == scale
    extent = sheet.content.extent
    # Something of the site is on it, and near the middle if it does not all fit.
    middle = shapely.Point((extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2)
    shape = plan.grid.project(plan.sites[site].geometry)
    assert shape.intersects(shapely.box(*extent))
    if not shapely.box(*extent).covers(shape):
        assert shape.distance(middle) <= (extent[2] - extent[0]) / 2
        assert "未能全部纳入图幅" in on_it(sheet)
        assert plan.sites[site].name.zh in lines_of(plan, sheet)[0]


def test_a_site_that_fits_says_nothing(plan):
    for query, scale in (("site=happy-valley-tianjin", 10_000), ("site=dongli-lake-centre", 50_000), ("", None),
                         ("site=dongli-lake-centre", None), ("site=haihe-dongli", None)):  # fmt: skip
        sheet = sheet_of(plan, query, scale=scale)
        assert sheet.omissions == ()
        assert "未能全部" not in on_it(sheet)


def test_a_point_stands_in_the_middle(plan):
    sheet = sheet_of(plan, "site=dongli-lake-centre", scale=10_000)
    west, south, east, north = sheet.content.extent
    point = plan.grid.project(plan.sites["dongli-lake-centre"].geometry)
    assert ((west + east) / 2, (south + north) / 2) == pytest.approx((point.x, point.y))


def test_a_circle_that_is_cut_is_said(plan):
    assert sheet_of(plan, "site=cauc", "A3", scale=10_000).omissions == ()
    sheet = sheet_of(plan, "site=cauc", "A4", scale=7_500)
    assert lines_of(plan, sheet) == [
        "未能全部纳入图幅：中国民航大学（以地铁站代）（位置误差圈半径 700 m，部分在图外）。"
    ]
    assert lines_of(plan, sheet)[0] in on_it(sheet)


def test_of_a_place_of_several_sites_each_says_what_of_it_is_cut(plan):
    # The extent is wider than the sheet; the point has its circle on A3, and not on A4.
    said = [
        lines_of(plan, sheet_of(plan, "site=dongli-lake-centre&lang=en", paper, scale=10_000), "en")[0].split("), ")
        for paper in ("A3", "A4")
    ]
    assert [names[0] for names in said] == [
        "Not wholly on this sheet: Dongli Lake (nominal) (part is outside",
        "Not wholly on this sheet: Dongli Lake (part of its circle of accuracy, 1000 m, is outside",
    ]


def test_several_sites_lie_around_the_middle_of_the_sheet(plan):
    query = "site=dongli-lake-centre,junliangcheng-north"
    auto = sheet_of(plan, query)
    assert auto.omissions == ()
    assert set(plan.wholes(shown.site.id for shown in auto.content.sites if shown.lit)) == {
        "dongli-lake-centre",
        "junliangcheng-north",
    }
    close = sheet_of(plan, query, scale=10_000)
    west, south, east, north = close.content.extent
    points = [plan.grid.project(plan.sites[name].geometry) for name in ("dongli-lake-centre", "junliangcheng-north")]
    middle = [(points[0].x + points[1].x) / 2, (points[0].y + points[1].y) / 2]
    assert [(west + east) / 2, (south + north) / 2] == pytest.approx(middle)
    assert lines_of(plan, close) == ["未能全部纳入图幅：东丽湖（全部在图外）、军粮城北站（全部在图外）。"]


@pytest.mark.parametrize(
    ("count", "zh", "en"),
    [
        (2, "东丽湖、军粮城北站", "Dongli Lake, Junliangcheng North railway station"),
        (3, "东丽湖、军粮城北站、天津欢乐谷", "Dongli Lake, Junliangcheng North railway station, Happy Valley Tianjin"),
        (5, "东丽湖、军粮城北站、天津欢乐谷等5处",
         "Dongli Lake, Junliangcheng North railway station, Happy Valley Tianjin and others (5 in all)"),
    ],
)  # fmt: skip
def test_the_title_names_the_sites_up_to_three(plan, count, zh, en):
    ids = ["dongli-lake-centre", "junliangcheng-north", "happy-valley-tianjin", "cauc", "tsn-airport"][:count]
    for language, title in (("zh", zh), ("en", en)):
        sheet = sheet_of(plan, f"site={','.join(ids)}&lang={language}")
        assert sheet.properties.title == f"{title} {scale_text(sheet.scale)}"


def test_what_filters_and_layers_hide_is_said(plan):
    sheet = sheet_of(plan, "site=dongli-lake-centre,haihe-dongli&status=stopped", scale=50_000)
    # Filters hide tasks and no place: both are drawn, and the legend says what the grey symbol means.
    assert not [line for line in lines_of(plan, sheet) if line.startswith("未画出")]
    assert "任务被筛选隐去" in on_it(sheet)
    sheet = sheet_of(plan, "site=haihe-dongli&hide=water")
    assert lines_of(plan, sheet) == ["未画出：海河（东丽段）（所在图层已关闭）。"]
    sheet = sheet_of(plan, "site=dongli-lake-centre,hightech-zone")
    assert lines_of(plan, sheet) == ["未画出：高新区（没有坐标）。"]


def test_sites_without_a_position_have_no_sheet(plan):
    with pytest.raises(PlanMapError, match="nothing-placed") as caught:
        sheet_of(plan, "site=hightech-zone,free-trade-zone", scale=10_000)
    assert caught.value.details["name"] == "高新区、自贸区"


def test_a_task_and_a_view_keep_the_scale_too(plan):
    task = next(task for task in plan.tasks.values() if len([s for s in task.linked_sites if plan.sites[s].placed]) > 1)
    assert sheet_of(plan, f"task={task.id}", scale=5000).scale == 5000
    sheet = sheet_of(plan, "at=39.16000,117.48700,12.00", scale=10_000)
    assert sheet.scale == 10_000
    assert lines_of(plan, sheet) == ["要求的范围有一部分在图幅之外。"]
    assert sheet_of(plan, "at=39.16000,117.48700,12.00").omissions == ()


def test_the_whole_district_still_says_what_fits(plan):
    with pytest.raises(PlanMapError, match="paper-too-small"):
        sheet_of(plan, "", scale=10_000)
    # Asked for by its name it is a site like any other.
    sheet = sheet_of(plan, "site=district-东丽区", scale=10_000)
    assert lines_of(plan, sheet) == ["未能全部纳入图幅：东丽区（部分在图外）。"]


def test_a_district_that_is_a_point_is_shown_whole(plan):
    area = next(area for area in region(plan).districts if area.name_zh == "津南区")
    assert site_shape(plan, plan.sites["district-津南区"]).equals(area.geometry)
    sheet = sheet_of(plan, "site=district-津南区")
    assert shapely.box(*sheet.content.extent).covers(area.geometry)
    assert sheet.omissions == ()


def test_what_is_left_out_is_counted_if_it_is_much(plan):
    ids = ",".join(site_id for site_id in plan.sites if site_id.startswith("metro-st-"))
    sheet = sheet_of(plan, f"site={ids}", scale=2000)
    [line] = lines_of(plan, sheet)
    assert line.endswith(f"等{len(sheet.omissions)}处。")
    assert len(line) < 200


def test_the_same_scene_and_scale_give_the_same_sheet(plan):
    one, other = (sheet_of(plan, "site=dongli-lake-centre", "A4", scale=10_000) for _ in range(2))
    assert one.digest == other.digest
    assert one.digest != sheet_of(plan, "site=dongli-lake-centre", "A4", scale=12_500).digest


def test_an_area_of_the_basemap_without_a_namesake_stays_a_point(plan):
    site = plan.sites["district-津南区"]
    assert site_shape(plan, replace(site, name=Text("别处", ""))).geom_type == "Point"
    assert Scene(site="a,,b,a").sites == ("a", "b")


def test_an_atlas_keeps_the_scale_and_names_the_sheets_that_cut(plan):
    scene = Scene(themes=frozenset({"airport-economy"}))
    made = atlas(plan, scene, Order(Paper.parse("A4"), 2000), By.SITE, today=DAY)
    assert made.cut
    [line] = cut_words(made, translation("zh"))
    assert line == f"{len(made.cut)} 幅图没有画全，图上各有说明：{'、'.join(made.cut)}"
    whole = atlas(plan, scene, Order(Paper.parse("A4")), By.SITE, today=DAY)
    assert (whole.cut, cut_words(whole, translation("en"))) == ((), [])


@pytest.mark.parametrize("scale", [100, 1000, 500_000])
def test_the_extremes_of_scale_are_drawn(plan, scale):
    for site in ("dongli-lake-centre", "haihe-dongli", "dongli-lake-nominal-extent"):
        assert sheet_of(plan, f"site={site}", "A4", scale=scale).scale == scale
