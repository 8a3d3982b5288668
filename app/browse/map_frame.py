"""The map on the browse page: a frame that stays, to which each run of the script sends what has changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from app import session
from layers.browser.payload import arguments
from layers.plan.near import read_near
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


def show_map(plan: Plan, scene: Scene, selection: Selection, text: Translation, today: date) -> None:
    """Draw the map, or send the map on the page what has changed."""

    def chosen() -> None:
        value: Any = session.value_from("map", "chosen")
        if not isinstance(value, dict) or not isinstance(value.get("site"), str):
            return
        if value["site"]:
            session.select_site(plan, value["site"], flying=False)
        else:
            session.deselect()

    def stepped() -> None:
        value: Any = session.value_from("map", "step")
        if not isinstance(value, dict):
            return
        query, count = value.get("query"), value.get("count")
        if isinstance(query, str) and type(count) is int and 0 < count < 2**31:
            session.step(plan, query, count, today)

    def asked() -> None:
        near = read_near(str(session.value_from("map", "near") or ""))
        if near is not None:
            session.ask_near(plan, near)

    values = session.state()
    _map_frame(
        key="map",
        data={
            "title": text("page.map"),
            "args": {
                **arguments(plan, scene, selection),
                "fly": values["flight"],
                "turn": values["turn"],
                "session": values["session"],
                "step": values["step"],
                "query": own_query(scene),
                # What the map answers when it shows it, see day_field.js.
                "day": selection.as_of.isoformat(),
            },
        },
        on_chosen_change=chosen,
        on_step_change=stepped,
        on_near_change=asked,
    )
