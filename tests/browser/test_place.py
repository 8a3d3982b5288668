"""Placing a site in a real browser: drawn on the map with what is there to snap to, or by coordinates."""

import json

import pytest
import shapely
from playwright.sync_api import Frame, Page, expect

from geo.measure import distance_m
from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from tests.browser.conftest import open_map, ready_map
from tests.browser.server import serving
from tests.hostile_plan import ATTACK
from tests.test_amendments import folder_with

SITE = "donghu-scenic"
SAID = {"source_zh": "规划图", "summary_zh": "现场核对", "recorded_by": "规划科"}

CORNER = """() => {
  // A corner of a road that stands clear of all others, well inside the view.
  const { map, stage } = PlanMap.current;
  const size = map.getSize();
  for (const { lines } of stage.ways.seen) {
    for (const line of lines) {
      const at = map.options.crs.pointToLatLng(L.point(line[0], line[1]), 0);
      const place = map.latLngToContainerPoint(at);
      if (place.x < 200 || place.x > size.x - 400 || place.y < 200 || place.y > size.y - 200) continue;
      return { at: [at.lat, at.lng], place };
    }
  }
}"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "plan.gpkg"
    copy_plan(read_plan(FolderStore(default_plan_folder())), str(path))
    return path


@pytest.fixture(scope="module")
def url(tmp_path_factory, plan):
    with serving(tmp_path_factory.mktemp("serve"), str(plan)) as url:
        yield url


def field(page: Page, name: str):
    return page.locator(f".pm-place-form [name={name}]")


def choose(page: Page, how: str) -> None:
    page.locator(".pm-place-form").get_by_text(how, exact=True).click()


def fill(page: Page, precision: str = "approximate", **words: str) -> None:
    field(page, "precision").select_option(precision)
    for name, value in {**SAID, **words}.items():
        field(page, name).fill(value)


def saved(page: Page) -> None:
    page.locator(".pm-place-form [type=submit]").click()
    expect(page.locator(".pm-place-said")).to_contain_text("已记录")
    expect(page.locator(".pm-place-form")).to_be_hidden()


def site(plan):
    return read_plan(open_store(str(plan))).sites[SITE]


def drawing(page: Page) -> tuple[Frame, dict[str, float]]:
    """Open the form; return the map once its tools are there, and where it stands on the page."""
    page.locator(".pm-place-open").click()
    frame = page.wait_for_selector("#planmap-map").content_frame()
    frame.wait_for_selector("[data-placing=point]")
    return frame, page.locator("#planmap-map").bounding_box()


def test_a_site_is_drawn_moved_and_gone_back_from(page, url, plan):
    open_map(page, f"{url}/?site={SITE}")
    expect(page.locator(".pm-place-open")).to_have_text("定位")
    frame, box = drawing(page)
    # A click some pixels beside the corner of a road is a click on it.
    corner = frame.evaluate(CORNER)
    x, y = box["x"] + corner["place"]["x"] + 5, box["y"] + corner["place"]["y"] - 4
    page.mouse.move(x - 20, y - 20)
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    expect(page.locator(".pm-place-read")).to_contain_text("误差不小于约")
    page.locator(".pm-place-form [type=submit]").click()
    expect(page.locator(".pm-record-fault").first).to_have_text("必填")
    fill(page)
    # What is begun is there after a reload.
    page.reload()
    ready_map(page)
    expect(page.locator(".pm-place-open")).to_have_text("继续未提交的定位")
    page.locator(".pm-place-open").click()
    expect(field(page, "source_zh")).to_have_value(SAID["source_zh"])
    saved(page)
    latitude, longitude = corner["at"]
    assert distance_m(site(plan).geometry, shapely.Point(longitude, latitude)) < 1
    # The map has it, and the panel says how sure it is.
    expect(page.frame_locator("#planmap-map").locator(".pm-site.pm-lit")).to_be_visible()
    expect(page.locator(".st-key-panel article")).to_contain_text("大致位置")

    # Now an area, by coordinates before: what is typed is seen on the map, and what is drawn takes its place.
    expect(page.locator(".pm-place-open")).to_have_text("改位置")
    frame, box = drawing(page)
    choose(page, "写坐标")
    field(page, "datum").select_option("gcj02")
    # In view, so that the map does not fly there.
    field(page, "text").fill("117.356, 39.091")
    expect(page.locator(".pm-place-read")).to_contain_text("向西 561 m")
    frame.wait_for_selector(".pm-place-pin")
    field(page, "text").fill("不是坐标")
    expect(page.locator(".pm-place-read")).to_contain_text("读不出一对坐标")
    choose(page, "画面")
    frame.wait_for_selector("[data-placing=area]")
    places = [(300, 250), (420, 255), (400, 380)]
    for x, y in (*places, places[0]):
        page.mouse.move(box["x"] + x - 6, box["y"] + y - 6)
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.click(box["x"] + x, box["y"] + y)
    expect(page.locator(".pm-place-read")).to_contain_text("3 个点")
    fill(page, "nominal", summary_zh="范围")
    saved(page)
    assert site(plan).geometry.geom_type == "Polygon"

    # Where it was before can be seen, and gone back to.
    ready_map(page)
    page.locator(".pm-place-open").click()
    page.locator(".pm-place-history summary").click()
    rows = page.locator(".pm-place-history li")
    expect(rows).to_have_count(3)
    rows.nth(1).get_by_text("在图上看").click()
    frame = page.wait_for_selector("#planmap-map").content_frame()
    frame.wait_for_selector("path.pm-earlier")
    rows.nth(1).get_by_role("button", name="用回这个位置").click()
    field(page, "summary_zh").fill("退回")
    saved(page)
    assert site(plan).geometry.geom_type == "Point"


def test_whoever_only_looks_sees_where_a_site_has_been(page, tmp_path):
    values = {"geometry": "POINT (117.46 39.18)", "precision": "mapped", "source_zh": ATTACK, "note_zh": ATTACK}
    row = {"id": "a-1", "about": "site", "subject_id": SITE, "values": json.dumps(values), "reason": ATTACK}
    row |= {"recorded_by": ATTACK, "recorded_at": "2026-11-25"}
    with serving(tmp_path, str(folder_with(tmp_path, [row]))) as url:
        open_map(page, f"{url}/?site={SITE}")
        expect(page.locator(".pm-place-open")).to_have_text("位置历史")
        page.locator(".pm-place-open").click()
        rows = page.locator(".pm-place-history li")
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("117.46000°E 39.18000°N")
        expect(rows.first).to_contain_text(ATTACK[:20])
        expect(page.locator(".pm-place-form [type=submit]")).to_have_count(0)
        rows.first.get_by_text("在图上看").click()
        frame = page.wait_for_selector("#planmap-map").content_frame()
        frame.wait_for_selector("path.pm-earlier")
