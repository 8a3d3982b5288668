"""A large layer on a map: what is in view is told, drawn and filtered."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from geo.tiles.thinned.make import write_layer_tiles
from tests.browser.tile_page import serving_layer
from tests.layer_tiles import boxes, categories, write_layer

LAST = "window.told?.at(-1)?.complete"


def last(page: Page) -> dict[str, int]:
    """Return what is in view, when all of it is there."""
    page.wait_for_function(LAST)
    found = page.evaluate("told.at(-1)")
    return {name: found[name] for name in ("cells", "features", "drawn")}


def test_a_large_layer_is_drawn_counted_and_filtered(browser: Browser, tmp_path: Path) -> None:
    source = write_layer(tmp_path / "layer.gpkg", boxes(6_000, 0.0001, 0.05))
    archive = tmp_path / "layer.pmtiles"
    write_layer_tiles(source, archive, **categories([0, 0, 1] * 2_000))
    setup = {"kind": "area", "colours": ["#0000ff", "#ff0000"], "centre": [39.1, 117.4], "zoom": 12}
    with serving_layer(archive, tmp_path, setup) as (url, asked):
        page = browser.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url)
        # All of it, in cells.
        far = last(page)
        assert far["features"] + far["drawn"] == 6_000
        assert far["drawn"] == 0
        assert 0 < far["cells"] < 6_000
        all_painted = page.evaluate("painted()")
        assert all_painted > 6_000

        # Fewer categories, from what is there already.
        page.wait_for_load_state("networkidle")
        before = len(asked)
        page.evaluate("layer.filter([1])")
        assert last(page)["features"] == 2_000
        some_painted = page.evaluate("painted()")
        assert 0 < some_painted < all_painted
        page.evaluate("layer.filter([])")
        assert last(page) == {"cells": 0, "features": 0, "drawn": 0}
        assert page.evaluate("painted()") == 0
        assert len(asked) == before

        # From near, the shapes themselves, and as many as there are.
        page.evaluate("layer.filter(null)")
        page.evaluate("told.length = 0; map.setView([39.1, 117.4], 17, { animate: false })")
        near = last(page)
        west, south, east, north = page.evaluate("map.getBounds().toBBoxString()").split(",")
        inside = [
            shape
            for shape in boxes(6_000, 0.0001, 0.05)
            if shape.bounds[2] > float(west)
            and shape.bounds[0] < float(east)
            and shape.bounds[3] > float(south)
            and shape.bounds[1] < float(north)
        ]
        # A shape is counted by the position where it begins, which may be out of view.
        assert near["features"] == near["cells"] == 0
        assert 0.6 * len(inside) <= near["drawn"] <= len(inside)
        assert page.evaluate("painted()") > 300 * near["drawn"]
        assert not faults
        expect(page.locator("canvas.pm-own-tiles")).to_be_visible()
        page.close()
