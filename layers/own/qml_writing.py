"""Styles written in QGIS's own format, QML, so that a layer looks in QGIS as it does here."""

from __future__ import annotations

import json
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement, tostring

from layers.escape import legible
from layers.own.classes import Method
from layers.own.expression import field_words, joined_words, value_words
from layers.own.features_look import label_parts, symbols_of, titles, value_key
from layers.own.layer_style import (
    LAST_ZOOM,
    Categories,
    Graduated,
    Labels,
    LayerStyle,
    Value,
)
from layers.own.qml_reading import METHODS, SCALE, TEXTS
from layers.own.qml_symbol import write_symbol
from layers.own.qml_values import POINT_PX, colour_words
from layers.own.style_rules import ENDLESS
from layers.own.symbol_value import Symbol
from layers.plan.terms import Text

VERSION = "3.22.16-Białowieża"
"""The version of QGIS whose format is written; all later ones read it."""


def to_qml(style: LayerStyle, kind: str) -> str:
    """Return a style as QML, for features of a `kind` (point, line, area; mixed is as area).

    QGIS shows the Chinese titles; the English ones go along, and are there again when PlanMap reads the style.
    """
    root = Node("qgis", {"version": VERSION, "styleCategories": "Symbology|Labeling|Fields|Rendering|CustomProperties"})
    root.set("labelsEnabled", "0" if style.labels is None else "1")
    _write_zooms(root, style.zooms)
    _write_renderer(root, style, kind)
    if style.labels is not None:
        _write_labels(root, style.labels)
    own = [style.title, *_own_titles(style), *(each.title for each in style.popup)]
    if any(map(any, own)):
        # Of every label that is written, in that order: several may be the same in Chinese.
        shown = [*_written_titles(style), *(each.title for each in style.popup if any(each.title))]
        texts = [style.title, *((title.get("zh"), *title) for title in shown)]
        options = SubElement(SubElement(root, "customproperties"), "Option", {"type": "Map"})
        value = json.dumps(texts, ensure_ascii=False)
        SubElement(options, "Option", {"type": "QString", "name": TEXTS, "value": legible(value)})
    for name, words in (("blendMode", "0"), ("featureBlendMode", "0"), ("layerOpacity", f"{style.opacity:g}")):
        SubElement(root, name).text = words
    if style.popup:
        _write_fields(root, style)
    if style.heading:
        SubElement(root, "previewExpression").text = legible(field_words(style.heading))
    document = tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{document}\n"


def _own_titles(style: LayerStyle) -> list[Text]:
    symbols = style.symbols
    if isinstance(symbols, Symbol):
        return []
    if isinstance(symbols, Categories):
        return [*(category.title for category in symbols.categories), symbols.other_title]
    return [*(each.title for each in symbols.classes), symbols.no_value_title]


def _written_titles(style: LayerStyle) -> list[Text]:
    """Return what the legend calls each symbol that is written."""
    symbols = style.symbols
    if isinstance(symbols, Symbol):
        return []
    last = symbols.other if isinstance(symbols, Categories) else symbols.no_value
    return titles(style) if last is not None else titles(style)[:-1]


def _write_zooms(root: Node, zooms: tuple[float, float]) -> None:
    limited = zooms != (0.0, LAST_ZOOM)
    root.set("hasScaleBasedVisibilityFlag", "1" if limited else "0")
    root.set("minScale", scale_words(zooms[0]) if zooms[0] > 0 else "1e+12")
    root.set("maxScale", scale_words(zooms[1]) if zooms[1] < LAST_ZOOM else "0")


def scale_words(zoom: float) -> str:
    """Return the denominator of the scale of a zoom."""
    return f"{SCALE / 2**zoom:.10g}"


def _write_renderer(root: Node, style: LayerStyle, kind: str) -> None:
    symbols = style.symbols
    common = {"symbollevels": "0", "enableorderby": "0", "forceraster": "0"}
    looks, labels = symbols_of(style), [title.get("zh") for title in titles(style)]
    if isinstance(symbols, Symbol):
        renderer = SubElement(root, "renderer-v2", {"type": "singleSymbol", **common})
    elif isinstance(symbols, Categories):
        renderer = _write_categories(root, symbols, labels, common)
    elif symbols.no_value is None:
        renderer = _write_classes(root, symbols, labels, common)
    else:
        filters = [*class_filters(symbols), f"{field_words(symbols.field)} IS NULL"]
        renderer = _write_rules(root, filters, [look is not None for look in looks], labels, common)
        _write_method(renderer, symbols.method)
    written = SubElement(renderer, "symbols")
    for number, look in enumerate(looks):
        # One that is not drawn has to have a symbol all the same.
        write_symbol(written, look or Symbol(), kind, str(number))


def _write_categories(root: Node, symbols: Categories, labels: list[str], common: dict[str, str]) -> Node:
    different = _different(symbols)
    drawn = [category.symbol is not None for category in symbols.categories]
    if any(value_key(value) is None for values in different for value in values):
        # QGIS takes a category without a value for all that is left; with rules both can be told apart.
        filters = [_filter(symbols.field, values) for values in different]
        if symbols.other is not None:
            filters.append("ELSE")
        return _write_rules(root, filters, [*drawn, True], labels, common)
    attributes = {"type": "categorizedSymbol", "attr": legible(field_words(symbols.field)), **common}
    renderer = SubElement(root, "renderer-v2", attributes)
    parent = SubElement(renderer, "categories")
    for number, (values, shown) in enumerate(zip(different, drawn, strict=True)):
        about = {"symbol": str(number), "label": legible(labels[number]), "render": "true" if shown else "false"}
        if len(values) == 1:
            SubElement(parent, "category", {**_typed(values[0]), **about})
        else:
            # QGIS looks for a list only where there is no value.
            node = SubElement(parent, "category", about)
            for value in values:
                SubElement(node, "val", _typed(value))
    if symbols.other is not None:
        about = {"symbol": str(len(drawn)), "label": legible(labels[-1]), "render": "true"}
        SubElement(parent, "category", {"type": "string", "value": "", **about})
    return renderer


