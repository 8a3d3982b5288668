"""The base of all errors for users. An error carries a code and details; the words are in the translations."""

from __future__ import annotations


class PlanMapError(Exception):
    """An error that a user can correct.

    Parameters
    ----------
    code
        Stands for the message `error.<code>` and the hint `hint.<code>` in the translations.
    **details
        Values for the placeholders of message and hint: a file, row, path, port and the like.
    """

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        named = ", ".join(f"{key}={value}" for key, value in self.details.items())
        return f"{self.code} ({named})" if named else self.code


class GeometryError(PlanMapError):
    """A geometry or a vector file cannot be read or is not usable."""
