"""The decks of a browser session: the chosen slide, what is typed, and saving it at once.

The session's `DeckState` calls the decks as the page last showed them `seen`. A change is made to those, and saved only
if the plan still holds the same ones. What was typed and could not be saved is `pending`: it stays in the fields, and
nothing else can be chosen or changed until it is saved or discarded. If the slide itself has been changed by somebody
else there is a `conflict`, which only the user can settle.

Streamlit forgets a field that a run does not draw, so what is in the fields is kept apart from them as `typed`. Each
filling of the fields is a `form` of its own, with keys of its own: a browser that does not know yet of the new filling
sends what stood in the old fields, and that must not be taken for typed into the new ones.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from app import context
from app.identity import signed_in
from app.present.deck_state import DeckState, Loaded, deck_state
from app.present.decks import for_briefing, next_id, with_deck
from app.session import state
from app.waiting import told
from geo.errors import PlanMapError
from layers.plan.deck import Deck, Slide
from layers.plan.fault import Fault
from layers.plan.plan import Plan
from layers.plan.rows import slide_row
from layers.store.check import check_slide

FIELDS = ("title_zh", "title_en", "text_zh", "text_en", "notes_zh", "notes_en", "scene", "before")

RETRY_S = 5.0
"""Seconds between two tries to save what could not be written."""

UNDOS = 30
"""Number of changes that can be undone, one after the other."""

CLOSED = 8
"""Number of forms whose end is remembered."""


def show(decks: Sequence[Deck]) -> tuple[Deck | None, int]:
    """Take over `decks` as what the page shows now, and return the chosen deck and the index of its chosen slide.

    The fields are filled again unless they hold something that is not saved yet.
    """
    mine = deck_state()
    mine.seen = tuple(decks)
    remember()
    deck = chosen()
    if deck is None:
        return None, 0
    loaded = mine.loaded
    index = mine.slide
    if loaded and loaded.deck_id == deck.id and loaded.index == index and loaded.slide in deck.slides:
        # Somebody else may have moved the slide. Take the nearest, because there may be several like it.
        places = [place for place, slide in enumerate(deck.slides) if slide == loaded.slide]
        index = min(places, key=lambda place: abs(place - index))
    index = max(0, min(index, len(deck.slides) - 1))
    if not mine.pending:
        mine.deck_id = deck.id
        mine.slide = index
        fill(deck, index)
    values = state()
    for field in FIELDS:
        if key(field) not in values:
            values[key(field)] = mine.typed.get(field, "")
    return deck, index


def chosen() -> Deck | None:
    """Return the chosen one of the decks seen, else the first; None if there are none."""
    mine = deck_state()
    return next((deck for deck in mine.seen if deck.id == mine.deck_id), next(iter(mine.seen), None))


def key(field: str) -> str:
    """Return the key of a field, one of `FIELDS`, in the form that is shown."""
    return f"slide-{field}--{deck_state().form}"


def fill(deck: Deck, index: int) -> None:
    """Fill the fields from a slide, unless they were filled from the same one."""
    mine = deck_state()
    now = Loaded(deck.id, index, deck.slides[index]) if deck.slides else None
    old = mine.loaded
    if now and old and (now.deck_id, now.slide) == (old.deck_id, old.slide):
        # At most its place is another; somebody may be typing into it.
        mine.loaded = now
    else:
        open_form(now, full_row(now.slide) if now else {})


def open_form(loaded: Loaded | None, words: Mapping[str, str]) -> None:
    """Fill the fields anew with `words`, typed over the slide of `loaded`."""
    mine = deck_state()
    if mine.form:
        closed = {**mine.closed, mine.form: mine.stored}
        mine.closed = dict(list(closed.items())[-CLOSED:])
    mine.form = uuid4().hex[:12]
    mine.loaded = loaded
    mine.typed = dict(words)
    mine.raw = {}
    mine.stored = full_row(loaded.slide) if loaded else None


def full_row(slide: Slide) -> dict[str, str]:
    """Return the row of a slide with all `FIELDS`, also the empty ones."""
    row = slide_row(slide)
    return {field: row.get(field, "") for field in FIELDS}


def keep() -> None:
    """Save the content of the fields; a callback without a result, see `flush`."""
    flush()


def remember() -> None:
    """Keep what is in the fields apart from them, because Streamlit forgets fields that are not drawn."""
    mine, values = deck_state(), state()
    found = {field: str(values[key(field)] or "") for field in FIELDS if key(field) in values}
    mine.typed = {**mine.typed, **found}


def _plain(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row as it is saved: without blanks at the ends, and without empty fields except `title_zh`."""
    plain = {field: text.replace("\r\n", "\n").replace("\r", "\n").strip() for field, text in row.items()}
    return {field: text for field, text in plain.items() if text or field == "title_zh"}


