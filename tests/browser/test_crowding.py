"""Sites that stand closer together than their symbols are wide."""

import math
from collections.abc import Iterator
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from layers.present.briefing import briefing
from layers.present.deck_choice import chosen_deck
from layers.resources import BROWSER_FOLDER
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from tests.benchmarks.plans import write_large_plan
from tests.browser.conftest import wait_until

TODAY = date(2026, 11, 22)
OVERLAP = 0.88

pixels = st.integers(-45, 45)
symbols = st.builds(
    dict, x=pixels, y=pixels, radius=st.sampled_from([9, 13, 16]), lit=st.sampled_from([False, False, False, True])
)
crowds = st.lists(symbols, max_size=12).map(lambda found: sorted(found, key=lambda one: not one["lit"]))


@pytest.fixture(scope="module")
def script(browser) -> Iterator[Page]:
    """A page that has the script and nothing else."""
    page = browser.new_page()
    for name in ("symbols", "crowding"):
        page.add_script_tag(path=BROWSER_FOLDER / "src" / f"{name}.js")
    yield page
    page.close()


def overlap(one, other):
    apart = math.hypot(one["x"] - other["x"], one["y"] - other["y"])
    return apart < OVERLAP * (one["radius"] + other["radius"])


@settings(max_examples=600)
@given(crowds)
def test_what_has_room_stays_large_and_lies_over_nothing_large(script, crowd):
    ask = "all => { const small = PlanMap.crowded(all); return all.map(one => small.has(one)); }"
    small = script.evaluate(ask, crowd)
    large = [symbol for symbol, is_small in zip(crowd, small, strict=True) if not is_small]
    lit = [symbol for symbol in crowd if symbol["lit"]]
    alone = [one for one in crowd if not any(overlap(one, other) for other in crowd if other is not one)]
    assert all(symbol in large for symbol in lit)
    if len(large) * 2 >= len(crowd):
        unlit = [(one, other) for one, other in combinations(large, 2) if not (one["lit"] and other["lit"])]
        assert not any(overlap(one, other) for one, other in unlit)
        assert all(one in large for one in alone)
        # Nothing is small without a symbol in full that it gives way to, and to none after it.
        for place, (symbol, is_small) in enumerate(zip(crowd, small, strict=True)):
            before = [other for other, other_small in zip(crowd[:place], small[:place], strict=True) if not other_small]
            assert is_small == (not symbol["lit"] and any(overlap(symbol, other) for other in before))
    else:
        # A dot map: but for what is lit, all are of one size.
        assert large == lit


def test_hundreds_of_sites_are_all_there_and_can_be_told_apart(browser, tmp_path):
    write_large_plan(tmp_path / "plan", sites=300)
    plan = read_plan(FolderStore(tmp_path / "plan"))
    path = tmp_path / "large.html"
    path.write_text(briefing(plan, chosen_deck(plan), language="zh", today=TODAY), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(path.as_uri())
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
