"""The plan in memory, read again whenever its store says that it has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from geo.errors import PlanMapError
from layers.plan.plan import Plan
from layers.store.base import Store, read_plan

FRESH_S = 0.5
"""Seconds for which a look at the store is taken as current: one click asks several times."""

SURE_S = 15.0
"""The same where the store is told of changes and has heard of none: nobody relies on one connection for ever."""

PATIENCE_S = 1.0
"""Seconds for which a look is waited for by those who could go on with the plan as it was."""


@dataclass(frozen=True)
class Look:
    """One look at the store, which everybody shares who asks meanwhile."""

    began: float = field(default_factory=time.monotonic)
    found: Future[tuple[str, Plan]] = field(default_factory=Future)

    def is_over(self, store: Store | None) -> bool:
        """Whether whoever asks now should look again; a plan that could not be read may have been mended meanwhile."""
        if not self.found.done():
            return False
        if self.found.exception() is not None:
            return True
        age = time.monotonic() - self.began
        return age >= FRESH_S and not (age < SURE_S and store is not None and store.quiet_since(self.began))


class CurrentPlan:
    """The plan of a store, for all threads of a process.

    Only the very first reader waits for the store however long that takes. Everybody else goes on with the plan as it
    was while another program keeps the store locked.
    """

    def __init__(self, opened: Callable[[], Store]) -> None:
        self._opened = opened
        self._lock = threading.Lock()
        """Held for moments only, never while the store is asked."""
        self._store: Store | None = None
        self._plan: tuple[str, Plan] | None = None
        self._look: Look | None = None

    def store(self) -> Store:
        """Return the store, after the first look at it.

        Raises
        ------
        PlanMapError
            It cannot be opened, or the plan in it cannot be read.
        """
        self.get()
        if self._store is None:
            raise RuntimeError("the plan has been read from it")
        return self._store

    def get(self) -> tuple[str, Plan]:
        """Return the version of the plan and the plan.

        Raises
        ------
        PlanMapError
            The plan cannot be read or has faults.
        """
        with self._lock:
            before = self._plan
            if self._look is None or self._look.is_over(self._store):
                self._look = Look()
                threading.Thread(target=self._ask, args=(self._look,), daemon=True).start()
            look = self._look
        if before is None:
            return look.found.result()
        try:
            return look.found.result(max(0.0, look.began + PATIENCE_S - time.monotonic()))
        except TimeoutError:
            return before
        except PlanMapError as error:
            if error.code == "plan-locked":
                return before
            raise

    def _ask(self, look: Look) -> None:
        try:
            store = self._store or self._opened()
            version = store.version()
            before = self._plan
            found = before if before is not None and before[0] == version else (version, read_plan(store))
        except BaseException as error:
            look.found.set_exception(error)
            return
        with self._lock:
            self._store = store
            # A look that began before a change of our own knows less than we do.
            if self._look is look:
                self._plan = found
        look.found.set_result(found)

    def changed(self, change: Callable[[Plan], Plan]) -> None:
        """Take over a change that has just been stored, and look at the store again when somebody next asks."""
        with self._lock:
            self._look = None
            if self._plan is not None:
                version, plan = self._plan
                self._plan = f"{version}+", change(plan)

    def forget(self) -> None:
        """Look at the store again when somebody next asks, and read the plan even if the version is the same."""
        self.changed(lambda plan: plan)
