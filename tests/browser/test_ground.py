"""Ground from a real extract, and a picture as ground, in a real browser."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from layers.ground.files import add_ground
from layers.present.briefing import briefing
from layers.present.deck_choice import made_deck
from layers.store.base import open_store, read_plan
from tests.browser.conftest import Watched, look_at, open_layers, open_map, wait_until
from tests.browser.server import serving
from tests.browser.test_briefing import OFFLINE, Offline, opened
from tests.plan_anywhere import write_plan_at
from tests.real_extract import EXTRACT, LATITUDE, LONGITUDE
from tests.test_picture_ground import write_picture

pytestmark = pytest.mark.slow

NAMES = "PlanMap.current.labels.placed.map(label => label.text)"
TILE_AT = """([lat, lon]) => {
    const { map } = PlanMap.current;
    const frame = map.getContainer().getBoundingClientRect();
    const at = map.latLngToContainerPoint([lat, lon]).add([frame.left, frame.top]);
    const tiles = [...document.querySelectorAll(".pm-picture-tile img")];
    const found = tiles.find((tile) => {
        const { left, right, top, bottom } = tile.getBoundingClientRect();
        return left <= at.x && at.x < right && top <= at.y && at.y < bottom;
    });
    return found && found.complete ? found.naturalWidth : 0;
}"""
"""The width in pixels of the picture's tile at a place, 0 without one."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_plan_at(tmp_path_factory.mktemp("helsinki") / "plan", LONGITUDE, LATITUDE)
    write_picture(folder / "ground", at=(LONGITUDE, LATITUDE))
    add_ground(read_plan(open_store(str(folder))), EXTRACT, today=date(2026, 3, 1))
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder.parent, str(folder)) as url:
        yield url


@pytest.fixture
def page(standing: Watched) -> Page:
    return standing.page


@pytest.fixture
def frame(page: Page, address: str) -> Frame:
    return open_map(page, f"{address}/?lang=en")


def tiles_are_there(frame: Frame) -> None:
    wait_until(frame, "PlanMap.current.stage.ways.tiles !== null && PlanMap.current.stage.ways.tiles.complete")


def test_streets_have_their_names_at_each_zoom(frame):
    for zoom, name in ((14.5, "Mannerheimintie"), (16, "Kaivokatu"), (17, "Kaivokatu")):
        look_at(frame, LATITUDE, LONGITUDE, zoom)
        tiles_are_there(frame)
        wait_until(frame, f"name => {NAMES}.includes(name)", name)


def test_the_ground_is_chosen_in_the_tree_and_kept_in_the_address(page, frame):
    look_at(frame, LATITUDE, LONGITUDE, 15)
    tiles_are_there(frame)
    open_layers(frame, "Layers")
    frame.get_by_label("Built-in ground").check()
    wait_until(frame, "PlanMap.current.stage.ways.tiles === null")
    wait_until(page, "location.search.includes('base=plain')")
    frame.get_by_label("Helsinki", exact=True).check()
    tiles_are_there(frame)
    wait_until(page, "!location.search.includes('base=')")


def test_a_picture_lies_over_the_ground_and_has_its_source(page, frame):
    look_at(frame, LATITUDE, LONGITUDE, 15)
    open_layers(frame, "Layers")
    frame.get_by_label("photo", exact=True).check()
    wait_until(frame, f"at => ({TILE_AT})(at) === 512", [LATITUDE, LONGITUDE])
    expect(frame.get_by_text("Photo: Office A")).to_be_visible()
    # What the picture hides is not in the legend.
    expect(frame.get_by_text("Building", exact=True)).to_have_count(1)
    look_at(frame, LATITUDE, LONGITUDE, 16)
    expect(frame.get_by_text("Building", exact=True)).to_have_count(0)
    # Where the picture ends, the ground goes on.
    assert frame.evaluate(TILE_AT, [LATITUDE, LONGITUDE + 0.5]) == 0
    assert frame.evaluate("PlanMap.current.stage.ways.tiles !== null")
    frame.get_by_label("Helsinki", exact=True).check()
    wait_until(frame, "document.querySelectorAll('.pm-picture-tile').length === 0")
    expect(frame.get_by_text("Photo: Office A")).to_have_count(0)


def test_a_briefing_shows_the_ground_without_a_server(lend, folder, tmp_path):
    plan = read_plan(open_store(str(folder)))
    file = tmp_path / "briefing.html"
    file.write_text(briefing(plan, made_deck(plan), language="en", today=date(2026, 3, 1)), encoding="utf-8")
    page = opened(lend(Offline, **OFFLINE), file)
    wait_until(page, "PlanMap.briefing.stage.ways.tiles.complete")
    page.evaluate(
        "([lat, lon]) => void PlanMap.briefing.map.setView([lat, lon], 13, {animate: false})", [LATITUDE, LONGITUDE]
    )
    wait_until(page, "PlanMap.briefing.stage.ways.tiles.complete && PlanMap.briefing.stage.seenWays().size > 3")
