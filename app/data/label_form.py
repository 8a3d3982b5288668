"""The controls of what is written beside features, and of what a click shows."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app.data.style_controls import COLOUR_PX, Form, side_by_side
from layers.own.features_look import label_parts, template_of
from layers.own.layer_style import LAST_ZOOM, Labels, LayerStyle
from layers.own.style_change import with_heading, with_labels, with_popup
from layers.plan.fault import printable

WIDEST_HALO = 6.0


def ask_labels(form: Form) -> Labels | None:
    """Draw the controls of labels, and return the labels that they stand for; None for none."""
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
    labels = replace(labels, template=template, size=labels.size if size == usual else size)
    return _ask_look(form, labels)


def _ask_look(form: Form, labels: Labels) -> Labels:
    """Ask for the colours of labels, from those that they are kept with."""
    kept = form.style.labels or labels
    usual = min(kept.halo_width, WIDEST_HALO)
    with side_by_side():
        words = form.text("own-style-page.label-colour")
        colour = st.color_picker(words, kept.colour, key=form.key("label-colour"), width=COLOUR_PX)
        words = form.text("own-style-page.label-halo")
        halo = st.color_picker(words, kept.halo, key=form.key("label-halo"), width=COLOUR_PX)
        words = form.text("own-style-page.halo-width")
        width = st.slider(words, 0.0, WIDEST_HALO, usual, 0.5, key=form.key("halo-width"), format="%g")
    zooms = st.slider(
        form.text("own-style-page.label-zooms"),
        0.0,
        LAST_ZOOM,
        kept.zooms,
        0.5,
        key=form.key("label-zooms"),
        format="%g",
    )
    return replace(
        labels,
        zooms=(float(zooms[0]), float(zooms[1])),
        colour=colour.upper(),
        halo=halo.upper(),
        halo_width=kept.halo_width if width == usual else float(width),
    )


def _checked(form: Form, template: str) -> str:
    """Return a template that somebody has typed; one that names no field of the layer is refused."""
    if not any(is_field for _, is_field in label_parts(template)) and template in form.fields:
        template = template_of([(template, True)])
    labels = with_labels(form.style, form.layer, template).labels
    return labels.template if labels is not None else template


def ask_popup(form: Form, style: LayerStyle) -> LayerStyle:
    """Draw the controls of what a click shows, and return `style` with that."""
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
