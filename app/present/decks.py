"""Changes to decks as values: new, moved, copied, and the Scene of the browse page as a slide."""

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
from layers.plan.scene import BASEMAPS, Scene
from layers.plan.terms import Text
from layers.present.view import view
from layers.selection.address import fitted
from layers.selection.wording import titles
from layers.translation import LANGUAGES, translation

LONGEST_TITLE = 200
"""Characters of a title that is made of names; a plan takes more, but nobody reads them on a screen."""

_Item = TypeVar("_Item")


def words(key: str) -> Text:
    """Return a text of the interface in both languages."""
    return Text(*(translation(language)(key) for language in LANGUAGES))


def empty_deck() -> Deck:
    """Return a deck without slides, which gets an id when it is added."""
    return Deck("", words("deck.new-deck"), ())


def next_id(decks: Sequence[Deck]) -> str:
    """Return an id for one more deck. Nothing that somebody has typed is in it, so it stands in any address."""
    taken = {deck.id for deck in decks}
    return next(name for number in count(len(decks) + 1) if (name := f"deck-{number}") not in taken)


def with_deck(decks: Sequence[Deck], deck: Deck) -> tuple[Deck, ...]:
    """Return `decks` with `deck` in the place of the one with its id, or at the end."""
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
    """Return `items` with the one at `at` taken out and put in so that it stands at `to`."""
    others = [*items[:at], *items[at + 1 :]]
    return (*others[:to], items[at], *others[to:])


def for_briefing(scene: Scene) -> Scene:
    """Return `scene` as a deck keeps it: a briefing has no network, and its language is whoever presents."""
    return replace(scene, language=Scene().language, basemap=BASEMAPS[0])


def slide_of(plan: Plan, query: str, today: date) -> Slide:
    """Return a slide of the Scene in the address of the browse page, named after what it shows."""
    scene = for_briefing(fitted(plan, Scene.from_query(query), today))
    return Slide(Text(*(_name(plan, scene, language) for language in LANGUAGES)), scene=scene)


def _name(plan: Plan, scene: Scene, language: str) -> str:
    title, line = titles(plan, replace(scene, language=language), translation(language))
    if title == plan.info.title.get(language):
        # On a sheet the filters stand under the name of the plan, which would be the name of every slide.
        own = translation(language)("deck.own-view") if scene.view else title
        title = line.removeprefix(f"{plan.info.subtitle.get(language)} · ") if scene.filtered else own
    return plain_title(title) or translation(language)("deck.new-slide")


def plain_title(text: str) -> str:
    """Return `text` as a title in which nothing stands for a figure, for a name may hold braces too."""
    visible = "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in text)
    return re.sub(r"\{(\w+)\}", r"｛\1｝", " ".join(visible.split()))[:LONGEST_TITLE].strip()


def shown_titles(plan: Plan, deck: Deck, language: str, today: date) -> list[str]:
    """Return the titles of the slides with their figures put in."""
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
