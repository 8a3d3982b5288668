"""The Tasks page in a real browser: from every part of it one click to the map, and back with the same filters."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.benchmarks.plans import write_large_plan
from tests.browser.conftest import ready_map, wait_until, wait_until_calm
from tests.browser.server import serving
from tests.hostile_plan import ATTACK

AGREEMENT = "binhai-deeper-agreement"
CHOSEN = "引进京冀项目160个"
TABS = ("清单", "领域与状态", "时间线", "缺口")


def query(page: Page) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def open_tasks(page: Page, server: str, asked: str = "") -> None:
    page.goto(f"{server}/tasks{asked}")
    page.wait_for_selector(".st-key-tab")
    wait_until_calm(page)


def tab(page: Page, name: str) -> None:
    page.locator(".st-key-tab").get_by_role("radio", name=name).click()
    wait_until_calm(page)


def test_a_row_opens_its_detail_and_its_link_the_map_with_that_task(page, server):
    open_tasks(page, server)
    row = page.locator("table.pm-list tbody tr", has_text=CHOSEN)
    expect(row.locator(".pm-share")).to_be_visible()
    row.locator(".pm-list-choose").click()
    expect(page.locator(".st-key-panel h3").first).to_have_text(CHOSEN)
    wait_until(page, "window.location.search.includes('task=jingji-projects-160')")
    row.locator("a").click()
    ready_map(page)
    assert urlsplit(page.url).path == "/"
    expect(page.locator(".st-key-panel h3").first).to_have_text(CHOSEN)


def test_filters_go_to_the_map_and_come_back(page, server):
    open_tasks(page, server)
    page.locator(".pm-status-filter").get_by_role("button", name="已列入").click()
    wait_until(page, "window.location.search.includes('status=planned')")
    expect(page.locator("table.pm-list tbody tr")).to_have_count(17)
    page.get_by_role("link", name="浏览", exact=True).click()
    ready_map(page)
    planned = page.locator(".pm-status-filter").get_by_role("button", name="已列入")
    expect(planned).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="任务", exact=True).click()
    expect(page.locator("table.pm-list tbody tr")).to_have_count(17)
    page.reload()
    expect(page.locator("table.pm-list tbody tr")).to_have_count(17)


def test_a_count_of_the_matrix_opens_the_map_with_theme_and_status(page, server):
    open_tasks(page, server, "?tab=matrix")
    page.get_by_role("link", name="区域融合 已完成 1").click()
    ready_map(page)
    assert (query(page)["theme"], query(page)["status"]) == ("integration", "done")


def test_a_statement_of_the_timeline_opens_its_task_on_the_map(page, server):
    open_tasks(page, server, "?tab=timeline")
    page.locator(".pm-month a", has_text="两区签署落实").first.click()
    ready_map(page)
    assert query(page)["task"] == AGREEMENT


def test_the_contradiction_of_the_agreement_is_among_the_gaps(page, server):
    open_tasks(page, server)
    tab(page, "缺口")
    page.locator(".st-key-gap").get_by_role("radio", name="互相矛盾 1").click()
    expect(page.locator(".pm-conflict h3")).to_have_text("签订两区深化合作协议")
    expect(page.locator(".pm-conflict .pm-status")).to_have_text(["已完成", "推进中"])
    page.locator(".pm-conflict a").click()
    ready_map(page)
    assert query(page)["task"] == AGREEMENT


def test_playing_the_months_goes_on_without_a_map(lend, server):
    # They are played only to those who do not mind what moves.
    page = lend(reduced_motion="no-preference").page
    open_tasks(page, server, "?date=2024-01-31")
    page.get_by_role("button", name="逐月播放").click()
    wait_until(page, "window.location.search.includes('date=2024-03')")
    page.get_by_role("button", name="停止播放").click()
    wait_until_calm(page)


@pytest.mark.parametrize(
    ("language", "tabs"), [("", ("matrix",)), ("&lang=en", ("table", "matrix", "timeline", "gaps"))]
)
def test_on_a_phone_nothing_scrolls_sideways(phone, server, language, tabs):
    for name in tabs:
        open_tasks(phone, server, f"?tab={name}{language}")
        assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"), name
        wide = phone.evaluate(
            """[...document.querySelectorAll('.stMain *')].filter(e => e.checkVisibility() && !e.closest('.pm-list-box')
                && e.getBoundingClientRect().right > window.innerWidth + 1).map(e => e.className + e.textContent)"""
        )
        assert wide == [], name
        fits = "!(e => e && e.scrollWidth > e.clientWidth + 1)(document.querySelector('.pm-list-box'))"
        assert phone.evaluate(fits), name


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server whose plan has more tasks than the table keeps in the document."""
    folder = tmp_path_factory.mktemp("tasks")
    write_large_plan(folder / "plan", sites=2000)
    with serving(folder, str(folder / "plan")) as url:
        yield url


def test_of_many_tasks_only_the_rows_in_view_are_in_the_document(page, large):
    open_tasks(page, large)
    expect(page.locator("table.pm-list")).to_have_attribute("aria-rowcount", str(78 + 2000 + 1))
    assert page.locator("table.pm-list tbody tr").count() < 100


def test_text_of_a_plan_shows_as_text_in_every_tab(page, hostile_server):
    for name in ("table", "matrix", "timeline", "gaps"):
        open_tasks(page, hostile_server, f"?tab={name}")
        expect(page.locator(".stMain")).to_contain_text(ATTACK)
        assert page.locator("img[src=x], img[onerror]").count() == 0, name
        assert "e.example" not in page.evaluate("[...document.links].map(link => link.hostname)"), name
