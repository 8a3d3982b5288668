"""Decks: the Scenes that a presenter walks a meeting through, in order, each with its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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
"""The names that may stand in braces in a slide's words: figures of its Scene, counted each time it is shown."""


NO_WORDS = Text("", "")


@dataclass(frozen=True, slots=True)
class Slide:
    """One Scene of a deck with its words, which may hold `{figure}`; see `FIGURES`."""

    title: Text
    text: Text = NO_WORDS
    """A few lines, separated by line feeds."""
    notes: Text = NO_WORDS
    """What the presenter says; shown only on demand."""
    scene: Scene = Scene()  # noqa: RUF009 - a frozen value
    """Its language stays at the default, because whoever presents chooses it."""
    before: date | None = None
    """An earlier day to compare the Scene's with; None for a slide about one day."""


@dataclass(frozen=True, slots=True)
class Deck:
    """Slides in order."""

    id: str
    title: Text
    slides: tuple[Slide, ...]
