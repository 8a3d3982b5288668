"""How the browse page starts: the map first, then everything around it, and nothing loaded twice."""

import json
import re

import pytest
from playwright.sync_api import Browser, Frame, Page, Route, expect

from app.current_plan import FRESH_S
from tests.browser.conftest import MAP_FRAME, PHONE, WINDOW, Watched, new_context, ready_map, wait_until
from tests.browser.server import serving

MAP_STANDS = f"Boolean(document.querySelector('{MAP_FRAME}')?.contentDocument?.querySelector('[data-ready=yes]'))"
LARGEST_FIRST_VIEW = 3_000_000
LARGEST_SECOND_VIEW = 100_000


def place(page: Page) -> list[float]:
    return page.evaluate(
        f"(() => {{ const box = document.querySelector('{MAP_FRAME}').getBoundingClientRect();"
        " return [box.x, box.y, box.width, box.height]; })()"
    )


class Hold:
    """Keeps Streamlit's own script from coming until it is let go."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._held: list[Route] = []
        page.route(re.compile(r"/static/js/index\.\w{8}\.js$"), lambda route: self._held.append(route))

    def let_go(self) -> None:
        """Wait until the script has been asked for, and let it come."""
        wait_until_held = 0
        while not self._held and wait_until_held < 6000:
            self._page.wait_for_timeout(20)
            wait_until_held += 1
        for route in self._held:
            route.continue_()


def resting_place(frame: Frame) -> float:
    """Return the longitude of the map's centre once it no longer glides."""
    centre = "PlanMap.current.map.getCenter().lng"
    before, now = None, frame.evaluate(centre)
    while now != before:
        frame.page.wait_for_timeout(300)
        before, now = now, frame.evaluate(centre)
    return now


@pytest.mark.parametrize("window", [{"viewport": WINDOW}, PHONE], ids=["desk", "phone"])
def test_the_map_can_be_moved_before_streamlit_is_up_and_keeps_its_document_and_its_place(
    watched: Watched, server: str, window: dict
):
    page = watched.page
    held = Hold(page)
    page.goto(server, wait_until="commit")
    wait_until(page, MAP_STANDS)
    expect(page.get_by_text("推进中 58")).to_be_visible()
    before = place(page)
    frame = page.wait_for_selector(MAP_FRAME).content_frame()
    frame.evaluate("document.mark = 'the same document'")
    start = frame.evaluate("PlanMap.current.map.getCenter().lng")
    if "is_mobile" not in window:
        page.mouse.move(before[0] + 300, before[1] + 200)
        page.mouse.down()
        page.mouse.move(before[0] + 200, before[1] + 200, steps=4)
        page.mouse.up()
        wait_until(frame, "start => PlanMap.current.map.getCenter().lng > start + 0.01", start)
        start = resting_place(frame)
    held.let_go()
    frame = ready_map(page)
    assert frame.evaluate("document.mark") == "the same document"
    assert frame.evaluate("PlanMap.current.map.getCenter().lng") == pytest.approx(start, abs=1e-6)
    assert place(page) == pytest.approx(before, abs=1.0)
    page.get_by_role("button", name="争取中 2").click()
    wait_until(frame, "PlanMap.current.scene.args.turn === 1")


def test_a_browser_that_cannot_move_frames_loads_the_map_in_its_place(browser: Browser, server: str):
    watched = Watched(new_context(browser))
    page = watched.page
    page.add_init_script("delete Element.prototype.moveBefore")
    page.goto(f"{server}/?site=tsn-airport")
    frame = ready_map(page)
    assert frame.evaluate("[...PlanMap.current.sites.lit]") == ["tsn-airport"]
    expect(page.locator(".st-key-panel").get_by_role("heading", name="天津滨海国际机场")).to_be_visible()
    watched.close()


def test_a_first_and_a_second_view_are_no_larger_than_promised(browser: Browser, server: str):
    context = browser.new_context(viewport=WINDOW)
    for largest in (LARGEST_FIRST_VIEW, LARGEST_SECOND_VIEW):
        page = context.new_page()
        sizes: list[float] = []
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(event["encodedDataLength"]))
        page.goto(server)
        ready_map(page)
        assert 1000 < sum(sizes) < largest
        page.close()
    context.close()


def test_a_plan_that_breaks_after_the_first_html_is_told_of(watched: Watched, plan_folder, tmp_path):
    page = watched.page
    with serving(tmp_path, str(plan_folder)) as url:
        held = Hold(page)
        page.goto(url, wait_until="commit")
        wait_until(page, MAP_STANDS)
        info = plan_folder / "plan.toml"
        info.write_text(info.read_text(encoding="utf-8").replace("year = 2024", 'year = "soon"'), encoding="utf-8")
        # The answer about the plan's version holds for a second.
        page.wait_for_timeout(FRESH_S * 1100)
        held.let_go()
        expect(page.get_by_role("alert")).to_contain_text("plan.toml")
        expect(page.locator("#planmap-opening")).to_be_hidden()


def test_the_address_of_a_scene_is_shown_before_streamlit_is_up(watched: Watched, server: str):
    page = watched.page
    Hold(page)
    page.goto(f"{server}/?lang=en&status=seeking&at=39.16,117.487,13", wait_until="commit")
    wait_until(page, MAP_STANDS)
    frame = page.wait_for_selector(MAP_FRAME).content_frame()
    assert json.loads(frame.evaluate("JSON.stringify(PlanMap.current.map.getZoom())")) == 13
    expect(page.get_by_text("Seeking 2")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert set(frame.evaluate("[...new Set(PlanMap.current.stage.tasks)]")) == {".", "s"}
