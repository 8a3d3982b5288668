"""Which deck is shown: the one asked for, the plan's first, or one made for a plan that has none."""

from __future__ import annotations

import difflib

from geo.errors import PlanMapError
from layers.plan.catalogue import Heading
from layers.plan.deck import Deck, Slide
from layers.plan.plan import Plan
from layers.plan.scene import Evidence, Scene
from layers.plan.terms import Kind, Text
from layers.present.view import LISTED
from layers.translation import LANGUAGES, translation


def chosen_deck(plan: Plan, name: str = "") -> Deck:
    """Return the deck whose id or title is `name`; without a name the plan's first that has slides, else `made_deck`.

    Raises
    ------
    PlanMapError
        The plan has no such deck, or it has no slides.
    """
    wanted = name.strip()
    if not wanted:
        deck = next((deck for deck in plan.decks if deck.slides), None) or made_deck(plan)
    else:
        titles = {title: deck for deck in reversed(plan.decks) for title in deck.title if title}
        # Ids go before titles, because the title of one deck may be the id of another.
        known = {**titles, **{deck.id: deck for deck in plan.decks}}
        if wanted not in known:
            near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.3) or list(known)[:5]
            raise PlanMapError("no-such-deck", name=name, near="、".join(near))
        deck = known[wanted]
    if not deck.slides:
        raise PlanMapError("deck-empty", name=deck.title.zh)
    return deck


def made_deck(plan: Plan) -> Deck:
    """Return a deck for a plan that has none: its targets, an overview, a slide for each theme with tasks, the gaps."""
    themes = {task.theme for task in plan.current_tasks.values()}
    slides = [
        *_target_slides(plan),
        Slide(_words("present.overview-title"), _words("present.overview-text")),
        *(_theme_slide(theme) for theme in plan.info.themes if theme.id in themes),
        Slide(_words("present.gaps-title"), scene=Scene(evidence=Evidence.WITHOUT)),
    ]
    return Deck("overview", plan.info.title, tuple(slides))


def _target_slides(plan: Plan) -> list[Slide]:
    """Return a slide of the targets, few enough to be listed with their results; none for a plan without targets."""
    with_target = [task for task in plan.current_tasks.values() if task.target is not None]
    if not with_target:
        return []
    first = Scene(sections=frozenset({with_target[0].section}))
    kind = sum(task.kind is Kind.TARGET for task in plan.current_tasks.values())
    shown = Scene(kinds=frozenset({Kind.TARGET})) if 0 < kind <= LISTED else first
    return [Slide(_words("present.targets-title"), scene=shown)]


def _theme_slide(theme: Heading) -> Slide:
    return Slide(theme.title, _words("present.theme-text"), scene=Scene(themes=frozenset({theme.id})))


def _words(key: str) -> Text:
    return Text(*(translation(language)(key) for language in LANGUAGES))
