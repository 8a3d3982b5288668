"""The documents of a plan that this process keeps: the map, and the briefings made last."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from layers.ground.files import ground_files
from layers.own.files import own_layers
from layers.plan.deck import Deck
from layers.plan.digest import deck_digest, map_digest
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.select import select
from layers.translation import translation

BRIEFINGS = 4
"""Number of briefings kept in memory, each a document of some megabytes."""

SERVICES_S = 60.0
"""Seconds for which a briefing or a sheet with map services is kept: what could not be fetched is tried again."""

_Made = TypeVar("_Made")
_Key = tuple[str, str, str, date]


class Documents:
    """The map document and the briefings of the plan that a process serves."""

    def __init__(self, tianditu_key: str) -> None:
        self._tianditu_key = tianditu_key
        self._briefings: OrderedDict[_Key, str] = OrderedDict()
        self._cuts: OrderedDict[_Key, list[str]] = OrderedDict()
        self._lock = threading.Lock()
        """Held while briefings in memory are looked up."""
        self._drawing = threading.Lock()
        """Held while the map document is made, so that other requests do not wait for that."""
        self._map: tuple[str, str] | None = None

    def map(self, plan: Plan) -> tuple[str, str]:
        """Return the digest of what a map needs of `plan`, and the map document drawn from it."""
        digest = map_digest(plan)
        with self._drawing:
            if self._map is None or self._map[0] != digest:
                # Folium takes most of a second to import. Imported here, it does not delay the server's start:
                # the browser is still loading the page around the map.
                from layers.map.document import map_document

                scene = Scene()
                selection = select(plan, scene, today=plan.first_day)
                self._map = digest, map_document(plan, scene, selection, tianditu_key=self._tianditu_key)
            return self._map

    def briefing(self, plan: Plan, deck: Deck, language: str, today: date) -> str:
        """Return the briefing of `deck` as one HTML document, from memory if it was made before.

        Raises
        ------
        PlanMapError
            It cannot be made.
        """

        def made() -> str:
            from layers.present.briefing import briefing

            return briefing(plan, deck, language=language, today=today)

        return self._kept(self._briefings, (deck_digest(plan, deck), _beside(plan), language, today), made)

    def briefing_cut(self, plan: Plan, deck: Deck, language: str, today: date) -> list[str]:
        """Return the words on what a briefing of `deck` has no room for, from memory if they were asked for before.

        Raises
        ------
        PlanMapError
            What lies beside the plan cannot be read.
        """
        if not ground_files(plan) and not own_layers(plan) and not plan.beside.has_services:
            return []

        def made() -> list[str]:
            from layers.present.taken_along import cut_words

            return cut_words(plan, deck, translation(language), today=today)

        return self._kept(self._cuts, (deck_digest(plan, deck), _beside(plan), language, today), made)

    def _kept(self, kept: OrderedDict[_Key, _Made], key: _Key, make: Callable[[], _Made]) -> _Made:
        with self._lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        # Outside the lock, so that nobody waits for somebody else's briefing.
        made = make()
        with self._lock:
            kept[key] = made
            while len(kept) > BRIEFINGS:
                kept.popitem(last=False)
        return made


def services_turn() -> int:
    """Return a number above 0 that changes every `SERVICES_S`."""
    return int(time.monotonic() / SERVICES_S) + 1


def _beside(plan: Plan) -> str:
    """Return a text that changes with what lies beside the plan, and from time to time if it has map services."""
    live = " ".join(layer.version for layer in own_layers(plan) if layer.is_live)
    turn = f"|{services_turn()}" if plan.beside.has_services else ""
    return f"{plan.beside.version}|{live}{turn}"
