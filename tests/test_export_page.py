"""What the script of the export page comes to: form, warnings, what can be taken. Files are in tests/browser."""

import re

import pytest

from layers.resources import default_plan_folder
from tests.app_page import AppPage, export, plain

ATTACK = "<img src=x onerror=alert(1)>**b** :red[r] $x$"


@pytest.fixture(autouse=True)
def built_in(serve):
    return serve(default_plan_folder())


def result(page: AppPage) -> str:
    """Return the line that names the sheet, or an empty text where there is none."""
    found = [body for body in page.markup if "pm-result" in body]
    return plain(re.search("<b>(.*?)</b>", found[0])[1]) if found else ""


def details(page: AppPage) -> str:
    return plain(next(body for body in page.markup if "pm-result" in body))


def downloads(page: AppPage) -> list[tuple[str, bool]]:
    """Return the buttons that hand out a sheet, and whether each can be pressed; that of the report is another."""
    found = [(element.proto.label, not element.proto.disabled) for element in page.at.get("download_button")]
    return [each for each in found if "Word" not in each[0]]


def test_a_sheet_of_the_district_is_what_is_asked_for_first():
    page = AppPage(export)
    assert page.at.radio(key="what").value == "district"
    assert result(page) == "A3 横放，1:125000"
    assert downloads(page) == [("下载 PNG", True)]
    assert [element.proto.label for element in page.at.get("download_button")][1:] == ["下载 Word 报告"]
    assert {"path": "/export", "label": "出图", "current": True} in page.sent("pages")["pages"]


@pytest.mark.parametrize(
    ("query", "what"),
    [
        # As the map writes it in a window of common size where nobody has moved it.
        ("at=39.10000,117.40000,10.50", "district"),
        ("at=39.16000,117.48700,13.50", "scene"),
        ("site=junliangcheng-north", "scene"),
        ("task=haihe-green-steel-valley", "scene"),
        ("status=seeking", "district"),
    ],
)
def test_the_view_of_the_browse_page_is_asked_for_where_there_is_one(query, what):
    page = AppPage(export, query)
    assert page.at.radio(key="what").value == what


def test_the_sheet_follows_paper_and_scale():
    page = AppPage(export)
    digest = details(page).split("内容校验 ")[1]
    page.choose("orientation", "portrait")
    assert result(page).startswith("A3 竖放")
    page.choose("orientation", "landscape")
    assert result(page).startswith("A3 横放")
    assert details(page).split("内容校验 ")[1] == digest
    # As a Chinese keyboard types it.
    page.fill("scale", "1∶２０万")
    assert result(page) == "A3 横放，1:200000"
    assert details(page).split("内容校验 ")[1] != digest


def test_what_is_no_scale_is_said_beside_the_field():
    page = AppPage(export)
    for words, line in (("很大", "“很大”不是比例尺 → 写成 1:50000"), ("1:20000", "A3 放不下 1:20000 的图")):
        page.fill("scale", words)
        [alert] = page.alerts
        assert line in alert
        assert "请先改正比例尺" in page.words
        assert downloads(page) == []
        assert result(page) == ""
    assert "1:125000" in alert
    page.fill("scale", "")
    assert result(page) == "A3 横放，1:125000"
    assert page.alerts == []
    assert downloads(page) == [("下载 PNG", True)]


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("site=nowhere", "计划里没有地点“nowhere”"),
        ("theme=%3Cb%3Ewish%3C/b%3E", "计划里没有领域“<b>wish</b>”"),
        ("task=nothing", "计划里没有任务“nothing”"),
    ],
)
def test_an_address_that_names_what_is_not_there_says_so(query, line):
    page = AppPage(export, query)
    [alert] = page.alerts
    assert line in alert
    assert not any("<b>wish" in body for body in page.markup)
    assert not any(can_be_pressed for _, can_be_pressed in downloads(page))


def test_a_small_sheet_has_a_second_page_and_a_map_alone_has_none():
    page = AppPage(export)
    page.at.selectbox(key="paper").set_value("A4")
    page.run()
    assert downloads(page) == [("下载 PNG", True), ("下载 PNG 第 2 页", True)]
    assert "共 2 页" in details(page)
    page.choose("kind", "pdf")
    assert downloads(page) == [("下载 PDF", True)]
    page.at.checkbox(key="bare").check()
    page.run()
    assert "共 2 页" not in details(page)


def test_a_picture_too_large_is_refused_and_pdf_is_not():
    page = AppPage(export)
    page.at.selectbox(key="paper").set_value("A1")
    page.run()
    assert result(page).startswith("A1 横放")
    page.choose("dpi", 600)
    [alert] = page.alerts
    assert "百万像素" in alert
    assert downloads(page) == []
    page.choose("kind", "pdf")
    assert downloads(page) == [("下载 PDF", True)]
    assert page.alerts == []


