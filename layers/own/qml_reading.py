"""Styles in QGIS's own format, QML, read as far as they go; all that does not go is noted."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from layers.own.classes import Method
from layers.own.expression import Both, Condition, condition_in, field_in, joined_in
from layers.own.features_look import template_of
from layers.own.layer_style import (
    ALL_ZOOMS,
    LAST_ZOOM,
    LONGEST_FIELD,
    LONGEST_VALUE,
    MOST_POPUP_FIELDS,
    NO_TITLE,
    Categories,
    Graduated,
    Labels,
    LayerStyle,
    PopupField,
    Value,
)
from layers.own.qml_symbol import fallback, read_symbol
from layers.own.qml_values import colour_of, pixels
from layers.own.ramps import HALO, LABEL
from layers.own.style_element import NOTHING, Element, Lost, Reading, number_in, title_in, within
from layers.own.style_rules import (
    ALWAYS,
    OTHERWISE,
    Among,
    Rule,
    Span,
    Where,
    bounded,
    categories_of,
    classes_of,
    symbols_of_rules,
    where_in,
)
from layers.own.symbol_value import Symbol
from layers.plan.terms import Text

SCALE = 591_658_710.91
"""Denominator of the scale of a web map at zoom 0 and the equator on QGIS's screen, which has 96 pixels in an inch."""

TEXTS = "planmap/texts"
"""The custom property with our titles in both languages; QGIS has room for one."""

METHODS = {
    "EqualInterval": Method.EQUAL,
    "Quantile": Method.QUANTILES,
    "Jenks": Method.NATURAL,
    "Pretty": Method.PRETTY,
    "StdDev": Method.DEVIATION,
}
MOST_RULE_DEPTH = 8

_Symbol = Callable[..., Symbol | None]
"""What returns a symbol by its name, or None if it is not drawn."""

_INSIDE = ("mergedFeatureRenderer", "invertedPolygonRenderer", "pointCluster", "pointDisplacement", "embeddedSymbol")
"""Renderers that have another one in them."""


def read_qml(root: Element, kind: str, reading: Reading) -> LayerStyle:
    """Return the style of features of a `kind` (point, line, area) that a document `qgis` is."""
    titles = _Titles(root)
    renderer = root.at("renderer-v2")
    symbols, zooms = _symbols(renderer, kind, titles, reading)
    style = LayerStyle(
        symbols,
        _labels(root.at("labeling"), reading) if root.get("labelsEnabled", "1") == "1" else None,
        within(_opacity(root), 0, 1),
        _zooms_of_layer(root) if zooms == ALL_ZOOMS else zooms,
        _popup(root, titles),
        titles.layer,
        field_in(root.words("previewExpression"))[:LONGEST_FIELD],
    )
    for name in ("blendMode", "featureBlendMode"):
        if root.words(name) not in ("", "0"):
            reading.lost(Lost.BLEND, name)
    for name in ("SingleCategoryDiagramRenderer", "LinearlyInterpolatedDiagramRenderer"):
        # QGIS writes those that are switched off, too.
        if any(each.get("enabled") == "1" for each in root.all(name, "DiagramCategory")):
            reading.lost(Lost.DIAGRAM)
    if root.words("mapTip"):
        reading.lost(Lost.MAP_TIP)
    return style


def zooms_of(scales: Sequence[float], scale: float = SCALE) -> tuple[float, float]:
    """Return the zooms between two denominators of scales; one that is 0, or very large, stands for no limit."""
    known = [each for each in scales if 0 < each < scale]
    if not known:
        return ALL_ZOOMS
    first, last = (within(math.log2(scale / each), 0, LAST_ZOOM) for each in (max(known), min(known)))
    if len(known) == 2:
        return first, last
    # The first number is the scale of the farthest view, the second that of the nearest.
    return (first, LAST_ZOOM) if 0 < scales[0] < scale else (0.0, last)


class _Titles:
    """Titles in both languages: ours where QGIS has not changed them, else what it says."""

    def __init__(self, root: Element) -> None:
        self.layer = NO_TITLE
        self._known: dict[str, list[Text]] = {}
        for option in root.all("customproperties", "Option", "Option"):
            if option.get("name") == TEXTS:
                self._read(option.get("value"))

    def _read(self, words: str) -> None:
        try:
            found = json.loads(words)
        except (ValueError, RecursionError):
            return
        if not isinstance(found, list):
            return
        for number, texts in enumerate(found):
            if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
                continue
            plain = [title_in(each).zh for each in texts]
            if number == 0 and len(plain) == 2:
                self.layer = Text(*plain)
            elif number and len(plain) == 3:
                self._known.setdefault(plain[0], []).append(Text(*plain[1:]))

    def of(self, label: str) -> Text:
        """Return the title that a label stands for; each of ours is used once."""
        title = title_in(label)
        known = self._known.get(title.zh)
        return known.pop(0) if known else title


