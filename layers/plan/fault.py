"""Faults in a plan: where one is and what is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.errors import PlanMapError


def printable(value: object, *, limit: int = 160) -> str:
    """Return `value` cut to `limit` characters, with unprintable ones escaped.

    A control character could move a terminal's cursor, and a lone surrogate cannot be encoded.
    """
    text = str(value)
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct in a plan. The words for `code` are in the translations, as for `PlanMapError`."""

    file: str
    """File name, or table name for a plan in a database."""
    row: str
    """Row number or feature id; empty for a fault of the whole file."""
    field: str
    """Column, property or key; empty if the fault is in none of them."""
    code: str
    details: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @property
    def place(self) -> str:
        """File, row and field in one line."""
        return ", ".join(printable(part) for part in (self.file, self.row, self.field) if part)


class PlanFaultsError(PlanMapError):
    """A plan cannot be used because of its `faults`, at least one."""

    def __init__(self, where: str, faults: Sequence[Fault]) -> None:
        super().__init__("plan-faults", plan=where, count=len(faults))
        self.faults = tuple(faults)
