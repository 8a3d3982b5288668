"""The style of an own layer as a value: which feature has which symbol, in what words, and as JSON."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers import style as map_style
from layers.own import classes, ramps, suggestion
from layers.own.classes import Method, breaks
from layers.own.features_look import (
    counts,
    label_parts,
    label_words,
    legend_entries,
    symbol_numbers,
    symbol_of,
    symbols_of,
    template_of,
    value_key,
)
from layers.own.layer_style import Categories, Category, Graduated, Labels, LayerStyle, NumberClass
from layers.own.recolouring import ramp_and_strays, recoloured, replaced
from layers.own.style_json import from_json, to_json
from layers.own.style_look import changed_labels, changed_symbol, changed_whole
from layers.own.style_option import words_of
from layers.own.suggestion import by_hand, in_colour
from layers.own.symbol_value import Hatch, Pattern, Symbol
from layers.plan.terms import Text
from layers.translation import LANGUAGES, translation
from tests.layer_styles import KINDS, names, styles, templates, values

RED, BLUE, GREY = (Symbol(fill=colour) for colour in ("#AA0000", "#0000AA", "#AAAAAA"))
found_numbers = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-5, 5).map(float)


# JSON


@given(styles)
def test_a_style_is_the_same_after_json(style):
    assert from_json(to_json(style)) == style


keys = st.sampled_from(["symbols", "field", "categories", "classes", "values", "title", "x"])
plain = st.none() | st.booleans() | st.floats() | st.text(max_size=5)


@given(st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(keys, inner)))
def test_any_json_is_a_style_or_a_clear_error(found):
    said = ""
    try:
        from_json(json.dumps(found))
    except PlanMapError as error:
        said = " ".join(translation(language).explain(error) for language in LANGUAGES)
    assert "style-" not in said


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("nothing", "style-json", None),
        ("[" * 5000, "style-json", None),
        ("{}", "style-missing", "symbols"),
        ('{"symbols":{"fill":"red"}}', "style-colour", "symbols.fill"),
        ('{"symbols":{"fill":"#ffffff;x"}}', "style-colour", "symbols.fill"),
        ('{"symbols":{"colour":"#FFFFFF"}}', "style-unknown", "symbols.colour"),
        ('{"symbols":{"marker":"star"}}', "style-choice", "symbols.marker"),
        ('{"symbols":{"fill_opacity":2}}', "style-range", "symbols.fill_opacity"),
        ('{"symbols":{"fill_opacity":"1"}}', "style-kind", "symbols.fill_opacity"),
        ('{"symbols":{"stroke_width":NaN}}', "style-kind", "symbols.stroke_width"),
        ('{"symbols":{},"zooms":[9,3]}', "style-zooms", "zooms"),
        ('{"symbols":{},"title":["\\u0007",""]}', "style-kind", "title"),
        ('{"symbols":{"field":"a","categories":[{"values":[],"symbol":null}]}}', "style-empty",
         "symbols.categories.0.values"),
        ('{"symbols":{"field":"a","classes":[{"limit":3,"symbol":null},{"limit":2,"symbol":null}]}}', "style-limits",
         "symbols.classes.1.limit"),
        ('{"symbols":{"field":"a","classes":[{"limit":null,"symbol":null},{"limit":2,"symbol":null}]}}', "style-limits",
         "symbols.classes.0.limit"),
        (json.dumps({"symbols": {}, "labels": {"template": "x" * 501}}), "style-long", "labels.template"),
        (json.dumps({"symbols": {"field": "a", "categories": [{"values": ["x"] * 501, "symbol": None}]}}), "style-long",
         "symbols.categories.0.values"),
        (json.dumps({"symbols": {"field": "a", "categories": [{"values": [{}] * 500_000}]}}), "style-kind",
         "symbols.categories.0.values.0"),
        (json.dumps({"symbols": {}, **{str(number): 1 for number in range(200_000)}}), "style-unknown", "0"),
    ],
)  # fmt: skip
def test_the_first_wrong_field_is_named(text, code, field):
    with pytest.raises(PlanMapError) as caught:
        from_json(text)
    assert caught.value.code == code, caught.value
    assert caught.value.details.get("field") == field


# Classes


def labelled() -> LayerStyle:
    return LayerStyle(Symbol(), Labels("{a}"))


def look_with(name: str, value: str) -> object:
    if name == "words":
        return words_of(value)
    if name in ("opacity", "zooms"):
        return changed_whole(labelled(), {name: value})
    if name.startswith(("label", "halo")):
        return changed_labels(labelled(), {name: value})
    return changed_symbol(Symbol(), {name: value})


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("fill_opacity", "3", "写 0 到 1 的数字"),
        ("width", "nan", "写 0 到 50 的数字"),
        ("size", "大", "写 1 到 200 的数字"),
        ("fill", "red", "例如 #1F5FBF"),
        ("stroke", "#12", "例如 #1F5FBF"),
        ("marker", "star", "circle、square"),
        ("hatch", "waves", "lines、grid、dots"),
        ("hatch", "lines:45:0", "间距 1–200"),
        ("hatch", "lines:45:6:1:red", "lines:45:6"),
        ("label_size", "3", "写 4 到 100 的数字"),
        ("label_halo", "none", "例如 #1F5FBF"),
        ("halo_width", "-1", "写 0 到 50 的数字"),
        ("opacity", "50%", "写 0 到 1 的数字"),
        ("zooms", "x", "写成 首-末，两个 0 到 24 的缩放级别"),
        ("zooms", "9-3", "小的在前"),
        ("zooms", "3-99", "例如 10-16"),
        ("words", "字" * 201, "最多 200 个字符"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_option(name, value, allowed):
    with pytest.raises(PlanMapError) as refused:
        look_with(name, value)
    said = translation("zh").explain(refused.value)
    assert f"--{name.replace('_', '-')}" in said
    assert value[:40] in said
    assert allowed in said


def test_values_at_their_limits_are_taken():
    look = changed_symbol(Symbol(), {"fill_opacity": "1", "width": "50", "size": "1", "hatch": "dots:-90:8:2:#9f536c"})
    assert (look.fill_opacity, look.stroke_width, look.size) == (1.0, 50.0, 1.0)
    assert look.hatch == Hatch("#9F536C", Pattern.DOTS, angle=90.0, spacing=8.0, width=2.0)
    assert changed_symbol(look, {"hatch": "none"}).hatch is None
    assert changed_whole(labelled(), {"zooms": "10–16"}).zooms == (10.0, 16.0)
    assert changed_whole(labelled(), {"zooms": "9"}).zooms == (9.0, 9.0)


@pytest.mark.parametrize("method", [method for method in Method if method is not Method.HAND])
@given(st.lists(found_numbers, max_size=60), st.integers(1, 14))
def test_every_number_is_in_exactly_one_class(method, found, count):
    limits = breaks(np.array(found), method, count)
    assert list(limits) == sorted(set(limits))
    made = suggestion.graduated("a", found, "area", method=method, count=count)
    style = LayerStyle(made)
    drawn = symbol_numbers(style, found)
    ends = [-math.inf, *limits, math.inf]
    for number, drawn_as in zip(found, drawn, strict=True):
        if math.isnan(number):
            assert drawn_as == len(made.classes)
        else:
            within = [place for place, (low, high) in enumerate(itertools.pairwise(ends)) if low < number <= high]
            assert [drawn_as] == (within or [0])
    assert sum(counts(style, drawn)) == len(found)
    finite = [number for number in found if math.isfinite(number)]
    if finite and method in (Method.QUANTILES, Method.NATURAL):
        # No class of these is empty.
        of_finite = symbol_numbers(style, finite)
        assert set(of_finite.tolist()) == set(range(len(limits) + 1))


def test_natural_breaks_are_the_best_there_are():
    found = np.array([1.0, 2, 2, 4, 9, 10, 11, 11, 20, 21, 25, 40])

    def spread(ends: tuple[int, ...]) -> float:
        parts = [found[low:high] for low, high in itertools.pairwise((0, *ends, len(found)))]
        return sum(float(((part - part.mean()) ** 2).sum()) for part in parts)

    for count in (2, 3, 4, 5):
        limits = breaks(found, Method.NATURAL, count)
        got = tuple(np.searchsorted(found, limits, side="right").tolist())
        assert len(got) == count - 1
        best = min(itertools.combinations(range(1, len(found)), count - 1), key=spread)
        assert spread(got) == pytest.approx(spread(best))


def test_classes_are_those_of_mapclassify():
    """Its figures for the same numbers (version 2.10): limits may have fewer digits here, and the same numbers."""
    found = np.random.default_rng(1).lognormal(8, 1, 1000)
    for method, count, theirs in (
        (Method.NATURAL, 6, (4000.33143994, 8567.59892765, 16158.09680734, 29507.44431562, 66173.95919583)),
        (Method.QUANTILES, 5, (1240.77785616, 2211.01509366, 3607.40824946, 6484.83933236)),
        (Method.EQUAL, 5, (25460.7767518, 50835.82417174, 76210.87159169, 101585.91901164)),
        (Method.DEVIATION, 5, (11370.8223043, 18101.64952701)),
        (Method.PRETTY, 5, (25000, 50000, 75000, 100000, 125000)),
    ):
        ours = breaks(found, method, count)
        sizes = [[int((found <= limit + 1e-6).sum()) for limit in limits] for limits in (ours, theirs)]
        # Between numbers of a quantile ours takes the lower one.
        assert np.abs(np.subtract(*sizes)).max() <= 1, method
        assert max(len(f"{limit:g}") for limit in ours) <= 7


def test_limits_have_no_more_digits_than_needed():
    assert breaks(np.array([1.23456, 2.34567, 9.87654, 11.1]), Method.QUANTILES, 2) == (2.4,)
    # Two would be shorter, and would have another number below it.
    assert breaks(np.array([1.96, 2.0, 100.0]), Method.QUANTILES, 3) == (1.96, 2.0)
    assert breaks(np.arange(101.0), Method.PRETTY, 5) == (20.0, 40.0, 60.0, 80.0)
    assert breaks(np.array([7.0, 7.0]), Method.EQUAL, 5) == ()
    assert breaks(np.array([math.nan]), Method.NATURAL, 5) == ()


def test_a_million_numbers_are_looked_at_by_rank():
    found = np.random.default_rng(2).lognormal(0, 2, 200_000)
    limits = breaks(found, Method.NATURAL, 7)
    assert len(limits) == 6
    assert limits == breaks(found[::-1], Method.NATURAL, 7)
    assert len(found) > classes.SAMPLE


def test_limits_that_are_stored_do_not_move():
    made = suggestion.graduated("a", [1.0, 2.0, 3.0], "area", count=2)
    later = from_json(to_json(LayerStyle(made)))
    assert symbol_numbers(later, [-100.0, 2.5, 1e9]).tolist() == [0, 1, 1]


# Which symbol


def test_a_category_takes_its_values_however_they_are_stored():
    style = LayerStyle(Categories("use", (Category(("R2", 5), RED), Category((None,), BLUE)), GREY))
    column = ["R2", "R2 ", 5, 5.0, "5", np.int64(5), None, math.nan, "  ", "r2", 6, b"5"]
    assert symbol_numbers(style, column).tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 1]
    assert symbol_numbers(style, pd.Series([5, 7])).tolist() == [0, 2]
    assert symbol_numbers(style, np.array([5.0, math.nan])).tolist() == [0, 1]
    assert symbol_of(style, {"use": "R2"}) == RED
    assert symbol_of(style, {}) == BLUE
    twice = LayerStyle(Categories("use", (Category(("R2",), RED), Category(("R2", "R3"), BLUE))))
    assert symbol_numbers(twice, ["R2", "R3"]).tolist() == [0, 1]
    yes = LayerStyle(Categories("built", (Category((True,), RED),)))
    assert symbol_numbers(yes, [1, True, 0, False, None]).tolist() == [0, 0, -1, -1, -1]


@given(st.lists(values, max_size=20), styles)
def test_each_feature_has_one_symbol_alone_or_among_others(column, style):
    numbers = symbol_numbers(style, column)
    assert len(numbers) == len(column)
    alone = [symbol_of(style, {style.field: value}) for value in column]
    assert alone == [None if number < 0 else symbols_of(style)[number] for number in numbers.tolist()]
    total = sum(counts(style, numbers))
    assert total == sum(symbol is not None for symbol in alone)


def test_what_is_outside_of_all_classes_is_not_drawn():
    style = LayerStyle(
        Graduated("a", (NumberClass(1.0, RED), NumberClass(2.0, None), NumberClass(3.0, BLUE)), 0.0, GREY)
    )
    column = [-0.1, 0, 1, "1.5", 2.0001, 3, 3.1, None, "x", math.inf]
    assert symbol_numbers(style, column).tolist() == [-1, 0, 0, -1, 2, 2, -1, 3, 3, -1]
    assert [entry.title.zh for entry in legend_entries(style)] == ["0 – 1", "2 – 3", "无值"]


# Words


def test_the_legend_says_values_limits_and_counts():
    style = LayerStyle(
        Categories("use", (Category(("R2",), RED, Text("住宅", "Homes")), Category((1, 2, 3, 4), BLUE)), GREY)
    )
    numbers = symbol_numbers(style, ["R2", 1, 2, "?"])
    assert legend_entries(style, counts(style, numbers)) == [
        (Text("住宅", "Homes"), RED, 1),
        (Text("1、2、3…", "1, 2, 3…"), BLUE, 2),
        (Text("其他", "Other"), GREY, 1),
    ]
    made = Graduated("a", (NumberClass(-1.5, RED), NumberClass(25000.0, BLUE), NumberClass(None, GREY)))
    assert [entry.title.en for entry in legend_entries(LayerStyle(made))] == ["≤ −1.5", "−1.5 – 25,000", "> 25,000"]
    assert legend_entries(LayerStyle(RED, title=Text("地块", "Parcels"))) == [(Text("地块", "Parcels"), RED, None)]


@given(templates)
def test_a_template_is_its_parts(parts):
    merged = label_parts(template_of(parts))
    assert template_of(merged) == template_of(parts)
    assert [words for words, is_field in merged if is_field] == [words for words, is_field in parts if is_field]


def test_a_label_without_values_is_none():
    labels = Labels("{name} {{{area}}} ha")
    assert label_words(labels, {"name": "A", "area": 2.50}) == "A {2.5} ha"
    assert label_words(labels, {"name": None, "area": 3}) == "{3} ha"
    assert label_words(labels, {"name": " "}) == ""
    assert label_words(Labels("{"), {}) == "{"


# What to begin with


@pytest.mark.parametrize("kind", [*KINDS, "mixed"])
def test_layers_in_a_row_differ_and_look_like_no_status(kind):
    found = [suggestion.default_style(kind, number) for number in range(6)]
    assert len({to_json(style) for style in found}) == 6
    status = {look.colour for look in map_style.STATUS.values()}
    used = {colour for style in found for colour in (style.symbols.fill, style.symbols.stroke)}  # type: ignore[union-attr]
    assert not used & status
    assert all(from_json(to_json(style)) == style for style in found)


def test_a_field_suggests_what_its_values_are_good_for():
    def suggested(found: list[object], kind: str = "text") -> object:
        style = suggestion.suggest("a", found, kind, "area")
        assert from_json(to_json(style)) == style
        return style.symbols

    uses = suggested(["B", "A", "A", None])
    assert isinstance(uses, Categories)
    assert [category.values for category in uses.categories] == [("A",), ("B",)]
    assert uses.other is not None
    floors = suggested([3, 1, 2, 1], "integer")
    assert isinstance(floors, Categories)
    assert [category.values for category in floors.categories] == [(1,), (2,), (3,)]
    assert floors.other is None
    areas = suggested([float(number) ** 2 for number in range(50)] + [None], "real")
    assert isinstance(areas, Graduated)
    assert areas.no_value is not None
    assert ramp_and_strays(areas) == ("teal", [])
    written = suggested([str(number * 1.5) for number in range(50)])
    assert isinstance(written, Graduated)
    growth = suggested([float(number) for number in range(-20, 20)], "real")
    assert isinstance(growth, Graduated)
    assert ramp_and_strays(growth)[0] in ramps.DIVERGING
    for of_no_use in (
        ([f"parcel {number}" for number in range(50)], "text"),
        (list(range(100, 150)), "integer"),
        (["same"] * 9, "text"),
        ([None] * 9, "text"),
        (["2024-01-01", "2024-01-02"], "date"),
        ([b"x", b"y"], "binary"),
    ):
        assert isinstance(suggested(*of_no_use), Symbol), of_no_use


@given(st.lists(values, max_size=40), st.sampled_from(["text", "integer", "real", "boolean"]), st.sampled_from(KINDS))
def test_whatever_is_suggested_is_a_style(column, type_name, kind):
    style = suggestion.suggest("a", column, type_name, kind)
    assert from_json(to_json(style)) == style
    drawn = symbol_numbers(style, column)
    if not isinstance(style.symbols, Symbol):
        # Nobody who sees it first should miss a feature.
        assert (drawn >= 0).all()


@given(names, names)
def test_different_words_are_different_values(one, other):
    assert (value_key(one) == value_key(other)) == (one == other)


# Colours

_SIGHT = {
    # Machado, Oliveira and Fernandes (2009), severity 1, for light in proportion.
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def seen(colour: str, sight: str) -> np.ndarray:
    light = np.clip(_SIGHT[sight] @ ramps.linear(colour), 0, 1)
    return ramps._TO_LAB @ np.cbrt(ramps._TO_LMS @ light)


@pytest.mark.parametrize("sight", _SIGHT)
def test_everybody_can_tell_the_colours_apart(sight):
    for one, other in itertools.combinations(ramps.PALETTE, 2):
        assert np.linalg.norm(seen(one, sight) - seen(other, sight)) > 0.09, (one, other)
    for name in ramps.RAMPS:
        colours = ramps.ramp(name, 7)
        for one, other in itertools.pairwise(colours):
            assert np.linalg.norm(seen(one, sight) - seen(other, sight)) > 0.05, (name, one, other)
        ends = [seen(colour, sight) for colour in colours]
        if name in ramps.DIVERGING:
            assert np.linalg.norm(ends[0] - ends[-1]) > 0.09, name
        else:
            lightness = [end[0] for end in ends]
            assert lightness == sorted(lightness, reverse=True), name


def test_the_palette_keeps_away_from_statuses():
    status = [look.colour for look in map_style.STATUS.values()]
    for one, other in itertools.product((*ramps.PALETTE, *ramps.DEFAULTS), status):
        assert np.linalg.norm(ramps.oklab(one) - ramps.oklab(other)) > 0.06, (one, other)


@pytest.mark.parametrize("name", ramps.RAMPS)
def test_a_ramp_is_known_by_its_colours(name):
    for count in range(3, classes.MOST_CLASSES + 1):
        colours = ramps.ramp(name, count)
        assert len(set(colours)) == count
        assert ramp_and_strays(by_hand("a", range(count - 1), "area", name)) == (name, [])
    assert ramps.ramp(name, 3)[0] == ramps.RAMPS[name][0]


def test_another_ramp_replaces_the_colours_and_nothing_else():
    plain = by_hand("a", [1, 2, 3, 4], "area", "teal")
    first, second, third, fourth, fifth = plain.classes
    assert second.symbol is not None
    assert third.symbol is not None
    assert fourth.symbol is not None
    bare = replace(fourth.symbol, fill="", stroke="#112233", hatch=Hatch("#445566"))
    by_somebody = (
        replace(first, symbol=None, title=Text("一", "one")),
        replace(second, symbol=replace(second.symbol, fill="#123456", hatch=Hatch("#654321"), stroke_width=3.0)),
        third,
        replace(fourth, symbol=bare),
        fifth,
    )
    edited = replace(plain, classes=by_somebody, no_value=in_colour("area", "#ABCDEF"))
    assert ramp_and_strays(edited) == ("teal", [1])
    found = recoloured(edited, "plum")
    colours = ramps.ramp("plum", 5)
    assert found.classes[0] == by_somebody[0]
    assert found.classes[1].symbol == replace(by_somebody[1].symbol, fill=colours[1])
    assert found.classes[2].symbol == replace(third.symbol, fill=colours[2])
    assert found.classes[3] == by_somebody[3]
    assert found.no_value == edited.no_value
    assert replaced(edited, found) == [1]
    assert replaced(found, recoloured(found, "teal")) == []
    assert replaced(edited, by_hand("a", [1, 2], "area", "plum")) == []
    lines = by_hand("a", [1, 2], "line", "teal")
    assert recoloured(lines, "ochre") == by_hand("a", [1, 2], "line", "ochre")
