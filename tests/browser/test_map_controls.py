"""The map's controls, the ways into and out of a selection, and the keyboard, on a screen and on a telephone."""

from itertools import combinations
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Frame, Page, expect

from layers.resources import BROWSER_FOLDER
from tests.browser.conftest import (
    Watched,
    look_at,
    map_element,
    open_layers,
    open_map,
    ready_map,
    shown_sites,
    wait_until,
    wait_until_calm,
)

CONTROLS = ".leaflet-bar, .pm-side, .leaflet-control-scale, .pm-readout, .leaflet-control-attribution"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FOCUSED = "(({dataset, className}) => dataset.site || className)(document.activeElement)"


@pytest.fixture(scope="module")
def window() -> dict[str, object]:
    """axe is put into the page from outside."""
    return {"bypass_csp": True}


@pytest.fixture
def page(standing: Watched) -> Page:
    return standing.page


@pytest.fixture
def frame(page: Page, server: str) -> Frame:
    """The map on the page that stands for this file; opened anew if something is chosen, filtered or hidden."""
    clean = page.url.startswith(f"{server}/?at=") and "&" not in page.url
    return ready_map(page) if clean else open_map(page, server)


def address(page: Page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query))


def comes_to(page: Page, frame: Frame, **wanted: str) -> None:
    """Wait until address, map and panel say the same: what of the page's part is `wanted`, and no more."""
    wait_until(
        page,
        """wanted => {
            const found = Object.fromEntries(new URLSearchParams(location.search));
            delete found.at;
            return JSON.stringify(Object.entries(found).sort()) === JSON.stringify(Object.entries(wanted).sort());
        }""",
        wanted,
    )
    lit = "({site}) => [...PlanMap.current.sites.lit].join() === (site || '')"
    wait_until(frame, lit, wanted)
    filtered = "({status}) => PlanMap.current.sites.letters.includes('~') === Boolean(status)"
    wait_until(frame, filtered, wanted)
    heading = page.locator(".st-key-panel h3").first
    if "site" in wanted:
        expect(heading).not_to_have_text("从这里开始")
    else:
        expect(heading).to_have_text("从这里开始")
    wait_until_calm(page)


def choose_university(page: Page, frame: Frame) -> None:
    look_at(frame, 39.10752, 117.34280, 14)
    frame.locator('.pm-site[data-site="cauc"]').click()
    expect(frame.locator(".pm-card")).to_be_visible()
    comes_to(page, frame, site="cauc")


