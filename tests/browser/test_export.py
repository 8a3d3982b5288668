"""The export page as somebody uses it who puts maps into a report, in a real browser.

What needs no browser, such as what is said of a scale that is none, is tested in tests/test_export_page.py.
"""

import re
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from layers.resources import BROWSER_FOLDER, default_plan_folder
from tests.app_page import AppPage, export
from tests.browser.conftest import (
    PATIENCE_S,
    Watched,
    look_at,
    open_map,
    ready_map,
    wait_until,
    wait_until_calm,
)
from tests.hostile_plan import ATTACK as HOSTILE
from tests.test_export_page import ATTACK

AT_FIRST = "A3 横放，1:125000"


@pytest.fixture
def form(standing: Watched, server: str) -> Page:
    """The page that stands for many tests, with the form as it is at first; opened anew if that is not so."""
    page = standing.page
    as_it_was = (
        page.url == f"{server}/export"
        and page.get_by_role("radio", name="全区").is_checked()
        and result(page).all_text_contents() == [AT_FIRST]
        and page.get_by_role("button", name="下载 PNG").is_enabled()
        and page.get_by_role("radio", name="300 dpi").is_checked()
        and page.get_by_label("标题", exact=True).input_value() == ""
        and page.get_by_role("alert").count() == 0
    )
    if not as_it_was:
        open_export(page, f"{server}/export")
    return page


def result(page: Page):
    """Return the line that names the sheet."""
    return page.locator(".pm-result b")


def open_export(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".st-key-preview img").first).to_be_visible()
    settled(page)


BUSY = """document.querySelector('[data-testid=stSpinner]')
    || document.querySelector('.st-key-action button:disabled')
    || [...document.querySelectorAll('.st-key-preview img')].some((image) => !image.complete || !image.naturalWidth)"""


def settled(page: Page) -> None:
    """Wait until the script has run and everything it asked for is there."""
    wait_until_calm(page, BUSY)


