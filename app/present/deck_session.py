"""The decks of a browser session: which slide is chosen, what is typed, and saving it at once.

Decks as the page last showed them are `seen`; a change is made to those and saved only where the plan still
holds them. What was typed and could not be saved is `pending`: it stays in the fields, and nothing else is
chosen or changed until it is saved or given up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app import context
from app.present.decks import for_briefing, next_id, with_deck
from app.session import state
from geo.errors import PlanMapError
from layers.plan.deck import Deck, Slide
from layers.plan.fault import Fault
from layers.plan.plan import Plan
from layers.plan.rows import slide_row
from layers.store.check import check_slide

FIELDS = ("title_zh", "title_en", "text_zh", "text_en", "notes_zh", "notes_en", "scene")

UNDOS = 30
"""Changes that can be taken back, one after the other."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The slide that the fields were filled from."""

    deck_id: str
    index: int
    slide: Slide


def start(deck_id: str, number: str) -> None:
    """Fill the session, once. `number` is that of the slide in the address."""
    state().setdefault("deck_id", deck_id)
    # A number of thousands of digits is none.
    state().setdefault(
        "deck_slide", int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 4 else 0
    )
    for key, value in (
        ("seen", ()),
        ("loaded", None),
        ("typed", {}),
        ("pending", False),
        ("faults", ()),
        ("error", None),
    ):
        state().setdefault(f"deck_{key}", value)
    state().setdefault("deck_undo", [])
    state().setdefault("deck_saved", False)


def show(decks: Sequence[Deck]) -> tuple[Deck | None, int]:
    """Take `decks` over as what the page shows now, and return the chosen deck with the index of its slide.

    The fields are filled anew unless they hold what is not saved yet.
    """
    values = state()
    values["deck_seen"] = tuple(decks)
    deck = chosen()
    if deck is None:
        return None, 0
    values["deck_id"] = deck.id
    loaded: Loaded | None = values["deck_loaded"]
    index = values["deck_slide"]
    if loaded and loaded.deck_id == deck.id and loaded.index == index and loaded.slide in deck.slides:
        # Somebody else may have moved it; the nearest, for there may be two that are alike.
        places = [place for place, slide in enumerate(deck.slides) if slide == loaded.slide]
        index = min(places, key=lambda place: abs(place - index))
    index = max(0, min(index, len(deck.slides) - 1))
    if not values["deck_pending"]:
        values["deck_slide"] = index
        fill(deck, index)
    return deck, index


def chosen() -> Deck | None:
    """Return the chosen deck among those seen, else the first."""
    decks: tuple[Deck, ...] = state()["deck_seen"]
    return next((deck for deck in decks if deck.id == state()["deck_id"]), next(iter(decks), None))


def fill(deck: Deck, index: int) -> None:
    """Put a slide into the fields, if it is not what they were filled from."""
    values = state()
    now = Loaded(deck.id, index, deck.slides[index]) if deck.slides else None
    if now is not None and (now != values["deck_loaded"] or "slide-title_zh" not in values):
        row = slide_row(now.slide)
        values.update({f"slide-{field}": row.get(field, "") for field in FIELDS})
        values["deck_typed"] = {}
    values["deck_loaded"] = now


def keep() -> None:
    """Save what the fields say, where that can be saved; what cannot stays in them."""
    flush()


def typed() -> dict[str, str]:
    """Return what the fields say, without those that are empty."""
    return _plain({field: str(state().get(f"slide-{field}") or "") for field in FIELDS})


def _plain(row: Mapping[str, str]) -> dict[str, str]:
    plain = {field: text.replace("\r\n", "\n").replace("\r", "\n").strip() for field, text in row.items()}
    return {field: text for field, text in plain.items() if text or field == "title_zh"}


