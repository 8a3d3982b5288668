"""The browse page as a planner uses it, in a real browser.

What needs no browser, such as which day an address may ask for, is tested in tests/test_browse_page.py.
"""

import re

import pyproj
import pytest
from playwright.sync_api import Frame, Page, expect

from geo.datum import wgs84_to_gcj02
from tests.browser.conftest import (
    Watched,
    look_at,
    map_element,
    new_context,
    open_layers,
    open_map,
    ready_map,
    shown_sites,
    wait_until,
    wait_until_calm,
)
from tests.browser.server import serving


@pytest.fixture
def page(standing: Watched) -> Page:
    """The page that stands for all tests of this file."""
    return standing.page


@pytest.fixture
def frame(page: Page, server: str) -> Frame:
    """The map on that page, somewhere, with nothing chosen, filtered or hidden; opened anew if that is not so."""
    clean = page.url.startswith(f"{server}/?at=") and "&" not in page.url
    return ready_map(page) if clean else open_map(page, server)


def address_holds(page: Page, text: str) -> None:
    wait_until(page, "text => decodeURIComponent(location.search).includes(text)", text)


def address_is_plain(page: Page) -> None:
    """Wait until the address says no more than where the map is."""
    wait_until(page, r"/^\?at=[\d.,]+$/.test(location.search)")


def settled(page: Page, frame: Frame) -> None:
    """Wait until the page's script has caught up with the strip and the map has both their results."""
    # Messages keep their order: when this one is there, the map has heard of the click.
    map_element(page).evaluate("""(element) => new Promise((heard) => {
        const map = element.contentWindow;
        map.addEventListener("message", (event) => event.data === "settled" && heard());
        map.postMessage("settled", window.location.origin);
    })""")
    wait_until(page, "!document.querySelector('[data-testid=stStatusWidget]')")
    wait_until(frame, "PlanMap.current.scene.args.turn === PlanMap.current.scene.turn")


def letters(frame: Frame) -> list[str]:
    return frame.evaluate("[PlanMap.current.sites.letters, PlanMap.current.stage.tasks]")


def without_filter(page: Page, frame: Frame) -> None:
    """Take the filters off, if there are any."""
    # The strip knows at once; the button comes when the script has run.
    if page.locator(".pm-pill[aria-pressed=true]").count():
        clear = page.get_by_role("button", name="清除筛选")
        clear.click()
        expect(clear).to_have_count(0)
    address_is_plain(page)
    settled(page, frame)


def search(page: Page, words: str) -> None:
    box = page.get_by_placeholder("搜索地点或任务")
    box.fill(words)
    box.press("Enter")


def let_go(page: Page, frame: Frame) -> None:
    """Let go of what is chosen: a search that finds nothing does that."""
    search(page, "没有这样的地方")
    # The search box says the same in the list under it, which may not have closed yet.
    expect(page.locator("p.pm-quiet", has_text="没有找到“没有这样的地方”")).to_be_visible()
    wait_until_calm(page)
    search(page, "")
    address_is_plain(page)
    frame.evaluate("void PlanMap.current.map.closePopup()")


def hide(frame: Frame, *layers: str) -> None:
    open_layers(frame)
    for layer in layers:
        frame.get_by_label(layer, exact=True).uncheck()


def show(frame: Frame, *layers: str) -> None:
    open_layers(frame)
    for layer in layers:
        frame.get_by_label(layer, exact=True).check()


def test_the_plan_opens_offline_with_its_counts_and_places(page, server):
    frame = open_map(page, server)
    expect(page.get_by_role("heading", name="东丽区2024年政府工作报告")).to_be_visible()
    for pill in ("已列入 17", "争取中 2", "推进中 58 佐证 19", "已完成 1", "滞后 0", "有佐证 24", "尚无佐证 54"):
        expect(page.get_by_role("button", name=pill, exact=True)).to_be_visible()
    expect(page.get_by_text("未落图任务 59")).to_be_visible()
    expect(page.get_by_text("无坐标地点 17")).to_be_visible()
    assert {"dongli-lake-centre", "junliangcheng-north", "tsn-airport", "road-jinzhonghe"} <= set(shown_sites(frame))
    drawn = frame.evaluate("PlanMap.current.labels.placed.map(label => label.text)")
    assert {"东丽湖", "军粮城北站", "天津滨海国际机场"} <= set(drawn)


