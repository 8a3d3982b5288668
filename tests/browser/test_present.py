"""The Present page as somebody uses it who prepares a meeting, in a real browser.

What needs no browser, such as what can be saved and what is said of it, is tested in tests/test_present_page.py.
"""

import re
import shutil
import time
import tomllib
import urllib.request
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from pptx import Presentation

from app.current_plan import FRESH_S
from layers.plan.deck import Deck
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.resources import BROWSER_FOLDER, default_plan_folder
from layers.store.base import copy_plan, read_plan
from layers.store.check import check_decks
from layers.store.folder import FolderStore
from tests.browser.conftest import (
    PATIENCE_S,
    WINDOW,
    Watched,
    look_at,
    open_map,
    ready_map,
    wait_until,
    wait_until_calm,
)
from tests.browser.server import serving
from tests.desk import Desk
from tests.examples import DECK
from tests.office_file import office_file
from tests.outage import locked

ATTACK = "<img src=x onerror=alert(1)></script><script>alert(2)</script>`${ alert(3) }` { x } **b** :red[r] $x$"


class PatientDesk(Desk):
    """A plan whose decks a test lays before it begins, and goes on when the server looks at the plan again."""

    def replace(self, *decks: Deck) -> None:
        """Put `decks` in the place of all that there are, without waiting."""
        super().lay(*decks)

    def lay(self, *decks: Deck) -> None:
        super().lay(*decks)
        # The server's last look at the plan holds for this long.
        time.sleep(FRESH_S)


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("present")
    copy_plan(replace(read_plan(FolderStore(default_plan_folder())), decks=()), str(folder / "plan.gpkg"))
    with serving(folder, str(folder / "plan.gpkg")) as url:
        yield PatientDesk(folder / "plan.gpkg", url)


@pytest.fixture
def desk(own_server: PatientDesk) -> PatientDesk:
    own_server.lay(DECK)
    return own_server


@pytest.fixture
def laid(standing: Watched, own_server: PatientDesk) -> Page:
    """The page that stands for many tests, with DECK and nothing to mend; opened anew if that is not so."""
    page = standing.page
    as_it_was = (
        page.url.startswith(f"{own_server.url}/present")
        and own_server.decks == (DECK,)
        and card_titles(page) == [slide.title.zh for slide in DECK.slides]
        and page.get_by_role("alert").count() == 0
    )
    if not as_it_was:
        own_server.lay(DECK)
        open_present(page, f"{own_server.url}/present")
    return page


def open_present(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".st-key-deck, .st-key-nothing").first).to_be_visible()
    settled(page)


# A page that is still being built has neither a preview nor a word on why there is none.
BUSY = """document.querySelector('.pm-coming')
    || !document.querySelector('.pm-screen iframe, .st-key-nothing')
    || [...document.querySelectorAll('.pm-screen iframe')]
        .some((frame) => !frame.contentDocument?.querySelector('[data-view]'))"""


def settled(page: Page) -> None:
    """Wait until the script has run and the preview shows what came of it."""
    wait_until_calm(page, BUSY)


def cards(page: Page):
    return page.locator(".pm-card")


def card_titles(page: Page) -> list[str]:
    return page.locator(".pm-card > span").all_text_contents()


def chosen(page: Page):
    return page.locator(".pm-card[aria-current=true]")


def screen(page: Page) -> FrameLocator:
    return page.frame_locator(".pm-screen iframe:not(.pm-coming)")


def shown_title(page: Page):
    return screen(page).locator("main section.view:not([hidden]) h2")


def field(page: Page, name: str):
    """Return a field by the key of its value, such as `title_zh`."""
    # A field of another slide may stand beside it for a moment.
    return page.locator(f"[class*='st-key-slide-{name}--']").locator("input, textarea").first


def fill(page: Page, name: str, words: str) -> None:
    """Write into a field, leave it and wait until that is saved and shown."""
    fill_all(page, **{name: words})


