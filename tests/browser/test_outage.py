"""The pages in a browser while their plan cannot be read: nothing typed is lost, and they come back by themselves."""

import json
import time
from dataclasses import replace
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from app.present.deck_session import full_row
from app.present.typed import name_of
from layers.plan.terms import Text
from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from tests.browser.conftest import PATIENCE_S, ready_map
from tests.browser.server import free_port, serving
from tests.browser.test_present import cards, chosen, field, open_present, saved, settled
from tests.desk import Desk
from tests.examples import DECK
from tests.outage import gone, spoiled
from tests.postgis_server import stopped


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outage")
    copy_plan(replace(read_plan(FolderStore(default_plan_folder())), decks=(DECK,)), str(folder / "plan.gpkg"))
    with serving(folder, str(folder / "plan.gpkg")) as url:
        yield Desk(folder / "plan.gpkg", url)


@pytest.fixture
def desk(own_server):
    own_server.lay(DECK)
    return own_server


def notice(page: Page):
    return page.locator(".st-key-outage [role=alert]")


def first(desk: Desk):
    return desk.decks[0].slides[0]


def has(desk: Desk, **words: str) -> None:
    """Wait until the first slide is stored with `words`."""
    saved(desk, lambda decks: all(part(decks[0].slides[0], name) == text for name, text in words.items()))


def part(slide, name: str) -> str:
    what, language = name.split("_")
    return getattr(getattr(slide, what), language)


def test_what_is_typed_in_an_outage_stays_and_is_stored_afterwards(page, desk):
    open_present(page, f"{desk.url}/present?lang=en")
    name = "en"
    field(page, f"title_{name}").fill("before")
    with spoiled(desk.path):
        # Still being typed into when the word on what is typed before it comes up above it.
        field(page, f"text_{name}").fill("one\ntwo")
        expect(notice(page)).to_contain_text("The plan cannot be read at the moment")
        expect(page.locator(".st-key-refusal")).to_be_visible()
        expect(field(page, f"text_{name}")).to_have_value("one\ntwo")
        field(page, f"notes_{name}").click()
        expect(notice(page)).to_contain_text("Nothing that you have typed is lost")
        # Typed and not left: only the browser knows of that.
        field(page, f"notes_{name}").press("Control+End")
        field(page, f"notes_{name}").press_sequentially(" and slowly")
        expect(field(page, f"title_{name}")).to_have_value("before")
        expect(field(page, f"text_{name}")).to_have_value("one\ntwo")
        expect(page.locator(".st-key-refusal")).to_be_visible()
    expect(notice(page)).to_have_count(0)
    has(desk, **{f"title_{name}": "before", f"text_{name}": "one\ntwo"})
    expect(page.locator(".st-key-refusal")).to_be_hidden()
    field(page, f"notes_{name}").blur()
    before = part(DECK.slides[0], f"notes_{name}")
    has(desk, **{f"notes_{name}": f"{before} and slowly"})
    settled(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('planmap.typed')") is None


def test_a_reload_in_an_outage_loses_nothing(page, desk):
    open_present(page, f"{desk.url}/present")
    cards(page).nth(1).click()
    settled(page)
    with gone(desk.path):
        field(page, "title_zh").fill("See")
        field(page, "notes_zh").click()
        expect(notice(page)).to_contain_text("计划暂时读不到")
        field(page, "notes_zh").press_sequentially("ganz neu")
        page.reload()
        expect(page.get_by_role("heading", name="计划打不开")).to_be_visible()
        expect(page.get_by_text("正在每隔几秒自动重试")).to_be_visible()
        expect(page.get_by_text("还没有保存的文字都留着")).to_be_visible()
    expect(chosen(page)).to_have_text("2See")
    expect(field(page, "title_zh")).to_have_value("See")
    expect(field(page, "notes_zh")).to_have_value("ganz neu")
    settled(page)
    [_, slide, *_] = desk.decks[0].slides
    assert slide == replace(DECK.slides[1], title=Text("See", "The lake"), notes=Text("ganz neu", ""))
    assert desk.decks[0].slides[2:] == DECK.slides[2:]
    assert page.evaluate("sessionStorage.getItem('planmap.typed')") is None


def test_what_comes_back_after_a_reload_is_not_put_over_what_somebody_else_has_saved(page, desk):
    open_present(page, f"{desk.url}/present")
    theirs = replace(DECK, slides=(replace(DECK.slides[0], title=Text("别人的", "")), *DECK.slides[1:]))
    with gone(desk.path):
        field(page, "title_zh").fill("我的")
        field(page, "notes_zh").click()
        expect(notice(page)).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="计划打不开")).to_be_visible()
    desk.lay(theirs)
    for _ in range(2):
        # It is asked until it is answered.
        expect(page.get_by_role("alert")).to_contain_text("演示稿刚被别人改过")
        expect(field(page, "title_zh")).to_have_value("我的")
        settled(page)
        assert desk.decks == (theirs,)
        page.reload()
    page.get_by_role("button", name="放弃我的修改").click()
    expect(field(page, "title_zh")).to_have_value("别人的")
    settled(page)
    page.reload()
    settled(page)
    expect(field(page, "title_zh")).to_have_value("别人的")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert desk.decks == (theirs,)


