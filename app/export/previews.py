"""Sheets and their pictures, kept so that nothing is drawn twice."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar

from layers.plan.plan import Plan
from layers.plan.scene import Scene

if TYPE_CHECKING:
    from layers.sheet.sheet import Order, Sheet

PICTURE_PIXELS = 1460
"""Longer side of a preview: A3 at 88 dpi. Streamlit draws anything wider once more, and worse."""

PRESS_S = 0.15
"""Seconds after a press of the button in which the page's script has begun, if the press also left a field."""

LONGEST_WAIT_S = 30.0

_Value = TypeVar("_Value")


class Shelf(Generic[_Value]):
    """What was made last, for all sessions of the server."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, _Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """Return what stands under `key`, made now if it does not."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        # Outside the lock: two sessions may make the same, but none waits for another's sheet.
        value = make()
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value


# A sheet holds every outline on it and takes some megabytes, its picture half of one.
_sheets: Shelf[Sheet] = Shelf(8)
_pictures: Shelf[bytes] = Shelf(40)


def sheet_of(plan: Plan, version: str, scene: Scene, order: Order, today: date) -> Sheet:
    """Return the sheet; see `layers.sheet.sheet.compose`. `version` is the plan's."""
    # Matplotlib takes a second to import, which only those who export are to wait for.
    from layers.sheet.sheet import compose

    key = version, scene.to_query(), order, today
    return _sheets.get(key, lambda: compose(plan, scene, order, today=today))


def picture_of(sheet: Sheet, order: Order) -> bytes:
    """Return a PNG of the sheet for the screen."""
    from layers.sheet.render import render

    dpi = PICTURE_PIXELS / (max(order.paper.width, order.paper.height) / 25.4)
    return _pictures.get(sheet.digest, lambda: render(sheet, "png", dpi=dpi))


class Desk:
    """What the form of a session asks for now.

    Somebody types a title and presses the button right away: the press comes while the button of the sheet before
    is still there, and the file must be what the form says all the same.
    """

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._sheet: Sheet | None = None

    def clear(self) -> None:
        """Note that the form may have changed."""
        self._ready.clear()

    def lay(self, sheet: Sheet | None) -> None:
        """Note what the form asks for, None if it is nothing that can be made."""
        self._sheet = sheet
        self._ready.set()

    def take(self, shown: Sheet) -> Sheet:
        """Return what the form asks for, once that is settled; `shown` where it is nothing."""
        time.sleep(PRESS_S)
        self._ready.wait(LONGEST_WAIT_S)
        return self._sheet or shown
