"""Something that has to wait for another program, and says so in its own session only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import streamlit as st

from app.session import state
from layers.translation import translation

TELL_AFTER_S = 1.0
"""Seconds after which whoever waits is told why."""

SHOWN_S = 20
"""Seconds for which that is shown, unless the next run of the page comes before: no lock is waited for longer."""

_Result = TypeVar("_Result")


def told(action: Callable[[], _Result]) -> _Result:
    """Return what `action` returns; if it takes long, tell the user that another program is writing the plan."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(action)
        try:
            return running.result(TELL_AFTER_S)
        except TimeoutError:
            st.toast(translation(state().get("language") or "zh")("page.save-waits"), duration=SHOWN_S)
            return running.result()
