"""The columns of the tables of a workbook: what they are called, what they hold, and what can be chosen in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from layers import style
from layers.plan.plan import Plan
from layers.plan.terms import Basis, Confidence, Kind, Precision, Status
from layers.translation import LANGUAGES, Translation, translation


class Part(StrEnum):
    """A table of a workbook."""

    TASKS = "tasks"
    SITES = "sites"
    EVENTS = "events"


class Holds(StrEnum):
    """What the cells of a column hold."""

    NAME = "name"
    """An id, which is not to be changed."""
    WORDS = "words"
    NUMBER = "number"
    DAY = "day"
    """A day, or a text such as 2024-06 where only the month is known."""
    CHOICE = "choice"
    READING = "reading"
    """Words that only help to read the row; what stands there is not taken back in."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field of the row that it holds, and its width in characters."""

    field: str
    holds: Holds = Holds.WORDS
    width: float = 14


_WIDE = 44

COLUMNS: Mapping[Part, tuple[Column, ...]] = {
    Part.TASKS: (
        Column("id", Holds.NAME, 20),
        Column("title_zh", width=36),
        Column("title_en", width=36),
        Column("section", Holds.CHOICE, 20),
        Column("theme", Holds.CHOICE),
        Column("kind", Holds.CHOICE),
        Column("verb"),
        Column("lead_unit", width=20),
        Column("target_comparator"),
        Column("target_value", Holds.NUMBER),
        Column("target_unit"),
        Column("sites", width=28),
        Column("context_sites", width=28),
        Column("partners", width=20),
        Column("anchor", width=_WIDE),
        Column("clause"),
        Column("due_date", Holds.DAY, 13),
        Column("note_zh", width=_WIDE),
        Column("note_en", width=_WIDE),
        Column("retired", Holds.CHOICE, 10),
        Column("reason", width=36),
    ),
    Part.SITES: (
        Column("id", Holds.NAME, 24),
        Column("name_zh", width=28),
        Column("name_en", width=28),
        Column("category", Holds.CHOICE),
        Column("precision", Holds.CHOICE),
        Column("accuracy_m", Holds.NUMBER),
        Column("source_zh", width=_WIDE),
        Column("source_en", width=_WIDE),
        Column("licence", width=20),
        Column("note_zh", width=_WIDE),
        Column("note_en", width=_WIDE),
        Column("part_of", width=24),
    ),
    Part.EVENTS: (
        Column("id", Holds.NAME, 22),
        Column("task_id", Holds.CHOICE, 24),
        Column("task_title", Holds.READING, 32),
        Column("date", Holds.DAY, 13),
        Column("status", Holds.CHOICE),
        Column("measured_value", Holds.NUMBER),
        Column("measured_unit"),
        Column("period", width=18),
        Column("summary_zh", width=_WIDE),
        Column("summary_en", width=_WIDE),
        Column("source_title", width=36),
        Column("source_publisher", width=28),
        Column("source_url", width=28),
        Column("attachments", Holds.READING, 28),
        Column("basis", Holds.CHOICE),
        Column("confidence", Holds.CHOICE),
        Column("recorded_by", width=18),
        Column("recorded_at", Holds.NAME, 26),
        Column("withdraws", width=22),
        Column("corrects", width=22),
    ),
}
"""The columns of each table, in their order."""

FIELDS = sorted({column.field for columns in COLUMNS.values() for column in columns})
"""All fields, each of which has a name in the translations."""

_FAMILIES = {
    "status": [each.value for each in Status],
    "basis": [each.value for each in Basis],
    "confidence": [each.value for each in Confidence],
    "kind": [each.value for each in Kind],
    "precision": [each.value for each in Precision],
    "category": list(style.CATEGORIES),
}


def heading(column: Column, text: Translation) -> str:
    """Return what a column is called."""
    return text(f"field.{column.field}")


@lru_cache(maxsize=8)
def fields_by_heading(part: Part) -> Mapping[str, str]:
    """Return the field of each heading that a column of a table can have: its name in any language, or the field."""
    found = {}
    for column in COLUMNS[part]:
        found[column.field] = column.field
        for language in LANGUAGES:
            found[heading(column, translation(language)).casefold()] = column.field
    return found


def choices(plan: Plan, column: Column, text: Translation) -> dict[str, str]:
    """Return what can be chosen in a column: the words for each value."""
    if column.field == "task_id":
        return {task_id: task_id for task_id in plan.tasks}
    if column.field in ("theme", "section"):
        headings = plan.info.themes if column.field == "theme" else plan.info.sections
        words = {one.id: one.title.get(text.language) for one in headings}
        # Two of one name are told apart by their ids.
        return {key: name if list(words.values()).count(name) == 1 else key for key, name in words.items()}
    if column.field == "retired":
        return {"yes": text("listing.yes")}
    if column.field in _FAMILIES:
        return {value: text(f"{column.field}.{value}") for value in _FAMILIES[column.field]}
    return {}


def values_by_words(plan: Plan, column: Column) -> dict[str, str]:
    """Return the value for each of the words that may stand in a column: those of any language, or the value itself."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for value, words in choices(plan, column, translation(language)).items():
            found.setdefault(words.casefold(), value)
            found[value.casefold()] = value
    return found
