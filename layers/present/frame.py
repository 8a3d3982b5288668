"""What stands around the words and the plan of a briefing: Folium's document, the same for every plan."""

from __future__ import annotations

import re

from layers.browser.document import bundle_address, kept_document

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)

_HEAD, _WORDS, _PLAN = _PLACES = ("THE-HEAD-GOES-HERE", "THE-WORDS-GO-HERE", "THE-PLAN-GOES-HERE")
"""Stand for what comes from the plan, in the order of the document; only our own words and Folium's are besides."""


def around() -> tuple[str, str, str, str]:
    """Return the document in four parts, between which the head, the words and the plan go.

    Raises
    ------
    PlanMapError
        The build did not make PlanMap's own files.
    """
    opening, top, middle, end = re.split("|".join(_PLACES), kept_document("briefing", _made))
    return opening, top, middle, end


def _made() -> str:
    """Return Folium's document with placeholders, and without the random ids that differ from run to run."""
    # Folium takes half a second to import, more than all the rest of a briefing.
    import folium

    from layers.browser.plan_element import PlanElement

    result = folium.Map(tiles=None, zoom_control=False, zoom_snap=0, zoom_delta=0.5, max_zoom=18, keyboard=False)
    # Only what a briefing needs; `inlined` puts the files in the place of their names. The names must differ, for a
    # later file takes the place of an earlier one of the same name.
    result.default_js = [("briefing.js", bundle_address("briefing.js"))]
    result.default_css = [("briefing.css", bundle_address("briefing.css"))]
    result.add_child(PlanElement("present", _PLAN, {}))
    root = result.get_root()
    policy = folium.Element(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">')
    root.header.add_child(policy, name="policy", index=0)  # type: ignore[attr-defined]
    root.header.add_child(folium.Element(_HEAD), name="head")  # type: ignore[attr-defined]
    root.html.add_child(folium.Element(_WORDS), name="words")  # type: ignore[attr-defined]
    found = re.sub(r"_[0-9a-f]{32}\b", "", str(root.render()))
    # Folium's own viewport forbids zooming the page with two fingers, which somebody may need.
    return re.sub(r'<meta name="viewport"[^>]*/>', "", found)
