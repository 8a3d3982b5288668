"""What a style by a field is made of, one by one: the symbol of each category or class, and its words in the legend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from layers.own.features_look import titles
from layers.own.layer_style import NO_TITLE, Categories, Graduated, LayerStyle
from layers.own.symbol_value import Symbol
from layers.plan.terms import Text


class Entry(NamedTuple):
    """A category, a class, or what is left over."""

    symbol: Symbol | None
    """None if its features are not drawn."""
    title: Text
    """Empty for its values or limits."""

    def called(self, usual: Text) -> Text:
        """Return what the legend calls it, which is `usual` if it has no words of its own."""
        return self.title if any(self.title) else usual


def entries_of(symbols: Categories | Graduated) -> list[Entry]:
    """Return the entries of a style in the order of `features_look.symbols_of`: what is left over is the last."""
    if isinstance(symbols, Categories):
        named = [Entry(each.symbol, each.title) for each in symbols.categories]
        return [*named, Entry(symbols.other, symbols.other_title)]
    classes = [Entry(each.symbol, each.title) for each in symbols.classes]
    return [*classes, Entry(symbols.no_value, symbols.no_value_title)]


def usual_titles(symbols: Categories | Graduated) -> list[Text]:
    """Return what the legend calls each entry that has no words of its own."""
    bare = dict.fromkeys(range(len(entries_of(symbols))), Entry(None, NO_TITLE))
    return titles(LayerStyle(with_entries(symbols, bare)))


def with_entries(symbols: Categories | Graduated, changed: Mapping[int, Entry]) -> Categories | Graduated:
    """Return a style with other entries in the places that `changed` has."""
    found = [changed.get(number, entry) for number, entry in enumerate(entries_of(symbols))]
    *named, rest = found
    if isinstance(symbols, Categories):
        categories = tuple(
            replace(each, symbol=entry.symbol, title=entry.title)
            for each, entry in zip(symbols.categories, named, strict=True)
        )
        return replace(symbols, categories=categories, other=rest.symbol, other_title=rest.title)
    classes = tuple(
        replace(each, symbol=entry.symbol, title=entry.title)
        for each, entry in zip(symbols.classes, named, strict=True)
    )
    return replace(symbols, classes=classes, no_value=rest.symbol, no_value_title=rest.title)


def title_with(title: Text, words: str, language: str) -> Text:
    """Return a title with other words in a language, and in the other one too unless that has words of its own."""
    words = " ".join(words.split())
    if not words:
        return NO_TITLE
    zh, en = title
    if zh == en or not (zh and en):
        return Text(words, words)
    return Text(zh, words) if language == "en" else Text(words, en)