def fill_all(page: Page, **words: str) -> None:
    """Write into several fields, leaving each before the next, and wait until all of it is saved and shown."""
    for name, text in words.items():
        field(page, name).fill(text)
        field(page, name).blur()
    settled(page)


def saved(desk: PatientDesk, decks_are) -> None:
    """Wait until the plan's decks are as `decks_are` says."""
    deadline = time.monotonic() + PATIENCE_S
    while not decks_are(desk.decks):
        assert time.monotonic() < deadline, desk.decks
        time.sleep(0.1)


def has_titles(desk: PatientDesk, titles: list[str]) -> None:
    """Wait until the slides of the first deck have `titles`."""
    saved(desk, lambda decks: [slide.title.zh for slide in decks[0].slides] == titles)


def take_back(page: Page, desk: PatientDesk, times: int) -> None:
    """Take the last changes back; the preview is waited for once."""
    for _ in range(times):
        before = desk.decks
        page.get_by_role("button", name="撤销").click()
        saved(desk, lambda decks, before=before: decks != before)
        # Until the fields show the slide as it now is: the next click sends what stands in them.
        wait_until_calm(page)
    settled(page)


def test_a_deck_is_built_from_nothing_and_deleted(page, own_server):
    own_server.lay()
    page.goto(f"{own_server.url}/present")
    expect(page.get_by_role("heading", name="还没有演示稿")).to_be_visible()
    expect(page.get_by_role("button", name="开始演示")).to_be_disabled()
    page.get_by_role("button", name="从空白开始").click()
    page.get_by_role("button", name="加一页").last.click()
    expect(cards(page)).to_have_count(1)
    settled(page)
    fill_all(page, title_zh="第一页", text_zh="一条\n两条：{tasks}", notes_zh="慢一点说")
    expect(shown_title(page)).to_have_text("第一页")
    expect(screen(page).locator("main section.view:not([hidden]) p.line")).to_have_text(["一条", "两条：78"])
    settled(page)
    page.locator(".st-key-deck-menu button").click()
    name = page.get_by_label("中文名称")
    name.fill("周一例会")
    name.press("Enter")
    expect(page.get_by_role("combobox", name="演示稿")).to_have_value("周一例会")
    saved(own_server, lambda decks: decks[0].title.zh == "周一例会")
    [deck] = own_server.decks
    assert (deck.id, deck.title.zh, deck.slides[0].title) == ("deck-1", "周一例会", Text("第一页", "New slide"))
    settled(page)
    page.reload()
    settled(page)
    expect(chosen(page)).to_contain_text("第一页")
    expect(field(page, "notes_zh")).to_have_value("慢一点说")
    page.locator(".st-key-deck-menu button").click()
    page.get_by_role("button", name="删除这份演示稿").click()
    expect(page.get_by_text("删除“周一例会”和其中 1 页？")).to_be_visible()
    page.get_by_role("button", name="保留").click()
    page.get_by_role("button", name="删除这份演示稿").click()
    page.get_by_role("button", name="删除", exact=True).click()
    expect(page.get_by_role("heading", name="还没有演示稿")).to_be_visible()
    assert own_server.decks == ()
    page.get_by_role("button", name="按本计划生成一份").click()
    expect(cards(page).first).to_contain_text("年度目标与实绩")
    settled(page)


