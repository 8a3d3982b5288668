"""The categories or classes of a style as a list with samples, of which one at a time is opened and changed."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from app.data.style_controls import Form
from app.data.symbol_form import ask_symbol
from app.data.symbol_sample import sample_image
from app.session import state
from layers import escape
from layers.own.layer_style import LONGEST_TITLE, NO_TITLE, Categories, Graduated
from layers.own.ramps import PALETTE
from layers.own.recolouring import in_ramp_colour, replaced, same_classes, telling_colour
from layers.own.style_entry import Entry, entries_of, title_with, usual_titles, with_entries
from layers.own.suggestion import in_colour
from layers.own.symbol_value import Symbol
from layers.plan.fault import printable
from layers.plan.terms import Text

WORK = "style_entries"

NOTHING = Entry(None, NO_TITLE)


@dataclass(slots=True)
class _Work:
    """What somebody has changed of the entries of a style and not saved yet: controls that are closed keep nothing."""

    base: Categories | Graduated
    serial: int
    """Tells its controls from those of all others."""
    changed: dict[int, Entry] = field(default_factory=dict)
    hidden: dict[int, Symbol] = field(default_factory=dict)
    """The symbols that entries had before they were hidden."""
    opened: int | None = None
    turn: int = 0
    """Changes whenever controls have to begin anew."""
    begun: Entry = NOTHING
    """The opened entry as its controls began."""
    version: str = ""
    """Of the layer whose style is changed."""
    replaced: list[int] = field(default_factory=list)
    """Of which entries a colour that was chosen by hand has given way to that of a ramp."""

    def entry(self, number: int) -> Entry:
        return self.changed.get(number) or entries_of(self.base)[number]

    def open(self, number: int | None) -> None:
        self.opened = number
        self.turn += 1
        if number is not None:
            self.begun = self.entry(number)


def ask_entries(form: Form, symbols: Categories | Graduated) -> Categories | Graduated:
    """Draw the list and the controls of the entry that is opened, and return the symbols that they stand for."""
    work = _work_on(form, symbols)
    _take_words(form, work)
    usual = usual_titles(symbols)
    numbers = range(len(usual))
    with st.container(key="style-entries"):
        _show_replaced(form, work, usual)
        chosen = st.radio(
            form.text("own-style-page.entries"),
            numbers,
            work.opened,
            format_func=lambda number: _words(form, work.entry(number), usual[number]),
            key=form.key(f"entries-{work.serial}"),
        )
        if chosen != work.opened:
            work.open(chosen)
        if chosen is not None:
            _ask_entry(form, work, chosen, usual[chosen])
        rules = (_sample_rule(work.entry(number).symbol, form.layer.shape.value, number) for number in numbers)
        st.html(f"<style>{' '.join(rules)}</style>")
    changed = {number: entry for number, entry in work.changed.items() if entry != entries_of(symbols)[number]}
    return with_entries(symbols, changed) if changed else symbols


def _work_on(form: Form, symbols: Categories | Graduated) -> _Work:
    kept = state().get(WORK)
    if isinstance(kept, tuple) and kept[0] == form.layer.id:
        work: _Work = kept[1]
        if work.base == symbols:
            return work
        made = _Work(symbols, work.serial + 1, version=form.layer.version)
        is_saved = with_entries(work.base, work.changed) == symbols
        if not is_saved and work.version == form.layer.version and same_classes(work.base, symbols):
            _carry_over(work, made)
        # What was opened when somebody saved it, or chose another ramp, stays open.
        if work.opened is not None and (is_saved or made.changed):
            made.open(work.opened)
    else:
        made = _Work(symbols, 0, version=form.layer.version)
    state()[WORK] = form.layer.id, made
    return made


def _carry_over(work: _Work, made: _Work) -> None:
    """Take what was changed and not saved to the same classes in another ramp: all of it but the colours."""
    old, new = entries_of(work.base), entries_of(made.base)
    made.hidden = dict(work.hidden)
    made.replaced = list(work.replaced)
    for number, entry in work.changed.items():
        colour, fresh = telling_colour(entry.symbol), telling_colour(new[number].symbol)
        symbol = entry.symbol
        if symbol is not None and fresh and fresh != telling_colour(old[number].symbol):
            symbol = in_ramp_colour(symbol, fresh)
            if colour not in (fresh, telling_colour(old[number].symbol)):
                made.replaced.append(number)
        if entry != old[number]:
            made.changed[number] = entry._replace(symbol=symbol)


def _show_replaced(form: Form, work: _Work, usual: list[Text]) -> None:
    """Say of which entries a colour that somebody has chosen by hand has given way to that of a ramp."""
    numbers = {*work.replaced, *replaced(form.style.symbols, work.base)}
    # Not of one that has been given a colour by hand again.
    bases = entries_of(work.base)
    gone = [n for n in sorted(numbers) if telling_colour(work.entry(n).symbol) == telling_colour(bases[n].symbol)]
    if gone:
        names = form.text("data.list-comma").join(
            printable(each.called(usual[n]).get(form.text.language)) for n, each in ((n, work.entry(n)) for n in gone)
        )
        line = form.text("own-style-page.replaced", entries=names)
        st.html(f"<p class='pm-warn' role='status'>{escape.html(line)}</p>")


def _key(form: Form, work: _Work, name: str) -> str:
    return form.key(f"entry-{name}-{work.serial}-{work.turn}")


def _take_words(form: Form, work: _Work) -> None:
    """Take over what was typed and ticked before the list is drawn, which shows both."""
    number = work.opened
    if number is None:
        return
    entry = work.entry(number)
    words = state().get(_key(form, work, "words"))
    if words is not None and words != printable(work.begun.title.get(form.text.language)):
        entry = entry._replace(title=title_with(work.begun.title, words[:LONGEST_TITLE], form.text.language))
    elif words is not None:
        entry = entry._replace(title=work.begun.title)
    drawn = state().get(_key(form, work, "drawn"))
    if drawn is False and entry.symbol is not None:
        work.hidden[number] = entry.symbol
        entry = entry._replace(symbol=None)
    elif drawn and entry.symbol is None:
        entry = entry._replace(symbol=work.hidden.get(number) or _fresh(form, number))
    if entry.symbol != work.entry(number).symbol:
        # The controls of the symbol were gone, or have nothing to show.
        work.changed[number] = entry
        work.open(number)
    elif entry != work.entry(number):
        work.changed[number] = entry


def _fresh(form: Form, number: int) -> Symbol:
    """Return a symbol for what has never been drawn."""
    return in_colour(form.layer.shape.value, PALETTE[number % len(PALETTE)])


def _ask_entry(form: Form, work: _Work, number: int, usual: Text) -> None:
    language, begun = form.text.language, work.begun
    with st.container(key="style-entry"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            st.text_input(
                form.text("own-style-page.words"),
                printable(begun.title.get(language)),
                max_chars=LONGEST_TITLE,
                placeholder=printable(usual.get(language)),
                key=_key(form, work, "words"),
            )
            st.checkbox(form.text("own-style-page.drawn"), begun.symbol is not None, key=_key(form, work, "drawn"))
        if begun.symbol is not None:
            symbol = ask_symbol(form, begun.symbol, f"entry-{work.serial}-{work.turn}-")
            work.changed[number] = work.entry(number)._replace(symbol=symbol)


def _words(form: Form, entry: Entry, usual: Text) -> str:
    """Return an entry in the list; Streamlit would take marks in it for markup."""
    words = escape.markdown(printable(entry.called(usual).get(form.text.language)))
    return words if entry.symbol is not None else form.text("own-style-page.not-drawn", words=words)


def _sample_rule(symbol: Symbol | None, kind: str, number: int) -> str:
    """Return the rule of a style sheet that puts the sample of an entry beside its words."""
    place = f".st-key-style-entries [role='radiogroup'] > :nth-child({number + 1}) p::before"
    return f'{place} {{ background-image: url("{sample_image(symbol, kind)}"); }}'
