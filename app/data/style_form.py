"""The controls of a layer's style. What nobody touches stays as it is, also what no control has, such as a hatch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from app.export.previews import Shelf
from geo.errors import PlanMapError
from layers import escape
from layers.own.classes import MOST_CLASSES, Method
from layers.own.features_look import label_parts, template_of
from layers.own.layer_style import LAST_ZOOM, NO_TITLE, Categories, Graduated, Labels, LayerStyle
from layers.own.own_layer import OwnLayer
from layers.own.ramps import DEFAULTS, RAMPS, ramp, ramp_of
from layers.own.restyling import field_symbols
from layers.own.style_change import with_heading, with_popup
from layers.own.suggestion import default_style
from layers.own.symbol_value import Marker, Symbol
from layers.plan.fault import printable
from layers.translation import Translation

METHODS = (Method.NATURAL, Method.QUANTILES, Method.EQUAL, Method.PRETTY, Method.DEVIATION)
SINGLE, BY_FIELD = "single", "by-field"
CATEGORIES, CLASSES = "categories", "classes"
FORMS = (SINGLE, BY_FIELD, CATEGORIES, CLASSES)
"""What can be chosen of how a layer is drawn."""

COLOUR_PX = 90
"""Width of the field of a colour."""

USUAL_RAMP, USUAL_CLASSES = "teal", 5

# Symbols are worked out from all values of a field.
_found: Shelf[Categories | Graduated | PlanMapError] = Shelf(32)


@dataclass(frozen=True, slots=True)
class Form:
    """The controls of one layer in one state."""

    layer: OwnLayer
    style: LayerStyle
    """As it is kept."""
    text: Translation

    @property
    def fields(self) -> list[str]:
        """The fields that can be shown."""
        return [field.name for field in self.layer.fields if field.type != "binary"]

    def key(self, name: str) -> str:
        """Return the key of a control: another one once the layer is another."""
        return f"style-{name}-{self.layer.id}-{self.layer.version}"


def ask_style(form: Form) -> LayerStyle:
    """Draw the controls, and return the style that they stand for.

    Raises
    ------
    PlanMapError
        A field tells nothing of the kind that was chosen.
    """
    symbols = _ask_symbols(form)
    style = form.style if symbols == form.style.symbols else replace(form.style, symbols=symbols, title=NO_TITLE)
    style = replace(style, labels=_ask_labels(form))
    style = _ask_popup(form, style)
    left, right = st.columns(2, gap="medium")
    kept = round(style.opacity * 100)
    with left:
        opacity = st.slider(form.text("own-style-page.opacity"), 0, 100, kept, 5, key=form.key("opacity"))
    with right:
        zooms = st.slider(
            form.text("own-style-page.zooms"), 0.0, LAST_ZOOM, style.zooms, 0.5, key=form.key("zooms"), format="%g"
        )
    if opacity != kept:
        style = replace(style, opacity=opacity / 100)
    return replace(style, zooms=(float(zooms[0]), float(zooms[1])))


def _ask_symbols(form: Form) -> Symbol | Categories | Graduated:
    kept = form.style.symbols
    usual = SINGLE if isinstance(kept, Symbol) else BY_FIELD
    choice = usual
    if form.fields:
        answer = st.segmented_control(
            form.text("own-style-page.how"),
            [SINGLE, BY_FIELD],
            default=usual,
            format_func=lambda each: form.text(f"style-form.{each}"),
            key=form.key("how"),
        )
        choice = answer or usual
    if choice == SINGLE:
        symbol = kept if isinstance(kept, Symbol) else _usual_symbol(form.layer)
        return _ask_symbol(form, symbol)
    return _ask_by_field(form)


def _usual_symbol(layer: OwnLayer) -> Symbol:
    found = default_style(layer.shape.value, sum(layer.id.encode())).symbols
    return found if isinstance(found, Symbol) else Symbol(fill=DEFAULTS[0])


def _ask_symbol(form: Form, symbol: Symbol) -> Symbol:
    """Ask for the one symbol of all features; the colour of what is not drawn is that of the rest."""
    kind = form.layer.shape.value
    made = symbol
    if kind != "line":
        shown = symbol.fill or symbol.stroke or DEFAULTS[0]
        kept = round(symbol.fill_opacity * 100) if symbol.fill else 0
        with _side_by_side():
            fill = st.color_picker(form.text("own-style-page.fill"), shown, key=form.key("fill"), width=COLOUR_PX)
            opacity = st.slider(
                form.text("own-style-page.fill-opacity"), 0, 100, kept, 5, key=form.key("fill-opacity"), format="%d%%"
            )
        if (fill.upper(), opacity) != (shown, kept):
            made = replace(made, fill=fill.upper() if opacity else "", fill_opacity=opacity / 100)
    shown = symbol.stroke or symbol.fill or DEFAULTS[0]
    thick = min(symbol.stroke_width, 12.0) if symbol.stroke else 0.0
    with _side_by_side():
        words = form.text("own-style-page.line" if kind == "line" else "own-style-page.stroke")
        stroke = st.color_picker(words, shown, key=form.key("stroke"), width=COLOUR_PX)
        width = st.slider(
            form.text("own-style-page.stroke-width"), 0.0, 12.0, thick, 0.2, key=form.key("width"), format="%g"
        )
    if (stroke.upper(), width) != (shown, thick):
        made = replace(made, stroke=stroke.upper() if width else "", stroke_width=round(width, 2))
    if kind == "point":
        large = min(symbol.size, 40.0)
        with _side_by_side():
            marker = st.selectbox(
                form.text("own-style-page.marker"),
                list(Marker),
                list(Marker).index(symbol.marker),
                format_func=lambda each: form.text(f"style-marker.{each}"),
                key=form.key("marker"),
                width=130,
            )
            size = st.slider(form.text("own-style-page.size"), 1.0, 40.0, large, 0.5, key=form.key("size"), format="%g")
        made = replace(made, marker=marker or symbol.marker, size=symbol.size if size == large else size)
    if symbol.hatch is not None:
        st.html(f"<p class='pm-quiet'>{escape.html(form.text('own-style-page.kept-hatch'))}</p>")
    return made


def _side_by_side() -> Any:
    """Return a row that stays one on a narrow screen: a small control, and one that takes the rest."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="medium")