def test_the_view_of_the_browse_page_is_added_to_the_deck_used_last(watched: Watched, own_server):
    page, desk = watched.page, own_server
    desk.lay(DECK, replace(DECK, id="deck-2", title=Text("另一份", "Other")))
    open_present(page, f"{desk.url}/present?deck=deck-2")
    page.get_by_role("link", name="浏览", exact=True).click()
    frame = ready_map(page)
    page.get_by_role("button", name="争取中 2").click()
    look_at(frame, 39.16, 117.487, 13.5)
    for part in ("status=seeking", "at=39.16000,117.48700,13.50"):
        wait_until(page, "text => decodeURIComponent(location.search).includes(text)", part)
    before = page.get_by_role("button", name="加入演示").bounding_box()
    page.get_by_role("button", name="加入演示").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("“争取中”已是“另一份”第 5 页")
    assert page.get_by_role("button", name="加入演示").bounding_box() == before
    added = desk.decks[1].slides[-1]
    assert added.scene == Scene.from_query("status=seeking&at=39.16000,117.48700,13.50")
    assert added.title == Text("争取中", "Seeking")
    link = page.get_by_test_id("stToast").get_by_role("link", name="去演示页")
    open_present(page, f"{desk.url}{link.get_attribute('href')}")
    expect(chosen(page)).to_have_text("5争取中")
    expect(field(page, "scene")).to_have_value("status=seeking&at=39.16000,117.48700,13.50")
    expect(shown_title(page)).to_have_text("争取中")
    assert watched.problems == []


def fills_the_window(page: Page) -> None:
    wait_until(page, "document.querySelector('.pm-screen iframe').getBoundingClientRect().width === innerWidth")


def test_the_presentation_fills_the_window_and_ends_with_escape(laid):
    page = laid
    small = page.locator(".pm-screen iframe").bounding_box()
    start = page.get_by_role("button", name="开始演示")
    for refused in (False, True):
        if refused:
            page.evaluate("""() => {
                window.fill = Element.prototype.requestFullscreen;
                Element.prototype.requestFullscreen = () => Promise.reject(new Error('no'));
            }""")
        cards(page).nth(1).click()
        settled(page)
        start.click()
        fills_the_window(page)
        assert page.locator(".pm-screen iframe").bounding_box() == {"x": 0, "y": 0, **WINDOW}
        wait_until(page, "refused => Boolean(document.fullscreenElement) !== refused", refused)
        expect(page.get_by_role("button", name="退出演示")).to_be_visible(visible=refused)
        # The frame has the keys at once.
        expect(shown_title(page)).to_have_text("东丽湖")
        page.keyboard.press("PageDown")
        expect(shown_title(page)).to_have_text("领域")
        page.keyboard.press("Escape")
        wait_until(
            page,
            "width => document.querySelector('.pm-screen iframe').getBoundingClientRect().width === width",
            small["width"],
        )
        expect(start).to_be_focused()
        # The page is where the presentation has ended.
        expect(chosen(page)).to_have_text("3领域")
        settled(page)
    start.click()
    page.get_by_role("button", name="退出演示").click()
    expect(start).to_be_focused()
    page.evaluate("() => { Element.prototype.requestFullscreen = window.fill }")
    assert page.locator(".pm-screen iframe").bounding_box() == small


def test_a_screen_that_is_filled_after_escape_is_left_again(laid):
    page = laid
    page.evaluate("""() => {
        const fill = Element.prototype.requestFullscreen;
        Element.prototype.requestFullscreen = function () {
            return new Promise(resolve => { window.fillNow = () => resolve(fill.call(this)); });
        };
    }""")
    start = page.get_by_role("button", name="开始演示")
    start.click()
    page.keyboard.press("Escape")
    expect(start).to_be_focused()
    page.evaluate("document.addEventListener('fullscreenchange', () => { window.changes = (window.changes || 0) + 1 })")
    page.evaluate("window.fillNow()")
    wait_until(page, "window.changes === 2 && !document.fullscreenElement")
    expect(start).to_be_focused()


def download(page: Page, name: str) -> tuple[str, bytes]:
    page.locator(".st-key-take button").first.click()
    with page.expect_download() as found:
        page.get_by_role("button", name=re.compile(name)).click()
    page.keyboard.press("Escape")
    return found.value.suggested_filename, Path(found.value.path()).read_bytes()


