"""The Present page as somebody uses it who prepares a meeting, in a real browser."""

import re
import shutil
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.resources import BROWSER_FOLDER, default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.check import check_decks
from layers.store.folder import FolderStore
from tests.browser.conftest import MAP_FRAME, Watched, look_at, open_map, wait_until
from tests.browser.server import serving

DECK = Deck(
    "deck-1",
    Text("汇报", "Briefing"),
    (
        Slide(Text("总览", "Overview"), Text("共 {tasks} 项", "{tasks} tasks"), Text("先看这里", "Look here")),
        Slide(Text("东丽湖", "The lake"), scene=Scene(site="dongli-lake-centre")),
        Slide(Text("领域", "Themes")),
        Slide(Text("缺口", "Gaps")),
    ),
)
ATTACK = "<img src=x onerror=alert(1)></script><script>alert(2)</script>`${ alert(3) }` { x } **b** :red[r] $x$"


@pytest.fixture
def watched(browser) -> Iterator[Watched]:
    """A page as everywhere, but without flights in the preview, for they take their time."""
    watched = Watched(browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce"))
    yield watched
    watched.close()


class Desk:
    """A server with a plan of its own, and that plan as another program sees it."""

    def __init__(self, url: str, path: Path) -> None:
        self.url = url
        self.store = open_store(str(path))

    @property
    def decks(self) -> tuple[Deck, ...]:
        return read_plan(self.store).decks

    def lay(self, *decks: Deck) -> None:
        """Put `decks` in the place of all that there are."""
        self.store.save_decks(decks, known=self.decks)

    def titles(self, number: int = 0) -> list[str]:
        return [slide.title.zh for slide in self.decks[number].slides]


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("present")
    copy_plan(replace(read_plan(FolderStore(default_plan_folder())), decks=()), str(folder / "plan.gpkg"))
    with serving(folder, str(folder / "plan.gpkg")) as url:
        yield Desk(url, folder / "plan.gpkg")


@pytest.fixture
def desk(own_server: Desk) -> Desk:
    own_server.lay(DECK)
    # The server looks at the plan again when its last look is older than that.
    wait_past_the_last_look()
    return own_server


def wait_past_the_last_look() -> None:
    import time

    from app.context import FRESH_S

    time.sleep(FRESH_S)


def open_present(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".st-key-deck, .st-key-nothing").first).to_be_visible(timeout=30_000)
    settled(page)


# A page that is still being built has neither a preview nor a word on why there is none.
BUSY = """() => document.querySelector('[data-testid=stStatusWidget], [data-stale=true], .pm-coming')
    || !document.querySelector('.pm-screen iframe, .st-key-nothing')
    || [...document.querySelectorAll('.pm-screen iframe')]
        .some((frame) => !frame.contentDocument?.querySelector('[data-view]'))
    || document.fonts.status !== 'loaded'"""


def settled(page: Page) -> None:
    """Wait until the script has run and the preview shows what came of it."""
    calm = 0
    for _ in range(600):
        # A run begins a moment after what it is for.
        calm = 0 if page.evaluate(f"Boolean(({BUSY})())") else calm + 1
        if calm == 8:
            return
        page.wait_for_timeout(50)
    raise AssertionError("still busy after 30 s")


def cards(page: Page):
    return page.locator(".pm-card")


def card_titles(page: Page) -> list[str]:
    return page.locator(".pm-card > span").all_text_contents()


def chosen(page: Page):
    return page.locator(".pm-card[aria-current=true]")


def screen(page: Page) -> FrameLocator:
    return page.frame_locator(".pm-screen iframe")


def shown_title(page: Page):
    return screen(page).locator("section.view:not([hidden]) h2")


def field(page: Page, name: str):
    """Return a field by the key of its value, such as `title_zh`."""
    return page.locator(f".st-key-slide-{name}").locator("input, textarea")