def fill(page: Page, label: str, words: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.fill(words)
    box.press("Enter")


def choose(page: Page, *words: str) -> None:
    for word in words:
        page.get_by_text(word, exact=True).click()
        settled(page)


def download(page: Page, kind: str) -> tuple[str, bytes]:
    with page.expect_download() as found:
        page.get_by_role("button", name=f"下载 {kind}").click()
    return found.value.suggested_filename, Path(found.value.path()).read_bytes()


def pdf_text(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def test_the_scene_goes_to_the_export_page_and_back(page, server, serve):
    frame = open_map(page, server)
    wait_until(page, "location.search.includes('at=')")
    # A map that nobody has moved gives a sheet of the district, wherever the browser has put it.
    link = page.get_by_role("link", name="出图")
    link.hover()
    unmoved = page.evaluate("location.search")
    expect(link).to_have_attribute("href", f"/export{unmoved}")
    serve(default_plan_folder())
    sheet = AppPage(export, unmoved[1:])
    assert sheet.at.radio(key="what").value == "district"
    assert AT_FIRST in sheet.words
    page.get_by_role("button", name="争取中 2").click()
    look_at(frame, 39.16, 117.487, 13.5)
    for part in ("status=seeking", "at=39.16000,117.48700,13.50"):
        wait_until(page, "text => decodeURIComponent(location.search).includes(text)", part)
    query = page.evaluate("location.search")
    link.click()
    expect(page.locator(".st-key-preview img").first).to_be_visible()
    assert page.evaluate("location.pathname + location.search") == f"/export{query}"
    expect(page.get_by_role("radio", name="浏览页的画面")).to_be_checked()
    expect(page.get_by_role("link", name="出图")).to_have_attribute("aria-current", "page")
    settled(page)
    # The sheet itself says what is on it.
    choose(page, "PDF")
    assert "任务、点位与佐证 · 争取中" in pdf_text(download(page, "PDF")[1])[0]
    page.get_by_role("link", name="浏览").click()
    ready_map(page)
    assert page.evaluate("location.pathname + location.search") == f"/{query}"
    expect(page.get_by_role("button", name="争取中 2")).to_have_attribute("aria-pressed", "true")


def test_the_preview_follows_paper_and_scale(standing, form):
    page = form
    expect(result(page)).to_have_text(AT_FIRST)
    picture = page.locator(".st-key-preview img").first
    first = picture.get_attribute("src")
    assert picture.evaluate("e => [e.naturalWidth, e.naturalHeight]") == [1460, 1032]
    page.get_by_text("竖放").click()
    expect(result(page)).to_contain_text("A3 竖放")
    settled(page)
    assert picture.evaluate("e => [e.naturalWidth, e.naturalHeight]") == [1032, 1460]
    page.get_by_text("横放").click()
    expect(result(page)).to_contain_text("A3 横放")
    settled(page)
    assert picture.get_attribute("src") == first
    # As a Chinese keyboard types it.
    fill(page, "比例尺", "1∶２０万")
    expect(result(page)).to_have_text("A3 横放，1:200000")
    settled(page)
    assert picture.get_attribute("src") != first
    # The picture is whole in the window.
    box = picture.bounding_box()
    assert box["y"] + box["height"] <= 900
    assert standing.problems == []
    fill(page, "比例尺", "")
    expect(result(page)).to_have_text(AT_FIRST)
    settled(page)


def test_png_has_the_pixels_of_its_paper(form):
    page = form
    page.get_by_text("150 dpi").click()
    expect(page.locator(".pm-result")).to_contain_text("2480 × 1753 像素")
    fill(page, "标题", "规划图: 第1稿/送审?")
    settled(page)
    name, data = download(page, "PNG")
    assert name == "规划图-第1稿-送审_A3-横放.png"
    picture = Image.open(BytesIO(data))
    assert (picture.format, picture.size) == ("PNG", (2480, 1753))
    assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.1)
    fill(page, "标题", "")
    choose(page, "300 dpi")


def test_a_press_right_after_typing_gives_what_was_typed(form):
    page = form
    choose(page, "PDF")
    page.get_by_label("标题", exact=True).fill("改过的标题")
    # The press leaves the field, which only then tells the server what is in it. Both come in one go: on a busy machine
    # Playwright lets go of the button so late that the one of the sheet before has given way.
    with page.expect_download() as found:
        page.get_by_role("button", name="下载 PDF").evaluate("(e) => { document.activeElement.blur(); e.click(); }")
    data = Path(found.value.path()).read_bytes()
    assert "改过的标题" in pdf_text(data)[0]
    settled(page)
    fill(page, "标题", "")
    choose(page, "PNG")


def test_pdf_and_svg_of_one_site(form):
    page = form
    page.get_by_text("一个或几个地点").click()
    settled(page)
    page.get_by_label("地点", exact=True).click()
    page.keyboard.press("Backspace")
    page.get_by_role("option", name="军粮城北站", exact=True).click()
    page.keyboard.press("Escape")
    choose(page, "PDF")
    name, data = download(page, "PDF")
    assert re.fullmatch(r"军粮城北站_A3-横放\.pdf", name)
    assert data.startswith(b"%PDF")
    [words] = pdf_text(data)
    assert "军粮城北站片区规划调整" in words
    assert page.locator(".pm-result").inner_text().split("内容校验 ")[1][:10] in words
    choose(page, "SVG")
    name, data = download(page, "SVG")
    assert name.endswith(".svg")
    assert b"<svg" in data[:2000]
    choose(page, "PNG", "全区")


def test_a_title_is_text(form):
    page = form
    fill(page, "标题", ATTACK)
    settled(page)
    name, _ = download(page, "PNG")
    assert name.startswith("img src=x onerror=alert(1)-")
    fill(page, "标题", f"🚀{ATTACK}")
    expect(page.get_by_role("alert")).to_contain_text("U+1F680")
    expect(page.get_by_role("alert")).to_contain_text(ATTACK)
    assert page.locator("img[src=x]").count() == 0
    fill(page, "标题", "")
    expect(page.get_by_role("alert")).to_have_count(0)
    settled(page)


def test_an_atlas_moves_can_be_cancelled_and_can_be_finished(standing, form):
    page = form
    page.get_by_text("图集（多幅 PDF）").click()
    expect(result(page)).to_have_text("图集，A3 横放，11 幅图")
    settled(page)
    page.get_by_role("button", name="生成图集").click()
    bar = page.get_by_role("progressbar")
    expect(bar).to_be_visible()
    seen = set()
    deadline = time.monotonic() + PATIENCE_S
    while len(seen) < 3:
        assert time.monotonic() < deadline, seen
        seen.add(bar.get_attribute("aria-valuenow"))
        page.wait_for_timeout(50)
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_text("已取消，没有留下文件。")).to_be_visible()
    expect(bar).to_have_count(0)
    page.get_by_text("领域", exact=True).click()
    expect(result(page)).to_have_text("图集，A3 横放，6 幅图")
    settled(page)
    expect(page.get_by_text("已取消")).to_have_count(0)
    page.get_by_role("button", name="生成图集").click()
    expect(page.get_by_role("button", name="下载 PDF")).to_be_visible(timeout=300_000)
    expect(page.get_by_text("已完成：")).to_be_visible()
    name, data = download(page, "PDF")
    assert name == "东丽区2024年政府工作报告_图集_领域_A3-横放.pdf"
    words = pdf_text(data)
    pages = re.search(r"已完成：(\d+) 页", page.locator(".st-key-action").inner_text())
    assert len(words) == int(pages[1]) >= 8
    assert sum("示意图" in text for text in words) >= 6
    # What is made is good only for what was asked.
    page.get_by_text("竖放").click()
    expect(page.get_by_role("button", name="生成图集")).to_be_visible()
    settled(page)
    assert standing.problems == []
    choose(page, "横放", "全区")


