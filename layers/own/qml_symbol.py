"""Symbols in QGIS's own format, QML: read as far as they go, and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement

from layers.own.qml_hatch import BRUSHES, PATTERN_LAYERS, faded, read_hatch, with_hatch, write_hatch
from layers.own.qml_values import colour_of, colour_words, in_points, pixels, values_of, write_layer
from layers.own.ramps import DEFAULTS
from layers.own.style_element import Element, Lost, Reading, number_in, within
from layers.own.suggestion import default_style
from layers.own.symbol_value import MOST_DASHES, Marker, Symbol

_PEN_DASHES = {
    "dash": (4.0, 2.0),
    "dot": (1.0, 2.0),
    "dash dot": (4.0, 2.0, 1.0, 2.0),
    "dash dot dot": (4.0, 2.0, 1.0, 2.0, 1.0, 2.0),
}
"""Strokes and gaps of Qt's pens, in widths of the line (QPen, Qt 5)."""

MARKERS = {
    "circle": Marker.CIRCLE,
    "square": Marker.SQUARE,
    "rectangle": Marker.SQUARE,
    "triangle": Marker.TRIANGLE,
    "equilateral_triangle": Marker.TRIANGLE,
    "diamond": Marker.DIAMOND,
    "cross_fill": Marker.CROSS,
    "cross": Marker.CROSS,
}
"""Their names in QGIS, which it also writes in SLD."""
_MARKER_NAMES = {
    Marker.CIRCLE: "circle",
    Marker.SQUARE: "square",
    Marker.TRIANGLE: "triangle",
    Marker.DIAMOND: "diamond",
    Marker.CROSS: "cross_fill",
}
LINES_ONLY = ("cross", "cross2", "line", "x")
"""Markers that have a stroke and no fill."""

_TYPES = {"point": "marker", "line": "line", "area": "fill"}
PATTERN_OPACITY = 0.35
"""How opaque an area is whose pattern is not taken, compared with its lines."""


def read_symbol(element: Element, kind: str, reading: Reading) -> Symbol:
    """Return the symbol of features of a `kind` (point, line, area) that an element `symbol` is."""
    if element.get("type", _TYPES[kind]) != _TYPES[kind]:
        reading.lost(Lost.SYMBOL, element.get("type"))
        return fallback(kind)
    found: Symbol | None = None
    for layer in element.all("layer"):
        if layer.get("enabled", "1") == "0":
            continue
        name, values = layer.get("class"), values_of(layer)
        _note_extras(layer, reading)
        hatch = read_hatch(layer, reading) if kind == "area" and name in PATTERN_LAYERS else None
        if hatch is not None:
            found = with_hatch(found or Symbol(), hatch, name, reading)
        elif found is None and name in ("SimpleFill", "SimpleLine", "SimpleMarker"):
            found = _READERS[name](values, reading)
        elif found is not None and name == "SimpleLine" and kind == "area" and not found.stroke:
            line = _line(values, reading)
            found = replace(
                found,
                stroke=line.stroke,
                stroke_opacity=line.stroke_opacity,
                stroke_width=line.stroke_width,
                dash=line.dash,
            )
        elif found is not None and name == "SimpleFill" and not found.fill and not found.stroke and found.hatch:
            found = replace(_fill(values, reading), hatch=found.hatch)
        elif name in ("LinePatternFill", "PointPatternFill", "SVGFill", "RasterFill", "GradientFill", "ShapeburstFill"):
            reading.lost(Lost.PATTERN, name)
        elif name in ("SvgMarker", "RasterMarker", "AnimatedMarker"):
            reading.lost(Lost.PICTURE, values.get("name", name).rpartition("/")[2][:60])
        else:
            reading.lost(Lost.SYMBOL_LAYER, name)
    if found is None:
        return fallback(kind)
    alpha = number_in(element.get("alpha"), 1.0) or 0.0
    found = replace(
        found,
        fill_opacity=within(found.fill_opacity * alpha, 0, 1),
        stroke_opacity=within(found.stroke_opacity * alpha, 0, 1),
        hatch=faded(found.hatch, alpha),
    )
    return found.relevant(kind)


def fallback(kind: str) -> Symbol:
    """Return what stands for a symbol that cannot be taken at all."""
    symbol = default_style(kind).symbols
    return symbol.relevant(kind) if isinstance(symbol, Symbol) else Symbol(fill=DEFAULTS[0])


def _fill(values: Mapping[str, str], reading: Reading) -> Symbol:
    colour, opacity = colour_of(values.get("color", ""))
    brush = values.get("style", "solid")
    outline = _stroke(values, "outline", "border", reading)
    if brush in BRUSHES and colour:
        return replace(outline, hatch=BRUSHES[brush](colour, opacity))
    if brush not in ("solid", "no"):
        reading.lost(Lost.PATTERN, brush)
        opacity = within(opacity * PATTERN_OPACITY, 0, 1)
    return replace(outline, fill="" if brush == "no" else colour, fill_opacity=opacity)


