"""What the answer of the Layers page becomes: a map, a sheet, a slide, a file; and the address of the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

import streamlit as st

from app.data.giving import show_give_button
from layers import escape
from layers.own.answer import Answer
from layers.own.tiles import LARGE
from layers.plan.layer_question import questions_text
from layers.plan.scene import Scene
from layers.translation import Translation

KEYS = ("ask", "show", "hide", "at")
"""Parts of the address that an answer writes; the rest of it stays."""

_address = st.components.v2.component(
    "planmap_layers_address",
    html="",
    js=(Path(__file__).parents[1] / "tasks" / "address.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_links(found: Answer, scene: Scene, text: Translation, add: Callable[[], None]) -> None:
    """Draw the ways to the map, to a sheet, to a file, and the button for a slide, which `add` draws."""
    query = scene.to_query()
    asked = {"ask": questions_text({found.layer.scene_id: found.question}), "lang": text.language}
    table = f"/layer-table/{quote(found.layer.id, safe='')}.csv?{urlencode(asked)}"
    links = ((f"/?{query}", "ask-page.map"), (f"/export?{query}", "ask-page.sheet"), (table, "ask-page.csv"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="answer-links"):
        for address, words in links:
            st.html(
                f"<a class='pm-to-map' href='{escape.html(address)}'>{escape.html(text(words))}</a>", width="content"
            )
        show_give_button(found.layer.id, text)
        add()
    if found.count > LARGE:
        line = text("ask-page.too-many", count=f"{LARGE:,}")
        st.html(f"<p class='pm-quiet' role='note'>{escape.html(line)}</p>")


def write_address(scene: Scene, key: str, layer_id: str) -> None:
    """Write what is asked to the address, with the id of the layer as `key`; the other parts of it stay."""
    parts = dict(parse_qsl(scene.to_query()))
    _address(key="address", data={**{name: parts.get(name) for name in KEYS}, key: layer_id})
