"""What the QGIS peer of the print sheet is made from: the plan as files that QGIS reads.

`python -m tests.benchmarks.qgis_input FOLDER --font FILE --font FILE` writes them, `qgis_sheet.py` draws them.
Everything is decided here that PlanMap decides (status, names, colours, where a symbol stands), so that the two
sheets show the same map and differ only in who draws it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geo.measure import anchors
from layers import style
from layers.draw.content import site_numbers
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene
from layers.plan.terms import Precision
from layers.region import region
from layers.resources import default_plan_folder
from layers.selection.select import Selection, select
from layers.selection.unplaced import sites_without_position
from layers.selection.wording import grid_words, titles
from layers.sheet.sheet import Order, compose
from layers.store.base import open_store, read_plan
from layers.translation import translation
from tests.benchmarks.qgis_ground import write_ways

GROUND_ORDER = ("apron", "water", "plan-area", "", "river", "road", "metro", "railway", "runway", "navaid")
"""Ground styles from the lowest to the topmost; metro stations lie above them all."""

FAINT = 0.45
"""As on screen: what is not exact must not look like land or water that is there."""


def write_qgis_input(
    plan: Plan,
    folder: Path,
    today: date,
    *,
    fonts: Sequence[Path] = (),
    site: str = "",
    scale: int = 125_000,
    extract: Path | None = None,
) -> None:
    """Write a sheet of `plan` at 1:`scale` on the day `today` into `folder`, with `fonts` for QGIS to load.

    It is about the `site`, else about the whole district; `extract` is the file that its ground was made from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = translation("zh")
    scene = Scene.from_query(f"site={site}")
    selection = select(plan, Scene(), today=today)
    # One that no task stands for on the day has no status, and no row in the table.
    numbers = {key: number for key, number in site_numbers(plan).items() if selection.sites.get(key)}
    home = plan.sites[plan.info.district_site]
    content = compose(plan, scene, Order(scale=scale), today=today).content
    title, subtitle = titles(plan, scene, words)
    _write_basemap(plan, folder, home)
    ground = _write_ground(plan, selection, numbers, home, folder)
    sites = [feature for feature in _sites(plan, selection, numbers) if feature]
    _write(folder / "sites.geojson", sites)
    _write(folder / "halos.geojson", _halos(plan, selection))
    _write_pictures(folder)
    west, south, east, north = content.extent if site else plan.grid.project(home.geometry).bounds
    described = {
        "title": title,
        "subtitle": subtitle,
        "as_of": f"{words('page.as-of')} {selection.as_of.isoformat()}",
        "report": plan.info.report.title,
        "attribution": f"{words('panel.source')}：{plan.info.attribution.zh}",
        "disclaimer": plan.info.disclaimer.zh,
        "unplaced": words("page.tray-sites", count=len(sites_without_position(plan)))
        + "："
        + words("panel.unplaced-warning"),
        "district": home.name.zh,
        "crs": plan.grid.crs,
        "crs_name": grid_words(plan.grid, words),
        "centre": [(west + east) / 2, (south + north) / 2],
        "ground": ground,
        "ways": write_ways(plan, content, folder, extract),
        "statuses": [
            {
                "key": f"{status.value}{'+' if backed else ''}",
                "label": words(f"status.{status.value}") + (f"（{words('evidence.with')}）" if backed else ""),
                "colour": look.colour,
                "fill": "#FFFFFF" if backed else look.pale,
                "width": 2.6 if backed else 1.8,
                "dashed": look.shape == "dashed-ring",
            }
            for status, look in style.STATUS.items()
            for backed in (True, False)
        ],
        "categories": [
            {"key": key, "label": words(f"category.{key}")} for key in style.CATEGORIES if key != "district"
        ],
        "colours": {
            "ink": style.INK,
            "land": style.LAND,
            "district": style.DISTRICT,
            "water": style.WATER,
            "boundary": style.BOUNDARY,
            "minor_boundary": style.MINOR_BOUNDARY,
            "mask": style.MASK,
            "mask_opacity": style.MASK_OPACITY,
        },
        "texts": {
            "legend": words("map.legend"),
            "status": words("legend.status"),
            "pale": words("legend.pale"),
            "category": words("legend.category"),
            "lines": words("legend.lines"),
            "boundary": words("legend.boundary"),
            "halo": words("legend.halo"),
            "no_tasks": words("map.no-tasks"),
            "column_place": words("column.place"),
            "column_status": words("column.status"),
            "column_tasks": words("column.title"),
            "column_precision": words("panel.precision"),
        },
        "fonts": [str(font.resolve()) for font in fonts],
    }
    (folder / "input.json").write_text(json.dumps(described, ensure_ascii=False, indent=1), encoding="utf-8")


