"""On the Data page: how far the tiles of a large own layer are, with a way to cancel and to begin anew."""

from __future__ import annotations

import streamlit as st

from app import layer_work
from layers import escape
from layers.own.files import trouble
from layers.own.own_layer import OwnLayer
from layers.own.tiles import is_large, tiles_of
from layers.translation import Translation, translation

LOOK_S = 0.7
"""Seconds between two looks at work that is being done."""


def show_tiles(layer: OwnLayer, text: Translation, *, closed: bool) -> None:
    """Draw the line about the tiles of `layer`; nothing for a layer that needs none."""
    error = trouble(layer)
    if error is not None:
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(text.explain(error))}</p>")
        return
    if not is_large(layer):
        return
    if layer.is_live:
        st.html(f"<p class='pm-quiet'>{escape.html(text('own-page.asked-tiles'))}</p>")
        return
    tiles = tiles_of(layer)
    work = layer_work.work_of(layer)
    if tiles is None and work is not None and not work.over:
        _watch(layer, text.language, closed=closed)
        return
    if tiles is not None:
        lines = [text("own-page.tiled")]
        lines += [text("own-page.tiles-odd", count=tiles.odd)] if tiles.odd else []
        lines += [text("own-page.tiles-left-out", count=tiles.left_out)] if tiles.left_out else []
        st.html("".join(f"<p class='pm-quiet'>{escape.html(line)}</p>" for line in lines))
        return
    if work is not None:
        failed = text("page.unexpected") if work.failed else text("own-page.tiles-cancelled")
        line, marks = (
            (text.explain(work.fault), "class='pm-warn' role='alert'")
            if work.fault
            else (failed, "class='pm-warn' role='alert'" if work.failed else "class='pm-quiet' role='status'")
        )
        st.html(f"<p {marks}>{escape.html(line)}</p>")
    else:
        st.html(f"<p class='pm-quiet'>{escape.html(text('own-page.untiled'))}</p>")
    st.button(
        text("own-page.tile"),
        key=f"tile-{layer.id}",
        icon=":material/grid_on:",
        type="tertiary",
        disabled=closed,
        on_click=_begin,
        args=(layer,),
    )


def _begin(layer: OwnLayer) -> None:
    layer_work.begin(layer, again=True)


@st.fragment(run_every=LOOK_S)
def _watch(layer: OwnLayer, language: str, *, closed: bool) -> None:
    """Draw how far the work is; Streamlit calls this every `LOOK_S` seconds on the page."""
    text = translation(language)
    work = layer_work.work_of(layer)
    if work is None or work.over:
        # Draws the whole page anew, after which this is no longer called.
        st.rerun()
    elif work.cancelled:
        st.progress(work.share, text("job.cancelling"))
    else:
        st.progress(work.share, text("own-page.tiling", percent=round(100 * work.share)))
        st.button(
            text("job.cancel"),
            key=f"cancel-tiles-{layer.id}",
            icon=":material/close:",
            type="tertiary",
            disabled=closed,
            on_click=work.cancel,
        )