def test_nothing_leaves_the_machine_while_the_map_is_used(standing, page, frame):
    page.get_by_role("button", name="推进中 58").click()
    frame.evaluate("void PlanMap.current.map.setZoom(16, {animate: false})")
    frame.evaluate("void PlanMap.current.map.setZoom(8, {animate: false})")
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("button", name="In progress 58")).to_be_visible()
    assert len(standing.requests) > 10
    assert standing.problems == []
    page.get_by_text("中文", exact=True).click()
    expect(page.get_by_role("button", name="推进中 58")).to_be_visible()
    without_filter(page, frame)


@pytest.mark.parametrize(
    "clicks",
    [
        ["推进中 58 佐证 19"],
        ["争取中 2", "已列入 17"],
        ["有佐证 24"],
        ["已列入 17", "尚无佐证 54"],
        ["滞后 0"],
        ["已完成 1", "已完成 1"],
        ["久无进展 77", "尚无佐证 54"],
    ],
)
def test_what_the_browser_filters_at_once_is_what_the_script_comes_to(page, frame, clicks):
    before = frame.evaluate("PlanMap.current.scene.turn")
    for turn, name in enumerate(clicks, start=before + 1):
        page.get_by_role("button", name=name, exact=True).click()
        wait_until(frame, "turn => PlanMap.current.scene.turn === turn", turn)
    at_once = letters(frame)
    settled(page, frame)
    assert letters(frame) == at_once
    without_filter(page, frame)


def test_a_filter_keeps_the_map_and_the_view(page, frame):
    look_at(frame, 39.1, 117.4, 12.5)
    frame.evaluate("window.document.mark = 'the same document'")
    before = set(shown_sites(frame))
    page.get_by_role("button", name="争取中 2").click()
    settled(page, frame)
    assert frame.evaluate("document.mark") == "the same document"
    # Every place stays to find the way by: those whose tasks are filtered out grey, and not without a word.
    assert set(shown_sites(frame)) == before
    statuses = (
        "Object.fromEntries([...document.querySelectorAll('.pm-site')].map(e => [e.dataset.site, e.dataset.status]))"
    )
    found = frame.evaluate(statuses)
    assert (found["dongli-lake-centre"], found["tsn-airport"]) == ("seeking", "none")
    expect(frame.locator(".pm-legend")).to_contain_text("任务被筛选隐去")
    frame.locator(".pm-site[data-site=tsn-airport]").hover()
    expect(frame.locator(".pm-tooltip")).to_contain_text("任务被筛选隐去")
    page.mouse.move(2, 2)
    assert frame.evaluate("PlanMap.current.map.getZoom()") == 12.5
    expect(page.get_by_text("任务清单 2/78")).to_be_visible()
    page.get_by_role("button", name="清除筛选").click()
    settled(page, frame)
    wait_until(frame, "!PlanMap.current.sites.entries.some((entry) => entry.state.filteredOut)")
    assert set(shown_sites(frame)) == before
    assert frame.evaluate("document.mark") == "the same document"
    expect(page.get_by_role("button", name="争取中 2")).to_have_attribute("aria-pressed", "false")
    address_is_plain(page)


def test_search_finds_the_station_and_flies_there(page, frame):
    search(page, "军粮城")
    expect(page.get_by_role("heading", name="军粮城北站", exact=True)).to_be_visible()
    wait_until(
        frame, "PlanMap.current.map.getBounds().contains([39.0658, 117.4212]) && PlanMap.current.map.getZoom() >= 14"
    )
    address_holds(page, "q=军粮城")
    address_holds(page, "site=junliangcheng-north")
    panel = page.locator(".st-key-panel")
    expect(panel).to_contain_text("小东庄站，≈ 2.1 km")
    expect(panel).to_contain_text("天津滨海国际机场，≈ 8.5 km")
    expect(panel).to_contain_text("推动军粮城北站南北片区规划")
    expect(panel).to_contain_text("误差约 120 米")
    let_go(page, frame)


