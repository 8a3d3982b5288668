"""Map services on paper: fetched for the frame, turned into the plan's grid, and missed in words where they are not."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geo.crs import EARTH_M
from geo.datum import gcj02_to_bd09, wgs84_to_gcj02
from geo.errors import PlanMapError
from geo.grid import Grid
from geo.tiles.archive import Tile, tiles_in
from layers.draw.content import Content
from layers.draw.drawing import Raster
from layers.draw.pdf_layer import PdfLayer
from layers.ground.pictures import Mesh, mesh_of
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.extent import Extent
from layers.service.files import shown_services
from layers.service.service_layer import ServiceKind, ServiceLayer
from layers.translation import Translation

PICTURE_MM = 25.4 / 150
"""Side in millimetres of a pixel of a picture on the paper: 150 to the inch, which is what offices print."""

BLEED_MM = 4.0
"""Millimetres outside the frame at which areas are cut, so that the stroke along the cut is not visible."""

MOST_TILES = 200
"""Most tiles that one map is drawn from; for more, those of a lower zoom are taken."""

WMS_PIXELS = 1024
"""Side of the pictures that a WMS is asked for: the larger, the fewer names are cut."""

LONGEST_S = 90.0
"""Seconds for which one layer is waited for on one map."""

KEPT_S = 30.0
"""Seconds for which a picture holds that is not whole; one that is whole holds until the layer or the map changes."""

_AT_ONCE = 6
_MOST_KEPT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Fetched:
    """What of a service came for a map."""

    pixels: NDArray[np.uint8] | None
    """Rows, columns, RGBA; None for nothing."""
    tiles: int
    missing: int
    """How many of the tiles did not come."""
    error: PlanMapError | None
    """Why, for the first of them."""


_kept: OrderedDict[tuple[object, ...], tuple[float, Fetched]] = OrderedDict()
_lock = threading.Lock()


def cut_extent(content: Content) -> Extent:
    """Return the extent of a map with the margin at which all is cut."""
    bleed = content.scale * BLEED_MM / 1000
    west, south, east, north = content.extent
    return west - bleed, south - bleed, east + bleed, north + bleed


def draw_services(plan: Plan, scene: Scene, content: Content) -> list[Raster]:
    """Return the services that `scene` shows as pictures in metres of the grid, the lowest first."""
    cut = cut_extent(content)
    found = []
    for layer in reversed(shown_services(plan, scene)):
        pixels = fetched(layer, plan.grid, cut, content.scale * PICTURE_MM / 1000).pixels
        if pixels is not None:
            seen = _fainter(pixels, scene.opacity.get(layer.scene_id, 1.0))
            found.append(Raster(seen, cut, layer.scene_id, PdfLayer.OWN))
    return found


def service_notes(plan: Plan, scene: Scene, content: Content, text: Translation) -> list[str]:
    """Return a note for each service that `scene` shows and that is not wholly on the map, with the reason."""
    notes = []
    for layer in shown_services(plan, scene):
        found = fetched(layer, plan.grid, cut_extent(content), content.scale * PICTURE_MM / 1000)
        if found.error is not None:
            key = "service.not-fetched" if found.pixels is None else "service.partly-fetched"
            why = text.explain(found.error)
            name = printable(layer.row.name)
            notes.append(text(key, name=name, missing=found.missing, tiles=found.tiles, why=why))
        elif found.pixels is None:
            notes.append(text("service.nothing-here", name=printable(layer.row.name)))
    return notes


def seen_services(plan: Plan, scene: Scene, content: Content) -> list[ServiceLayer]:
    """Return the services that are on a map, the uppermost first; before it is drawn, those that may be."""
    west, south, east, north = plan.grid.bbox(content.extent)
    found = []
    for layer in shown_services(plan, scene):
        left, bottom, right, top = layer.bounds
        known = _kept.get((layer, plan.grid, cut_extent(content), content.scale * PICTURE_MM / 1000))
        came = known is None or known[1].pixels is not None
        is_here = left < east and right > west and bottom < north and top > south
        if came and is_here and scene.opacity.get(layer.scene_id, 1.0):
            found.append(layer)
    return found


def fetched(layer: ServiceLayer, grid: Grid, cut: Extent, pixel_m: float) -> Fetched:
    """Return what of a layer comes for `cut`, metres of `grid`, with pixels of `pixel_m` metres."""
    key = (layer, grid, cut, pixel_m)
    with _lock:
        until, found = _kept.get(key, (0.0, None))
        if found is not None and time.monotonic() < until:
            return found
    made = _fetch(layer, grid, cut, pixel_m)
    with _lock:
        _kept[key] = time.monotonic() + (KEPT_S if made.error else 3600.0), made
        _kept.move_to_end(key)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _fetch(layer: ServiceLayer, grid: Grid, cut: Extent, pixel_m: float) -> Fetched:
    mesh = _shifted(mesh_of(grid, cut, pixel_m), layer.row.datum)
    seen = mesh.seen(layer.bounds)
    if seen is None:
        return Fetched(None, 0, 0, None)
    side = WMS_PIXELS if layer.row.kind is ServiceKind.WMS else layer.row.pixels
    first, last = (0, 30) if layer.row.kind is ServiceKind.WMS else layer.row.zooms
    zoom = _zoom(mesh, side, first, last)
    while zoom > first and len(tiles_in(seen, zoom)) > MOST_TILES:
        zoom -= 1
    places = tiles_in(seen, zoom)
    if len(places) > MOST_TILES:
        return Fetched(None, len(places), len(places), PlanMapError("service-coarse", name=layer.row.name))
    came, missing, error = _tiles(layer, places, side)
    if not came:
        return Fetched(None, len(places), missing, error)
    left, top = min(x for _, x, _ in places), min(y for _, _, y in places)
    right, bottom = max(x for _, x, _ in places), max(y for _, _, y in places)
    whole = Image.new("RGBA", ((right - left + 1) * side, (bottom - top + 1) * side))
    for (_, x, y), tile in came.items():
        whole.paste(tile, ((x - left) * side, (y - top) * side))
    return Fetched(mesh.turned(whole, left, top, zoom, side), len(places), missing, error)


def _tiles(
    layer: ServiceLayer, places: Sequence[Tile], side: int
) -> tuple[dict[Tile, Image.Image], int, PlanMapError | None]:
    """Return the tiles that came, how many did not, and why the first did not."""
    until = time.monotonic() + LONGEST_S
    asked = partial(_tile, layer, side, until)
    came, missing, error = {}, 0, None
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        for place, found in zip(places, workers.map(asked, places), strict=True):
            if isinstance(found, Image.Image):
                came[place] = found
            elif found is not None:
                missing += 1
                error = error or found
    return came, missing, error


def _tile(layer: ServiceLayer, side: int, until: float, place: Tile) -> Image.Image | PlanMapError | None:
    """Return a tile, or why it did not come; None where the service says that it has none."""
    if time.monotonic() > until:
        return PlanMapError("remote-slow", address=layer.host.shown)
    # What asks the network is loaded only for a map that needs it.
    from layers.service.tiles import is_empty, picture

    try:
        return picture(layer, *place, side, pixels=side if layer.row.kind is ServiceKind.WMS else None)
    except PlanMapError as error:
        return None if is_empty(error) else error


def _zoom(mesh: Mesh, side: int, first: int, last: int) -> int:
    """Return the zoom whose pixels are at most as large as wanted."""
    latitude = float(mesh.degrees[:, 1].mean())
    at_zoom_0 = 2 * np.pi * EARTH_M * np.cos(np.radians(latitude)) / side
    return max(first, min(last, int(np.ceil(np.log2(at_zoom_0 / mesh.pixel_m) - 0.1))))


def _shifted(mesh: Mesh, datum: str) -> Mesh:
    """Return a mesh with its corners where a service that draws in `datum` has them."""
    if datum == "wgs84":
        return mesh
    x, y = wgs84_to_gcj02(*mesh.degrees.T)
    if datum == "bd09":
        x, y = gcj02_to_bd09(x, y)
    return replace(mesh, degrees=np.column_stack([x, y]))


def _fainter(pixels: NDArray[np.uint8], opacity: float) -> NDArray[np.uint8]:
    if opacity >= 1.0:
        return pixels
    faint = pixels.copy()
    faint[..., 3] = (faint[..., 3] * opacity).astype(np.uint8)
    return faint
