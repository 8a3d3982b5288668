"""Streamlit's application with our options. Streamlit is imported only in the functions, since that takes a second."""

from __future__ import annotations

import logging
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import PlanMapError
from layers import escape, style
from layers.translation import translation

if TYPE_CHECKING:
    from streamlit.web.server.starlette.starlette_app import App

_ENTRY = Path(__file__).with_name("entry.py")


def _options(host: str, port: int) -> dict[str, Any]:
    """Return Streamlit's options."""
    return {
        "server.address": host,
        "server.port": port,
        "server.headless": True,
        "server.baseUrlPath": "",
        "server.enableStaticServing": False,
        "server.enableCORS": True,
        "server.enableXsrfProtection": True,
        # Nobody is who a header says.
        "server.trustedUserHeaders": {},
        "server.maxUploadSize": LARGEST_UPLOAD_MB,
        "server.fileWatcherType": "none",
        "global.maxCachedMessageAge": KEPT_RUNS,
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
        # Streamlit's magic would show attribute docstrings on the page.
        "runner.magicEnabled": False,
        # A newer message ends the run in its own thread, once the message before has been taken over. Otherwise another
        # thread would begin beside it, and draw the page before a statement is answered.
        "runner.fastReruns": False,
        # Python looks for garbage by itself. A look at everything after each run takes longer than the run, and all
        # others wait for it.
        "runner.postScriptGC": False,
        "client.showSidebarNavigation": False,
        "theme.base": "light",
        "theme.primaryColor": style.ACCENT,
        "theme.backgroundColor": style.WHITE,
        "theme.secondaryBackgroundColor": style.INTERFACE["card"],
        "theme.textColor": style.INK,
        "theme.borderColor": style.INTERFACE["border"],
        "theme.baseRadius": "0.5rem",
        "theme.baseFontSize": BASE_FONT_PX,
        "theme.font": ", ".join(f"'{name}'" for name in style.FONT_FAMILIES) + ", sans-serif",
    }


LARGEST_UPLOAD_MB = 500
"""Largest file that a page takes, in megabytes of 2^20 bytes; Streamlit keeps an upload in memory."""

KEPT_RUNS = 20
"""Finished runs of the script for which a browser keeps a large part of the page, such as the rows of the list.

With Streamlit's own 2, clicks that follow each other fast can make the browser drop such a part while the server still
takes it for kept, and then the page stands still for good ("Cached ForwardMsg MISS", streamlit issue 15816).
"""

BASE_FONT_PX = 15
"""Size in pixels of one rem on every page."""


NO_OPENING = "<style>#planmap-opening { display: none; }</style>"
"""Hides what is shown before Streamlit is up, for a page without the map that would replace it."""


def make(host: str, port: int) -> App:
    """Return Streamlit's application with our options, which override those of any settings file."""
    import streamlit as st
    from streamlit.web import bootstrap

    from app import context
    from app.whole_messages import take_whole

    take_whole()
    sign_in = context.current().sign_in
    options = _options(host, port)
    if sign_in is not None:
        # Also for the cookie of the way to the provider and back, which is made before Streamlit knows its secrets.
        options["server.cookieSecret"] = sign_in.cookie_secret.get_secret_value()
        # Authlib tells everybody that it will use another library one day, and insists on it when it is imported.
        import authlib.deprecate  # noqa: F401

        warnings.filterwarnings("ignore", module="authlib", message=".*httpx")
    bootstrap.load_config_options(options)
    # Streamlit adds handlers of its own to the server's logs of requests and connections.
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return st.App(_ENTRY, on_script_error=unexpected, secrets=sign_in.secrets() if sign_in else None)


def unexpected(error: Exception) -> bool:
    """Show one sentence for an error that no page has caught, and print the details of one that nobody has foreseen."""
    import streamlit as st

    from app import session

    text = translation(session.state().get("language") or "zh")
    if isinstance(error, PlanMapError):
        words = escape.html(text.explain(error))
    else:
        traceback.print_exception(error)
        words = escape.html(text("page.unexpected"))
    st.html(f"<p role='alert' class='pm-warn'>{words}</p>{NO_OPENING}")
    return True