def _ask_by_field(form: Form) -> Symbol | Categories | Graduated:
    kept, fields = form.style.symbols, form.fields
    known = form.style.field if form.style.field in fields else None
    field = st.selectbox(
        form.text("own-style-page.field"),
        fields,
        fields.index(known) if known else None,
        format_func=printable,
        placeholder=form.text("own-style-page.choose-field"),
        key=form.key("field"),
    )
    if field is None:
        return kept
    type_name = next(each.type for each in form.layer.fields if each.name == field)
    graded = isinstance(kept, Graduated) if field == known else type_name == "real"
    usual = CLASSES if graded else CATEGORIES
    kind = st.segmented_control(
        form.text("own-style-page.how"),
        [CATEGORIES, CLASSES],
        default=usual,
        format_func=lambda each: form.text(f"style-form.{each}"),
        key=form.key(f"kind-{fields.index(field)}"),
        label_visibility="collapsed",
    )
    if (kind or usual) == CATEGORIES:
        if isinstance(kept, Categories) and field == known:
            return kept
        return _symbols(form, field, graded=False)
    before = kept if isinstance(kept, Graduated) and field == known else None
    return _ask_classes(form, field, before)


def _ask_classes(form: Form, field: str, kept: Graduated | None) -> Categories | Graduated:
    colours = [each.symbol.fill or each.symbol.stroke for each in kept.classes if each.symbol] if kept else []
    usual = (
        kept.method if kept and kept.method in METHODS else Method.NATURAL,
        min(max(len(kept.classes), 2), MOST_CLASSES) if kept else USUAL_CLASSES,
        ramp_of(colours) or USUAL_RAMP,
    )
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    method = left.selectbox(
        form.text("own-style-page.method"),
        list(METHODS),
        METHODS.index(usual[0]),
        format_func=lambda each: form.text(f"style-method.{each}"),
        key=form.key("method"),
    )
    count = right.slider(form.text("own-style-page.count"), 2, MOST_CLASSES, usual[1], key=form.key("count"))
    ramps = list(RAMPS)
    with st.container(key="style-ramps"):
        st.html(_swatches(ramps, count))
        chosen = st.radio(
            form.text("own-style-page.ramp"),
            ramps,
            ramps.index(usual[2]),
            key=form.key("ramp"),
            horizontal=True,
            format_func=lambda each: form.text(f"style-ramp.{each}"),
        )
    answer = (method or usual[0], count, chosen or usual[2])
    if kept is not None and answer == usual:
        return kept
    return _symbols(form, field, graded=True, method=answer[0], count=answer[1], ramp=answer[2])


