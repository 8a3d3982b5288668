"""A row of a plan file: what its fields may hold, and how a value is spread over them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from layers.plan.terms import DueDate, Measurement, Moment, PartialDate, Period, Source, Target, Text

_Value = TypeVar("_Value")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _no_control_characters(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("contains control characters")
    return text


def empty_is_none(value: Any) -> Any:
    """Return None for an empty text, and all else as it is."""
    return None if value == "" else value


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


read_moment = lru_cache(maxsize=4096)(Moment.parse)
"""`Moment.parse`; the statements of a plan share few moments, and each is held in memory once."""


def _moment(value: Any) -> Any:
    try:
        return read_moment(value) if isinstance(value, str) else Moment(value) if type(value) is dt.date else value
    except ValueError as error:
        raise PydanticCustomError("moment", "is neither a day nor a moment") from error


def _web_address(text: str) -> str:
    if text and not re.match(r"https?://[^\s]+$", text):
        raise PydanticCustomError("address", "is not a web address")
    return text


Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_no_control_characters)
]
Title = Annotated[Words, Field(min_length=1, max_length=500)]
Identifier = Annotated[Words, Field(min_length=1, max_length=120, pattern=r"^[^\s;,:/?#&=]+$")]
NoIdentifier = Annotated[Words, Field(max_length=120, pattern=r"^[^\s;,:/?#&=]*$")]
"""An identifier, or nothing."""
Identifiers = Annotated[tuple[Identifier, ...], BeforeValidator(_split)]
WordList = Annotated[tuple[Words, ...], BeforeValidator(_split)]
Number = Annotated[Annotated[float, Field(allow_inf_nan=False)] | None, BeforeValidator(empty_is_none)]
WebAddress = Annotated[Words, AfterValidator(_web_address)]
RecordedAt = Annotated[Moment, BeforeValidator(_moment)]
Metres = Annotated[Annotated[float, Field(ge=0, le=100_000)] | None, BeforeValidator(empty_is_none)]


class Row(BaseModel):
    """A row in which an unknown column is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    def build(self, kind: type[_Value], **given: Any) -> _Value:
        """Return the `kind` that the row stands for; `given` are the fields of it that the row does not hold."""
        for name, part, columns in _columns(kind):  # type: ignore[arg-type]  # mypy takes no type for hashable
            if name in given:
                continue
            if part is None:
                given[name] = getattr(self, name)
                continue
            found = [getattr(self, column) for column in columns]
            # A figure that the row lacks.
            given[name] = None if found[0] is None else part(*found)
        return kind(**given)


_PARTS = {
    kind: tuple(name for name, _ in pairs)
    for kind, pairs in ((kind, tuple(get_type_hints(kind).items())) for kind in (Text, Source, Target, Measurement))
}
"""Values that a row spreads over several fields, with the endings of those fields' names."""


_WRITTEN = (PartialDate, DueDate, Period, Moment)
"""Values that a row holds as one text."""


@lru_cache(maxsize=32)
def _fields(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """Return name and type of each field of a dataclass, with `X | None` as `X`."""
    return tuple((name, _present(hint)) for name, hint in get_type_hints(kind).items())


def _present(hint: Any) -> Any:
    if get_origin(hint) is UnionType:
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


@lru_cache(maxsize=32)
def _columns(kind: type[Any]) -> tuple[tuple[str, type[Any] | None, tuple[str, ...]], ...]:
    """Return for each field of a dataclass its name, and if several columns make it up, its type and their names."""
    return tuple(
        (name, hint, tuple(f"{name}_{part}" for part in _PARTS[hint])) if hint in _PARTS else (name, None, ())
        for name, hint in _fields(kind)  # type: ignore[arg-type]  # as above
    )


def spread(value: Any, *, table: bool, without: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the fields of a value as a row holds them, but one; in a `table` a list is one text, joined by `;`."""
    for name, hint in _fields(type(value)):  # type: ignore[arg-type]  # as above
        if name == without:
            continue
        part = getattr(value, name)
        if hint in _PARTS:
            for end in _PARTS[hint]:
                yield f"{name}_{end}", getattr(part, end) if part is not None else None if end == "value" else ""
        elif isinstance(part, StrEnum):
            yield name, part.value
        elif isinstance(part, tuple) and not isinstance(part, _WRITTEN):
            yield name, ";".join(part) if table else [spread_entry(entry) for entry in part]
        elif hint in _WRITTEN:
            yield name, str(part) if part else ""
        else:
            yield name, part.isoformat() if isinstance(part, dt.date) else part


def spread_entry(entry: Any) -> Any:
    """Return an entry of a list as a row holds it."""
    return dict(spread(entry, table=False)) if dataclasses.is_dataclass(entry) else entry
