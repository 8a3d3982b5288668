"""What is asked of own layers, in a real browser: on the map, from the Layers page, and in a briefing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from geo.feature_package import opened as opened_package
from layers.own.files import own_layers
from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.resources import BROWSER_FOLDER, default_plan_folder
from tests.browser.conftest import Watched, open_map, wait_until
from tests.browser.server import serving
from tests.browser.test_briefing import OFFLINE, Offline, opened
from tests.browser.test_own_layers import click_at
from tests.own_files import added, plan_in, write_parcels
from tests.test_sheet import DAY

pytestmark = pytest.mark.slow

HOMES = "own-地块~用地:is:居住"
AT = "39.0650,117.4226,16"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asking")
    plan = Path(shutil.copytree(default_plan_folder(), folder / "plan"))
    added(plan, write_parcels(folder))
    return plan


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder.parent, str(folder)) as url:
        yield url


@pytest.fixture
def page(standing: Watched) -> Page:
    return standing.page


def middle(folder: Path, fid: int) -> tuple[float, float]:
    [layer] = own_layers(plan_in(folder))
    with opened_package(layer.path) as package:
        point = package.numbered([fid]).geometries[0].centroid
    return point.y, point.x


def test_the_map_draws_what_is_asked_until_all_is_shown_again(page: Page, address: str, folder: Path) -> None:
    frame = open_map(page, f"{address}/?ask={quote(HOMES)}&show={quote('own-地块')}&at={AT}")
    pane = frame.locator("[data-own='own-地块']")
    expect(pane).to_have_attribute("data-count", "7")
    expect(frame.locator(".pm-panel").first).to_contain_text("地块 7 / 20：用地 是 居住")
    # A shop is not there to be clicked, a home is.
    click_at(frame, *middle(folder, 17))
    expect(page.locator(".st-key-panel")).to_contain_text("地块 7 / 20")
    click_at(frame, *middle(folder, 16))
    expect(frame.locator(".pm-own-card h3")).to_have_text("JLC-15")
    page.get_by_role("button", name="全部显示").click()
    expect(pane).to_have_attribute("data-count", "20")
    wait_until(page, "!location.search.includes('ask=')")
    # Back leads to what was asked before.
    page.go_back()
    expect(pane).to_have_attribute("data-count", "7")


def test_a_question_is_put_on_the_layers_page_in_which_axe_finds_nothing_and_shown_on_the_map(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/layers")
    answer = page.locator(".pm-answer")
    expect(answer).to_contain_text("20 个要素，共 20 个")
    page.get_by_role("combobox", name="地点").click()
    page.get_by_role("option", name="军粮城北站", exact=True).click()
    page.keyboard.press("Escape")
    expect(answer).to_contain_text("距军粮城北站 500 m 以内")
    wait_until(page, "decodeURIComponent(location.search).includes('ask=own-地块~:near:500:junliangcheng-north')")
    page.evaluate((BROWSER_FOLDER / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    assert page.evaluate("axe.run(document)")["violations"] == []
    count = page.locator(".pm-rows tbody tr").count()
    assert 0 < count <= 20
    page.get_by_role("link", name="在地图上看").click()
    frame = page.frame_locator("iframe").first
    expect(frame.locator("[data-own='own-地块']")).to_have_attribute("data-count", str(count))


def test_each_slide_of_a_briefing_draws_its_own_answer(lend, folder: Path, tmp_path: Path) -> None:
    plan = plan_in(folder)
    slides = [
        Slide(Text(name, name), scene=Scene.from_query(f"site=junliangcheng-north&show=own-地块&ask={quote(ask)}"))
        for name, ask in (("一", HOMES), ("二", "own-地块~容积率:from:..1"))
    ]
    path = tmp_path / "briefing.html"
    document = briefing(plan, Deck("a", Text("甲", "A"), tuple(slides)), language="zh", today=DAY)
    path.write_text(document, encoding="utf-8")
    page = opened(lend(Offline, **OFFLINE), path)
    pane = page.locator("#map [data-own='own-地块']")
    expect(pane).to_have_attribute("data-count", "7")
    expect(page.locator(".legend")).to_contain_text("地块 7 / 20：用地 是 居住")
    page.keyboard.press("ArrowRight")
    expect(pane).to_have_attribute("data-count", "3")
    expect(page.locator(".legend")).to_contain_text("容积率 ≤ 1")
