"""The list below the map and the field for the day, on a plan with more tasks than the table keeps in the document."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from layers.resources import BROWSER_FOLDER
from tests.benchmarks.plans import write_large_plan
from tests.browser.conftest import PATIENCE_S, Watched, new_context, open_map, ready_map, wait_until, wait_until_calm
from tests.browser.server import serving

SITES = 300
TASKS = 78 + SITES


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("list")
    write_large_plan(folder / "plan", sites=SITES)
    with serving(folder, str(folder / "plan")) as url:
        yield url


@pytest.fixture(scope="module")
def window() -> dict[str, object]:
    """Months are played only to those who do not mind what moves."""
    return {"reduced_motion": "no-preference"}


@pytest.fixture
def page(standing: Watched, large: str) -> Page:
    """The page that stands for all tests of this file, with nothing chosen."""
    if not standing.page.url.startswith(large):
        open_map(standing.page, large)
    return standing.page


@pytest.fixture
def frame(page: Page) -> Frame:
    return ready_map(page)


def rows(page: Page) -> Locator:
    return page.locator("table.pm-list tbody tr:not(.pm-list-gap)")


def titles(page: Page) -> list[str]:
    return page.locator(".pm-list-choose").all_inner_texts()


def panel(page: Page) -> Locator:
    return page.locator(".st-key-panel h3").first


def day(page: Page) -> Locator:
    return page.get_by_role("textbox", name="截至日期")


def test_a_click_anywhere_in_a_row_chooses_its_task_and_another_lets_it_go(page):
    row = rows(page).filter(has_text="引进京冀项目160个")
    row.locator("td").nth(4).click()
    expect(panel(page)).to_have_text("引进京冀项目160个")
    wait_until(page, "location.search.includes('task=')")
    expect(row).to_have_class("pm-chosen")
    row.locator("td").first.click()
    expect(panel(page)).to_have_text("从这里开始")
    wait_until(page, "!location.search.includes('task=')")
    wait_until_calm(page)
    # By keyboard: from row to row, and the chosen one.
    rows(page).first.locator("button").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(panel(page)).to_have_text("固定资产投资增5%")
    expect(rows(page).nth(2)).to_have_class("pm-chosen")
    page.keyboard.press("Enter")
    expect(panel(page)).to_have_text("从这里开始")


def test_a_long_list_keeps_its_view_in_the_document_and_all_can_be_reached(page):
    table = page.locator("table.pm-list")
    expect(table).to_have_attribute("aria-rowcount", str(TASKS + 1))
    assert rows(page).count() < 60
    rows(page).first.locator("button").focus()
    page.keyboard.press("End")
    expect(rows(page).last).to_have_attribute("aria-rowindex", str(TASKS + 1))
    assert page.evaluate("document.activeElement.textContent") == f"虚构任务{SITES - 1}"
    page.keyboard.press("Home")
    expect(rows(page).first).to_have_attribute("aria-rowindex", "2")


def test_columns_sort_by_what_they_mean_and_can_be_left_out(page):
    before = titles(page)
    heading = page.get_by_role("columnheader", name="目标", exact=True)
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    found = [float(cell.split()[-2 if " " in cell else 0].rstrip("%")) for cell in column(page, "目标") if cell]
    assert found == sorted(found)
    assert len(found) > 5
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert column(page, "目标")[0] != ""
    heading.get_by_role("button").click()
    assert titles(page) == before
    page.get_by_text("显示的列").click()
    page.get_by_label("领域", exact=True).last.uncheck()
    expect(page.get_by_role("columnheader", name="领域")).to_have_count(0)
    page.get_by_label("领域", exact=True).last.check()
    expect(page.get_by_role("columnheader", name="领域")).to_have_count(1)
    page.get_by_text("显示的列").click()


def column(page: Page, name: str) -> list[str]:
    number = page.get_by_role("columnheader").all_inner_texts().index(name)
    return [cell.inner_text() for cell in page.locator(f"table.pm-list tbody td:nth-child({number + 1})").all()]


def test_the_file_has_the_tasks_that_the_list_shows(page):
    page.get_by_role("button", name="争取中").click()
    count = page.locator(".pm-list-count")
    expect(count).to_contain_text("争取中")
    expect(count).not_to_contain_text("推进中")
    wait_until_calm(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV").click()
    name = coming.value.suggested_filename
    assert name.startswith("东丽区2024年政府工作报告_任务清单_")
    assert name.endswith(".csv")
    listed = csv.DictReader(io.StringIO(Path(coming.value.path()).read_text(encoding="utf-8-sig")))
    names = [row["title"] for row in listed if row["site_no"] in "01"]
    assert names == titles(page)
    assert f"显示 {len(names)} 项，共 {TASKS} 项" in count.inner_text()
    page.get_by_role("button", name="清除筛选").click()
    expect(count).to_contain_text("推进中")


def test_on_paper_the_list_is_whole_and_nothing_else_is(page):
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    # In some columns the library takes each character for a line.
    sheets = ["".join(sheet.get_textpage().get_text_range().split()) for sheet in document]
    said = "".join(sheets)
    assert sheets[0].startswith("东丽区2024年政府工作报告")
    for number in range(SITES):
        assert f"虚构任务{number}尚无佐证" in said, number
    assert "任务来源：" in sheets[-1]
    assert "示意图，不作为划界依据" in sheets[-1]
    # Every sheet has the headings of the columns; neither the map's words nor the filters are on any.
    assert [("最新佐证" in sheet) for sheet in sheets[:-1]] == [True] * (len(sheets) - 1)
    assert "图层" not in said
    assert "搜索" not in said
    wait_until(page, "document.querySelectorAll('table.pm-list tbody tr').length < 60")


def test_a_typed_day_is_applied_with_enter_and_a_wrong_one_is_named(page):
    field = day(page)
    for typed, said in (
        ("2024-02-30", "看不懂这个日期 → 请写成 2024-03-05 的样子"),
        ("1999-01-01", "日期不在范围内 → 请填 2024-01-01 至"),
    ):
        field.fill(typed)
        field.press("Enter")
        expect(page.locator(".pm-as-of [role=alert]")).to_contain_text(said)
        expect(field).to_have_attribute("aria-invalid", "true")
        assert "date=" not in page.url
    field.fill("2024年8月1日")
    field.press("Enter")
    wait_until(page, "location.search.includes('date=2024-08-01')")
    expect(field).to_have_value("2024-08-01")
    expect(page.locator(".pm-as-of [role=alert]")).to_have_text("")
    wait_until_calm(page)
    page.get_by_role("slider", name="按月选择").press("ArrowRight")
    wait_until(page, "location.search.includes('date=2024-09-30')")
    back = page.get_by_role("button", name="回到今天")
    back.click()
    wait_until(page, "!location.search.includes('date=')")
    expect(back).to_be_hidden()
    wait_until_calm(page)
    field.fill("2024-09-30")
    field.press("Enter")
    wait_until(page, "location.search.includes('date=2024-09-30')")
    wait_until_calm(page)


def test_months_are_played_one_after_the_other_each_once_the_map_shows_it(page, frame):
    last = page.evaluate("document.querySelector('.pm-as-of input[type=range]').max") or "0"
    page.evaluate("""() => {
        window.told = [];
        const map = document.getElementById("planmap-map").contentWindow;
        const tell = (what, day) => window.told.push(`${what} ${day}`);
        map.addEventListener("message", ({data}) => data.type === "planmap:scene" && tell("asked", data.args.day));
        window.addEventListener("message", ({data}) => data.type === "planmap:day" && tell("shown", data.day));
    }""")
    slider = page.get_by_role("slider", name="按月选择")
    slider.evaluate(
        "(range, at) => { range.value = at; range.dispatchEvent(new Event('change')); }", str(int(last) - 3)
    )
    wait_until_calm(page)
    page.get_by_role("button", name="逐月播放").click()
    expect(page.get_by_role("button", name="停止播放")).to_be_visible()
    expect(page.get_by_role("button", name="逐月播放")).to_be_visible()
    expect(slider).to_have_value(last)
    told = page.evaluate("window.told")
    days = list(dict.fromkeys(line.split()[1] for line in told))
    assert len(days) == 4
    assert days == sorted(days)
    for earlier, later in pairwise(days):
        assert told.index(f"shown {earlier}") < told.index(f"asked {later}"), told
    assert "date=" not in page.url
    # A click stops it, and it stays where it is.
    slider.evaluate("(range) => { range.value = 2; range.dispatchEvent(new Event('change')); }")
    wait_until_calm(page)
    page.get_by_role("button", name="逐月播放").click()
    wait_until(page, "document.querySelector('.pm-as-of input[type=range]').value === '3'")
    page.get_by_role("button", name="停止播放").click()
    stopped = slider.input_value()
    wait_until_calm(page)
    assert slider.input_value() == stopped
    field = day(page)
    field.fill(page.evaluate("new Date().toISOString().slice(0, 10)"))
    field.press("Enter")
    wait_until_calm(page)


def test_axe_finds_nothing_in_the_list_and_the_field_and_a_phone_shows_both(browser, large, page):
    axe = (BROWSER_FOLDER / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)
    found = page.evaluate("axe.run({include: [['.pm-list-host'], ['.pm-as-of']]})")["violations"]
    assert [one["id"] for one in found] == []
    context = new_context(browser, viewport={"width": 390, "height": 844})
    phone = context.new_page()
    phone.set_default_timeout(PATIENCE_S * 1000)
    open_map(phone, large)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    expect(phone.get_by_role("columnheader")).to_have_text(["状态", "任务"])
    # Where less motion is asked for, the button goes on one month.
    assert phone.locator(".pm-as-of button").first.get_attribute("aria-label") == "下一个月"
    context.close()


def test_the_wheel_is_for_the_page_until_all_of_the_list_is_in_view_and_an_answer_comes_into_view(page, frame):
    box = page.locator(".pm-list-box")
    panel(page).scroll_into_view_if_needed()
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    expect(box).to_have_class(re.compile("pm-list-partly"))
    place = box.bounding_box()
    window = page.viewport_size
    page.mouse.move(place["x"] + 300, min(place["y"] + 10, window["height"] - 5))
    page.mouse.wheel(0, 2000)
    wait_until(page, "document.querySelector('[data-testid=stMain]').scrollTop > 200")
    assert box.evaluate("box => box.scrollTop") == 0
    # Now it is in view, and the wheel is for its rows.
    expect(box).not_to_have_class(re.compile("pm-list-partly"))
    place = box.bounding_box()
    page.mouse.move(place["x"] + 300, place["y"] + 100)
    page.mouse.wheel(0, 300)
    wait_until(page, "document.querySelector('.pm-list-box').scrollTop > 100")
    # Where only the list is in view, what a row stands for comes into view.
    page.set_viewport_size({"width": window["width"], "height": 560})
    page.evaluate("document.querySelector('.pm-list-box').scrollIntoView({ block: 'end' })")
    rows(page).nth(12).locator("td").first.click()
    wait_until(page, "document.querySelector('.st-key-panel').getBoundingClientRect().bottom > 220")
    wait_until(page, "location.search.includes('task=')")
    page.set_viewport_size(window)
    page.get_by_role("button", name="清除选择").click()
    wait_until(page, "!location.search.includes('task=')")
    wait_until_calm(page)
