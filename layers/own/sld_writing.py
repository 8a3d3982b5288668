"""Styles written as Symbology Encoding 1.1 in SLD, which QGIS and GeoServer read."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement, tostring

from layers.escape import legible
from layers.own.features_look import label_parts, symbols_of, titles, value_key
from layers.own.layer_style import LAST_ZOOM, Categories, Graduated, Labels, LayerStyle, Value, Zooms
from layers.own.sld_hatch import write_hatch
from layers.own.sld_reading import SCALE
from layers.own.style_rules import ENDLESS
from layers.own.symbol_value import Symbol

_SPACES = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:se": "http://www.opengis.net/se",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "version": "1.1.0",
}


def to_sld(style: LayerStyle, kind: str, name: str, language: str = "zh") -> str:
    """Return a style as SLD 1.1, for features of a `kind` (point, line, area; mixed is as area).

    Titles are in one language. SLD has no opacity of a layer, so that of its symbols is less; and it has no popup.
    """
    root = Node("StyledLayerDescriptor", _SPACES)
    layer = SubElement(root, "NamedLayer")
    _text(layer, "se:Name", name)
    written = SubElement(layer, "UserStyle")
    _text(written, "se:Name", name)
    if any(style.title):
        _text(SubElement(written, "se:Description"), "se:Title", style.title.get(language))
    parent = SubElement(written, "se:FeatureTypeStyle")
    symbols = style.symbols
    looks, names = symbols_of(style), [title.get(language) for title in titles(style)]
    if isinstance(symbols, Symbol):
        _write_rule(parent, names[0], None, symbols, style, kind)
    elif isinstance(symbols, Categories):
        for category, label in zip(symbols.categories, names, strict=False):
            _write_rule(parent, label, _among(symbols.field, category.values), category.symbol, style, kind)
        if symbols.other is not None:
            _write_rule(parent, names[-1], Node("se:ElseFilter"), symbols.other, style, kind)
    else:
        for condition, look, label in zip(_classes(symbols), looks, names, strict=False):
            _write_rule(parent, label, condition, look, style, kind)
        if symbols.no_value is not None:
            _write_rule(parent, names[-1], _among(symbols.field, [None]), symbols.no_value, style, kind)
    if style.labels is not None:
        rule = SubElement(parent, "se:Rule")
        _write_zooms(rule, style.labels.zooms)
        _write_labels(rule, style.labels)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _text(parent: Node, tag: str, words: str) -> Node:
    node = SubElement(parent, tag)
    node.text = legible(words)
    return node


def _write_rule(
    parent: Node, title: str, condition: Node | None, symbol: Symbol | None, style: LayerStyle, kind: str
) -> None:
    rule = SubElement(parent, "se:Rule")
    if title:
        _text(rule, "se:Name", title)
        _text(SubElement(rule, "se:Description"), "se:Title", title)
    if condition is not None:
        rule.append(condition)
    _write_zooms(rule, style.zooms)
    if symbol is not None:
        _write_symbol(rule, symbol.relevant(kind), kind, style.opacity)


def _write_zooms(rule: Node, zooms: Zooms) -> None:
    if zooms[1] < LAST_ZOOM:
        _text(rule, "se:MinScaleDenominator", f"{SCALE / 2 ** zooms[1]:.10g}")
    if zooms[0] > 0:
        _text(rule, "se:MaxScaleDenominator", f"{SCALE / 2 ** zooms[0]:.10g}")


def _among(field: str, values: Sequence[Value]) -> Node:
    parts = []
    for value in values:
        if value_key(value) is None:
            node = Node("ogc:PropertyIsNull")
            _text(node, "ogc:PropertyName", field)
            parts.append(node)
        else:
            words = str(value).lower() if isinstance(value, bool) else str(value)
            parts.append(_compared("PropertyIsEqualTo", field, words))
    return _filter("ogc:Or", parts)


def _classes(symbols: Graduated) -> list[Node]:
    found, before = [], symbols.lowest
    for number, each in enumerate(symbols.classes):
        parts = []
        if before is not None:
            mark = "PropertyIsGreaterThanOrEqualTo" if number == 0 else "PropertyIsGreaterThan"
            parts.append(_compared(mark, symbols.field, repr(before)))
        if each.limit is not None:
            parts.append(_compared("PropertyIsLessThanOrEqualTo", symbols.field, repr(each.limit)))
        if not parts:
            parts.append(_compared("PropertyIsGreaterThan", symbols.field, repr(-ENDLESS)))
        found.append(_filter("ogc:And", parts))
        before = each.limit
    return found


def _compared(tag: str, field: str, words: str) -> Node:
    node = Node(f"ogc:{tag}")
    _text(node, "ogc:PropertyName", field)
    _text(node, "ogc:Literal", words)
    return node


def _filter(joined: str, parts: Sequence[Node]) -> Node:
    node = Node("ogc:Filter")
    parent = node if len(parts) == 1 else SubElement(node, joined)
    parent.extend(parts)
    return node


def _write_symbol(rule: Node, symbol: Symbol, kind: str, opacity: float) -> None:
    if kind == "point":
        graphic = SubElement(SubElement(rule, "se:PointSymbolizer"), "se:Graphic")
        mark = SubElement(graphic, "se:Mark")
        _text(mark, "se:WellKnownName", symbol.marker.value)
        if not symbol.fill:
            # Without any, QGIS takes black.
            _parameters(SubElement(mark, "se:Fill"), {"fill-opacity": "0"})
        _write_look(mark, symbol, opacity)
        _text(graphic, "se:Size", f"{symbol.size:g}")
        return
    _write_look(SubElement(rule, "se:LineSymbolizer" if kind == "line" else "se:PolygonSymbolizer"), symbol, opacity)
    if symbol.hatch is not None:
        write_hatch(rule, symbol.hatch, opacity)


def _write_look(parent: Node, symbol: Symbol, opacity: float) -> None:
    if symbol.fill:
        _parameters(
            SubElement(parent, "se:Fill"),
            {"fill": symbol.fill, "fill-opacity": f"{symbol.fill_opacity * opacity:.4g}"},
        )
    if symbol.stroke:
        values = {
            "stroke": symbol.stroke,
            "stroke-opacity": f"{symbol.stroke_opacity * opacity:.4g}",
            "stroke-width": f"{symbol.stroke_width:g}",
            "stroke-linejoin": "round",
        }
        if symbol.dash:
            values["stroke-dasharray"] = " ".join(f"{length:g}" for length in symbol.dash)
        _parameters(SubElement(parent, "se:Stroke"), values)


def _parameters(parent: Node, values: dict[str, str]) -> None:
    for name, value in values.items():
        SubElement(parent, "se:SvgParameter", {"name": name}).text = value


def _write_labels(rule: Node, labels: Labels) -> None:
    node = SubElement(rule, "se:TextSymbolizer")
    label = SubElement(node, "se:Label")
    for words, is_field in label_parts(labels.template):
        _text(label, "ogc:PropertyName" if is_field else "ogc:Literal", words)
    _parameters(SubElement(node, "se:Font"), {"font-size": f"{labels.size:g}"})
    if labels.halo_width:
        halo = SubElement(node, "se:Halo")
        _text(halo, "se:Radius", f"{labels.halo_width:g}")
        _parameters(SubElement(halo, "se:Fill"), {"fill": labels.halo})
    _parameters(SubElement(node, "se:Fill"), {"fill": labels.colour})
