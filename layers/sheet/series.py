"""A series of sheets at one scale: tiles of a grid, a sheet for each street or town, or what a list names."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import pixel_m, zoom_of
from geo.errors import PlanMapError
from layers import style
from layers.draw import typeface
from layers.draw.drawing import Box, Drawing, TextLine
from layers.draw.paper import Paper
from layers.draw.typeface import MM_PER_POINT
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene, ViewState
from layers.plan.terms import Precision
from layers.selection.extent import AROUND_M, SCREEN, Extent, wanted_extent
from layers.selection.select import Selection
from layers.sheet.layout import size_factor
from layers.sheet.sheet_list import Listed
from layers.translation import Translation

SIDES = ("north", "east", "south", "west")

_SAID = {"north": "series.north", "east": "series.east", "south": "series.south", "west": "series.west"}
"""Keys of what the margins say."""

_STREET = re.compile(r"(街道|镇|乡)$")
"""How the Chinese names of sub-districts and towns end."""

_DEEPEST = 22.0
"""Highest zoom that an address holds."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What one sheet of a series shows."""

    name: str
    """What the index calls it."""
    title: str
    """Title of the sheet."""
    scene: Scene
    extent: Extent | None = None
    """In metres of the grid; None for what its Scene asks for."""
    neighbours: Mapping[str, str] = field(default_factory=dict)
    """Names of the adjoining sheets by their side, one of `SIDES`."""


def tiles(plan: Plan, scene: Scene, selection: Selection, frame: Box, scale: int | None, text: Translation, *,
          title: str, limit: int) -> list[Frame]:  # fmt: skip
    """Return the sheets of a grid over the district, row by row from the north: A1, A2, and so on.

    Each has the ground size of `frame`, that of the map on paper in millimetres. Those that do not touch the district
    are left out; where it has no shape, those with no placed site.

    Raises
    ------
    PlanMapError
        There is no `scale`, or there would be more than `limit` sheets.
    """
    if scale is None:
        raise PlanMapError("series-needs-scale")
    wide, high = frame.width * scale / 1000, frame.height * scale / 1000
    whole = replace(scene, site="", task="", view=None)
    west, south, east, north = wanted_extent(plan, whole, selection)
    columns, rows = (max(1, math.ceil(length - 1e-9)) for length in ((east - west) / wide, (north - south) / high))
    if columns * rows > 20 * limit:
        raise PlanMapError("series-too-long", scale=f"1:{scale}", count=columns * rows, limit=limit)
    # In the middle, so that what the outer sheets show beyond the district is the same on both sides.
    left = (west + east - columns * wide) / 2
    top = (south + north + rows * high) / 2
    touched = _touched(plan)
    found: dict[tuple[int, int], Extent] = {}
    for row in range(rows):
        for column in range(columns):
            corner = left + column * wide, top - row * high
            extent = corner[0], corner[1] - high, corner[0] + wide, corner[1]
            if touched.intersects(shapely.box(*extent)):
                found[row, column] = extent
    if len(found) > limit:
        raise PlanMapError("series-too-long", scale=f"1:{scale}", count=len(found), limit=limit)
    names = {place: f"{_letters(place[0])}{place[1] + 1}" for place in found}
    steps = dict(zip(SIDES, ((-1, 0), (0, 1), (1, 0), (0, -1)), strict=True))
    return [
        Frame(
            names[row, column],
            f"{title} · {text('series.sheet', name=names[row, column])}",
            replace(whole, view=_view(plan, extent)),
            extent,
            {
                side: names[row + down, column + right]
                for side, (down, right) in steps.items()
                if (row + down, column + right) in names
            },
        )
        for (row, column), extent in found.items()
    ]


def _touched(plan: Plan) -> BaseGeometry:
    """Return what the tiles of a grid are for, in metres of the grid, ready for many questions."""
    if plan.district_area is not None:
        shape = plan.grid.project(plan.district_area)
    else:
        shapes = [plan.grid.project(site.geometry) for site in plan.sites.values() if site.geometry is not None]
        shape = shapely.GeometryCollection(shapes)
    shapely.prepare(shape)
    return shape