def test_downloads_are_what_they_say(laid, own_server):
    page = laid
    name, data = download(page, "网页")
    assert name == "汇报.html"
    assert data.startswith(b"<!DOCTYPE html>")
    assert "总览" in data.decode()
    name, data = download(page, "decks.toml")
    assert name == "decks.toml"
    assert check_decks(read_plan(own_server.store), tomllib.loads(data.decode())) == ((DECK,), [])
    name, data = download(page, "PowerPoint")
    assert name == "汇报.pptx"
    words = [zipfile.ZipFile(BytesIO(data)).read(f"ppt/slides/slide{number}.xml").decode() for number in (1, 2, 3)]
    assert any("东丽湖" in text for text in words)


def test_slides_take_an_office_s_master_and_a_bad_file_is_named(laid, tmp_path):
    page = laid
    page.get_by_role("button", name="下载").click()
    field = page.get_by_test_id("stPopoverBody")
    bad, good = tmp_path / "单位<b>.pptx", tmp_path / "单位.pptx"
    bad.write_bytes(b"PK\x03\x04")
    good.write_bytes(office_file())
    field.locator("input[type=file]").set_input_files(bad)
    expect(field.get_by_role("alert")).to_contain_text("“单位<b>.pptx”不是能读的 PowerPoint 文件")
    field.locator("input[type=file]").set_input_files(good)
    expect(field.get_by_role("status")).to_have_text("幻灯片使用“单位.pptx”的母版")
    expect(field.get_by_role("alert")).to_have_count(0)
    with page.expect_download() as found:
        field.get_by_role("button", name="PowerPoint 幻灯片").click()
    assert "Office logo" in [shape.name for shape in Presentation(found.value.path()).slide_master.shapes]
    field.get_by_role("button", name="不用这个母版").click()
    expect(field.locator("input[type=file]")).to_have_count(1)
    page.keyboard.press("Escape")


def test_a_file_holds_what_was_typed_just_before(page, desk):
    open_present(page, f"{desk.url}/present")
    with page.expect_download() as found:
        with locked(desk.path):
            field(page, "notes_zh").fill("der letzte Satz")
            page.locator(".st-key-take button").first.click()
            page.get_by_role("button", name="decks.toml").click()
        # Not before the plan can be written.
        has_titles(desk, [slide.title.zh for slide in DECK.slides])
    decks = tomllib.loads(Path(found.value.path()).read_text(encoding="utf-8"))["decks"]
    assert decks[0]["slides"][0]["notes_zh"] == "der letzte Satz"
    # An address is stored in another form than it is pasted in, and nothing waits for ever.
    page.keyboard.press("Escape")
    field(page, "scene").fill("http://127.0.0.1:8501/?status=done")
    assert b"status=done" in download(page, "decks.toml")[1]
    settled(page)
    assert page.evaluate("sessionStorage.getItem('planmap.typed')") is None


