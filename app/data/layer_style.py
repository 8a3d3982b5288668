"""The style of an own layer on the Data page: controls, a picture of what they come to, and files of other programs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import context
from app.data.style_controls import Form
from app.data.style_form import ask_style
from app.export.previews import Shelf
from app.file_name import file_name
from app.identity import signed_in
from app.session import state
from geo.errors import PlanMapError
from layers import escape
from layers.own.files import restyle
from layers.own.layer_style import LayerStyle
from layers.own.look import style_of
from layers.own.own_layer import OwnLayer
from layers.own.restyling import style_from_file, written_style
from layers.own.style_json import to_json
from layers.own.words import style_lines
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import BASEMAPS
from layers.store.roles import Role
from layers.translation import Translation

OPEN, SAID = "layer_styling", "layer_style_said"

FORMS = {"qml": "application/xml", "sld": "application/vnd.ogc.sld+xml"}

# A third of a megabyte for each.
_pictures: Shelf[bytes | PlanMapError] = Shelf(40)


def style_button(layer: OwnLayer, text: Translation) -> None:
    """Draw the button in the row of a layer that opens and closes its style."""
    st.button(
        text("own-style-page.open"),
        key=f"style-layer-{layer.id}",
        icon=":material/palette:",
        type="tertiary",
        on_click=_turn,
        args=(layer.id,),
    )


def is_styling(layer: OwnLayer) -> bool:
    """Whether the style of a layer is open."""
    return bool(state().get(OPEN) == layer.id)


def show_style(plan: Plan, layer: OwnLayer, text: Translation, *, closed: bool) -> None:
    """Draw the style of a layer below its row; nothing can be saved when `closed`."""
    with st.container(key=f"styling-{layer.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            title = text("own-style-page.title", name=printable(layer.name))
            st.html(f"<h4>{escape.html(title)}</h4>", width="stretch")
            label = text("own-style-page.close")
            st.button(label, key="style-close", icon=":material/close:", type="tertiary", on_click=_turn, args=("",))
        # In its place from the start, so that nothing below it is drawn anew and closes; said once all else follows it.
        place = st.empty()
        left, right = st.columns([1, 1], gap="large")
        with left:
            wanted = _ask(Form(layer, style_of(layer), text), text)
        with right, st.container(key="style-result"):
            _show_picture(plan, layer, wanted or style_of(layer), text)
            _show_actions(layer, wanted, text, closed=closed)
        _show_files(layer, text, closed=closed)
        _show_said(layer, place)


def _turn(layer_id: str) -> None:
    values = state()
    values[OPEN] = "" if values.get(OPEN) == layer_id else layer_id
    values[SAID] = None


def _ask(form: Form, text: Translation) -> LayerStyle | None:
    try:
        return ask_style(form)
    except PlanMapError as error:
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(text.explain(error))}</p>")
        return None


def _show_said(layer: OwnLayer, place: DeltaGenerator) -> None:
    layer_id, lines, is_fault = state().get(SAID) or ("", [], False)
    if layer_id != layer.id:
        return
    marks = "class='pm-warn' role='alert'" if is_fault else "class='pm-said' role='status'"
    first, *rest = lines
    more = "".join(f"<li>{escape.html(line)}</li>" for line in rest)
    place.html(f"<div {marks}><p>{escape.html(first)}</p>{f'<ul>{more}</ul>' if more else ''}</div>")


def _show_picture(plan: Plan, layer: OwnLayer, wanted: LayerStyle, text: Translation) -> None:
    asked, today = to_json(wanted), date.today()

    def make() -> bytes | PlanMapError:
        # Matplotlib takes a second to import, so only who styles a layer waits for it.
        from layers.draw.style_picture import style_picture

        try:
            return style_picture(plan, layer, asked, language=text.language, basemap=BASEMAPS[0], today=today)
        except PlanMapError as error:
            return error

    found = _pictures.get((layer, asked, text.language, plan.beside.version, today), make)
    if isinstance(found, PlanMapError):
        st.html(f"<div class='pm-no-picture'><p>{escape.html(text.explain(found))}</p></div>")
    else:
        with st.container(key="style-picture"):
            st.image(found, width="stretch", output_format="PNG", alt=text("own-style-page.preview"))


def _show_actions(layer: OwnLayer, wanted: LayerStyle | None, text: Translation, *, closed: bool) -> None:
    changed = wanted is not None and wanted != style_of(layer)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            text("own-style-page.save"),
            key="style-save",
            type="primary",
            disabled=closed or not changed,
            on_click=_save,
            args=(layer, wanted, text),
        )
        st.button(
            text("own-style-page.reset"),
            key="style-reset",
            disabled=closed or not layer.style,
            on_click=_save,
            args=(layer, None, text),
        )
        if not changed and wanted is not None:
            st.html(f"<p class='pm-quiet'>{escape.html(text('own-style-page.unchanged'))}</p>")


def _save(layer: OwnLayer, wanted: LayerStyle | None, text: Translation) -> None:
    """Keep a style, or take the layer's back to the usual one."""
    if wanted is None:
        _change(layer, text, lambda: restyle(layer, ""))
        return
    # Where it came from stays said as long as the symbols are those.
    same = wanted.symbols == style_of(layer).symbols
    origin, lost = (layer.style_from, layer.style_lost) if same else ("", ())
    _change(layer, text, lambda: restyle(layer, to_json(wanted), origin, lost))


def _change(layer: OwnLayer, text: Translation, change: Callable[[], OwnLayer]) -> OwnLayer | None:
    try:
        context.current().allow_change(signed_in(), Role.ADMIN)
        changed = change()
    except PlanMapError as error:
        state()[SAID] = layer.id, [text.explain(error)], True
        return None
    finally:
        context.current().look_again()
    state()[SAID] = layer.id, [text("own-style-page.saved", name=printable(layer.name))], False
    return changed


def _show_files(layer: OwnLayer, text: Translation, *, closed: bool) -> None:
    with st.expander(text("own-style-page.file"), icon=":material/description:"):
        with st.container(horizontal=True, gap="small"):
            for form, mime in FORMS.items():
                st.download_button(
                    text("own-style-page.download", kind=f".{form}"),
                    data=written_style(style_of(layer), layer, form).encode(),
                    file_name=file_name([layer.name], form),
                    mime=mime,
                    key=f"style-download-{form}",
                    icon=":material/download:",
                    on_click="ignore",
                )
        # A key for each filling, so that the field is empty after it.
        key = f"style-file-{layer.id}-{layer.version}-{state().get('style_filling', 0)}"
        st.file_uploader(
            text("own-style-page.upload"),
            type=list(FORMS),
            key=key,
            disabled=closed,
            on_change=_take,
            args=(layer, key, text),
        )


def _take(layer: OwnLayer, key: str, text: Translation) -> None:
    """Have a layer drawn by the style file that was uploaded."""
    upload = state().get(key)
    if upload is None:
        return
    state()["style_filling"] = state().get("style_filling", 0) + 1
    changed = _change(layer, text, lambda: _taken(layer, upload.name, upload.getvalue()))
    if changed is not None:
        said = text("own-style-page.taken", file=printable(upload.name))
        state()[SAID] = layer.id, [said, *(line.strip() for line in style_lines(changed, text))], False


def _taken(layer: OwnLayer, name: str, content: bytes) -> OwnLayer:
    with tempfile.TemporaryDirectory(prefix="planmap-style-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "style"
        path.write_bytes(content)
        return style_from_file(layer, path, printable(name))
