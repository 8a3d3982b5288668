"""The tiles of a service: where each is asked for, and a picture that was looked at before it goes anywhere."""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from geo.crs import EARTH_M
from geo.errors import PlanMapError
from geo.remote.address import Address, parse
from geo.remote.fetch import Limits, fetch
from layers.allowed_hosts import allowed_hosts, with_key
from layers.service.degree_tiles import put_together, rows_of
from layers.service.service_layer import ServiceKind, ServiceLayer
from layers.service.tile_cache import keep_tile, kept_tile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

LIMITS = Limits(size=4 * 2**20, seconds=15.0)

FORMS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
"""The forms of pictures that are taken, as Pillow calls them, with what browsers call them."""

MOST_AT_ONCE = 8
"""Most requests to services that this process makes at a time: a slow one must not take all threads."""

PATIENCE_S = 20.0

REST_S = 20.0
"""Seconds for which a layer that could not be reached is not asked again."""

_gate = threading.BoundedSemaphore(MOST_AT_ONCE)
_failed: dict[tuple[str, str], tuple[float, PlanMapError]] = {}
"""What failed last of each layer that has not come since, and when."""

# What is wrong with the way there, and not with one tile.
_FOR_ALL = frozenset({"remote-unreachable", "remote-slow", "remote-private", "remote-redirects"})


def tile_address(layer: ServiceLayer, zoom: int, x: int, y: int, pixels: int) -> Address:
    """Return where a tile is asked for; `y` counts rows as the service does, only a WMS can choose the `pixels`."""
    row = layer.row
    target = parse(row.address)
    values = {"z": str(zoom), "x": str(x), "y": str(y), "-y": str(2**zoom - 1 - y), "pixels": str(pixels)}
    if row.matrices:
        values["matrix"] = row.matrices[zoom - row.zooms[0]]
    if row.kind is ServiceKind.WMS:
        values["bbox"] = ",".join(f"{number:.9f}".rstrip("0").rstrip(".") for number in _box(row.axes, zoom, x, y))
    text = target.target
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return target.with_target(text)


def _box(axes: str, zoom: int, x: int, y: int) -> tuple[float, float, float, float]:
    """Return the box of a tile as a WMS is asked for it."""
    west, south, east, north = x / 2**zoom, (y + 1) / 2**zoom, (x + 1) / 2**zoom, y / 2**zoom
    if axes == "metres":
        world = 2 * math.pi * EARTH_M
        return (west - 0.5) * world, (0.5 - south) * world, (east - 0.5) * world, (0.5 - north) * world
    left, right = west * 360 - 180, east * 360 - 180
    bottom, top = _latitude(south), _latitude(north)
    return (left, bottom, right, top) if axes == "longitude" else (bottom, left, top, right)


def _latitude(share: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))


