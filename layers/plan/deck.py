"""Decks: the Scenes that somebody walks a meeting through, in order, with what is said to each."""

from __future__ import annotations

from dataclasses import dataclass

from layers.plan.scene import Scene
from layers.plan.terms import Text

FIGURES = (
    "tasks",
    "sites",
    "planned",
    "seeking",
    "in_progress",
    "done",
    "delayed",
    "stopped",
    "with_evidence",
    "without_evidence",
    "backed",
    "date",
)
"""What `{name}` in the words of a slide can stand for: figures of its Scene, counted whenever it is shown."""


NO_WORDS = Text("", "")


@dataclass(frozen=True, slots=True)
class Slide:
    """One Scene of a deck with the words to it. Words may hold `{figure}`, see `FIGURES`."""

    title: Text
    text: Text = NO_WORDS
    """A few lines, separated by line feeds."""
    notes: Text = NO_WORDS
    """What the presenter says; shown only on demand."""
    scene: Scene = Scene()  # noqa: RUF009 - a frozen value
    """Its language is that of whoever presents, so it is left at the default."""


@dataclass(frozen=True, slots=True)
class Deck:
    """Slides in order."""

    id: str
    title: Text
    slides: tuple[Slide, ...]
