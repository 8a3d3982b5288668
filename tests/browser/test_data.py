"""The Data page as somebody uses it who adds ground to a plan, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from layers.ground.files import ground_files
from layers.store.base import open_store, read_plan
from tests.browser.conftest import open_layers, ready_map, wait_until_calm
from tests.browser.server import held, serving
from tests.extracts import town
from tests.plan_anywhere import write_plan_at

LONGITUDE, LATITUDE = 126.64, 45.76


class Office(NamedTuple):
    """A server with a plan of its own, and files to add to it."""

    url: str
    plan: Path
    temporary: Path
    """The server's folder for temporary files."""
    extract: Path

    def grounds(self) -> list[str]:
        return [ground.name for ground in ground_files(read_plan(open_store(str(self.plan))))]

    def left_over(self) -> list[str]:
        """What is left of uploads and of drafts."""
        drafts = [path.name for path in self.plan.glob("ground/.*")]
        return drafts + [path.name for path in self.temporary.glob("planmap-upload-*")]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    plan = write_plan_at(folder / "plan", LONGITUDE, LATITUDE)
    extract = town(LONGITUDE, LATITUDE).write(folder / "城<b>$x$.osm.pbf")
    (folder / "temporary").mkdir()
    with serving(folder, str(plan), TMPDIR=str(folder / "temporary")) as url:
        yield Office(url, plan, folder / "temporary", extract)


def choose(page: Page, file: Path) -> Locator:
    """Choose a file, and return the button that starts the work when it can be pressed."""
    page.locator(".st-key-new input[type=file]").set_input_files(file)
    start = page.get_by_role("button", name="制作底图")
    expect(start).to_be_enabled()
    return start


def rows(page: Page) -> Locator:
    return page.locator(".st-key-grounds h3")


def test_ground_is_added_seen_on_the_map_and_removed(page, office):
    page.goto(f"{office.url}/data?task=task-1&base=plain")
    expect(page.get_by_text("还没有添加底图")).to_be_visible()
    choose(page, office.extract).click()
    said = page.get_by_role("status").filter(has_text="已添加")
    expect(said).to_contain_text(re.compile("已添加“城-b-\\$x\\$”：\\d+ kB，缩放第 6–15 级，用时 [\\d.]+ 秒。"))
    expect(rows(page)).to_have_text(["城-b-$x$ 在用 矢量要素"])
    assert office.left_over() == []
    said.get_by_role("link", name="到地图上看").click()
    frame = ready_map(page)
    # The Scene came along, and its basemap gave way to the new ground.
    assert "task=task-1" in page.url
    open_layers(frame)
    choice = frame.get_by_role("radio", name="城-b-$x$")
    expect(choice).to_be_checked()
    page.get_by_role("link", name="数据").click()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="保留").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert office.grounds() == ["城-b-$x$"]
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_role("status").filter(has_text="已删除底图“城-b-$x$”。")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("还没有添加底图")).to_be_visible()
    assert office.grounds() == []


def test_what_is_no_extract_is_refused_in_one_line(page, office, tmp_path):
    page.goto(f"{office.url}/data")
    choose(page, office.extract).click()
    expect(page.get_by_role("status").filter(has_text="已添加")).to_be_visible()
    wrong = tmp_path / "x.osm.pbf"
    wrong.write_text("no extract", encoding="utf-8")
    choose(page, wrong).click()
    alert = page.locator(".st-key-came").get_by_role("alert")
    expect(alert).to_have_text(
        "“x.osm.pbf”不是能制作底图的文件 → "
        "可用的文件：.osm.pbf / .gpkg / .mbtiles / .pmtiles / .tif；看的是内容，不是扩展名"
    )
    expect(rows(page)).to_have_count(1)
    assert office.grounds() == ["城-b-$x$"]
    assert office.left_over() == []


def test_cancelling_leaves_nothing(page, office):
    page.goto(f"{office.url}/data")
    before = office.grounds()
    page.get_by_label("名称", exact=True).fill("不要")
    page.get_by_label("名称", exact=True).press("Enter")
    with held(office.url):
        choose(page, office.extract).click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        # The rest of the page can be used meanwhile.
        page.get_by_text("English", exact=True).click()
        expect(page.get_by_role("heading", name="Add ground")).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("status").filter(has_text="Cancelled")).to_be_visible()
    assert office.grounds() == before
    assert office.left_over() == []


def test_what_is_too_large_is_told_the_command(page, office, tmp_path):
    page.goto(f"{office.url}/data")
    large = tmp_path / "china.osm.pbf"
    with large.open("wb") as file:
        # A hole, which takes no room.
        file.truncate(501 * 2**20)
    refused = page.locator(".st-key-new .pm-refused")
    expect(refused).to_be_hidden()
    page.locator(".st-key-new input[type=file]").set_input_files(large)
    expect(refused).to_be_visible()
    expect(refused).to_contain_text("planmap ground add FILE")
    wait_until_calm(page)
    expect(page.get_by_role("button", name="制作底图")).to_be_disabled()