def test_suggestions_come_while_typing_and_are_chosen_by_key_or_click(page, frame):
    box = page.get_by_role("combobox", name="搜索地点或任务")
    rows = page.get_by_role("listbox", name="搜索建议").get_by_role("option")
    box.press_sequentially("jlc")
    expect(rows.first).to_have_text("地点军粮城北站铁路车站 · 3 项任务")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", rows.first.get_attribute("id"))
    # Escape closes the list, and what was typed stays.
    box.press("Escape")
    expect(rows).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("jlc")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.get_by_role("heading", name="军粮城北站", exact=True)).to_be_visible()
    address_holds(page, "site=junliangcheng-north")
    wait_until(
        frame, "PlanMap.current.map.getBounds().contains([39.0658, 117.4212]) && PlanMap.current.map.getZoom() >= 14"
    )
    # Nothing is filtered: somebody went to a place.
    expect(box).to_have_value("")
    assert "q=" not in page.url
    box.fill("xuexiao")
    rows.filter(has_text="类别").click()
    expect(box).to_have_value("xuexiao")
    address_holds(page, "q=xuexiao")
    expect(page.get_by_text("任务清单 2/78")).to_be_visible()
    let_go(page, frame)


def test_what_lies_near_is_asked_by_radius_by_a_click_and_by_corners(page, frame):
    look_at(frame, 39.10752, 117.34280, 14)
    frame.locator('.pm-site[data-site="cauc"]').click()
    panel = page.locator(".st-key-panel")
    panel.get_by_role("button", name="2 km").or_(panel.get_by_role("radio", name="2 km")).click()
    expect(panel.get_by_role("heading", name="中国民航大学（以地铁站代）周边 2 km")).to_be_visible()
    address_holds(page, "near=2000:cauc")
    # The map shows all of the circle, and the legend says what it is.
    rings = "PlanMap.current.stage.vicinity.near?.polygons.flat(2)"
    wait_until(frame, f"PlanMap.current.map.getBounds().contains({rings} ?? [])")
    expect(frame.locator(".pm-legend")).to_contain_text("2 km 范围")
    # Around any point, with the same radius.
    frame.get_by_role("button", name="查周边").click()
    middle = frame.locator(".leaflet-container").bounding_box()
    x, y = middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2
    page.mouse.click(x - 40, y + 40)
    wait_until(page, r"/near=2000:39\.\d+,117\.\d+/.test(decodeURIComponent(location.search))")
    expect(panel.get_by_role("heading", name="°E周边 2 km")).to_be_visible()
    settled(page, frame)
    # In an area; Escape lets go of one that has been begun, and of nothing else.
    area = frame.get_by_role("button", name="画范围查询")
    for key in ("Escape", "Enter"):
        area.click()
        for across, down in ((-60, -60), (60, -60), (0, 60)):
            page.mouse.click(x + across, y + down)
            page.wait_for_timeout(300)
        page.keyboard.press(key)
        expect(area).not_to_have_class(re.compile("pm-on"))
        expect(panel.get_by_role("heading", name="所画范围内")).to_have_count(0 if key == "Escape" else 1)
    wait_until(page, r"/near=39(\.\d+)?,117[\d.,]+/.test(decodeURIComponent(location.search))")
    panel.get_by_role("button", name="取消周边").click()
    wait_until(page, "!location.search.includes('near=')")
    wait_until(frame, "PlanMap.current.stage.vicinity.near === null")
    let_go(page, frame)


def test_a_click_on_a_site_opens_its_panel_with_evidence(page, frame):
    look_at(frame, 39.10752, 117.34280, 14)
    frame.locator('.pm-site[data-site="cauc"]').click()
    expect(frame.locator(".pm-card h3")).to_have_text("中国民航大学（以地铁站代）")
    panel = page.locator(".st-key-panel")
    expect(panel.get_by_role("heading", name="中国民航大学（以地铁站代）")).to_be_visible()
    panel.get_by_text("深化与民航大学合作").click()
    expect(panel).to_contain_text("2026-03-02")
    expect(panel).to_contain_text("计划年度之后")
    expect(panel).to_contain_text("图上位置为名义或代用")
    address_holds(page, "site=cauc")
    let_go(page, frame)


