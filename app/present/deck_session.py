"""The decks of a browser session: the chosen slide, what is typed, and saving it at once.

The session's state calls the decks as the page last showed them `seen`. A change is made to those, and saved only if
the plan still holds the same ones. What was typed and could not be saved is `pending`: it stays in the fields, and
nothing else can be chosen or changed until it is saved or discarded.
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
"""Number of changes that can be undone, one after the other."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The slide that the fields were filled from."""

    deck_id: str
    index: int
    slide: Slide


def start(deck_id: str, number: str) -> None:
    """Fill the session, once, from the deck's id and the slide's number in the address."""
    state().setdefault("deck_id", deck_id)
    # Python refuses to read a number with thousands of digits.
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
    """Take over `decks` as what the page shows now, and return the chosen deck and the index of its chosen slide.

    The fields are filled again unless they hold something that is not saved yet.
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
        # Somebody else may have moved the slide. Take the nearest, because there may be several like it.
        places = [place for place, slide in enumerate(deck.slides) if slide == loaded.slide]
        index = min(places, key=lambda place: abs(place - index))
    index = max(0, min(index, len(deck.slides) - 1))
    if not values["deck_pending"]:
        values["deck_slide"] = index
        fill(deck, index)
    return deck, index


def chosen() -> Deck | None:
    """Return the chosen one of the decks seen, else the first; None if there are none."""
    decks: tuple[Deck, ...] = state()["deck_seen"]
    return next((deck for deck in decks if deck.id == state()["deck_id"]), next(iter(decks), None))


def fill(deck: Deck, index: int) -> None:
    """Fill the fields from a slide, unless they were filled from the same one."""
    values = state()
    now = Loaded(deck.id, index, deck.slides[index]) if deck.slides else None
    if now is not None and (now != values["deck_loaded"] or "slide-title_zh" not in values):
        row = slide_row(now.slide)
        values.update({f"slide-{field}": row.get(field, "") for field in FIELDS})
        values["deck_typed"] = {}
    values["deck_loaded"] = now


def keep() -> None:
    """Save the content of the fields; a callback without a result, see `flush`."""
    flush()


def typed() -> dict[str, str]:
    """Return the content of the fields as a row, without empty ones except `title_zh`."""
    return _plain({field: str(state().get(f"slide-{field}") or "") for field in FIELDS})


def _plain(row: Mapping[str, str]) -> dict[str, str]:
    plain = {field: text.replace("\r\n", "\n").replace("\r", "\n").strip() for field, text in row.items()}
    return {field: text for field, text in plain.items() if text or field == "title_zh"}


def flush() -> bool:
    """Save the content of the fields, and return whether nothing is left unsaved.

    What cannot be saved stays in the fields and is `pending`.
    """
    values = state()
    loaded: Loaded | None = values["deck_loaded"]
    if "slide-title_zh" in values:
        # Kept apart from the fields: if somebody else deletes the deck, the page has no form, and Streamlit
        # forgets what was in its fields.
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
        # Somebody else has deleted the deck: what was typed goes to the end of another deck, or into a new one.
        deck = chosen() or Deck(loaded.deck_id, slide.title, ())
    index = _place(deck, loaded)
    slides = (*deck.slides[:index], slide, *deck.slides[index + 1 :])
    if not save(with_deck(values["deck_seen"], replace(deck, slides=slides))):
        values["deck_pending"] = True
        return False
    values.update(deck_pending=False, deck_id=deck.id, deck_slide=index, deck_loaded=Loaded(deck.id, index, slide))
    # Show what was saved: an address without its host, texts without spaces at their ends. Fields that already show it
    # are not touched: setting one puts its value on the screen, and somebody may be typing into the next one.
    saved = slide_row(slide)
    for field in FIELDS:
        if str(values.get(f"slide-{field}") or "") != saved.get(field, ""):
            values[f"slide-{field}"] = saved.get(field, "")
    return True


def _place(deck: Deck, loaded: Loaded) -> int:
    """Return the index at which the slide now is, or the end of the deck if it is gone."""
    if loaded.index < len(deck.slides) and (deck.id == loaded.deck_id) and deck.slides[loaded.index] == loaded.slide:
        return loaded.index
    if loaded.slide in deck.slides:
        return deck.slides.index(loaded.slide)
    # Somebody else has changed it: overwrite the slide at the same index, as the user has decided.
    return loaded.index if deck.id == loaded.deck_id and loaded.index < len(deck.slides) else len(deck.slides)


def read_slide(plan: Plan, row: Mapping[str, Any]) -> tuple[Slide | None, list[Fault]]:
    """Return the slide that `row` describes and no fault, or None and every fault found."""
    slide, faults = check_slide(plan, row)
    return slide and replace(slide, scene=for_briefing(slide.scene)), faults


def keep_mine() -> None:
    """Save what was typed over what somebody else has saved in the meantime."""
    state()["deck_error"] = None
    flush()


def give_up() -> None:
    """Discard what was typed; the fields show again what is saved."""
    state().update(deck_pending=False, deck_faults=(), deck_error=None, deck_loaded=None)


def save(decks: tuple[Deck, ...], *, taking_back: bool = False) -> bool:
    """Save `decks` in place of those seen, and return whether that succeeded; `taking_back` leaves no undo step."""
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
    """Save a copy of `deck` under a new id, and choose it."""
    values = state()
    if not flush():
        return
    own = replace(deck, id=next_id(values["deck_seen"]))
    if save(with_deck(values["deck_seen"], own)):
        values.update(deck_id=own.id, deck_slide=0, deck_loaded=None)


def can_undo() -> bool:
    """Whether there is a change to undo, and nobody else has changed the decks since."""
    undo = state()["deck_undo"]
    return bool(undo) and undo[-1][1] == state()["deck_seen"]


def undo() -> None:
    """Undo the last change."""
    values = state()
    if not flush() or not can_undo():
        return
    before, _, index = values["deck_undo"][-1]
    if save(before, taking_back=True):
        values.update(deck_undo=values["deck_undo"][:-1], deck_slide=index, deck_loaded=None)
