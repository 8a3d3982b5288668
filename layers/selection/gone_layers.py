"""The word on own layers that a slide shows and that are no longer beside the plan."""

from __future__ import annotations

from layers.own.files import own_layers
from layers.plan.deck import Deck
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import OWN, Scene
from layers.selection.own_ground import MOST_SLIDES
from layers.selection.wording import listed_words
from layers.translation import Translation


def gone_layers(plan: Plan, scene: Scene) -> list[str]:
    """Return the ids, as in file names, of the own layers that a Scene shows and that the plan has not."""
    known = {layer.scene_id for layer in own_layers(plan)}
    shown = [name for name, is_on in scene.visible.items() if is_on and name.startswith(OWN) and name not in known]
    return [name.removeprefix(OWN) for name in shown]


def slide_layers(plan: Plan, scene: Scene, text: Translation) -> list[str]:
    """Return the line that a slide of `scene` needs if own layers of it are gone; none otherwise."""
    gone = gone_layers(plan, scene)
    return [text("own.gone-slide", names=_names(gone, text))] if gone else []


def deck_layers(plan: Plan, deck: Deck, text: Translation) -> list[str]:
    """Return the line that a deck needs if own layers of Scenes are gone, with the numbers of their slides."""
    found = [(number, gone_layers(plan, slide.scene)) for number, slide in enumerate(deck.slides, start=1)]
    numbers = [str(number) for number, gone in found if gone]
    if not numbers:
        return []
    names = dict.fromkeys(name for _, gone in found for name in gone)
    return [text("own.gone-deck", slides=listed_words(numbers, MOST_SLIDES, text), names=_names(list(names), text))]


def _names(gone: list[str], text: Translation) -> str:
    return listed_words([printable(name) for name in gone], MOST_SLIDES, text)