def patch_of(frame: Frame, site_id: str) -> str:
    """Return JavaScript for the entry of a site that is drawn as a soft patch."""
    return f"PlanMap.current.sites.byId.get('{site_id}')"


def test_a_click_on_the_patch_of_the_lake_opens_the_lake_with_its_tasks(page, frame):
    look_at(frame, 39.1655, 117.4867, 14)
    wait_until(frame, f"{patch_of(frame, 'dongli-lake-nominal-extent')}.patch.isOn(PlanMap.current.map)")
    # The patch is a picture without an edge, and what takes the click cannot be seen.
    shape = frame.locator("path.pm-unseen").first
    assert shape.evaluate("path => getComputedStyle(path).stroke") == "none"
    assert shape.evaluate("path => Number(getComputedStyle(path).fillOpacity)") == 0
    assert frame.locator("img.pm-soft").count() > 0
    # No circle runs around the lake.
    assert frame.evaluate(f"{patch_of(frame, 'dongli-lake-centre')}.halo._map") is None
    at = frame.evaluate("(({x, y}) => [x, y])(PlanMap.current.map.latLngToContainerPoint([39.1725, 117.4867]))")
    frame.locator("#map, .folium-map").first.click(position={"x": at[0], "y": at[1]})
    expect(frame.locator(".pm-card h3")).to_have_text("东丽湖")
    expect(frame.locator(".pm-card li")).to_have_count(6)
    panel = page.locator(".st-key-panel")
    expect(panel.get_by_role("heading", name="东丽湖", exact=True)).to_be_visible()
    expect(panel).to_contain_text("任务（6）")
    # One place with its parts, each with its own precision.
    for words in ("东丽湖（名义范围）", "东丽湖景区（名录点位）", "误差约 1200 米", "误差约 300 米"):
        expect(panel).to_contain_text(words)
    address_holds(page, "site=dongli-lake-centre")
    # All of it is lit, and its symbol and name stand once.
    lit = frame.evaluate(
        "PlanMap.current.sites.entries.filter((entry) => entry.lit).map((entry) => entry.site.id).sort()"
    )
    assert lit == ["dongli-lake-centre", "dongli-lake-nominal-extent", "dongli-lake-poi"]
    assert [one for one in shown_sites(frame) if one.startswith("dongli-lake")] == ["dongli-lake-centre"]
    # A panel that is longer than the window is read by scrolling in it.
    assert panel.evaluate("box => getComputedStyle(box).overflowY") == "auto"
    let_go(page, frame)


@pytest.mark.parametrize("part", ["dongli-lake-nominal-extent", "dongli-lake-poi"])
def test_an_old_address_of_a_part_opens_the_whole(lend, server, part):
    page = lend().page
    frame = open_map(page, f"{server}/?site={part}")
    expect(page.locator(".st-key-panel").get_by_role("heading", name="东丽湖", exact=True)).to_be_visible()
    address_holds(page, "site=dongli-lake-centre")
    assert frame.evaluate("PlanMap.current.sites.byId.get('dongli-lake-centre').lit")


def test_a_site_opens_by_keyboard(page, frame):
    look_at(frame, 39.06579, 117.42119, 14)
    marker = frame.locator('.pm-site[data-site="junliangcheng-north"]')
    marker.focus()
    marker.press("Enter")
    expect(page.locator(".st-key-panel").get_by_role("heading", name="军粮城北站")).to_be_visible()
    address_holds(page, "site=junliangcheng-north")
    let_go(page, frame)


def test_a_task_picked_in_the_list_flies_to_its_sites_and_lights_them(page, frame):
    search(page, "海河下游")
    address_holds(page, "q=海河下游")
    expect(page.get_by_text("任务清单 1/78")).to_be_visible()
    # The list that has changed is a new table.
    wait_until_calm(page)
    page.locator("table.pm-list tbody td").nth(4).click()
    expect(page.locator(".st-key-panel").get_by_role("heading", name="打造海河下游绿色钢谷")).to_be_visible()
    wait_until(frame, "document.querySelectorAll('.pm-site.pm-lit').length === 3")
    address_holds(page, "task=haihe-green-steel-valley")
    let_go(page, frame)


