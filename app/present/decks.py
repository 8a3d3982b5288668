"""Changes to decks as functions from values to values, and the Scene of the browse page as a slide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import count
from typing import TypeVar

from geo.errors import PlanMapError
from layers.plan.deck import Deck, Slide
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present.view import view
from layers.selection.address import fitted
from layers.selection.wording import titles
from layers.translation import LANGUAGES, translation

LONGEST_TITLE = 200
"""Length in characters to which a title made of names is cut; a plan allows more, but nobody reads that on a screen."""

_Item = TypeVar("_Item")


def words(key: str) -> Text:
    """Return a text of the interface in both languages."""
    return Text(*(translation(language)(key) for language in LANGUAGES))


def empty_deck() -> Deck:
    """Return a deck without slides, which gets an id when it is added."""
    return Deck("", words("deck.new-deck"), ())


def next_id(decks: Sequence[Deck]) -> str:
    """Return an unused id for a deck, such as `deck-2`, which needs no escaping in an address."""
    taken = {deck.id for deck in decks}
    return next(name for number in count(len(decks) + 1) if (name := f"deck-{number}") not in taken)


def with_deck(decks: Sequence[Deck], deck: Deck) -> tuple[Deck, ...]:
    """Return `decks` with `deck` in place of the one with the same id, or at the end."""
    if any(other.id == deck.id for other in decks):
        return tuple(deck if other.id == deck.id else other for other in decks)
    return (*decks, deck)


def with_slide(decks: Sequence[Deck], deck: Deck, slide: Slide) -> tuple[tuple[Deck, ...], Deck]:
    """Return `decks` with `slide` at the end of `deck`, and that deck."""
    longer = replace(deck, slides=(*deck.slides, slide))
    return with_deck(decks, longer), longer


def without_deck(decks: Sequence[Deck], deck_id: str) -> tuple[Deck, ...]:
    """Return `decks` without the one with `deck_id`."""
    return tuple(deck for deck in decks if deck.id != deck_id)


def moved(items: Sequence[_Item], at: int, to: int) -> tuple[_Item, ...]:
    """Return `items` with the one at index `at` moved to index `to`."""
    others = [*items[:at], *items[at + 1 :]]
    return (*others[:to], items[at], *others[to:])


def for_briefing(scene: Scene) -> Scene:
    """Return `scene` as a deck keeps it: in no language, which the presenter chooses.

    An online basemap stays in it, so that the page and the commands can say that it is not taken along.
    """
    return replace(scene, language=Scene().language)


def slide_of(plan: Plan, query: str, today: date) -> Slide:
    """Return a slide with the Scene in `query`, an address of the browse page, titled after what it shows."""
    scene = for_briefing(fitted(plan, Scene.from_query(query), today))
    return Slide(Text(*(_name(plan, scene, language) for language in LANGUAGES)), scene=scene)


def _name(plan: Plan, scene: Scene, language: str) -> str:
    title, line = titles(plan, replace(scene, language=language), translation(language))
    if title == plan.info.title.get(language):
        # A sheet has the plan's name as its title and the filters below it; here every slide would be named alike.
        own = _asked(plan, scene, language) or (translation(language)("deck.own-view") if scene.view else title)
        title = line.removeprefix(f"{plan.info.subtitle.get(language)} · ") if scene.filtered else own
    return plain_title(title) or translation(language)("deck.new-slide")


def plain_title(text: str) -> str:
    """Return `text` as a title of one line with other braces, so that `{name}` in it is not taken for a figure."""
    visible = "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in text)
    return re.sub(r"\{(\w+)\}", r"｛\1｝", " ".join(visible.split()))[:LONGEST_TITLE].strip()


def shown_titles(plan: Plan, deck: Deck, language: str, today: date) -> list[str]:
    """Return the titles of the slides with their figures filled in."""
    return [_shown_title(plan, slide.title, slide.scene.to_query(), language, today) for slide in deck.slides]


@lru_cache(maxsize=1000)
def _shown_title(plan: Plan, title: Text, query: str, language: str, today: date) -> str:
    raw = title.get(language)
    if "{" not in raw:
        return raw
    try:
        return view(plan, Slide(title, scene=Scene.from_query(query)), 1, language=language, today=today).title
    except PlanMapError:
        return raw


def _asked(plan: Plan, scene: Scene, language: str) -> str:
    """Return what is asked of the first own layer that is shown in part; empty if none is.

    Without numbers, which would stay in the title when they are others.
    """
    if not scene.questions:
        return ""
    from layers.own.question_words import asked_layers, question_words

    text = translation(language)
    for layer, question in asked_layers(plan, scene):
        return text("own.legend", name=layer.name, title=question_words(plan, question, text))
    return ""
