"""The style of an own layer in a real browser: changed on the Data page, then on the map, in a click and in a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Frame, Page, expect

from layers.own.files import own_layers, restyle
from layers.own.layer_style import LayerStyle
from layers.own.look import style_of
from layers.own.own_layer import OwnLayer
from layers.own.restyling import written_style
from layers.own.style_change import with_heading, with_labels, with_popup
from layers.own.style_json import to_json
from layers.own.symbol_value import Hatch, Pattern, Symbol
from layers.resources import BROWSER_FOLDER, default_plan_folder
from tests.browser.conftest import Watched, look_at, open_map, wait_until
from tests.browser.server import serving
from tests.browser.test_own_layers import AT, click_at, drawn
from tests.own_files import added, parcels, plan_in, write_parcels

pytestmark = pytest.mark.slow

EVIL = "<img src=x onerror=window.taken=1>"
HATCH = Hatch("#C2136B", Pattern.GRID, 30.0, 9.0, 2.0)
PLACED = """() => PlanMap.current.labels.placed.map(({ text, owner, candidate, priority }) => ({
  text, owner, priority, boxes: candidate.boxes,
}))"""
PAINTED = """(id) => {
  const canvas = document.querySelector(`[data-own='${id}'] canvas`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) found += data[at] > 150 && data[at + 1] < 60 && data[at + 3] > 200;
  return found;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("styled")
    plan = Path(shutil.copytree(default_plan_folder(), folder / "plan"))
    added(plan, write_parcels(folder), name="地块")
    evil = folder / "evil.gpkg"
    parcels(rows=1, columns=1, side=400.0).assign(用地=EVIL).to_file(evil, layer="x")
    made = added(plan, evil, name="恶")
    restyle(made, to_json(with_labels(style_of(made), made, "{用地}")))
    return plan


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder.parent, str(folder)) as url:
        yield url


@pytest.fixture
def page(standing: Watched) -> Page:
    return standing.page


def layer_called(folder: Path, name: str) -> OwnLayer:
    return next(layer for layer in own_layers(plan_in(folder)) if layer.name == name)


def shown(page: Page, address: str, layer: OwnLayer, zoom: float = AT[2]) -> Frame:
    frame = open_map(page, f"{address}/?show={quote(layer.scene_id)}&at={AT[0]},{AT[1]},{zoom}")
    drawn(frame, layer.scene_id)
    return frame


def open_style(page: Page, name: str) -> None:
    page.locator("[class*='st-key-row-layer']").filter(has_text=name).get_by_role("button", name="样式").click()


def labels_of(frame: Frame, count: int) -> list[dict[str, Any]]:
    """Return all labels on the map, once as many of own layers are there as asked for."""
    own = f"({PLACED})().filter(({{ text }}) => text.startsWith('JLC') || text.startsWith('<'))"
    wait_until(frame, f"{own}.length >= {count}")
    return frame.evaluate(PLACED)


def test_labels_that_somebody_chooses_are_on_the_map_and_none_lies_over_another(
    page: Page, address: str, folder: Path
) -> None:
    page.goto(f"{address}/data")
    open_style(page, "地块")
    panel = page.locator("[class*='st-key-styling-']")
    expect(panel.locator("h4")).to_have_text("样式：地块")
    expect(panel.locator(".st-key-style-picture img")).to_be_visible()
    before = panel.locator(".st-key-style-picture img").get_attribute("src")
    panel.get_by_role("combobox", name="标注").click()
    page.get_by_role("option", name="地块编号").click()
    # The picture follows at once, and nothing is saved yet.
    expect(panel.locator(".st-key-style-picture img")).not_to_have_attribute("src", str(before))
    assert style_of(layer_called(folder, "地块")).labels is None
    panel.get_by_role("button", name="保存样式").click()
    expect(panel.locator("[role=status]")).to_contain_text("已保存“地块”的样式")
    layer = layer_called(folder, "地块")
    labels = style_of(layer).labels
    assert labels is not None
    assert labels.template == "{地块编号}"
    frame = shown(page, address, layer)
    found = labels_of(frame, 10)
    own = [label for label in found if label["text"].startswith("JLC")]
    assert len({label["text"] for label in own}) == len(own)
    # The station has its name first, whatever the layer says.
    site = next(label for label in found if "军粮城北站" in label["text"])
    assert site["priority"] > max(label["priority"] for label in own)
    boxes = [box for label in found for box in label["boxes"] if len(label["boxes"]) == 1]
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
    # Nothing is written where there is no room for any of it.
    look_at(frame, *AT[:2], 11)
    wait_until(frame, f"({PLACED})().filter(({{ text }}) => text.startsWith('JLC')).length < 5")


