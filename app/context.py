"""The plan that this process serves, read again whenever it changes."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from app.current_plan import CurrentPlan
from app.settings import Settings, read_settings
from geo.errors import PlanMapError
from layers.ground.files import ground_files
from layers.plan.deck import Deck
from layers.plan.digest import deck_digest, map_digest
from layers.plan.plan import Plan
from layers.plan.rows import decks_row
from layers.plan.scene import Scene
from layers.selection.select import select
from layers.store.base import Store, open_store
from layers.store.check import check_decks
from layers.translation import translation

BRIEFINGS = 4
"""Number of briefings kept in memory, each a document of some megabytes."""


def store_at(settings: Settings) -> Store:
    """Return the store that the settings name, or the user's copy of the built-in plan; may raise `PlanMapError`."""
    if settings.plan:
        store = open_store(settings.plan)
        if store.ground_folder is None:
            # Nothing lies beside a database; each user has the ground on the own machine.
            name = hashlib.sha256(store.name.encode()).hexdigest()[:16]
            store.ground_folder = settings.data_dir / "ground" / name
        return store
    from layers.store.user_copy import open_user_plan

    return open_user_plan(settings.data_dir)


class Context:
    """Settings, the store and the plan in memory, shared by all sessions of a server."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._current = CurrentPlan(lambda: store_at(settings))
        self._briefings: OrderedDict[tuple[str, str, str, date], str] = OrderedDict()
        self._cuts: OrderedDict[tuple[str, str, str, date], list[str]] = OrderedDict()
        self._lock = threading.Lock()
        """Held while briefings in memory are looked up."""
        self._drawing = threading.Lock()
        """Held while the map document is made, so that other requests do not wait for that."""
        self._document: tuple[str, str] | None = None
        self.map_given = threading.Event()
        """Set when a browser has been given the map document for the first time."""

    def plan(self) -> tuple[str, Plan]:
        """Return the plan's version and the plan; a page view costs one look at the store's version.

        Raises
        ------
        PlanMapError
            The plan cannot be read or has faults.
        """
        return self._current.get()

    def look_again(self) -> None:
        """Note that something beside the plan, such as its ground, has just been changed."""
        self._current.forget()

    def decks_file(self) -> Path | None:
        """Return the file in which people edit the decks by hand; None for a plan that PlanMap itself can write."""
        return self._current.store().file_for_hand("decks")

    def save_decks(self, decks: Sequence[Deck], *, known: Sequence[Deck]) -> tuple[Deck, ...]:
        """Replace all decks of the plan by `decks`, if they still are the `known` ones, and return them as checked.

        Nobody else waits while another program keeps this from being stored.

        Raises
        ------
        PlanMapError
            Somebody has changed the decks in the meantime, they cannot be written, or they have a fault. A saved
            deck with a fault would make the whole plan unreadable.
        """
        _, plan = self.plan()
        again, faults = check_decks(plan, decks_row(decks))
        if faults:
            # The first fault is enough, because the form has already checked each field.
            raise PlanMapError(faults[0].code, **faults[0].details)
        try:
            self._current.store().save_decks(again, known=known)
        except PlanMapError:
            # A refusal may mean that the stored plan has changed.
            self._current.forget()
            raise
        self._current.changed(lambda plan: replace(plan, decks=again))
        return again

    def document(self) -> tuple[str, str]:
        """Return the digest of what a map needs of the plan, and the map document drawn from it.

        Raises
        ------
        PlanMapError
            The plan cannot be read or has faults.
        """
        _, plan = self.plan()
        digest = map_digest(plan)
        with self._drawing:
            if self._document is None or self._document[0] != digest:
                # Folium takes most of a second to import. Imported here, it does not delay the server's start:
                # the browser is still loading the page around the map.
                from layers.map.document import map_document

                scene = Scene()
                selection = select(plan, scene, today=plan.first_day)
                document = map_document(plan, scene, selection, tianditu_key=self.settings.tianditu_key)
                self._document = digest, document
            return self._document

    def briefing(self, deck: Deck, language: str, today: date) -> str:
        """Return the briefing of `deck` as one HTML document, from memory if it was made before.

        Raises
        ------
        PlanMapError
            The plan cannot be read, or the briefing cannot be made.
        """
        _, plan = self.plan()
        key = deck_digest(plan, deck), plan.ground_version, language, today
        with self._lock:
            if key in self._briefings:
                self._briefings.move_to_end(key)
                return self._briefings[key]
        # Outside the lock, so that nobody waits for somebody else's briefing.
        from layers.present.briefing import briefing

        document = briefing(plan, deck, language=language, today=today)
        with self._lock:
            self._briefings[key] = document
            while len(self._briefings) > BRIEFINGS:
                self._briefings.popitem(last=False)
        return document

    def briefing_cut(self, deck: Deck, language: str, today: date) -> list[str]:
        """Return the words on what a briefing of `deck` has no room for, from memory if they were asked for before.

        Raises
        ------
        PlanMapError
            The plan cannot be read, or a file of its ground is damaged.
        """
        _, plan = self.plan()
        if not ground_files(plan):
            return []
        key = deck_digest(plan, deck), plan.ground_version, language, today
        with self._lock:
            if key in self._cuts:
                self._cuts.move_to_end(key)
                return self._cuts[key]
        from layers.present.briefing import cut_words

        words = cut_words(plan, deck, translation(language), today=today)
        with self._lock:
            self._cuts[key] = words
            while len(self._cuts) > BRIEFINGS:
                self._cuts.popitem(last=False)
        return words


_current: Context | None = None


def use(context: Context) -> None:
    """Make `context` the one that pages get."""
    global _current
    _current = context


def current() -> Context:
    """Return the process's context, made from the environment if `use` has not been called."""
    global _current
    if _current is None:
        _current = Context(read_settings())
    return _current
