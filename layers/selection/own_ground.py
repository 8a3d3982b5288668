"""The word on online basemaps: what is printed or taken along has PlanMap's own ground, whatever the Scene asks for.

Their pictures are not ours to print, come in tiles for a screen, and need a network.
"""

from __future__ import annotations

from layers.plan.deck import Deck
from layers.plan.scene import BASEMAPS, Scene
from layers.selection.wording import listed_words
from layers.translation import Translation

MOST_SLIDES = 8
"""Most numbers of slides that one line gives; of more it counts the rest."""


def is_online(scene: Scene) -> bool:
    """Whether the Scene's basemap consists of pictures of the web."""
    return scene.basemap in BASEMAPS[1:]


def sheet_ground(scene: Scene, text: Translation) -> list[str]:
    """Return the line that a sheet of `scene` needs if its basemap is online; none otherwise."""
    return [text("ground.sheet", basemap=text(f"basemap.{scene.basemap}"))] if is_online(scene) else []


def slide_ground(scene: Scene, text: Translation) -> list[str]:
    """Return the line that a slide of `scene` needs if its basemap is online; none otherwise."""
    return [text("ground.slide", basemap=text(f"basemap.{scene.basemap}"))] if is_online(scene) else []


def deck_ground(deck: Deck, text: Translation) -> list[str]:
    """Return the line that a deck needs if Scenes of it have online basemaps, with the numbers of their slides."""
    online = [(number, slide.scene) for number, slide in enumerate(deck.slides, start=1) if is_online(slide.scene)]
    if not online:
        return []
    names = text("sheet.comma").join(dict.fromkeys(text(f"basemap.{scene.basemap}") for _, scene in online))
    numbers = listed_words([str(number) for number, _ in online], MOST_SLIDES, text)
    return [text("ground.deck", slides=numbers, basemap=names)]
