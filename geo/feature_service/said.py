"""What a service says went wrong, in its own XML: an exception report may come with any status, also as a success."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

LONGEST_SAID = 200
"""Characters of it that are passed on."""

_REPORTS = ("ExceptionReport", "ServiceExceptionReport", "truncatedResponse")
_WORDS = ("ExceptionText", "ServiceException")


class Said(Protocol):
    """An element, of whatever reader."""

    @property
    def name(self) -> str:
        """Without the namespace."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """By their names without namespaces."""

    @property
    def text(self) -> str:
        """Right inside."""

    def everywhere(self, name: str) -> Iterator[Said]:
        """Yield the elements of that name at any depth."""


def said_in(root: Said) -> str:
    """Return what a document says went wrong; empty if it says nothing of the kind."""
    for name in _WORDS:
        for each in (root, *root.everywhere(name)):
            words = " ".join(each.text.split())
            if each.name == name and words:
                return _short(words)
    for name in _REPORTS:
        for report in (root, *root.everywhere(name)):
            if report.name == name:
                # Some give a code alone.
                codes = (each.attributes.get("exceptionCode") for each in report.everywhere("Exception"))
                return _short(next(filter(None, codes), None) or name)
    return ""


def _short(words: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in words)[:LONGEST_SAID]