def _swatches(ramps: Sequence[str], count: int) -> str:
    """Return the style sheet that puts the colours of each ramp beside its name."""
    rules = []
    for number, name in enumerate(ramps, start=1):
        colours = ramp(name, count)
        stops = (f"{colour} {at / count:.1%} {(at + 1) / count:.1%}" for at, colour in enumerate(colours))
        place = f".st-key-style-ramps [role='radiogroup'] > :nth-child({number}) p::before"
        rules.append(f"{place} {{ background: linear-gradient(90deg, {', '.join(stops)}); }}")
    return f"<style>{' '.join(rules)}</style>"


def _symbols(form: Form, field: str, **wanted: Any) -> Categories | Graduated:
    def make() -> Categories | Graduated | PlanMapError:
        try:
            return field_symbols(form.layer, field, **wanted)
        except PlanMapError as error:
            return error

    found = _found.get((form.layer, field, *sorted(wanted.items())), make)
    if isinstance(found, PlanMapError):
        raise found
    return found


def _ask_labels(form: Form) -> Labels | None:
    kept = form.style.labels
    # A field whose name has braces cannot stand in a template.
    templates = {template_of([(name, True)]): name for name in form.fields if not {"{", "}"} & set(name)}
    options = ["", *templates]
    if kept is not None and kept.template not in options:
        options.append(kept.template)
    left, right = st.columns([2, 1], gap="medium", vertical_alignment="bottom")
    template = left.selectbox(
        form.text("own-style-page.label"),
        options,
        options.index(kept.template) if kept is not None else 0,
        format_func=lambda each: printable(templates.get(each, each)) if each else form.text("own-style-page.no-label"),
        key=form.key("label"),
        accept_new_options=True,
    )
    if not template:
        return None
    labels = kept or Labels(template)
    usual = min(max(labels.size, 6.0), 40.0)
    size = right.number_input(
        form.text("own-style-page.label-size"), 6.0, 40.0, usual, 1.0, key=form.key("label-size"), format="%g"
    )
    if template != labels.template:
        template = _checked(form, template)
    return replace(labels, template=template, size=labels.size if size == usual else size)


def _checked(form: Form, template: str) -> str:
    """Return a template that somebody has typed; one that names no field of the layer is refused."""
    from layers.own.style_change import with_labels

    if not any(is_field for _, is_field in label_parts(template)) and template in form.fields:
        template = template_of([(template, True)])
    labels = with_labels(form.style, form.layer, template).labels
    return labels.template if labels is not None else template


def _ask_popup(form: Form, style: LayerStyle) -> LayerStyle:
    fields = form.fields
    if not fields:
        return style
    left, right = st.columns([2, 1], gap="medium", vertical_alignment="bottom")
    kept = [each.field for each in style.popup if each.field in fields]
    shown = left.multiselect(
        form.text("own-style-page.popup"),
        fields,
        kept,
        format_func=printable,
        placeholder=form.text("own-style-page.popup-all"),
        key=form.key("popup"),
    )
    options = ["", *fields]
    heading = right.selectbox(
        form.text("own-style-page.heading"),
        options,
        options.index(style.heading) if style.heading in options else 0,
        format_func=lambda each: printable(each) if each else form.text("own-style-page.heading-usual"),
        key=form.key("heading"),
    )
    if shown != kept:
        style = with_popup(style, form.layer, shown)
    if (heading or "") != style.heading and not (not heading and style.heading not in options):
        style = with_heading(style, form.layer, heading or "")
    return style
