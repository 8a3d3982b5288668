"""Styles of own layers, as Hypothesis makes them up."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from layers.own.classes import Method
from layers.own.features_look import template_of, value_key
from layers.own.features_look import titles as titles_of
from layers.own.layer_style import (
    NO_TITLE,
    Categories,
    Category,
    Graduated,
    Labels,
    LayerStyle,
    NumberClass,
    PopupField,
)
from layers.own.symbol_value import Hatch, Marker, Pattern, Symbol
from layers.plan.terms import Text

KINDS = ("point", "line", "area")

letters = st.characters(codec="utf-8", exclude_categories=("C", "Z"))
"""What no program writes in another way than it is."""

words = st.text(letters, min_size=1, max_size=12)
awkward = st.sampled_from(["<b>&amp;</b>", "it's", '"', "\\", "\\n", "{a}", "}", "]]>", "a;b", "'||'", "名称", "NULL"])
names = words | awkward
titles = st.just(NO_TITLE) | st.builds(Text, names, st.just("") | names) | st.builds(Text, st.just(""), names)
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")


def hundredths(low: float, high: float) -> st.SearchStrategy[float]:
    return st.integers(round(low * 100), round(high * 100)).map(lambda number: number / 100)


zooms = st.tuples(hundredths(0, 24), hundredths(0, 24)).map(lambda pair: (min(pair), max(pair)))
hatches = st.builds(
    Hatch,
    colours,
    st.sampled_from(Pattern),
    hundredths(0, 179.99),
    hundredths(1, 200),
    hundredths(0.1, 50),
    hundredths(0, 1),
)
symbols = st.builds(
    Symbol,
    fill=st.just("") | colours,
    fill_opacity=hundredths(0, 1),
    stroke=st.just("") | colours,
    stroke_opacity=hundredths(0, 1),
    stroke_width=hundredths(0, 50),
    dash=st.lists(hundredths(0.1, 200), max_size=4).map(lambda found: tuple(found * 2 if len(found) % 2 else found)),
    size=hundredths(1, 200),
    marker=st.sampled_from(Marker),
    hatch=st.none() | hatches,
)
numbers = st.floats(-1e12, 1e12, allow_nan=False).map(lambda number: number + 0.0)
values = names | st.integers(-(2**60), 2**60) | numbers | st.booleans() | st.none()


@st.composite
def categorised(draw: st.DrawFn) -> Categories:
    found = draw(st.lists(values, unique_by=value_key, min_size=1, max_size=8))
    size = draw(st.integers(1, 3))
    groups = [tuple(found[start : start + size]) for start in range(0, len(found), size)]
    other = draw(st.none() | symbols)
    return Categories(
        draw(names),
        tuple(Category(group, draw(st.none() | symbols), draw(titles)) for group in groups),
        other,
        draw(titles) if other else NO_TITLE,
    )


@st.composite
def classed(draw: st.DrawFn) -> Graduated:
    limits = sorted(draw(st.lists(numbers, unique=True, min_size=2, max_size=6)))
    lowest = limits.pop(0) if draw(st.booleans()) else None
    ends: list[float | None] = [*limits, None] if draw(st.booleans()) else [*limits]
    no_value = draw(st.none() | symbols)
    return Graduated(
        draw(names),
        tuple(NumberClass(limit, draw(st.none() | symbols), draw(titles)) for limit in ends),
        lowest,
        no_value,
        draw(titles) if no_value else NO_TITLE,
        draw(st.sampled_from(Method)),
    )


plain_names = names.filter(lambda name: not {"{", "}"} & set(name))
templates = st.lists(st.tuples(names, st.just(False)) | st.tuples(plain_names, st.just(True)), min_size=1, max_size=4)
labels = st.builds(
    Labels,
    templates.map(template_of),
    hundredths(4, 100),
    colours,
    colours,
    hundredths(0, 50),
    zooms,
)
popups = st.lists(st.builds(PopupField, names, titles), unique_by=lambda each: each.field, max_size=4).map(tuple)
styles = st.builds(
    LayerStyle,
    symbols | categorised() | classed(),
    st.none() | labels,
    hundredths(0, 1),
    zooms,
    popups,
    titles,
    st.just("") | names,
)


def on(style: LayerStyle, kind: str) -> LayerStyle:
    """Return a style without what does not show on features of a kind, and without titles that say what is usual."""

    def shown(symbol: Symbol | None) -> Symbol | None:
        return symbol.relevant(kind) if symbol is not None and symbol.relevant(kind).visible else None

    def own(title: Text, usual: Text) -> Text:
        return NO_TITLE if title.zh in usual and title.en in usual else title

    found = style.symbols
    if isinstance(found, Symbol):
        return replace(style, symbols=found.relevant(kind))
    if isinstance(found, Categories):
        bare = [replace(each, title=NO_TITLE) for each in found.categories]
        *usual, other = titles_of(replace(style, symbols=replace(found, categories=tuple(bare), other_title=NO_TITLE)))
        parts = tuple(
            replace(each, symbol=shown(each.symbol), title=own(each.title, title))
            for each, title in zip(found.categories, usual, strict=True)
        )
        last = own(found.other_title, other) if shown(found.other) else NO_TITLE
        return replace(style, symbols=replace(found, categories=parts, other=shown(found.other), other_title=last))
    plain = [replace(each, title=NO_TITLE) for each in found.classes]
    *usual, other = titles_of(replace(style, symbols=replace(found, classes=tuple(plain), no_value_title=NO_TITLE)))
    classes = tuple(
        replace(each, symbol=shown(each.symbol), title=own(each.title, title))
        for each, title in zip(found.classes, usual, strict=True)
    )
    last = own(found.no_value_title, other) if shown(found.no_value) else NO_TITLE
    return replace(style, symbols=replace(found, classes=classes, no_value=shown(found.no_value), no_value_title=last))
