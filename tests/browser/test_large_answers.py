"""What is asked of a large layer and is too much to be drawn feature by feature: on the map, and in a briefing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from layers.own.files import restyle
from layers.own.own_layer import OwnLayer
from layers.own.restyling import field_style
from layers.own.style_json import to_json
from layers.own.tiles import forget_tiles
from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.resources import default_plan_folder
from tests.browser.conftest import Watched, look_at, open_layers, open_map
from tests.browser.server import serving
from tests.browser.test_briefing import OFFLINE, Offline, opened
from tests.browser.test_own_layers import click_at, middle
from tests.own_files import added, plan_in, write_parcels
from tests.test_sheet import DAY

pytestmark = pytest.mark.slow

FAR = "39.0890,117.4784,12"
DOTS = """(canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, n) => n % 4 === 3 && value > 0).length;
}"""


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnLayer]:
    """A layer of 9,000 parcels, in a plan of its own."""
    folder = tmp_path_factory.mktemp("large")
    plan = Path(shutil.copytree(default_plan_folder(), folder / "plan"))
    made = added(plan, write_parcels(folder, rows=90, columns=100, side=20), name="密集")
    yield restyle(made, to_json(field_style(made, "用地")))
    forget_tiles(made)


@pytest.fixture(scope="module")
def folder(layer: OwnLayer) -> Path:
    return layer.path.parent.parent


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder.parent, str(folder)) as url:
        yield url


@pytest.fixture
def page(standing: Watched) -> Page:
    return standing.page


def query(layer: OwnLayer, conditions: str, at: str = FAR) -> str:
    return f"show={quote(layer.scene_id)}&ask={quote(f'{layer.scene_id}~{conditions}')}&at={at}"


def legend_of(frame: Frame) -> Locator:
    open_layers(frame, "图例")
    return frame.get_by_role("list", name="自有图层")


def test_a_large_answer_is_counted_from_afar_and_drawn_from_near(
    page: Page, address: str, folder: Path, layer: OwnLayer
) -> None:
    # Its whole has no tiles, and none are made for it.
    frame = open_map(page, f"{address}/?{query(layer, '用地:is:居住,商业')}")
    home = frame.locator(f"[data-own='{layer.scene_id}']")
    expect(home).to_have_attribute("data-state", "drawn")
    legend = legend_of(frame)
    expect(legend).to_contain_text(re.compile(r"“密集”：[\d,]+ 个方格代表选出的 6,000 个要素中的 6,000 个"))
    expect(legend).to_contain_text("6,000 / 9,000：用地 是 居住、商业")
    expect(legend).not_to_contain_text("工业")
    assert frame.locator("canvas.pm-own-tiles").evaluate(DOTS) > 0
    # From near they are shapes, and a shop is there to be clicked, a works is not.
    look_at(frame, *middle(folder, 4550, "密集"), 17)
    expect(legend).not_to_contain_text("方格")
    expect(legend).to_contain_text("密集：商业")
    click_at(frame, *middle(folder, 4550, "密集"))
    expect(frame.locator(".pm-own-card h3")).to_have_text("JLC-4549")
    with page.expect_response(re.compile("/layer-at")) as answer:
        click_at(frame, *middle(folder, 4551, "密集"))
    assert answer.value.json()["found"] == []
    # All of it is there again without a question, and needs its own tiles for that.
    page.get_by_role("button", name="全部显示").click()
    expect(legend).to_contain_text("密集：工业")


def test_a_briefing_takes_a_large_answer_along(lend, folder: Path, layer: OwnLayer, tmp_path: Path) -> None:
    plan = plan_in(folder)
    slides = [
        Slide(Text(name, name), scene=Scene.from_query(query(layer, conditions, at)))
        for name, conditions, at in (
            ("一", "用地:is:居住,商业", FAR),
            ("二", "用地:is:工业,商业", FAR),
            ("三", "用地:is:居住", FAR),
        )
    ]
    path = tmp_path / "briefing.html"
    path.write_text(
        briefing(plan, Deck("a", Text("甲", "A"), tuple(slides)), language="zh", today=DAY), encoding="utf-8"
    )
    page = opened(lend(Offline, **OFFLINE), path)
    legend = page.get_by_role("group", name="图例")
    pane = page.locator(f"#map [data-own='{layer.scene_id}']")
    expect(pane).to_have_attribute("data-state", "drawn")
    expect(legend).to_contain_text(re.compile(r"个方格代表选出的 6,000 个要素中的 6,000 个"))
    expect(legend).to_contain_text("密集：居住")
    assert page.locator("#map canvas.pm-own-tiles").evaluate(DOTS) > 0
    page.keyboard.press("ArrowRight")
    expect(legend).to_contain_text("密集：工业")
    expect(legend).not_to_contain_text("密集：居住")
    expect(legend).to_contain_text("6,000 / 9,000：用地 是 工业、商业")
    # A small answer goes feature by feature.
    page.keyboard.press("ArrowRight")
    expect(pane).to_have_attribute("data-count", "3000")
    expect(page.locator("#map canvas.pm-own-tiles")).to_have_count(0)
