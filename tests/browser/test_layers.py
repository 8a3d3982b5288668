"""The Data page as somebody uses it who adds an own layer to a plan, in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import Locator, Page, expect

from layers.own.files import own_layers
from layers.resources import default_plan_folder
from layers.store.base import open_store, read_plan
from tests.browser.server import held, serving
from tests.ground_lines import ground_lines
from tests.vector_files import siblings, zipped

HERE = shapely.box(117.28, 39.06, 117.42, 39.14)
ATTACK = "<img src=x onerror=alert(1)>"


class Office(NamedTuple):
    """A server with a plan of its own, and files to add to it."""

    url: str
    plan: Path
    temporary: Path
    """The server's folder for temporary files."""
    roads: Path
    """A zipped Shapefile with a table in GBK that states no system."""

    def layers(self) -> dict[str, str]:
        """The groups of the layers by their names."""
        return {layer.name: layer.group for layer in own_layers(read_plan(open_store(str(self.plan))))}

    def left_over(self) -> list[str]:
        """What is left of uploads and of drafts."""
        drafts = [path.name for path in self.plan.glob("layers/.*")]
        return drafts + [path.name for path in self.temporary.glob("planmap-*")]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    plan = Path(shutil.copytree(default_plan_folder(), folder / "plan"))
    lines = [line for line in ground_lines() if line.within(HERE)]
    frame = gpd.GeoDataFrame({"路名": [ATTACK, *[f"{n}号路" for n in range(1, len(lines))]]}, geometry=lines, crs=4326)
    frame.to_crs(4548).to_file(folder / "roads.shp", encoding="gbk")
    parts = {
        name: path for name, path in siblings(folder / "roads.shp").items() if path.suffix in (".shp", ".shx", ".dbf")
    }
    roads = zipped(folder / f"{ATTACK}.zip", parts)
    (folder / "temporary").mkdir()
    with serving(folder, str(plan), TMPDIR=str(folder / "temporary")) as url:
        yield Office(url, plan, folder / "temporary", roads)


def choose(page: Page, *files: Path) -> Locator:
    """Choose files, and return the button that has them looked at when it can be pressed."""
    page.locator(".st-key-new-layer input[type=file]").set_input_files(files)
    start = page.get_by_role("button", name="看看文件")
    expect(start).to_be_enabled()
    return start


def test_a_shapefile_without_a_system_is_seen_on_the_ground_and_added(page, office):
    page.goto(f"{office.url}/data")
    choose(page, office.roads).click()
    asking = page.locator(".st-key-asking")
    expect(asking.get_by_role("cell", name=ATTACK, exact=True)).to_be_visible()
    expect(asking.get_by_role("heading", name=f"{ATTACK}.zip")).to_be_visible()
    add = page.get_by_role("button", name="添加到计划")
    expect(add).to_be_disabled()
    expect(asking.get_by_role("radio", checked=True)).to_have_count(0)
    shown = asking.locator(".st-key-asking-map img").first
    before = shown.get_attribute("src")
    asking.get_by_text("北京 54 三度带").click()
    expect(shown).not_to_have_attribute("src", before or "")
    asking.get_by_text("CGCS2000 三度带").click()
    expect(shown).to_have_attribute("src", before or "")
    page.get_by_label("名称", exact=True).nth(0).fill("现状道路")
    group = asking.get_by_role("combobox", name="分组")
    group.fill("现状<b>")
    group.press("Enter")
    expect(group).to_have_value("现状<b>")
    expect(add).to_be_enabled()
    add.click()
    said = page.get_by_role("status").filter(has_text="已添加“现状道路”")
    expect(said).to_contain_text("坐标系 EPSG:4548（人工选定）")
    row = page.locator(".st-key-layers h3")
    expect(row).to_have_text("现状道路 现状<b> 88 条线")
    expect(said.get_by_role("link", name="到地图上看")).to_have_attribute(
        "href", "/?show=own-%E7%8E%B0%E7%8A%B6%E9%81%93%E8%B7%AF"
    )
    assert office.layers() == {"现状道路": "现状<b>"}
    assert office.left_over() == []
    page.get_by_role("button", name="导出", exact=True).click()
    giving = page.get_by_role("dialog")
    giving.get_by_role("combobox", name="格式").click()
    page.get_by_role("option", name="GeoJSON").click()
    giving.get_by_role("button", name="生成文件").click()
    with page.expect_download() as download:
        giving.get_by_role("link", name="下载").click()
    assert download.value.suggested_filename == "现状道路.geojson"
    assert ATTACK in set(gpd.read_file(download.value.path().read_text(encoding="utf-8"))["路名"])
    page.keyboard.press("Escape")
    expect(giving).to_have_count(0)
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_role("status").filter(has_text="已删除图层“现状道路”")).to_be_visible()
    assert office.layers() == {}


def test_cancelling_the_look_and_turning_a_file_down_leave_nothing(page, office):
    page.goto(f"{office.url}/data")
    with held(office.url):
        choose(page, office.roads).click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        page.get_by_role("button", name="取消").click()
        expect(page.get_by_role("status").filter(has_text="已取消")).to_be_visible()
    assert office.left_over() == []
    parts = [path for path in siblings(office.plan.parent / "roads.shp").values() if path.suffix != ".cpg"]
    choose(page, *parts).click()
    # The parts have found each other: the one states the system, the other has the names.
    expect(page.get_by_text("文件写明")).to_be_visible()
    expect(page.get_by_role("cell", name="1号路", exact=True)).to_be_visible()
    page.get_by_role("button", name="不用这个文件").click()
    expect(page.get_by_role("button", name="看看文件")).to_be_disabled()
    assert office.left_over() == []
    assert office.layers() == {}