def test_an_open_browse_page_comes_back_by_itself(page, desk):
    page.goto(f"{desk.url}/?lang=en&status=seeking")
    frame = ready_map(page)
    frame.evaluate("void (window.same = true)")
    with gone(desk.path):
        page.get_by_placeholder("Search places or tasks").fill("军粮城")
        page.get_by_placeholder("Search places or tasks").press("Enter")
        expect(notice(page)).to_contain_text("The plan cannot be read at the moment")
        expect(page.get_by_role("heading", name="Junliangcheng North railway station")).to_be_visible()
    expect(notice(page)).to_have_count(0)
    expect(page.get_by_role("heading", name="Junliangcheng North railway station")).to_be_visible()
    # The map has stood all the time.
    assert frame.evaluate("window.same")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text("Task list 78/78")).to_be_visible()
    ready_map(page)


def test_a_map_that_could_not_be_had_comes_afterwards(lend, desk):
    page = lend(tolerant=True).page
    # The page itself is still there, as a server gives it that has just looked at the plan.
    page.route("**/map", lambda route: route.fulfill(status=500, content_type="text/html", body="<p>keine Karte</p>"))
    with page.expect_response("**/map"):
        page.goto(desk.url)
    page.unroute("**/map")
    ready_map(page)


def closed(desk: Desk) -> None:
    """Wait until the server knows that the plan has gone: it takes a look at it as current for a second."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{desk.url}/map", timeout=PATIENCE_S):  # noqa: S310 - our own server
                time.sleep(0.05)
        except HTTPError:
            return
    raise AssertionError(f"{desk.url} still shows the plan")


@pytest.mark.parametrize("where", ["", "export", "present"])
def test_a_page_opened_in_an_outage_opens_by_itself(watched, desk, where):
    page = watched.page
    with gone(desk.path):
        closed(desk)
        page.goto(f"{desk.url}/{where}?lang=en")
        expect(page.get_by_role("heading", name="The plan cannot be opened")).to_be_visible()
        expect(page.get_by_text("The page tries again by itself")).to_be_visible()
    expect(page.locator(".st-key-name h1")).to_have_text("Dongli District: 2024 government work report")
    if not where:
        ready_map(page)


def test_a_new_start_of_the_server_loses_nothing(lend, plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(replace(plan, decks=(DECK,)), str(path))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    desk = Desk(path, url)
    page, other = (lend(tolerant=True).page for _ in range(2))
    with serving(tmp_path, str(path), port=port):
        other.goto(url)
        ready_map(other)
        other.locator(".st-key-search input").fill("还没有回车")
        open_present(page, f"{url}/present?deck=deck-1&slide=2")
        field(page, "title_zh").fill("See")
        field(page, "notes_zh").click()
        saved(desk, lambda decks: decks[0].slides[1].title.zh == "See")
        # Whether or not the page has heard of that.
        field(page, "notes_zh").press_sequentially("erst halb")
    # Both pages say in their language what to do, and nothing else lies over what has been typed.
    for each in (page, other):
        lost = each.locator(".pm-lost[role=alert]")
        expect(lost).to_contain_text("规划一张图的服务没有响应。 请到运行它的电脑上重新启动规划一张图（planmap serve）")
        expect(lost).to_contain_text("不必刷新；已经输入的文字都还在")
        expect(each.get_by_role("dialog")).to_have_count(0)
    # Nobody has left the field: only the page knows of these letters.
    with serving(tmp_path, str(path), port=port):
        saved(desk, lambda decks: decks[0].slides[1].notes.zh == "erst halb")
        expect(field(page, "notes_zh")).to_have_value("erst halb")
        settled(page)
        assert desk.decks[0].slides[1] == replace(
            DECK.slides[1], title=Text("See", "The lake"), notes=Text("erst halb", "")
        )
        # The next change is one of that slide, and not of an empty one.
        field(page, "title_zh").fill("Großer See")
        field(page, "title_zh").blur()
        saved(desk, lambda decks: decks[0].slides[1].title.zh == "Großer See")
        assert desk.decks[0].slides[1].notes.zh == "erst halb"
        assert [slide.title.zh for slide in desk.decks[0].slides] == ["总览", "Großer See", "领域", "缺口"]
        # The browse page has a new session, and is whole again.
        expect(other.locator("table.pm-list tbody tr").first).to_be_visible()
        expect(other.locator(".st-key-search input")).to_have_value("还没有回车")
        for each in (page, other):
            expect(each.locator(".pm-lost")).to_have_count(0)


def test_letters_typed_before_the_page_heard_of_its_save_are_stored_without_a_question(page, desk):
    before = full_row(DECK.slides[0])
    open_present(page, f"{desk.url}/present")
    field(page, "title_zh").fill("See")
    field(page, "notes_zh").click()
    has(desk, title_zh="See")
    settled(page)
    # As the browser has it whose server went away with the answer: both are open, over the slide as it was.
    place = {"plan": name_of(read_plan(open_store(str(desk.path)))), "deck": DECK.id, "number": 0, "base": before}
    entry = {"earlier": {**place, "words": {"title_zh": "See", "notes_zh": "halb"}}}
    page.evaluate("(kept) => sessionStorage.setItem('planmap.typed', kept)", json.dumps(entry))
    page.reload()
    has(desk, title_zh="See", notes_zh="halb")
    expect(page.locator(".st-key-refusal")).to_have_count(0)
    assert desk.decks[0].slides[1:] == DECK.slides[1:]


def test_a_database_that_is_away_for_a_while_loses_nothing(lend, plan, empty_database_url, tmp_path):
    copy_plan(replace(plan, decks=(DECK,)), empty_database_url)
    with serving(tmp_path, empty_database_url) as url:
        page, other = (lend(tolerant=True).page for _ in range(2))
        open_present(page, f"{url}/present")
        other.goto(f"{url}/?lang=en")
        ready_map(other)
        with stopped(empty_database_url):
            field(page, "title_zh").fill("ohne Datenbank")
            field(page, "notes_zh").click()
            expect(notice(page)).to_contain_text("计划暂时读不到")
            expect(notice(page)).to_contain_text("数据库")
            other.get_by_role("button", name="Done 1").click()
            expect(notice(other)).to_contain_text("The plan cannot be read at the moment")
        expect(notice(page)).to_have_count(0)
        expect(notice(other)).to_have_count(0)
        saved(Desk(empty_database_url, url), lambda decks: decks[0].slides[0].title.zh == "ohne Datenbank")
        expect(other.get_by_text("Task list 1/78")).to_be_visible()
