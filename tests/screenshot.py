"""Make the pictures in docs/images anew: `make screenshot`.

They show the real page and a real sheet of the built-in plan, so they are made again whenever those change.
The picture of the QGIS layout comes from `tests/benchmarks/qgis_sheet.py`.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from layers.plan.scene import Scene
from layers.present.briefing import briefing
from layers.present.deck_choice import chosen_deck
from layers.resources import default_plan_folder
from layers.sheet.render import render
from layers.sheet.sheet import Order, compose
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path, open_map
from tests.browser.server import serving

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "browse.png"
SHEET = PICTURE.with_name("sheet-a3.png")
BRIEFING = PICTURE.with_name("briefing.png")
BRIEFING_VIEW = 4
SHEET_DAY = date(2026, 11, 22)
SHEET_DPI = 110
WIDTH, HEIGHT = 1400, 900
"""Pixels."""
MAXIMUM_BYTES = 900_000
"""Every clone of the repository carries the picture, in each of its versions."""
SITE_ID, SITE_NAME = "junliangcheng-north", "军粮城北站"


def take(address: str, picture: Path) -> None:
    """Open the page, click the site on the map and save what is seen then."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=CHROMIUM_FLAGS,
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
        frame = open_map(page, address)
        frame.locator(f".pm-site[data-site={SITE_ID}]").click()
        # A pointer that stays on the marker would leave its tooltip in the picture.
        page.mouse.move(WIDTH - 5, HEIGHT - 5)
        expect(page.locator(".st-key-panel h3")).to_have_text(SITE_NAME)
        expect(frame.locator(f".pm-lit[data-site={SITE_ID}]")).to_be_visible()
        expect(frame.locator(".pm-tooltip")).to_have_count(0)
        # The map pans to make room for the card, and labels are placed when it stands still.
        page.wait_for_timeout(1500)
        page.screenshot(path=picture, animations="disabled")
        browser.close()


def take_briefing(picture: Path) -> None:
    """Open the default deck as a file and save one of its views."""
    plan = read_plan(FolderStore(default_plan_folder()))
    with tempfile.TemporaryDirectory(prefix="planmap-screenshot-") as folder, sync_playwright() as playwright:
        path = Path(folder) / "briefing.html"
        path.write_text(briefing(plan, chosen_deck(plan), language="zh", today=SHEET_DAY), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": round(WIDTH * 9 / 16)})
        page.goto(f"{path.as_uri()}#{BRIEFING_VIEW}")
        page.wait_for_selector(".folium-map[data-ready=yes]")
        page.wait_for_timeout(1000)
        page.screenshot(path=picture, animations="disabled")
        browser.close()


def main() -> None:
    """Write the pictures; fail if one is larger than a repository should carry."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    # The picture must not depend on what the person who makes it has set.
    settings = {"PLANMAP_PLAN": "", "PLANMAP_TIANDITU_KEY": "", "PLANMAP_LANG": "zh"}
    with (
        tempfile.TemporaryDirectory(prefix="planmap-screenshot-") as folder,
        serving(Path(folder), **settings) as address,
    ):
        take(address, PICTURE)
    draw_sheet(SHEET)
    take_briefing(BRIEFING)
    for picture in (PICTURE, SHEET, BRIEFING):
        size = picture.stat().st_size
        if size > MAXIMUM_BYTES:
            sys.exit(f"{picture.name} has {size} bytes, more than {MAXIMUM_BYTES}.")
        print(f"{picture.name}: {size // 1000} kB")


def draw_sheet(picture: Path) -> None:
    """Draw the whole district as a sheet."""
    plan = read_plan(FolderStore(default_plan_folder()))
    sheet = compose(plan, Scene(), Order(), today=SHEET_DAY)
    # A palette of its own colours takes a third of the room, and nobody sees the difference.
    with Image.open(BytesIO(render(sheet, "png", dpi=SHEET_DPI))) as drawn:
        drawn.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    main()
