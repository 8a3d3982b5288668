"""What stands around the words and the plan of a briefing: Folium's document, the same for every plan.

Folium takes half a second to import, more than all the rest of a briefing, so what it makes is kept in the user's
cache folder.
"""

from __future__ import annotations

import hashlib
import re
from importlib.metadata import version
from pathlib import Path

from layers.browser import document
from layers.cache import kept_bytes

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)

SCRIPTS = (
    "vendor/leaflet/leaflet",
    "src/symbols",
    "src/ground",
    "src/labels",
    "src/crowding",
    "src/sites",
    "src/stage",
    "src/panels",
    "src/pages",
    "src/present",
)
STYLES = ("vendor/leaflet/leaflet", "src/map", "src/present")

_HEAD, _WORDS, _PLAN = _PLACES = ("PLACE_OF_THE_HEAD", "PLACE_OF_THE_WORDS", "PLACE_OF_THE_PLAN")
"""Stand for what comes from the plan, in the order of the document."""

_MAKERS = (Path(__file__), Path(document.__file__), Path(document.__file__).with_name("element.py"))
"""Our own files that the document depends on; those of the scripts come in later."""


def around() -> tuple[str, str, str, str]:
    """Return the document in four parts, between which the head, the words and the plan go."""
    made_with = [f"{name} {version(name)}" for name in ("folium", "branca", "jinja2")]
    said = b"".join((*(path.read_bytes() for path in _MAKERS), "\n".join(made_with).encode()))
    name = f"briefing-{hashlib.sha256(said).hexdigest()[:20]}.html"
    whole = kept_bytes(name, lambda: _made().encode()).decode()
    opening, top, middle, end = re.split("|".join(_PLACES), whole)
    return opening, top, middle, end


def _made() -> str:
    """Return Folium's document with placeholders, and without the random ids that differ from run to run."""
    import folium

    from layers.browser.element import PlanElement

    class Map(folium.Map):
        """A Folium map with only what a briefing needs; `inlined` replaces the names of the files by their content."""

        # Folium wants lists. The names must differ, because a later one replaces an earlier one with the same name.
        default_js = [(f"{name}.js", f"{document.ASSETS}/{name}.js") for name in SCRIPTS]  # noqa: RUF012
        default_css = [(f"{name}.css", f"{document.ASSETS}/{name}.css") for name in STYLES]  # noqa: RUF012

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
