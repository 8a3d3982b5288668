"""What a browser session has of its decks, as one object in the session's state."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from app.session import state
from geo.errors import PlanMapError
from layers.plan.deck import Deck, Slide
from layers.plan.fault import Fault


@dataclass(frozen=True, slots=True)
class Loaded:
    """The slide that the fields were filled from."""

    deck_id: str
    index: int
    slide: Slide


@dataclass(slots=True)
class DeckState:
    """What a session has of its decks.

    One object, because Streamlit may break a run off wherever that asks for the session's state. Between saving and
    noting what was saved it must not: the session would take its own change for one of somebody else.
    """

    deck_id: str
    slide: int
    """Index of the chosen slide."""
    seen: tuple[Deck, ...] = ()
    loaded: Loaded | None = None
    form: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    stored: dict[str, str] | None = None
    """What of the form is stored; None if nothing typed into it is to be kept."""
    raw: dict[str, str] = field(default_factory=dict)
    """What was typed into the form when it was last stored, which may be stored in another way."""
    closed: dict[str, dict[str, str] | None] = field(default_factory=dict)
    """`stored` of the last forms."""
    pending: bool = False
    conflict: bool = False
    faults: tuple[Fault, ...] = ()
    error: PlanMapError | None = None
    unread: bool = False
    """Whether what is pending is so because the plan could not be read."""
    tried: float = 0.0
    """When saving was last tried in vain."""
    saved: bool = False
    undo: list[tuple[tuple[Deck, ...], tuple[Deck, ...], int]] = field(default_factory=list)
    """The decks before and after each change, and the index of the slide."""
    session: str = field(default_factory=lambda: uuid4().hex)
    """Tells the list of slides which session numbers its requests."""
    done: int = 0
    """Number of the list's last request that was answered; `refused` of the last one that was not granted."""
    refused: int = 0
    taken: str = ""
    """The form of which the browser has last handed back what was typed."""
    source: str = ""
    """Address of the preview."""


def start(deck_id: str, number: str) -> None:
    """Fill the session, once, from the deck's id and the slide's number in the address."""
    if "decks" not in state():
        # Python refuses to read a number with thousands of digits.
        fine = number.isascii() and number.isdigit() and len(number) < 4
        state()["decks"] = DeckState(deck_id, int(number) - 1 if fine else 0)


def deck_state() -> DeckState:
    """Return what the session has of its decks."""
    found: DeckState = state()["decks"]
    return found
