"""The export page as somebody uses it who puts maps into a report, in a real browser."""

import re
import shutil
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from layers.resources import BROWSER_FOLDER, default_plan_folder
from tests.browser.conftest import Watched, look_at, open_map, ready_map, wait_until
from tests.browser.server import serving

ATTACK = "<img src=x onerror=alert(1)>**b** :red[r] $x$"


def result(page: Page):
    """Return the line that names the sheet."""
    return page.locator(".pm-result b")


def open_export(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".st-key-preview img")).to_be_visible(timeout=30_000)
    settled(page)


BUSY = """() => document.querySelector('[data-testid=stStatusWidget], [data-testid=stSpinner], [data-stale=true]')
    || document.querySelector('.st-key-action button:disabled')
    || [...document.querySelectorAll('.st-key-preview img')].some((image) => !image.complete || !image.naturalWidth)
    || document.fonts.status !== 'loaded'"""


def settled(page: Page) -> None:
    """Wait until the script has run and everything it asked for is there."""
    calm = 0
    for _ in range(600):
        # A run begins a moment after what it is for.
        calm = 0 if page.evaluate(f"Boolean(({BUSY})())") else calm + 1
        if calm == 8:
            return
        page.wait_for_timeout(50)
    raise AssertionError("still busy after 30 s")


def fill(page: Page, label: str, words: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.fill(words)
    box.press("Enter")


def download(page: Page, kind: str) -> tuple[str, bytes]:
    with page.expect_download(timeout=60_000) as found:
        page.get_by_role("button", name=f"下载 {kind}").click()
    return found.value.suggested_filename, Path(found.value.path()).read_bytes()


def pdf_text(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def test_the_scene_goes_to_the_export_page_and_back(page, server):
    frame = open_map(page, server)
    page.get_by_role("button", name="争取中 2").click()
    look_at(frame, 39.16, 117.487, 13.5)
    for part in ("status=seeking", "at=39.16000,117.48700,13.50"):
        wait_until(page, "text => decodeURIComponent(location.search).includes(text)", part)
    query = page.evaluate("location.search")
    page.get_by_role("link", name="出图").click()
    expect(page.locator(".st-key-preview img")).to_be_visible(timeout=30_000)
    assert page.evaluate("location.pathname + location.search") == f"/export{query}"
    expect(page.get_by_role("radio", name="浏览页的画面")).to_be_checked()
    expect(page.get_by_role("link", name="出图")).to_have_attribute("aria-current", "page")
    settled(page)
    # The sheet itself says what is on it.
    page.get_by_text("PDF", exact=True).click()
    settled(page)
    assert "任务、点位与佐证 · 争取中" in pdf_text(download(page, "PDF")[1])[0]
    page.get_by_role("link", name="浏览").click()
    ready_map(page)
    assert page.evaluate("location.pathname + location.search") == f"/{query}"
    expect(page.get_by_role("button", name="争取中 2")).to_have_attribute("aria-pressed", "true")


def test_a_map_that_nobody_has_moved_gives_a_sheet_of_the_district(page, server):
    open_map(page, server)
    wait_until(page, "location.search.includes('at=')")
    page.get_by_role("link", name="出图").click()
    expect(result(page)).to_have_text("A3 横放，1:125000")
    expect(page.get_by_role("radio", name="全区")).to_be_checked()
    settled(page)


def test_the_preview_follows_paper_and_scale(watched: Watched, server):
    page = watched.page
    open_export(page, f"{server}/export")
    expect(result(page)).to_have_text("A3 横放，1:125000")
    picture = page.locator(".st-key-preview img")
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
    assert watched.problems == []


def test_what_is_no_scale_is_said_beside_the_field(page, server):
    open_export(page, f"{server}/export")
    for words, line in (("很大", "“很大”不是比例尺 → 写成 1:50000"), ("1:20000", "A3 放不下 1:20000 的图")):
        fill(page, "比例尺", words)
        alert = page.locator(".st-key-form [role=alert]")
        expect(alert).to_contain_text(line)
        assert alert.count() == 1
        expect(page.get_by_text("请先改正比例尺")).to_be_visible()
        expect(page.locator(".st-key-download")).to_have_count(0)
    expect(alert).to_contain_text("1:125000")
    fill(page, "比例尺", "")
    expect(result(page)).to_have_text("A3 横放，1:125000")
    expect(alert).to_have_count(0)
    settled(page)


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("?site=nowhere", "计划里没有地点“nowhere”"),
        ("?theme=%3Cb%3Ewish%3C/b%3E", "计划里没有领域“<b>wish</b>”"),
        ("?task=nothing", "计划里没有任务“nothing”"),
    ],
)
def test_an_address_that_names_what_is_not_there_says_so(page, server, query, line):
    page.goto(f"{server}/export{query}")
    expect(page.get_by_role("alert")).to_contain_text(line, timeout=30_000)
    expect(page.get_by_role("alert")).to_have_count(1)
    # Not settled: the button stays pale, for there is nothing to take.
    wait_until(page, "document.fonts.status === 'loaded'")


