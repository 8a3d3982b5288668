"""The pictures of map services that a briefing takes along: what its views need, fetched while it is made."""

from __future__ import annotations

import base64
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from geo.datum import gcj02_to_bd09, wgs84_to_gcj02
from geo.errors import PlanMapError
from geo.grid import BBox
from geo.tiles.archive import Tile, tiles_in
from layers.plan.plan import Plan
from layers.present.ground_cut import SMALL_PIXELS, seen_box, view_zoom
from layers.present.view import View
from layers.service.files import shown_services
from layers.service.service_layer import ServiceKind, ServiceLayer

MOST_BYTES = 2_500_000
"""Most bytes of the pictures of all services in a briefing."""

MOST_TILES = 80
"""Most pictures for one view: a whole screen of them."""

COARSER = 4
"""For how many zooms coarser pictures are tried where those of the view's own zoom have no room."""

LONGEST_S = 45.0
"""Seconds for which the services of a briefing are waited for altogether."""

KEPT_S, KEPT_WHOLE_S = 30.0, 600.0
"""Seconds for which holds what was cut: less where something is missing, for it may come the next time."""

_AT_ONCE = 6
_MOST_KEPT = 4


@dataclass(frozen=True, slots=True)
class Missing:
    """A service that a view shows, and that is not, or not wholly, taken along there."""

    number: int
    """Of the view."""
    layer: ServiceLayer
    error: PlanMapError | None
    """Why; None for lack of room."""
    partly: bool


@dataclass(frozen=True, slots=True)
class ServiceCut:
    """What is taken along of the services of a deck."""

    tiles: dict[ServiceLayer, dict[str, str]]
    """Of each service the pictures as addresses that hold them, by `zoom/column/row`."""
    missing: tuple[Missing, ...]
    coarser: tuple[int, ...]
    """Numbers of the views whose services are coarser than on the browse page, to save room."""


_kept: OrderedDict[object, tuple[float, ServiceCut]] = OrderedDict()
_lock = threading.Lock()


def service_cut(plan: Plan, shown: Sequence[View]) -> ServiceCut:
    """Return what a briefing takes along of the map services that its views show.

    Only hosts that are allowed are asked, and all together for `LONGEST_S`. What was fetched lately is taken from the
    cache.
    """
    wishes = [(view, layer) for view in shown for layer in shown_services(plan, view.scene)]
    if not wishes:
        return ServiceCut({}, (), ())
    key = tuple((view.number, view.bounds, layer) for view, layer in wishes)
    with _lock:
        until, found = _kept.get(key, (0.0, None))
    if found is not None and time.monotonic() < until:
        return found
    made = _cut(wishes)
    with _lock:
        _kept[key] = time.monotonic() + (KEPT_S if made.missing else KEPT_WHOLE_S), made
        _kept.move_to_end(key)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _cut(wishes: Sequence[tuple[View, ServiceLayer]]) -> ServiceCut:
    tiles: dict[ServiceLayer, dict[str, str]] = {}
    missing: list[Missing] = []
    coarser: list[int] = []
    until = time.monotonic() + LONGEST_S
    left = MOST_BYTES
    for turn, (view, layer) in enumerate(wishes):
        there = tiles.setdefault(layer, {})
        # What one view does not need is left for those after it.
        room = left // (len(wishes) - turn)
        taken = False
        for step, places in enumerate(_wanted(layer, view.bounds)):
            found, error = _fetched(layer, [place for place in places if _key(place) not in there], until)
            size = sum(map(len, found.values()))
            if size > room:
                continue
            left -= size
            there |= found
            taken = True
            if error is not None:
                missing.append(Missing(view.number, layer, error, partly=bool(found)))
            elif step:
                coarser.append(view.number)
            break
        if not taken:
            missing.append(Missing(view.number, layer, None, partly=False))
    return ServiceCut(tiles, tuple(missing), tuple(dict.fromkeys(coarser)))


def _wanted(layer: ServiceLayer, view: BBox) -> Iterator[list[Tile]]:
    """Yield the pictures for a view, then coarser ones."""
    first, last = (0, 30) if layer.row.kind is ServiceKind.WMS else layer.row.zooms
    zoom = view_zoom(view)
    level = max(first, min(last, round(zoom) - (layer.row.pixels != SMALL_PIXELS)))
    box = _shifted(seen_box(view, zoom), layer.row.datum)
    west, south, east, north = (
        function(one, other) for function, one, other in zip((max, max, min, min), box, layer.bounds, strict=True)
    )
    for step in range(min(COARSER, level - first) + 1):
        places = tiles_in((west, south, east, north), level - step) if west < east and south < north else []
        if len(places) <= MOST_TILES:
            yield places


def _shifted(box: BBox, datum: str) -> BBox:
    """Return where a service that draws in `datum` has a box."""
    if datum == "wgs84":
        return box
    x, y = wgs84_to_gcj02(np.array(box[0::2]), np.array(box[1::2]))
    if datum == "bd09":
        x, y = gcj02_to_bd09(x, y)
    return float(x[0]), float(y[0]), float(x[1]), float(y[1])


def _fetched(layer: ServiceLayer, places: Sequence[Tile], until: float) -> tuple[dict[str, str], PlanMapError | None]:
    """Return the pictures that came, and why the first of the others did not."""
    found: dict[str, str] = {}
    error: PlanMapError | None = None
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        for place, answer in zip(places, workers.map(partial(_tile, layer, until), places), strict=True):
            if isinstance(answer, PlanMapError):
                error = error or answer
            elif answer:
                found[_key(place)] = answer
    return found, error


def _tile(layer: ServiceLayer, until: float, place: Tile) -> str | PlanMapError:
    """Return a picture as an address that holds it; empty where the service has none."""
    if time.monotonic() > until:
        return PlanMapError("remote-slow", address=layer.host.shown)
    # What asks the network is loaded only for a deck that needs it.
    from layers.service.tiles import is_empty, tile

    try:
        content, form = tile(layer, *place)
    except PlanMapError as error:
        return "" if is_empty(error) else error
    return f"data:{form};base64,{base64.b64encode(content).decode()}"


def _key(place: Tile) -> str:
    return "/".join(map(str, place))