def fill(page: Page, name: str, words: str) -> None:
    field(page, name).fill(words)
    field(page, name).blur()
    settled(page)


def saved(desk: Desk, decks_are) -> None:
    """Wait until the plan's decks are as `decks_are` says."""
    import time

    for _ in range(100):
        if decks_are(desk.decks):
            return
        time.sleep(0.1)
    raise AssertionError(desk.decks)


def test_a_deck_is_built_from_nothing_and_deleted(page, own_server):
    own_server.lay()
    wait_past_the_last_look()
    page.goto(f"{own_server.url}/present")
    expect(page.get_by_role("heading", name="还没有演示稿")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="开始演示")).to_be_disabled()
    page.get_by_role("button", name="从空白开始").click()
    settled(page)
    page.get_by_role("button", name="加一页").last.click()
    expect(cards(page)).to_have_count(1)
    settled(page)
    fill(page, "title_zh", "第一页")
    fill(page, "text_zh", "一条\n两条：{tasks}")
    fill(page, "notes_zh", "慢一点说")
    expect(shown_title(page)).to_have_text("第一页")
    expect(screen(page).locator("section.view:not([hidden]) p.line")).to_have_text(["一条", "两条：78"])
    page.locator(".st-key-deck-menu button").click()
    name = page.get_by_label("中文名称")
    name.fill("周一例会")
    name.press("Enter")
    expect(page.get_by_role("combobox", name="演示稿")).to_have_value("周一例会")
    settled(page)
    [deck] = own_server.decks
    assert (deck.id, deck.title.zh, deck.slides[0].title) == ("deck-1", "周一例会", Text("第一页", "New slide"))
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
    expect(cards(page).first).to_contain_text("总览：78 项任务")
    settled(page)


def test_the_view_of_the_browse_page_is_added_to_the_deck_used_last(watched: Watched, desk):
    page = watched.page
    desk.lay(DECK, replace(DECK, id="deck-2", title=Text("另一份", "Other")))
    wait_past_the_last_look()
    open_present(page, f"{desk.url}/present?deck=deck-2")
    page.get_by_role("link", name="浏览", exact=True).click()
    frame = page.wait_for_selector(MAP_FRAME).content_frame()
    frame.wait_for_selector(".leaflet-container[data-ready=yes]")
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


def test_a_view_makes_the_first_deck(page, own_server):
    own_server.lay()
    wait_past_the_last_look()
    open_map(page, f"{own_server.url}/?lang=en&site=junliangcheng-north")
    page.get_by_role("button", name="Add to deck").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("to “New deck” as slide 1")
    assert own_server.decks[0].slides[0].title == Text("军粮城北站", "Junliangcheng North railway station")


