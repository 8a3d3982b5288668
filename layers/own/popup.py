"""What a click on an own layer shows: which fields, in what order, under what titles, and what stands above them."""

from __future__ import annotations

from layers.own.look import style_of
from layers.own.own_layer import OwnLayer, text_fields
from layers.plan.fault import printable


def popup_rows(layer: OwnLayer, language: str) -> list[tuple[str, str]]:
    """Return the fields that a click shows with their titles: those of the style, or all that can be read."""
    there = [field.name for field in layer.fields if field.type != "binary"]
    wanted = [each for each in style_of(layer).popup if each.field in there]
    if not wanted:
        return [(name, printable(name)) for name in there]
    return [(each.field, printable(each.title.get(language) or each.field)) for each in wanted]


def heading_fields(layer: OwnLayer) -> list[str]:
    """Return the fields of which the first with a value stands above the rows; those that may hold a name."""
    heading = style_of(layer).heading
    usual = text_fields(layer.fields)
    return [heading, *usual] if heading in layer.field_names else usual