def flush(*, anyway: bool = False) -> bool:
    """Save the content of the fields, and return whether nothing is left unsaved.

    What cannot be saved stays in the fields and is `pending`. What somebody else has made of the slide meanwhile is
    overwritten only if that is to be done `anyway`.
    """
    mine = deck_state()
    remember()
    loaded = mine.loaded
    if loaded is None or not mine.typed:
        return True
    row = _plain(mine.typed)
    if row == _plain(slide_row(loaded.slide)):
        _settle(mine)
        return True
    if mine.conflict and not anyway:
        return False
    try:
        _, plan = context.current().plan()
    except PlanMapError as error:
        return _put_off(mine, error, unread=True)
    slide, faults = read_slide(plan, row)
    mine.faults = tuple(faults)
    if slide is None:
        # What was wrong with saving counts no more: this is to be mended first.
        mine.pending = True
        mine.error = None
        return False
    deck = next((deck for deck in mine.seen if deck.id == loaded.deck_id), None)
    if not anyway and (deck is None or loaded.slide not in deck.slides):
        return _put_off(mine, PlanMapError("decks-changed", plan=""))
    if deck is None:
        # Somebody else has deleted the deck: what was typed goes to the end of another deck, or into a new one.
        deck = chosen() or Deck(loaded.deck_id, slide.title, ())
    index = _place(deck, loaded)
    slides = (*deck.slides[:index], slide, *deck.slides[index + 1 :])
    if not save(with_deck(mine.seen, replace(deck, slides=slides))):
        return _put_off(mine, mine.error or PlanMapError("decks-changed", plan=""))
    _settle(mine)
    mine.deck_id = deck.id
    mine.slide = index
    mine.loaded = Loaded(deck.id, index, slide)
    mine.stored = full_row(slide)
    mine.raw, mine.typed = mine.typed, full_row(slide)
    # Show what was saved: an address without its host, texts without spaces at their ends. Fields that already show it
    # are not touched: setting one puts its value on the screen, and somebody may be typing into the next one.
    values = state()
    for field, text in full_row(slide).items():
        if key(field) in values and str(values[key(field)] or "") != text:
            values[key(field)] = text
    return True


def _put_off(mine: DeckState, error: PlanMapError, *, unread: bool = False) -> bool:
    """Leave what is typed unsaved because of `error`; `unread` if the plan could not even be read."""
    mine.pending = True
    mine.error = error
    mine.saved = False
    mine.unread = unread
    mine.tried = time.monotonic()
    mine.conflict = error.code == "decks-changed"
    return False


def _settle(mine: DeckState) -> None:
    if mine.conflict:
        # Of what somebody else has made of the slide, the fields know nothing yet.
        mine.loaded = None
    mine.pending = False
    mine.conflict = False
    mine.faults = ()
    mine.error = None


def is_waiting() -> bool:
    """Whether something typed is not saved only because the plan cannot be reached, so that another try may help."""
    mine = deck_state()
    return mine.pending and not mine.conflict and mine.error is not None


def try_again() -> bool:
    """Save what is waiting, if the last try is some time ago, and return whether that succeeded."""
    return is_waiting() and time.monotonic() - deck_state().tried >= RETRY_S and flush()


def catch_up(*, over: bool) -> bool:
    """Save what could not be saved while the plan could not be read, and return whether something was saved.

    `over` says that an outage has just come to its end.
    """
    mine = deck_state()
    if is_waiting() and mine.unread:
        return flush()
    if over and not mine.pending:
        mine.error = None
    return False


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
    mine = deck_state()
    mine.error = None
    mine.conflict = False
    flush(anyway=True)


def give_up() -> None:
    """Discard what was typed; the fields show again what is saved."""
    mine = deck_state()
    mine.pending = False
    mine.conflict = False
    mine.faults = ()
    mine.error = None
    mine.loaded = None
    mine.stored = None


def save(decks: tuple[Deck, ...], *, taking_back: bool = False) -> bool:
    """Save `decks` in place of those seen, and return whether that succeeded; `taking_back` leaves no undo step."""
    mine = deck_state()
    known = mine.seen
    if decks == known:
        return True
    try:
        person = signed_in()
        again = told(lambda: context.current().save_decks(decks, known=known, person=person))
    except PlanMapError as error:
        mine.error = error
        mine.saved = False
        return False
    if not taking_back:
        mine.undo = [*mine.undo, (known, again, mine.slide)][-UNDOS:]
    mine.seen = again
    mine.error = None
    mine.saved = True
    return True


def add_deck(deck: Deck) -> None:
    """Save a copy of `deck` under a new id, and choose it."""
    mine = deck_state()
    if not flush():
        return
    own = replace(deck, id=next_id(mine.seen))
    if save(with_deck(mine.seen, own)):
        mine.deck_id = own.id
        mine.slide = 0
        mine.loaded = None


def can_undo() -> bool:
    """Whether there is a change to undo, and nobody else has changed the decks since."""
    mine = deck_state()
    return bool(mine.undo) and mine.undo[-1][1] == mine.seen


def undo() -> None:
    """Undo the last change."""
    mine = deck_state()
    if not flush() or not can_undo():
        return
    before, _, index = mine.undo[-1]
    if save(before, taking_back=True):
        mine.undo = mine.undo[:-1]
        mine.slide = index
        mine.loaded = None