def test_slides_are_moved_copied_and_deleted_by_keyboard_and_taken_back(page, desk):
    open_present(page, f"{desk.url}/present")
    cards(page).first.focus()
    for _ in range(3):
        page.keyboard.press("Alt+ArrowDown")
    # At once, before the server has answered.
    assert card_titles(page) == ["东丽湖", "领域", "缺口", "总览"]
    saved(desk, lambda decks: [slide.title.zh for slide in decks[0].slides] == ["东丽湖", "领域", "缺口", "总览"])
    expect(chosen(page)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_have_text("3缺口")
    settled(page)
    expect(shown_title(page)).to_have_text("缺口")
    page.get_by_role("button", name="复制一页").click()
    expect(cards(page)).to_have_count(5)
    expect(chosen(page)).to_have_text("4缺口")
    cards(page).nth(3).press("Delete")
    expect(cards(page)).to_have_count(4)
    settled(page)
    for button in ("上移", "下移"):
        page.get_by_role("button", name=button).click()
    settled(page)
    for _ in range(7):
        page.get_by_role("button", name="撤销").click()
        settled(page)
    assert desk.decks == (DECK,)
    assert card_titles(page) == ["总览", "东丽湖", "领域", "缺口"]
    expect(page.get_by_role("button", name="撤销")).to_be_disabled()


def test_slides_are_moved_by_dragging(page, desk):
    open_present(page, f"{desk.url}/present")
    one, last = cards(page).first.bounding_box(), cards(page).last.bounding_box()
    page.mouse.move(one["x"] + 60, one["y"] + 20)
    page.mouse.down()
    page.mouse.move(one["x"] + 60, one["y"] + 40, steps=3)
    page.mouse.move(last["x"] + 60, last["y"] + 30, steps=6)
    page.mouse.up()
    assert card_titles(page) == ["东丽湖", "领域", "缺口", "总览"]
    saved(desk, lambda decks: [slide.title.zh for slide in decks[0].slides] == ["东丽湖", "领域", "缺口", "总览"])
    settled(page)
    page.reload()
    settled(page)
    assert card_titles(page) == ["东丽湖", "领域", "缺口", "总览"]
    # A drag that ends where it began is none, and a click still chooses.
    cards(page).nth(1).click()
    expect(field(page, "title_zh")).to_have_value("领域")


def test_choosing_a_slide_turns_the_preview_and_loads_nothing(watched: Watched, desk):
    page = watched.page
    open_present(page, f"{desk.url}/present")
    loads = [url for url in watched.requests if "/briefing?" in url]
    cards(page).nth(2).click()
    expect(shown_title(page)).to_have_text("领域")
    settled(page)
    # Turned in the preview itself, the list follows.
    screen(page).locator("[data-do=next]").click()
    expect(chosen(page)).to_have_text("4缺口")
    settled(page)
    expect(field(page, "title_zh")).to_have_value("缺口")
    assert [url for url in watched.requests if "/briefing?" in url] == loads
    fill(page, "title_zh", "缺什么")
    expect(shown_title(page)).to_have_text("缺什么")
    assert len([url for url in watched.requests if "/briefing?" in url]) == len(loads) + 1
    page.reload()
    settled(page)
    expect(chosen(page)).to_have_text("4缺什么")


def test_what_cannot_be_saved_stays_in_its_field_and_is_said(page, desk):
    open_present(page, f"{desk.url}/present")
    for name, words, line in (
        ("title_zh", "{nobody} <b>", "“{nobody}”不是允许的值"),
        ("title_zh", "", "内容为空"),
        ("text_en", "{x}", "“{x}”不是允许的值"),
        ("scene", "site=nowhere", "计划里没有地点“nowhere”"),
        ("scene", "hello", "“hello”不是场景"),
    ):
        if name == "text_en" and not field(page, name).is_visible():
            page.get_by_text("英文版文字").click()
        good = field(page, name).input_value()
        fill(page, name, words)
        expect(page.get_by_role("alert").filter(has_text=line)).to_be_visible()
        # Nothing else is chosen, so that nothing is lost.
        cards(page).nth(1).click()
        settled(page)
        expect(chosen(page)).to_contain_text("总览")
        expect(field(page, name)).to_have_value(words)
        assert desk.decks == (DECK,)
        fill(page, name, good)
        expect(page.get_by_role("alert")).to_have_count(0)
    fill(page, "title_zh", "{nobody}")
    page.get_by_role("button", name="放弃我的修改").click()
    settled(page)
    expect(field(page, "title_zh")).to_have_value("总览")
    assert desk.decks == (DECK,)


def test_a_whole_address_is_taken_as_the_view(page, desk):
    open_present(page, f"{desk.url}/present")
    fill(page, "scene", f"{desk.url}/?lang=en&status=done&at=39.10000,117.40000,12.00&base=osm")
    expect(field(page, "scene")).to_have_value("status=done&at=39.10000,117.40000,12.00")
    assert desk.decks[0].slides[0].scene == Scene.from_query("status=done&at=39.1,117.4,12")
    link = page.get_by_role("link", name="在浏览页打开")
    assert link.get_attribute("href") == "/?status=done&at=39.10000,117.40000,12.00"
    open_map(page, f"{desk.url}{link.get_attribute('href')}")
    expect(page.get_by_role("button", name="已完成 1")).to_have_attribute("aria-pressed", "true")


def test_two_sessions_lose_nothing(page, desk):
    open_present(page, f"{desk.url}/present")
    theirs = replace(DECK, slides=(replace(DECK.slides[0], title=Text("别人的", "")), *DECK.slides[1:]))
    desk.lay(theirs)
    fill(page, "title_zh", "我的")
    expect(page.get_by_role("alert")).to_contain_text("演示稿刚被别人改过")
    expect(field(page, "title_zh")).to_have_value("我的")
    expect(chosen(page)).to_have_text("1别人的")
    assert desk.decks == (theirs,)
    page.get_by_role("button", name="用我的").click()
    expect(chosen(page)).to_have_text("1我的")
    settled(page)
    assert desk.titles() == ["我的", "东丽湖", "领域", "缺口"]
    # And the other way: theirs stays.
    desk.lay(theirs)
    fill(page, "title_zh", "又是我的")
    page.get_by_role("button", name="放弃我的修改").click()
    settled(page)
    expect(field(page, "title_zh")).to_have_value("别人的")
    # A change of the order is said and shown as it now is.
    desk.lay(replace(DECK, slides=DECK.slides[::-1]))
    cards(page).first.press("Alt+ArrowDown")
    expect(page.get_by_role("alert")).to_contain_text("演示稿刚被别人改过")
    expect(cards(page).first).to_have_text("1缺口")
    assert desk.titles() == ["缺口", "领域", "东丽湖", "总览"]
    settled(page)


def test_what_is_typed_into_a_deck_that_somebody_deletes_is_kept(page, desk):
    open_present(page, f"{desk.url}/present")
    desk.lay()
    fill(page, "title_zh", "我的")
    expect(page.get_by_role("alert")).to_contain_text("演示稿刚被别人改过")
    page.get_by_role("button", name="用我的").click()
    expect(chosen(page)).to_have_text("1我的")
    settled(page)
    assert desk.titles() == ["我的"]


def test_hostile_words_show_as_text(page, desk):
    open_present(page, f"{desk.url}/present")
    for name in ("title_zh", "text_zh", "notes_zh"):
        fill(page, name, ATTACK)
    page.locator(".st-key-deck-menu button").click()
    name = page.get_by_label("中文名称")
    name.fill(ATTACK)
    name.press("Enter")
    settled(page)
    expect(chosen(page)).to_have_text(f"1{ATTACK}")
    expect(shown_title(page)).to_have_text(ATTACK)
    expect(page.get_by_role("combobox", name="演示稿")).to_have_value(ATTACK)
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


@pytest.mark.parametrize("refused", [False, True])
def test_the_presentation_fills_the_window_and_ends_with_escape(page, desk, refused):
    open_present(page, f"{desk.url}/present?slide=2")
    if refused:
        page.evaluate("() => { Element.prototype.requestFullscreen = () => Promise.reject(new Error('no')) }")
    small = page.locator(".pm-screen iframe").bounding_box()
    start = page.get_by_role("button", name="开始演示")
    start.click()
    wait_until(page, "document.querySelector('.pm-screen iframe').getBoundingClientRect().width === innerWidth")
    assert page.locator(".pm-screen iframe").bounding_box() == {"x": 0, "y": 0, "width": 1400, "height": 900}
    assert page.evaluate("Boolean(document.fullscreenElement)") is not refused
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
    if refused:
        start.click()
        page.get_by_role("button", name="退出演示").click()
        expect(start).to_be_focused()
        assert page.locator(".pm-screen iframe").bounding_box() == small


def download(page: Page, name: str) -> tuple[str, bytes]:
    page.locator(".st-key-take button").first.click()
    with page.expect_download(timeout=120_000) as found:
        page.get_by_role("button", name=re.compile(name)).click()
    page.keyboard.press("Escape")
    return found.value.suggested_filename, Path(found.value.path()).read_bytes()


def test_downloads_are_what_they_say(page, desk):
    open_present(page, f"{desk.url}/present")
    name, data = download(page, "网页")
    assert name == "汇报.html"
    assert data.startswith(b"<!DOCTYPE html>")
    assert "总览" in data.decode()
    name, data = download(page, "decks.toml")
    assert name == "decks.toml"
    assert check_decks(read_plan(desk.store), tomllib.loads(data.decode())) == ((DECK,), [])
    name, data = download(page, "PowerPoint")
    assert name == "汇报.pptx"
    words = [zipfile.ZipFile(BytesIO(data)).read(f"ppt/slides/slide{number}.xml").decode() for number in (1, 2, 3)]
    assert any("东丽湖" in text for text in words)


def test_a_plan_in_a_folder_is_shown_and_not_edited(watched: Watched, tmp_path):
    page = watched.page
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
        expect(shown_title(page)).to_have_text("年度主要目标")
        assert download(page, "decks.toml")[1]
        page.get_by_role("button", name="开始演示").click()
        wait_until(page, "document.querySelector('.pm-screen iframe').getBoundingClientRect().width === innerWidth")
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="开始演示")).to_be_focused()
        settled(page)
        open_map(page, url)
        expect(page.get_by_role("button", name="加入演示")).to_be_disabled()
        assert (plan / "decks.toml").read_bytes() == before
        # Without decks there is still one to show.
        (plan / "decks.toml").unlink()
        wait_past_the_last_look()
        open_present(page, f"{url}/present")
        expect(cards(page).first).to_contain_text("总览：78 项任务")
        expect(shown_title(page)).to_have_text("总览：78 项任务")
    assert watched.problems == []


