"""The document around the words and the plan of a briefing, made by Folium and the same for every plan.

Importing Folium takes half a second, more than the rest of a briefing, so the document is kept in the user's cache
folder.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from layers.browser.document import bundle_address, kept_document, put, script_hashes
from layers.present.inline import inlined

_SCRIPTS = "PLACE_OF_THE_SCRIPTS"
POLICY = (
    f"default-src 'none'; script-src {_SCRIPTS}; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)

_HEAD, _WORDS, _PLAN = _PLACES = ("PLACE_OF_THE_HEAD", "PLACE_OF_THE_WORDS", "PLACE_OF_THE_PLAN")
"""Placeholders for what comes from the plan, in the order of the document."""


def around() -> tuple[str, str, str, str]:
    """Return the document in four parts; the head, the words and the plan go between them, in this order.

    Raises
    ------
    PlanMapError
        PlanMap's own files are missing.
    """
    whole = inlined(kept_document("briefing", _made))
    whole = put(whole, _SCRIPTS, " ".join(script_hashes(whole)))
    opening, top, middle, end = re.split("|".join(_PLACES), whole)
    return opening, top, middle, end


@lru_cache(maxsize=1)
def briefing_scripts() -> tuple[str, ...]:
    """Return the sources of a content policy that let the scripts inside a briefing run.

    Raises
    ------
    PlanMapError
        PlanMap's own files are missing.
    """
    return script_hashes("".join(around()))


def _made() -> str:
    """Return Folium's document with placeholders, and without the random ids that differ from run to run."""
    import folium

    from layers.browser.plan_element import PlanElement

    class Map(folium.Map):
        """A Folium map with only what a briefing needs."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            # The names must differ, because a later file replaces an earlier one with the same name.
            self.default_js = [("briefing.js", bundle_address("briefing.js"))]
            self.default_css = [("briefing.css", bundle_address("briefing.css"))]

    result = Map(tiles=None, zoom_control=False, zoom_snap=0, zoom_delta=0.5, max_zoom=18, keyboard=False)
    result.add_child(PlanElement("present", _PLAN, {}))
    root = result.get_root()
    policy = folium.Element(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">')
    root.header.add_child(policy, name="policy", index=0)  # type: ignore[attr-defined]
    root.header.add_child(folium.Element(_HEAD), name="head")  # type: ignore[attr-defined]
    root.html.add_child(folium.Element(_WORDS), name="words")  # type: ignore[attr-defined]
    found = re.sub(r"_[0-9a-f]{32}\b", "", str(root.render()))
    # Folium's own viewport forbids zooming the page with two fingers, which somebody may need.
    return re.sub(r'<meta name="viewport"[^>]*/>', "", found)
