"""One row of a plan at a time: its values as its model has them, or every fault in it."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from layers.plan.fault import Fault
from layers.plan.row import Row

MAXIMUM_FAULTS = 1000
"""Number of faults after which checking stops: a table in the wrong form has several in every row."""

AnyRow = TypeVar("AnyRow", bound=Row)

CODES = {
    "missing": "field-missing",
    "extra_forbidden": "field-unknown",
    "enum": "field-choice",
    "literal_error": "field-choice",
    "string_too_short": "field-empty",
    "string_too_long": "field-too-long",
    "too_long": "list-too-long",
    "too_short": "field-empty",
    "string_pattern_mismatch": "field-identifier",
    "day": "field-day",
    "due_date": "field-due-date",
    "amended": "field-amended",
    "date": "field-date",
    "period": "field-period",
    "address": "field-address",
    "float_parsing": "field-number",
    "finite_number": "field-number",
    "greater_than_equal": "field-range",
    "less_than_equal": "field-range",
}
"""Our error code for each of Pydantic's error types; any other type is `field-invalid`."""


def checked_rows(
    kind: type[AnyRow], rows: Iterable[tuple[str, Mapping[str, Any]]], file: str, faults: list[Fault]
) -> Iterator[tuple[str, AnyRow]]:
    """Yield the sound rows with their places; stop at `MAXIMUM_FAULTS`."""
    for place, values in rows:
        if len(faults) >= MAXIMUM_FAULTS:
            return
        row = checked_row(kind, values, file, place, faults)
        if row:
            yield place, row


def checked_row(
    kind: type[AnyRow], values: Mapping[str, Any], file: str, place: str, faults: list[Fault]
) -> AnyRow | None:
    """Return the row of that `kind`, or None with every fault in it added to `faults`."""
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        if error.error_count() > MAXIMUM_FAULTS:
            # A description of each would take a thousand times the room of what it describes.
            faults.append(Fault(file, place, "", "more-faults", {"count": MAXIMUM_FAULTS}))
            return None
        for found in error.errors(include_url=False):
            field = ".".join(str(part) for part in found["loc"])
            context = found.get("ctx", {})
            details = {
                "value": _shown(found["input"]),
                "expected": context.get("expected", context.get("pattern", "")),
                "limit": context.get("max_length", context.get("ge", context.get("le", ""))),
            }
            # Pydantic uses the same type for text and for lists.
            is_words = found["type"] == "too_long" and isinstance(found["input"], str)
            code = "field-too-long" if is_words else CODES.get(found["type"], "field-invalid")
            faults.append(Fault(file, place, field, code, details))
        return None


def _shown(value: Any) -> str:
    """Return any value as a short text, even a number with so many digits that `str` refuses it."""
    try:
        return value if isinstance(value, str) else reprlib.repr(value)
    except (ValueError, RecursionError):
        return type(value).__name__
