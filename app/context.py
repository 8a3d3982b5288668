"""The plan that this process serves, read again when it changes."""

from __future__ import annotations

import threading
import time

from app.settings import Settings, read_settings
from layers.model import Plan
from layers.scene import Scene
from layers.selection import select
from layers.store import Store, open_store, read_plan
from layers.user_plan import open_user_plan

FRESH_S = 1.0
"""Seconds for which the answer about the version holds: a click asks several times."""


def store_at(settings: Settings) -> Store:
    """Return the store that the settings name, by default the user's copy of the built-in plan."""
    return open_store(settings.plan) if settings.plan else open_user_plan(settings.data_dir)


class Context:
    """Settings, store and the plan in memory, shared by all sessions of a server."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._plan: tuple[str, Plan] | None = None
        self._asked = 0.0
        self._document: tuple[str, str] | None = None

    def plan(self) -> tuple[str, Plan]:
        """Return the plan and its version; raise `PlanMapError` if it cannot be used.

        A page view costs one look at the store's version; only a changed plan is read again.
        """
        with self._lock:
            if self._store is None:
                self._store = store_at(self.settings)
            if self._plan is not None and time.monotonic() - self._asked < FRESH_S:
                return self._plan
            version = self._store.version()
            self._asked = time.monotonic()
            if self._plan is None or self._plan[0] != version:
                self._plan = version, read_plan(self._store)
            return self._plan

    def document(self) -> tuple[str, str]:
        """Return the map document and the version of the plan it shows."""
        version, plan = self.plan()
        with self._lock:
            if self._document is None or self._document[0] != version:
                # Folium takes most of a second to import. Imported here, it comes in while the browser is
                # still loading the page, and not before the server answers at all.
                from layers.folium_map import map_document

                scene = Scene()
                selection = select(plan, scene, today=plan.first_day)
                document = map_document(plan, scene, selection, tianditu_key=self.settings.tianditu_key)
                self._document = version, document
            return self._document


_current: Context | None = None


def use(context: Context) -> None:
    """Make `context` the one that pages get."""
    global _current
    _current = context


def current() -> Context:
    """Return the process's context, made from the environment if no server has set one."""
    global _current
    if _current is None:
        _current = Context(read_settings())
    return _current