def _different(symbols: Categories) -> list[list[Value]]:
    """Return the values of each category without those that one before it has."""
    known, found = set[str | None](), []
    for category in symbols.categories:
        values = {value_key(value): value for value in reversed(category.values) if value_key(value) not in known}
        known |= values.keys()
        found.append(list(values.values())[::-1])
    return found


def _typed(value: Value) -> dict[str, str]:
    if isinstance(value, bool):
        return {"type": "bool", "value": str(value).lower()}
    if isinstance(value, int):
        return {"type": "long", "value": str(value)}
    if isinstance(value, float):
        return {"type": "double", "value": repr(value)}
    return {"type": "string", "value": legible(value or "")}


def _filter(field: str, values: list[Value]) -> str:
    name = field_words(field)
    none = f"{name} IS NULL OR {name} = ''"
    return " OR ".join(none if value_key(value) is None else f"{name} = {value_words(value)}" for value in values)


def class_filters(symbols: Graduated) -> list[str]:
    """Return the condition of each class, as QGIS writes them."""
    name, found, before = field_words(symbols.field), list[str](), symbols.lowest
    for number, each in enumerate(symbols.classes):
        parts = [f"{name} {'>=' if number == 0 else '>'} {before!r}"] if before is not None else []
        if each.limit is not None:
            parts.append(f"{name} <= {each.limit!r}")
        # All numbers, where there is one class without limits.
        found.append(" AND ".join(parts) or f"{name} > {-ENDLESS!r}")
        before = each.limit
    return found


def _write_classes(root: Node, symbols: Graduated, labels: list[str], common: dict[str, str]) -> Node:
    attributes = {"type": "graduatedSymbol", "attr": legible(field_words(symbols.field)), **common}
    renderer = SubElement(root, "renderer-v2", {**attributes, "graduatedMethod": "GraduatedColor"})
    parent = SubElement(renderer, "ranges")
    before = symbols.lowest
    for number, each in enumerate(symbols.classes):
        low, high = (-ENDLESS if before is None else before), (ENDLESS if each.limit is None else each.limit)
        about = {"symbol": str(number), "label": legible(labels[number])}
        shown = {"render": "false" if each.symbol is None else "true"}
        SubElement(parent, "range", {"lower": repr(low), "upper": repr(high), **about, **shown})
        before = each.limit
    _write_method(renderer, symbols.method)
    return renderer


def _write_method(renderer: Node, wanted: Method) -> None:
    method = next((name for name, method in METHODS.items() if method is wanted), "Custom")
    SubElement(renderer, "classificationMethod", {"id": method})


def _write_rules(root: Node, filters: list[str], drawn: list[bool], labels: list[str], common: dict[str, str]) -> Node:
    renderer = SubElement(root, "renderer-v2", {"type": "RuleRenderer", **common})
    parent = SubElement(renderer, "rules", {"key": "rules"})
    for number, words in enumerate(filters):
        about = {"symbol": str(number), "label": legible(labels[number]), "key": f"rule-{number}"}
        # A rule that is switched off would leave its features to the one for all others.
        hidden = {} if drawn[number] or "ELSE" in filters else {"checkstate": "0"}
        SubElement(parent, "rule", {"filter": legible(words), **about, **hidden})
    return renderer


def _write_labels(root: Node, labels: Labels) -> None:
    parts = label_parts(labels.template)
    plain = len(parts) == 1 and parts[0][1]
    settings = SubElement(SubElement(root, "labeling", {"type": "simple"}), "settings", {"calloutType": "simple"})
    text = SubElement(
        settings,
        "text-style",
        {
            "fieldName": legible(parts[0][0] if plain else joined_words(parts)),
            "isExpression": "0" if plain else "1",
            "fontSize": f"{labels.size / POINT_PX:.6g}",
            "fontSizeUnit": "Point",
            "textColor": colour_words(labels.colour),
            "textOpacity": "1",
        },
    )
    SubElement(
        text,
        "text-buffer",
        {
            "bufferDraw": "1" if labels.halo_width else "0",
            "bufferSize": f"{labels.halo_width / POINT_PX:.6g}",
            "bufferSizeUnits": "Point",
            "bufferColor": colour_words(labels.halo),
            "bufferOpacity": "1",
        },
    )
    limited = labels.zooms != (0.0, LAST_ZOOM)
    near, far = labels.zooms[1], labels.zooms[0]
    rendering = {
        "drawLabels": "1",
        "scaleVisibility": "1" if limited else "0",
        "scaleMin": scale_words(near) if near < LAST_ZOOM else "0",
        "scaleMax": scale_words(far) if far > 0 else "0",
    }
    SubElement(settings, "rendering", rendering)


def _write_fields(root: Node, style: LayerStyle) -> None:
    aliases = SubElement(root, "aliases")
    for each in style.popup:
        SubElement(
            aliases, "alias", {"field": legible(each.field), "name": legible(each.title.get("zh")), "index": "0"}
        )
    columns = SubElement(SubElement(root, "attributetableconfig"), "columns")
    for each in style.popup:
        SubElement(columns, "column", {"type": "field", "name": legible(each.field), "hidden": "0", "width": "-1"})
