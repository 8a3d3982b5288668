"""The ground's roads, waters and places as files that QGIS reads, with the looks that PlanMap gives them at a scale.

Lines, areas and names are those that PlanMap has; how they are laid out is QGIS's own work. A ground from a file is
written from the same extract that was added, before it is cut into tiles, as a user of QGIS would load it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geo.tiles.extract import read_extract
from layers import style
from layers.draw.content import Content
from layers.draw.drawing import PIXEL
from layers.draw.typeface import covers
from layers.draw.ways import FINER, POINTS_PER_PIXEL
from layers.ground import look
from layers.ground.ways import ways
from layers.plan.plan import Plan
from layers.plan.terms import printed_name
from layers.translation import translation

GROUPS = ("waterways", "roads", "rails", "boundaries")
"""The names of `look.LINE_GROUPS`."""

AREAS = ("built", "green", "water", "aeroways", "buildings")

Row = tuple[str, str, BaseGeometry]
"""Kind, name and geometry in degrees."""


def write_ways(plan: Plan, content: Content, folder: Path, extract: Path | None) -> dict[str, Any]:
    """Write what a map of `content` shows of the ground into `folder`; return how it looks.

    `extract` is the file that the plan's ground was made from, None for the ground that came with the plan.
    """
    zoom = content.zoom + FINER
    lines, areas, spots = _of_file(plan, extract, content) if extract else _of_plan(plan, content)
    groups = []
    for name, styles in zip(GROUPS, look.LINE_GROUPS, strict=True):
        kinds = [_line_look(kind, looks, zoom) for kind, looks in styles.items()]
        shown = {row["kind"] for row in kinds if row["width"] > 0}
        rows = [row for row in lines if row[0] in shown]
        _write(folder / f"ways-{name}.geojson", rows)
        _write(folder / f"ways-{name}-names.geojson", _dissolved(rows, list(styles), zoom))
        groups.append({"name": name, "kinds": [row for row in kinds if row["kind"] in shown]})
    order = [kind for kind, looks in look.AREAS.items() if looks.zoom <= zoom]
    _write(
        folder / "ways-areas.geojson",
        sorted((row for row in areas if row[0] in order), key=lambda row: order.index(row[0])),
    )
    _write(folder / "ways-spots.geojson", [row[:3] for row in spots], extra=[row[3] for row in spots])
    words = translation("zh")
    # As in our legend, classes that look alike are one row, under the look of the first that is there.
    seen = {row[0] for row in lines}
    legend = [
        (next(kind for kind in kinds if kind in seen), words(f"legend.{group}"))
        for group, kinds in look.LEGEND.items()
        if seen.intersection(kinds)
    ]
    covered = {row[0] for row in areas}
    area_legend = [
        (next(kind for kind in kinds if kind in covered), words(f"legend.{group}"))
        for group, kinds in look.AREA_LEGEND.items()
        if covered.intersection(kinds)
    ]
    return {
        "groups": groups,
        "areas": [{"kind": kind, "fill": look.AREAS[kind].fill} for kind in order],
        "legend": dict(legend),
        "area_legend": dict(area_legend),
        "colours": {"name": style.MUTED, "water": style.WATER_TEXT, "dot": style.DOT},
    }


def _line_look(kind: str, looks: look.WayStyle, zoom: float) -> dict[str, Any]:
    """Return how one class is drawn, in millimetres and points."""
    width = look.width_at(looks.widths, zoom)
    cased = not looks.single and width >= look.CASED_FROM
    return {
        "kind": kind,
        "fill": looks.fill if cased else "",
        "edge": looks.edge,
        "width": width * PIXEL,
        "edge_width": (width + (look.CASING if cased else 0.0)) * PIXEL,
        "dash": [float(part) * PIXEL for part in looks.dash.split()],
        "points": looks.name_size * POINTS_PER_PIXEL,
        "priority": looks.priority,
    }


def _of_plan(plan: Plan, content: Content) -> tuple[list[Row], list[Row], list[tuple[str, str, BaseGeometry, Any]]]:
    drawn = {shown.site.id for shown in content.sites if shown.linear}
    found = ways(plan)
    lines = [(way.kind, _name(way.name.zh), way.geometry) for way in found.lines if way.site not in drawn]
    zoom, taken = content.zoom + FINER, {printed_name(site.name.zh) for site in plan.sites.values()}
    spots = []
    for spot in found.spots:
        start = (
            look.PLACE_NAMES[min(spot.rank, len(look.PLACE_NAMES)) - 1]
            if spot.rank
            else look.WATER_NAMES.get(spot.kind, [*look.WATER_NAMES.values()][-1])
        )
        name = _name(spot.name.zh)
        if zoom >= start and name and name not in taken:
            pixels, dot = (look.PLACE_SIZE, True) if spot.rank else (look.WATER_SIZE, False)
            about = _spot_look(pixels, spot.rank, dot=dot, water=not spot.rank)
            spots.append((spot.kind, name, shapely.Point(spot.longitude, spot.latitude), about))
    return lines, [], spots


def _of_file(
    plan: Plan, extract: Path, content: Content
) -> tuple[list[Row], list[Row], list[tuple[str, str, BaseGeometry, Any]]]:
    bounds = plan.grid.bbox(content.extent)
    frames = read_extract(extract, bounds, lambda _: None)

    def rows(layers: Sequence[str]) -> Iterator[Row]:
        for layer in layers:
            frame = frames.get(layer)
            if frame is not None:
                yield from zip(frame["kind"], map(_name, frame["zh"]), frame.geometry, strict=True)

    zoom, spots = content.zoom + FINER, []
    places = frames.get("places")
    if places is not None:
        for kind, name, rank, point in zip(places["kind"], places["zh"], places["rank"], places.geometry, strict=True):
            looks = look.PLACES[kind]
            if _name(name) and zoom >= looks.zoom:
                about = _spot_look(looks.size, -looks.priority + rank, dot=looks.dot, water=kind in look.WATER_TEXTS)
                spots.append((kind, _name(name), point, about))
    return list(rows(GROUPS)), list(rows(AREAS)), spots


def _spot_look(pixels: float, rank: int, *, dot: bool, water: bool) -> dict[str, Any]:
    return {"points": pixels * POINTS_PER_PIXEL, "rank": rank, "dot": dot, "water": water}


def _name(name: str) -> str:
    found = printed_name(name or "")
    return found if covers(found) else ""


def _dissolved(rows: list[Row], order: list[str], zoom: float) -> list[Row]:
    """Return the named ways, dissolved by name as QGIS's own tool does, each of the highest class it has."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        if row[1] and zoom >= look.style_of(row[0]).name_zoom:
            by_name.setdefault(row[1], []).append(row)
    found = []
    for name, parts in by_name.items():
        kind = max((row[0] for row in parts), key=order.index)
        found.append((kind, name, shapely.line_merge(shapely.union_all([row[2] for row in parts]))))
    return found


def _write(path: Path, rows: Sequence[Row], *, extra: Sequence[dict[str, Any]] = ()) -> None:
    features = []
    for number, (kind, name, geometry) in enumerate(rows):
        properties = {"kind": kind, "name": name, **(extra[number] if extra else {})}
        features.append({"type": "Feature", "properties": properties, "geometry": mapping(geometry)})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
