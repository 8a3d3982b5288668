"""Changes to the style of an own layer that leave the rest of it as it is: labels, and what a click shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from geo.errors import PlanMapError
from layers.own.features_look import label_parts
from layers.own.layer_style import LONGEST_VALUE, MOST_POPUP_FIELDS, Labels, LayerStyle, PopupField
from layers.own.own_layer import OwnLayer


def with_labels(style: LayerStyle, layer: OwnLayer, template: str) -> LayerStyle:
    """Return a style with labels by a template, such as `{name} {area} ha`; in their own look if it had labels before.

    Raises
    ------
    PlanMapError
        The template names no field, or one that the layer lacks, or is too long.
    """
    fields = [words for words, is_field in label_parts(template) if is_field]
    if not fields:
        raise PlanMapError("layer-label", template=template[:80], fields="、".join(sorted(layer.field_names)) or "-")
    for field in fields:
        _check(layer, field)
    if len(template) > LONGEST_VALUE:
        raise PlanMapError("layer-label-long", limit=LONGEST_VALUE)
    labels = Labels(template) if style.labels is None else replace(style.labels, template=template)
    return replace(style, labels=labels)


def with_popup(style: LayerStyle, layer: OwnLayer, fields: Sequence[str]) -> LayerStyle:
    """Return a style by which a click shows `fields` in their order, each with the title it had; all fields if none.

    Raises
    ------
    PlanMapError
        The layer lacks a field.
    """
    for field in fields:
        _check(layer, field)
    known = {each.field: each for each in style.popup}
    wanted = list(dict.fromkeys(fields))[:MOST_POPUP_FIELDS]
    return replace(style, popup=tuple(known.get(name, PopupField(name)) for name in wanted))


def with_heading(style: LayerStyle, layer: OwnLayer, field: str) -> LayerStyle:
    """Return a style by which the value of `field` stands above what a click shows; empty for the usual one.

    Raises
    ------
    PlanMapError
        The layer lacks the field.
    """
    if field:
        _check(layer, field)
    return replace(style, heading=field)


def _check(layer: OwnLayer, field: str) -> None:
    if field not in layer.field_names:
        raise PlanMapError("layer-field", file=layer.name, field=field)
