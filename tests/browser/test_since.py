"""What changed since the last look: the switch beside the as-of day, the marks on the map, the list and the panel."""

import json
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_S, open_map, ready_map, wait_until

SEEN = "planmap.seen.dongli-2024"


@pytest.fixture
def page(page: Page, server: str) -> Page:
    """A page of a browser that has not looked before."""
    open_map(page, f"{server}/?date=2024-12-31")
    return page


def switch(page: Page):
    return page.get_by_role("button", name="自…以来的变化")


def since(page: Page):
    return page.get_by_role("textbox", name="自", exact=True)


def test_on_a_first_visit_changes_begin_thirty_days_before_and_end_when_switched_off(page):
    marks = ready_map(page).locator(".pm-unchanged")
    expect(marks).to_have_count(0)
    switch(page).click()
    expect(since(page)).to_have_value("2024-12-01")
    wait_until(page, "location.search.includes('since=2024-12-01')")
    expect(page.locator(".pm-since-line")).to_have_text("没有变化")
    expect(marks.first).to_be_attached()
    switch(page).click()
    expect(since(page)).to_be_hidden()
    wait_until(page, "!location.search.includes('since')")
    expect(marks).to_have_count(0)


def test_a_wrong_day_is_refused_with_words_and_list_and_panel_say_what_changed_and_by_whom(page):
    switch(page).click()
    # A day that is not before the as-of day.
    since(page).fill("2025-01-01")
    since(page).press("Enter")
    expect(page.locator(".pm-since [role=alert]")).to_contain_text("2024-12-30")
    expect(since(page)).to_have_attribute("aria-invalid", "true")
    since(page).fill("2024年3月31日")
    since(page).press("Enter")
    expect(page.locator(".pm-since-line")).to_contain_text("18 项有变化")
    page.get_by_label("只看有变化的").check()
    expect(page.locator("table.pm-list tbody tr")).to_have_count(18)
    wait_until(page, "location.search.includes('changed=only')")
    row = page.locator("table.pm-list tbody tr").first
    expect(row).to_contain_text("前进 · 已列入 → 推进中")
    row.locator(".pm-list-choose").click()
    expect(page.locator(".pm-change").first).to_contain_text("自 2024-03-31 以来")
    expect(page.locator(".pm-change").first).to_contain_text("记录于")


def test_the_last_look_is_kept_on_leaving_and_not_on_opening(page, server):
    assert page.evaluate(f"localStorage.getItem('{SEEN}')") is None
    page.goto(f"{server}/data")
    kept = json.loads(page.evaluate(f"localStorage.getItem('{SEEN}')"))
    assert kept["last"] == date.today().isoformat()
    # As if that had been two days ago.
    seen = (date.today() - timedelta(days=2)).isoformat()
    page.evaluate(f"localStorage.setItem('{SEEN}', JSON.stringify({{ last: '{seen}', before: '' }}))")
    open_map(page, server)
    switch(page).click()
    expect(since(page)).to_have_value(seen, timeout=PATIENCE_S * 1000)
