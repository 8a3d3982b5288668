"""What a page sends is taken whole, although the page may send something else before that is done.

Streamlit ends a run of the script for a newer message wherever the run asks for the session's state or draws, also
while it takes over the message for which it was begun. What is sent once, such as a statement, or the answer to it, is
then lost, and the browser sends it again only after seconds.
"""

from __future__ import annotations

from typing import Any


def take_whole() -> None:
    """Have Streamlit take over a message, and call what belongs to it, before it ends the run for a newer one.

    If a later version of Streamlit does this in another way, nothing is changed, and what is lost is sent again.
    """
    from streamlit.runtime.state.safe_session_state import SafeSessionState

    theirs = getattr(SafeSessionState, "on_script_will_rerun", None)
    if theirs is None or getattr(theirs, "takes_whole", False):
        return

    def on_script_will_rerun(self: Any, *given: Any, **named: Any) -> None:
        # Streamlit looks for newer messages only while it marks itself as being in the script.
        runner = getattr(getattr(self, "_yield_callback", None), "__self__", None)
        marked = getattr(runner, "_execing", False) is True
        if marked:
            runner._execing = False  # type: ignore[union-attr]
        try:
            theirs(self, *given, **named)
        finally:
            if marked:
                runner._execing = True  # type: ignore[union-attr]

    on_script_will_rerun.takes_whole = True  # type: ignore[attr-defined]
    SafeSessionState.on_script_will_rerun = on_script_will_rerun  # type: ignore[method-assign]