def test_axe_finds_nothing_in_the_style_of_a_layer(page: Page, address: str, folder: Path) -> None:
    page.goto(f"{address}/data?lang=en")
    page.locator("[class*='st-key-row-layer']").filter(has_text="地块").get_by_role("button", name="Style").click()
    panel = page.locator("[class*='st-key-styling-']")
    expect(panel.locator(".st-key-style-picture img")).to_be_visible()
    panel.get_by_role("radio", name="By a field").click()
    panel.get_by_role("combobox", name="Field", exact=True).click()
    page.get_by_role("option", name="容积率").click()
    expect(panel.get_by_role("radiogroup", name="Colours")).to_be_visible()
    panel.locator(".st-key-style-entries [role='radiogroup'] label").nth(1).click()
    expect(panel.get_by_role("textbox", name="Words in the legend")).to_be_visible()
    script = (BROWSER_FOLDER / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(f"{script};0")
    found = page.evaluate("axe.run(\"[class*='st-key-styling-']\")")["violations"]
    assert [(each["id"], [node["html"][:300] for node in each["nodes"]]) for each in found] == []


def test_words_with_markup_are_painted_as_text(page: Page, address: str, folder: Path) -> None:
    frame = shown(page, address, layer_called(folder, "恶"))
    assert any(label["text"] == EVIL for label in labels_of(frame, 1))
    assert frame.evaluate("window.taken === undefined && document.querySelectorAll('img[src=x]').length === 0")


def test_a_style_file_of_qgis_brings_hatches_and_what_a_click_shows(
    page: Page, address: str, folder: Path, tmp_path: Path
) -> None:
    layer = layer_called(folder, "地块")
    style = LayerStyle(Symbol(stroke="#445566", hatch=HATCH))
    style = with_heading(with_popup(style, layer, ["容积率", "用地"]), layer, "用地")
    path = tmp_path / "样式.qml"
    path.write_text(written_style(style, layer, "qml"), encoding="utf-8")
    page.goto(f"{address}/data")
    open_style(page, "地块")
    panel = page.locator("[class*='st-key-styling-']")
    panel.get_by_text("样式文件", exact=True).click()
    panel.locator("input[type=file]").set_input_files(path)
    expect(panel.locator("[role=status]")).to_contain_text("已采用“样式.qml”的样式")
    layer = layer_called(folder, "地块")
    assert style_of(layer) == style
    assert layer.style_from == "样式.qml"
    with page.expect_download() as waiting:
        panel.get_by_role("button", name="下载 .qml").click()
    assert waiting.value.suggested_filename == "地块.qml"
    assert Path(waiting.value.path()).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
    frame = shown(page, address, layer)
    wait_until(frame, f"({PAINTED})({layer.scene_id!r}) > 2000")
    expect(frame.locator(".pm-panel svg svg path")).to_have_attribute("stroke", HATCH.colour)
    click_at(frame, *middle(layer, 5))
    card = frame.locator(".pm-own-card")
    expect(card.locator("h3").first).to_have_text("商业")
    expect(card.locator("tr")).to_have_text(["容积率1.5", "用地商业"])


def middle(layer: OwnLayer, fid: int) -> tuple[float, float]:
    from geo.feature_package import opened

    with opened(layer.path) as package:
        point = package.numbered([fid]).geometries[0].centroid
    return point.y, point.x
