"""A Folium document with a placeholder for the plan, and what all our documents have in their heads."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

import folium
from branca.element import MacroElement
from folium.template import Template

from layers import style

ASSETS = "assets"
"""Path, in the browser, of the folder with our scripts and `vendor/`."""


class PlanElement(MacroElement):
    """An element that calls our script's function `call` with the map, and holds a placeholder for the plan.

    The plan must not go through Folium, which renders its own output once more as a Jinja template and would run
    `{{ }}` in a name. `put` puts the plan into the finished document.
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
    """Return a random placeholder, which no plan can hold; see `put`."""
    return f"PLAN{secrets.token_hex(16)}"


def put(document: str, place: str, text: str) -> str:
    """Return `document` with the placeholder `place` replaced by `text`."""
    before, found, after = document.partition(place)
    if not found:
        raise RuntimeError("the place for the plan is not in the document")
    return f"{before}{text}{after}"


def custom_properties(families: Sequence[str]) -> str:
    """Return the colours and typefaces for our style sheets, as CSS; `families` in order of preference."""
    fonts = ",".join(f'"{name}"' for name in families)
    return (
        f":root{{--pm-accent:{style.ACCENT};--pm-ink:{style.INK};--pm-water:{style.WATER};"
        f"--pm-font:{fonts},sans-serif}}"
    )