def test_a_target_beside_the_map_opens_its_task(page, frame):
    rows = page.locator(".pm-headlines > ul .pm-headline")
    expect(rows).to_have_count(4)
    rows.filter(has_text="京冀项目").click()
    expect(page.locator(".st-key-panel h3")).to_have_text("引进京冀项目160个")
    address_holds(page, "task=jingji-projects-160")


def test_layers_switch_and_fade_without_the_server(page, frame):
    hide(frame, "东丽湖文旅")
    assert "dongli-lake-centre" not in shown_sites(frame)
    show(frame, "东丽湖文旅")
    assert "dongli-lake-centre" in shown_sites(frame)
    address_holds(page, "at=")
    assert "hide" not in page.url


def test_the_legend_lists_what_is_on_the_map_and_nothing_else(frame):
    look_at(frame, 39.06579, 117.42119, 14.5)
    legend = frame.locator(".pm-legend")
    expect(legend).to_contain_text("铁路车站")
    expect(legend).to_contain_text("推进中")
    expect(legend).not_to_contain_text("湖泊")
    expect(legend).not_to_contain_text("已完成")
    look_at(frame, 39.16, 117.487, 14)
    expect(legend).to_contain_text("湖泊")
    expect(legend).to_contain_text("争取中")


def test_labels_stand_clear_of_each_other_and_of_symbols(frame):
    for zoom in (9, 11, 12, 13, 15):
        look_at(frame, 39.066, 117.42, zoom)
        frame.evaluate("PlanMap.current.labels.draw()")
        overlaps = frame.evaluate("""() => {
            const placed = PlanMap.current.labels.placed;
            const symbols = PlanMap.current.sites.collect().obstacles;
            const hit = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
            const found = [];
            placed.forEach((one, i) => one.candidate.boxes.forEach((box) => {
                for (const other of placed.slice(i + 1))
                    for (const next of other.candidate.boxes) if (hit(box, next)) found.push([one.text, other.text]);
                for (const symbol of symbols)
                    if (symbol.owner !== one.owner && hit(box, symbol.box)) found.push([one.text, symbol.owner]);
            }));
            return [placed.length, found];
        }""")
        assert overlaps[0] > 2
        assert overlaps[1] == []


def test_the_district_itself_is_named_where_symbols_stand_in_its_middle(frame):
    names = "PlanMap.current.labels.draw() || PlanMap.current.labels.placed.map((one) => one.text)"
    # What the page opens with, and nearer, where it stands clear of the boundary. Legend and layers may stand over some
    # of the places for the name.
    frame.evaluate("document.querySelector('.pm-side').style.display = 'none'")
    for latitude, longitude, zoom in (
        frame.evaluate(
            """(() => {
                const { map, home } = PlanMap.current;
                const { lat, lng } = home.getCenter();
                return [lat, lng, map.getBoundsZoom(home, false, L.point(0, 76))];
            })()"""
        ),
        (39.09, 117.4, 11.5),
    ):
        look_at(frame, latitude, longitude, zoom)
        assert "东丽区" in frame.evaluate(names)
    # Two railways on one track have one name, where there is room for it.
    look_at(frame, 39.06, 117.42, 12.4)
    assert "津秦高铁 / 京津城际延长线" in frame.evaluate(names)
    assert "津秦高铁" not in frame.evaluate(names)
    frame.evaluate("document.querySelector('.pm-side').style.display = ''")


def test_measuring_agrees_with_the_ellipsoid(page, frame):
    look_at(frame, 39.06579, 117.42119, 13)
    hidden = "军粮城北站片区", "铁路车站", "地铁站"
    hide(frame, *hidden)
    ruler = frame.get_by_role("button", name="测量长度和面积")
    ruler.click()
    box = map_element(page).bounding_box()
    spots = [(300, 120), (420, 200)]
    ends = []
    for x, y in spots:
        ends.append(
            frame.evaluate(
                "([x, y]) => { const p = PlanMap.current.map.containerPointToLatLng([x, y]); return [p.lng, p.lat]; }",
                [x, y],
            )
        )
        page.mouse.click(box["x"] + 1 + x, box["y"] + 1 + y)
    length = pyproj.Geod(a=6378137, rf=298.257222101).inv(*ends[0], *ends[1])[2]
    expect(frame.locator(".pm-measure")).to_contain_text(f"{length / 1000:.2f} km")
    ruler.click()
    expect(frame.locator(".pm-measure")).to_have_count(0)
    show(frame, *hidden)
    address_is_plain(page)


