"""Making an atlas in the background: a thread of its own, a progress bar, and a way to stop it."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import session
from app.file_name import file_name
from geo.errors import PlanMapError
from layers import escape
from layers.translation import Translation, translation

if TYPE_CHECKING:
    from layers.sheet.atlas import Atlas, Progress

LOOK_S = 0.5
"""Seconds between two updates of the progress bar."""

GRACE_S = 5.0
"""Seconds that a page may be without a connection to the server before its atlas is given up."""


class Cancelled(Exception):  # noqa: N818 - not an error: somebody wanted it
    """The work on an atlas was cancelled."""


class Job:
    """The work on one atlas."""

    def __init__(
        self, key: Hashable, sheets: int, make: Callable[[Progress], Atlas], is_open: Callable[[], bool]
    ) -> None:
        self.key = key
        """What was asked for; a finished atlas answers only the same request."""
        self.sheets = sheets
        self.atlas: Atlas | None = None
        self.fault: PlanMapError | None = None
        self.failed = False
        self.over = False
        self.done, self.total = 0, 1
        self._make = make
        self._is_open = is_open
        self._seen = time.monotonic()
        self._stop = threading.Event()

    def start(self) -> None:
        """Start the work in a thread of its own."""
        # A daemon thread, so that a server that is stopped does not wait for it.
        threading.Thread(target=self._run, name="atlas", daemon=True).start()

    def cancel(self) -> None:
        """Stop the work at its next step."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether the work was cancelled."""
        return self._stop.is_set()

    def _run(self) -> None:
        try:
            self.atlas = self._make(self._progress)
        except Cancelled:
            self.cancel()
        except PlanMapError as error:
            self.fault = error
        except Exception as error:
            # In a thread nobody else would see it; the page only says that something went wrong.
            traceback.print_exception(error)
            self.failed = True
        finally:
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


def leave(key: Hashable = None) -> None:
    """Cancel the session's work unless it is for `key`."""
    job: Job | None = session.state().get("atlas_job")
    if job is not None and not job.over and job.key != key:
        job.cancel()


def show_job(key: Hashable, sheets: int, make: Callable[[Progress], Atlas], name: list[str], text: Translation) -> None:
    """Draw the button that starts the atlas, its progress, or the finished file."""
    leave(key)
    job: Job | None = session.state().get("atlas_job")
    if job is not None and job.key != key:
        job = None
    if job is not None and not job.over:
        watch(text.language)
        return
    if job is not None and job.atlas is not None:
        st.download_button(
            text("export.download", kind="PDF"),
            job.atlas.document,
            file_name=file_name(name, "pdf"),
            mime="application/pdf",
            key="download",
            type="primary",
            icon=":material/download:",
            width="stretch",
            on_click="ignore",
        )
        size = f"{len(job.atlas.document) / 1e6:.1f} MB"
        line = text("export.atlas-ready", pages=job.atlas.pages, size=size, digest=job.atlas.digest)
        st.html(f"<p class='pm-quiet' role='status'>{escape.html(line)}</p>")
        from layers.sheet.atlas import cut_words

        for note in cut_words(job.atlas, text):
            st.html(f"<p class='pm-warn' role='note'>{escape.html(note)}</p>")
        return

    def begin() -> None:
        made = Job(key, sheets, make, session_check())
        session.state()["atlas_job"] = made
        made.start()

    st.button(
        text("export.start"),
        key="start",
        type="primary",
        icon=":material/menu_book:",
        width="stretch",
        on_click=begin,
    )
    if job is not None:
        line = text.explain(job.fault) if job.fault else text("page.unexpected") if job.failed else ""
        if line:
            st.html(f"<p class='pm-warn' role='alert'>{escape.html(line)}</p>")
        else:
            st.html(f"<p class='pm-quiet' role='status'>{escape.html(text('export.cancelled'))}</p>")


@st.fragment(run_every=LOOK_S)
def watch(language: str) -> None:
    """Draw the progress of the atlas; Streamlit calls this every `LOOK_S` seconds while it is on the page."""
    text = translation(language)
    job: Job | None = session.state().get("atlas_job")
    if job is None or job.over:
        # Draws the whole page anew, after which this is no longer called.
        st.rerun()
    elif job.cancelled:
        st.progress(job.done / job.total, text("export.cancelling"))
    else:
        words = (
            text("export.drawing-sheet", sheet=job.done + 1, count=job.sheets)
            if job.done < job.sheets
            else text("export.writing")
        )
        st.progress(job.done / job.total, words)
        st.button(text("export.cancel"), key="cancel", icon=":material/close:", width="stretch", on_click=job.cancel)
