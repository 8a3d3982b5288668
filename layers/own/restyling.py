"""Another style for an own layer: by one of its fields, or as a file for other programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from geo.errors import PlanMapError
from layers.own.classes import Method
from layers.own.features_look import numbers_of
from layers.own.files import restyle
from layers.own.foreign_style import read_style
from layers.own.layer_style import Categories, Graduated, LayerStyle
from layers.own.look import style_of
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.own.qml_writing import to_qml
from layers.own.ramps import RAMPS
from layers.own.recolouring import recoloured
from layers.own.sld_writing import to_sld
from layers.own.style_json import to_json
from layers.own.suggestion import USUAL_CLASSES, categories, graduated, suggest


def field_style(
    layer: OwnLayer, field: str, *, method: str | None = None, count: int | None = None, ramp: str = ""
) -> LayerStyle:
    """Return the style that shows a field of a layer: what suits its values, or with a `method` classes of its numbers.

    With a ramp alone the classes that there are by that field stay, and only their colours are others.

    Raises
    ------
    PlanMapError
        There is no such field or ramp, or the field tells nothing that could be shown.
    """
    if field not in layer.field_names:
        raise PlanMapError("layer-field", file=layer.name, field=field)
    if ramp and ramp not in RAMPS:
        raise PlanMapError("layer-ramp", name=ramp, near="、".join(RAMPS))
    style = style_of(layer)
    if ramp and not method and count is None and isinstance(style.symbols, Graduated) and style.field == field:
        return replace(style, symbols=recoloured(style.symbols, ramp))
    kind = next(each.type for each in layer.fields if each.name == field)
    values = _values(layer, field)
    if method or ramp:
        style = LayerStyle(
            graduated(
                field,
                values,
                layer.shape.value,
                method=Method(method or "natural"),
                count=count or USUAL_CLASSES,
                ramp_name=ramp,
            )
        )
    else:
        style = suggest(field, values, kind, layer.shape.value)
    if not style.field:
        raise PlanMapError("layer-field-tells-nothing", file=layer.name, field=field)
    return style


def style_from_file(layer: OwnLayer, path: Path, name: str) -> OwnLayer:
    """Have a layer drawn by the style in the file at `path`, which is called `name`, and return the layer.

    Raises
    ------
    PlanMapError
        It is no such file, or is about a field that the layer lacks.
    """
    read = read_style(path, layer.shape.value, name=name)
    if read.style.field and read.style.field not in layer.field_names:
        raise PlanMapError("layer-field", file=layer.name, field=read.style.field)
    lost = [(each.what.value, each.detail) for each in read.not_taken]
    return restyle(layer, to_json(read.style), name, lost)


def written_style(style: LayerStyle, layer: OwnLayer, form: str) -> str:
    """Return the style of a layer as XML of the form `qml`, which QGIS reads best, or `sld`."""
    if form == "sld":
        return to_sld(style, layer.shape.value, layer.name)
    return to_qml(style, layer.shape.value)


def field_symbols(
    layer: OwnLayer, field: str, *, graded: bool, method: Method = Method.NATURAL, count: int = 5, ramp: str = ""
) -> Categories | Graduated:
    """Return symbols by a field of a layer: a category for each of its commonest values, or classes of its numbers.

    Raises
    ------
    PlanMapError
        There is no such field, or none of its values is a number that classes could be made of.
    """
    values = _values(layer, field)
    if not graded:
        return categories(field, values, layer.shape.value)
    if not np.isfinite(numbers_of(values)).any():
        raise PlanMapError("layer-field-tells-nothing", file=layer.name, field=field)
    return graduated(field, values, layer.shape.value, method=method, count=count, ramp_name=ramp)


def _values(layer: OwnLayer, field: str) -> list[Any]:
    if field not in layer.field_names:
        raise PlanMapError("layer-field", file=layer.name, field=field)
    with opened(layer) as package:
        return [value for some in package.whole_column(field) for value in some]