def test_the_readout_gives_the_cgcs2000_grid(frame):
    look_at(frame, 39.06579, 117.42119, 13)
    expect(frame.locator(".pm-readout")).to_contain_text(
        "WGS 84 117.42119°E 39.06579°N · CGCS2000 E 536452 N 4325892 m"
    )


def test_the_grid_lies_on_whole_kilometres_and_switches(page, frame):
    look_at(frame, 39.06579, 117.42119, 13.25)
    hidden = "机场与临空经济", "军粮城北站片区"
    hide(frame, *hidden)
    to_degrees = pyproj.Transformer.from_crs("EPSG:4548", "EPSG:4326", always_xy=True)
    assert frame.evaluate("PlanMap.current.grid.step") == 2000
    ink = """([lng, lat]) => {
        const { map, grid } = PlanMap.current;
        const ratio = window.devicePixelRatio;
        const { x, y } = map.latLngToContainerPoint([lat, lng]);
        const box = [Math.round(x * ratio) - 1, Math.round(y * ratio) - 1, 3, 3];
        const pixels = grid.canvas.getContext("2d").getImageData(...box).data;
        return pixels.some((value, index) => index % 4 === 3 && value > 0);
    }"""
    for easting, northing, drawn in ((536000, 4325300, True), (536700, 4326000, True), (535300, 4325300, False)):
        assert frame.evaluate(ink, list(to_degrees.transform(easting, northing))) is drawn
    expect(frame.locator(".pm-legend")).to_contain_text("CGCS2000 坐标网 2 km")
    hide(frame, "公里网（CGCS2000）")
    expect(frame.locator(".pm-legend")).not_to_contain_text("CGCS2000 坐标网")
    address_holds(page, "grid")
    show(frame, "公里网（CGCS2000）", *hidden)
    address_is_plain(page)


def test_tianditu_without_a_key_says_what_to_do(frame):
    open_layers(frame)
    frame.get_by_label("天地图（在线）").click()
    expect(frame.get_by_role("alert")).to_contain_text("PLANMAP_TIANDITU_KEY")
    assert frame.get_by_label("离线底图").is_checked()


# From here on the page is left in another state than that in which it was found.


def test_the_address_gives_the_same_map_in_another_browser(page, frame, lend):
    page.get_by_role("button", name="推进中 58").click()
    hide(frame, "铁路车站")
    frame.get_by_label("不透明度 军粮城北站片区").fill("50")
    look_at(frame, 39.06, 117.43, 13)
    settled(page, frame)
    address_holds(page, "status=in_progress")
    address_holds(page, "hide=railway-stations")
    address_holds(page, "opacity=junliangcheng:50")
    address_holds(page, "at=39.06000,117.43000,13.00")
    other = lend().page
    copied = open_map(other, page.url)
    assert letters(copied) == letters(frame)
    # In which order they came depends on where the map began.
    assert sorted(shown_sites(copied)) == sorted(shown_sites(frame))
    assert copied.evaluate("PlanMap.current.stage.layers") == frame.evaluate("PlanMap.current.stage.layers")
    center = "(({lat, lng}) => [lat.toFixed(4), lng.toFixed(4)])(PlanMap.current.map.getCenter())"
    assert copied.evaluate(center) == frame.evaluate(center) == ["39.0600", "117.4300"]
    expect(other.get_by_role("button", name="推进中 58")).to_have_attribute("aria-pressed", "true")