def test_what_cannot_be_drawn_is_said_as_text():
    page = AppPage(export).fill("title", "火箭🚀")
    assert "U+1F680" in page.alerts[0]
    page.fill("title", f"🚀{ATTACK}")
    assert ATTACK in page.alerts[0]
    assert not any("<img" in body for body in page.markup)


def test_an_atlas_is_asked_for_by_sites_themes_and_sections():
    page = AppPage(export)
    page.at.radio(key="what").set_value("atlas")
    page.run()
    assert result(page) == "图集，A3 横放，11 幅图"
    assert page.labels["start"] == "生成图集"
    assert downloads(page) == []
    page.choose("by", "theme")
    assert result(page) == "图集，A3 横放，6 幅图"
    page.choose("orientation", "portrait")
    assert result(page).startswith("图集，A3 竖放")


def test_a_grid_of_sheets_is_asked_for_with_a_scale():
    page = AppPage(export)
    page.at.radio(key="what").set_value("atlas")
    page.run()
    page.choose("by", "grid")
    [alert] = page.alerts
    assert "分幅图需要一个比例尺" in alert
    assert result(page) == ""
    page.fill("scale", "1:100000")
    assert page.alerts == []
    assert re.fullmatch("图集，A3 横放，[2-4] 幅图", result(page))
    page.fill("scale", "1:500")
    assert "分幅图会有" in page.alerts[0]


def test_the_language_is_that_of_the_address_and_can_be_switched():
    page = AppPage(export, "lang=en")
    assert downloads(page) == [("Download PNG", True)]
    page.at.radio(key="what").set_value("site")
    page.run()
    chosen = page.at.multiselect(key="sites-en")
    assert (chosen.value, chosen.options[0]) == (["dongli-lake-centre"], "Dongli Lake")
    page.choose("language", "zh")
    assert downloads(page) == [("下载 PNG", True)]
    # The same site, in the words of the other language.
    chosen = page.at.multiselect(key="sites-zh")
    assert (chosen.value, chosen.options[0]) == (["dongli-lake-centre"], "东丽湖")


def of_sites(*sites, query=""):
    """Return the page with the form asking for a sheet of `sites`."""
    page = AppPage(export, query)
    page.at.radio(key="what").set_value("site")
    page.run()
    page.at.multiselect(key="sites-zh").set_value(list(sites))
    return page.run()


def test_a_sheet_of_several_places_keeps_the_scale_and_says_what_does_not_fit():
    page = of_sites("dongli-lake-centre", "junliangcheng-north")
    assert result(page) == "A3 横放，1:100000"
    assert "未能全部" not in page.words
    page.fill("scale", "1:10000")
    assert result(page) == "A3 横放，1:10000"
    assert page.alerts == []
    # Beside the preview, and above the button.
    assert page.words.count("未能全部纳入图幅：东丽湖（全部在图外）、军粮城北站（全部在图外）。") == 2
    assert downloads(page) == [("下载 PNG", True)]


def test_the_places_of_the_address_are_chosen():
    page = AppPage(export, "site=cauc,tsn-airport,nowhere")
    page.at.radio(key="what").set_value("site")
    page.run()
    assert page.at.multiselect(key="sites-zh").value == ["cauc", "tsn-airport"]
    assert AppPage(export, "site=cauc,tsn-airport").at.radio(key="what").value == "scene"


def test_a_name_can_be_typed_as_the_command_takes_it():
    for typed, scale in (("金钟街道", "1:40000"), ("南开区", "1:50000")):
        assert result(of_sites(typed)) == f"A3 横放，{scale}"
    for typed, line in (("军粮城北", "相近的有：军粮城北站"), ("未命名车站", "rail-station-unnamed-1"),
                        ("南开区,海河", "不能与其他地点同幅")):  # fmt: skip
        page = of_sites(typed)
        [alert] = page.alerts
        assert line in alert
        assert "请先改正地点，再看预览。" in page.words
        assert downloads(page) == []
    page = of_sites()
    assert "请先选择或输入至少一个地点。" in page.words
    assert page.alerts == []


def test_a_place_that_the_filters_leave_without_tasks_is_drawn_all_the_same():
    page = of_sites("dongli-lake-centre", query="status=stopped")
    assert "未画出" not in page.words
    assert result(page).startswith("A3 横放")


def test_a_broken_plan_shows_what_to_mend(serve, plan_folder):
    good = (plan_folder / "tasks.csv").read_text(encoding="utf-8")
    (plan_folder / "tasks.csv").write_text(good.replace(",target,overall", ",wish,overall", 1), encoding="utf-8")
    serve(plan_folder)
    page = AppPage(export)
    assert page.headings(1) == ["计划打不开"]
    assert "tasks.csv, 2, kind" in page.words
