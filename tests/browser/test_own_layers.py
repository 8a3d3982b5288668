"""Own layers in a real browser: shown, asked by a click, kept in the address, and in a briefing without a server."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Frame, Page, expect

from layers.own.files import own_layers, restyle
from layers.own.restyling import field_style
from layers.own.style_json import to_json
from layers.own.tiles import forget_tiles
from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.resources import default_plan_folder
from tests.browser.conftest import Watched, look_at, open_layers, open_map, wait_until
from tests.browser.server import serving
from tests.browser.test_briefing import OFFLINE, Offline, opened
from tests.own_files import USES, added, parcels, plan_in, write_parcels
from tests.test_sheet import DAY

pytestmark = pytest.mark.slow

EVIL = "<img src=x onerror=window.taken=1>"
AT = (39.0650, 117.4226, 16)
"""A view of all parcels."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("own")
    plan = Path(shutil.copytree(default_plan_folder(), folder / "plan"))
    added(plan, write_parcels(folder), name="控规地块", group="控规")
    evil = folder / "evil.gpkg"
    parcels(rows=1, columns=1).assign(名称=EVIL).rename(columns={"用地": EVIL}).to_file(evil, layer="x")
    added(plan, evil, name=EVIL)
    many = added(plan, write_parcels(folder, "many.gpkg", rows=60, columns=100, side=20), name="密集")
    restyle(many, to_json(field_style(many, "用地")))
    yield plan
    forget_tiles(many)


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder.parent, str(folder)) as url:
        yield url


@pytest.fixture
def page(standing: Watched) -> Page:
    return standing.page


def ids(folder: Path) -> dict[str, str]:
    return {layer.name: layer.scene_id for layer in own_layers(plan_in(folder))}


def drawn(frame: Frame, scene_id: str) -> None:
    expect(frame.locator(f"[data-own='{scene_id}']")).to_have_attribute("data-state", "drawn")


def click_at(frame: Frame, latitude: float, longitude: float) -> None:
    place = frame.evaluate(
        "([lat, lon]) => { const at = PlanMap.current.map.latLngToContainerPoint([lat, lon]); return [at.x, at.y]; }",
        [latitude, longitude],
    )
    frame.locator(".leaflet-container").click(position={"x": place[0], "y": place[1]})


def test_a_layer_is_switched_on_asked_and_kept_in_the_address(page: Page, address: str, folder: Path) -> None:
    scene_id = ids(folder)["控规地块"]
    frame = open_map(page, f"{address}/")
    look_at(frame, *AT)
    assert frame.locator("[data-own]").count() == 0
    open_layers(frame)
    frame.get_by_label("控规地块", exact=True).check()
    drawn(frame, scene_id)
    wait_until(page, f"location.search.includes('show={quote(scene_id)}')")
    expect(frame.locator(".leaflet-control-attribution")).to_contain_text("parcels.gpkg")
    latitude, longitude = middle(folder, 7)
    click_at(frame, latitude, longitude)
    # The parcel lies in the extent of the station, whose card has it below.
    card = frame.locator(".pm-card .pm-own-card")
    expect(card.locator("h3")).to_have_text("JLC-06")
    expect(card.locator("tr")).to_have_text(["地块编号JLC-06", "用地居住", "容积率2"])
    page.reload()
    frame = open_map(page, page.url)
    drawn(frame, scene_id)


def middle(folder: Path, fid: int, name: str = "控规地块") -> tuple[float, float]:
    from geo.feature_package import opened as opened_package

    layer = next(each for each in own_layers(plan_in(folder)) if each.name == name)
    with opened_package(layer.path) as package:
        point = package.numbered([fid]).geometries[0].centroid
    return point.y, point.x


def test_names_and_values_with_markup_show_as_text(page: Page, address: str, folder: Path) -> None:
    scene_id = ids(folder)[EVIL]
    frame = open_map(page, f"{address}/?show={quote(scene_id)}&at={','.join(map(str, AT))}")
    drawn(frame, scene_id)
    expect(frame.get_by_text(EVIL).first).to_be_attached()
    latitude, longitude = middle(folder, 1)
    click_at(frame, latitude, longitude)
    card = frame.locator(".pm-own-card")
    expect(card.locator("h3")).to_have_text(EVIL)
    expect(card.get_by_text(EVIL).first).to_be_visible()
    assert frame.locator(".pm-own-card img").count() == 0
    assert frame.evaluate("window.taken === undefined")


def test_a_briefing_draws_the_layer_without_a_server(lend, folder: Path, tmp_path: Path) -> None:
    plan = plan_in(folder)
    scene_id = ids(folder)["控规地块"]
    scene = Scene.from_query(f"site=junliangcheng-north&show={scene_id}")
    deck = Deck("a", Text("甲", "A"), (Slide(Text("一", "one"), scene=scene), Slide(Text("二", "two"))))
    path = tmp_path / "briefing.html"
    path.write_text(briefing(plan, deck, language="zh", today=DAY), encoding="utf-8")
    page = opened(lend(Offline, **OFFLINE), path)
    pane = page.locator(f"#map [data-own='{scene_id}']")
    expect(pane).to_have_attribute("data-state", "drawn")
    expect(page.locator(".legend")).to_contain_text("控规地块")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".legend")).not_to_contain_text("控规地块")
    expect(pane).to_be_hidden()


