"""Another style for an own layer: by one of its fields, or as a file for other programs."""

from __future__ import annotations

from geo.errors import PlanMapError
from geo.feature_package import opened
from layers.own.classes import Method
from layers.own.layer_style import LayerStyle
from layers.own.own_layer import OwnLayer
from layers.own.qml_writing import to_qml
from layers.own.ramps import RAMPS
from layers.own.sld_writing import to_sld
from layers.own.suggestion import graduated, suggest


def field_style(
    layer: OwnLayer, field: str, *, method: str | None = None, count: int = 5, ramp: str = ""
) -> LayerStyle:
    """Return the style that shows a field of a layer: what suits its values, or with a `method` classes of its numbers.

    Raises
    ------
    PlanMapError
        There is no such field or ramp, or the field tells nothing that could be shown.
    """
    if field not in layer.field_names:
        raise PlanMapError("layer-field", file=layer.name, field=field)
    if ramp and ramp not in RAMPS:
        raise PlanMapError("layer-ramp", name=ramp, near="、".join(RAMPS))
    kind = next(each.type for each in layer.fields if each.name == field)
    with opened(layer.path) as package:
        values = [value for some in package.whole_column(field) for value in some]
    if method or ramp:
        style = LayerStyle(
            graduated(field, values, layer.shape.value, method=Method(method or "natural"), count=count, ramp_name=ramp)
        )
    else:
        style = suggest(field, values, kind, layer.shape.value)
    if not style.field:
        raise PlanMapError("layer-field-tells-nothing", file=layer.name, field=field)
    return style


def written_style(style: LayerStyle, layer: OwnLayer, form: str) -> str:
    """Return the style of a layer as XML of the form `qml`, which QGIS reads best, or `sld`."""
    if form == "sld":
        return to_sld(style, layer.shape.value, layer.name)
    return to_qml(style, layer.shape.value)
