"""The element that starts our scripts in a Folium document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import folium
from branca.element import MacroElement
from folium.template import Template


class PlanElement(MacroElement):
    """An element that calls our script's function `call` with the map and the plan, and holds a placeholder for it.

    The plan must not go through Folium, which renders its own output once more as a Jinja template and would run
    `{{ }}` in a name. `layers.browser.document.put` puts the plan into the finished document, as data: then every
    script is known before there is a plan, and a content policy can name them.
    """

    _template = Template(
        "{% macro html(this, kwargs) %}"
        '<script type="application/json" id="planmap-plan">{{ this.place }}</script>'
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "PlanMap.{{ this.call }}({{ this._parent.get_name() }}, "
        'JSON.parse(document.getElementById("planmap-plan").textContent), { '
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
