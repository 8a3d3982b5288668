"""Work for a page in the background: a thread of its own, a progress bar, and a way to stop it."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import session
from geo.errors import PlanMapError
from layers import escape
from layers.translation import Translation, translation

LOOK_S = 0.5
"""Seconds between two updates of the progress bar."""

GRACE_S = 5.0
"""Seconds that a page may be without a connection to the server before its work is given up."""

Progress = Callable[[int, int], None]
"""Is told how many steps of how many are done."""

Made = TypeVar("Made")


class Cancelled(Exception):  # noqa: N818 - not an error: somebody wanted it
    """The work was cancelled."""


class Job(Generic[Made]):
    """One piece of work, which `make` does; it calls the function that it is given at every step."""

    def __init__(self, key: Hashable, make: Callable[[Progress], Made], is_open: Callable[[], bool]) -> None:
        self.key: Any = key
        """What was asked for; what is made answers only the same request."""
        self.made: Made | None = None
        self.fault: PlanMapError | None = None
        self.failed = False
        self.over = False
        self.done, self.total = 0, 1
        self.seconds = 0.0
        """How long it took, when it is over."""
        self._make = make
        self._is_open = is_open
        self._seen = time.monotonic()
        self._stop = threading.Event()

    def start(self) -> None:
        """Start the work in a thread of its own."""
        # A daemon thread, so that a server that is stopped does not wait for it.
        threading.Thread(target=self._run, name="job", daemon=True).start()

    def cancel(self) -> None:
        """Stop the work at its next step."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether the work was cancelled."""
        return self._stop.is_set()

    def _run(self) -> None:
        began = time.monotonic()
        try:
            self.made = self._make(self._progress)
        except Cancelled:
            self.cancel()
        except PlanMapError as error:
            # What goes wrong after somebody has cancelled it is nothing that they need to hear of.
            self.fault = None if self.cancelled else error
        except Exception as error:
            # In a thread nobody else would see it; the page only says that something went wrong.
            traceback.print_exception(error)
            self.failed = True
        finally:
            self.seconds = time.monotonic() - began
            self.over = True

    def _progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        now = time.monotonic()
        if self._is_open():
            self._seen = now
        if self._stop.is_set() or now - self._seen > GRACE_S:
            raise Cancelled


def session_check() -> Callable[[], bool]:
    """Return a function that tells, from any thread, whether the page of this session is still open."""
    context = get_script_run_ctx()
    session_id = context.session_id if context is not None else ""
    return lambda: runtime.get_instance().is_active_session(session_id)


def job_of(name: str, key: Hashable = None) -> Job[Any] | None:
    """Return the session's latest work of the kind `name`, None if there is none or it is not for `key`."""
    job: Job[Any] | None = session.state().get(name)
    return job if job is not None and key in (None, job.key) else None


def begin(name: str, key: Hashable, make: Callable[[Progress], Any]) -> None:
    """Start work of the kind `name` for the session, in place of its latest; the same is not started twice."""
    before = job_of(name)
    if before is not None and not before.over:
        # A button that is pressed twice in quick succession.
        if before.key == key:
            return
        before.cancel()
    job = Job(key, make, session_check())
    session.state()[name] = job
    job.start()


def leave(name: str, key: Hashable = None) -> None:
    """Cancel the session's work of the kind `name` unless it is for `key`."""
    job = job_of(name)
    if job is not None and not job.over and job.key != key:
        job.cancel()


@st.fragment(run_every=LOOK_S)
def watch(name: str, language: str, words: Callable[[Job[Any], Translation], str]) -> None:
    """Draw how far the work is, with `words` for it; Streamlit calls this every `LOOK_S` seconds on the page."""
    text = translation(language)
    job = job_of(name)
    if job is None or job.over:
        # Draws the whole page anew, after which this is no longer called.
        st.rerun()
    elif job.cancelled:
        st.progress(job.done / job.total, text("job.cancelling"))
    else:
        st.progress(job.done / job.total, words(job, text))
        st.button(
            text("job.cancel"), key=f"cancel-{name}", icon=":material/close:", width="stretch", on_click=job.cancel
        )


def show_end(job: Job[Any], text: Translation, *, cancelled: str) -> None:
    """Say why work that is over has made nothing; `cancelled` says so where somebody has cancelled it."""
    line = text.explain(job.fault) if job.fault else text("page.unexpected") if job.failed else ""
    if line:
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(line)}</p>")
    else:
        st.html(f"<p class='pm-quiet' role='status'>{escape.html(cancelled)}</p>")