def test_ways_out_of_a_selection_and_back_through_the_history(page, frame):
    begun = page.evaluate("history.length")
    for _ in range(3):
        look_at(frame, 39.1, 117.4, 12.5)
        look_at(frame, 39.10752, 117.34280, 14)
    # Moving the map is no step.
    assert page.evaluate("history.length") == begun
    box = map_element(page).bounding_box()
    for leave in (
        lambda: page.keyboard.press("Escape"),
        lambda: frame.locator(".leaflet-popup-close-button").click(),
        lambda: page.mouse.click(box["x"] + 180, box["y"] + 560),
        lambda: page.get_by_role("button", name="清除选择").click(),
    ):
        choose_university(page, frame)
        leave()
        expect(frame.locator(".pm-card")).to_have_count(0)
        comes_to(page, frame)
    assert page.evaluate("history.length") == begun + 8
    # A filter is a step as well, and Esc beside the map does what it does on the map.
    page.get_by_role("button", name="争取中 2").click()
    comes_to(page, frame, status="seeking")
    page.go_back()
    comes_to(page, frame)
    expect(page.get_by_role("button", name="争取中 2")).to_have_attribute("aria-pressed", "false")
    look_at(frame, 39.1, 117.4, 12.5)
    page.go_back()
    comes_to(page, frame, site="cauc")
    # With what was seen then.
    wait_until(frame, "PlanMap.current.map.getZoom() === 14")
    page.go_forward()
    comes_to(page, frame)
    page.go_forward()
    comes_to(page, frame, status="seeking")
    expect(page.get_by_role("button", name="争取中 2")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    page.go_back()
    comes_to(page, frame, site="cauc")
    page.locator(".st-key-panel").click()
    page.keyboard.press("Escape")
    comes_to(page, frame)
    # What is asked about the surroundings goes after the selection, or with it by the button.
    for leave in (("Escape", "Escape"), ("清除选择",)):
        choose_university(page, frame)
        page.get_by_role("radio", name="2 km").click()
        wait_until(frame, "PlanMap.current.stage.vicinity.near")
        for step in leave:
            page.keyboard.press(step) if step == "Escape" else page.get_by_role("button", name=step).click()
            wait_until(page, "!location.search.includes('site=')")
        wait_until(page, "!location.search.includes('near=')")
        wait_until(frame, "PlanMap.current.stage.vicinity.near === null")
        expect(page.get_by_role("button", name="清除选择")).to_have_count(0)
    frame.get_by_role("button", name="显示全区").click()
    wait_until(frame, "PlanMap.current.map.getBounds().contains(PlanMap.current.home)")


def test_the_wheel_waits_for_a_click_or_for_ctrl(page, frame):
    look_at(frame, 39.1, 117.4, 12)
    page.mouse.click(5, 5)
    frame.evaluate("document.activeElement.blur()")
    box = map_element(page).bounding_box()
    page.mouse.move(box["x"] + 120, box["y"] + 520)
    scroller = "(document.querySelector('[data-testid=stMain]') || document.scrollingElement).scrollTop"
    zoom = "PlanMap.current.map.getZoom()"
    page.mouse.wheel(0, 120)
    wait_until(page, f"{scroller} > 0")
    hint = frame.locator(".pm-hint")
    expect(hint).to_have_class("pm-hint pm-shown")
    expect(hint).to_have_text("按住 Ctrl 滚动可缩放，或先点一下地图")
    assert frame.evaluate(zoom) == 12
    page.mouse.wheel(0, -300)
    wait_until(page, f"{scroller} === 0")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    wait_until(frame, f"{zoom} > 12")
    page.keyboard.up("Control")
    expect(hint).to_have_class("pm-hint")
    look_at(frame, 39.1, 117.4, 12)
    page.mouse.click(box["x"] + 120, box["y"] + 520)
    page.mouse.wheel(0, -120)
    wait_until(frame, f"{zoom} > 12")
    assert page.evaluate(scroller) == 0


def test_tab_and_arrows_go_from_site_to_site_and_lines_have_no_part_in_it(page, frame):
    look_at(frame, 39.10752, 117.34280, 14)
    # A click on a line, an area or empty map leaves no frame, and what takes it is not where Tab goes.
    assert (
        frame.evaluate("""[...document.querySelectorAll('path.leaflet-interactive')].filter((path) => {
        path.focus();
        return document.activeElement === path;
    }).length""")
        == 0
    )
    box = map_element(page).bounding_box()
    page.mouse.click(box["x"] + 180, box["y"] + 560)
    assert frame.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "none"
    assert frame.evaluate("document.activeElement.matches('.leaflet-container')")
    look_at(frame, 39.10752, 117.34280, 13)
    found = []
    for _ in range(60):
        page.keyboard.press("Tab")
        site = frame.evaluate("document.activeElement.dataset.site")
        if site is None:
            break
        found.append(site)
    assert set(found) == set(shown_sites(frame))
    tasks = "PlanMap.current.sites.byId.get(id).site.tasks.length > 0"
    with_tasks = frame.evaluate(f"ids => ids.map((id) => {tasks})", found)
    assert with_tasks == sorted(with_tasks, reverse=True)
    assert {True, False} == set(with_tasks)
    look_at(frame, 39.10752, 117.34280, 12)
    frame.locator('.pm-site[data-site="cauc"]').focus()
    page.keyboard.press("ArrowRight")
    other = frame.evaluate(FOCUSED)
    east = "id => document.querySelector(`.pm-site[data-site='${id}']`).getBoundingClientRect().left"
    assert other != "cauc"
    assert frame.evaluate(east, other) > frame.evaluate(east, "cauc")
    assert frame.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(frame.locator(".pm-card")).to_be_visible()
    page.keyboard.press("Escape")
    expect(frame.locator(".pm-card")).to_have_count(0)
    comes_to(page, frame)


def panes(frame: Frame, *layers: str) -> list[int]:
    """Return the place in the stack of the panes of `layers`."""
    return frame.evaluate(
        "ids => ids.map((id) => Number(PlanMap.current.sites.layers.get(id).pane.style.zIndex))", list(layers)
    )


def test_the_bar_leaves_the_map_its_room_and_the_tree_does_what_it_says(page, frame, server):
    covered = """[...document.querySelectorAll('.pm-side')].map((bar) => {
        const [a, b] = [bar, document.querySelector('.leaflet-container')].map((box) => box.getBoundingClientRect());
        return (a.width * a.height) / (b.width * b.height);
    })"""
    expect(frame.locator(".pm-legend")).to_be_visible()
    expect(frame.locator(".pm-layers")).to_be_hidden()
    [share] = frame.evaluate(covered)
    assert 0.02 < share < 0.1
    open_layers(frame)
    expect(frame.locator(".pm-legend")).to_be_hidden()
    # A group is half on when one of its layers is off, and switches them all.
    group = frame.get_by_label("交通参考", exact=True)
    frame.get_by_label("铁路车站", exact=True).uncheck()
    assert group.evaluate("box => box.indeterminate")
    group.check()
    expect(frame.get_by_label("铁路车站", exact=True)).to_be_checked()
    assert not group.evaluate("box => box.indeterminate")
    group.uncheck()
    expect(frame.get_by_label("地铁站", exact=True)).not_to_be_checked()
    group.check()
    # One layer alone, with the ground; pressed again, all as before.
    before = frame.evaluate("JSON.stringify(PlanMap.current.stage.layers)")
    only = frame.get_by_role("button", name="仅此图层 东丽湖文旅")
    only.click()
    layer = "PlanMap.current.sites.byId.get(id).site.layer"
    assert set(frame.evaluate(f"ids => ids.map((id) => {layer})", shown_sites(frame))) == {"dongli-lake"}
    expect(frame.get_by_label("海河", exact=True)).to_be_checked()
    only.click()
    assert frame.evaluate("JSON.stringify(PlanMap.current.stage.layers)") == before
    # In another order, by the mouse and by keys; the address says so, and gives the same again.
    first, second, third = "dongli-lake", "junliangcheng", "airport"
    stack = panes(frame, first, second, third)
    assert stack == sorted(stack, reverse=True)
    handles = [frame.get_by_role("button", name=f"移动图层 {name}") for name in ("东丽湖文旅", "机场与临空经济")]
    source, target = (handle.bounding_box() for handle in handles)
    page.mouse.move(source["x"] + 5, source["y"] + 12)
    page.mouse.down()
    page.mouse.move(target["x"] + 5, target["y"] + 8, steps=6)
    # The list follows the pointer in its own time: let go only when the layer is where it is to stay.
    for nudge in range(100):
        page.mouse.move(target["x"] + 5, target["y"] + 20 + nudge % 2)
        if frame.locator(".pm-handle").nth(2).get_attribute("aria-label") == "移动图层 东丽湖文旅":
            break
        page.wait_for_timeout(50)
    page.mouse.up()
    wait_until(frame, f"PlanMap.current.stage.order.slice(0, 3).join() === '{second},{third},{first}'")
    assert panes(frame, second, third, first) == stack
    handles[0].press("ArrowUp")
    wait_until(frame, f"PlanMap.current.stage.order.slice(0, 3).join() === '{second},{first},{third}'")
    assert frame.evaluate("document.activeElement.ariaLabel") == "移动图层 东丽湖文旅"
    wait_until(page, f"location.search.includes('order={second},{first}')")
    frame = open_map(page, page.url)
    # As it was left.
    expect(frame.locator(".pm-layers")).to_be_visible()
    assert panes(frame, second, first, third) == stack
    assert frame.locator(".pm-row").first.get_attribute("data-layer") == second
    frame.get_by_role("button", name="图层", exact=True).click()
    frame = open_map(page, server)
    expect(frame.locator(".pm-layers, .pm-legend").first).to_be_hidden()
    frame.get_by_role("button", name="图例", exact=True).click()


def overlapping(frame: Frame) -> list[str]:
    boxes = frame.evaluate(
        """selector => [...document.querySelectorAll(selector)].map((element) => {
            const {left, top, right, bottom} = element.getBoundingClientRect();
            return [element.className, left, top, right, bottom];
        }).filter(([, left, , right]) => right > left)""",
        CONTROLS,
    )
    assert len(boxes) > 5
    return [
        f"{a[0]} and {b[0]}"
        for a, b in combinations(boxes, 2)
        if a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]
    ]


@pytest.mark.parametrize(("language", "legend", "layers"), [("zh", "图例", "图层"), ("en", "Legend", "Layers")])
def test_on_a_phone_no_control_lies_over_another_and_the_list_is_below(phone, server, language, legend, layers):
    frame = open_map(phone, f"{server}/?lang={language}&site=tsn-airport")
    # In a frame it has no effect.
    options = {"runOnly": RULES, "rules": {"meta-viewport": {"enabled": False}}}
    axe = (BROWSER_FOLDER / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    frame.evaluate(axe)
    for name in ("", legend, layers):
        if name:
            open_layers(frame, name)
        assert overlapping(frame) == []
        found = frame.evaluate("options => axe.run(document, options)", options)["violations"]
        assert [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"]] == [], name
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    table = phone.locator(".pm-list-box").bounding_box()
    slot = map_element(phone).bounding_box()
    assert table["y"] >= slot["y"] + slot["height"]
