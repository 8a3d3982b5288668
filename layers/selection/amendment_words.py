"""Amendments as lines of text, and among the statements about the same tasks in the order they were recorded."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator

from geo.wkt import read_wkt
from layers.plan.event import Event
from layers.plan.plan import Amendment, Plan
from layers.plan.terms import DueDate, Kind, Precision, Subject
from layers.selection.position_words import geometry_words
from layers.translation import Translation


def due_words(due: DueDate, text: Translation) -> str:
    """Return a due date in words: a quarter has a name of its own in each language."""
    return str(due) if due.quarter is None else text("due.quarter", year=due.year, quarter=due.quarter)


def amendment_line(plan: Plan, amendment: Amendment, text: Translation) -> str:
    """Return what one amendment sets, why, and where that can be looked up, in one line."""
    values = dict(amendment.values)
    said = [text("amendment.added" if values.pop("id", None) else "amendment.changed")]
    if "geometry" in values:
        said = [text("amendment.placed" if values["geometry"] else "amendment.taken-off")]
    if amendment.about is Subject.SITE and amendment.subject_id in plan.sites:
        said = [plan.sites[amendment.subject_id].name.get(text.language), *said]
    if "retired" in values:
        said = [text("amendment.retired") if values.pop("retired") else text("amendment.brought-back")]
    for field, value in values.items():
        if not value and f"{field.removesuffix('_en')}_zh" in values:
            # The translation of what was there before goes with it.
            continue
        # The words are names of places, and not ids.
        label = text("column.place") if field == "sites" else text(f"field.{field}")
        words = _value_words(plan, field, value, text)
        said.append(text("amendment.set", field=label, value=words) if value else text("amendment.unset", field=label))
    said.append(text("amendment.reason", reason=amendment.reason))
    if amendment.source is not None:
        source = (amendment.source.title, amendment.source.publisher, amendment.source.url)
        said += [part for part in source if part]
    return " · ".join(said)


def _value_words(plan: Plan, field: str, value: str, text: Translation) -> str:
    language = text.language
    if field in ("sites", "context_sites"):
        ids = [part.strip() for part in value.split(";") if part.strip()]
        names = [plan.sites[site_id].name.get(language) if site_id in plan.sites else site_id for site_id in ids]
        return text("statement.aim-comma").join(names)
    if field == "due_date":
        return due_words(DueDate.parse(value), text)
    if field == "geometry":
        return geometry_words(read_wkt(value), text)
    if field == "precision":
        return text(f"precision.{Precision(value).value}")
    if field == "kind":
        return text(f"kind.{Kind(value).value}")
    headings = {"theme": plan.info.themes, "section": plan.info.sections}.get(field, ())
    return next((heading.title.get(language) for heading in headings if heading.id == value), value)


def recorded(events: Iterable[Event], amendments: Iterable[Amendment]) -> Iterator[Event | Amendment]:
    """Yield statements and amendments in the order they were recorded; each kind keeps its own order."""
    return heapq.merge(events, amendments, key=_moment)


def _moment(entry: Event | Amendment) -> dt.datetime:
    moment = entry.recorded_at
    # Of what has only a day, nobody knows when on that day.
    return moment.at or dt.datetime.combine(moment.day, dt.time.min, dt.UTC)