@pytest.mark.parametrize(
    ("query", "line"),
    [("deck=no%3Cb%3E", "计划里没有演示稿“no&lt;b&gt;”"), ("deck=deck-1&lang=fr", "没有语言“fr”")],
)
def test_what_is_no_briefing_is_explained(desk, query, line):
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(f"{desk.url}/briefing?{query}")  # noqa: S310 - our own server
    assert caught.value.code == 404
    assert "frame-ancestors 'self'" in caught.value.headers["Content-Security-Policy"]
    assert line in caught.value.read().decode()


def test_english_is_complete(page, desk):
    open_present(page, f"{desk.url}/present?lang=en")
    page.locator(".st-key-deck-menu button").click()
    page.get_by_role("button", name="Delete this deck").click()
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


def test_axe_finds_nothing(page, desk):
    script = (BROWSER_FOLDER / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    open_present(page, f"{desk.url}/present")
    page.evaluate(f"{script};0")
    options = "{iframes: false}"
    found = page.evaluate(f"axe.run(document, {options})")["violations"]
    assert [(fault["id"], node["html"]) for fault in found for node in fault["nodes"]] == []
    fill(page, "title_zh", "{nobody}")
    found = page.evaluate(f"axe.run(document, {options})")["violations"]
    assert [(fault["id"], node["html"]) for fault in found for node in fault["nodes"]] == []


def test_on_a_phone_all_is_in_one_column(browser, desk):
    watched = Watched(browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True))
    page = watched.page
    open_present(page, f"{desk.url}/present")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    places = [page.locator(name).bounding_box() for name in (".pm-cards", ".pm-preview", ".st-key-slide-form")]
    assert [place["y"] for place in places] == sorted(place["y"] for place in places)
    assert all(place["width"] > 320 and place["x"] + place["width"] <= 390 for place in places)
    cards(page).nth(1).tap()
    page.get_by_role("button", name="下移").tap()
    saved(desk, lambda decks: decks[0].slides[2].title.zh == "东丽湖")
    settled(page)
    watched.close()
