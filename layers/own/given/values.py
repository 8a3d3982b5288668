"""Values of fields as a format takes them, with a count of those that it does not take as they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from layers import escape
from layers.own.given.loss import Loss, Losses
from layers.own.own_layer import LayerField

LARGEST_SURE = 2**53
"""Whole numbers beyond it are not all different where a program reads them as floating point."""

_INT64 = 2**63


def plain_values(field: LayerField, values: Sequence[Any], losses: Losses) -> list[Any]:
    """Return the values of a field, each of the field's type or None: other programs may have written anything."""
    read: Callable[[Any], Any] = _READERS.get(field.type, _text)
    found = [None if value is None else read(value) for value in values]
    odd = sum(new is None and old is not None for old, new in zip(values, found, strict=True))
    losses.add(Loss.ODD, odd, field.name)
    return found


def hexadecimal(field: LayerField, values: Sequence[Any], losses: Losses) -> list[Any]:
    """Return bytes as text."""
    losses.add(Loss.BINARY, sum(value is not None for value in values), field.name)
    return [None if value is None else value.hex() for value in values]


def legible(field: LayerField, values: Sequence[Any], losses: Losses) -> list[Any]:
    """Return texts without characters that end a text, or that XML cannot hold."""
    found = [value if value is None or value.isprintable() else escape.legible(value) for value in values]
    losses.add(Loss.ILLEGIBLE, sum(a != b for a, b in zip(values, found, strict=True)), field.name)
    return found


def count_large(field: LayerField, values: Sequence[Any], losses: Losses) -> None:
    """Count the whole numbers that other programs may read as others."""
    losses.add(Loss.INTEGERS, sum(value is not None and abs(value) > LARGEST_SURE for value in values), field.name)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)


def _integer(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer() and abs(value) < _INT64:
        return int(value)
    return value if isinstance(value, int) else None


def _real(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _boolean(value: Any) -> bool | None:
    return bool(value) if value in (0, 1) else None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _time(value: Any) -> str | None:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return str(value)


def _binary(value: Any) -> bytes | None:
    return value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else None


_READERS: dict[str, Callable[[Any], Any]] = {
    "integer": _integer,
    "real": _real,
    "boolean": _boolean,
    "date": _date,
    "datetime": _time,
    "binary": _binary,
}