def test_another_address_in_the_same_tab_starts_from_itself_and_english_is_complete(page, frame, server, plan):
    search(page, "天津欢乐谷")
    expect(page.locator(".st-key-panel").get_by_role("heading", name="天津欢乐谷")).to_be_visible()
    frame = open_map(page, f"{server}/?lang=en&site=cauc&at=39.1,117.4,12")
    expect(page.get_by_role("heading", name="Civil Aviation University of China (proxy)")).to_be_visible()
    expect(frame.locator(".pm-legend")).to_contain_text("University")
    texts = page.locator("body").inner_text() + frame.locator("body").inner_text()
    chinese = {line for line in texts.splitlines() if re.search("[\u4e00-\u9fff]", line)} - {"中文"}
    # What the report or a publisher said stays in its language: clause, verb, source titles, partners.
    chinese -= {name for task in plan.tasks.values() for name in task.partners}
    assert {line for line in chinese if not re.search("Report, '|The report's|·|©", line)} == set()


class Online:
    """A page of a server with a key for Tianditu, which may ask for pictures and gets none."""

    def __init__(self, page: Page, frame: Frame, asked: list[str]) -> None:
        self.page, self.frame, self.asked = page, frame, asked


@pytest.fixture(scope="module")
def page_online(browser, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("online"), PLANMAP_TIANDITU_KEY="abc123") as url:
        context = new_context(browser)
        asked: list[str] = []
        # No picture can be had here; where each one would stand can be.
        context.route(re.compile("^https:"), lambda route: (asked.append(route.request.url), route.abort()))
        page = context.new_page()
        frame = open_map(page, f"{url}/?at=39.064801,117.421897,15.00")
        # Nothing is asked for until somebody chooses it.
        assert asked == []
        open_layers(frame)
        yield Online(page, frame, asked)
        context.close()


@pytest.fixture
def online(page_online):
    page_online.frame.get_by_label("离线底图").click()
    look_at(page_online.frame, 39.064801, 117.421897, 15)
    page_online.asked.clear()
    return page_online


def test_amap_pictures_are_shifted_and_the_plan_is_not(online):
    frame, asked = online.frame, online.asked
    frame.get_by_label("高德（在线，已校正偏移）").click()
    wait_until(online.page, "decodeURIComponent(location.search).includes('base=amap')")
    wait_until(frame, "document.querySelector('.leaflet-tile-pane .leaflet-tile')")
    shift = frame.evaluate("""() => {
        const map = PlanMap.current.map;
        const tile = document.querySelector('.leaflet-tile-pane .leaflet-tile');
        const [, x, y, z] = tile.src.match(/x=(\\d+)&y=(\\d+)&z=(\\d+)/).map(Number);
        const corner = map.unproject([x * 256, y * 256], z);
        const box = tile.getBoundingClientRect();
        const frame = map.getContainer().getBoundingClientRect();
        const stands = map.containerPointToLatLng([box.left - frame.left, box.top - frame.top]);
        return [corner.lng - stands.lng, corner.lat - stands.lat];
    }""")
    expected = wgs84_to_gcj02(117.421897, 39.064801)
    # One pixel at this zoom is 0.00004 degrees.
    assert shift == pytest.approx((expected[0] - 117.421897, expected[1] - 39.064801), abs=0.00006)
    assert asked
    assert all("autonavi" in url for url in asked)
    assert frame.evaluate("PlanMap.current.map.getCenter().lng") == pytest.approx(117.4219, abs=1e-3)


def test_tianditu_with_a_key_asks_for_map_and_names(online):
    frame, asked = online.frame, online.asked
    frame.get_by_label("天地图（在线）").click()
    expect(frame.get_by_role("alert")).to_contain_text("在线底图没有响应")
    assert {"LAYER=vec", "LAYER=cva"} <= {part for url in asked for part in url.split("&")}
    assert all("tianditu.gov.cn" in url and "tk=abc123" in url for url in asked)
    # Source line and disclaimer stand beside the provider's, and are still there when that has gone.
    credit = frame.locator(".leaflet-control-attribution")
    expect(credit).to_contain_text("示意图，不作为划界依据")
    expect(credit).to_contain_text("天地图")
    frame.get_by_label("离线底图").click()
    expect(credit).to_contain_text("示意图，不作为划界依据")
    expect(credit).not_to_contain_text("天地图")


def test_on_a_phone_everything_is_within_reach(phone, server):
    frame = open_map(phone, server)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    open_layers(frame)
    expect(frame.get_by_label("军粮城北站片区", exact=True)).to_be_visible()