def test_png_has_the_pixels_of_its_paper(page, server):
    open_export(page, f"{server}/export")
    page.get_by_text("150 dpi").click()
    expect(page.locator(".pm-result")).to_contain_text("2480 × 1753 像素")
    fill(page, "标题", "规划图: 第1稿/送审?")
    settled(page)
    name, data = download(page, "PNG")
    assert name == "规划图-第1稿-送审_A3-横放.png"
    picture = Image.open(BytesIO(data))
    assert (picture.format, picture.size) == ("PNG", (2480, 1753))
    assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.1)


def test_a_picture_too_large_is_refused_and_pdf_is_not(page, server):
    open_export(page, f"{server}/export")
    page.get_by_label("纸张").click()
    page.get_by_role("option", name="A1").click()
    expect(result(page)).to_contain_text("A1 横放")
    page.get_by_text("600 dpi").click()
    expect(page.locator(".st-key-action [role=alert]")).to_contain_text("百万像素")
    expect(page.get_by_role("button", name="下载 PNG")).to_have_count(0)
    page.get_by_text("PDF", exact=True).click()
    expect(page.get_by_role("button", name="下载 PDF")).to_be_visible()
    settled(page)


def test_a_press_right_after_typing_gives_what_was_typed(page, server):
    open_export(page, f"{server}/export")
    page.get_by_text("PDF", exact=True).click()
    settled(page)
    page.get_by_label("标题", exact=True).fill("改过的标题")
    # The press leaves the field, which only then tells the server what is in it.
    _, data = download(page, "PDF")
    assert "改过的标题" in pdf_text(data)[0]
    settled(page)


def test_pdf_and_svg_of_one_site(page, server):
    open_export(page, f"{server}/export")
    page.get_by_text("一个地点").click()
    page.get_by_label("地点", exact=True).click()
    page.get_by_role("option", name="军粮城北站", exact=True).click()
    page.get_by_text("PDF", exact=True).click()
    settled(page)
    name, data = download(page, "PDF")
    assert re.fullmatch(r"军粮城北站_A3-横放\.pdf", name)
    assert data.startswith(b"%PDF")
    [words] = pdf_text(data)
    assert "军粮城北站片区规划调整" in words
    assert page.locator(".pm-result").inner_text().split("内容校验 ")[1][:10] in words
    page.get_by_text("SVG", exact=True).click()
    settled(page)
    name, data = download(page, "SVG")
    assert name.endswith(".svg")
    assert b"<svg" in data[:2000]


def test_an_atlas_moves_can_be_cancelled_and_can_be_finished(watched: Watched, server):
    page = watched.page
    open_export(page, f"{server}/export")
    page.get_by_text("图集（多幅 PDF）").click()
    expect(result(page)).to_have_text("图集，A3 横放，13 幅图")
    settled(page)
    page.get_by_role("button", name="生成图集").click()
    bar = page.get_by_role("progressbar")
    expect(bar).to_be_visible()
    seen = set()
    for _ in range(200):
        seen.add(bar.get_attribute("aria-valuenow"))
        if len(seen) > 2:
            break
        page.wait_for_timeout(50)
    assert len(seen) > 2
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_text("已取消，没有留下文件。")).to_be_visible()
    expect(bar).to_have_count(0)
    page.get_by_text("领域", exact=True).click()
    expect(result(page)).to_have_text("图集，A3 横放，6 幅图")
    settled(page)
    expect(page.get_by_text("已取消")).to_have_count(0)
    page.get_by_role("button", name="生成图集").click()
    expect(page.get_by_role("button", name="下载 PDF")).to_be_visible(timeout=180_000)
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
    assert watched.problems == []