def tile(layer: ServiceLayer, zoom: int, x: int, y: int, *, pixels: int | None = None) -> tuple[bytes, str]:
    """Return a tile as the bytes and the media type of a picture.

    Raises
    ------
    PlanMapError
        There is no such tile, its host is not allowed, or what it answers is no picture.
    """
    first, last = (0, 30) if layer.row.kind is ServiceKind.WMS else layer.row.zooms
    if not (first <= zoom <= last and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
        raise PlanMapError("service-tile", name=layer.row.name)
    side = pixels or layer.row.pixels
    if layer.row.rows == "degrees":
        return _of_degrees(layer, zoom, x, y, side), "image/png"
    return _asked_for(layer, zoom, x, y, side)


def _of_degrees(layer: ServiceLayer, zoom: int, x: int, y: int, side: int) -> bytes:
    """Return as PNG a tile of Web Mercator from those in degrees that it reaches into."""
    from PIL import Image

    empty: list[PlanMapError] = []

    def row_of(row: int) -> Image.Image | None:
        try:
            content, _ = _asked_for(layer, zoom, x, row, side)
            found = _opened(content, layer, side).convert("RGBA")
        except PlanMapError as error:
            if not is_empty(error):
                raise
            empty.append(error)
            return None
        except (OSError, ValueError, SyntaxError) as error:
            raise PlanMapError("service-answer", name=layer.row.name, answer="-") from error
        return found if found.size == (side, side) else found.resize((side, side), Image.Resampling.BOX)

    made = put_together(zoom, y, side, row_of)
    if len(empty) == len(rows_of(zoom, y)):
        raise empty[0]
    return made


def _asked_for(layer: ServiceLayer, zoom: int, x: int, y: int, side: int) -> tuple[bytes, str]:
    """Return a tile as it is asked for; `y` counts rows as the service does."""
    address = tile_address(layer, zoom, x, y, side)
    # Also of a tile that is there already: what is no longer allowed is no longer shown.
    hosts = allowed_hosts()
    hosts.allowed(address)
    kept = kept_tile(address.text)
    if kept is not None:
        return kept, _form(kept, layer, side)
    with _asking(layer):
        answer = fetch(with_key(address), hosts, accept="image/*", limits=LIMITS)
    form = _form(answer.content, layer, side)
    content = answer.content
    if layer.row.axes != "metres":
        content, form = _stretched(content, zoom, y), "image/png"
    keep_tile(address.text, content)
    return content, form


@contextmanager
def _asking(layer: ServiceLayer) -> Iterator[None]:
    key = (str(layer.path), layer.version)
    at, error = _failed.get(key, (0.0, None))
    if error is not None and error.code in _FOR_ALL and time.monotonic() < at + REST_S:
        raise PlanMapError(error.code, **error.details)
    if not _gate.acquire(timeout=PATIENCE_S):
        raise PlanMapError("remote-slow", address=layer.host.shown)
    try:
        yield
    except PlanMapError as failed:
        if not is_empty(failed):
            _failed[key] = time.monotonic(), failed
        raise
    else:
        _failed.pop(key, None)
    finally:
        _gate.release()


def failure_of(layer: ServiceLayer) -> PlanMapError | None:
    """Return why a layer did not come last; None if it did."""
    return _failed.get((str(layer.path), layer.version), (0.0, None))[1]


def is_empty(error: PlanMapError) -> bool:
    """Whether an error only says that a service has nothing at a place."""
    return error.code == "remote-status" and error.details.get("status") in (204, 404)


def _form(content: bytes, layer: ServiceLayer, side: int) -> str:
    """Return the media type of a picture, told by its bytes and not by what a server calls it."""
    return FORMS[str(_opened(content, layer, side).format)]


def _opened(content: bytes, layer: ServiceLayer, side: int) -> Image:
    from PIL import Image

    try:
        found = Image.open(BytesIO(content), formats=tuple(FORMS))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PlanMapError("service-answer", name=layer.row.name, answer=_words(content)) from error
    # A small file can unpack to a huge picture. Some servers send tiles for finer screens, of twice the side.
    if max(found.size) > 2 * side or found.size[0] != found.size[1]:
        raise PlanMapError("service-answer", name=layer.row.name, answer=f"{found.size[0]} × {found.size[1]}")
    return found


def picture(layer: ServiceLayer, zoom: int, x: int, y: int, side: int, *, pixels: int | None = None) -> Image:
    """Return a tile as a picture with that side.

    Raises
    ------
    PlanMapError
        As with `tile`; or the picture is damaged.
    """
    from PIL import Image

    content, _ = tile(layer, zoom, x, y, pixels=pixels)
    try:
        found = _opened(content, layer, pixels or layer.row.pixels).convert("RGBA")
    except (OSError, ValueError, SyntaxError) as error:
        raise PlanMapError("service-answer", name=layer.row.name, answer="-") from error
    return found if found.size == (side, side) else found.resize((side, side), Image.Resampling.BOX)


def _words(content: bytes) -> str:
    """Return what of an answer that is no picture a person can read: servers say there what is wrong."""
    import re

    text = re.sub(r"<[^>]*>", " ", content[:4000].decode("utf-8", "replace"))
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:150] or "-"


def _stretched(content: bytes, zoom: int, y: int) -> bytes:
    """Return a picture whose rows are even in latitude with rows that are even in Web Mercator."""
    from PIL import Image

    whole = np.asarray(Image.open(BytesIO(content), formats=tuple(FORMS)).convert("RGBA"))
    rows = len(whole)
    top, bottom = _latitude(y / 2**zoom), _latitude((y + 1) / 2**zoom)
    shares = (y + (np.arange(rows) + 0.5) / rows) / 2**zoom
    latitudes = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * shares))))
    taken = np.clip(((top - latitudes) / (top - bottom) * rows).astype(int), 0, rows - 1)
    file = BytesIO()
    Image.fromarray(whole[taken]).save(file, "PNG")
    return file.getvalue()