def _symbols(
    renderer: Element, kind: str, titles: _Titles, reading: Reading
) -> tuple[Symbol | Categories | Graduated, tuple[float, float]]:
    name = renderer.get("type")
    symbols = {each.get("name"): each for each in renderer.all("symbols", "symbol")}

    def symbol(key: str, drawn: str = "true") -> Symbol | None:
        if drawn in ("false", "0"):
            return None
        return read_symbol(symbols.get(key, NOTHING), kind, reading) if key in symbols else fallback(kind)

    if name in _INSIDE:
        reading.lost(Lost.RENDERER, name)
        return _symbols(renderer.at("renderer-v2"), kind, titles, reading)
    field = field_in(renderer.get("attr"))[:LONGEST_FIELD]
    found: Symbol | Categories | Graduated | None = None
    zooms = ALL_ZOOMS
    if name == "nullSymbol":
        return Symbol(), zooms
    if name == "RuleRenderer":
        rules, zooms = _rules(renderer, symbol, titles, reading)
        found = symbols_of_rules(rules, reading)
        if not rules and reading.without(Lost.RULE):
            reading.lost(Lost.RENDERER, name)
            found = symbol(next(iter(symbols), ""))
        if isinstance(found, Graduated):
            found = replace(found, method=_method(renderer))
    elif name in ("categorizedSymbol", "graduatedSymbol") and not field:
        reading.lost(Lost.FIELD_EXPRESSION, renderer.get("attr"))
        found = symbol(next(iter(symbols), ""))
    elif name == "categorizedSymbol":
        found = _categories(renderer, field, symbol, titles, reading)
    elif name == "graduatedSymbol":
        found = _classes(renderer, field, symbol, titles, reading)
    else:
        if name != "singleSymbol":
            reading.lost(Lost.RENDERER, name)
        found = symbol(next(iter(symbols), ""))
    return found if found is not None else fallback(kind), zooms


def _categories(renderer: Element, field: str, symbol: _Symbol, titles: _Titles, reading: Reading) -> Categories:
    rules, other = [], None
    for each in renderer.all("categories", "category"):
        look, title = symbol(each.get("symbol"), each.get("render", "true")), titles.of(each.get("label"))
        values = [_value(entry) for entry in each.all("val")] or [_value(each)]
        # QGIS takes the category without a value for all that is left.
        if values == [None]:
            other = Rule(OTHERWISE, look, title)
        else:
            rules.append(Rule(Among(field, tuple(values)), look, title))
    return categories_of(field, rules, other, reading)


def _classes(renderer: Element, field: str, symbol: _Symbol, titles: _Titles, reading: Reading) -> Graduated | None:
    rules = []
    for each in renderer.all("ranges", "range"):
        low, high = number_in(each.get("lower")), number_in(each.get("upper"))
        if low is None or high is None:
            reading.lost(Lost.RULE, each.get("label"))
            continue
        look = symbol(each.get("symbol"), each.get("render", "true"))
        rules.append(Rule(bounded(Span(field, low, high)), look, titles.of(each.get("label"))))
    if renderer.get("graduatedMethod") == "GraduatedSize":
        # The sizes are in the symbols of the classes, too.
        reading.without(Lost.DATA_DEFINED)
    found = classes_of(field, rules, None, reading)
    return replace(found, method=_method(renderer)) if found is not None else None


def _method(renderer: Element) -> Method:
    return METHODS.get(renderer.at("classificationMethod").get("id"), Method.HAND)


def _value(element: Element) -> Value:
    """Return the value of a category; None if it stands for none."""
    words, kind = element.get("value")[:LONGEST_VALUE], element.get("type", "string")
    if kind == "NULL" or not words.strip():
        return None
    if kind == "bool":
        return words.lower() in ("true", "1")
    if kind in ("int", "integer", "long", "longlong", "uint", "ulonglong", "qlonglong") and len(words) < 30:
        try:
            return int(words)
        except ValueError:
            return words
    number = number_in(words) if kind == "double" else None
    return words if number is None else number