def test_axe_finds_nothing_and_what_cannot_be_saved_stays_in_its_field(laid, own_server):
    page = laid
    script = (BROWSER_FOLDER / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    cards(page).first.click()
    settled(page)
    page.evaluate(f"{script};0")
    options = "{iframes: false}"
    found = page.evaluate(f"axe.run(document, {options})")["violations"]
    assert [(fault["id"], node["html"]) for fault in found for node in fault["nodes"]] == []
    fill(page, "title_zh", "{nobody} <b>")
    expect(page.get_by_role("alert").filter(has_text="“{nobody}”不是允许的值")).to_be_visible()
    found = page.evaluate(f"axe.run(document, {options})")["violations"]
    assert [(fault["id"], node["html"]) for fault in found for node in fault["nodes"]] == []
    # Nothing else is chosen, so that nothing is lost.
    cards(page).nth(1).click()
    settled(page)
    expect(chosen(page)).to_contain_text("总览")
    expect(field(page, "title_zh")).to_have_value("{nobody} <b>")
    assert own_server.decks == (DECK,)
    fill(page, "title_zh", "总览")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert own_server.decks == (DECK,)


def test_slides_are_moved_copied_and_deleted_by_keyboard_and_taken_back(laid, own_server):
    page, desk = laid, own_server
    cards(page).first.click()
    cards(page).first.focus()
    for _ in range(3):
        page.keyboard.press("Alt+ArrowDown")
    # At once, before the server has answered.
    assert card_titles(page) == ["东丽湖", "领域", "缺口", "总览"]
    has_titles(desk, ["东丽湖", "领域", "缺口", "总览"])
    expect(chosen(page)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_have_text("3缺口")
    settled(page)
    expect(shown_title(page)).to_have_text("缺口")
    # The next change does not wait for the preview of the one before.
    page.get_by_role("button", name="复制一页").click()
    expect(cards(page)).to_have_count(5)
    expect(chosen(page)).to_have_text("4缺口")
    has_titles(desk, ["东丽湖", "领域", "缺口", "缺口", "总览"])
    cards(page).nth(3).press("Delete")
    expect(cards(page)).to_have_count(4)
    has_titles(desk, ["东丽湖", "领域", "缺口", "总览"])
    for button, titles in (("上移", ["东丽湖", "领域", "总览", "缺口"]), ("下移", ["东丽湖", "领域", "缺口", "总览"])):
        page.get_by_role("button", name=button).click()
        has_titles(desk, titles)
    settled(page)
    # One of each kind; that all can be taken back is seen without a browser.
    take_back(page, desk, 4)
    assert desk.titles() == card_titles(page) == ["东丽湖", "领域", "缺口", "总览"]
    assert len(desk.decks[0].slides) == 4
    expect(page.get_by_role("button", name="撤销")).to_be_enabled()


def test_a_preview_that_is_being_replaced_chooses_no_slide(laid, own_server):
    page, desk = laid, own_server
    cards(page).first.click()
    settled(page)
    held = []
    page.route("**/briefing?*", lambda route: held.append(route))
    cards(page).first.focus()
    page.keyboard.press("Alt+ArrowDown")
    has_titles(desk, ["东丽湖", "总览", "领域", "缺口"])
    page.wait_for_selector(".pm-coming", state="attached")
    cards(page).nth(2).click()
    # A turn from before this click is heard of late, as on a busy machine.
    screen(page).locator("body").evaluate("""() => new Promise((heard) => {
        window.dispatchEvent(new HashChangeEvent("hashchange"));
        setTimeout(heard, 200);
    })""")
    # Which lets go what was held.
    page.unroute("**/briefing?*")
    settled(page)
    expect(chosen(page)).to_have_text("3领域")
    expect(shown_title(page)).to_have_text("领域")
    take_back(page, desk, 1)


def test_slides_are_moved_by_dragging(laid, own_server):
    page, desk = laid, own_server
    one, last = cards(page).first.bounding_box(), cards(page).last.bounding_box()
    page.mouse.move(one["x"] + 60, one["y"] + 20)
    page.mouse.down()
    page.mouse.move(one["x"] + 60, one["y"] + 40, steps=3)
    page.mouse.move(last["x"] + 60, last["y"] + 30, steps=6)
    page.mouse.up()
    assert card_titles(page) == ["东丽湖", "领域", "缺口", "总览"]
    has_titles(desk, ["东丽湖", "领域", "缺口", "总览"])
    settled(page)
    page.reload()
    settled(page)
    assert card_titles(page) == ["东丽湖", "领域", "缺口", "总览"]
    # A drag that ends where it began is none, and a click still chooses.
    cards(page).nth(1).click()
    expect(field(page, "title_zh")).to_have_value("领域")
    # Somebody else changes the order meanwhile: that is said, and shown as it now is.
    desk.replace(replace(DECK, slides=DECK.slides[::-1]))
    cards(page).first.press("Alt+ArrowDown")
    expect(page.get_by_role("alert")).to_contain_text("演示稿刚被别人改过")
    expect(cards(page).first).to_have_text("1缺口")
    assert desk.titles() == ["缺口", "领域", "东丽湖", "总览"]
    settled(page)


IMPATIENT = """() => {
    const soon = window.setTimeout;
    window.waits = 0;
    window.setTimeout = (act, delay, ...rest) => {
        if (delay === 8000) window.waits += 1;
        return soon(act, delay === 8000 ? 1000 : delay, ...rest);
    };
}"""
"""The list of slides asks again for a change that nobody has answered; here soon, and the page counts how often."""


def test_changes_that_wait_for_the_plan_are_all_made(page, desk):
    open_present(page, f"{desk.url}/present")
    page.evaluate(IMPATIENT)
    with locked(desk.path):
        cards(page).first.focus()
        for _ in range(2):
            page.keyboard.press("Alt+ArrowDown")
        page.get_by_role("button", name="复制一页").click()
        wait_until(page, "window.waits > 3")
        assert card_titles(page) == ["东丽湖", "领域", "总览", "总览", "缺口"]
    has_titles(desk, ["东丽湖", "领域", "总览", "总览", "缺口"])
    settled(page)
    assert card_titles(page) == ["东丽湖", "领域", "总览", "总览", "缺口"]


def test_choosing_a_slide_turns_the_preview_and_loads_nothing(standing, laid):
    page = laid
    loads = [url for url in standing.requests if "/briefing?" in url]
    cards(page).nth(2).click()
    expect(shown_title(page)).to_have_text("领域")
    settled(page)
    # Turned in the preview itself, the list follows.
    screen(page).locator("[data-do=next]").click()
    expect(chosen(page)).to_have_text("4缺口")
    settled(page)
    expect(field(page, "title_zh")).to_have_value("缺口")
    assert [url for url in standing.requests if "/briefing?" in url] == loads
    fill(page, "title_zh", "缺什么")
    expect(shown_title(page)).to_have_text("缺什么")
    assert len([url for url in standing.requests if "/briefing?" in url]) == len(loads) + 1
    page.reload()
    settled(page)
    expect(chosen(page)).to_have_text("4缺什么")


def test_hostile_words_show_as_text(page, desk):
    open_present(page, f"{desk.url}/present")
    fill_all(page, title_zh=ATTACK, text_zh=ATTACK, notes_zh=ATTACK)
    expect(shown_title(page)).to_have_text(ATTACK)
    page.locator(".st-key-deck-menu button").click()
    name = page.get_by_label("中文名称")
    name.fill(ATTACK)
    name.press("Enter")
    expect(page.get_by_role("combobox", name="演示稿")).to_have_value(ATTACK)
    settled(page)
    expect(chosen(page)).to_have_text(f"1{ATTACK}")
    expect(shown_title(page)).to_have_text(ATTACK)
    [saved_deck] = desk.decks
    assert {saved_deck.title.zh, *(getattr(saved_deck.slides[0], part).zh for part in ("title", "text", "notes"))} == {
        ATTACK
    }
    page.get_by_role("button", name="删除这份演示稿").click()
    expect(page.get_by_role("alert")).to_contain_text(ATTACK)
    page.keyboard.press("Escape")
    # Without blanks inside, the name of no figure: refused, and that as text as well.
    fill(page, "title_zh", "{alert}<img src=x onerror=alert(1)>")
    expect(page.get_by_role("alert").filter(has_text="{alert}")).to_be_visible()
    assert page.locator("img[src=x]").count() == screen(page).locator("img[src=x]").count() == 0
    page.get_by_role("button", name="放弃我的修改").click()
    settled(page)
    open_map(page, desk.url)
    page.get_by_role("button", name="加入演示").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("已是“<img src=x oner…”第 5 页")
    assert page.locator("img[src=x]").count() == 0


def test_a_plan_in_a_folder_is_shown_and_not_edited(page, tmp_path):
    plan = shutil.copytree(default_plan_folder(), tmp_path / "plan")
    before = (plan / "decks.toml").read_bytes()
    with serving(tmp_path, str(plan)) as url:
        open_present(page, f"{url}/present")
        expect(page.get_by_text("用文本编辑器改 decks.toml")).to_be_visible()
        for button in ("加一页", "上移", "下移", "复制一页", "删除这一页"):
            expect(page.get_by_role("button", name=button)).to_be_disabled()
        expect(field(page, "title_zh")).to_be_disabled()
        expect(page.locator(".st-key-deck-menu button")).to_be_disabled()
        cards(page).nth(1).click()
        settled(page)
        cards(page).nth(1).press("Alt+ArrowUp")
        cards(page).nth(1).press("Delete")
        expect(shown_title(page)).to_have_text("总览：78 项任务")
        assert download(page, "decks.toml")[1]
        page.get_by_role("button", name="开始演示").click()
        fills_the_window(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="开始演示")).to_be_focused()
        settled(page)
        page.get_by_role("link", name="浏览", exact=True).click()
        ready_map(page)
        expect(page.get_by_role("button", name="加入演示")).to_be_disabled()
        assert (plan / "decks.toml").read_bytes() == before
        # Without decks there is still one to show.
        (plan / "decks.toml").unlink()
        time.sleep(FRESH_S)
        with urllib.request.urlopen(f"{url}/briefing?deck=&lang=zh") as answer:  # noqa: S310 - our own server
            assert "年度目标" in re.search("<h2.*?</h2>", answer.read().decode().replace("<wbr>", ""))[0]


@pytest.mark.parametrize(
    ("query", "line"),
    [("deck=no%3Cb%3E", "计划里没有演示稿“no&lt;b&gt;”"), ("deck=deck-1&lang=fr", "没有语言“fr”")],
)
def test_what_is_no_briefing_is_explained(own_server, query, line):
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(f"{own_server.url}/briefing?{query}")  # noqa: S310 - our own server
    assert caught.value.code == 404
    assert "frame-ancestors 'self'" in caught.value.headers["Content-Security-Policy"]
    assert line in caught.value.read().decode()


def test_english_is_complete(page, desk):
    open_present(page, f"{desk.url}/present?lang=en")
    page.locator(".st-key-deck-menu button").click()
    page.get_by_role("button", name="Delete this deck").click()
    expect(page.get_by_role("alert")).to_be_visible()
    seen = page.locator("body").inner_text()
    values = page.evaluate(
        "[...document.querySelectorAll('input, textarea, button')]"
        ".map((e) => [e.value, e.placeholder, e.title].join(' '))"
    )
    found = {line for line in [*seen.splitlines(), *values] if re.search("[\u4e00-\u9fff]", line)}
    # The words in the other language are those of the deck.
    assert {line.strip() for line in found} == {"中文", "汇报", "总览", "共 {tasks} 项", "先看这里"}
    page.keyboard.press("Escape")
    fill(page, "title_en", "{nobody}")
    expect(page.get_by_role("alert").filter(has_text="Discard").or_(page.get_by_role("alert")).first).to_be_visible()
    page.get_by_role("button", name="Discard mine").click()
    settled(page)


def test_on_a_phone_all_is_in_one_column(phone, desk):
    page = phone
    open_present(page, f"{desk.url}/present")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    places = [page.locator(name).bounding_box() for name in (".pm-cards", ".pm-preview", ".st-key-slide-form")]
    assert [place["y"] for place in places] == sorted(place["y"] for place in places)
    assert all(place["width"] > 320 and place["x"] + place["width"] <= 390 for place in places)
    cards(page).nth(1).tap()
    settled(page)
    page.get_by_role("button", name="下移").tap()
    saved(desk, lambda decks: decks[0].slides[2].title.zh == "东丽湖")
    settled(page)
