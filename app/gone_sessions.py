"""Sessions of browsers that have gone: Streamlit keeps each for two minutes, in case the browser comes back.

After that it forgets a session only when another one goes, and never shuts it down. What a session holds open, among it
the event loop of its script with three descriptors, would stay as long as nobody comes.
"""

from __future__ import annotations

import asyncio
from typing import Any

LOOK_S = 15.0
"""Seconds between looks for sessions whose time is over."""


async def keep_closing() -> None:
    """Close sessions whose time is over, now and then, until cancelled."""
    from streamlit.runtime import get_instance

    while True:
        await asyncio.sleep(LOOK_S)
        close_expired(get_instance()._session_mgr)


def close_expired(sessions: Any) -> int:
    """Shut down the sessions that Streamlit's session manager no longer keeps for their browsers; return how many.

    If a later version of Streamlit keeps them in another way, none is found, and they last longer.
    """
    expire = getattr(getattr(getattr(sessions, "_session_storage", None), "_cache", None), "expire", None)
    gone = [kept for _, kept in expire()] if expire else []
    for kept in gone:
        kept.session.shutdown()
    return len(gone)