def test_english_is_complete(form):
    page = form
    page.get_by_text("一个或几个地点").click()
    settled(page)
    page.get_by_text("English").click()
    expect(page.get_by_role("button", name="Download PNG")).to_be_visible()
    wait_until(page, "location.search === '?lang=en'")
    settled(page)
    seen = page.locator("body").inner_text()
    page.get_by_text("An atlas").click()
    expect(page.get_by_role("button", name="Make the atlas")).to_be_visible()
    settled(page)
    seen += page.locator("body").inner_text()
    values = page.evaluate("[...document.querySelectorAll('input')].map((e) => e.value + e.placeholder)")
    found = {line for line in [*seen.splitlines(), *values] if re.search("[\u4e00-\u9fff]", line)}
    assert found == {"中文"}
    page.get_by_role("link", name="Browse").click()
    ready_map(page)
    expect(page.get_by_role("button", name="In progress 58")).to_be_visible()


def test_axe_finds_nothing_and_the_links_work_by_keyboard(page, server):
    script = (BROWSER_FOLDER / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    open_export(page, f"{server}/export?status=seeking")
    for words in ("浏览页的画面", "一个或几个地点", "图集（多幅 PDF）"):
        choose(page, words)
        page.evaluate(f"{script};0")
        found = page.evaluate("axe.run(document)")["violations"]
        assert [(fault["id"], node["html"]) for fault in found for node in fault["nodes"]] == [], words
    choose(page, "全区")
    fill(page, "比例尺", "1:1000")
    expect(page.locator(".st-key-form [role=alert]")).to_be_visible()
    assert page.locator(".st-key-form [role=alert]").count() == 1
    assert page.evaluate("axe.run(document)")["violations"] == []
    page.evaluate("history.replaceState(null, '', '/export?status=done')")
    link = page.get_by_role("link", name="浏览")
    link.focus()
    link.press("Enter")
    ready_map(page)
    expect(page.get_by_role("button", name="已完成 1")).to_have_attribute("aria-pressed", "true")


def test_on_a_phone_the_sheet_is_below_the_form(phone, server):
    page = phone
    open_export(page, f"{server}/export")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture = page.locator(".st-key-preview img").first.bounding_box()
    form = page.locator(".st-key-form").bounding_box()
    assert picture["y"] > form["y"] + form["height"]
    assert picture["width"] > 320
    assert picture["x"] + picture["width"] <= 390


def test_a_hostile_plan_shows_as_text(page, hostile_server):
    open_export(page, f"{hostile_server}/export")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    page.get_by_text("一个或几个地点").click()
    settled(page)
    expect(page.locator(".st-key-form [data-testid=stMultiSelect]")).to_contain_text(f"{HOSTILE} dongli-lake-centre")
    name, _ = download(page, "PNG")
    assert not set(unquote(name)) & set('<>:"/\\|?*')
    assert page.locator("img[src=x]").count() == 0


def test_any_size_of_paper_can_be_typed_and_what_is_none_is_said(form):
    page = form
    field = page.locator(".st-key-paper").get_by_role("combobox")

    def type_paper(words: str) -> None:
        field.click()
        field.fill(words)
        field.press("Enter")
        settled(page)

    type_paper("160x120")
    expect(result(page)).to_have_text(re.compile("^160×120 mm 横放"))
    with page.expect_download() as found:
        page.get_by_test_id("stBaseButton-primary").click()
    with Image.open(found.value.path()) as picture:
        assert [round(side / 300 * 25.4) for side in picture.size] == [160, 120]
    type_paper("<b>20x20")
    expect(page.get_by_role("alert")).to_contain_text("<b>20x20")
    assert page.locator(".st-key-action button:enabled").count() == 0
    type_paper("A3")
    expect(result(page)).to_have_text(AT_FIRST)
    expect(page.get_by_role("alert")).to_have_count(0)
