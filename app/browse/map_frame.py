"""The map on the browse page: a frame that stays, to which each run of the script sends what has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from app import session
from layers.browser.payload import arguments
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.address import own_query
from layers.selection.select import Selection
from layers.translation import Translation

_map_frame = st.components.v2.component(
    "planmap_map",
    html='<div class="pm-map-slot"></div>',
    js=Path(__file__).with_name("map_frame.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_map(plan: Plan, scene: Scene, selection: Selection, text: Translation) -> None:
    """Draw the map, or send the map on the page what has changed."""

    def chosen() -> None:
        value: Any = session.state()["map"].get("chosen")
        if isinstance(value, dict) and isinstance(value.get("site"), str):
            session.select_site(plan, value["site"], flying=False)

    values = session.state()
    _map_frame(
        key="map",
        data={
            "title": text("page.map"),
            "args": {
                **arguments(plan, scene, selection),
                "fly": values["flight"],
                "turn": values["turn"],
                "query": own_query(scene),
            },
        },
        on_chosen_change=chosen,
    )
