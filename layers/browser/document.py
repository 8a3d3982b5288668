"""A Folium document with a place for the plan, and what every document of ours has in its head."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

import folium
from branca.element import MacroElement
from folium.template import Template

from layers.resources import bundle_name

ASSETS = "assets"
"""Folder, as the browser sees it, of `dist/` with the bundles and of `vendor/`."""


def bundle_address(name: str) -> str:
    """Return the address of the bundle `name`, such as `browse.js`, as the browser sees it.

    Raises
    ------
    PlanMapError
        The build did not make it.
    """
    return f"{ASSETS}/dist/{bundle_name(name)}"


class PlanElement(MacroElement):
    """Calls the function `call` of our scripts with the map, and leaves a place for the plan.

    The plan must not go through Folium: it renders what it has rendered once more, as a Jinja template, and
    would run `{{ }}` in any name. `put` puts the plan into the finished document.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "PlanMap.{{ this.call }}({{ this._parent.get_name() }}, {{ this.place }}, { "
        "{% for choice, layers in this.online.items() %}"
        "{{ choice|tojson }}: [{% for layer in layers %}{{ layer.get_name() }},{% endfor %}],"
        "{% endfor %}"
        "});"
        "{% endmacro %}"
    )

    def __init__(self, call: str, place: str, online: Mapping[str, Sequence[folium.TileLayer]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "Plan"
        self.call = call
        self.place = place
        self.online = online


def new_place() -> str:
    """Return a word that stands for the plan in a document until the plan is put there; no plan holds it."""
    return f"PLAN{secrets.token_hex(16)}"


def put(document: str, place: str, text: str) -> str:
    """Return `document` with `text` in the one place left for it."""
    before, found, after = document.partition(place)
    if not found:
        raise RuntimeError("the place for the plan is not in the document")
    return f"{before}{text}{after}"