def _sites(plan: Plan, selection: Selection, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the features that carry a symbol: numbered sites, and the other points of the report's layers."""
    words = translation("zh")
    quiet = _ground_sites(plan)
    found = []
    for site in plan.sites.values():
        if site.geometry is None or site.id not in selection.sites or site.category == "district" or site.part_of:
            continue
        number = numbers.get(site.id)
        point = site.geometry.geom_type in ("Point", "MultiPoint")
        if number is None and (site.id in quiet or not point):
            continue
        state = selection.sites[site.id]
        properties = {
            "id": site.id,
            "number": number,
            "name_zh": site.name.zh,
            "label": f"{number} {site.name.zh}" if number else site.name.zh,
            "category": site.category,
            "status": state.status.value if state else None,
            "backed": bool(state and state.backed),
            "key": f"{state.status.value}{'+' if state.backed else ''}" if state else "",
            "status_zh": words(f"status.{state.status.value}") if state else None,
            "tasks": len(plan.tasks_by_site.get(site.id, ())),
            "precision": site.precision.value,
            "precision_zh": words(f"precision.{site.precision.value}"),
            "accuracy_m": site.accuracy_m,
            "priority": style.CATEGORIES[site.category].priority,
        }
        found.append(_feature(shapely.MultiPoint(anchors(site.geometry)), properties))
    return found


def _write_ground(
    plan: Plan, selection: Selection, numbers: Mapping[str, int], home: Site, folder: Path
) -> list[dict[str, Any]]:
    """Write one file for each way of drawing lines, areas and metro stations; return how, lowest first."""
    words = translation("zh")
    quiet = _ground_sites(plan)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    names: dict[tuple[str, str], str] = {}
    for site in plan.sites.values():
        if site.geometry is None or site.id not in selection.sites or site.category == "district":
            continue
        point = site.geometry.geom_type in ("Point", "MultiPoint")
        if point and site.id not in quiet:
            continue
        look = style.CATEGORIES[site.category].ground
        dash = "" if site.id in quiet else style.PRECISION_DASH.get(site.precision, "")
        exact = site.precision is not Precision.NOMINAL
        label = site.name.zh.split("（")[0] if exact and not point else site.name.zh
        if (site.id in numbers or site.part_of) and look != "river":
            label = ""  # The symbol of the site carries the name.
        within = home.geometry is not None and home.geometry.intersects(site.geometry)
        properties = {"id": site.id, "name_zh": site.name.zh, "label": label, "inside": within}
        found.setdefault((look, dash), []).append(_feature(site.geometry, properties))
        name = words(f"category.{site.category}")
        if dash:
            name += f"（{words(f'precision.{site.precision.value}').split('（')[0]}）"
        names.setdefault((look, dash), name)
    rows = []
    for look, dash in sorted(found, key=lambda key: (*GROUND_ORDER, "metro-station").index(key[0])):
        strokes = [dict(stroke) for stroke in style.GROUND[look]]
        if dash:
            strokes[-1] |= {"dash": dash, "fill_opacity": float(str(strokes[-1].get("fill_opacity", 0))) * FAINT}
        file = f"ground-{look or 'area'}{'-nominal' if dash else ''}.geojson"
        _write(folder / file, found[look, dash])
        rows.append({"style": look, "file": file, "name": names[look, dash], "strokes": strokes})
    return rows


def _ground_sites(plan: Plan) -> set[str]:
    return {site_id for layer in plan.catalogue.layers if layer.ground for site_id in layer.sites}


def _halos(plan: Plan, selection: Selection) -> list[dict[str, Any]]:
    """Return the circles within which the true positions are expected, round on the grid."""
    quiet = _ground_sites(plan)
    found = []
    for site in plan.sites.values():
        if site.geometry is None or not site.accuracy_m or site.id in quiet or site.id not in selection.sites:
            continue
        if site.geometry.geom_type not in ("Point", "MultiPoint"):
            continue
        for anchor in anchors(site.geometry):
            circle = plan.grid.project(anchor).buffer(site.accuracy_m, quad_segs=24)
            around = shapely.transform(circle, np.vectorize(plan.grid.geographic), interleaved=False)
            found.append(_feature(around, {"id": site.id, "accuracy_m": site.accuracy_m}))
    return found


def _write_basemap(plan: Plan, folder: Path, home: Site) -> None:
    for name in ("land", "districts"):
        features = region(plan).collection(name)["features"]
        _write(folder / f"{name}.geojson", features)
        if name == "districts":
            focus = [item for item in features if item["properties"]["name_zh"] == home.name.zh]
            _write(folder / "focus.geojson", focus)


def _write_pictures(folder: Path) -> None:
    """Write the parts of the site symbols that QGIS has no marker of its own for."""
    for status in style.STATUS:
        for backed in (True, False):
            name = f"status-{status.value}{'+' if backed else ''}.svg"
            (folder / name).write_text(style.badge_svg(status, backed=backed), encoding="utf-8")
    for key, look in style.CATEGORIES.items():
        path = f'<path fill="{style.INK}" d="{style.icon_path(look.icon)}"/>'
        picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 15 15" width="15" height="15">{path}</svg>'
        (folder / f"category-{key}.svg").write_text(picture, encoding="utf-8")


def _feature(geometry: BaseGeometry, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": mapping(geometry)}


def _write(path: Path, features: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")


def main() -> None:
    """Write a plan, the built-in one if none is named, as it stands today."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--font", type=Path, action="append", default=[], help="a Chinese font file; may be repeated")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today())
    parser.add_argument("--plan", default=str(default_plan_folder()))
    parser.add_argument("--site", default="", help="id of the site that the sheet is about")
    parser.add_argument("--scale", type=int, default=125_000)
    parser.add_argument("--extract", type=Path, help="the extract that the plan's ground was made from")
    arguments = parser.parse_args()
    plan = read_plan(open_store(arguments.plan))
    more = {"site": arguments.site, "scale": arguments.scale, "extract": arguments.extract}
    write_qgis_input(plan, arguments.folder, arguments.today, fonts=arguments.font, **more)


if __name__ == "__main__":
    main()
