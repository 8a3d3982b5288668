"""When Python looks for objects that nothing but each other refers to.

Modules, a plan and its shapes are many objects, all needed until a command ends. Looking through them again and again
is a tenth of a command's time.
"""

from __future__ import annotations

import gc

_USUAL = gc.get_threshold()


def leave() -> None:
    """Look for no garbage until `look_for` is called."""
    gc.disable()


def look_for(*, after: int = _USUAL[0]) -> None:
    """Look for garbage again after so many new objects, but no more among those that exist by now."""
    gc.freeze()
    gc.set_threshold(after, *_USUAL[1:])
    gc.enable()