def _letters(row: int) -> str:
    """Return the letters of a row, as spreadsheets count: A to Z, AA, AB."""
    letters = ""
    row += 1
    while row:
        row, letter = divmod(row - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def streets(plan: Plan, scene: Scene, text: Translation, *, title: str) -> list[Frame]:
    """Return a sheet for each street and town that is a site with a position.

    Raises
    ------
    PlanMapError
        The plan has none.
    """
    language = scene.language
    found = [site for site in plan.places if _is_street(site) and site.placed]
    if not found:
        raise PlanMapError("no-streets")
    frames = []
    for site in found:
        name = site.name.get(language)
        exact = site.precision in (Precision.SURVEYED, Precision.MAPPED)
        shown = (
            name if exact else text("series.not-exact", name=name, precision=text(f"precision.{site.precision.value}"))
        )
        own = replace(scene, site=site.id, task="", view=None)
        frames.append(Frame(name, f"{title} · {shown}" if title else shown, own))
    return frames


def _is_street(site: Site) -> bool:
    # The category of towns and villages, or a name that says so; what has a name in brackets is called so without.
    plain = re.split(r"[（(]", site.name.zh)[0].strip()
    return site.category == "settlement" or bool(_STREET.search(plain))


def listed(plan: Plan, scene: Scene, lines: Sequence[Listed], frame: Box, scale: int | None, text: Translation, *,
           title: str) -> list[Frame]:  # fmt: skip
    """Return a sheet for each line of a list; `frame` is that of the map on paper, in millimetres."""
    frames = []
    for line in lines:
        if line.position is None:
            own = replace(scene, site=line.site, task="", view=None)
            names = [plan.sites[site_id].name.get(scene.language) for site_id in own.sites]
            name, extent = line.title or text("sheet.comma").join(names), None
        else:
            longitude, latitude = line.position
            x, y = plan.grid.position(longitude, latitude)
            across, up = AROUND_M, AROUND_M
            if scale is not None:
                across, up = (side * scale / 2000 for side in (frame.width, frame.height))
            extent = x - across, y - up, x + across, y + up
            own = replace(scene, site="", task="", view=_view(plan, extent))
            name = line.title or f"{longitude:.5f}, {latitude:.5f}"
        frames.append(Frame(name, f"{title} · {name}" if title else name, own, extent))
    return frames


def _view(plan: Plan, extent: Extent) -> ViewState:
    """Return a view that lies within an extent, for the address of its sheet's Scene."""
    west, south, east, north = extent
    longitude, latitude = plan.grid.geographic((west + east) / 2, (south + north) / 2)
    # Two metres less on each side, because an address holds the middle to about one.
    pixel = min((east - west - 4) / SCREEN[0], (north - south - 4) / SCREEN[1])
    zoom = math.ceil(zoom_of(latitude, max(pixel, pixel_m(latitude, _DEEPEST))) * 100) / 100
    return ViewState(round(latitude, 5), round(longitude, 5), min(zoom, _DEEPEST))


def draw_neighbours(
    drawing: Drawing, paper: Paper, neighbours: Mapping[str, str], pages: Mapping[str, int], text: Translation
) -> list[tuple[Box, int]]:
    """Write the names of the adjoining sheets in the margin, in the middle of each side or next to it.

    `pages` are the numbers of their pages, from 0. Return where each name stands, in millimetres, and its page.
    """
    if drawing.frame is None:
        raise ValueError("neighbours need a map")
    frame, k = drawing.frame, size_factor(paper)
    points = 6.8 * k
    cap = typeface.CAP_HEIGHT * points * MM_PER_POINT
    # In the row of the degrees, see `layers.draw.graticule`.
    gap = 2.4 * k
    links = []
    for side, name in neighbours.items():
        words = text(_SAID[side], name=name, page=pages[name] + 1)
        half = typeface.width(words, points) / 2
        level = side in ("north", "south")
        low, high = (frame.left, frame.right) if level else (frame.bottom, frame.top)
        middle = _free(drawing, side, (low + high) / 2, half + 2.0 * k)
        if level:
            y = frame.top + gap if side == "north" else frame.bottom - gap - cap
            drawing.write(words, middle, y, points, align="center", colour=style.ACCENT)
            box = Box(middle - half, y - 0.5 * k, middle + half, y + cap + 0.5 * k)
        else:
            x = frame.left - gap if side == "west" else frame.right + gap + cap
            drawing.write(words, x, middle, points, align="center", turn=90, colour=style.ACCENT)
            box = Box(x - cap - 0.5 * k, middle - half, x + 0.5 * k, middle + half)
        links.append((box, pages[name]))
    return links


def _free(drawing: Drawing, side: str, middle: float, half: float) -> float:
    """Return the place next to `middle`, along a side of the frame, with `half` millimetres free both ways."""
    if drawing.frame is None:
        raise ValueError("a side needs a frame")
    frame = drawing.frame
    level = side in ("north", "south")
    edge = {"north": frame.top, "south": frame.bottom, "west": frame.left, "east": frame.right}[side]
    taken = []
    for item in drawing.items:
        if not isinstance(item, TextLine) or (item.turn != 0) == level:
            continue
        across, along = (item.y, item.x) if level else (item.x, item.y)
        outwards = (across - edge) * (1 if side in ("north", "east") else -1)
        if 0 < outwards < 8.0:
            reach = typeface.width(item.text, item.size, item.weight)
            start = along + item.start
            taken.append((start - half, start + reach + half))
    if not any(start < middle < end for start, end in taken):
        return middle
    taken.sort()
    edges = [end for _, end in taken] + [start for start, _ in taken]
    free = [place for place in edges if not any(start < place < end for start, end in taken)]
    low, high = (frame.left, frame.right) if level else (frame.bottom, frame.top)
    inside = [place for place in free if low + half <= place <= high - half]
    return min(inside, key=lambda place: abs(place - middle), default=middle)
