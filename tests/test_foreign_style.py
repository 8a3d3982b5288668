"""Styles of QGIS and in SLD: read as far as they go, everything else named; written so that they come back the same."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from geo.foreign import style_xml
from layers.own.classes import Method
from layers.own.expression import Both, Compared, Either, condition_in, field_in, field_words, joined_in, value_words
from layers.own.features_look import symbol_numbers, symbols_of, value_key
from layers.own.foreign_style import ForeignStyle, read_style, style_in
from layers.own.layer_style import ALL_ZOOMS, Categories, Category, Graduated, Labels, LayerStyle, PopupField
from layers.own.qml_writing import to_qml
from layers.own.sld_writing import to_sld
from layers.own.style_element import Lost, not_taken_words
from layers.own.style_json import from_json, to_json
from layers.own.suggestion import default_style
from layers.own.symbol_value import Hatch, Marker, Pattern, Symbol
from layers.plan.terms import Text
from layers.translation import LANGUAGES, translation
from tests.layer_styles import KINDS, names, on, styles, values

DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
QML = DOCTYPE + '<qgis version="3.34.4-Prizren"{about}>{inside}</qgis>'
SLD = (
    '<StyledLayerDescriptor xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc" version="1.0.0">'
    "<NamedLayer><Name>x</Name><UserStyle><FeatureTypeStyle>{inside}</FeatureTypeStyle></UserStyle></NamedLayer>"
    "</StyledLayerDescriptor>"
)
FILL = (
    '<symbol type="fill" name="{name}" alpha="{alpha}"><layer class="SimpleFill" enabled="1">{options}</layer></symbol>'
)


def options(**values: str) -> str:
    return "<Option type='Map'>" + "".join(f"<Option name='{k}' value='{v}'/>" for k, v in values.items()) + "</Option>"


def fill(name: str = "0", colour: str = "255,0,0,255", alpha: str = "1", **more: str) -> str:
    return FILL.format(name=name, alpha=alpha, options=options(color=colour, outline_style="no", **more))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("styles")


def read(folder: Path, text: str, kind: str = "area") -> ForeignStyle:
    """Read a document as the child process does, without starting one."""
    path = folder / "style"
    path.write_text(text, encoding="utf-8")
    (found,) = style_xml.read({"source": str(path), "name": "style"}, lambda share: None)["styles"]
    style = style_in(found, kind)
    # Whatever is read can be kept.
    assert from_json(to_json(style.style)) == style.style
    for language in LANGUAGES:
        assert all(not_taken_words(lost, translation(language)) for lost in style.not_taken)
    return style


def qml(folder: Path, inside: str, kind: str = "area", about: str = "") -> ForeignStyle:
    return read(folder, QML.format(inside=inside, about=about), kind)


def sld(folder: Path, inside: str, kind: str = "area") -> ForeignStyle:
    return read(folder, SLD.format(inside=inside), kind)


def renderer(kind: str, inside: str, symbols: str, **more: str) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<renderer-v2 type="{kind}"{attributes}>{inside}<symbols>{symbols}</symbols></renderer-v2>'


def kinds(found: ForeignStyle) -> list[Lost]:
    return [lost.what for lost in found.not_taken]


# There and back


@given(styles, st.sampled_from(KINDS))
def test_a_style_is_the_same_after_qml(folder, style, kind):
    found = read(folder, to_qml(style, kind), kind)
    assert found.style == on(style, kind)
    assert found.not_taken == ()


@given(styles, st.sampled_from(KINDS), names, st.lists(values))
def test_features_have_the_same_symbols_after_sld(folder, style, kind, name, column):
    style = replace(style, opacity=1.0)
    found = read(folder, to_sld(style, kind, name), kind)
    assert found.not_taken == ()
    wanted = on(style, kind)
    looks, drawn = symbols_of(wanted), symbol_numbers(wanted, column)
    again = symbols_of(found.style), symbol_numbers(found.style, column)
    here = [looks[number] if number >= 0 else None for number in drawn]
    there = [again[0][number] if number >= 0 else None for number in again[1]]
    nothing = Symbol()
    assert [symbol or nothing for symbol in there] == [symbol or nothing for symbol in here]
    assert found.style.zooms == style.zooms
    if style.labels is not None and found.style.labels is not None:
        assert found.style.labels.zooms == style.labels.zooms
        assert found.style.labels.size == style.labels.size


@given(names, values.filter(lambda value: value_key(value) is not None))
def test_a_condition_is_the_same_after_it_is_written(name, value):
    assert field_in(field_words(name)) == name
    words = f"{field_words(name)} = {value_words(value)}"
    assert condition_in(words) == Compared(name, "=", value)
    assert condition_in(f"{words} OR {words}") == Either((Compared(name, "=", value),) * 2)


@given(st.text())
def test_any_words_are_a_condition_or_none(words):
    condition_in(words)
    joined_in(words)
    field_in(words)


def test_conditions_as_people_write_them():
    equal = Compared("用地", "=", "R2")
    assert condition_in("用地 = 'R2'") == equal
    assert condition_in(" ( \"用地\" = 'R2' ) ") == equal
    assert condition_in("'R2' = \"用地\"") == equal
    assert condition_in('"a" in (1, -2.5)') == Either((Compared("a", "=", 1), Compared("a", "=", -2.5)))
    assert condition_in("1 < a and a <= 2") == Both((Compared("a", ">", 1), Compared("a", "<=", 2)))
    assert condition_in('"a" is null') == Compared("a", "=", None)
    for other in ("", "a", "a = b", "a != 1", "not a = 1", "length(a) > 3", "a like 'x%'", "a = 1e999", "(" * 9999):
        assert condition_in(other) is None, other
    assert field_in("upper(a)") == ""
    assert joined_in("concat(\"a\", ' ', b) || '!'") == [("a", True), (" ", False), ("b", True), ("!", False)]
    assert joined_in("coalesce(\"a\", '')") == [("a", True)]
    assert joined_in("round($area)") is None


def test_qgis_gets_it_as_it_understands_it(folder):
    """What QGIS 3.22.16 was found to need, by its own renderers."""
    red, blue, nothing = Symbol(fill="#FF0000"), Symbol(fill="#0000FF"), None
    # It takes a category with a value, even an empty one, for no list of values.
    listed = LayerStyle(Categories("a", (Category(("x", "y"), red),), blue))
    assert '<category symbol="0" label="x、y" render="true"><val type="string" value="x" />' in to_qml(listed, "area")
    # It leaves the features of a rule that is switched off to the rule for all others.
    hidden = LayerStyle(Categories("a", (Category((None,), red), Category(("x",), nothing)), blue))
    assert "checkstate" not in to_qml(hidden, "area")
    assert read(folder, to_qml(hidden, "area")).style == hidden
    alone = LayerStyle(replace(hidden.symbols, other=None))
    assert to_qml(alone, "area").count('checkstate="0"') == 1
    # It draws markers in black whose SLD has no fill.
    assert '<se:Fill><se:SvgParameter name="fill-opacity">0<' in to_sld(
        LayerStyle(Symbol(stroke="#00FF00")), "point", ""
    )
    # It says true where the column has 1.
    yes = LayerStyle(Categories("a", (Category(("true",), red),)))
    assert symbol_numbers(yes, [1, True, "True", 0]).tolist() == [0, 0, 0, -1]


def test_numbers_that_qgis_has_rounded_leave_no_gap(folder):
    entry = '<range lower="{}" upper="{}" symbol="0" label="" render="true"/>'
    ranges = entry.format("0.000000000000000", "915542029629.147") + entry.format("915542029629.1469", "1e+300")
    found = qml(folder, renderer("graduatedSymbol", f"<ranges>{ranges}</ranges>", fill(), attr="mj"))
    assert found.not_taken == ()
    assert [each.limit for each in found.style.symbols.classes] == [915542029629.147, None]


# QML as QGIS writes it


def test_one_symbol_with_all_that_qgis_says_of_it(folder):
    symbol = fill(alpha="0.5", outline_width="0.26") + "<symbol name='1'/>"
    inside = (
        renderer("singleSymbol", "", symbol)
        + "<SingleCategoryDiagramRenderer><DiagramCategory enabled='0'/></SingleCategoryDiagramRenderer>"
        + "<blendMode>6</blendMode><layerOpacity>0.75</layerOpacity><mapTip>&lt;b&gt;</mapTip>"
        + "<aliases><alias field='dlmc' name='地类'/><alias field='mj' name=''/></aliases>"
        + "<attributetableconfig><columns><column type='field' name='mj'/><column type='field' name='x' hidden='1'/>"
        + "<column type='actions' hidden='1'/><column type='field' name='dlmc'/></columns></attributetableconfig>"
    )
    found = qml(folder, inside, about=' hasScaleBasedVisibilityFlag="1" minScale="50000" maxScale="0"')
    assert found.style.symbols == Symbol(fill="#FF0000", fill_opacity=0.5)
    assert found.style.opacity == 0.75
    assert found.style.zooms == (13.53, 24.0)
    assert found.style.popup == (PopupField("mj"), PopupField("dlmc", Text("地类", "地类")))
    assert kinds(found) == [Lost.BLEND, Lost.MAP_TIP]


def test_units_dashes_and_older_forms(folder):
    pen = "<symbol type='line' name='0'><layer class='SimpleLine'>{}</layer></symbol>"
    dashes = options(
        line_color="0,0,255,128,rgb:0,0,1,0.5", line_width="1", line_width_unit="MM", use_custom_dash="1",
        customdash="2;1", customdash_unit="Point",
    )  # fmt: skip
    found = qml(folder, renderer("singleSymbol", "", pen.format(dashes)), "line")
    assert found.style.symbols == Symbol(stroke="#0000FF", stroke_opacity=0.5, stroke_width=3.78, dash=(2.67, 1.33))
    older = "".join(f'<prop k="{k}" v="{v}"/>' for k, v in {"line_color": "0,0,0,255", "line_style": "dot"}.items())
    found = qml(folder, renderer("singleSymbol", "", pen.format(older)), "line")
    assert found.style.symbols == Symbol(stroke="#000000", dash=(1.0, 2.0))
    ground = options(line_color="0,0,0,255", line_width="20", line_width_unit="MapUnit")
    found = qml(folder, renderer("singleSymbol", "", pen.format(ground)), "line")
    assert found.style.symbols == Symbol(stroke="#000000")
    assert [*found.not_taken] == [(Lost.UNITS, "MapUnit")]


def test_markers(folder):
    mark = "<symbol type='marker' name='0'><layer class='SimpleMarker'>{}</layer></symbol>"
    common = {"color": "1,2,3,255", "outline_style": "no", "size": "6", "size_unit": "Point"}
    for name, marker, lost in (
        ("diamond", Marker.DIAMOND, []),
        ("equilateral_triangle", Marker.TRIANGLE, []),
        ("star", Marker.CIRCLE, [(Lost.MARKER, "star")]),
    ):
        found = qml(folder, renderer("singleSymbol", "", mark.format(options(name=name, **common))), "point")
        assert found.style.symbols == Symbol(fill="#010203", size=8.0, marker=marker)
        assert [*found.not_taken] == lost
    cross = options(name="cross", outline_color="9,9,9,255", size="6", size_unit="Pixel")
    found = qml(folder, renderer("singleSymbol", "", mark.format(cross)), "point")
    assert found.style.symbols == Symbol(fill="#090909", size=6.0, marker=Marker.CROSS)
    picture = (
        "<symbol type='marker' name='0'><layer class='SvgMarker'>" + options(name="/a/b/tree.svg") + "</layer></symbol>"
    )
    found = qml(folder, renderer("singleSymbol", "", picture), "point")
    assert [*found.not_taken] == [(Lost.PICTURE, "tree.svg")]
    assert isinstance(found.style.symbols, Symbol)
    assert found.style.symbols.fill


def test_patterns_that_cannot_be_said_are_named_and_pale(folder):
    found = qml(folder, renderer("singleSymbol", "", fill(style="dense4")))
    assert found.style.symbols == Symbol(fill="#FF0000", fill_opacity=0.35)
    assert [*found.not_taken] == [(Lost.PATTERN, "dense4")]
    lines = "<symbol type='fill' name='0'><layer class='LinePatternFill'/><layer class='SimpleLine'>{}</layer></symbol>"
    found = qml(folder, renderer("singleSymbol", "", lines.format(options(line_color="1,1,1,255"))))
    assert Lost.PATTERN in kinds(found)


def test_hatches_of_qgis(folder):
    found = qml(folder, renderer("singleSymbol", "", fill(style="b_diagonal")))
    assert (found.style.symbols, found.not_taken) == (Symbol(hatch=Hatch("#FF0000", spacing=5.66)), ())
    line = options(line_color="1,2,3,255", line_width="0.52917", line_width_unit="MM")
    lines = (
        "<layer class='LinePatternFill'>{}<symbol type='line' alpha='0.5' name='@0@1'><layer class='SimpleLine'>"
        f"{line}</layer></symbol></layer>"
    )
    about = {"distance": "10", "distance_unit": "Pixel"}
    both = "".join(lines.format(options(angle=angle, **about)) for angle in ("-30", "60"))
    symbol = f"<symbol type='fill' name='0'>{both}</symbol>"
    found = qml(folder, renderer("singleSymbol", "", symbol))
    assert found.style.symbols == Symbol(hatch=Hatch("#010203", Pattern.GRID, 150.0, 10.0, 2.0, 0.5))
    # A third direction has no place.
    more = symbol.replace(
        "</symbol></layer></symbol>", "</symbol></layer>" + lines.format(options(angle="0", **about)) + "</symbol>"
    )
    found = qml(folder, renderer("singleSymbol", "", more))
    assert [*found.not_taken] == [(Lost.SYMBOL_LAYER, "LinePatternFill")]
    dots = (
        "<symbol type='fill' name='0'><layer class='PointPatternFill'>{}<symbol type='marker' name='@0@0'>"
        "<layer class='SimpleMarker'>{}</layer></symbol></layer></symbol>"
    )
    mark = options(color="9,9,9,255", size="3", size_unit="Pixel")
    even = {"distance_x": "7", "distance_x_unit": "Pixel", "distance_y": "7", "distance_y_unit": "Pixel"}
    found = qml(folder, renderer("singleSymbol", "", dots.format(options(**even), mark)))
    assert found.style.symbols == Symbol(hatch=Hatch("#090909", Pattern.DOTS, 0.0, 7.0, 3.0))
    found = qml(folder, renderer("singleSymbol", "", dots.format(options(**{**even, "distance_y": "9"}), mark)))
    assert kinds(found) == [Lost.PATTERN]


def test_categories(folder):
    entry = '<category value="{}" type="{}" symbol="{}" label="{}" render="{}"/>'
    both = '<val value="G1" type="string"/><val value="G2"/>'
    listed = f'<category value="" type="List" symbol="2" label="绿地">{both}</category>'
    rows = [entry.format("R2", "string", 0, "住宅", "true"), entry.format("7", "long", 1, "7", "false"), listed]
    rows.append(entry.format("", "string", 3, "", "true"))
    symbols = "".join(fill(str(number), f"{number},0,0,255") for number in range(4))
    inside = renderer(
        "categorizedSymbol", f"<categories>{''.join(rows)}</categories>", symbols, attr="&quot;用地&quot;"
    )
    found = qml(folder, inside)
    assert found.not_taken == ()
    made = found.style.symbols
    assert isinstance(made, Categories)
    assert made.field == "用地"
    assert [category.values for category in made.categories] == [("R2",), (7,), ("G1", "G2")]
    assert [category.title.zh for category in made.categories] == ["住宅", "", "绿地"]
    drawn = symbol_numbers(found.style, ["R2", 7, "G2", "?", None])
    assert drawn.tolist() == [0, -1, 2, 3, 3]
    by_expression = renderer("categorizedSymbol", f"<categories>{rows[0]}</categories>", symbols, attr="left(a, 1)")
    found = qml(folder, by_expression)
    assert [*found.not_taken] == [(Lost.FIELD_EXPRESSION, "left(a, 1)")]
    assert found.style.symbols == Symbol(fill="#000000")


def test_ranges_with_a_gap_and_an_overlap(folder):
    entry = '<range lower="{}" upper="{}" symbol="0" label="{}" render="true"/>'
    ranges = [entry.format(0, 10, "low"), entry.format(20, 30, "20 – 30"), entry.format(25, 40, "over")]
    method = '<classificationMethod id="Jenks"/>'
    inside = renderer("graduatedSymbol", f"<ranges>{''.join(ranges)}</ranges>{method}", fill(), attr="mj")
    found = qml(folder, inside)
    assert [*found.not_taken] == [(Lost.OVERLAP, "over")]
    made = found.style.symbols
    assert isinstance(made, Graduated)
    assert (made.method, made.lowest) == (Method.NATURAL, 0.0)
    assert [(each.limit, each.title.zh, each.symbol is None) for each in made.classes] == [
        (10.0, "low", False),
        (20.0, "", True),
        (30.0, "", False),
    ]
    assert symbol_numbers(found.style, [0, 10, 15, 25, 35, None]).tolist() == [0, 0, -1, 2, -1, -1]


def test_rules(folder):
    rule = '<rule filter="{}" symbol="{}" label="{}" scalemaxdenom="50000" scalemindenom="1"/>'
    symbols = "".join(fill(str(number)) for number in range(4))
    inside = [
        rule.format("&quot;a&quot; = 'x'", 0, "X"),
        rule.format("&quot;a&quot; IN ('y', 'z')", 1, "YZ"),
        rule.format("area($geometry) &gt; 5", 2, "large"),
        rule.format("ELSE", 3, ""),
    ]
    found = qml(folder, renderer("RuleRenderer", f"<rules>{''.join(inside)}</rules>", symbols))
    assert [*found.not_taken] == [(Lost.RULE, "area($geometry) > 5")]
    made = found.style.symbols
    assert isinstance(made, Categories)
    assert [category.values for category in made.categories] == [("x",), ("y", "z")]
    assert made.other is not None
    assert found.style.zooms == (13.53, 24.0)
    nested = "<rule filter='a &gt;= 0'><rule filter='a &lt;= 5' symbol='0'/><rule filter='a &gt; 5' symbol='1'/></rule>"
    found = qml(folder, renderer("RuleRenderer", f"<rules>{nested}</rules>", symbols))
    assert isinstance(found.style.symbols, Graduated)
    assert [each.limit for each in found.style.symbols.classes] == [5.0, None]
    assert found.style.symbols.lowest == 0.0
    modulo = rule.format("a % 2 = 0", 1, "even") + rule.format("a % 2 = 1", 2, "odd")
    found = qml(folder, renderer("RuleRenderer", f"<rules>{modulo}</rules>", symbols))
    # Nothing is left of them, so that all is drawn alike.
    assert [*found.not_taken] == [(Lost.RENDERER, "RuleRenderer")]
    assert found.style.symbols == Symbol(fill="#FF0000")
    nothing = qml(folder, renderer("RuleRenderer", "<rules/>", symbols))
    assert isinstance(nothing.style.symbols, Symbol)


def test_renderers_that_are_not_known(folder):
    assert qml(folder, renderer("nullSymbol", "", "")).style.symbols == Symbol()
    found = qml(folder, renderer("heatmapRenderer", "", ""), "point")
    assert [*found.not_taken] == [(Lost.RENDERER, "heatmapRenderer")]
    inner = renderer("singleSymbol", "", fill())
    found = qml(folder, f'<renderer-v2 type="invertedPolygonRenderer">{inner}</renderer-v2>')
    assert found.style.symbols == Symbol(fill="#FF0000")
    assert kinds(found) == [Lost.RENDERER]
    # A style of a raster, or of nothing at all.
    assert kinds(qml(folder, "<pipe/>")) == [Lost.RENDERER]


def test_labels(folder):
    rendering = "<rendering scaleVisibility='1' scaleMin='1000' scaleMax='20000'/>"
    text = "<settings><text-style {}>{}</text-style>" + rendering + "</settings>"
    look = "fieldName='名称' fontSize='9' fontSizeUnit='Point' textColor='1,2,3,255'"
    halo = "<text-buffer bufferDraw='1' bufferSize='1' bufferSizeUnits='MM' bufferColor='255,255,255,255'/>"
    inside = renderer("singleSymbol", "", fill()) + "<labeling type='simple'>{}</labeling>"
    found = qml(folder, inside.format(text.format(look, halo)))
    assert found.style.labels == Labels("{名称}", 12.0, "#010203", "#FFFFFF", 3.78, (14.85, 19.17))
    joined = "isExpression='1' fieldName=\"&quot;a&quot; || '：' || &quot;b&quot;\""
    labels = qml(folder, inside.format(text.format(joined, ""))).style.labels
    assert labels is not None
    assert (labels.template, labels.halo_width) == ("{a}：{b}", 0.0)
    found = qml(folder, inside.format(text.format("isExpression='1' fieldName='round($area)'", "")))
    assert found.style.labels is None
    assert [*found.not_taken] == [(Lost.LABEL_EXPRESSION, "round($area)")]
    assert qml(folder, inside.format(text.format(look, halo)), about=' labelsEnabled="0"').style.labels is None
    found = qml(folder, inside.replace("simple", "rule-based").format(""))
    assert kinds(found) == [Lost.LABEL_RULES]


def test_data_defined_looks_and_effects_are_named(folder):
    data = (
        "<data_defined_properties><Option type='Map'><Option name='properties' type='Map'><Option name='fillColor'>"
        "<Option name='active' value='true'/></Option></Option></Option></data_defined_properties>"
        "<effect type='effectStack' enabled='1'/>"
    )
    layer = (
        f"<symbol type='fill' name='0'><layer class='SimpleFill'>{options(color='1,1,1,255')}{data}</layer></symbol>"
    )
    found = qml(folder, renderer("singleSymbol", "", layer))
    assert [*found.not_taken] == [(Lost.DATA_DEFINED, "fillColor"), (Lost.EFFECT, "effectStack")]


# SLD of both versions


def test_sld_1_0(folder):
    rule = "<Rule><Title>{}</Title>{}<MaxScaleDenominator>50000</MaxScaleDenominator>{}</Rule>"
    compared = "<ogc:PropertyName>a</ogc:PropertyName><ogc:Literal>{}</ogc:Literal>"
    equal = f"<ogc:PropertyIsEqualTo>{compared}</ogc:PropertyIsEqualTo>"
    look = (
        "<PolygonSymbolizer><Fill><CssParameter name='fill'>#ff0000</CssParameter><CssParameter name='fill-opacity'>"
        "<ogc:Literal>0.5</ogc:Literal></CssParameter></Fill><Stroke><CssParameter name='stroke-dasharray'>4 2"
        "</CssParameter></Stroke></PolygonSymbolizer>"
    )
    either = f"<ogc:Filter><ogc:Or>{equal.format('x')}{equal.format('7')}</ogc:Or></ogc:Filter>"
    other = f"<ogc:Filter><ogc:Not>{equal.format('y')}</ogc:Not></ogc:Filter>"
    inside = rule.format("X", either, look) + rule.format("not y", other, look) + rule.format("", "<ElseFilter/>", look)
    found = sld(folder, inside)
    made = found.style.symbols
    assert isinstance(made, Categories)
    assert made.categories[0].values == ("x", 7)
    assert made.other == Symbol(fill="#FF0000", fill_opacity=0.5, stroke="#000000", dash=(4.0, 2.0))
    assert [*found.not_taken] == [(Lost.RULE, "not y")]
    assert found.style.zooms == (13.45, 24.0)


def test_sld_may_have_the_value_first(folder):
    compared = (
        "<ogc:PropertyIs{0}><ogc:Literal>5</ogc:Literal><ogc:PropertyName>a</ogc:PropertyName></ogc:PropertyIs{0}>"
    )
    inside = "".join(
        f"<Rule><ogc:Filter>{compared.format(name)}</ogc:Filter><PolygonSymbolizer><Fill/></PolygonSymbolizer></Rule>"
        for name in ("LessThan", "GreaterThanOrEqualTo")
    )
    made = sld(folder, inside).style.symbols
    assert isinstance(made, Graduated)
    assert [each.limit for each in made.classes] == [5.0, None]


def test_sld_patterns_pictures_and_texts(folder):
    stroke = "<Stroke><CssParameter name='stroke'>#123456</CssParameter></Stroke>"
    mark = f"<Graphic><Mark><WellKnownName>shape://slash</WellKnownName>{stroke}</Mark><Size>10</Size></Graphic>"
    filled = f"<Fill><GraphicFill>{mark}</GraphicFill></Fill>"
    pattern = f"<Rule><PolygonSymbolizer>{filled}</PolygonSymbolizer></Rule>"
    found = sld(folder, pattern)
    assert (found.style.symbols, found.not_taken) == (Symbol(hatch=Hatch("#123456", spacing=7.07)), ())
    found = sld(folder, pattern.replace("shape://slash", "shape://carrow"))
    assert found.style.symbols == Symbol(fill="#123456", fill_opacity=0.35)
    assert [*found.not_taken] == [(Lost.PATTERN, "shape://carrow")]
    picture = (
        "<Rule><PointSymbolizer><Graphic><ExternalGraphic><OnlineResource xmlns:xlink='http://www.w3.org/1999/xlink' "
        "xlink:href='http://127.0.0.1/tree.png'/></ExternalGraphic><Size>9</Size></Graphic></PointSymbolizer></Rule>"
    )
    assert [*sld(folder, picture, "point").not_taken] == [(Lost.PICTURE, "tree.png")]
    text = (
        "<Rule><TextSymbolizer><Label><ogc:PropertyName>a</ogc:PropertyName></Label><Halo><Radius>"
        "<ogc:Literal>2</ogc:Literal></Radius></Halo></TextSymbolizer></Rule>"
    )
    labels = sld(folder, text).style.labels
    assert labels is not None
    assert labels.template == "{a}"
    function = text.replace("ogc:PropertyName", "ogc:Function")
    assert kinds(sld(folder, function)) == [Lost.LABEL_EXPRESSION]


# Anything at all

printed = st.characters(codec="utf-8", exclude_categories=("C",))
tags = st.sampled_from(
    [
        "qgis",
        "renderer-v2",
        "symbols",
        "symbol",
        "layer",
        "Option",
        "rules",
        "rule",
        "categories",
        "category",
        "ranges",
        "range",
        "labeling",
        "settings",
        "text-style",
        "rendering",
        "val",
        "prop",
        "NamedLayer",
        "UserStyle",
        "Rule",
        "FeatureTypeStyle",
        "Filter",
        "And",
        "Or",
        "PropertyIsBetween",
        "PropertyIsEqualTo",
        "PropertyName",
        "Literal",
        "PolygonSymbolizer",
        "Fill",
        "Stroke",
        "CssParameter",
        "TextSymbolizer",
        "Label",
        "customproperties",
        "aliases",
    ]
)
keys = st.sampled_from(
    [
        "type",
        "name",
        "attr",
        "value",
        "k",
        "v",
        "symbol",
        "filter",
        "lower",
        "upper",
        "class",
        "alpha",
        "label",
        "fieldName",
        "isExpression",
        "render",
        "field",
    ]
)
telling = st.sampled_from(
    [
        "fill",
        "0",
        "1",
        "nan",
        "-1e309",
        "categorizedSymbol",
        "graduatedSymbol",
        "RuleRenderer",
        "singleSymbol",
        "simple",
        "SimpleFill",
        "color",
        "1,2",
        "a",
        "'",
        "a=1",
        "planmap/texts",
        "[1]",
    ]
)
attributes = st.dictionaries(keys, telling | st.text(printed, max_size=9), max_size=5)
elements = st.recursive(
    st.tuples(tags, attributes, st.text(printed, max_size=5), st.just([])).map(list),
    lambda inner: st.tuples(tags, attributes, st.text(printed, max_size=5), st.lists(inner, max_size=4)).map(list),
    max_leaves=30,
)


@given(st.lists(elements, max_size=4), st.sampled_from(["qml", "sld"]), st.sampled_from([*KINDS, "mixed"]))
def test_whatever_is_in_a_document_becomes_a_style(children, form, kind):
    root = ["root", {}, "", children]
    found = style_in({"form": form, "root": root}, kind)
    assert from_json(to_json(found.style)) == found.style


# Files, through the child process


@pytest.mark.slow
def test_a_package_has_its_styles_with_it(tmp_path):
    path = tmp_path / "parcels.gpkg"
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(117, 39, 117.1, 39.1)], crs=4326)
    frame.to_file(path, layer="parcels")
    wanted = default_style("area", 2)
    with pytest.raises(PlanMapError) as caught:
        read_style(path, "area")
    assert caught.value.code == "style-none"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_catalog TEXT, f_table_schema TEXT, "
            "f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT, "
            "useAsDefault BOOLEAN)"
        )
        for row in (
            ("roads", "roads", to_qml(default_style("line"), "line"), "", 1),
            ("parcels", "first", "<qgis", "", 0),
            ("parcels", "usual", to_qml(wanted, "area"), "", 1),
            ("parcels", "by SLD", "", to_sld(wanted, "area", "x"), 0),
        ):
            connection.execute(
                "INSERT INTO layer_styles (f_table_name, styleName, styleQML, styleSLD, useAsDefault) "
                "VALUES (?, ?, ?, ?, ?)",
                row,
            )
    connection.close()
    found = read_style(path, "area", table="parcels")
    assert found.style == wanted
    assert [*found.not_taken] == [(Lost.MORE_STYLES, "by SLD"), (Lost.MORE_STYLES, "first")]
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM layer_styles WHERE styleName IN ('usual', 'by SLD')")
    connection.close()
    with pytest.raises(PlanMapError) as caught:
        read_style(path, "area", table="parcels")
    assert caught.value.code == "style-damaged"


def test_a_chinese_encoding_is_read(tmp_path):
    path = tmp_path / "style.sld"
    text = SLD.format(inside="<Rule><Title>住宅</Title><PolygonSymbolizer/></Rule>")
    path.write_bytes(f'<?xml version="1.0" encoding="GB2312"?>{text}'.encode("gb18030"))
    (found,) = style_xml.read({"source": str(path), "name": "x"}, lambda share: None)["styles"]
    assert "住宅" in str(found)
    assert style_in(found, "area").style.zooms == ALL_ZOOMS
    path.write_bytes(f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16"))
    (found,) = style_xml.read({"source": str(path), "name": "x"}, lambda share: None)["styles"]
    assert "住宅" in str(found)


def test_a_layer_style_without_anything_is_written(folder):
    style = LayerStyle(Symbol())
    assert read(folder, to_qml(style, "mixed")).style == style