def test_a_large_layer_is_counted_from_afar_and_drawn_from_near(page: Page, address: str, folder: Path) -> None:
    scene_id = ids(folder)["密集"]
    # Its tiles are made now, and the map waits for them.
    frame = open_map(page, f"{address}/?show={quote(scene_id)}&at=39.0890,117.4784,12")
    drawn(frame, scene_id)
    # Legend and layers share their room, and the page remembers which was open.
    open_layers(frame, "图例")
    legend = frame.get_by_role("list", name="自有图层")
    expect(legend).to_contain_text(re.compile(r"“密集”：[\d,]+ 个方格代表 6,000 个要素"))
    expect(legend.get_by_role("listitem")).to_have_count(1 + len(USES))
    # From near the legend counts no cells, and a click is answered by the file itself.
    look_at(frame, *middle(folder, 3021, "密集"), 17)
    expect(legend).not_to_contain_text("方格")
    expect(legend).to_contain_text("密集：商业")
    click_at(frame, *middle(folder, 3021, "密集"))
    card = frame.locator(".pm-own-card")
    expect(card.locator("h3")).to_have_text("JLC-3020")
    # What is switched off is neither drawn nor in the legend.
    open_layers(frame)
    frame.get_by_label("密集", exact=True).uncheck()
    expect(frame.locator(f"[data-own='{scene_id}']")).to_be_hidden()
    assert frame.locator("canvas.pm-own-tiles").count() == 0


def test_what_a_click_shows_is_beside_the_legend(page: Page, address: str, folder: Path) -> None:
    scene_id = ids(folder)["密集"]
    place = middle(folder, 3021, "密集")
    frame = open_map(page, f"{address}/?show={quote(scene_id)}&at={place[0]},{place[1]},16")
    drawn(frame, scene_id)
    open_layers(frame, "图例")
    panel = frame.locator(".pm-panel").first
    box, home = panel.bounding_box(), frame.locator(".leaflet-container").bounding_box()
    assert box is not None
    assert home is not None
    # The place stands just left of the legend, so that a card over it would reach under it.
    right = box["x"] - home["x"] - 12 - home["width"] / 2
    down = box["y"] - home["y"] + 90 - home["height"] / 2
    frame.evaluate(f"PlanMap.current.map.panBy([{-right}, {-down}], {{ animate: false }})")
    click_at(frame, *place)
    card = frame.locator(".leaflet-popup")
    expect(card).to_be_visible()
    clear = """() => {
      const edges = (each) => document.querySelector(each).getBoundingClientRect();
      const [card, panel] = [edges(".leaflet-popup"), edges(".pm-panel")];
      return card.right <= panel.left || card.top >= panel.bottom;
    }"""
    wait_until(frame, f"({clear})()")


def test_a_part_of_a_large_layer_that_is_asked_for_is_drawn_feature_by_feature(
    page: Page, address: str, folder: Path
) -> None:
    scene_id = ids(folder)["密集"]
    asked = quote(f"{scene_id}~地块编号:is:JLC-3020,JLC-3021")
    latitude, longitude = middle(folder, 3021, "密集")
    frame = open_map(page, f"{address}/?show={quote(scene_id)}&ask={asked}&at={latitude},{longitude},17")
    drawn(frame, scene_id)
    home = frame.locator(f"[data-own='{scene_id}']")
    expect(home).to_have_attribute("data-count", "2")
    assert frame.locator("canvas.pm-own-tiles").count() == 0
    # Without the question the tiles are there again.
    page.get_by_role("button", name="全部显示").click()
    expect(frame.locator("canvas.pm-own-tiles")).to_have_count(1)
    drawn(frame, scene_id)


def test_a_briefing_has_a_large_layer_along(lend, folder: Path, tmp_path: Path) -> None:
    plan = plan_in(folder)
    scene_id = ids(folder)["密集"]
    near = Scene.from_query(f"site=junliangcheng-north&show={scene_id}&at=39.0650,117.4226,15")
    deck = Deck(
        "a",
        Text("甲", "A"),
        (Slide(Text("远", "far"), scene=Scene(visible={scene_id: True})), Slide(Text("近", "near"), scene=near)),
    )
    path = tmp_path / "briefing.html"
    path.write_text(briefing(plan, deck, language="zh", today=DAY), encoding="utf-8")
    page = opened(lend(Offline, **OFFLINE), path)
    legend = page.get_by_role("group", name="图例")
    expect(page.locator(f"#map [data-own='{scene_id}']")).to_have_attribute("data-state", "drawn")
    expect(legend).to_contain_text("6,000 个要素")
    dots = "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
    assert any(page.locator("#map canvas.pm-own-tiles").evaluate(dots))
    page.keyboard.press("ArrowRight")
    expect(legend).to_contain_text("密集：商业")
    expect(legend).not_to_contain_text("6,000 个要素")
