"""What one writes in an hour without PlanMap: Folium's own page of the sites, and a slide with a plot for each view.

`python -m tests.benchmarks.plain_deck PLAN OUT`: an .html or a .pptx. The words and the views are the same as
PlanMap's; there is no style, no placing of names, no legend of statuses, no keyboard, and the page needs the network.
"""

from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path

from layers.present.deck_choice import chosen_deck
from layers.present.view import View, task_lines, views
from layers.store.base import read_plan
from layers.store.folder import FolderStore

TODAY = date(2026, 11, 22)


def write_page(plan: object, shown: tuple[View, ...], out: Path) -> None:
    """Write Folium's page with a marker and a popup for each site."""
    import folium

    west, south, east, north = shown[0].bounds
    page = folium.Map(location=[(south + north) / 2, (west + east) / 2], zoom_start=11)
    for site in plan.sites.values():
        if site.geometry is None:
            continue
        tasks = "<br>".join(task.title.zh for task in plan.tasks_by_site.get(site.id, ()))
        if site.geometry.geom_type == "Point":
            folium.Marker([site.geometry.y, site.geometry.x], popup=tasks, tooltip=site.name.zh).add_to(page)
        else:
            folium.GeoJson(site.geometry, tooltip=site.name.zh).add_to(page)
    page.save(out)


def write_slides(plan: object, shown: tuple[View, ...], out: Path) -> None:
    """Write a slide with a plot at 300 dpi and a table of the tasks for each view."""
    import geopandas
    import matplotlib
    from pptx import Presentation
    from pptx.util import Inches

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    sites = geopandas.GeoDataFrame(
        geometry=[site.geometry for site in plan.sites.values() if site.geometry is not None], crs="EPSG:4326"
    ).to_crs("EPSG:4548")
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    for view in shown:
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = view.title
        figure, axes = plt.subplots(figsize=(7.8, 5.4))
        sites.plot(ax=axes)
        west, south, east, north = view.extent
        axes.set(xlim=(west, east), ylim=(south, north))
        picture = io.BytesIO()
        figure.savefig(picture, dpi=300)
        plt.close(figure)
        slide.shapes.add_picture(picture, Inches(5.2), Inches(1.6), width=Inches(7.8))
        rows = task_lines(view)[:12]
        table = slide.shapes.add_table(len(rows) + 1, 3, Inches(0.4), Inches(1.6), Inches(4.6), Inches(5)).table
        for at, row in enumerate(rows, start=1):
            for column, words in enumerate((row.status_words, row.title, row.evidence)):
                table.cell(at, column).text = words
    deck.save(out)


if __name__ == "__main__":
    plan = read_plan(FolderStore(Path(sys.argv[1])))
    target = Path(sys.argv[2])
    shown = views(plan, chosen_deck(plan), language="zh", today=TODAY)
    (write_page if target.suffix == ".html" else write_slides)(plan, shown, target)