def _rules(
    renderer: Element, symbol: _Symbol, titles: _Titles, reading: Reading
) -> tuple[list[Rule], tuple[float, float]]:
    """Return the rules that have a symbol, and the zooms of all of them."""
    found: list[Rule] = []
    zooms: list[tuple[float, float]] = []

    def go(parent: Element, above: Condition | None, depth: int) -> None:
        for each in parent.all("rule"):
            words = each.get("filter").strip()
            nested = list(each.all("rule"))
            condition = condition_in(words) if words and words.upper() != "ELSE" else None
            title = titles.of(each.get("label"))
            if words and words.upper() != "ELSE" and condition is None:
                reading.lost(Lost.RULE, words)
                continue
            joined = Both((above, condition)) if above is not None and condition is not None else condition or above
            if nested and depth < MOST_RULE_DEPTH:
                if each.get("symbol"):
                    reading.lost(Lost.RULE_ALWAYS, title.zh or words)
                go(each, joined, depth + 1)
                continue
            where: Where | None = ALWAYS if joined is None else where_in(joined)
            if words.upper() == "ELSE":
                where = OTHERWISE if above is None else None
            if where is None or nested:
                reading.lost(Lost.RULE, words)
            elif each.get("symbol"):
                shown = "false" if each.get("checkstate") == "0" else "true"
                found.append(Rule(where, symbol(each.get("symbol"), shown), title))
                scales = [number_in(each.get(name), 0.0) or 0.0 for name in ("scalemaxdenom", "scalemindenom")]
                zooms.append(zooms_of(scales))

    go(renderer.at("rules"), None, 0)
    if len(set(zooms)) > 1:
        reading.lost(Lost.RULE_SCALE)
    return found, zooms[0] if len(set(zooms)) == 1 else ALL_ZOOMS


def _labels(labeling: Element, reading: Reading) -> Labels | None:
    if not labeling:
        return None
    if labeling.get("type") != "simple":
        reading.lost(Lost.LABEL_RULES)
        return None
    settings = labeling.at("settings")
    text = settings.at("text-style")
    words = text.get("fieldName")
    if not words or settings.at("rendering").get("drawLabels") == "0":
        return None
    parts = joined_in(words) if text.get("isExpression") == "1" else [(words, True)]
    if not parts or any(is_field and ({"{", "}"} & set(part) or not part) for part, is_field in parts):
        reading.lost(Lost.LABEL_EXPRESSION, words)
        return None
    template = template_of(parts)
    if len(template) > LONGEST_VALUE:
        reading.lost(Lost.LABEL_EXPRESSION, words)
        return None
    halo = text.at("text-buffer")
    colour, halo_colour = colour_of(text.get("textColor"))[0], colour_of(halo.get("bufferColor"))[0]
    size = pixels(text.attributes, "fontSize", "fontSizeUnit", 12.0, reading)
    width = 0.0
    if halo.get("bufferDraw") == "1":
        width = pixels(halo.attributes, "bufferSize", "bufferSizeUnits", 1.5, reading)
    zooms = ALL_ZOOMS
    rendering = settings.at("rendering")
    if rendering.get("scaleVisibility") == "1":
        # The names are the wrong way round: this is the scale of the farthest view first.
        zooms = zooms_of([number_in(rendering.get(name), 0.0) or 0.0 for name in ("scaleMax", "scaleMin")])
    return Labels(
        template,
        within(size, 4, 100),
        colour or LABEL,
        halo_colour or HALO,
        within(width, 0, 50),
        zooms,
    )


def _opacity(root: Element) -> float:
    opacity = number_in(root.words("layerOpacity"))
    if opacity is not None:
        return opacity
    return 1 - (number_in(root.words("layerTransparency"), 0.0) or 0.0) / 100


def _zooms_of_layer(root: Element) -> tuple[float, float]:
    if root.get("hasScaleBasedVisibilityFlag") != "1":
        return ALL_ZOOMS
    return zooms_of([number_in(root.get(name), 0.0) or 0.0 for name in ("minScale", "maxScale")])


def _popup(root: Element, titles: _Titles) -> tuple[PopupField, ...]:
    """Return the columns of the table in their order, with their aliases; without a table those that have one."""
    aliases = {each.get("field"): each.get("name") for each in root.all("aliases", "alias")}
    columns = [
        each.get("name")
        for each in root.all("attributetableconfig", "columns", "column")
        if each.get("type") == "field" and each.get("hidden") != "1"
    ]
    names = dict.fromkeys(columns or [name for name, alias in aliases.items() if alias])
    found = [PopupField(name, titles.of(aliases.get(name, ""))) for name in names if 0 < len(name) <= LONGEST_FIELD]
    return tuple(found[:MOST_POPUP_FIELDS])
