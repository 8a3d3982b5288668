"""Styles in SLD 1.0 and in Symbology Encoding 1.1 (OGC 02-070, 05-077r4), read as far as they go; the rest is noted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from layers.own.expression import Both, Compared, Condition, Either
from layers.own.features_look import template_of
from layers.own.layer_style import ALL_ZOOMS, LONGEST_VALUE, Labels, LayerStyle, Value
from layers.own.qml_reading import zooms_of
from layers.own.qml_symbol import LINES_ONLY, MARKERS, PATTERN_OPACITY, fallback
from layers.own.ramps import HALO, LABEL
from layers.own.sld_hatch import hatch_in, parameters
from layers.own.style_element import NOTHING, Element, Lost, Reading, colour_in, number_in, title_in, within
from layers.own.style_rules import ALWAYS, OTHERWISE, Rule, Where, symbols_of_rules, where_in
from layers.own.symbol_value import MOST_DASHES, Marker, Symbol

SCALE = 559_082_264.03
"""Denominator of the scale of a web map at zoom 0 and the equator with pixels of 0.28 mm, as the standard has them."""

MOST_DEPTH = 20

_SYMBOLIZERS = {"point": "PointSymbolizer", "line": "LineSymbolizer", "area": "PolygonSymbolizer"}
_COMPARED = {
    "PropertyIsEqualTo": "=",
    "PropertyIsLessThan": "<",
    "PropertyIsLessThanOrEqualTo": "<=",
    "PropertyIsGreaterThan": ">",
    "PropertyIsGreaterThanOrEqualTo": ">=",
}
_PIXELS = ("", "http://www.opengeospatial.org/se/units/pixel")


def read_sld(root: Element, kind: str, reading: Reading) -> LayerStyle:
    """Return the style of features of a `kind` (point, line, area) that a document `StyledLayerDescriptor` is."""
    styles = [
        style for layer in root.children if layer.tag in ("NamedLayer", "UserLayer") for style in layer.all("UserStyle")
    ]
    chosen = next((style for style in styles if style.words("IsDefault") == "1"), styles[0] if styles else NOTHING)
    for style in styles:
        if style is not chosen:
            reading.lost(Lost.MORE_STYLES, _title(style))
    rules, zooms = list[Rule](), list[tuple[float, float]]()
    labels: Labels | None = None
    first: Symbol | None = None
    with_text = False
    for element in chosen.all("FeatureTypeStyle", "Rule"):
        scales = [number_in(element.words(name), 0.0) or 0.0 for name in ("MaxScaleDenominator", "MinScaleDenominator")]
        rule_zooms = zooms_of(scales, SCALE)
        text = element.at("TextSymbolizer")
        with_text = with_text or bool(text)
        if text and labels is None:
            labels = _labels(text, rule_zooms, reading)
        drawn = [child for child in element.children if child.tag.endswith("Symbolizer") and child is not text]
        drawn = [child for child in drawn if child.tag != "TextSymbolizer"]
        # A rule with text alone says nothing about how features are drawn.
        if drawn or not text:
            first = first or (_symbol(drawn, kind, reading) if drawn else None)
            rules += _rules(element, drawn, kind, reading)
            zooms.append(rule_zooms)
    if len(set(zooms)) > 1:
        reading.lost(Lost.RULE_SCALE)
    found = symbols_of_rules(rules, reading)
    if not rules and (reading.without(Lost.RULE) or not with_text):
        reading.lost(Lost.RENDERER, "Filter")
        found = first
    symbols = found if found is not None else Symbol() if with_text or rules else fallback(kind)
    return LayerStyle(symbols, labels, zooms=zooms[0] if len(set(zooms)) == 1 else ALL_ZOOMS)


def _title(element: Element) -> str:
    return element.words("Description", "Title") or element.words("Title") or element.words("Name")


def _rules(element: Element, drawn: Sequence[Element], kind: str, reading: Reading) -> Iterator[Rule]:
    title = title_in(_title(element))
    where: Where | None = ALWAYS
    if element.at("ElseFilter"):
        where = OTHERWISE
    elif element.at("Filter"):
        inside = element.at("Filter").children
        where = where_in(_condition(inside[0], 0)) if len(inside) == 1 else None
    if where is None:
        reading.lost(Lost.RULE, title.zh or "Filter")
        return
    yield Rule(where, _symbol(drawn, kind, reading) if drawn else None, title)


def _condition(element: Element, depth: int) -> Condition | None:
    if depth > MOST_DEPTH:
        return None
    if element.tag in ("And", "Or"):
        parts = [_condition(child, depth + 1) for child in element.children]
        known = tuple(part for part in parts if part is not None)
        if not known or len(known) < len(parts):
            return None
        return known[0] if len(known) == 1 else Both(known) if element.tag == "And" else Either(known)
    name = (element.words("PropertyName") or element.words("ValueReference")).strip()
    if not name:
        return None
    if element.tag == "PropertyIsNull":
        return Compared(name, "=", None)
    if element.tag == "PropertyIsBetween":
        ends = [_literal(element.at(end).at("Literal")) for end in ("LowerBoundary", "UpperBoundary")]
        if None in ends:
            return None
        return Both((Compared(name, ">=", ends[0]), Compared(name, "<=", ends[1])))
    mark = _COMPARED.get(element.tag)
    literals = list(element.all("Literal"))
    if mark is None or len(literals) != 1 or len(element.children) != 2:
        return None
    if element.children[0].tag == "Literal":
        mark = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(mark, mark)
    return Compared(name, mark, _literal(literals[0]))


def _literal(element: Element) -> Value:
    words = element.text.strip()
    number = number_in(words)
    if number is None:
        return words
    if number.is_integer() and words == str(int(number)):
        return int(words)
    return number if words == repr(number) else words


def _symbol(drawn: Sequence[Element], kind: str, reading: Reading) -> Symbol:
    found: Symbol | None = None
    for element in drawn:
        if element.get("uom") not in _PIXELS:
            reading.lost(Lost.UNITS, element.get("uom").rpartition("/")[2])
        if element.tag not in (_SYMBOLIZERS[kind], "LineSymbolizer"):
            reading.lost(Lost.SYMBOL, element.tag)
        elif element.tag == "PointSymbolizer":
            symbol = _point(element.at("Graphic"), reading)
            if symbol is not None and found is None:
                found = symbol
            elif symbol is not None:
                reading.lost(Lost.SYMBOL_LAYER, element.tag)
        elif found is None and element.tag == _SYMBOLIZERS[kind]:
            hatch = hatch_in(element) if kind == "area" else None
            filled = Symbol(hatch=hatch) if hatch else _with_fill(Symbol(), element.at("Fill"), reading)
            found = _with_stroke(filled, element.at("Stroke"), reading)
        elif found is not None and kind == "area" and not found.hatch and hatch_in(element):
            found = replace(found, hatch=hatch_in(element))
            if not found.stroke:
                found = _with_stroke(found, element.at("Stroke"), reading)
        elif found is not None and not found.stroke and kind == "area":
            found = _with_stroke(found, element.at("Stroke"), reading)
        else:
            reading.lost(Lost.SYMBOL_LAYER, element.tag)
    return found.relevant(kind) if found is not None else fallback(kind)


def _point(graphic: Element, reading: Reading) -> Symbol | None:
    mark = graphic.at("Mark")
    if graphic.at("ExternalGraphic"):
        address = graphic.at("ExternalGraphic", "OnlineResource").get("href")
        reading.lost(Lost.PICTURE, address.rpartition("/")[2][:60])
    if not mark:
        return None
    name = mark.words("WellKnownName") or "square"
    if name not in MARKERS:
        reading.lost(Lost.MARKER, name)
    size = number_in(graphic.words("Size"), 6.0) or 6.0
    opacity = number_in(graphic.words("Opacity"), 1.0)
    found = _with_stroke(_with_fill(Symbol(), mark.at("Fill"), reading), mark.at("Stroke"), reading)
    share = 1.0 if opacity is None else opacity
    return replace(
        found,
        size=within(size, 1, 200),
        marker=MARKERS.get(name, Marker.CROSS if name in LINES_ONLY else Marker.CIRCLE),
        fill_opacity=within(found.fill_opacity * share, 0, 1),
        stroke_opacity=within(found.stroke_opacity * share, 0, 1),
    )


def _with_fill(symbol: Symbol, fill: Element, reading: Reading) -> Symbol:
    if not fill:
        return symbol
    values = parameters(fill)
    opacity = number_in(values.get("fill-opacity", ""), 1.0)
    # The standard's own grey.
    colour = colour_in(values.get("fill", "#" + "80" * 3))
    if fill.at("GraphicFill"):
        mark = fill.at("GraphicFill", "Graphic", "Mark")
        reading.lost(Lost.PATTERN, mark.words("WellKnownName") or "GraphicFill")
        inner = parameters(mark.at("Stroke")).get("stroke", "") or parameters(mark.at("Fill")).get("fill", "")
        colour, opacity = colour_in(inner), PATTERN_OPACITY
    return replace(symbol, fill=colour, fill_opacity=within(1.0 if opacity is None else opacity, 0, 1))


def _with_stroke(symbol: Symbol, stroke: Element, reading: Reading) -> Symbol:
    if not stroke:
        return symbol
    values = parameters(stroke)
    for name in ("GraphicStroke", "GraphicFill"):
        if stroke.at(name):
            reading.lost(Lost.PATTERN, name)
    lengths = [number_in(part) for part in values.get("stroke-dasharray", "").replace(",", " ").split()]
    dash = tuple(within(length, 0.1, 200) for length in lengths[:MOST_DASHES] if length is not None)
    opacity = number_in(values.get("stroke-opacity", ""), 1.0)
    width = number_in(values.get("stroke-width", ""), 1.0)
    return replace(
        symbol,
        stroke=colour_in(values.get("stroke", "#" + "0" * 6)),
        stroke_opacity=within(1.0 if opacity is None else opacity, 0, 1),
        stroke_width=within(1.0 if width is None else width, 0, 50),
        dash=dash if len(dash) % 2 == 0 else dash * 2,
    )


def _labels(element: Element, zooms: tuple[float, float], reading: Reading) -> Labels | None:
    label = element.at("Label")
    parts: list[tuple[str, bool]] = []
    for each in label.children:
        if each.tag in ("PropertyName", "ValueReference"):
            parts.append((each.text.strip(), True))
        elif each.tag == "Literal":
            parts.append((each.text, False))
        else:
            reading.lost(Lost.LABEL_EXPRESSION, each.tag)
            return None
    if not parts:
        parts = [(label.text.strip(), False)]
    parts = [(words, is_field) for words, is_field in parts if words]
    template = template_of(parts)
    if not parts or len(template) > LONGEST_VALUE or any(f and {"{", "}"} & set(words) for words, f in parts):
        reading.lost(Lost.LABEL_EXPRESSION, _title(label) or "Label")
        return None
    size = number_in(parameters(element.at("Font")).get("font-size", ""), 10.0)
    halo = element.at("Halo")
    radius = number_in(halo.words("Radius"), 1.0) if halo else 0.0
    return Labels(
        template,
        within(size or 10.0, 4, 100),
        colour_in(parameters(element.at("Fill")).get("fill", "")) or LABEL,
        colour_in(parameters(halo.at("Fill")).get("fill", "")) or HALO,
        within(radius if radius is not None and math.isfinite(radius) else 1.0, 0, 50),
        zooms,
    )
