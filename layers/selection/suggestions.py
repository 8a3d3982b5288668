"""What is suggested for a text: rows below the search field, and names for one that is none."""

from __future__ import annotations

from dataclasses import dataclass

from layers.plan.plan import Plan
from layers.plan.terms import printed_name
from layers.selection.find import Entry, Findings, Found, find
from layers.selection.spelling import has_ideograph, plain, squeezed
from layers.translation import Translation

MOST_ROWS = 9
"""Rows that are suggested at once; more nobody reads while typing."""

MOST_OF_A_KIND = {Found.CATEGORY: 2, Found.PLACE: 5, Found.TASK: 3, Found.GROUND: 2}
"""Rows of each kind, so that many places do not hide the tasks."""

MOST_NAMES = 3
"""Names that an error suggests."""

LEAST_LIKE = 50
"""Likeness in per cent, see `rapidfuzz.fuzz.partial_ratio`, from which a name is suggested where nothing is found."""


@dataclass(frozen=True, slots=True)
class Row:
    """One suggestion, in words of one language. Untrusted: see `layers.escape`."""

    found: Found
    id: str
    name: str
    kind: str
    """What sort of thing it is."""
    more: str
    """What else tells it from others; may be empty."""


def suggestions(plan: Plan, findings: Findings, text: Translation) -> list[Row]:
    """Return the best of `findings`, at most `MOST_ROWS`, a few of each kind."""
    left = dict(MOST_OF_A_KIND)
    rows: list[Row] = []
    for entry in findings.entries:
        if left[entry.found] and len(rows) < MOST_ROWS:
            left[entry.found] -= 1
            name = entry.name.get(text.language)
            if entry.found is Found.CATEGORY:
                name = text(f"category.{entry.id}")
            rows.append(Row(entry.found, entry.id, name, text(f"found.{entry.found.value}"), _more(plan, entry, text)))
    return rows


def _more(plan: Plan, entry: Entry, text: Translation) -> str:
    if entry.found is Found.CATEGORY:
        return text("page.found-places", count=sum(site.category == entry.id for site in plan.places))
    if entry.found is Found.TASK:
        theme = plan.tasks[entry.id].theme
        return next((one.title.get(text.language) for one in plan.info.themes if one.id == theme), "")
    if entry.found is Found.GROUND:
        return ""
    words = [text(f"category.{plan.sites[entry.id].category}")]
    words += [text("page.tasks", count=entry.tasks)] if entry.tasks else []
    words += [] if entry.placed else [text("precision.unplaced")]
    return " · ".join(words)


def search_words(findings: Findings, *, tasks: int, text: Translation) -> str:
    """Return a line on what a search text has found, of which `tasks` pass all filters."""
    instead = findings.instead
    if not findings.entries:
        return text("page.nothing-found", text=findings.typed)
    if instead is not None:
        return text("page.found-near", text=findings.typed, name=entry_name(instead, text))
    if not findings.places and not findings.tasks:
        return text("page.found-on-ground", text=findings.typed)
    return text("page.found", sites=len(findings.places), tasks=tasks)


def entry_name(entry: Entry, text: Translation) -> str:
    """Return what a found thing is called."""
    return text(f"category.{entry.id}") if entry.found is Found.CATEGORY else entry.name.get(text.language)


def likely_names(plan: Plan, wanted: str) -> list[str]:
    """Return names of places and districts that may be meant by a text that is none, as they are written.

    Ids are among them only where the text is spelt like one.
    """
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    typed = plain(wanted)
    if not squeezed(typed):
        return []
    ids = [site.id for site in plan.places if site.id.isascii() and OSA.distance(typed, site.id, score_cutoff=2) <= 2]
    index = find(plan, wanted).entries
    language = (
        "zh" if has_ideograph(typed) or not any(typed in name for entry in index for name in entry.names) else "en"
    )
    named = [_called(entry, language) for entry in index if entry.found in (Found.PLACE, Found.GROUND)]
    if not named and not ids:
        names = [name for site in plan.places for name in (printed_name(both) for both in site.name) if name]
        like = process.extract(typed, names, scorer=fuzz.partial_ratio, score_cutoff=LEAST_LIKE, limit=MOST_NAMES)
        named = [name for name, _, _ in like]
    return [*dict.fromkeys([*ids, *named])][:MOST_NAMES]


def _called(entry: Entry, language: str) -> str:
    name = entry.name.get(language)
    return printed_name(name) or name
