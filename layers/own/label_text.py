"""What the style of an own layer has written beside its features, from the values of their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from layers.own.look import style_fields, style_of
from layers.own.own_layer import OwnLayer
from layers.plan.fault import printable

LONGEST_LABEL = 60
"""Characters of a label: more is no label, and hides the map."""


def label_fields(layer: OwnLayer) -> list[str]:
    """Return the fields of a layer that its labels name; none if it has no labels."""
    labels = style_of(layer).labels
    if labels is None:
        return []
    # Not before a layer with labels is drawn: what it imports takes long.
    from layers.own.features_look import label_parts

    named = dict.fromkeys(words for words, is_field in label_parts(labels.template) if is_field)
    return [name for name in named if name in layer.field_names]


def read_fields(layer: OwnLayer) -> list[str]:
    """Return the fields that have to be read to draw the features of a layer, each once."""
    return list(dict.fromkeys((*style_fields(layer), *label_fields(layer))))


def label_texts(layer: OwnLayer, values: Mapping[str, Sequence[Any]], count: int) -> list[str]:
    """Return what is written beside each of `count` features; empty for nothing.

    `values` has the values of at least the fields in `label_fields`.
    """
    labels, fields = style_of(layer).labels, label_fields(layer)
    if labels is None or not fields:
        return [""] * count
    from layers.own.features_look import label_words

    found = (label_words(labels, {name: values[name][at] for name in fields}) for at in range(count))
    return [printable(words, limit=LONGEST_LABEL) if words else "" for words in found]


def has_labels_at(layer: OwnLayer, zoom: float) -> bool:
    """Whether labels of a layer are written at a zoom level of a web map at which the layer is drawn."""
    labels = style_of(layer).labels
    return labels is not None and labels.zooms[0] <= zoom + 1e-6 and zoom - 1e-6 <= labels.zooms[1]
