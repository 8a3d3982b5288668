"""The other peer of the print sheet: a plain Folium map, photographed by a browser without a window.

`python -m tests.benchmarks.browser_shot OUT.png` is what `folium.Map._to_png` does, with Playwright in the place
of Selenium, and without the seconds that Folium waits because it cannot know when the map has been drawn: here
the page says so. Nothing that makes a sheet of it is there: no scale, names, legend, table or graticule.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import date
from pathlib import Path

import folium
from playwright.sync_api import Browser, sync_playwright
from shapely.geometry import mapping

from app.context import store_at
from app.settings import read_settings
from layers import style
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.resources import data_folder, vendor_file
from layers.selection.select import select
from layers.store.base import read_plan
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path

VIEW = {"width": 1240, "height": 877}
DENSITY = 4
"""Times `VIEW` this is A3 at 300 dots per inch, to the pixel or nearly."""

# Names of their own, for of two files of one name Folium keeps the later.
folium.Map.default_js = [("leaflet", vendor_file("leaflet/leaflet.js").as_uri())]
folium.Map.default_css = [("leaflet_css", vendor_file("leaflet/leaflet.css").as_uri())]

# Leaflet draws its canvas in the frame after the layers were added, so by the second it is there. The answer is
# whether anything is on its middle line: a picture of nothing would be the fastest of all.
PAINTED = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const canvas = document.querySelector('canvas.leaflet-zoom-animated');
    const middle = canvas?.getContext('2d').getImageData(0, Math.floor(canvas.height / 2), canvas.width, 1).data;
    done(Boolean(middle?.some((value) => value > 0)));
})))"""


def plain_map(plan: Plan) -> folium.Map:
    """Return the plan as a Folium map: land, lines and areas, and a coloured circle for each point."""
    selection = select(plan, Scene(), today=date.today())
    figure = folium.Map(location=(39.12, 117.4), zoom_start=11, tiles=None, prefer_canvas=True)
    land = json.loads((data_folder() / "basemap" / "districts.geojson").read_text(encoding="utf-8"))
    folium.GeoJson(land, style_function=lambda _: {"color": style.MINOR_BOUNDARY, "weight": 1}).add_to(figure)
    drawn = []
    for site_id, state in selection.sites.items():
        site = plan.sites[site_id]
        if site.geometry is None:
            continue
        if site.geometry.geom_type != "Point":
            drawn.append({"type": "Feature", "properties": {}, "geometry": mapping(site.geometry)})
            continue
        folium.CircleMarker(
            (site.geometry.y, site.geometry.x),
            radius=7,
            color=style.STATUS[state.status].colour if state else style.INK,
            fill=True,
            tooltip=folium.Tooltip(site.id),
        ).add_to(figure)
    folium.GeoJson({"type": "FeatureCollection", "features": drawn}).add_to(figure)
    return figure


def shoot(browser: Browser, plan: Plan, output: Path) -> None:
    """Make the map, open it in a new page and write its picture."""
    document = output.with_suffix(".html")
    plain_map(plan).save(str(document))
    page = browser.new_page(viewport=VIEW, device_scale_factor=DENSITY)
    page.goto(document.as_uri())
    if not page.evaluate(PAINTED):
        raise SystemExit("the browser has drawn nothing")
    page.screenshot(path=output)
    page.close()


def main() -> None:
    """Take the picture once and `--repeat` times more, and print one line of JSON with the later times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--repeat", type=int, default=0)
    arguments = parser.parse_args()
    plan = read_plan(store_at(read_settings()))
    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        for _ in range(1 + arguments.repeat):
            began = time.perf_counter()
            shoot(browser, plan, arguments.output)
            times.append(round(time.perf_counter() - began, 3))
        browser.close()
    print(json.dumps({"warm": {"png": times[1:]}}))


if __name__ == "__main__":
    main()
