"""Sites that stand closer together than their symbols are wide."""

from datetime import date

from playwright.sync_api import expect

from layers.present.briefing import briefing
from layers.present.deck_choice import chosen_deck
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from tests.benchmarks.plans import write_large_plan
from tests.browser.conftest import wait_until

TODAY = date(2026, 11, 22)


def test_hundreds_of_sites_are_all_there_and_can_be_told_apart(browser, tmp_path):
    write_large_plan(tmp_path / "plan", sites=300)
    plan = read_plan(FolderStore(tmp_path / "plan"))
    path = tmp_path / "large.html"
    path.write_text(briefing(plan, chosen_deck(plan), language="zh", today=TODAY), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True, reduced_motion="reduce")
    page = context.new_page()
    # The overview: on the map of the targets no symbol has a task that passes.
    page.goto(f"{path.as_uri()}#2")
    page.wait_for_selector(".folium-map[data-ready=yes]", timeout=30_000)
    shown = ".folium-map .pm-site"
    before = page.eval_on_selector_all(
        shown, "all => all.map(one => [one.dataset.site, one.offsetWidth, one.style.display])"
    )
    assert {f"made-up-{number}" for number in range(300)} <= {site for site, _, display in before if not display}
    [small] = {width for site, width, _ in before if site.startswith("made-up-")}
    expect(page.locator(".legend")).to_contain_text("小符号：此处密集")
    # Nearer by, there is room for all in full, and the legend has nothing to explain.
    place = plan.sites["made-up-7"].geometry
    page.evaluate("at => void PlanMap.briefing.map.setView(at, 17, {animate: false})", [place.y, place.x])
    wait_until(page, "!document.querySelector('[data-site=made-up-7]').classList.contains('pm-small')")
    assert page.locator("[data-site=made-up-7]").evaluate("one => one.offsetWidth") > small
    expect(page.locator(".legend")).not_to_contain_text("小符号")
    context.close()
