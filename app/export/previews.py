"""A cache of sheets and their pictures, so that nothing is drawn twice."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from app.documents import services_turn
from layers.own.files import shown_layers
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.service.files import shown_services

if TYPE_CHECKING:
    from layers.sheet.sheet import Order, Sheet

PICTURE_PIXELS = 1460
"""Pixels of a preview's longer side: A3 at 88 dpi. Streamlit would scale anything wider, and worse."""

PRESS_S = 0.15
"""Seconds to wait after a button is pressed: if the press also left a field, the page's script has started by then."""

LONGEST_WAIT_S = 30.0
"""Longest time in seconds to wait for the sheet that the form asks for."""

_Value = TypeVar("_Value")


class Shelf(Generic[_Value]):
    """A cache of the `size` values used last, shared by all sessions of the server."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, _Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """Return the value for `key`, made now if it is not there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        # Outside the lock: two sessions may make the same value, but none waits for another's.
        value = make()
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value


# A sheet holds all its outlines and takes some megabytes, its picture half a megabyte.
_sheets: Shelf[Sheet] = Shelf(8)
_pictures: Shelf[bytes] = Shelf(40)


def sheet_of(plan: Plan, version: str, scene: Scene, order: Order, today: date, *, chapter: bool = False) -> Sheet:
    """Return the sheet of `scene`, see `layers.sheet.sheet.compose`; `version` is the plan's.

    As a `chapter` of an atlas it is a table if the map would show none of its tasks.
    """
    # Matplotlib takes a second to import, so only who exports a sheet waits for it.
    from layers.sheet.listing import compose_chapter
    from layers.sheet.sheet import compose

    # Tables change while the plan's version stays.
    live = tuple(layer.version for layer in shown_layers(plan, scene) if layer.is_live)
    key = version, scene.to_query(), order, today, chapter, services_turn() if shown_services(plan, scene) else 0, live
    make = compose_chapter if chapter else compose
    return _sheets.get(key, lambda: make(plan, scene, order, today=today))


def pictures_of(sheet: Sheet, order: Order) -> list[bytes]:
    """Return a PNG of each page of the sheet for the screen."""
    from layers.sheet.render import render

    dpi = PICTURE_PIXELS / (max(order.paper.width, order.paper.height) / 25.4)
    return [
        _pictures.get((sheet.digest, page, id(sheet.drawing)), partial(render, sheet, "png", dpi=dpi, page=page))
        for page in range(len(sheet.pages))
    ]


class Desk:
    """The sheet that the form of a session asks for.

    Somebody may type a title and press the button at once. The press then comes from the button of the previous
    sheet, but the file must be what the form asks for.
    """

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._sheet: Sheet | None = None

    def clear(self) -> None:
        """Note that the form may have changed."""
        self._ready.clear()

    def lay(self, sheet: Sheet | None) -> None:
        """Note the sheet that the form asks for; None if there is no such sheet."""
        self._sheet = sheet
        self._ready.set()

    def take(self, shown: Sheet) -> Sheet:
        """Wait for the sheet that the form asks for and return it; `shown` if there is none."""
        time.sleep(PRESS_S)
        self._ready.wait(LONGEST_WAIT_S)
        return self._sheet or shown
