"""Where others on the network reach the pages and there is no login, they are for looking only."""

import pytest
from playwright.sync_api import expect

from app.context import Context
from app.settings import Settings
from geo.errors import PlanMapError
from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from layers.translation import translation
from tests.browser.conftest import open_map, wait_until_calm
from tests.browser.server import serving
from tests.examples import DECK
from tests.test_record_form import message, said

NETWORK = ("--host", "0.0.0.0")  # noqa: S104 - what somebody types who lets others in


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(read_plan(FolderStore(default_plan_folder())), str(path))
    return path


def test_no_page_offers_a_change(page, tmp_path, plan):
    words = translation("zh")("page.looking-only")
    with serving(tmp_path, str(plan), options=NETWORK) as url:
        open_map(page, f"{url}/?task=gdp-growth")
        expect(page.locator(".st-key-panel article")).to_be_visible()
        assert page.locator(".pm-record-open").count() == 0
        expect(page.locator(".pm-add-view")).to_be_disabled()
        page.goto(f"{url}/present")
        expect(page.locator(".st-key-deck")).to_contain_text(words)
        wait_until_calm(page)
        for field in page.locator(".st-key-slide-form :is(input, textarea)").all():
            expect(field).to_be_disabled()
        page.goto(f"{url}/data")
        expect(page.get_by_role("note")).to_have_text(words)
        expect(page.get_by_role("link", name="导出工作簿")).to_be_visible()
        assert page.locator(".st-key-workbook input[type=file]").count() == 0
        expect(page.locator(".st-key-new input[type=file]")).to_be_disabled()


def test_whoever_trusts_the_network_is_offered_them(page, tmp_path, plan):
    with serving(tmp_path, str(plan), options=(*NETWORK, "--trust-network")) as url:
        open_map(page, f"{url}/?task=gdp-growth")
        expect(page.locator(".pm-record-open")).to_be_visible()
        expect(page.locator(".pm-add-view")).to_be_enabled()


def test_what_is_sent_all_the_same_is_refused(plan):
    context = Context(Settings(plan=str(plan)), looking_only=True)
    before = read_plan(open_store(str(plan)))
    answer = said(context, message(before.events_by_task["gdp-growth"][-1].id))
    assert not answer.done
    assert "只供查看" in answer.words
    for change in (
        lambda: context.save_decks([DECK], known=before.decks),
        lambda: context.take_in(None),
    ):
        with pytest.raises(PlanMapError) as caught:
            change()
        assert caught.value.code == "looking-only"
    after = read_plan(open_store(str(plan)))
    assert (after.events, after.decks) == (before.events, before.decks)


def test_a_proxy_lets_others_in_as_well(page, tmp_path, plan):
    with serving(tmp_path, str(plan), options=("--allow-host", "plan.example")) as url:
        open_map(page, f"{url}/?task=gdp-growth")
        expect(page.locator(".st-key-panel article")).to_be_visible()
        assert page.locator(".pm-record-open").count() == 0