def flush() -> bool:
    """Save what the fields say, and return whether nothing is left unsaved."""
    values = state()
    loaded: Loaded | None = values["deck_loaded"]
    if "slide-title_zh" in values:
        # Kept, for a page without a form forgets what is in its fields, and a deck may be deleted by somebody else.
        values["deck_typed"] = typed()
    if loaded is None or not values["deck_typed"]:
        return True
    row = values["deck_typed"]
    if row == _plain(slide_row(loaded.slide)):
        values.update(deck_pending=False, deck_faults=())
        return True
    _, plan = context.current().plan()
    slide, faults = read_slide(plan, row)
    if slide is None:
        values.update(deck_pending=True, deck_faults=tuple(faults))
        return False
    values["deck_faults"] = ()
    deck = next((deck for deck in values["deck_seen"] if deck.id == loaded.deck_id), None)
    if deck is None:
        # The deck has been deleted by somebody else; what was typed goes to the end of another, or into a new one.
        deck = chosen() or Deck(loaded.deck_id, slide.title, ())
    index = _place(deck, loaded)
    slides = (*deck.slides[:index], slide, *deck.slides[index + 1 :])
    if not save(with_deck(values["deck_seen"], replace(deck, slides=slides))):
        values["deck_pending"] = True
        return False
    values.update(deck_pending=False, deck_id=deck.id, deck_slide=index, deck_loaded=Loaded(deck.id, index, slide))
    # As it is saved: an address without its host, lines without blanks around them.
    values.update({f"slide-{field}": slide_row(slide).get(field, "") for field in FIELDS})
    return True


def _place(deck: Deck, loaded: Loaded) -> int:
    """Return where the slide stands now, the end of the deck if it is gone."""
    if loaded.index < len(deck.slides) and (deck.id == loaded.deck_id) and deck.slides[loaded.index] == loaded.slide:
        return loaded.index
    if loaded.slide in deck.slides:
        return deck.slides.index(loaded.slide)
    # Changed by somebody else: the fields win where it stood, for so the user has decided.
    return loaded.index if deck.id == loaded.deck_id and loaded.index < len(deck.slides) else len(deck.slides)


def read_slide(plan: Plan, row: Mapping[str, Any]) -> tuple[Slide | None, list[Fault]]:
    """Return the slide that `row` describes, or None and what is wrong with it."""
    slide, faults = check_slide(plan, row)
    return slide and replace(slide, scene=for_briefing(slide.scene)), faults


def keep_mine() -> None:
    """Save what was typed over what somebody else has saved meanwhile."""
    state()["deck_error"] = None
    flush()


def give_up() -> None:
    """Let what was typed go; the fields show again what is saved."""
    state().update(deck_pending=False, deck_faults=(), deck_error=None, deck_loaded=None)


def save(decks: tuple[Deck, ...], *, taking_back: bool = False) -> bool:
    """Save `decks` in the place of those seen, and return whether that went well."""
    values = state()
    known: tuple[Deck, ...] = values["deck_seen"]
    if decks == known:
        return True
    try:
        again = context.current().save_decks(decks, known=known)
    except PlanMapError as error:
        values.update(deck_error=error, deck_saved=False)
        return False
    if not taking_back:
        values["deck_undo"] = [*values["deck_undo"], (known, again, values["deck_slide"])][-UNDOS:]
    values.update(deck_seen=again, deck_error=None, deck_saved=True)
    return True


def add_deck(deck: Deck) -> None:
    """Save a copy of `deck` under an id of its own, and choose it."""
    values = state()
    if not flush():
        return
    own = replace(deck, id=next_id(values["deck_seen"]))
    if save(with_deck(values["deck_seen"], own)):
        values.update(deck_id=own.id, deck_slide=0, deck_loaded=None)


def can_undo() -> bool:
    """Whether the last change is still the last: nobody else has changed the decks since."""
    undo = state()["deck_undo"]
    return bool(undo) and undo[-1][1] == state()["deck_seen"]


def undo() -> None:
    """Take the last change back."""
    values = state()
    if not flush() or not can_undo():
        return
    before, _, index = values["deck_undo"][-1]
    if save(before, taking_back=True):
        values.update(deck_undo=values["deck_undo"][:-1], deck_slide=index, deck_loaded=None)