def _line(values: Mapping[str, str], reading: Reading) -> Symbol:
    found = _stroke(values, "line", "", reading)
    if values.get("use_custom_dash") == "1":
        width = {"unit": values.get("customdash_unit", "MM")}
        lengths = (
            [pixels({**width, "x": part}, "x", "unit", 3.0, reading) for part in values["customdash"].split(";")]
            if ("customdash" in values)
            else []
        )
        dash = tuple(within(length, 0.1, 200) for length in lengths[:MOST_DASHES])
        found = replace(found, dash=dash if len(dash) % 2 == 0 else dash * 2)
    return found


def _stroke(values: Mapping[str, str], prefix: str, older: str, reading: Reading) -> Symbol:
    """Return a symbol with the stroke that values with a prefix are; very old versions had another prefix."""
    own = {name.replace(f"{older}_", f"{prefix}_") if older else name: value for name, value in values.items()}
    own = {**own, **values}
    colour, opacity = colour_of(own.get(f"{prefix}_color", own.get(f"color_{older}", "")))
    width = within(pixels(own, f"{prefix}_width", f"{prefix}_width_unit", 1.0, reading), 0, 50)
    pen = own.get(f"{prefix}_style", "solid")
    # A width of nothing is QGIS's thinnest line, and ours is none at all.
    width = width or 1.0
    dash = tuple(within(length * max(width, 1.0), 0.1, 200) for length in _PEN_DASHES.get(pen, ()))
    return Symbol(stroke="" if pen == "no" else colour, stroke_opacity=opacity, stroke_width=width, dash=dash)


def _marker(values: Mapping[str, str], reading: Reading) -> Symbol:
    found = replace(_stroke(values, "outline", "border", reading), dash=())
    colour, opacity = colour_of(values.get("color", ""))
    name = values.get("name", "circle")
    if name not in MARKERS:
        reading.lost(Lost.MARKER, name)
    if name in LINES_ONLY:
        colour, opacity = found.stroke or colour, found.stroke_opacity
        found = Symbol()
    size = within(pixels(values, "size", "size_unit", 7.0, reading), 1, 200)
    marker = MARKERS.get(name, Marker.CROSS if name in LINES_ONLY else Marker.CIRCLE)
    return replace(found, fill=colour, fill_opacity=opacity, size=size, marker=marker)


_READERS = {"SimpleFill": _fill, "SimpleLine": _line, "SimpleMarker": _marker}


def _note_extras(layer: Element, reading: Reading) -> None:
    for each in layer.all("data_defined_properties", "Option", "Option"):
        if each.get("name") != "properties":
            continue
        for entry in each.all("Option"):
            if any(part.get("name") == "active" and part.get("value") == "true" for part in entry.all("Option")):
                reading.lost(Lost.DATA_DEFINED, entry.get("name"))
    for effect in layer.all("effect"):
        if effect.get("enabled") == "1":
            reading.lost(Lost.EFFECT, effect.get("type"))


def write_symbol(parent: Node, symbol: Symbol, kind: str, name: str) -> None:
    """Write the symbol of features of a `kind` (point, line, area) as a child of `parent`; mixed is as area."""
    found = symbol.relevant(kind)
    node = SubElement(
        parent,
        "symbol",
        {"type": _TYPES.get(kind, "fill"), "name": name, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"},
    )
    if kind == "line":
        write_layer(node, "SimpleLine", _line_values(found))
    elif kind == "point":
        size = {"size": in_points(found.size), "size_unit": "Point"}
        values = {"name": _MARKER_NAMES[found.marker], **size, "angle": "0"}
        write_layer(node, "SimpleMarker", {**values, **_fill_values(found, "0,0,0,0"), **_outline_values(found)})
    else:
        plain = replace(found, stroke="") if found.dash else found
        brush = {"style": "solid" if found.fill else "no"}
        write_layer(node, "SimpleFill", {**brush, **_fill_values(found, "0,0,0,0"), **_outline_values(plain)})
        if found.hatch is not None:
            write_hatch(node, found.hatch, name)
        if found.dash:
            write_layer(node, "SimpleLine", _line_values(found))


def _fill_values(symbol: Symbol, none: str) -> dict[str, str]:
    return {"color": colour_words(symbol.fill, symbol.fill_opacity) if symbol.fill else none}


def _outline_values(symbol: Symbol) -> dict[str, str]:
    return {
        "outline_color": colour_words(symbol.stroke or "#" + "0" * 6, symbol.stroke_opacity),
        "outline_style": "solid" if symbol.stroke else "no",
        "outline_width": in_points(symbol.stroke_width),
        "outline_width_unit": "Point",
        "joinstyle": "round",
    }


def _line_values(symbol: Symbol) -> dict[str, str]:
    values = {
        "line_color": colour_words(symbol.stroke or "#" + "0" * 6, symbol.stroke_opacity),
        "line_style": "solid" if symbol.stroke else "no",
        "line_width": in_points(symbol.stroke_width),
        "line_width_unit": "Point",
        "capstyle": "flat" if symbol.dash else "round",
        "joinstyle": "round",
        "use_custom_dash": "1" if symbol.dash else "0",
    }
    if symbol.dash:
        values |= {"customdash": ";".join(map(in_points, symbol.dash)), "customdash_unit": "Point"}
    return values
