"""The pages below /ogc in a browser: leafed through by clicks, on a phone too, with words that attack, and by axe."""

import pytest
from playwright.sync_api import expect

from layers.resources import BROWSER_FOLDER
from tests.browser.conftest import Watched, new_context
from tests.browser.server import serving
from tests.hostile_plan import write_hostile_plan

PAGES = (
    "",
    "/collections",
    "/collections/tasks",
    "/collections/tasks/items",
    "/collections/tasks/schema",
    "/collections/places/items/tsn-airport",
    "/api",
    "/conformance",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("ogc"), options=["--ogc"]) as url:
        yield f"{url}/ogc"


def test_pages_lead_to_each_other_in_both_languages(page, address):
    page.goto(f"{address}?lang=zh")
    expect(page.locator("h1")).to_have_text("东丽区2024年政府工作报告")
    expect(page.locator("code")).to_have_text(address)
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Dongli District: 2024 government work report")
    page.get_by_role("link", name="Collections").click()
    page.get_by_role("link", name="Tasks", exact=True).click()
    page.get_by_role("link", name="Features").click()
    expect(page.get_by_text("1 to 100 of 108")).to_be_visible()
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_text("101 to 108 of 108")).to_be_visible()
    page.get_by_role("link", name="Previous page").click()
    expect(page.get_by_text("1 to 100 of 108")).to_be_visible()
    page.get_by_role("link", name="gdp-growth:district-东丽区").click()
    expect(page.get_by_role("cell", name="GDP growth of 4.5%")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
def test_no_page_is_wider_than_its_window(browser, address, width, height):
    context = new_context(browser, viewport={"width": width, "height": height})
    watched = Watched(context)
    for language in ("zh", "en"):
        for path in PAGES:
            watched.page.goto(f"{address}{path}?lang={language}")
            assert watched.page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert watched.problems == []
    context.close()


def test_axe_finds_nothing(page, address):
    axe = (BROWSER_FOLDER / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    for path in PAGES:
        # A few rows are like many.
        page.goto(f"{address}{path}" + ("?limit=5" if path.endswith("items") else ""))
        page.evaluate(axe)
        found = page.evaluate("axe.run(document)")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], path


def test_words_that_attack_are_shown_as_words(page, tmp_path):
    plan = write_hostile_plan(tmp_path / "plan")
    with serving(tmp_path, str(plan), options=["--ogc"]) as url:
        for path in PAGES:
            page.goto(f"{url}/ogc{path}")
            assert page.locator("img, script, iframe").count() == 0
        page.goto(f"{url}/ogc/collections/places/items/tsn-airport")
        expect(page.get_by_role("cell", name="<img src=x onerror=alert(1)>").first).to_be_visible()
        page.goto("about:blank")