def test_english_is_complete(page, server):
    open_export(page, f"{server}/export")
    page.get_by_text("一个地点").click()
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


def test_a_title_is_text(page, server):
    open_export(page, f"{server}/export")
    fill(page, "标题", ATTACK)
    settled(page)
    name, _ = download(page, "PNG")
    assert name.startswith("img src=x onerror=alert(1)-")
    fill(page, "标题", "火箭🚀")
    expect(page.get_by_role("alert")).to_contain_text("U+1F680")
    fill(page, "标题", f"🚀{ATTACK}")
    expect(page.get_by_role("alert")).to_contain_text(ATTACK)
    assert page.locator("img[src=x]").count() == 0


def test_a_broken_plan_shows_what_to_mend(page, tmp_path):
    plan = shutil.copytree(default_plan_folder(), tmp_path / "plan")
    good = (plan / "tasks.csv").read_text(encoding="utf-8")
    (plan / "tasks.csv").write_text(good.replace(",target,overall", ",wish,overall", 1), encoding="utf-8")
    with serving(tmp_path, str(plan)) as url:
        page.goto(f"{url}/export")
        expect(page.get_by_role("heading", name="计划打不开")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("row").nth(1)).to_contain_text("tasks.csv, 2, kind")
        wait_until(page, "document.fonts.status === 'loaded'")


def test_axe_finds_nothing(page, server):
    script = (BROWSER_FOLDER / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    open_export(page, f"{server}/export?status=seeking")
    for words in ("浏览页的画面", "一个地点", "图集（多幅 PDF）"):
        page.get_by_text(words).click()
        settled(page)
        page.evaluate(f"{script};0")
        found = page.evaluate("axe.run(document)")["violations"]
        assert [(fault["id"], node["html"]) for fault in found for node in fault["nodes"]] == [], words
    fill(page, "比例尺", "1:1000")
    expect(page.locator(".st-key-form [role=alert]")).to_be_visible()
    assert page.evaluate("axe.run(document)")["violations"] == []


def test_the_links_work_by_keyboard(page, server):
    open_export(page, f"{server}/export?status=seeking")
    page.evaluate("history.replaceState(null, '', '/export?status=done')")
    link = page.get_by_role("link", name="浏览")
    link.focus()
    link.press("Enter")
    ready_map(page)
    expect(page.get_by_role("button", name="已完成 1")).to_have_attribute("aria-pressed", "true")


def test_on_a_phone_the_sheet_is_below_the_form(browser, server):
    watched = Watched(browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True))
    page = watched.page
    open_export(page, f"{server}/export")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture = page.locator(".st-key-preview img").bounding_box()
    form = page.locator(".st-key-form").bounding_box()
    assert picture["y"] > form["y"] + form["height"]
    assert picture["width"] > 320
    assert picture["x"] + picture["width"] <= 390
    watched.close()


def test_a_hostile_plan_shows_as_text(page, tmp_path):
    plan = shutil.copytree(default_plan_folder(), tmp_path / "plan")
    text = (plan / "plan.toml").read_text(encoding="utf-8")
    attacked = re.sub(r'^title_zh = ".*"$', f"title_zh = '{ATTACK}'", text, flags=re.MULTILINE)
    (plan / "plan.toml").write_text(attacked, encoding="utf-8")
    sites = (plan / "sites.geojson").read_text(encoding="utf-8")
    (plan / "sites.geojson").write_text(sites.replace('"东丽湖"', f'"{ATTACK}"'), encoding="utf-8")
    with serving(tmp_path, str(plan)) as url:
        open_export(page, f"{url}/export")
        expect(page.get_by_role("heading", level=1)).to_have_text(ATTACK)
        page.get_by_text("一个地点").click()
        settled(page)
        expect(page.get_by_label("地点", exact=True)).to_have_value(ATTACK)
        name, _ = download(page, "PNG")
        assert not set(unquote(name)) & set('<>:"/\\|?*')
        assert page.locator("img[src=x]").count() == 0
