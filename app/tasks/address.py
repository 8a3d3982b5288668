"""The address of the Tasks page: the Scene, as on the map, and which tab is open."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from layers.plan.scene import Scene
from layers.selection.address import own_parts

TAB = "tab"
"""Name of the tab in the address. A Scene leaves out what it does not know."""

_address = st.components.v2.component(
    "planmap_tasks_address",
    html="",
    js=Path(__file__).with_name("address.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def write_address(scene: Scene, opened: Scene, tab: str) -> None:
    """Write `scene` to the address, and the `tab`, empty for the first one; what the map has put there stays.

    Only where something else is selected than in the Scene that the page was `opened` with, the map's view goes, so
    that the map flies to it.
    """
    parts = {**own_parts(scene), TAB: tab or None}
    if (scene.site, scene.task) != (opened.site, opened.task):
        parts["at"] = None
    _address(key="address", data=parts)
